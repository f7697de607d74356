//! A partner's workspace on the registers: whose it is, who visits it, and what an act came to.

use domain::facts::Partner;
use domain::names::Name;
use domain::parties;
use domain::record::actor::{Actor, Organisation};
use domain::rights::{Act, On, allows};
use domain::words::PartnerKind;

use crate::pages::frame::{Frame, Here, named};
use crate::pages::paths;
use crate::pages::problem::Problem;
use crate::pages::visit::Visit;

/// The partner of the path, as the registers have it.
pub struct Workspace {
    /// Its global account.
    pub partner: Partner,
    /// The IDs of the account: its own and those of all of its locations, closed ones too.
    pub accounts: Vec<Name>,
    /// Its open locations, those that the visitor acts for.
    pub locations: Vec<Partner>,
    /// Who visits.
    pub actor: Actor,
}

impl Workspace {
    /// Making and changing associations.
    pub const CLAIMING: Act = Act::ClaimFile;

    /// The workspace of the path.
    ///
    /// # Errors
    ///
    /// A partner that is not there, or that is none of the visitor's business.
    pub fn of(visit: &Visit) -> Result<Self, Problem> {
        let asked = Name::new(visit.param("partner"));
        let actor = visit.actor()?;
        let may_see = allows(&actor, Act::ScoreRead, &On::account(&asked));
        let found = visit.read(|desk| Ok((desk.find::<Partner>(asked.as_str())?, parties::rows_of(desk, &asked)?)))?;
        let (partner, rows) = found;
        let mut locations = parties::open_locations(&rows);
        // exports may tell of an account by its locations alone
        let by_location = locations.first().map(|row| Partner { partner_id: asked.clone(), kind: PartnerKind::Global, ..row.clone() });
        let Some(partner) = partner.or(by_location) else { return Err(Problem::unknown("partner", asked.as_str(), Vec::new())) };
        if partner.kind != PartnerKind::Global || !may_see {
            return Err(Problem::unknown("partner", asked.as_str(), Vec::new()));
        }
        locations.retain(|row| actor.location.as_ref().is_none_or(|own| *own == row.partner_id));
        let accounts = rows.into_iter().map(|row| row.partner_id).collect();
        Ok(Self { partner, accounts, locations, actor })
    }

    /// The partner's ID.
    #[must_use]
    pub fn id(&self) -> &Name {
        &self.partner.partner_id
    }

    /// The partner's name.
    #[must_use]
    pub fn name(&self) -> String {
        named(&self.partner.name, self.id())
    }

    /// A frame around one of its pages.
    #[must_use]
    pub fn frame(&self, visit: &Visit, title: &str, here: Here<'_>) -> Frame {
        visit.frame(&format!("{title}, {}", self.name())).beside(visit, &self.partner, here)
    }

    /// An address within it.
    #[must_use]
    pub fn at(&self, place: &str) -> String {
        paths::workspace(self.id(), place)
    }

    /// Whether the visitor may do an act for the partner, at one of its locations or for the account as a whole.
    #[must_use]
    pub fn acts(&self, act: &Act) -> bool {
        let is_own = matches!(&self.actor.organisation, Some(Organisation::Partner(own)) if own == self.id());
        is_own && allows(&self.actor, *act, &On::account(self.id()).within(self.actor.location.as_ref()))
    }

    /// The locations as choices of a form: IDs, and how they are called.
    #[must_use]
    pub fn location_choices(&self) -> Vec<(String, String)> {
        let choice = |row: &Partner| (row.partner_id.to_string(), format!("{} ({})", row.name, row.partner_id));
        self.locations.iter().map(choice).collect()
    }
}
