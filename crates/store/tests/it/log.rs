//! Events and the registers that they add up to, and many acts at once.

use domain::names::Name;
use domain::record::actor::{Actor, Organisation, Role};
use domain::record::entry::{By, Entry, Fields};
use domain::record::event::{Draft, changes};
use domain::record::memory::Memory;
use domain::record::merkle::{Edge, Hash};
use domain::time::Day;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use store::Store;
use store::checkpoints::Checkpoint;
use store::log::{Asked, Part};

use crate::databases::empty_databases;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Seat {
    seat: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    partner_id: Option<Name>,
}

impl Entry for Seat {
    const REGISTER: &'static str = "seat";

    fn id(&self) -> String {
        self.seat.clone()
    }
}

/// How many take one seat at once, unless `TEST_RACING` says another number.
const RACING: i64 = 2_000;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

fn draft(actor: &Actor, seat: &Seat, before: &Fields) -> Draft {
    Draft {
        kind: "seat-taken".to_owned(),
        register: Seat::REGISTER.to_owned(),
        id: seat.id(),
        actor: actor.user.clone(),
        organisation: actor.organisation.clone(),
        effective_on: "2024-01-01".parse::<Day>().unwrap(),
        changes: changes(before, &seat.fields()),
        reason: None,
    }
}

fn actor(name: &str) -> Actor {
    Actor::new(name, Organisation::Operator, [Role::Reviewer])
}

/// Takes a seat unless somebody has it.
async fn take(store: &Store, seat: &str, who: &str, second: i64) -> bool {
    let mut acting = store.act().await.unwrap();
    let standing = acting.find("seat", seat).await.unwrap().map(|entry| entry.fields).unwrap_or_default();
    if standing.contains_key("partner_id") {
        return false;
    }
    let taken = Seat { seat: seat.to_owned(), partner_id: Some(Name::new(who)) };
    acting.record(vec![draft(&actor(who), &taken, &standing)], at(second)).await.unwrap();
    true
}

#[tokio::test]
async fn pages_go_on_where_the_one_before_ended_in_the_order_of_bytes() {
    for database in empty_databases("pages").await {
        let store = &database.store;
        for seat in ["b", "a-1", "B", "a1", "A"] {
            assert!(take(store, seat, "1", 5).await);
        }
        let by = By { partner_id: Some(Name::new("1")), ..By::default() };
        let mut read = Vec::new();
        while let Some(entry) = {
            let after = read.last().map_or("", String::as_str);
            store.list_entries("seat", &by, &Part { after, most: Some(1) }).await.unwrap().pop()
        } {
            read.push(entry.id);
        }
        assert_eq!(read, ["A", "B", "a-1", "a1", "b"]);
    }
}

#[tokio::test]
async fn events_and_their_entries_are_recorded_together_and_add_up() {
    for database in empty_databases("log").await {
        let store = &database.store;
        assert!(take(store, "a", "1", 5).await);
        assert!(!take(store, "a", "2", 6).await);
        // a clock that was set back
        assert!(take(store, "b", "2", 1).await);
        let events = store.list_events(0, 10).await.unwrap();
        assert_eq!(events.iter().map(|event| event.sequence).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(events[1].recorded_at, at(5));

        let by = By { partner_id: Some(Name::new("2")), ..By::default() };
        let of_two = store.list_entries("seat", &by, &Part::default()).await.unwrap();
        assert_eq!(of_two.iter().map(|entry| entry.id.as_str()).collect::<Vec<_>>(), ["b"]);
        let after = store.list_entries("seat", &By::default(), &Part { after: "a", most: Some(1) }).await.unwrap();
        assert_eq!(after, of_two);

        let made = store.list_standing("seat", &["a", "b", "c"]).await.unwrap();
        assert_eq!(made, ["a", "b"].map(str::to_owned).into());
        assert!(store.list_standing("chair", &["a"]).await.unwrap().is_empty());

        let replayed = Memory::replay(&events, at(100)).unwrap();
        let all = store.list_all_entries().await.unwrap();
        let stored = all.into_iter().map(|(_, entry)| (entry.id, entry.fields)).collect();
        assert_eq!(replayed.entries()["seat"], stored);
        assert_eq!(Memory::replay(&events, at(4)).unwrap(), Memory::default());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_take_one_seat_at_once_one_gets_it() {
    let many = std::env::var("TEST_RACING").map_or(RACING, |many| many.parse().unwrap());
    for database in empty_databases("log_race").await {
        let store = &database.store;
        let racing: Vec<_> = (0..many)
            .map(|ix| {
                let store = store.clone();
                tokio::spawn(async move { take(&store, "a", &ix.to_string(), ix).await })
            })
            .collect();
        let mut winners = 0;
        for one in racing {
            winners += usize::from(one.await.unwrap());
        }
        assert_eq!(winners, 1);
        assert_eq!(store.log_head().await.unwrap().sequence, 1);
        let entry = store.find_entry("seat", "a").await.unwrap().unwrap();
        assert_eq!(entry.sequence, 1);
    }
}

#[tokio::test]
async fn the_tree_over_the_log_grows_with_it_and_registers_are_made_again_from_it() {
    for database in empty_databases("log_tree").await {
        let store = &database.store;
        for seat in 0..5 {
            assert!(take(store, &seat.to_string(), "1", seat).await);
        }
        let texts = store.list_event_texts(0, 10).await.unwrap();
        let mut edge = Edge::default();
        texts.iter().for_each(|text| edge.push(Hash::leaf(text.as_bytes())));
        let head = store.log_head().await.unwrap();
        assert_eq!(head.edge(), Some(edge.clone()));
        assert_eq!(store.hash_log(5).await.unwrap(), edge);
        assert_eq!(store.hash_log(3).await.unwrap().size(), 3);

        // a log of a version that kept no tree is hashed at its next event
        sqlx::query("UPDATE log_head SET edge = ''").execute(store.pool()).await.unwrap();
        assert!(take(store, "5", "2", 9).await);
        assert_eq!(store.log_head().await.unwrap().edge(), Some(store.hash_log(6).await.unwrap()));

        let checkpoint = Checkpoint { sequence: 5, verifier_key: "key".to_owned(), made_at: at(7), note: "note".to_owned() };
        store.record_checkpoint(&checkpoint).await.unwrap();
        store.record_checkpoint(&Checkpoint { note: "another".to_owned(), ..checkpoint.clone() }).await.unwrap();
        assert_eq!((store.list_checkpoints().await.unwrap(), store.latest_checkpoint().await.unwrap()), (vec![checkpoint], 5));

        let standing = store.list_all_entries().await.unwrap();
        sqlx::query("DELETE FROM entry WHERE entry_id < '4'").execute(store.pool()).await.unwrap();
        let entries = standing.iter().map(|(register, entry)| (register.as_str(), entry.id.as_str(), entry.sequence, &entry.fields));
        store.act().await.unwrap().rebuild(entries, &store.hash_log(6).await.unwrap(), Some(at(9))).await.unwrap();
        assert_eq!(store.list_all_entries().await.unwrap(), standing);

        let of_two = Asked { actor: Some("2"), since: Some(at(8)), most: 10, ..Asked::default() };
        let picked = |asked| async move { store.pick_events(&asked).await.unwrap().iter().map(|event| event.sequence).collect::<Vec<_>>() };
        assert_eq!(picked(of_two).await, [6]);
        assert_eq!(picked(Asked { before: 4, most: 2, ..Asked::default() }).await, [3, 2]);
    }
}
