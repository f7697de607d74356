//! Workspaces: the left navigation of customers and of the operator, and who may enter.

use domain::names::Name;
use domain::record::actor::{Actor, Organisation};
use domain::rights::{Act, On, allows};

use crate::pages::audit::READERS;
use crate::pages::problem::Problem;
use crate::pages::visit::Visit;
use crate::pages::{paths, sql};

/// The workspace of whoever visits, with the ways to its pages.
#[derive(Debug)]
pub struct Workspace {
    /// What it is called.
    pub title: &'static str,
    /// Its pages: what each is called, where it is, and whether it is the one shown.
    pub pages: Vec<Place>,
}

/// A page of a workspace.
#[derive(Debug)]
pub struct Place {
    /// What it is called.
    pub label: &'static str,
    /// Where it is.
    pub href: &'static str,
    /// Whether it is the page shown, or leads to it.
    pub is_current: bool,
}

const CUSTOMER: [(&str, &str); 5] = [
    ("Inbox", "/customer"),
    ("Partners here", "/customer/partners"),
    ("Subscriptions", "/customer/subscriptions"),
    ("History", "/customer/history"),
    ("Ask with SQL", sql::PATH),
];

const OPERATOR: [(&str, &str); 10] = [
    ("Queue", "/operator"),
    ("Arbitration", "/operator/arbitration"),
    ("Second approvals", "/operator/second"),
    ("Partners", "/"),
    ("Registers", "/operator/registers"),
    ("Imports", "/imports"),
    ("Rulebooks", "/operator/rulebooks"),
    ("Periods", "/imports/months"),
    ("Audit", "/operator/audit"),
    ("Ask with SQL", sql::PATH),
];

/// What everybody of the operator may: see what waits to be decided.
pub const OPERATOR_ROLES: Act = Act::QueueSee;

fn may(actor: &Actor, act: Act) -> bool {
    allows(actor, act, &On::program())
}

/// The tenant whose entries an actor may see for its customer.
fn tenant_of(actor: &Actor) -> Option<&Name> {
    match &actor.organisation {
        Some(Organisation::Customer(tenant)) if allows(actor, Act::EntrySee, &On::tenant(tenant)) => Some(tenant),
        _ => None,
    }
}

impl Workspace {
    /// The workspace of whoever visits; nothing for partners, who have theirs around each account, and where there are no registers.
    #[must_use]
    pub fn of(visit: &Visit) -> Option<Self> {
        let actor = visit.actor().ok()?;
        let (title, places): (_, &[(&str, &str)]) = match &actor.organisation {
            Some(Organisation::Customer(_)) if tenant_of(&actor).is_some() => ("Your organisation", &CUSTOMER),
            Some(Organisation::Operator) if may(&actor, OPERATOR_ROLES) => ("Operator", &OPERATOR),
            _ => return None,
        };
        let path = visit.path();
        let leads = |href: &str| path == href || (href != "/" && path.starts_with(&format!("{href}/")));
        // the longest address that leads to the page is the one it belongs to
        let nearest = places.iter().filter(|(_, href)| leads(href)).max_by_key(|(_, href)| href.len()).map(|(_, href)| *href);
        let nearest = nearest.or_else(|| path.starts_with("/partners/").then_some("/"));
        let begins = |href: &str| match href {
            // reviewers begin at the queue, all others at the list of partners
            "/" => may(&actor, Act::PartnersList),
            "/operator/audit" => may(&actor, READERS),
            _ => true,
        };
        let places = places.iter().filter(|(_, href)| begins(href));
        let pages = places.map(|(label, href)| Place { label, href, is_current: nearest == Some(*href) });
        Some(Self { title, pages: pages.collect() })
    }
}

impl Visit {
    /// The customer's tenant that the visitor acts for.
    ///
    /// # Errors
    ///
    /// Whoever acts for none finds no such page.
    pub fn tenant(&self) -> Result<Name, Problem> {
        tenant_of(&self.actor()?).cloned().ok_or_else(|| Problem::nowhere(&self.address))
    }

    /// The visitor, who may do an act for the operator.
    ///
    /// # Errors
    ///
    /// Whoever does not finds no such page.
    pub fn operator(&self, act: &Act) -> Result<Actor, Problem> {
        let actor = self.actor()?;
        if may(&actor, *act) { Ok(actor) } else { Err(Problem::nowhere(&self.address)) }
    }

    /// Where whoever visits begins, when that is not the list of partners.
    #[must_use]
    pub fn landing(&self) -> Option<String> {
        let actor = self.actor().ok()?;
        match &actor.organisation {
            Some(Organisation::Customer(_)) if tenant_of(&actor).is_some() => Some("/customer".to_owned()),
            Some(Organisation::Operator) if may(&actor, OPERATOR_ROLES) && !may(&actor, Act::PartnersList) => Some("/operator".to_owned()),
            Some(Organisation::Partner(global)) => Some(paths::home(global, None)),
            _ => None,
        }
    }

    /// What a page says after an act, by the word that the address has for it.
    #[must_use]
    pub fn told(&self, words: &[(&str, &str)]) -> Option<String> {
        let done = self.value("done")?;
        words.iter().find(|(word, _)| *word == done).map(|(_, told)| (*told).to_owned())
    }
}
