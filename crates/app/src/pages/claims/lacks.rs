//! What a claim lacks, in the words of pages: beside which field it is told.

use domain::record::refusal::Refusal;

use crate::pages::fields::Wrong;

/// What is wrong, by the name of the field that it is about; `form` for what is about none.
pub struct Lacks(Vec<(&'static str, Wrong)>);

impl Lacks {
    /// The fields of refusals.
    pub fn of<'r>(refusals: impl IntoIterator<Item = &'r Refusal>) -> Self {
        let lack = |refusal: &Refusal| (field(refusal.code, &refusal.message), Wrong::from(refusal));
        Self(refusals.into_iter().map(lack).collect())
    }

    /// What is wrong with a field.
    pub fn at(&self, field: &str) -> Vec<Wrong> {
        self.0.iter().filter(|(own, _)| *own == field).map(|(_, wrong)| wrong.clone()).collect()
    }

    /// How many things are wrong.
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

/// The field that something is wrong with.
fn field(code: &str, message: &str) -> &'static str {
    match code {
        "id-unknown" | "wrong-id-type" | "location-not-eligible" => "partner_id",
        "tenant-unknown" => "tenant_id",
        "domain-missing" | "domain-tenant-mismatch" => "domain",
        "contact-missing" if message.contains("contact of the customer") => "customer_name",
        "contact-missing" => "partner_name",
        "activity-not-offered" => "activity",
        "field-missing" => {
            let fields =
                [("seller", "seller"), ("isv product", "isv_product"), ("`tenant_id`", "tenant_id"), ("`partner_id`", "partner_id")];
            fields.iter().find(|(word, _)| message.contains(word)).map_or("form", |(_, field)| field)
        }
        "proof-missing" | "proof-incomplete" | "dates-missing-or-old" => "proof",
        code if code.starts_with("product-") || code.starts_with("workload-") || code.starts_with("subscription-") => "products",
        "agreement-not-eligible" | "not-provisioned-yet" | "not-a-subscription-id" | "already-held" | "already-claimed" | "too-many" => {
            "products"
        }
        _ => "form",
    }
}
