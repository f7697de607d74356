//! What a plan says, and in which words it travels.

use std::sync::Arc;

use arrow_schema::{DataType, Field, Schema, SchemaRef};
use domain::credits::ScoredMonths;
use domain::time::Month;
use serde_json::{Value, json};

use super::ClusterError;
use crate::credits::{Ask, GroupBy};

/// The number of the form that plans and sums have: another number, another form.
const FORM: u32 = 1;

/// Where a job is, and which share is whose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The URL of the home's storage.
    pub storage: String,
    /// The folder of the job within it.
    pub folder: String,
    /// The first tenant of every share but the first, in order.
    pub cuts: Vec<String>,
    /// The lake's files of consumption, below the storage's folder of the lake.
    pub files: Vec<String>,
}

impl Job {
    /// How many shares there are.
    pub fn shares(&self) -> usize {
        self.cuts.len() + 1
    }

    /// The tenants of a share: from one name to before another.
    pub fn between(&self, share: usize) -> (&str, Option<&str>) {
        let from = share.checked_sub(1).and_then(|before| self.cuts.get(before));
        (from.map_or("", String::as_str), self.cuts.get(share).map(String::as_str))
    }
}

/// What a partition gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Sums of a share.
    Sums(Ask),
    /// The rows of consumption of a share.
    Consumption,
    /// The rows of a table, as a file of the job.
    Table(String),
}

/// A table of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub job: Arc<Job>,
    pub what: What,
    /// Its columns.
    pub schema: SchemaRef,
    /// Those of them that are asked for; nothing for all.
    pub columns: Option<Vec<usize>>,
}

/// What has to be the same in client, scheduler and executors.
pub fn build() -> String {
    let own = format!("{} (plan {FORM}, Ballista {})", env!("CARGO_PKG_VERSION"), ballista_core::BALLISTA_VERSION);
    // tests give a process another build
    let instead = if cfg!(debug_assertions) { std::env::var("COUNTERFOIL_BUILD").ok() } else { None };
    instead.unwrap_or(own)
}

impl Plan {
    /// How many partitions the table has.
    pub fn partitions(&self) -> usize {
        if matches!(self.what, What::Table(_)) { 1 } else { self.job.shares() }
    }

    /// The columns that are asked for.
    pub fn asked(&self) -> SchemaRef {
        match &self.columns {
            Some(columns) => Arc::new(self.schema.project(columns).expect("the planner asks for columns of the table")),
            None => Arc::clone(&self.schema),
        }
    }

    /// The plan as bytes.
    pub fn write(&self) -> Vec<u8> {
        let Job { storage, folder, cuts, files } = &*self.job;
        let columns = self.schema.fields().iter().map(|field| json!([field.name(), type_name(field.data_type())]));
        json!({
            "build": build(),
            "storage": storage, "folder": folder, "cuts": cuts, "files": files,
            "what": what(&self.what),
            "schema": columns.collect::<Vec<_>>(),
            "columns": self.columns,
        })
        .to_string()
        .into_bytes()
    }

    /// The plan of bytes, which `reader`, a scheduler or an executor, was sent.
    ///
    /// # Errors
    /// When another build wrote it.
    pub fn read(bytes: &[u8], reader: &str) -> Result<Self, ClusterError> {
        let value: Value = serde_json::from_slice(bytes).unwrap_or_default();
        let (own, theirs) = (build(), value["build"].as_str().unwrap_or("of an unknown version"));
        if own != theirs {
            let message = format!("the client is counterfoil {theirs}, and {reader} is counterfoil {own}; run the same version everywhere");
            return Err(ClusterError::Versions { message });
        }
        read(&value).ok_or_else(|| ClusterError::Failed { message: "a plan does not read".to_owned() })
    }
}

fn what(what: &What) -> Value {
    match what {
        What::Sums(Ask::Accounts(months)) => json!({ "accounts": months.iter().map(|month| month.to_string()).collect::<Vec<_>>() }),
        What::Sums(Ask::Lines(month)) => json!({ "lines": month.to_string() }),
        What::Sums(Ask::Groups(month, by)) => {
            json!({ "groups": month.to_string(), "by": by.iter().map(|by| by.column()).collect::<Vec<_>>() })
        }
        What::Consumption => json!({ "consumption": true }),
        What::Table(path) => json!({ "table": path }),
    }
}

fn read(value: &Value) -> Option<Plan> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let texts = |value: &Value| value.as_array()?.iter().map(text).collect::<Option<Vec<String>>>();
    let job = Job {
        storage: text(&value["storage"])?,
        folder: text(&value["folder"])?,
        cuts: texts(&value["cuts"])?,
        files: texts(&value["files"])?,
    };
    let asked = &value["what"];
    let month = |name: &str| -> Option<Month> { asked[name].as_str()?.parse().ok() };
    let what = if let Some(months) = texts(&asked["accounts"]) {
        let months: Option<Vec<Month>> = months.iter().map(|month| month.parse().ok()).collect();
        What::Sums(Ask::Accounts(ScoredMonths::new(months?)))
    } else if let Some(month) = month("lines") {
        What::Sums(Ask::Lines(month))
    } else if let Some(month) = month("groups") {
        let by = texts(&asked["by"])?;
        let by: Option<Vec<GroupBy>> = by.iter().map(|name| GroupBy::ALL.into_iter().find(|by| by.column() == name)).collect();
        What::Sums(Ask::Groups(month, by?))
    } else if let Some(path) = text(&asked["table"]) {
        What::Table(path)
    } else {
        What::Consumption
    };
    let field = |field: &Value| Some(Field::new(field[0].as_str()?, type_named(field[1].as_str()?)?, true));
    let schema = Arc::new(Schema::new(value["schema"].as_array()?.iter().map(field).collect::<Option<Vec<Field>>>()?));
    let place = |place: &Value| usize::try_from(place.as_u64()?).ok();
    let columns = match &value["columns"] {
        Value::Array(places) => Some(places.iter().map(place).collect::<Option<Vec<usize>>>()?),
        _ => None,
    };
    Some(Plan { job: Arc::new(job), what, schema, columns })
}

fn type_name(of: &DataType) -> &'static str {
    match of {
        DataType::Date32 => "date",
        DataType::Decimal128(..) => "amount",
        DataType::Boolean => "flag",
        DataType::Int64 => "count",
        _ => "text",
    }
}

fn type_named(name: &str) -> Option<DataType> {
    Some(match name {
        "date" => DataType::Date32,
        "amount" => DataType::Decimal128(38, 18),
        "flag" => DataType::Boolean,
        "count" => DataType::Int64,
        "text" => DataType::Utf8,
        _ => return None,
    })
}
