//! The clock: the only place that asks what day it is.

use domain::time::Day;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Today, in UTC.
pub fn today() -> Day {
    now().to_zoned(TimeZone::UTC).date().into()
}

/// The instant, in UTC.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock; everything else is handed the day")]
pub fn now() -> Timestamp {
    Timestamp::now()
}
