//! Drafts: making, editing, correcting.

use serde::{Deserialize, Serialize};

use super::rights::{account_of, must_act, must_be, must_claim, must_claim_for};
use super::{Claim, Comment, Contact, Product, Side};
use crate::names::Name;
use crate::parties;
use crate::record::actor::Organisation;
use crate::record::desk::{Acted, Desk};
use crate::record::refusal::Refusal;
use crate::rights::Act;
use crate::words::{Activity, ClaimState};

/// Most products of a claim, and most proofs.
pub const PARTS_MAX: usize = 50;
/// Most comments of a claim.
const COMMENTS_MAX: usize = 500;
/// Longest text of a claim, in characters.
const TEXT_MAX: usize = 4_000;

/// Fields of a claim that are to be other ones; what is not given stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Edits {
    /// A label of the partner's.
    pub name: Option<String>,
    /// The partner location.
    pub partner_id: Option<Name>,
    /// The customer's tenant.
    pub tenant_id: Option<Name>,
    /// A domain of the tenant.
    pub domain: Option<Name>,
    /// What is claimed.
    pub activity: Option<Activity>,
    /// The workloads or products.
    pub products: Option<Vec<Product>>,
    /// Whom to ask on the customer's side.
    pub customer_contact: Option<Contact>,
    /// Whom to ask on the partner's side.
    pub partner_contact: Option<Contact>,
    /// The seller's name.
    pub seller: Option<String>,
    /// The partner's own product.
    pub isv_product: Option<String>,
    /// Whether the partner wants the association without the incentive.
    pub incentive_opt_out: Option<bool>,
}

impl Edits {
    /// Fields that only a draft may change, of those that are given.
    fn locked(&self) -> Vec<&'static str> {
        let given = [
            ("name", self.name.is_some()),
            ("tenant_id", self.tenant_id.is_some()),
            ("domain", self.domain.is_some()),
            ("activity", self.activity.is_some()),
            ("seller", self.seller.is_some()),
            ("isv_product", self.isv_product.is_some()),
            ("incentive_opt_out", self.incentive_opt_out.is_some()),
        ];
        given.into_iter().filter(|(_, is_given)| *is_given).map(|(field, _)| field).collect()
    }
}

/// Makes a draft.
///
/// # Errors
/// When the actor may not claim for the location, or the location, the tenant or the activity is missing or will not do.
pub fn create(desk: &mut Desk<'_>, edits: &Edits) -> Acted<Claim> {
    let missing = |field: &str| Refusal::invalid("field-missing", format!("a claim needs `{field}`"), format!("give `{field}`"));
    let partner = edits.partner_id.clone().ok_or_else(|| missing("partner_id"))?;
    let tenant = edits.tenant_id.clone().ok_or_else(|| missing("tenant_id"))?;
    let activity = edits.activity.ok_or_else(|| missing("activity"))?;
    let id = Name::new(&desk.new_id("claim")?);
    let mut claim = Claim::new(id, partner, tenant, activity, ClaimState::Draft);
    claim.created_on = Some(desk.today());
    must_claim_for(desk, &claim.partner_id, "make this claim")?;
    write(desk, &mut claim, edits)?;
    desk.put("claim-drafted", &claim, desk.today(), None)?;
    Ok(claim)
}

/// Changes fields: of a draft all, of a claim whose partner has to act its partner ID, products and contacts.
///
/// # Errors
/// When the actor may not, the claim is in another state, or a field is locked or will not do.
pub fn edit(desk: &mut Desk<'_>, id: &str, edits: &Edits) -> Acted<Claim> {
    let mut claim: Claim = desk.get(id)?;
    must_claim(desk, &claim, "edit this claim")?;
    must_be(&claim, &[ClaimState::Draft, ClaimState::ActionRequired], "edited")?;
    let locked = edits.locked();
    if claim.state == ClaimState::ActionRequired && !locked.is_empty() {
        let fields = locked.iter().map(|field| format!("`{field}`")).collect::<Vec<_>>().join(", ");
        let message = format!("claim `{id}` is with its partner for an answer, and {fields} cannot change any more");
        let cure = "change `partner_id`, products, contacts or proof; for anything else withdraw, and `claim clone` the claim";
        return Err(Refusal::conflict("field-locked", message, cure).into());
    }
    write(desk, &mut claim, edits)?;
    desk.put("claim-edited", &claim, desk.today(), None)?;
    Ok(claim)
}

/// Makes a draft with a claim's fields, some of them corrected; both name each other.
///
/// # Errors
/// When the actor may not claim for either location, the claim is a draft itself, or a field will not do.
pub fn clone_and_correct(desk: &mut Desk<'_>, id: &str, edits: &Edits) -> Acted<Claim> {
    let mut old: Claim = desk.get(id)?;
    must_claim(desk, &old, "correct this claim")?;
    if old.state == ClaimState::Draft {
        let message = format!("claim `{id}` is a draft, which can still be edited");
        return Err(Refusal::conflict("wrong-state", message, "edit it: `claim edit`").into());
    }
    let new_id = Name::new(&desk.new_id("claim")?);
    let products = old.products.iter().map(|product| Product { held_from: None, held_to: None, ..product.clone() }).collect();
    let mut claim = Claim {
        name: old.name.clone(),
        domain: old.domain.clone(),
        products,
        customer_contact: old.customer_contact.clone(),
        partner_contact: old.partner_contact.clone(),
        seller: old.seller.clone(),
        isv_product: old.isv_product.clone(),
        incentive_opt_out: old.incentive_opt_out,
        proofs: old.proofs.clone(),
        created_on: Some(desk.today()),
        corrects: Some(old.claim_id.clone()),
        ..Claim::new(new_id, old.partner_id.clone(), old.tenant_id.clone(), old.activity, ClaimState::Draft)
    };
    write(desk, &mut claim, edits)?;
    old.corrected_by.push(claim.claim_id.clone());
    desk.put("claim-drafted", &claim, desk.today(), None)?;
    desk.put("claim-cloned", &old, desk.today(), None)?;
    Ok(claim)
}

/// Says something about a claim that is handed in: its partner, its customer or the operator.
///
/// # Errors
/// When the actor is none of these, or the text is empty or too long.
pub fn comment(desk: &mut Desk<'_>, id: &str, text: &str) -> Acted<Claim> {
    let mut claim: Claim = desk.get(id)?;
    must_act(desk, Act::ClaimComment, &claim, "comment on this claim")?;
    let side = match &desk.actor.organisation {
        Some(Organisation::Partner(_)) => Side::Partner,
        Some(Organisation::Customer(_)) => Side::Customer,
        _ => Side::Operator,
    };
    let text = said(text)?;
    add_comment(desk, &mut claim, side, text)?;
    desk.put("claim-commented", &claim, desk.today(), None)?;
    Ok(claim)
}

/// Adds a comment.
pub(super) fn add_comment(desk: &Desk<'_>, claim: &mut Claim, side: Side, text: String) -> Result<(), Refusal> {
    if claim.comments.len() >= COMMENTS_MAX {
        return Err(Refusal::conflict("too-many", format!("claim `{}` has {COMMENTS_MAX} comments", claim.claim_id), "say it elsewhere"));
    }
    claim.comments.push(Comment { on: desk.today(), by: desk.actor.user.clone(), side, text });
    Ok(())
}

/// A text that says something.
pub(super) fn said(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Refusal::invalid("text-missing", "the text is empty", "say it in words"));
    }
    short(text)?;
    Ok(text.to_owned())
}

fn short(text: &str) -> Result<(), Refusal> {
    let length = text.chars().count();
    if length > TEXT_MAX {
        let message = format!("the text has {length} characters, more than {TEXT_MAX}");
        return Err(Refusal::invalid("text-too-long", message, "shorten it, or add it as proof"));
    }
    Ok(())
}

/// Writes edits into a claim, whose author the actor becomes.
fn write(desk: &Desk<'_>, claim: &mut Claim, edits: &Edits) -> Acted {
    let texts = [&edits.name, &edits.seller, &edits.isv_product];
    texts.into_iter().flatten().try_for_each(|text| short(text))?;
    let account = account_of(desk, &claim.partner_id)?;
    let partner = edits.partner_id.as_ref().unwrap_or(&claim.partner_id);
    let location = parties::location(desk, partner)?;
    if location.global_partner_id != account {
        let message = format!("the location `{partner}` is of another partner ({})", location.global_partner_id);
        return Err(Refusal::invalid("location-not-eligible", message, "use a location of your own account").into());
    }
    must_claim_for(desk, partner, "claim for this location")?;
    claim.partner_id = location.partner_id;
    if let Some(products) = &edits.products {
        claim.products = products_of(claim, products)?;
    }
    let Edits { name, tenant_id, domain, activity, customer_contact, partner_contact, seller, isv_product, incentive_opt_out, .. } =
        edits.clone();
    claim.name = name.unwrap_or_else(|| claim.name.clone());
    claim.tenant_id = tenant_id.unwrap_or_else(|| claim.tenant_id.clone());
    claim.activity = activity.unwrap_or(claim.activity);
    claim.domain = domain.or_else(|| claim.domain.clone());
    claim.customer_contact = customer_contact.or_else(|| claim.customer_contact.clone());
    claim.partner_contact = partner_contact.or_else(|| claim.partner_contact.clone());
    claim.seller = seller.or_else(|| claim.seller.clone());
    claim.isv_product = isv_product.or_else(|| claim.isv_product.clone());
    claim.incentive_opt_out = incentive_opt_out.unwrap_or(claim.incentive_opt_out);
    claim.authors.insert(desk.actor.user.clone());
    Ok(())
}

/// The products of an edit, beside those that the claim holds or has lost already.
fn products_of(claim: &Claim, wanted: &[Product]) -> Result<Vec<Product>, Refusal> {
    let mut products: Vec<Product> = claim.products.iter().filter(|product| !product.is_wanted()).cloned().collect();
    for product in wanted {
        let product = Product { held_from: None, held_to: None, ..product.clone() };
        let is_same = |other: &&Product| other.workload == product.workload && other.subscription_id == product.subscription_id;
        match products.iter().find(is_same) {
            Some(other) if other.held_from.is_none() && other.held_to.is_some() => {
                let message = format!("{} was lost to a competing claim", product.shown());
                return Err(Refusal::conflict(
                    "product-lost",
                    message,
                    "make a new claim on it with new proof; `claim clone` takes the fields over",
                ));
            }
            Some(_) => {}
            None => products.push(product),
        }
    }
    if products.len() > PARTS_MAX {
        let message = format!("the claim has {} products, more than {PARTS_MAX}", products.len());
        return Err(Refusal::invalid("too-many", message, "make several claims"));
    }
    Ok(products)
}
