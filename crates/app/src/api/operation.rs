//! Operations: what can be asked.

use axum::http::{Method, StatusCode};
use domain::record::desk::{Acted, Desk};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::Value;

use crate::api::call::Call;
use crate::api::problem::Problem;
use crate::proofs::Kept;

/// The schema of a type, put among the document's components.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// An operation of the API.
pub struct Operation {
    /// The method.
    pub method: Method,
    /// The path below the root, with parts such as `{claim_id}`.
    pub path: &'static str,
    /// The operation's name for clients, in camel case.
    pub id: &'static str,
    /// The part of the document that it stands in.
    pub tag: &'static str,
    /// What it does, in a few words.
    pub summary: &'static str,
    /// What a caller should know beside that: who may, what is refused.
    pub about: &'static str,
    /// What may stand in the query.
    pub parameters: &'static [Parameter],
    /// What the body is.
    pub takes: Option<SchemaOf>,
    /// What the answer is.
    pub gives: SchemaOf,
    /// The status of the answer.
    pub status: StatusCode,
    /// What is done.
    pub act: Act,
}

/// What an operation does.
pub enum Act {
    /// It reads.
    Read(fn(&Call<'_>) -> Result<Value, Problem>),
    /// It gives a secret, which is kept nowhere; so it takes no `Idempotency-Key`.
    Secret(fn(&Call<'_>) -> Result<Value, Problem>),
    /// It gives a file.
    Download(fn(&Call<'_>) -> Result<File, Problem>),
    /// The body is a file, named in the query: it acts at a desk, and the file is kept as a proof.
    Upload {
        /// As for [`Act::Write`].
        entry: Option<(&'static str, &'static str)>,
        /// The act.
        act: fn(&Call<'_>, &Kept, &mut Desk<'_>) -> Acted<Value>,
    },
    /// It acts at a desk.
    Write {
        /// The register, and the part of the path that holds the id, of the entry whose version `If-Match` may name.
        entry: Option<(&'static str, &'static str)>,
        /// The act.
        act: fn(&Call<'_>, &mut Desk<'_>) -> Acted<Value>,
    },
}

/// A file as an answer.
pub struct File {
    /// Its name, a label.
    pub name: String,
    /// Its content.
    pub content: Vec<u8>,
}

/// A value that may stand in a query.
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
    /// What it means.
    pub about: &'static str,
}

impl Parameter {
    /// The same parameter, for another list of them.
    pub const fn copy(&self) -> Self {
        Self { name: self.name, kind: self.kind, about: self.about }
    }
}

/// What a value of a query is.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// A text.
    Text,
    /// A whole number from 1 up to a largest one.
    Count(u32),
    /// A day.
    Day,
    /// An instant, UTC.
    Instant,
}

/// The schema of `T`.
pub fn schema<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// How many entries a list gives at most.
pub const LIMIT_MAX: u32 = 200;

/// The parameters of every list.
pub const PAGING: [Parameter; 2] = [
    Parameter { name: "limit", kind: Kind::Count(LIMIT_MAX), about: "how many entries at most; 50 unless told" },
    Parameter { name: "after", kind: Kind::Text, about: "the `next` of the page before" },
];
