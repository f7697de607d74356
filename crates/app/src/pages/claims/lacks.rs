//! What a claim lacks, in the words of pages: beside which field it is told, and the cure without commands.

use domain::record::refusal::Refusal;

use crate::pages::fields::Wrong;

/// How the cures of refusals name commands.
const COMMANDS: [&str; 5] = ["`claim ", "`rulebook ", "`partner ", "`customer ", "`--"];

/// What is wrong, by the name of the field that it is about; `form` for what is about none.
pub struct Lacks(Vec<(&'static str, Wrong)>);

impl Lacks {
    /// The fields of refusals.
    pub fn of<'r>(refusals: impl IntoIterator<Item = &'r Refusal>) -> Self {
        let lack = |refusal: &Refusal| (field(refusal.code, &refusal.message), wrong(refusal));
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

/// A refusal as a page tells it.
pub fn wrong(refusal: &Refusal) -> Wrong {
    Wrong::new(&refusal.message, &cure(refusal.code, &refusal.cure))
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

/// A cure for those who read pages: what names a command is left out, or said otherwise.
fn cure(code: &str, cure: &str) -> String {
    match code {
        "proof-missing" => return "add it under Proof".to_owned(),
        "already-held" => return "to correct that claim, open it and choose `Clone and correct`".to_owned(),
        _ => {}
    }
    let cut = COMMANDS.iter().filter_map(|command| cure.find(command)).min();
    match cut {
        Some(at) => cure[..at].trim_end().trim_end_matches([':', ';', ',']).trim_end_matches(" use").to_owned(),
        None => cure.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cures_on_pages_name_no_command() {
        assert_eq!(
            cure("workload-not-eligible", "take another activity; `claim activities` tells which is for what"),
            "take another activity"
        );
        assert_eq!(cure("field-missing", "give it: `--seller`"), "give it");
        assert_eq!(cure("product-unknown", "did you mean `teams`?"), "did you mean `teams`?");
    }
}
