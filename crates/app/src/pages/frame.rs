//! The frame of every page: header, navigation, footer.

use domain::designations::{Score, Status};
use domain::facts::Partner;
use domain::names::Name;
use domain::record::actor::Organisation;
use domain::rights::{Act, On};
use domain::rulebook::AreaRules;
use domain::time::Day;

use crate::pages::theme::Theme;
use crate::pages::visit::Visit;
use crate::pages::workspace::Workspace;
use crate::pages::{actions, assets, paths, show, sql};
use crate::program::tables;

/// How many partners the switch in the header lists; the list of partners has all.
const SWITCH_MAX: usize = 12;

/// What stands around a page.
#[derive(Debug)]
pub struct Frame {
    /// The title of the document.
    pub title: String,
    /// The theme that is chosen.
    pub theme: Theme,
    /// Path and query of the page, to return to.
    pub address: String,
    /// Who visits, when somebody is named: their name, and whether they are signed in.
    pub who: Option<(String, bool)>,
    /// The way to the list of partners.
    pub partners_href: String,
    /// The partner that the page is about.
    pub partner: Option<PartnerFrame>,
    /// The workspace of a customer or of the operator.
    pub workspace: Option<Workspace>,
    /// Whether there are registers, so that something can wait for somebody.
    pub has_registers: bool,
    /// Whether the page is the list of partners.
    pub is_list: bool,
    /// Whether the visitor may see imports.
    pub has_imports: bool,
    /// Whether the page is about imports.
    pub is_imports: bool,
    /// Whether the visitor may ask in SQL.
    pub has_sql: bool,
    /// Whether the page is that of queries.
    pub is_sql: bool,
    /// What is told below every page about the facts: what, and how far it reaches.
    pub freshness: Vec<(String, String)>,
    /// Stylesheets, in order.
    pub stylesheets: [String; 3],
    /// The icon.
    pub icon: String,
}

/// The partner that a page is about, and the ways to its pages and to other partners.
#[derive(Debug)]
pub struct PartnerFrame {
    /// Its ID.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its Home.
    pub home: Entry,
    /// Its designations.
    pub designations: Vec<Entry>,
    /// Its other workspaces.
    pub workspaces: Vec<Entry>,
    /// Its associations, kind by kind.
    pub associations: Vec<Entry>,
    /// The workspaces after them.
    pub more_workspaces: Vec<Entry>,
    /// Other partners: the same page of theirs.
    pub others: Vec<Entry>,
    /// How many more there are than listed.
    pub more: usize,
}

/// Where a page stands among those of a partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Here<'a> {
    /// Its Home.
    Home,
    /// A designation, or what lies below it.
    Designation(&'a Name),
    /// Its customers, or one of them.
    Customers,
    /// Its people.
    People,
    /// Its claims.
    Claims,
    /// Who is partner of record of its customers' subscriptions.
    Record,
    /// Its admin links.
    Links,
    /// What it resells.
    Resale,
    /// What it influences.
    Insights,
    /// The cheapest way to a designation.
    Plan,
    /// Its users and what programs do for it.
    Settings,
}

/// The workspaces that lie on registers, which only a home has.
const ASSOCIATIONS: [(&str, Here<'static>); 4] =
    [("Claims", Here::Claims), ("Partner of record", Here::Record), ("Admin links", Here::Links), ("Resale", Here::Resale)];

impl Here<'_> {
    /// The address of the same page of a partner.
    fn of(self, partner: &Name, as_of: Option<Day>) -> String {
        match self {
            Here::Home => paths::home(partner, as_of),
            Here::Designation(area) => paths::designation(partner, area, None, as_of),
            Here::Customers => paths::customers(partner, as_of),
            Here::People => paths::people(partner, as_of),
            Here::Claims => paths::workspace(partner, "claims"),
            Here::Record => paths::workspace(partner, "record"),
            Here::Links => paths::workspace(partner, "links"),
            Here::Resale => paths::workspace(partner, "resale"),
            Here::Insights => paths::insights(partner, as_of),
            Here::Plan => paths::plan(partner, as_of),
            Here::Settings => paths::workspace(partner, "settings"),
        }
    }
}

/// An entry of the navigation.
#[derive(Debug)]
pub struct Entry {
    /// What it is called.
    pub label: String,
    /// A number or ID beside it.
    pub note: String,
    /// Where it leads.
    pub href: String,
    /// Whether it is the page shown.
    pub is_current: bool,
    /// Whether it is qualified, for designations.
    pub is_qualified: bool,
}

impl Frame {
    /// A frame around a page without a partner.
    #[must_use]
    pub fn new(visit: &Visit, title: &str) -> Self {
        let as_of = visit.asked_as_of().ok().flatten();
        let rulebook = visit.rulebook();
        // where the facts are kept is the operator's matter
        let is_operator = visit.actor().is_ok_and(|actor| actor.organisation == Some(Organisation::Operator));
        let has_registers = visit.reading.home().is_some();
        let origin = (is_operator || !has_registers).then(|| ("Facts".to_owned(), visit.reading.origin()));
        let mut freshness: Vec<(String, String)> = origin.into_iter().collect();
        freshness.push(("Rulebook".to_owned(), rulebook.program.version.clone()));
        freshness.extend(visit.reading.freshness());
        Self {
            title: title.to_owned(),
            theme: visit.theme,
            address: visit.address.clone(),
            who: who(visit),
            partners_href: paths::partners(as_of),
            partner: None,
            workspace: Workspace::of(visit),
            has_registers,
            is_list: false,
            has_imports: visit.may(Act::ImportsRead, &On::program()),
            is_imports: false,
            has_sql: visit.asker().is_ok_and(|asker| tables::must_ask(&asker).is_ok()),
            is_sql: visit.path() == sql::PATH,
            freshness,
            stylesheets: assets::stylesheets(),
            icon: assets::icon(),
        }
    }

    /// Whether the page is the action centre.
    #[must_use]
    pub fn is_actions(&self) -> bool {
        self.address.starts_with(actions::PATH)
    }

    /// The same frame, telling as of when it was scored.
    #[must_use]
    pub fn scored(mut self, score: &Score) -> Self {
        let (day, month) = (score.as_of.to_string(), score.month.to_string());
        self.freshness.splice(0..0, [("Scored as of".to_owned(), day), ("Month".to_owned(), month)]);
        self
    }

    /// The same frame with a partner, and where the page stands among those of it.
    #[must_use]
    pub fn about(mut self, visit: &Visit, scores: &[Score], own: &[&Score], here: Here<'_>) -> Self {
        let as_of = visit.asked_as_of().ok().flatten();
        let Some(first) = own.first() else { return self };
        self = self.scored(first);
        let designations = own.iter().map(|score| designation_entry(visit, score, here, as_of)).collect();
        let id = &first.global_partner_id;
        let mut others: Vec<(&Name, &str)> = scores.iter().map(|score| (&score.global_partner_id, score.partner_name.as_str())).collect();
        others.dedup();
        others.retain(|(other, _)| *other != id);
        let more = others.len().saturating_sub(SWITCH_MAX);
        let others = others.into_iter().take(SWITCH_MAX).map(|(id, name)| Entry::new(named(name, id), id.to_string(), here.of(id, as_of)));
        let own = PartnerFrame::new(visit, id, named(&first.partner_name, id), here);
        self.partner = Some(PartnerFrame { designations, others: others.collect(), more, ..own });
        self
    }

    /// The same frame with a partner of the register: what it holds is not scored for it, so that acts are quick.
    #[must_use]
    pub fn beside(mut self, visit: &Visit, partner: &Partner, here: Here<'_>) -> Self {
        let own = PartnerFrame::new(visit, &partner.partner_id, named(&partner.name, &partner.partner_id), here);
        let as_of = visit.asked_as_of().ok().flatten();
        let entry = |rules: &AreaRules| {
            let href = paths::designation(&partner.partner_id, &rules.area, None, as_of);
            Entry::new(show::short_title(&rules.title).to_owned(), String::new(), href)
        };
        let designations = visit.rulebook().areas.values().map(entry).collect();
        self.partner = Some(PartnerFrame { designations, ..own });
        self
    }
}

impl PartnerFrame {
    fn new(visit: &Visit, id: &Name, name: String, here: Here<'_>) -> Self {
        let as_of = visit.asked_as_of().ok().flatten();
        let workspace = |label: &str, own: Here<'_>| Entry {
            is_current: own == here,
            ..Entry::new(label.to_owned(), String::new(), own.of(id, as_of))
        };
        let has_registers = visit.reading.home().is_some();
        // no entry leads where the visitor would be sent away
        let may = |act| visit.may(act, &On::account(id));
        let customers = may(Act::ExplanationRead).then(|| workspace("Customers", Here::Customers));
        let people = may(Act::PersonsRead).then(|| workspace("People", Here::People));
        let mut more_workspaces: Vec<Entry> =
            people.into_iter().chain([workspace("Insights", Here::Insights), workspace("Plan", Here::Plan)]).collect();
        more_workspaces.extend(has_registers.then(|| workspace("Settings", Here::Settings)));
        let associations = ASSOCIATIONS.iter().filter(|_| has_registers).map(|(label, own)| workspace(label, *own));
        Self {
            id: id.to_string(),
            name,
            home: workspace("Home", Here::Home),
            designations: Vec::new(),
            workspaces: customers.into_iter().collect(),
            associations: associations.collect(),
            more_workspaces,
            others: Vec::new(),
            more: 0,
        }
    }
}

impl Entry {
    fn new(label: String, note: String, href: String) -> Self {
        Self { label, note, href, is_current: false, is_qualified: false }
    }
}

/// Who visits, by name, and whether they are signed in.
fn who(visit: &Visit) -> Option<(String, bool)> {
    let signed_in = visit.caller.who.as_ref().map(|who| (who.user.name.clone(), true));
    signed_in.or_else(|| Some((visit.reading.visitor()?.to_owned(), false)))
}

fn designation_entry(visit: &Visit, score: &Score, here: Here<'_>, as_of: Option<Day>) -> Entry {
    let title = visit.rulebook().areas.get(&score.area).map_or_else(|| score.area.to_string(), |rules| rules.title.clone());
    let href = paths::designation(&score.global_partner_id, &score.area, None, as_of);
    let entry = Entry::new(show::short_title(&title).to_owned(), show::points(&score.chosen().score), href);
    Entry { is_current: here == Here::Designation(&score.area), is_qualified: score.status != Status::InProgress, ..entry }
}

/// A partner's name, or its ID when it has none.
#[must_use]
pub fn named(name: &str, id: &Name) -> String {
    if name.trim().is_empty() { format!("Partner {id}") } else { name.to_owned() }
}
