//! A visit: what a browser asks for, read once, and answered by a page or by a problem.

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::{Arc, OnceLock};

use axum::extract::{FromRequestParts, Query, RawPathParams};
use axum::http::header::HOST;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{MethodRouter, get};
use domain::customers::Customer;
use domain::designations::Score;
use domain::evidence::{Extent, RowsOf};
use domain::explain::Node;
use domain::names::Name;
use domain::record::actor::Actor;
use domain::record::desk::ActError;
use domain::rights::{Act, On, allows, must};
use domain::rulebook::{AreaRules, Rulebook};
use domain::time::Day;

use crate::commands::asker::Asker;
use crate::pages::frame::Frame;
use crate::pages::gate::Caller;
use crate::pages::problem::Problem;
use crate::pages::reading::Reading;
use crate::pages::theme::Theme;
use crate::pages::{paths, show};
use crate::views::hidden::Hidden;
use crate::views::readable::Readable;

/// A request for a page.
pub struct Visit {
    /// The opened program.
    pub reading: Arc<dyn Reading>,
    /// Light, dark, or as the system has it.
    pub theme: Theme,
    /// Path and query, as asked.
    pub address: String,
    /// Who asks.
    pub caller: Caller,
    /// Where the visitor reaches the pages: `http://127.0.0.1:7070`.
    pub origin: String,
    rulebook: OnceLock<Arc<Rulebook>>,
    /// Who acts, once that was asked.
    pub(super) acting: OnceLock<Actor>,
    params: BTreeMap<String, String>,
    query: BTreeMap<String, String>,
}

impl FromRequestParts<Arc<dyn Reading>> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, reading: &Arc<dyn Reading>) -> Result<Self, Infallible> {
        let params = RawPathParams::from_request_parts(parts, reading).await;
        let params = params.iter().flatten().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        let query = Query::try_from_uri(&parts.uri).map_or_else(|_| BTreeMap::new(), |Query(query)| query);
        let address = parts.uri.path_and_query().map_or_else(|| "/".to_owned(), ToString::to_string);
        let caller = parts.extensions.get().cloned().unwrap_or_else(Caller::nobody);
        let outside = reading.outside();
        let named = || parts.headers.get(HOST).and_then(|host| host.to_str().ok()).map(str::to_owned);
        let host = outside.host.clone().or_else(named).unwrap_or_else(|| "127.0.0.1".to_owned());
        let origin = format!("{}://{host}", if outside.is_tls { "https" } else { "http" });
        Ok(Self {
            reading: Arc::clone(reading),
            theme: Theme::of(&parts.headers),
            address,
            caller,
            origin,
            rulebook: OnceLock::new(),
            acting: OnceLock::new(),
            params,
            query,
        })
    }
}

/// What a page does with a visit. It may read, which may be slow, so it never runs on a thread that serves.
pub type Show = fn(&Visit) -> Result<Response, Problem>;

/// The route of a page.
pub fn page(show: Show) -> MethodRouter<Arc<dyn Reading>> {
    get(async move |visit: Visit| answer(visit, show).await)
}

/// Shows a page, or the problem that it met.
pub async fn answer(visit: Visit, show: Show) -> Response {
    answer_with(visit, show).await
}

/// Does what a form asks and says what came of it, or shows the problem that it met.
pub async fn answer_with(visit: Visit, show: impl FnOnce(&Visit) -> Result<Response, Problem> + Send + 'static) -> Response {
    let (reading, theme, address, caller) = (Arc::clone(&visit.reading), visit.theme, visit.address.clone(), visit.caller.clone());
    let shown = tokio::task::spawn_blocking(move || show(&visit).unwrap_or_else(|problem| problem.page(&visit))).await;
    shown.unwrap_or_else(|_| {
        let (rulebook, acting, origin) = (OnceLock::new(), OnceLock::new(), String::new());
        let visit = Visit { reading, theme, address, caller, origin, rulebook, acting, params: BTreeMap::new(), query: BTreeMap::new() };
        Problem::broken("the page stopped while it was being made; its cause is in the log of `counterfoil serve`").page(&visit)
    })
}

/// A template as a response.
///
/// # Errors
///
/// A template that cannot be written, which the tests of every page rule out.
pub fn html(template: &impl askama::Template) -> Result<Response, Problem> {
    let text = template.render().map_err(|error| Problem::broken(&error.to_string()))?;
    Ok(axum::response::Html(text).into_response())
}

impl Visit {
    /// A value of the query; an empty one counts as not given, as forms send what was left blank.
    #[must_use]
    pub fn value(&self, key: &str) -> Option<&str> {
        self.query.get(key).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// The path, without the query.
    #[must_use]
    pub fn path(&self) -> &str {
        self.address.split('?').next().unwrap_or_default()
    }

    /// The values of the query.
    #[must_use]
    pub fn values(&self) -> BTreeMap<String, String> {
        self.query.clone()
    }

    /// A part of the path.
    #[must_use]
    pub fn param(&self, key: &str) -> &str {
        self.params.get(key).map_or("", String::as_str)
    }

    /// The day that was asked for, if one was.
    ///
    /// # Errors
    ///
    /// A value that is not a day.
    pub fn asked_as_of(&self) -> Result<Option<Day>, Problem> {
        self.value("as_of").map(|text| text.parse().map_err(|_| Problem::bad_day(text, self.reading.today()))).transpose()
    }

    /// The day that the page shows.
    ///
    /// # Errors
    ///
    /// A value that is not a day.
    pub fn as_of(&self) -> Result<Day, Problem> {
        Ok(self.asked_as_of()?.unwrap_or_else(|| self.reading.today()))
    }

    /// The page that was asked for of a list, counted from 1.
    #[must_use]
    pub fn page_number(&self, key: &str) -> usize {
        self.value(key).and_then(|text| text.parse().ok()).unwrap_or(1).max(1)
    }

    /// Whether the visitor may. Whoever opens a dataset folder may see all that is in it: it has no users.
    #[must_use]
    pub fn may(&self, act: Act, on: &On) -> bool {
        self.reading.home().is_none() || self.actor().is_ok_and(|actor| allows(&actor, act, on))
    }

    /// Refuses what the visitor may not see; `what` says what that is: "see these customers".
    ///
    /// # Errors
    ///
    /// That it is not for the visitor's role, and whom to ask.
    pub fn must(&self, act: Act, on: &On, what: &str) -> Result<(), Problem> {
        if self.reading.home().is_none() {
            return Ok(());
        }
        let refused = must(&self.actor()?, act, on, what);
        refused.map_err(|refusal| Problem::refused("This is not for your role", &ActError::from(refusal).into()))
    }

    /// Who asks in SQL. Whoever opens a dataset folder may see all that is in it.
    ///
    /// # Errors
    ///
    /// Nobody who may.
    pub fn asker(&self) -> Result<Asker, Problem> {
        if self.reading.home().is_none() { Ok(Asker::of_files()) } else { self.actor().map(Asker::of_actor) }
    }

    /// The rules that are in force while the visit lasts.
    #[must_use]
    pub fn rulebook(&self) -> &Rulebook {
        self.rulebook.get_or_init(|| self.reading.rulebook())
    }

    /// What is hidden from the visitor. Whoever opens a dataset folder may see all that is in it.
    #[must_use]
    pub fn hidden(&self, on: &On) -> Hidden {
        if self.reading.home().is_none() {
            return Hidden::default();
        }
        let nobody = || "hidden: sign in".to_owned();
        self.actor().map_or_else(|_| Hidden { revenue: Some(nobody()), persons: Some(nobody()) }, |actor| Hidden::from(&actor, on))
    }

    /// Which of the rows that concern a partner the visitor sees. Whoever opens a dataset folder may see all that is in it.
    #[must_use]
    pub fn extent(&self, account: &Name) -> Extent {
        if self.reading.home().is_none() {
            return Extent::Concerning;
        }
        self.actor().map_or(Extent::Covered, |actor| Extent::of(&actor, account))
    }

    /// The explanation of a score by the rows that the visitor sees, down to customers, people and their figures.
    ///
    /// # Errors
    ///
    /// Facts that cannot be read.
    pub fn explanation(&self, score: &Score) -> Result<Arc<Node>, Problem> {
        self.explanation_down_to(score, &RowsOf::Nobody)
    }

    /// The explanation of a score by the rows that the visitor sees, down to those that are asked for.
    ///
    /// # Errors
    ///
    /// Facts that cannot be read.
    pub fn explanation_down_to(&self, score: &Score, rows: &RowsOf) -> Result<Arc<Node>, Problem> {
        let extent = self.extent(&score.global_partner_id);
        self.reading.explain(&score.global_partner_id, &score.area, score.as_of, extent, rows).map_err(|error| Problem::unread(&error))
    }

    /// The customers of the partner that a score is of, with what the visitor sees of their usage.
    ///
    /// # Errors
    ///
    /// Facts that cannot be read.
    pub fn customers(&self, score: &Score) -> Result<Arc<Vec<Customer>>, Problem> {
        let extent = self.extent(&score.global_partner_id);
        self.reading.customers(&score.global_partner_id, score.as_of, extent).map_err(|error| Problem::unread(&error))
    }

    /// Every score of the day that the visitor may see.
    ///
    /// # Errors
    ///
    /// A day that is none, or facts that cannot be read.
    pub fn scores(&self) -> Result<Arc<Vec<Score>>, Problem> {
        let scores = self.reading.scores(self.as_of()?).map_err(|error| Problem::unread(&error))?;
        let accounts: BTreeSet<&Name> = scores.iter().map(|score| &score.global_partner_id).collect();
        if self.reading.home().is_none() {
            return Ok(scores);
        }
        let actor = self.actor()?;
        let readable = Readable::by(&actor);
        let is_hidden = |account: &&Name| !readable.has(account);
        let hidden: BTreeSet<Name> = accounts.into_iter().filter(is_hidden).cloned().collect();
        if hidden.is_empty() {
            return Ok(scores);
        }
        Ok(Arc::new(scores.iter().filter(|score| !hidden.contains(&score.global_partner_id)).cloned().collect()))
    }

    /// The partner of the path: its scores, in the order of areas.
    ///
    /// # Errors
    ///
    /// A partner that the program does not know.
    pub fn partner<'s>(&self, scores: &'s [Score]) -> Result<Vec<&'s Score>, Problem> {
        let asked = Name::new(self.param("partner"));
        let own: Vec<&Score> = scores.iter().filter(|score| score.global_partner_id == asked).collect();
        if own.is_empty() { Err(Problem::no_partner(&asked, scores, self.asked_as_of()?)) } else { Ok(own) }
    }

    /// The area of the path: its rules, and the partner's score in it.
    ///
    /// # Errors
    ///
    /// An area that the rulebook does not have.
    pub fn area<'s>(&self, own: &[&'s Score]) -> Result<(&AreaRules, &'s Score), Problem> {
        let asked = Name::new(self.param("area"));
        let score = own.iter().find(|score| score.area == asked);
        match (self.rulebook().areas.get(&asked), score) {
            (Some(rules), Some(score)) => Ok((rules, score)),
            _ => Err(self.no_area(&asked, own)?),
        }
    }

    /// The short title of an area.
    #[must_use]
    pub fn area_title(&self, area: &Name) -> String {
        let rules = self.rulebook().areas.get(area);
        rules.map_or_else(|| area.to_string(), |rules| show::short_title(&rules.title).to_owned())
    }

    fn no_area(&self, asked: &Name, own: &[&Score]) -> Result<Problem, Problem> {
        let as_of = self.asked_as_of()?;
        let partner = own.first().map(|score| &score.global_partner_id);
        let areas = self.rulebook().areas.values();
        let known = areas.filter_map(|rules| {
            Some((
                rules.area.to_string(),
                show::short_title(&rules.title).to_owned(),
                paths::designation(partner?, &rules.area, None, as_of),
            ))
        });
        Ok(Problem::unknown("area", asked.as_str(), known.collect()))
    }

    /// What stands around the page.
    #[must_use]
    pub fn frame(&self, title: &str) -> Frame {
        Frame::new(self, title)
    }
}
