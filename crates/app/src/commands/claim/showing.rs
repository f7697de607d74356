//! Claims and their stories, told.

use anyhow::Result;
use domain::claims::arbitrations::Arbitration;
use domain::claims::holdings::Holding;
use domain::claims::proofs::{Standing, standings};
use domain::claims::{Claim, Proof, may_see};
use domain::names::Name;
use domain::record::entry::By;
use domain::record::event::Event;
use domain::rights::{Act, On, must};
use domain::rulebook::Rulebook;
use domain::words::ClaimState;
use serde::Serialize;

use super::args::{HoldersArgs, ListArgs};
use crate::cli::Setting;
use crate::home::Home;
use crate::output::table;
use crate::problem::{Exit, say};
use crate::views::claim::{ClaimStory, Moment};
use crate::views::persons::seen_by;

/// How a claim stands, in a line.
pub fn stands(claim: &Claim) -> String {
    let products = claim.products.iter().map(|product| product.shown()).collect::<Vec<_>>().join(", ");
    let state = match (&claim.waiting, &claim.rejection) {
        (Some(waiting), _) => format!("waits for the subscription {} until {}", waiting.subscription_id, waiting.until),
        (None, Some(rejection)) => format!("{} ({})", claim.state, rejection.reason),
        (None, None) => claim.state.to_string(),
    };
    format!("{}: {state}: {} on {products} for {}", claim.claim_id, claim.activity, claim.partner_id)
}

/// A claim that the user who is named may see.
pub fn seen(home: &Home, setting: &Setting, id: &str) -> Result<Claim> {
    let actor = home.actor(setting.user())?;
    Ok(home.act(&*setting.rulebook()?, actor, |desk| ClaimStory::at(desk, id))?.given.claim)
}

/// Lists claims that the user may see.
pub fn list(args: &ListArgs, setting: &Setting) -> Result<Exit> {
    let home = Home::open(&setting.home()?)?;
    let actor = home.actor(setting.user())?;
    let by = By {
        partner_id: args.partner.as_deref().map(Name::new),
        tenant_id: args.tenant.as_deref().map(Name::new),
        state: args.state.map(|state| state.to_string()),
        ..By::default()
    };
    let listed = home.act(&*setting.rulebook()?, actor.clone(), |desk| {
        let mut seen = Vec::new();
        for claim in desk.list::<Claim>(&by)? {
            if may_see(desk, &claim)? {
                seen.push(claim);
            }
        }
        Ok(seen)
    })?;
    let claims = seen_by(&actor, listed.given);
    setting.output.print(&claims, |_| {
        let row = |claim: &Claim| {
            let products = claim.products.iter().map(|product| product.shown()).collect::<Vec<_>>().join(", ");
            let due = claim.clocks.values().map(|clock| clock.due_on.to_string()).min().unwrap_or_default();
            let fields = [&claim.claim_id, &claim.partner_id, &claim.tenant_id].map(ToString::to_string);
            fields.into_iter().chain([claim.activity.to_string(), products, claim.state.to_string(), due]).collect()
        };
        let header = ["CLAIM", "PARTNER", "TENANT", "ACTIVITY", "PRODUCTS", "STATE", "NEXT CLOCK"];
        lines(&header, &claims.iter().map(row).collect::<Vec<_>>())
    })?;
    if claims.is_empty() {
        say("there is no such claim; `counterfoil claim activities` tells what can be claimed, `claim new` drafts a claim\n");
    }
    Ok(Exit::Done)
}

/// Tells a claim's whole story.
pub fn show(id: &str, setting: &Setting) -> Result<Exit> {
    let home = Home::open(&setting.home()?)?;
    let actor = home.actor(setting.user())?;
    let id = Name::new(id);
    let rulebook = setting.rulebook()?;
    let story = home.act(&rulebook, actor.clone(), |desk| ClaimStory::at(desk, id.as_str()))?.given;
    let mut events: Vec<Event> = Vec::new();
    for (register, id) in story.entries() {
        events.extend(home.events_of(register, &id)?);
    }
    let story = story.told_by(seen_by(&actor, events));
    setting.output.print(&story, |_| told(&story))?;
    Ok(Exit::Done)
}

fn told(story: &ClaimStory) -> String {
    let claim = &story.claim;
    let mut text = format!("{}\nnext: {}\n", stands(claim), story.next);
    let mut fact = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            text.push_str(&format!("{name}: {value}\n"));
        }
    };
    let contact =
        |contact: &Option<domain::claims::Contact>| contact.as_ref().map(|contact| format!("{} <{}>", contact.name, contact.email));
    fact("name", Some(claim.name.clone()));
    fact("customer", Some(format!("{} {}", claim.tenant_id, claim.domain.as_ref().map_or("", Name::as_str)).trim().to_owned()));
    fact("customer's contact", contact(&claim.customer_contact));
    fact("partner's contact", contact(&claim.partner_contact));
    fact("corrects", claim.corrects.as_ref().map(ToString::to_string));
    fact("corrected by", Some(claim.corrected_by.iter().map(Name::as_str).collect::<Vec<_>>().join(", ")));
    fact(
        "incentive",
        claim.incentive.as_ref().map(|incentive| {
            let earned = incentive.milestone_on.map(|on| format!(", milestone on {on}")).unwrap_or_default();
            format!("{}, judged as of {} by rulebook {}{earned}", incentive.state, incentive.judged_on, incentive.rulebook)
        }),
    );
    fact(
        "asked for",
        claim.asked.as_ref().map(|asked| {
            let reasons = asked.reasons.iter().map(Name::as_str).collect::<Vec<_>>().join(", ");
            format!("{reasons} {}", asked.note.as_deref().unwrap_or_default()).trim().to_owned()
        }),
    );
    fact("voted", Some(story.voted.iter().map(Name::as_str).collect::<Vec<_>>().join(", ")));
    story.warnings.iter().for_each(|warning| fact("warning", Some(warning.clone())));
    for product in claim.products.iter().filter(|product| !product.is_wanted()) {
        let days = match (product.held_from, product.held_to) {
            (Some(from), Some(to)) => format!("held from {from} to {to}"),
            (Some(from), None) => format!("held from {from}"),
            _ => "lost before it was held".to_owned(),
        };
        text.push_str(&format!("{}: {days}\n", product.shown()));
    }
    if !story.missing.is_empty() {
        text.push_str("\nmissing\n");
        for missing in &story.missing {
            text.push_str(&format!("  {}: {}\n    hint: {}\n", missing.code, missing.message, missing.cure));
        }
    }
    if !story.clocks.is_empty() {
        text.push_str("\nclocks\n");
        for clock in &story.clocks {
            let over = if clock.overdue { " (overdue)" } else { "" };
            text.push_str(&format!("  {} until {}{over}: then {}\n", clock.clock, clock.due_on, clock.then));
        }
    }
    if !claim.proofs.is_empty() {
        text.push_str("\nproof\n");
        text.push_str(&claim.proofs.iter().map(proof).collect::<String>());
        text.push_str(&story.proof.iter().map(standing).collect::<String>());
    }
    if !claim.comments.is_empty() {
        text.push_str("\ncomments\n");
        for comment in &claim.comments {
            text.push_str(&format!("  {} {}: {}\n", comment.on, comment.by, comment.text));
        }
    }
    text.push_str("\nstory\n");
    if story.story.is_empty() {
        text.push_str("  imported, and not changed here\n");
    }
    text.push_str(&lines(&["WHEN", "WHAT", "BY", "FOR", "DETAIL"], &story.story.iter().map(moment).collect::<Vec<_>>()));
    text
}

fn moment(moment: &Moment) -> Vec<String> {
    let kind = moment.about.as_ref().map_or_else(|| moment.kind.clone(), |about| format!("{} ({about})", moment.kind));
    let detail = moment.detail.clone().unwrap_or_default();
    vec![moment.recorded_at.clone(), kind, moment.by.to_string(), moment.organisation.clone(), detail]
}

fn proof(proof: &Proof) -> String {
    let dated = proof.dated_on.map_or_else(|| "undated".to_owned(), |on| format!("dated {on}"));
    let hash = proof.sha256.get(..12).unwrap_or(&proof.sha256);
    format!("  {} ({}, {} bytes, {hash}), {dated}, added by {}\n", proof.name, proof.media_type, proof.bytes, proof.added_by)
}

fn standing(standing: &Standing) -> String {
    let fresh = standing.fresh_until.map_or_else(|| "no date".to_owned(), |until| format!("fresh until {until}"));
    let missing: Vec<&str> = standing.missing.iter().map(|(item, _)| item.as_str()).collect();
    let missing =
        if missing.is_empty() { "shows all that is asked for".to_owned() } else { format!("does not show {}", missing.join(", ")) };
    format!("  {}: {missing}; {fresh}\n", standing.workload)
}

/// How the proof of a claim stands, a line for each workload.
pub fn proofs(rulebook: &Rulebook, claim: &Claim) -> String {
    standings(rulebook, claim).iter().map(standing).collect()
}

/// Lists who holds what.
pub fn holders(args: &HoldersArgs, setting: &Setting) -> Result<Exit> {
    let home = Home::open(&setting.home()?)?;
    let actor = home.actor(setting.user())?;
    let by = By { tenant_id: args.tenant.as_deref().map(Name::new), ..By::default() };
    let holdings = home.act(&*setting.rulebook()?, actor, |desk| {
        must(&desk.actor, Act::HoldingRead, &On::program(), "list who holds what")?;
        desk.list::<Holding>(&by)
    })?;
    let holdings = holdings.given;
    setting.output.print(&holdings, |_| {
        let spans = holdings.iter().flat_map(|holding| holding.holders.all().iter().map(move |span| (holding, span)));
        let row = |(holding, span): (&Holding, &domain::record::spans::Span<domain::claims::holdings::Holder>)| {
            let claims = span.held.claims.iter().map(Name::as_str).collect::<Vec<_>>().join(", ");
            let to = span.to.map(|to| to.to_string()).unwrap_or_default();
            vec![holding.scope.clone(), span.held.partner.to_string(), claims, span.from.to_string(), to]
        };
        lines(&["SCOPE", "PARTNER", "CLAIMS", "FROM", "TO"], &spans.map(row).collect::<Vec<_>>())
    })?;
    if holdings.is_empty() {
        say("nothing was decided here yet; imported claims are in `claim list --state approved`\n");
    }
    Ok(Exit::Done)
}

/// An arbitration with the proof of both claims beside each other.
#[derive(Debug, Serialize)]
pub struct Case {
    /// The arbitration, without what open votes are for.
    arbitration: Arbitration,
    /// Who has voted.
    voted: Vec<Name>,
    /// The claim that holds, then the one that wants.
    claims: Vec<Side>,
}

/// A claim in an arbitration.
#[derive(Debug, Serialize)]
struct Side {
    claim_id: Name,
    partner_id: Name,
    state: ClaimState,
    proofs: Vec<Proof>,
    standing: Vec<Standing>,
}

impl Case {
    /// The case of an arbitration and its two claims.
    pub fn new(rulebook: &Rulebook, mut arbitration: Arbitration, claims: &[Claim]) -> Self {
        let side = |claim: &Claim| Side {
            claim_id: claim.claim_id.clone(),
            partner_id: claim.partner_id.clone(),
            state: claim.state,
            proofs: claim.proofs.clone(),
            standing: standings(rulebook, claim),
        };
        let voted = std::mem::take(&mut arbitration.votes).into_iter().map(|vote| vote.by).collect();
        Self { voted, claims: claims.iter().map(side).collect(), arbitration }
    }

    /// The case in words.
    pub fn told(&self) -> String {
        let case = &self.arbitration;
        let mut text = format!("{}: {} since {}: {}\n", case.arbitration_id, case.state, case.opened_on, case.scopes.join(", "));
        for (claim, role) in self.claims.iter().zip(["holds", "wants it"]) {
            text.push_str(&format!("\n{} of partner {} {role}\n", claim.claim_id, claim.partner_id));
            text.push_str(&claim.proofs.iter().map(proof).collect::<String>());
            text.push_str(&claim.standing.iter().map(standing).collect::<String>());
            if claim.proofs.is_empty() {
                text.push_str("  no proof\n");
            }
        }
        text.push('\n');
        for (clock, running) in &case.clocks {
            text.push_str(&format!("{clock} until {}\n", running.due_on));
        }
        if !self.voted.is_empty() {
            text.push_str(&format!("voted: {}\n", self.voted.iter().map(Name::as_str).collect::<Vec<_>>().join(", ")));
        }
        text
    }
}

fn lines(header: &[&str], rows: &[Vec<String>]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    table::lines(header, rows, &[]).iter().map(|line| format!("{line}\n")).collect()
}
