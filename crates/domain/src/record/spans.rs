//! Who holds a thing from when to when: at most one at a time.

use serde::{Deserialize, Serialize};

use super::refusal::Refusal;
use crate::time::{Day, Interval};

/// Days for which a thing is held.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Span<T> {
    /// The first day.
    pub from: Day,
    /// The first day after; nothing while it is held.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Day>,
    /// Who holds it, and by what.
    #[serde(flatten)]
    pub held: T,
}

impl<T> Span<T> {
    /// The days as an interval.
    #[must_use]
    pub fn days(&self) -> Interval {
        Interval { from: self.from, to: self.to.unwrap_or(Day::NEVER) }
    }
}

/// The holders of a thing, in order, never two on a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(transparent)]
pub struct Spans<T>(Vec<Span<T>>);

impl<T> Default for Spans<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Clone> Spans<T> {
    /// Holders as older records tell them. Where two of them overlap, the one that began later holds from its first day.
    #[must_use]
    pub fn of(mut spans: Vec<Span<T>>) -> Self {
        spans.retain(|span| !span.days().is_empty());
        spans.sort_by_key(|span| span.from);
        let starts: Vec<Day> = spans.iter().skip(1).map(|span| span.from).collect();
        for (span, next) in spans.iter_mut().zip(starts) {
            if span.to.is_none_or(|to| to > next) {
                span.to = Some(next);
            }
        }
        spans.retain(|span| !span.days().is_empty());
        Self(spans)
    }

    /// All spans, the earliest first.
    #[must_use]
    pub fn all(&self) -> &[Span<T>] {
        &self.0
    }

    /// The span that holds on a day.
    #[must_use]
    pub fn on(&self, day: Day) -> Option<&Span<T>> {
        self.0.iter().find(|span| span.days().holds_on(day))
    }

    /// The span that is open: it holds until somebody ends it.
    #[must_use]
    pub fn open(&self) -> Option<&Span<T>> {
        self.0.last().filter(|span| span.to.is_none())
    }

    /// Lets somebody hold the thing from a day on; whoever holds it is ended on that day.
    ///
    /// # Errors
    /// When a span begins or ends later than that day: what was is not written over.
    pub fn hold(&mut self, from: Day, held: T) -> Result<(), Refusal> {
        self.end(from)?;
        self.0.push(Span { from, to: None, held });
        Ok(())
    }

    /// Ends the open span on a day, if one is open; one that began on that day is as if it had never been.
    ///
    /// # Errors
    /// When a span begins or ends later than that day.
    pub fn end(&mut self, on: Day) -> Result<(), Refusal> {
        let Some(last) = self.0.last_mut() else { return Ok(()) };
        let latest = last.to.unwrap_or(last.from);
        if latest > on {
            let message = format!("the record reaches to {latest}, and {on} is earlier");
            return Err(Refusal::conflict("too-early", message, format!("take {latest} or a later day")));
        }
        if last.to.is_none() {
            last.to = Some(on);
        }
        self.0.retain(|span| !span.days().is_empty());
        Ok(())
    }

    /// Ends whatever holds on a day or would hold later: older records may tell of ends that are still to come.
    pub fn cut(&mut self, on: Day) {
        for span in &mut self.0 {
            span.to = Some(span.to.map_or(on, |to| to.min(on)));
        }
        self.0.retain(|span| !span.days().is_empty());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    #[test]
    fn a_new_holder_ends_the_one_before_on_its_first_day() {
        let mut spans = Spans::default();
        spans.hold(day("2024-01-01"), "a").unwrap();
        spans.hold(day("2024-02-01"), "b").unwrap();
        assert_eq!(spans.on(day("2024-01-31")).map(|span| span.held), Some("a"));
        assert_eq!(spans.on(day("2024-02-01")).map(|span| span.held), Some("b"));
        assert!(spans.hold(day("2024-01-15"), "c").is_err());
        spans.end(day("2024-02-01")).unwrap();
        assert_eq!(spans.all().len(), 1);
        assert!(spans.open().is_none());
    }
}
