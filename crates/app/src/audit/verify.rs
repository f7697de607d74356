//! Checks that an exported log is whole and unaltered. Nothing is needed but the export, and the key or a checkpoint that one trusts.

use std::io::{BufRead, Read};

use domain::record::event::Event;
use domain::record::memory::Memory;
use domain::record::merkle::{Edge, Hash};
use jiff::Timestamp;
use serde::Serialize;

use super::export::{Head, Signed};
use super::note::{Checkpoint, VerifierKey};

/// The longest line that is read, in bytes.
const LINE_BYTES_MAX: u64 = 64 << 20;

/// What a log that is whole and unaltered tells.
#[derive(Debug, Serialize)]
pub struct Verified {
    /// How many events it holds.
    pub events: u64,
    /// When the first was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_at: Option<Timestamp>,
    /// When the last was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_at: Option<Timestamp>,
    /// How many entries the events add up to.
    pub entries: u64,
    /// The root of the tree over all events.
    pub root: String,
    /// How many checkpoints were verified.
    pub checkpoints: u64,
    /// The keys that signed them.
    pub keys: Vec<String>,
}

/// Why a log is not what it should be, and on which line of the file that shows.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {told}")]
pub struct Altered {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong.
    pub told: String,
}

/// The file as it is read.
struct Lines<R> {
    from: R,
    line: u64,
}

impl<R: BufRead> Lines<R> {
    fn altered(&self, told: impl Into<String>) -> Altered {
        Altered { line: self.line, told: told.into() }
    }

    /// The next line, without its end; nothing behind the last one.
    fn read(&mut self) -> Result<Option<String>, Altered> {
        self.line += 1;
        let mut bytes = Vec::new();
        let read = self.from.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut bytes);
        read.map_err(|error| self.altered(format!("cannot be read: {error}")))?;
        match bytes.pop() {
            None => Ok(None),
            Some(b'\n') => String::from_utf8(bytes).map(Some).map_err(|_| self.altered("is no text (UTF-8)")),
            Some(_) => Err(self.altered("breaks off; the file was cut, or a line end was altered")),
        }
    }
}

/// Verifies an exported log. `trusted` keys replace those that the file names itself; each of `held` is a checkpoint of this log that
/// somebody kept.
///
/// # Errors
/// When anything was altered, left out, or added; or when the log does not continue a checkpoint that is held.
pub fn verify(from: impl BufRead, trusted: &[VerifierKey], held: &[String]) -> Result<Verified, Altered> {
    let mut lines = Lines { from, line: 0 };
    let (head, own) = head(&mut lines)?;
    if let Some(stranger) = own.iter().find(|key| !trusted.is_empty() && !trusted.contains(key)) {
        return Err(lines.altered(format!("the log is signed by `{stranger}`, which is not the key that you trust")));
    }
    let (memory, leaves, span) = events(&mut lines, head.events)?;
    let mut roots = Roots { leaves, edge: Edge::default() };
    let mut good = 0;
    let mut checkpoints = 0;
    while let Some(text) = lines.read()? {
        let signed: Signed = canonical(&lines, &text, "a checkpoint")?;
        let checkpoint = open(&signed.checkpoint, &own).map_err(|told| lines.altered(told))?;
        roots.check(&checkpoint, good).map_err(|told| lines.altered(told))?;
        if checkpoint.size < good {
            return Err(lines.altered("the checkpoints are not in their order"));
        }
        good = checkpoint.size;
        checkpoints += 1;
    }
    if checkpoints == 0 || good != head.events {
        return Err(lines.altered(format!("events after {good} are covered by no checkpoint: the end of the file was cut")));
    }
    for note in held {
        let checkpoint = open(note, &own).map_err(|told| lines.altered(format!("the checkpoint that is held: {told}")))?;
        roots
            .check(&checkpoint, 0)
            .map_err(|told| lines.altered(format!("the log does not continue the checkpoint that is held: {told}")))?;
    }
    let entries = memory.iter().count() as u64;
    let (first_at, last_at) = span.map_or((None, None), |(first, last)| (Some(first), Some(last)));
    let root = roots.of(head.events).to_string();
    Ok(Verified { events: head.events, first_at, last_at, entries, root, checkpoints, keys: head.keys })
}

fn head<R: BufRead>(lines: &mut Lines<R>) -> Result<(Head, Vec<VerifierKey>), Altered> {
    let text = lines.read()?.ok_or_else(|| lines.altered("the file is empty; expected what `audit export` writes"))?;
    let head: Head = canonical(lines, &text, "the first line of an exported log")?;
    if head.counterfoil_log != 1 {
        return Err(lines.altered(format!("the export is of version {}, and this program knows version 1", head.counterfoil_log)));
    }
    let keys = head.keys.iter().map(|key| key.parse()).collect::<Result<_, _>>();
    Ok((head, keys.map_err(|error: super::note::NoteError| lines.altered(error.to_string()))?))
}

/// What the events add up to, their leaves, and when the first and the last were recorded.
type Replayed = (Memory, Vec<Hash>, Option<(Timestamp, Timestamp)>);

fn events<R: BufRead>(lines: &mut Lines<R>, count: u64) -> Result<Replayed, Altered> {
    let mut memory = Memory::default();
    let mut leaves = Vec::new();
    let mut span: Option<(Timestamp, Timestamp)> = None;
    for sequence in 1..=count {
        let text = lines.read()?.ok_or_else(|| lines.altered(format!("event {sequence} of {count} is not there: the file was cut")))?;
        let event: Event = canonical(lines, &text, "an event")?;
        if event.sequence != sequence {
            return Err(lines.altered(format!("event {sequence} is expected, and event {} stands there", event.sequence)));
        }
        let (first, last) = span.unwrap_or((event.recorded_at, event.recorded_at));
        if event.recorded_at < last {
            return Err(lines.altered(format!("event {sequence} was recorded earlier than the event before")));
        }
        span = Some((first, event.recorded_at));
        memory.apply(&event).map_err(|misfit| lines.altered(misfit.to_string()))?;
        leaves.push(Hash::leaf(text.as_bytes()));
    }
    Ok((memory, leaves, span))
}

/// A value whose text is the one that the program writes, to the byte.
fn canonical<R: BufRead, T: Serialize + for<'d> serde::Deserialize<'d>>(lines: &Lines<R>, text: &str, what: &str) -> Result<T, Altered> {
    let value: T = serde_json::from_str(text).map_err(|error| lines.altered(format!("is not {what}: {error}")))?;
    let again = serde_json::to_string(&value).map_err(|error| lines.altered(error.to_string()))?;
    if again == text { Ok(value) } else { Err(lines.altered(format!("is not {what} as the program writes it"))) }
}

/// Opens a note with the key that it names.
fn open(note: &str, keys: &[VerifierKey]) -> Result<Checkpoint, String> {
    let origin = note.lines().next().unwrap_or_default();
    let named: Vec<&VerifierKey> = keys.iter().filter(|key| key.name == origin).collect();
    let tried = named.iter().map(|key| key.open(note).map_err(|error| error.to_string()));
    tried.reduce(Result::or).unwrap_or_else(|| Err(format!("the checkpoint of `{origin}` is signed by no key that is trusted here")))
}

/// The roots of the trees over the first leaves, asked for in growing sizes.
struct Roots {
    leaves: Vec<Hash>,
    edge: Edge,
}

impl Roots {
    fn of(&mut self, size: u64) -> Hash {
        if size < self.edge.size() {
            self.edge = Edge::default();
        }
        let (done, size) = (place(self.edge.size()), place(size));
        self.leaves.iter().take(size).skip(done).for_each(|leaf| self.edge.push(*leaf));
        self.edge.root()
    }

    /// Says what is wrong with a checkpoint; the one over `good` events fitted.
    fn check(&mut self, checkpoint: &Checkpoint, good: u64) -> Result<(), String> {
        let (size, all) = (checkpoint.size, self.leaves.len());
        if place(size) > all {
            return Err(format!("the checkpoint is over {size} events, and there are {all}: events were removed"));
        }
        if self.of(size) == checkpoint.root {
            return Ok(());
        }
        Err(format!("the first {size} events are not those of the checkpoint: one of {} to {size} was altered, removed or added", good + 1))
    }
}

fn place(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use domain::record::event::{Change, Draft};

    use super::super::note::Signer;
    use super::*;

    const SIGNER: [u8; 32] = [7; 32];

    fn event(sequence: u64, before: Option<&str>, after: &str) -> Event {
        let value = |text: &str| serde_json::Value::from(text);
        let change = Change { before: before.map(value), after: Some(value(after)) };
        let what = Draft {
            kind: "seat-taken".to_owned(),
            register: "seat".to_owned(),
            id: "12A".to_owned(),
            actor: domain::names::Name::new("ann"),
            organisation: None,
            effective_on: "2024-01-01".parse().unwrap(),
            changes: [("holder".to_owned(), change)].into(),
            reason: Some("moved \"up\"".to_owned()),
        };
        let recorded_at = Timestamp::from_second(1_700_000_000 + i64::try_from(sequence).unwrap()).unwrap();
        Event { sequence, recorded_at, what }
    }

    /// Three events, with checkpoints over the first and over all of them.
    fn log(events: &[Event], sizes: &[u64]) -> String {
        let signer = Signer::new(&SIGNER);
        let texts: Vec<String> = events.iter().map(Event::text).collect();
        let head = Head { counterfoil_log: 1, events: texts.len() as u64, keys: vec![signer.verifier().to_string()] };
        let mut lines = vec![serde_json::to_string(&head).unwrap()];
        lines.extend(texts.iter().cloned());
        for size in sizes {
            let mut edge = Edge::default();
            texts.iter().take(place(*size)).for_each(|text| edge.push(Hash::leaf(text.as_bytes())));
            lines.push(serde_json::to_string(&Signed { checkpoint: signer.sign(*size, edge.root()) }).unwrap());
        }
        lines.iter().map(|line| format!("{line}\n")).collect()
    }

    fn events() -> Vec<Event> {
        vec![event(1, None, "a"), event(2, Some("a"), "b"), event(3, Some("b"), "c")]
    }

    fn told(text: &str) -> String {
        verify(text.as_bytes(), &[], &[]).map_or_else(|altered| altered.to_string(), |_| "whole".to_owned())
    }

    #[test]
    fn no_altered_removed_or_added_byte_goes_unnoticed() {
        let log = log(&events(), &[1, 3]);
        assert_eq!(told(&log), "whole");
        for at in 0..log.len() {
            for bit in 0..8 {
                let mut altered = log.clone().into_bytes();
                altered[at] ^= 1 << bit;
                assert!(verify(&altered[..], &[], &[]).is_err(), "bit {bit} of byte {at}");
            }
            let mut shorter = log.clone().into_bytes();
            shorter.remove(at);
            assert!(verify(&shorter[..], &[], &[]).is_err(), "without byte {at}");
            assert!(verify(&log.as_bytes()[..at], &[], &[]).is_err(), "cut at byte {at}");
        }
        assert!(verify(format!("{log}\n").as_bytes(), &[], &[]).is_err());
    }

    #[test]
    fn a_log_that_was_forged_with_its_own_key_is_found_by_what_it_says_or_by_a_checkpoint_that_is_held() {
        let [one, two, three] = &events()[..] else { panic!("three events") };
        assert_eq!(told(&log(&[one.clone(), three.clone()], &[2])), "line 3: event 2 is expected, and event 3 stands there");
        let early = Event { recorded_at: one.recorded_at, ..three.clone() };
        assert_eq!(told(&log(&[one.clone(), two.clone(), early], &[3])), "line 4: event 3 was recorded earlier than the event before");
        let misfit = event(3, Some("z"), "c");
        assert!(
            told(&log(&[one.clone(), two.clone(), misfit], &[3])).contains("says that `holder` was `\"z\"` before, and it was `\"b\"`")
        );
        assert!(told(&log(&events(), &[1])).contains("events after 1 are covered by no checkpoint"));
        assert!(told(&log(&events(), &[])).contains("covered by no checkpoint"));

        // a whole other history, signed by the same key
        let other = log(&[event(1, None, "x"), event(2, Some("x"), "y")], &[2]);
        assert_eq!(told(&other), "whole");
        let held = |size: u64| {
            let text = log(&events(), &[size]);
            let signed: Signed = serde_json::from_str(text.lines().last().unwrap()).unwrap();
            signed.checkpoint
        };
        let against =
            |text: &str, size: u64| verify(text.as_bytes(), &[], &[held(size)]).map(|_| ()).map_err(|altered| altered.to_string());
        assert_eq!(against(&log(&events(), &[1, 3]), 2), Ok(()));
        assert!(
            against(&other, 1).unwrap_err().contains("does not continue the checkpoint that is held: the first 1 events are not those")
        );
        assert!(against(&other, 3).unwrap_err().contains("over 3 events, and there are 2: events were removed"));

        let stranger = Signer::new(&[8; 32]).verifier();
        assert!(verify(other.as_bytes(), &[stranger], &[]).unwrap_err().to_string().contains("not the key that you trust"));
    }
}
