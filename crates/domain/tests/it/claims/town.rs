//! A town: partners, customers, reviewers, and acts on days.

use domain::claims::Contact;
use domain::claims::drafts::{self, Edits};
use domain::claims::proofs::{self, ProofMeta};
use domain::claims::{Claim, Product};
use domain::facts::{Customer, Partner, Subscription};
use domain::names::Name;
use domain::parties::User;
use domain::record::actor::{Actor, Organisation, Role};
use domain::record::desk::{ActError, Acted, Desk};
use domain::record::entry::Entry;
use domain::record::event::Event;
use domain::record::memory::Memory;
use domain::record::refusal::Refusal;
use domain::time::Day;
use domain::words::{Activity, Agreement, Cloud, Flag, PartnerKind};
use jiff::Timestamp;

use crate::properties::RULES;

/// A town on a day.
pub struct Town {
    pub memory: Memory,
    pub events: Vec<Event>,
    pub now: Timestamp,
}

/// The first day of every story: a Monday.
pub fn first_day() -> Day {
    "2024-03-04".parse().unwrap()
}

fn at(day: Day) -> Timestamp {
    Timestamp::from_second(i64::from(day.epoch_days()) * 86_400 + 32_400).unwrap()
}

impl Town {
    /// Partners 900010 (100204, 100205) and 900020 (100300); customers t-alpine and t-wood; reviewers ann, ben and cid.
    pub fn new() -> Self {
        let mut town = Self { memory: Memory::default(), events: Vec::new(), now: at(first_day()) };
        town.act(&Actor::clockwork(), |desk| {
            for (id, global, kind) in [
                ("900010", "900010", PartnerKind::Global),
                ("100204", "900010", PartnerKind::Location),
                ("100205", "900010", PartnerKind::Location),
                ("900020", "900020", PartnerKind::Global),
                ("100300", "900020", PartnerKind::Location),
            ] {
                put(
                    desk,
                    &Partner {
                        partner_id: id.into(),
                        global_partner_id: global.into(),
                        name: id.to_owned(),
                        country: None,
                        kind,
                        active: Flag(true),
                    },
                )?;
            }
            for tenant in ["alpine", "wood"] {
                let domains = Some(format!("{tenant}.example;{tenant}.onmicrosoft.example"));
                let customer = Customer {
                    tenant_id: Name::new(&format!("t-{tenant}")),
                    name: tenant.to_owned(),
                    domains,
                    country: None,
                    cloud: Cloud::Public,
                    segment: None,
                };
                put(desk, &customer)?;
                for (id, product, agreement) in [
                    ("m365", "office-365", Agreement::Ea),
                    ("sales", "dynamics-365", Agreement::Ea),
                    ("csp", "dynamics-365", Agreement::CspModern),
                ] {
                    put(desk, &subscription(&format!("s-{tenant}-{id}"), &customer.tenant_id, product, agreement))?;
                }
            }
            for reviewer in ["ann", "ben", "cid"] {
                put(desk, &user(reviewer, Organisation::Operator, Role::Reviewer))?;
            }
            Ok(())
        })
        .unwrap();
        town
    }

    /// Acts, and records what was put; what is refused leaves nothing.
    pub fn act<T>(&mut self, actor: &Actor, act: impl FnOnce(&mut Desk<'_>) -> Acted<T>) -> Result<T, Refusal> {
        let mut desk = Desk::new(&self.memory, &RULES, actor.clone(), self.now);
        match act(&mut desk) {
            Ok(given) => {
                let drafts = desk.drafts();
                self.events.extend(self.memory.record(drafts, self.now).unwrap());
                Ok(given)
            }
            Err(ActError::Refused(refusal)) => Err(refusal),
            Err(failed) => panic!("{failed}"),
        }
    }

    /// Lets days pass.
    pub fn pass(&mut self, days: i32) {
        self.now = at(self.today().plus(days));
    }

    pub fn today(&self) -> Day {
        Day::of(self.now)
    }

    /// The claim of an id.
    pub fn claim(&self, id: &Name) -> Claim {
        self.memory.all::<Claim>().unwrap().into_iter().find(|claim| claim.claim_id == *id).unwrap()
    }

    /// A draft that lacks nothing: by a partner's user, on a workload of the customer `alpine`.
    pub fn ready(&mut self, partner: &str, workload: &str) -> Claim {
        let actor = claimant(partner);
        let draft = self.act(&actor, |desk| drafts::create(desk, &edits(partner, workload))).unwrap();
        self.act(&actor, |desk| proofs::attach_proof(desk, draft.claim_id.as_str(), proof(desk.today(), partner))).unwrap()
    }
}

fn put<E: Entry>(desk: &mut Desk<'_>, entry: &E) -> Acted {
    desk.put(&format!("{}-added", E::REGISTER), entry, desk.today(), None)
}

pub fn subscription(id: &str, tenant: &Name, product: &str, agreement: Agreement) -> Subscription {
    Subscription {
        subscription_id: Name::new(id),
        tenant_id: tenant.clone(),
        product: Some(Name::new(product)),
        agreement: Some(agreement),
        status: Some(Name::new("active")),
        starts_on: None,
        ends_on: None,
        predecessor_id: None,
    }
}

fn user(id: &str, organisation: Organisation, role: Role) -> User {
    User {
        user_id: Name::new(id),
        name: id.to_owned(),
        organisation,
        roles: [role].into(),
        location: None,
        identity: None,
        person_id: None,
        active: true,
    }
}

/// A user who claims for a location.
pub fn claimant(partner: &str) -> Actor {
    let (name, account) = if partner == "100300" { ("fay", "900020") } else { ("pam", "900010") };
    Actor::new(name, Organisation::Partner(account.into()), [Role::IncentiveAdmin])
}

pub fn reviewer(name: &str) -> Actor {
    Actor::new(name, Organisation::Operator, [Role::Reviewer])
}

/// The global admin of a customer.
pub fn owner(tenant: &str) -> Actor {
    Actor::new("gus", Organisation::Customer(tenant.into()), [Role::GlobalAdmin])
}

/// Everything that a claim needs but its proof.
pub fn edits(partner: &str, workload: &str) -> Edits {
    let contact = |name: &str| Some(Contact { name: name.to_owned(), email: format!("{name}@alpine.example"), title: None });
    Edits {
        partner_id: Some(partner.into()),
        tenant_id: Some("t-alpine".into()),
        domain: Some("alpine.example".into()),
        activity: Some(Activity::OsuM365),
        products: Some(vec![Product::new(workload, None)]),
        customer_contact: contact("carla"),
        partner_contact: contact("pam"),
        ..Edits::default()
    }
}

/// Proof that shows everything, dated a week before a day.
pub fn proof(today: Day, of: &str) -> ProofMeta {
    ProofMeta {
        name: format!("work of {of}.pdf"),
        media_type: "application/pdf".to_owned(),
        bytes: 1_000,
        sha256: format!(
            "{:0>64}",
            format!("{:x}", of.bytes().map(u64::from).sum::<u64>() * 1_000_000 + u64::from(today.epoch_days().unsigned_abs()))
        ),
        dated_on: Some(today.plus(-7)),
        workloads: [].into(),
        shows: RULES.associations.cpor.proof.checklist.keys().cloned().collect(),
    }
}
