//! One claim: what to do next, its clocks, what it lacks, its proof, what was said, and its story.

use std::collections::BTreeSet;

use askama::Template;
use axum::response::Response;
use domain::claims::arbitrations::ArbitrationState;
use domain::claims::proofs::standings;
use domain::claims::{Claim, Contact, Side};
use domain::names::Name;
use domain::record::event::Event;
use domain::record::refusal::Refusal;
use domain::rights::On;
use domain::words::{Activity, ClaimState};

use super::acts::{self, Next};
use super::{Listed, area_of, state_of};
use crate::pages::fields::{ActForm, Field, Fields, Refused, Wrong};
use crate::pages::frame::{Frame, Here};
use crate::pages::grid::{Cell, Column, Grid, GridPart, Value};
use crate::pages::partner_workspace::Workspace;
use crate::pages::problem::Problem;
use crate::pages::visit::{Visit, html};
use crate::pages::{paths, show};
use crate::views::claim::{ClaimStory, ClockView, Moment};
use crate::views::persons::seen_by;

#[derive(Template)]
#[template(path = "pages/claim.html")]
struct ClaimPage {
    frame: Frame,
    partner: String,
    claims_href: String,
    id: String,
    heading: String,
    told: Option<&'static str>,
    next: Next,
    missing: Option<Fields>,
    clocks: Vec<ClockView>,
    facts: Vec<(&'static str, String)>,
    checklist: Checklist,
    proofs: Vec<ProofLine>,
    upload: Option<Upload>,
    comments: Vec<CommentLine>,
    comment: Option<ActForm>,
    others: Vec<ActForm>,
    story: GridPart,
}

/// A file that is proof.
pub struct ProofLine {
    /// The file's name.
    pub name: String,
    /// Where the file is.
    pub href: String,
    /// When it came, and what it is said to show.
    pub about: String,
}

/// Something that was said.
struct CommentLine {
    head: String,
    text: String,
}

/// What proof must show for each workload, and what is shown.
#[derive(Debug, Template)]
#[template(path = "parts/checklist.html")]
pub struct Checklist {
    workloads: Vec<String>,
    /// An item, and for each workload whether it is shown.
    items: Vec<(String, Vec<bool>)>,
    /// For each workload until when its proof is fresh.
    fresh: Vec<String>,
    months: i32,
}

impl Checklist {
    /// The checklist of a claim, or of an activity that is about to be claimed.
    pub fn new(visit: &Visit, claim: Option<&Claim>, activity: Activity) -> Self {
        let rulebook = visit.rulebook();
        let rules = &rulebook.associations.cpor.proof;
        let standings = claim.map(|claim| standings(rulebook, claim)).unwrap_or_default();
        let asked = rules.checklist.iter().filter(|(_, item)| item.activities.is_empty() || item.activities.contains(&activity));
        let shown = |name: &Name| standings.iter().map(|own| own.missing.iter().all(|(missing, _)| missing != name)).collect();
        let fresh = |until: Option<domain::time::Day>| {
            until.map_or_else(|| "no dated proof yet".to_owned(), |until| format!("fresh until {until}"))
        };
        Self {
            workloads: standings.iter().map(|own| show::spoken(own.workload.as_str())).collect(),
            items: asked.map(|(name, item)| (show::capital(&item.shows), shown(name))).collect(),
            fresh: standings.iter().map(|own| fresh(own.fresh_until)).collect(),
            months: rules.fresh_months.value,
        }
    }
}

/// The form that adds a file as proof.
#[derive(Debug, Template)]
#[template(path = "parts/proof_upload.html")]
pub struct Upload {
    action: String,
    back: &'static str,
    fields: Fields,
}

impl Upload {
    /// The form of a claim; `back` is `edit` on the page of the draft.
    pub fn new(visit: &Visit, workspace: &Workspace, claim: &Claim, back: &'static str) -> Self {
        let rules = &visit.rulebook().associations.cpor.proof.checklist;
        let asked = rules.iter().filter(|(_, item)| item.activities.is_empty() || item.activities.contains(&claim.activity));
        let items = asked.map(|(name, item)| (name.to_string(), show::capital(&item.shows), false)).collect();
        let workloads: BTreeSet<&Name> = claim.products.iter().filter_map(|product| product.workload.as_ref()).collect();
        let mut fields = vec![
            Field::file("file", "A file of any type, up to 25 MiB").required(),
            Field::day("dated", "The day that the proof itself is dated"),
            Field::any("shows", "What it shows", items),
        ];
        if workloads.len() > 1 {
            let boxes = workloads.iter().map(|own| (own.to_string(), show::spoken(own.as_str()), false)).collect();
            fields.push(Field::any("workloads", "The workloads that it is about; none ticked: all", boxes));
        }
        let action = format!("{}/proof", paths::claim(workspace.id(), &claim.claim_id));
        Self { action, back, fields: Fields::new("proof-form", fields) }
    }
}

/// What an act came to.
pub fn told(visit: &Visit) -> Option<&'static str> {
    Some(match visit.value("done")? {
        "kept" => "The changes are kept.",
        "submitted" => "The claim is handed in. The customer is told, and may opt out; a reviewer takes it up.",
        "waits" => "The claim is handed in as soon as its subscription is known. It is tried again by itself.",
        "proof" => "The proof is added.",
        "answered" => "The answer is sent. The reviewers go on.",
        "commented" => "The comment is added.",
        "disputed" => "The rejection is disputed. Two reviewers decide again.",
        "withdrawn" => "The claim is taken back.",
        "ended" => "The association is ended.",
        "cloned" => "This new draft has the fields and the proof of the old claim. Correct it, and hand it in.",
        _ => return None,
    })
}

/// Shows a claim.
pub fn show(visit: &Visit) -> Result<Response, Problem> {
    page(visit, None)
}

/// Shows a claim with an act that was refused.
pub fn show_refused(visit: &Visit, act: &str, text: &str, refusal: &Refusal) -> Result<Response, Problem> {
    page(visit, Some(&Refused { act, text, refusal }))
}

fn page(visit: &Visit, refused: Option<&Refused<'_>>) -> Result<Response, Problem> {
    let workspace = Workspace::of(visit)?;
    let listed = Listed::of(visit, &workspace)?;
    let id = listed.find(visit)?.claim_id.clone();
    let (story, today) = visit.read(|desk| Ok((ClaimStory::at(desk, id.as_str())?, desk.today())))?;
    let mut events: Vec<Event> = Vec::new();
    for (register, id) in story.entries() {
        events.extend(visit.home()?.events_of(register, &id).map_err(|error| Problem::unread(&error))?);
    }
    let story = story.told_by(seen_by(&workspace.actor, events));
    let moments = Grid::new(visit, "events", story_columns(), story.story.iter().map(moment).collect());
    let moments = moments.prefixed("story_").named(id.as_str()).empty("Imported, and not changed here.");
    if let Some(file) = moments.download() {
        return file;
    }
    let claim = &story.claim;
    let may = workspace.acts(&Workspace::CLAIMING);
    let place = paths::claim(workspace.id(), &id);
    let is_contested = story.arbitrations.iter().any(|case| case.state == ArbitrationState::Open);
    let takes_proof = [ClaimState::ActionRequired, ClaimState::Approved, ClaimState::Dispute].contains(&claim.state) || is_contested;
    let customer = listed.customer(&claim.tenant_id);
    let comment = (may && claim.state != ClaimState::Draft).then(|| acts::comment(&place, refused));
    html(&ClaimPage {
        frame: workspace.frame(visit, id.as_str(), Here::Claims),
        partner: workspace.name(),
        claims_href: workspace.at("claims"),
        id: id.to_string(),
        heading: heading(claim, &customer),
        told: told(visit),
        next: acts::next(visit, &story, &place, may, today, refused),
        missing: missing(&story),
        facts: facts(visit, &workspace, &story, &customer),
        checklist: Checklist::new(visit, Some(claim), claim.activity),
        proofs: proof_lines(&place, claim),
        upload: (may && takes_proof).then(|| Upload::new(visit, &workspace, claim, "")),
        comments: claim.comments.iter().map(comment_line).collect(),
        comment,
        others: if may { acts::others(claim, &place, refused) } else { Vec::new() },
        clocks: story.clocks,
        story: moments.part(),
    })
}

fn heading(claim: &Claim, customer: &str) -> String {
    let products: BTreeSet<String> =
        claim.products.iter().filter_map(|product| product.workload.as_ref()).map(|own| show::spoken(own.as_str())).collect();
    let products: Vec<String> = products.into_iter().collect();
    let what = if products.is_empty() { "Nothing yet".to_owned() } else { show::list(&products) };
    format!("{what} at {customer}: {}", state_of(claim))
}

fn missing(story: &ClaimStory) -> Option<Fields> {
    let wrongs: Vec<Wrong> = story.missing.iter().map(|missing| Wrong::of(&missing.code, &missing.message, &missing.cure)).collect();
    (!wrongs.is_empty()).then(|| Fields::new("missing", vec![Field::note("all").wrong(wrongs)]))
}

fn facts(visit: &Visit, workspace: &Workspace, story: &ClaimStory, customer: &str) -> Vec<(&'static str, String)> {
    let claim = &story.claim;
    let rulebook = visit.rulebook();
    let hidden = visit.hidden(&On::account(workspace.id()).within(workspace.actor.location.as_ref())).persons;
    let unless_hidden = |told: String| hidden.as_deref().filter(|_| !told.is_empty()).map_or(told.clone(), show::capital);
    let contact = |contact: &Option<Contact>| contact.as_ref().map(|own| format!("{} <{}>", own.name, own.email)).unwrap_or_default();
    let location = workspace.locations.iter().find(|row| row.partner_id == claim.partner_id);
    let products = claim.products.iter().map(|product| match (product.held_from, product.held_to) {
        (Some(from), Some(to)) => format!("{} (held from {from} until before {to})", product.shown()),
        (Some(from), None) => format!("{} (held from {from})", product.shown()),
        (None, Some(_)) => format!("{} (lost before it was held)", product.shown()),
        (None, None) => product.shown(),
    });
    let incentive = claim.incentive.as_ref().map(|own| {
        let earned = own.milestone_on.map(|on| format!(", milestone on {on}")).unwrap_or_default();
        format!("{}, judged as of {}{earned}", own.state.as_str().replace('-', " "), own.judged_on)
    });
    let activity = rulebook.associations.cpor.activities.get(&claim.activity).map_or("", |rules| rules.title.as_str());
    let list = |names: &[Name]| names.iter().map(Name::as_str).collect::<Vec<_>>().join(", ");
    let wanted = if claim.incentive_opt_out { Some("the association only".to_owned()) } else { None };
    let facts = [
        ("Customer", format!("{customer} ({})", claim.tenant_id)),
        ("Domain", claim.domain.as_ref().map(Name::to_string).unwrap_or_default()),
        ("Claimed", activity.to_owned()),
        ("Solution area", area_of(rulebook, claim)),
        ("Products", products.collect::<Vec<_>>().join("; ")),
        ("Your location", location.map_or_else(|| claim.partner_id.to_string(), |row| format!("{} ({})", row.name, row.partner_id))),
        ("The customer's contact", unless_hidden(contact(&claim.customer_contact))),
        ("Your contact", unless_hidden(contact(&claim.partner_contact))),
        ("Seller", unless_hidden(claim.seller.clone().unwrap_or_default())),
        ("Your own product", claim.isv_product.clone().unwrap_or_default()),
        ("Incentive", incentive.or(wanted).unwrap_or_default()),
        ("Handed in", claim.submitted_on.map(|on| on.to_string()).unwrap_or_default()),
        ("Corrects", claim.corrects.as_ref().map(Name::to_string).unwrap_or_default()),
        ("Corrected by", list(&claim.corrected_by)),
        ("Label", claim.name.clone()),
    ];
    facts.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}

/// The files of a claim whose page is at a place.
pub fn proof_lines(place: &str, claim: &Claim) -> Vec<ProofLine> {
    claim.proofs.iter().map(|proof| proof_line(place, proof)).collect()
}

fn proof_line(place: &str, proof: &domain::claims::Proof) -> ProofLine {
    let dated = proof.dated_on.map_or_else(|| "undated".to_owned(), |on| format!("dated {on}"));
    let size = if proof.bytes < 1 << 20 {
        format!("{} KiB", proof.bytes.div_ceil(1 << 10))
    } else {
        format!("{} MiB", proof.bytes.div_ceil(1 << 20))
    };
    let about = format!("{}, {size}, {dated}, added by {} on {}", proof.media_type, proof.added_by, proof.added_on);
    ProofLine { name: proof.name.clone(), href: format!("{place}/proof/{}", proof.sha256), about }
}

fn comment_line(comment: &domain::claims::Comment) -> CommentLine {
    let side = match comment.side {
        Side::Partner => "for the partner",
        Side::Customer => "for the customer",
        Side::Operator => "for the operator",
    };
    CommentLine { head: format!("{}, {side}, on {}", comment.by, comment.on), text: comment.text.clone() }
}

fn story_columns() -> Vec<Column> {
    vec![
        Column::text("recorded_at", "When, UTC").unbroken(),
        Column::text("kind", "What happened"),
        Column::text("by", "By"),
        Column::text("organisation", "For"),
        Column::text("detail", "What was said or changed"),
    ]
}

fn moment(moment: &Moment) -> Vec<Cell> {
    let kind = show::capital(&moment.kind.replace('-', " "));
    let kind = Cell::shown(kind, Value::Text(moment.kind.clone()));
    vec![
        Cell::shown(show::instant(&moment.recorded_at).trim_end_matches(" UTC"), Value::Text(moment.recorded_at.clone())),
        moment.about.as_ref().map_or_else(|| kind.clone(), |about| kind.clone().note(about.clone())),
        Cell::id(&moment.by),
        Cell::text(moment.organisation.clone()),
        Cell::text(moment.detail.clone().unwrap_or_default()),
    ]
}
