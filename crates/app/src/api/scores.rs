//! Scores, and why they are what they are.

use axum::http::{Method, StatusCode};
use domain::designations::Score;
use domain::evidence::{Extent, RowsOf};
use domain::names::Name;
use domain::record::refusal::Refusal;
use domain::rights::{self, On};
use domain::time::Day;
use serde_json::Value;

use crate::api::call::Call;
use crate::api::entries::{Page, value};
use crate::api::operation::{Act, Kind, Operation, PAGING, Parameter, schema};
use crate::api::problem::Problem;
use crate::clock;
use crate::secrets::hex;
use crate::views::explain::{NodeView, customers_in, shows_rows};
use crate::views::hidden::Hidden;
use crate::views::readable::Readable;
use crate::views::score::ScoreView;

/// The day of a question.
pub const AS_OF: Parameter = Parameter { name: "as_of", kind: Kind::Day, about: "the day of the question; today unless told" };

/// How deep an explanation goes at most.
const DEPTH_MAX: u32 = 10;

/// How many rows concern a partner at most whose explanation is told down to all of them; each appears in several metrics.
const ROWS_MAX: u64 = 50_000;

/// The operations of scores.
pub const OPERATIONS: &[&[Operation]] = &[&[
    Operation {
        method: Method::GET,
        path: "/scores",
        id: "listScores",
        tag: "Scores",
        summary: "The scores of partners in every area",
        about: "The operator sees all partners; a partner its own.",
        parameters: &[PAGING[0].copy(), PAGING[1].copy(), AS_OF.copy()],
        takes: None,
        gives: schema::<Page<ScoreView>>,
        status: StatusCode::OK,
        act: Act::Read(list),
    },
    Operation {
        method: Method::GET,
        path: "/scores/{global_partner_id}/{area}",
        id: "getScore",
        tag: "Scores",
        summary: "The score of a partner in an area",
        about: "Values and points are exact: fractions beside decimals of two places.",
        parameters: &[AS_OF.copy()],
        takes: None,
        gives: schema::<ScoreView>,
        status: StatusCode::OK,
        act: Act::Read(|call| {
            let score = score(call)?;
            Ok(value(&ScoreView::new(&score, &call.rulebook)))
        }),
    },
    Operation {
        method: Method::GET,
        path: "/scores/{global_partner_id}/{area}/explanation",
        id: "explainScore",
        tag: "Scores",
        summary: "Why a score is what it is",
        about: "The tree behind the score: what counted, what did not and why; parts add up to their parent. The leaves name rows of files, or events.",
        parameters: &[
            AS_OF.copy(),
            Parameter { name: "depth", kind: Kind::Count(DEPTH_MAX), about: "how many levels below the area; 3 unless told" },
            Parameter { name: "tenant_id", kind: Kind::Text, about: "rows of this customer only; of others their figures" },
        ],
        takes: None,
        gives: schema::<NodeView<'_>>,
        status: StatusCode::OK,
        act: Act::Read(explain),
    },
]];

/// The day that is asked about.
pub fn as_of(call: &Call<'_>) -> Day {
    call.text("as_of").and_then(|text| text.parse().ok()).unwrap_or_else(clock::today)
}

fn list(call: &Call<'_>) -> Result<Value, Problem> {
    let scores = call.reading.scores(as_of(call))?;
    let (after, limit) = (call.after()?, call.limit());
    let id = |score: &Score| format!("{}/{}", score.global_partner_id, score.area);
    let readable = Readable::by(&call.actor);
    let mut seen: Vec<&Score> = scores.iter().filter(|score| readable.has(&score.global_partner_id)).collect();
    seen.sort_by_cached_key(|score| id(score));
    let rest: Vec<&Score> = seen.into_iter().filter(|score| id(score) > after).collect();
    let next = rest.get(limit.saturating_sub(1)).filter(|_| rest.len() > limit).map(|last| hex(id(last).as_bytes()));
    let items: Vec<ScoreView> = rest.iter().take(limit).map(|score| ScoreView::new(score, &call.rulebook)).collect();
    Ok(value(&Page { items, next }))
}

fn score(call: &Call<'_>) -> Result<Score, Problem> {
    let (partner, area) = (Name::new(call.part("global_partner_id")), Name::new(call.part("area")));
    let scores = call.reading.scores(as_of(call))?;
    let found =
        scores.iter().find(|score| score.global_partner_id == partner && score.area == area && Readable::by(&call.actor).has(&partner));
    let message = format!("there is no score of `{partner}` in `{area}`");
    let unknown =
        || Refusal::not_found("unknown-id", message, "check the global account and the area; the list of scores has all that there are");
    Ok(found.cloned().ok_or_else(unknown)?)
}

/// Refuses to tell all rows of a partner that has too many for one answer.
fn few_enough(call: &Call<'_>, score: &Score, extent: Extent) -> Result<(), Problem> {
    let customers = call.reading.customers(&score.global_partner_id, as_of(call), extent)?;
    let rows: u64 = customers.iter().flat_map(|customer| &customer.usage).map(|usage| usage.sums.rows).sum();
    if rows <= ROWS_MAX {
        return Ok(());
    }
    let message = format!("{rows} rows concern `{}`: too many for one answer", score.global_partner_id);
    Err(Refusal::malformed("too-much", message, "name a customer by `tenant_id`, or ask for at most 3 levels by `depth`").into())
}

fn explain(call: &Call<'_>) -> Result<Value, Problem> {
    let score = score(call)?;
    let on = On::account(&score.global_partner_id);
    rights::must(&call.actor, rights::Act::ExplanationRead, &on, "see what is behind this score")?;
    let extent = Extent::of(&call.actor, &score.global_partner_id);
    let depth = call.text("depth").and_then(|text| text.parse().ok()).unwrap_or(3);
    let rows = match call.text("tenant_id") {
        // the area is two levels above its metrics
        _ if !shows_rows(depth, 2) => RowsOf::Nobody,
        Some(tenant) => RowsOf::Customer(Name::new(tenant)),
        None => {
            few_enough(call, &score, extent)?;
            RowsOf::All
        }
    };
    let node = call.reading.explain(&score.global_partner_id, &score.area, as_of(call), extent, &rows)?;
    if let Some(tenant) = call.text("tenant_id").map(Name::new).filter(|tenant| !customers_in(&node).contains(tenant.as_str())) {
        let message = format!("the score of `{}` has nothing of a customer `{tenant}`", score.global_partner_id);
        return Err(Refusal::malformed("unknown-id", message, "leave `tenant_id` out to see of which customers it has something").into());
    }
    Ok(value(&NodeView::new(&node, depth, &Hidden::from(&call.actor, &on))))
}
