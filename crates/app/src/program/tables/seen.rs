//! What an asker sees of the tables: whose rows, and what is kept back from their role.
//!
//! The policies that pages ask are asked here: whoever sees an entry of a register sees its row, a partner sees usage where an association of
//! its own covers it, and money and persons are seen by those who may see them.

use std::collections::BTreeSet;

use anyhow::Result;
use domain::facts::{MEANINGS, Program};
use domain::names::Name;
use domain::record::actor::{Actor, Organisation};
use domain::record::desk::ActError;
use domain::record::refusal::Refusal;
use domain::rights::{Act, On, allows, must};

use super::derived;
use crate::commands::asker::Asker;

/// Tables that tell what customers use.
pub const USAGE: [&str; 3] = [CONSUMPTION, "workload_usage", "revenue"];

/// The table of consumption.
pub const CONSUMPTION: &str = "consumption";

/// Tables that name persons.
const PERSONS: [&str; 2] = ["people", "certifications"];

/// Columns that hold what usage is worth in money.
const MONEY: [(&str, &str); 3] = [(CONSUMPTION, "acr_usd"), ("revenue", "revenue_usd"), (derived::CREDITS, "acr_usd")];

/// Columns that name the identity behind a link.
const IDENTITIES: [(&str, &str); 2] = [("pal_links", "principal_id"), (derived::ASSOCIATIONS, "principal_id")];

/// Tables of customers' directories and contracts.
const OF_CUSTOMERS: [&str; 6] =
    ["subscriptions", "principals", "group_members", "role_assignments", "management_groups", "resource_owners"];

/// Tables that are of no organisation: the operator's.
const OF_NOBODY: [&str; 1] = ["exchange_rates"];

/// What an asker sees of the tables.
pub struct Seen {
    /// Whose rows.
    pub of: Whose,
    kept_back: Vec<KeptBack>,
    actor: Option<Actor>,
}

/// Whose rows are seen.
pub enum Whose {
    /// Everybody's.
    All,
    /// Those of a global account.
    Account(Name),
    /// Those of a customer's tenant.
    Tenant(Name),
}

/// A table or column that is kept back from the asker.
pub struct KeptBack {
    /// The table.
    pub table: &'static str,
    /// The column; nothing when it is the whole table.
    pub column: Option<&'static str>,
    act: Act,
    on: On,
}

impl Seen {
    /// What an asker sees. Whoever runs the program, or reads files of their own, sees everything.
    ///
    /// # Errors
    /// When the asker may not ask at all: whom to ask.
    pub fn of(asker: &Asker) -> Result<Self> {
        let Some(actor) = asker.actor() else { return Ok(Self { of: Whose::All, kept_back: Vec::new(), actor: None }) };
        let doing = "ask in SQL";
        let (of, kept_back) = match &actor.organisation {
            Some(Organisation::Operator) => {
                asker.must(Act::EntrySee, &On::program(), doing)?;
                (Whose::All, kept_from(actor, &On::program()))
            }
            Some(Organisation::Partner(account)) => {
                asker.must(Act::ScoreRead, &On::account(account), doing)?;
                (Whose::Account(account.clone()), kept_from_partner(actor, account))
            }
            Some(Organisation::Customer(tenant)) => {
                asker.must(Act::EntrySee, &On::tenant(tenant), doing)?;
                (Whose::Tenant(tenant.clone()), kept_from_customer())
            }
            None => {
                let message = format!("`{}` acts for no organisation, whose tables could be asked in SQL", actor.user);
                return Err(ActError::from(Refusal::forbidden("role-missing", message, "ask as a user of an organisation")).into());
            }
        };
        Ok(Self { of, kept_back, actor: Some(actor.clone()) })
    }

    /// Whether a table is seen, though perhaps not all of its columns.
    pub fn sees(&self, table: &str) -> bool {
        !self.kept_back.iter().any(|kept| kept.table == table && kept.column.is_none())
    }

    /// Whether a column of a table that is seen is kept back.
    pub fn hides(&self, table: &str, column: &str) -> bool {
        self.kept_back.iter().any(|kept| kept.table == table && kept.column == Some(column))
    }

    /// The columns of a table that are kept back.
    pub fn without(&self, table: &str) -> Vec<&'static str> {
        self.kept_back.iter().filter(|kept| kept.table == table).filter_map(|kept| kept.column).collect()
    }

    /// What is kept back of all tables, with why and whom to ask.
    pub fn kept_back(&self) -> impl Iterator<Item = (&KeptBack, Refusal)> {
        self.kept_back.iter().filter_map(|kept| Some((kept, self.refusal(kept)?)))
    }

    /// Why a table is not seen that there is: whom to ask; nothing when there is no such table.
    pub fn why_no_table(&self, table: &str) -> Option<Refusal> {
        self.kept_back.iter().find(|kept| kept.table == table && kept.column.is_none()).and_then(|kept| self.refusal(kept))
    }

    /// Why a column of some tables is not seen that there is: whom to ask.
    pub fn why_no_column(&self, tables: &[String], column: &str) -> Option<Refusal> {
        let is_meant = |kept: &&KeptBack| kept.column == Some(column) && tables.iter().any(|table| table == kept.table);
        self.kept_back.iter().find(is_meant).and_then(|kept| self.refusal(kept))
    }

    fn refusal(&self, kept: &KeptBack) -> Option<Refusal> {
        let what = kept.column.map_or_else(|| format!("the table `{}`", kept.table), |column| format!("`{column}` of `{}`", kept.table));
        must(self.actor.as_ref()?, kept.act, &kept.on, &format!("see {what}")).err()
    }

    /// The rows of registers that are seen: usage, and what is worked out from it, is another matter.
    pub fn rows(&self, program: &Program) -> Program {
        match &self.of {
            Whose::All => program.clone(),
            Whose::Account(account) => self.of_account(program, account),
            Whose::Tenant(tenant) => of_tenant(program, tenant),
        }
    }

    /// The rows that name the locations of an account that the asker may see.
    fn of_account(&self, program: &Program, account: &Name) -> Program {
        let own = program.partners.iter().filter(|row| row.global_partner_id == *account);
        let may = |act: Act, on: &On| self.actor.as_ref().is_none_or(|actor| allows(actor, act, on));
        let ids = |act: Act| -> BTreeSet<Name> {
            let at = |id: &Name| On::default().and_location(account, id);
            let locations = own.clone().map(|row| &row.partner_id).filter(|id| may(act, &at(id)));
            locations.chain(Some(account).filter(|_| may(act, &On::account(account)))).cloned().collect()
        };
        let (seen, of_persons) = (ids(Act::EntrySee), ids(Act::PersonsRead));
        let people = program.people.iter().filter(|row| of_persons.contains(&row.partner_id));
        let persons: BTreeSet<&Name> = people.clone().map(|row| &row.person_id).collect();
        let is_seen = |id: &Name| seen.contains(id);
        Program {
            partners: own.clone().filter(|row| is_seen(&row.partner_id)).cloned().collect(),
            pal_links: program.pal_links.iter().filter(|row| is_seen(&row.partner_id)).cloned().collect(),
            partner_of_record: program.partner_of_record.iter().filter(|row| is_seen(&row.partner_id)).cloned().collect(),
            csp: program.csp.iter().filter(|row| is_seen(&row.partner_id)).cloned().collect(),
            claims: program.claims.iter().filter(|row| is_seen(&row.partner_id)).cloned().collect(),
            certifications: program.certifications.iter().filter(|row| persons.contains(&row.person_id)).cloned().collect(),
            people: people.cloned().collect(),
            enrolments: program.enrolments.iter().filter(|row| row.global_partner_id == *account).cloned().collect(),
            ..Program::default()
        }
    }
}

/// Every table that there is.
pub fn all_tables() -> impl Iterator<Item = &'static str> {
    MEANINGS.iter().map(|(table, _)| *table).chain(derived::TABLES.iter().map(|table| table.name))
}

fn columns(columns: &'static [(&'static str, &'static str)], act: Act, on: &On) -> impl Iterator<Item = KeptBack> + use<> {
    let on = on.clone();
    columns.iter().map(move |(table, column)| KeptBack { table, column: Some(column), act, on: on.clone() })
}

fn tables(tables: impl IntoIterator<Item = &'static str>, act: Act, on: &On) -> Vec<KeptBack> {
    tables.into_iter().map(|table| KeptBack { table, column: None, act, on: on.clone() }).collect()
}

/// Money and persons, where the policies keep them from an actor.
fn kept_from(actor: &Actor, on: &On) -> Vec<KeptBack> {
    let mut kept = Vec::new();
    if !allows(actor, Act::RevenueRead, on) {
        kept.extend(columns(&MONEY, Act::RevenueRead, on));
    }
    let own = On::clone(on).within(actor.location.as_ref());
    if !allows(actor, Act::PersonsRead, &own) {
        kept.extend(columns(&IDENTITIES, Act::PersonsRead, &own));
        kept.extend(tables(PERSONS, Act::PersonsRead, &own));
    }
    kept
}

fn kept_from_partner(actor: &Actor, account: &Name) -> Vec<KeptBack> {
    let on = On::account(account);
    let mut kept = kept_from(actor, &on);
    kept.extend(tables(OF_CUSTOMERS.into_iter().chain(OF_NOBODY), Act::ImportsRead, &On::program()));
    // associations tell which customers there are, and pages show no domains of them
    kept.extend(columns(&[("customers", "domains")], Act::ImportsRead, &On::program()));
    if !allows(actor, Act::ExplanationRead, &on) {
        let behind = USAGE.into_iter().chain(["customers", derived::CREDITS]);
        kept.extend(tables(behind, Act::ExplanationRead, &on));
    }
    if !allows(actor, Act::EntrySee, &on) {
        kept.extend(tables(["enrolments"], Act::EntrySee, &on));
    }
    kept
}

/// A customer sees its directory, its contracts and who is tied to it; what partners make of that is theirs.
fn kept_from_customer() -> Vec<KeptBack> {
    let on = On::program();
    let mut kept = tables(USAGE.into_iter().chain([derived::CREDITS]), Act::RevenueRead, &on);
    kept.extend(tables(OF_NOBODY, Act::ImportsRead, &on));
    kept.extend(tables(PERSONS, Act::PersonsRead, &on));
    kept.extend(tables(["enrolments", derived::SCORES], Act::ScoreRead, &on));
    kept
}

/// The rows of a tenant, and of the partners that are tied to it.
fn of_tenant(program: &Program, tenant: &Name) -> Program {
    let subscriptions: BTreeSet<&Name> =
        program.subscriptions.iter().filter(|row| row.tenant_id == *tenant).map(|row| &row.subscription_id).collect();
    let is_here = |own: Option<&Name>, on: Option<&Name>| match own {
        Some(own) => own == tenant,
        None => on.is_some_and(|on| subscriptions.contains(on)),
    };
    let links = program.pal_links.iter().filter(|row| row.tenant_id == *tenant);
    let records = program.partner_of_record.iter().filter(|row| is_here(row.tenant_id.as_ref(), row.subscription_id.as_ref()));
    let sales = program.csp.iter().filter(|row| subscriptions.contains(&row.subscription_id));
    // drafts are their partner's own
    let is_handed_in = |row: &&domain::facts::Claim| row.submitted_on.is_some() || row.approved_on.is_some();
    let claims = program.claims.iter().filter(|row| row.tenant_id == *tenant).filter(is_handed_in);
    let tied: BTreeSet<&Name> = links
        .clone()
        .map(|row| &row.partner_id)
        .chain(records.clone().map(|row| &row.partner_id))
        .chain(sales.clone().map(|row| &row.partner_id))
        .chain(claims.clone().map(|row| &row.partner_id))
        .collect();
    Program {
        partners: program.partners.iter().filter(|row| tied.contains(&row.partner_id)).cloned().collect(),
        customers: program.customers.iter().filter(|row| row.tenant_id == *tenant).cloned().collect(),
        subscriptions: program.subscriptions.iter().filter(|row| row.tenant_id == *tenant).cloned().collect(),
        principals: program.principals.iter().filter(|row| row.tenant_id == *tenant).cloned().collect(),
        group_members: program.group_members.iter().filter(|row| row.tenant_id == *tenant).cloned().collect(),
        role_assignments: program.role_assignments.iter().filter(|row| row.tenant_id == *tenant).cloned().collect(),
        management_groups: program.management_groups.iter().filter(|row| row.tenant_id == *tenant).cloned().collect(),
        resource_owners: program.resource_owners.iter().filter(|row| row.tenant_id == *tenant).cloned().collect(),
        pal_links: links.cloned().collect(),
        partner_of_record: records.cloned().collect(),
        csp: sales.cloned().collect(),
        claims: claims.cloned().collect(),
        ..Program::default()
    }
}
