//! One claim's whole story over weeks, asked for day by day as it was known then.

use std::cell::RefCell;

use app::rules;
use domain::claims::drafts::{self, Edits};
use domain::claims::proofs::{self, ProofMeta};
use domain::claims::{Contact, Product, Verdict, arbitrations, endings, reviews, submissions, ticks};
use domain::facts::{Customer, Partner, Subscription};
use domain::names::Name;
use domain::parties::User;
use domain::record::actor::{Actor, Organisation, Role};
use domain::record::desk::{Acted, Desk};
use domain::record::memory::Memory;
use domain::rulebook::Rulebook;
use domain::time::Day;
use domain::words::{Activity, Agreement, Cloud, Flag, PartnerKind};
use jiff::Timestamp;
use store::Store;
use tokio::runtime::{Builder, Runtime};

use super::scene::Scene;

/// A home that acts on days of its own.
struct Past {
    memory: RefCell<Memory>,
    store: Store,
    runtime: Runtime,
    rulebook: std::sync::Arc<Rulebook>,
}

impl Past {
    fn act<T>(&self, day: &str, actor: &Actor, act: impl FnOnce(&mut Desk<'_>) -> Acted<T>) -> T {
        let now: Timestamp = format!("{day}T09:00:00Z").parse().unwrap();
        let (given, drafts) = {
            let memory = self.memory.borrow();
            let mut desk = Desk::new(&*memory, &self.rulebook, actor.clone(), now);
            (act(&mut desk).unwrap(), desk.drafts())
        };
        self.memory.borrow_mut().record(drafts.clone(), now).unwrap();
        let record = async { self.store.act().await.unwrap().record(drafts, now).await.unwrap() };
        self.runtime.block_on(record);
        given
    }

    /// Partners 900010 and 900020 with a location each, the customer `alpine`, two reviewers and everybody else.
    fn peopled(&self, day: &str) {
        self.act(day, &Actor::clockwork(), |desk| {
            for (id, global) in [("900010", "900010"), ("100204", "900010"), ("900020", "900020"), ("100300", "900020")] {
                let kind = if id == global { PartnerKind::Global } else { PartnerKind::Location };
                let (partner_id, global_partner_id) = (Name::new(id), Name::new(global));
                let partner = Partner { partner_id, global_partner_id, name: id.to_owned(), country: None, kind, active: Flag(true) };
                desk.put("partner-added", &partner, desk.today(), None)?;
            }
            let domains = Some("alpine.example".to_owned());
            let (tenant_id, name) = ("t-alpine".into(), "Alpine".to_owned());
            let customer = Customer { tenant_id, name, domains, country: None, cloud: Cloud::Public, segment: None };
            desk.put("customer-added", &customer, desk.today(), None)?;
            let subscription = Subscription {
                subscription_id: "s-office".into(),
                tenant_id: "t-alpine".into(),
                product: Some("office-365".into()),
                agreement: Some(Agreement::Ea),
                status: Some("active".into()),
                starts_on: None,
                ends_on: None,
                predecessor_id: None,
            };
            desk.put("subscription-added", &subscription, desk.today(), None)?;
            for who in [pam(), fay(), gus(), reviewer("ann"), reviewer("ben")] {
                let (user_id, organisation, roles) = (who.user.clone(), who.organisation.clone().unwrap(), who.roles.clone());
                let name = who.user.to_string();
                let user = User { user_id, name, organisation, roles, location: None, identity: None, person_id: None, active: true };
                desk.put("user-added", &user, desk.today(), None)?;
            }
            Ok(())
        });
    }

    /// A draft that lacks nothing.
    fn draft(&self, day: &str, who: &Actor, partner: &str) -> Name {
        let contact = |name: &str| Some(Contact { name: name.to_owned(), email: format!("{name}@alpine.example"), title: None });
        let edits = Edits {
            partner_id: Some(partner.into()),
            tenant_id: Some("t-alpine".into()),
            domain: Some("alpine.example".into()),
            activity: Some(Activity::OsuM365),
            products: Some(vec![Product::new("teams", None)]),
            customer_contact: contact("carla"),
            partner_contact: contact("dora"),
            ..Edits::default()
        };
        let id = self.act(day, who, |desk| drafts::create(desk, &edits)).claim_id;
        self.prove(day, who, &id);
        id
    }

    fn prove(&self, day: &str, who: &Actor, id: &Name) {
        let proof = ProofMeta {
            name: format!("work of {}.pdf", who.user),
            media_type: "application/pdf".to_owned(),
            bytes: 1_000,
            sha256: format!("{:064x}", self.memory.borrow().sequence()),
            dated_on: Some(day.parse::<Day>().unwrap().plus(-7)),
            workloads: [].into(),
            shows: self.rulebook.associations.cpor.proof.checklist.keys().cloned().collect(),
        };
        self.act(day, who, |desk| proofs::attach_proof(desk, id.as_str(), proof));
    }
}

fn pam() -> Actor {
    Actor::new("pam", Organisation::Partner("900010".into()), [Role::IncentiveAdmin])
}

fn fay() -> Actor {
    Actor::new("fay", Organisation::Partner("900020".into()), [Role::IncentiveAdmin])
}

fn gus() -> Actor {
    Actor::new("gus", Organisation::Customer("t-alpine".into()), [Role::GlobalAdmin])
}

fn reviewer(name: &str) -> Actor {
    Actor::new(name, Organisation::Operator, [Role::Reviewer])
}

#[test]
fn a_claims_story_from_draft_to_loss_is_told_as_it_was_known_on_each_day() {
    let scene = Scene::empty();
    let home = scene.folder.path().join("home");
    std::fs::create_dir(&home).unwrap();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let store = runtime.block_on(Store::open(&format!("sqlite://{}", home.join("counterfoil.db").display()))).unwrap();
    let past = Past { memory: RefCell::default(), store, runtime, rulebook: rules::open(None).unwrap() };
    past.peopled("2024-03-01");

    let id = past.draft("2024-03-04", &pam(), "100204");
    past.act("2024-03-05", &pam(), |desk| submissions::submit(desk, id.as_str()));
    past.act("2024-03-06", &reviewer("ann"), |desk| reviews::start(desk, id.as_str()));
    past.act("2024-03-14", &Actor::clockwork(), ticks::tick);
    past.act("2024-03-14", &reviewer("ann"), |desk| reviews::vote(desk, id.as_str(), Verdict::Approve, None));
    past.act("2024-03-15", &reviewer("ben"), |desk| reviews::vote(desk, id.as_str(), Verdict::Approve, None));
    let rival = past.draft("2024-04-15", &fay(), "100300");
    let case = past.act("2024-04-16", &fay(), |desk| submissions::submit(desk, rival.as_str())).arbitrations[0].clone();
    past.act("2024-04-17", &gus(), |desk| endings::accept(desk, rival.as_str()));
    past.act("2024-04-18", &reviewer("ann"), |desk| reviews::start(desk, rival.as_str()));
    past.prove("2024-04-19", &pam(), &id);
    let better = Name::new("greater-influence");
    past.act("2024-04-22", &reviewer("ann"), |desk| arbitrations::vote(desk, case.as_str(), &rival, &better, None));
    past.act("2024-04-23", &reviewer("ben"), |desk| arbitrations::vote(desk, case.as_str(), &rival, &better, None));
    drop(past);

    let mut told = String::new();
    for day in [
        "2024-03-01",
        "2024-03-04",
        "2024-03-05",
        "2024-03-06",
        "2024-03-14",
        "2024-03-15",
        "2024-04-14",
        "2024-04-16",
        "2024-04-19",
        "2024-04-22",
        "2024-04-23",
    ] {
        let told_then = |question: &[&str]| {
            // instants are the story's own, so they are not masked
            let output = scene.command(question).args(["-o", "table", "--known-at", day]).output().unwrap();
            let text = |bytes| String::from_utf8(bytes).unwrap();
            format!("═══ {day}: {}\n{}{}\n", question[..2].join(" "), text(output.stdout), text(output.stderr))
        };
        told.push_str(&told_then(&["claim", "show", id.as_str(), "--as", "pam"]));
        told.push_str(&told_then(&["claim", "list", "--as", "ann"]));
    }
    insta::assert_snapshot!(told);
    for (list, then) in [("partner", 4), ("customer", 1), ("subscription", 1), ("user", 5), ("dpor", 0), ("csp", 0), ("notice", 0)] {
        let count = |day: &str| {
            let ran = scene.run(&[list, "list", "--known-at", day, "--as", "ann", "-o", "json"]);
            serde_json::from_str::<Vec<serde_json::Value>>(&ran.stdout).unwrap_or_else(|_| panic!("{list}: {ran}")).len()
        };
        assert_eq!((count("2024-02-29"), count("2024-03-01")), (0, then), "{list}");
    }
    let act = scene.run(&["claim", "withdraw", rival.as_str(), "--known-at", "2024-04-15", "--as", "fay"]);
    assert_eq!((act.exit, act.stdout.as_str()), (Some(2), ""), "{act}");
    assert!(act.stderr.contains("what was known earlier cannot be changed"), "{act}");
}
