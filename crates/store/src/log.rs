//! The log of events, and the registers that they add up to.
//!
//! Who changes registers takes the head of the log first and holds it until the end: so what is read meanwhile is what stands when
//! the events are recorded, on SQLite as on PostgreSQL, and of two acts at once the second one sees what the first one did.

use std::collections::HashSet;
use std::sync::Arc;

use domain::record::entry::{By, Fields, PICKED_BY};
use domain::record::event::{Draft, Event};
use domain::record::merkle::{Edge, Hash};
use jiff::Timestamp;
use serde_json::Value;
use sqlx::any::AnyRow;
use sqlx::{Any, AnyConnection, AssertSqlSafe, Transaction};
use tokio::sync::OwnedMutexGuard;

use crate::ledger::bigint;
use crate::row::Cells;
use crate::statements::{
    ADVANCE_LOG_HEAD, FIND_ENTRY, FIND_HEADS, FIND_LOG_HEAD, LIST_ALL_ENTRIES, LIST_ENTRIES, LIST_EVENTS, LIST_EVENTS_OF_ENTRY,
    LIST_STANDING, PICK_EVENTS, RECORD_ENTRY, RECORD_EVENT, TAKE_LOG_HEAD,
};
use crate::{Store, StoreError};

/// An entry as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The entry's id.
    pub id: String,
    /// The last event about it: its version.
    pub sequence: u64,
    /// Its fields.
    pub fields: Fields,
}

/// Which entries of a list are wanted: those after an id, and how many at most.
#[derive(Debug, Clone, Default)]
pub struct Part<'a> {
    /// The id after which the part begins; empty for the start.
    pub after: &'a str,
    /// How many at most; nothing for all.
    pub most: Option<u32>,
}

/// Which events are wanted, the latest first; what is not given picks nothing out.
#[derive(Debug, Clone, Default)]
pub struct Asked<'a> {
    /// Only events before this place; 0 for all.
    pub before: u64,
    /// Only events of this register.
    pub register: Option<&'a str>,
    /// Only events about the entry of this id.
    pub entry: Option<&'a str>,
    /// Only events of this user.
    pub actor: Option<&'a str>,
    /// Only events of this kind.
    pub kind: Option<&'a str>,
    /// Only events recorded then or later.
    pub since: Option<Timestamp>,
    /// How many at most.
    pub most: u32,
}

/// The end of the log: what an append rests on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Head {
    /// How many events there are: the place of the last one.
    pub sequence: u64,
    /// When the last one was recorded.
    pub recorded_at: Option<Timestamp>,
    /// The right edge of the Merkle tree over the events, as text.
    edge: String,
}

impl Head {
    /// The right edge of the Merkle tree over the log; nothing when it is not kept, or is of another log.
    #[must_use]
    pub fn edge(&self) -> Option<Edge> {
        Edge::read(self.sequence, &self.edge)
    }
}

/// The right to append to the log, held until it is committed or dropped.
pub struct Acting {
    pub(crate) transaction: Transaction<'static, Any>,
    pub(crate) head: Head,
    _turn: OwnedMutexGuard<()>,
}

impl Store {
    /// Takes the right to append to the log; waits while somebody else has it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn act(&self) -> Result<Acting, StoreError> {
        // thousands may wait here; each that waited in the database would hold a connection, and be sent away when it waits long
        let turn = Arc::clone(&self.turn).lock_owned().await;
        let mut transaction = self.pool.begin().await.map_err(StoreError::at("log_head/take"))?;
        let head = take_head(&mut transaction).await?;
        Ok(Acting { transaction, head, _turn: turn })
    }

    /// The end of the log.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn log_head(&self) -> Result<Head, StoreError> {
        let statement = "log_head/find";
        let row = sqlx::query(FIND_LOG_HEAD).fetch_one(&self.pool).await.map_err(StoreError::at(statement))?;
        head(&row, statement)
    }

    /// Events after a place in the log, `most` of them, in order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_events(&self, after: u64, most: u32) -> Result<Vec<Event>, StoreError> {
        let query = sqlx::query(LIST_EVENTS).bind(bigint(after)).bind(i64::from(most));
        let rows = query.fetch_all(&self.pool).await.map_err(StoreError::at("event/list"))?;
        rows.iter().map(|row| event(row, "event/list")).collect()
    }

    /// The texts of events after a place in the log, `most` of them, in order: what is hashed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_event_texts(&self, after: u64, most: u32) -> Result<Vec<String>, StoreError> {
        let mut connection = self.pool.acquire().await.map_err(StoreError::at("event/list"))?;
        texts(&mut connection, after, most).await
    }

    /// The events that are asked for, the latest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn pick_events(&self, asked: &Asked<'_>) -> Result<Vec<Event>, StoreError> {
        let statement = "event/pick";
        let last = if asked.before == 0 { i64::MAX } else { bigint(asked.before - 1) };
        let since = asked.since.map(fixed);
        let fields = [("register", asked.register), ("entry_id", asked.entry), ("actor", asked.actor), ("kind", asked.kind)];
        let equal = fields.into_iter().filter_map(|(field, value)| Some((field, "=", value?)));
        let wanted: Vec<(&str, &str, &str)> = equal.chain(since.as_deref().map(|since| ("recorded_at", ">=", since))).collect();
        // only names of columns, which are constants, go into the text
        let conditions: String = wanted.iter().zip(2..).map(|((field, is, _), place)| format!(" AND {field} {is} ${place}")).collect();
        let text = format!("{}{conditions} ORDER BY sequence DESC LIMIT {}", PICK_EVENTS.trim_end(), asked.most);
        let mut query = sqlx::query(AssertSqlSafe(text)).bind(last);
        for (_, _, value) in wanted {
            query = query.bind(value.to_owned());
        }
        let rows = query.fetch_all(&self.pool).await.map_err(StoreError::at(statement))?;
        rows.iter().map(|row| event(row, statement)).collect()
    }

    /// Every event about an entry, in order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_events_of_entry(&self, register: &str, id: &str) -> Result<Vec<Event>, StoreError> {
        let query = sqlx::query(LIST_EVENTS_OF_ENTRY).bind(register.to_owned()).bind(id.to_owned());
        let rows = query.fetch_all(&self.pool).await.map_err(StoreError::at("event/list_of_entry"))?;
        rows.iter().map(|row| event(row, "event/list_of_entry")).collect()
    }

    /// The entry of an id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_entry(&self, register: &str, id: &str) -> Result<Option<Standing>, StoreError> {
        let mut connection = self.pool.acquire().await.map_err(StoreError::at("entry/find"))?;
        find(&mut connection, register, id).await
    }

    /// Entries of a register, in the order of their ids.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_entries(&self, register: &str, by: &By, part: &Part<'_>) -> Result<Vec<Standing>, StoreError> {
        let mut connection = self.pool.acquire().await.map_err(StoreError::at("entry/list"))?;
        list(&mut connection, register, by, part).await
    }

    /// Those of some ids of a register whose entries events have made.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_standing(&self, register: &str, ids: &[&str]) -> Result<HashSet<String>, StoreError> {
        let statement = "entry/list_standing";
        if ids.is_empty() {
            return Ok(HashSet::new());
        }
        // only places of values go into the text
        let places: Vec<String> = (2..ids.len() + 2).map(|place| format!("${place}")).collect();
        let text = format!("{} AND entry_id IN ({})", LIST_STANDING.trim_end(), places.join(", "));
        let mut query = sqlx::query(AssertSqlSafe(text)).bind(register.to_owned());
        for id in ids {
            query = query.bind((*id).to_owned());
        }
        let rows = query.fetch_all(&self.pool).await.map_err(StoreError::at(statement))?;
        rows.iter().map(|row| Cells { row, statement, table: "entry" }.text("entry_id")).collect()
    }

    /// How many acts the ledger holds and how many events the log, at one instant.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn heads(&self) -> Result<(u64, u64), StoreError> {
        let statement = "log_head/find_both";
        let row = sqlx::query(FIND_HEADS).fetch_one(&self.pool).await.map_err(StoreError::at(statement))?;
        let cells = Cells { row: &row, statement, table: "log_head" };
        Ok((cells.count("acts")?, cells.count("events")?))
    }

    /// Every entry with its register, in order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list_all_entries(&self) -> Result<Vec<(String, Standing)>, StoreError> {
        let statement = "entry/list_all";
        let rows = sqlx::query(LIST_ALL_ENTRIES).fetch_all(&self.pool).await.map_err(StoreError::at(statement))?;
        let entry = |row: &AnyRow| {
            let cells = Cells { row, statement, table: "entry" };
            Ok((cells.text("register")?, standing(&cells)?))
        };
        rows.iter().map(entry).collect()
    }
}

impl Acting {
    /// The place of the last event of the log.
    #[must_use]
    pub fn sequence(&self) -> u64 {
        self.head.sequence
    }

    /// The entry of an id, as it stands.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find(&mut self, register: &str, id: &str) -> Result<Option<Standing>, StoreError> {
        find(&mut self.transaction, register, id).await
    }

    /// Entries of a register as they stand, in the order of their ids.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(&mut self, register: &str, by: &By) -> Result<Vec<Standing>, StoreError> {
        list(&mut self.transaction, register, by, &Part::default()).await
    }

    /// Gives the right back; nothing is recorded.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn give_back(self) -> Result<(), StoreError> {
        self.transaction.rollback().await.map_err(StoreError::at("log_head/take"))
    }

    /// Records events and what they make of entries, and gives the right back. Nothing holds when this fails.
    ///
    /// # Errors
    /// When an event does not fit the entry that it is about, or the database fails.
    pub async fn record(mut self, drafts: Vec<Draft>, now: Timestamp) -> Result<Vec<Event>, StoreError> {
        let events = append(&mut self.transaction, self.head, drafts, now).await?;
        self.transaction.commit().await.map_err(StoreError::at("event/record"))?;
        Ok(events)
    }
}

/// Takes the head of the log.
pub(crate) async fn take_head(connection: &mut AnyConnection) -> Result<Head, StoreError> {
    let statement = "log_head/take";
    let row = sqlx::query(TAKE_LOG_HEAD).fetch_one(connection).await.map_err(StoreError::at(statement))?;
    head(&row, statement)
}

/// Appends events after the head, which must have been taken, and changes the entries that they are about.
pub(crate) async fn append(
    connection: &mut AnyConnection,
    head: Head,
    drafts: Vec<Draft>,
    now: Timestamp,
) -> Result<Vec<Event>, StoreError> {
    // clocks are set back now and then; the log never is
    let now = head.recorded_at.map_or(now, |last| last.max(now));
    if drafts.is_empty() {
        return Ok(Vec::new());
    }
    let mut edge = kept_edge(connection, &head).await?;
    let mut events = Vec::with_capacity(drafts.len());
    for (what, sequence) in drafts.into_iter().zip(head.sequence + 1..) {
        let event = Event { sequence, recorded_at: now, what };
        edge.push(record(connection, &event).await?);
        events.push(event);
    }
    advance(connection, &edge, now).await?;
    Ok(events)
}

/// The right edge of the tree over the log; a log of a version that kept none is hashed once.
async fn kept_edge(connection: &mut AnyConnection, head: &Head) -> Result<Edge, StoreError> {
    match head.edge() {
        Some(edge) => Ok(edge),
        None if head.edge.is_empty() => hashed(connection, head.sequence).await,
        None => Err(StoreError::Inconsistent {
            table: "log_head",
            column: "edge",
            value: head.edge.clone(),
            expected: "the edge of the tree over the log",
        }),
    }
}

/// The right edge of the tree over the first `size` events, by reading them all.
pub(crate) async fn hashed(connection: &mut AnyConnection, size: u64) -> Result<Edge, StoreError> {
    let mut edge = Edge::default();
    while edge.size() < size {
        let most = u32::try_from(size - edge.size()).unwrap_or(PAGE).min(PAGE);
        let page = texts(connection, edge.size(), most).await?;
        if page.is_empty() {
            break;
        }
        page.iter().for_each(|text| edge.push(Hash::leaf(text.as_bytes())));
    }
    Ok(edge)
}

/// Moves the head of the log, which must have been taken.
pub(crate) async fn advance(connection: &mut AnyConnection, edge: &Edge, recorded_at: Timestamp) -> Result<(), StoreError> {
    let query = sqlx::query(ADVANCE_LOG_HEAD).bind(bigint(edge.size())).bind(fixed(recorded_at)).bind(edge.text());
    query.execute(connection).await.map(|_| ()).map_err(StoreError::at("log_head/advance"))
}

/// How many events are read at once.
const PAGE: u32 = 4096;

async fn texts(connection: &mut AnyConnection, after: u64, most: u32) -> Result<Vec<String>, StoreError> {
    let statement = "event/list";
    let query = sqlx::query(LIST_EVENTS).bind(bigint(after)).bind(i64::from(most));
    let rows = query.fetch_all(connection).await.map_err(StoreError::at(statement))?;
    rows.iter().map(|row| Cells { row, statement, table: "event" }.text("body")).collect()
}

/// Records an event and what it makes of its entry; gives the event's leaf.
async fn record(connection: &mut AnyConnection, event: &Event) -> Result<Hash, StoreError> {
    let (what, text) = (&event.what, event.text());
    let leaf = Hash::leaf(text.as_bytes());
    let mut fields = find(connection, &what.register, &what.id).await?.map(|entry| entry.fields).unwrap_or_default();
    event.apply(&mut fields).map_err(StoreError::Misfit)?;
    sqlx::query(RECORD_EVENT)
        .bind(bigint(event.sequence))
        .bind(fixed(event.recorded_at))
        .bind(what.kind.clone())
        .bind(what.register.clone())
        .bind(what.id.clone())
        .bind(what.actor.to_string())
        .bind(text)
        .execute(&mut *connection)
        .await
        .map_err(StoreError::at("event/record"))?;
    record_entry(connection, &what.register, &what.id, event.sequence, &fields).await?;
    Ok(leaf)
}

/// Records an entry as it stands after an event.
pub(crate) async fn record_entry(
    connection: &mut AnyConnection,
    register: &str,
    id: &str,
    sequence: u64,
    fields: &Fields,
) -> Result<(), StoreError> {
    let body = Value::Object(fields.iter().map(|(name, value)| (name.clone(), value.clone())).collect()).to_string();
    let mut query = sqlx::query(RECORD_ENTRY).bind(register.to_owned()).bind(id.to_owned()).bind(bigint(sequence)).bind(body);
    for field in PICKED_BY {
        query = query.bind(fields.get(field).and_then(Value::as_str).map(str::to_owned));
    }
    query.execute(connection).await.map_err(StoreError::at("entry/record"))?;
    Ok(())
}

async fn find(connection: &mut AnyConnection, register: &str, id: &str) -> Result<Option<Standing>, StoreError> {
    let statement = "entry/find";
    let query = sqlx::query(FIND_ENTRY).bind(register.to_owned()).bind(id.to_owned());
    let row = query.fetch_optional(connection).await.map_err(StoreError::at(statement))?;
    let Some(row) = row else { return Ok(None) };
    let cells = Cells { row: &row, statement, table: "entry" };
    Ok(Some(Standing { id: id.to_owned(), sequence: cells.count("sequence")?, fields: fields(&cells)? }))
}

async fn list(connection: &mut AnyConnection, register: &str, by: &By, part: &Part<'_>) -> Result<Vec<Standing>, StoreError> {
    let statement = "entry/list";
    let asked = by.asked();
    // only names of columns, which are constants, go into the text
    let conditions: String = asked.iter().zip(3..).map(|((field, _), place)| format!(" AND {field} = ${place}")).collect();
    let most = part.most.map(|most| format!(" LIMIT {most}")).unwrap_or_default();
    // ids are in the order of their bytes everywhere, and databases of PostgreSQL often in that of a language
    let bytes = if connection.backend_name() == "PostgreSQL" { " COLLATE \"C\"" } else { "" };
    let text = format!("{} AND entry_id{bytes} > $2{conditions} ORDER BY entry_id{bytes}{most}", LIST_ENTRIES.trim_end());
    let mut query = sqlx::query(AssertSqlSafe(text)).bind(register.to_owned()).bind(part.after.to_owned());
    for (_, value) in asked {
        query = query.bind(value.to_owned());
    }
    let rows = query.fetch_all(connection).await.map_err(StoreError::at(statement))?;
    rows.iter().map(|row| standing(&Cells { row, statement, table: "entry" })).collect()
}

fn standing(cells: &Cells<'_>) -> Result<Standing, StoreError> {
    Ok(Standing { id: cells.text("entry_id")?, sequence: cells.count("sequence")?, fields: fields(cells)? })
}

fn fields(cells: &Cells<'_>) -> Result<Fields, StoreError> {
    let body = cells.text("body")?;
    serde_json::from_str(&body).map_err(|_| cells.inconsistent("body", body, "an entry"))
}

fn event(row: &AnyRow, statement: &'static str) -> Result<Event, StoreError> {
    let cells = Cells { row, statement, table: "event" };
    let body = cells.text("body")?;
    serde_json::from_str(&body).map_err(|_| cells.inconsistent("body", body, "an event"))
}

fn head(row: &AnyRow, statement: &'static str) -> Result<Head, StoreError> {
    let cells = Cells { row, statement, table: "log_head" };
    let recorded_at = cells.text("recorded_at")?;
    let recorded_at = if recorded_at.is_empty() { None } else { Some(instant(&cells, "recorded_at", recorded_at)?) };
    Ok(Head { sequence: cells.count("sequence")?, recorded_at, edge: cells.text("edge")? })
}

pub(crate) fn instant(cells: &Cells<'_>, column: &'static str, text: String) -> Result<Timestamp, StoreError> {
    text.parse().map_err(|_| cells.inconsistent(column, text, "an instant"))
}

/// An instant as texts that sort by time.
pub(crate) fn fixed(instant: Timestamp) -> String {
    instant.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string()
}
