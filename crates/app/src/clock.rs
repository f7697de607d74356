//! The clock: the only place that asks what day it is.

use domain::time::Day;
use jiff::tz::TimeZone;

/// Today, in UTC.
#[expect(clippy::disallowed_methods, reason = "this is the one place that reads the clock; everything else is handed the day")]
pub fn today() -> Day {
    jiff::Timestamp::now().to_zoned(TimeZone::UTC).date().into()
}
