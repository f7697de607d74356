//! Many reviewers approve many claims on one scope at once.

use std::cell::RefCell;

use domain::claims::{Claim, Product, Verdict, Vote, reviews};
use domain::names::Name;
use domain::record::actor::{Actor, Organisation, Role};
use domain::record::desk::{ActError, Desk, Failure, Registers};
use domain::record::entry::{By, Entry, Fields};
use domain::record::memory::Memory;
use domain::rulebook::Rulebook;
use domain::words::{Activity, ClaimState};
use jiff::Timestamp;
use store::Store;
use store::log::{Acting, Part};
use tokio::runtime::Handle;

use crate::databases::empty_databases;

/// Registers of a database, read from a thread that may wait.
struct Live(RefCell<Acting>, Handle);

impl Registers for Live {
    fn find(&self, register: &str, id: &str) -> Result<Option<Fields>, Failure> {
        Ok(self.1.block_on(self.0.borrow_mut().find(register, id))?.map(|entry| entry.fields))
    }

    fn list(&self, register: &str, by: &By) -> Result<Vec<(String, Fields)>, Failure> {
        let entries = self.1.block_on(self.0.borrow_mut().list(register, by))?;
        Ok(entries.into_iter().map(|entry| (entry.id, entry.fields)).collect())
    }

    fn next_sequence(&self) -> Result<u64, Failure> {
        Ok(self.0.borrow().sequence() + 1)
    }
}

/// Claims that race, all at once: 200, or what `RACING_APPROVALS` says (`RACING_APPROVALS=10000 cargo test -p store --test it racing`).
fn racers() -> usize {
    std::env::var("RACING_APPROVALS").ok().and_then(|count| count.parse().ok()).unwrap_or(200)
}

fn now() -> Timestamp {
    Timestamp::from_second(1_700_000_000).unwrap()
}

fn rulebook() -> Rulebook {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../rulebook/2023-10");
    let mut files = Vec::new();
    for folder in ["", "associations", "designations", "imports", "lists"] {
        for entry in std::fs::read_dir(format!("{root}/{folder}")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "toml") {
                files.push((path.to_string_lossy().into_owned(), std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    Rulebook::parse(&files).unwrap()
}

fn reviewer(name: &str) -> Actor {
    Actor::new(name, Organisation::Operator, [Role::Reviewer])
}

/// A claim of a partner of its own, under review, accepted by the customer, with the first of two votes.
fn claim(number: usize) -> Claim {
    let (id, partner) = (Name::new(&format!("claim-{number:06}")), Name::new(&number.to_string()));
    Claim {
        products: vec![Product::new("teams", None)],
        accepted_on: Some(domain::time::Day::of(now())),
        votes: vec![Vote { by: "ann".into(), on: domain::time::Day::of(now()), verdict: Verdict::Approve, note: None }],
        ..Claim::new(id, partner, "t-alpine".into(), Activity::OsuM365, ClaimState::UnderReview)
    }
}

/// The second vote: the claim's state then, or what the reviewer is told.
async fn approve(store: Store, rulebook: &'static Rulebook, number: usize) -> Result<ClaimState, String> {
    let acting = store.act().await.unwrap();
    let (voted, acting, drafts) = tokio::task::block_in_place(|| {
        let live = Live(RefCell::new(acting), Handle::current());
        let mut desk = Desk::new(&live, rulebook, reviewer(&format!("reviewer-{}", number % 50)), now());
        let voted = reviews::vote(&mut desk, &claim(number).id(), Verdict::Approve, None);
        let drafts = desk.drafts();
        (voted, live.0.into_inner(), drafts)
    });
    match voted {
        Ok(voted) => {
            acting.record(drafts, now()).await.unwrap();
            match voted.contested.first() {
                None => Ok(voted.claim.state),
                Some(case) => Err(format!("{} is held by {}", case.scopes.join(", "), case.incumbent)),
            }
        }
        Err(ActError::Refused(refusal)) => panic!("{refusal}"),
        Err(failed) => panic!("{failed}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_racing_approvals_on_one_scope_one_wins_and_the_others_are_told_why() {
    let rulebook: &'static Rulebook = Box::leak(Box::new(rulebook()));
    let racers = racers();
    for database in empty_databases("claim_race").await {
        let store = &database.store;
        let acting = store.act().await.unwrap();
        let empty = Memory::default();
        let mut desk = Desk::new(&empty, rulebook, reviewer("ann"), now());
        (0..racers).for_each(|number| desk.put("claim-voted", &claim(number), desk.today(), None).unwrap());
        acting.record(desk.drafts(), now()).await.unwrap();

        let approve = |number| tokio::spawn(approve(store.clone(), rulebook, number));
        let racing: Vec<_> = (0..racers).map(approve).collect();
        let (mut winners, mut told) = (0, Vec::new());
        for one in racing {
            match one.await.unwrap() {
                Ok(state) => {
                    assert_eq!(state, ClaimState::Approved);
                    winners += 1;
                }
                Err(why) => told.push(why),
            }
        }
        let held = By { state: Some(ClaimState::Approved.to_string()), ..By::default() };
        let held = store.list_entries(Claim::REGISTER, &held, &Part::default()).await.unwrap();
        assert_eq!((winners, held.len(), told.len()), (1, 1, racers - 1), "{}", database.name);
        let why = format!("t-alpine/teams is held by {}", held[0].id);
        assert!(told.iter().all(|told| *told == why), "{told:?}");
    }
}
