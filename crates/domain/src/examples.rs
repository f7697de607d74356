//! Worked examples: facts and the results expected of them, data beside the rules (`examples/*.toml`).

/// The form of example files, and how compact rows are written out.
mod read;

/// Running an example: the score against what was expected.
mod run;

use serde::{Deserialize, Serialize};

use crate::facts::Program;
use crate::fraction::Fraction;
use crate::names::Name;
use crate::rulebook::MetricName;
use crate::time::{Day, Month};

use read::ExampleFile;
pub use read::parse;
pub use run::{Failure, run};

/// A worked example.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// What it shows, as a sentence.
    pub name: String,
    /// The file that it stands in.
    pub file: String,
    /// The line of its name.
    pub line: usize,
    /// Where it comes from.
    pub source: String,
    /// The day that is asked about.
    pub as_of: Day,
    /// The facts.
    pub given: Program,
    /// The facts as the file writes them, for people.
    pub given_text: String,
    /// The results.
    pub expect: Vec<Expected>,
    /// Sides of thresholds that it shows, as `PLACE:SIDE`.
    pub covers: Vec<String>,
}

/// A result that an example expects.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// The global account; none: the only one of the facts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partner: Option<Name>,
    /// The area, or several that give the same result.
    pub area: OneOrMore,
    /// The track; none: the chosen one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub track: Option<Name>,
    /// The metric; none: the result is of the track or of the area.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub metric: Option<MetricName>,
    /// The part of the metric.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part: Option<Name>,
    /// The month of the window; then `score` and `qualified` are of its row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub month: Option<Month>,
    /// The value of the metric or part, exact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<Fraction>,
    /// The points of the metric or part, exact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<Fraction>,
    /// The score, exact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<Fraction>,
    /// Whether it qualifies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualified: Option<bool>,
    /// The chosen track of the area.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chosen: Option<Name>,
    /// The status of the area.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Name>,
}

/// The JSON Schema of example files, for editors.
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(ExampleFile)
}

/// One name, or several.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(untagged, expecting = "expected a name, or an array of names")]
pub enum OneOrMore {
    /// One.
    One(Name),
    /// Several.
    More(Vec<Name>),
}

impl OneOrMore {
    /// The names.
    #[must_use]
    pub fn names(&self) -> &[Name] {
        match self {
            Self::One(name) => std::slice::from_ref(name),
            Self::More(names) => names,
        }
    }
}
