//! `az-management-partner`: the JSON of `az managementpartner show`, one object for each credential, or the list of them that a script
//! collected; also as the REST API has it.

use domain::facts::PalLink;
use domain::names::Name;
use domain::time::Day;
use serde_json::Value;

use super::dates::{self, DateStyle};
use super::json::{JsonFormat, Objects, Refusal, needed, text};
use super::{Context, Intake};
use crate::problems::RowProblem;

/// Partner admin links.
pub const FORMAT: JsonFormat = JsonFormat {
    table: "pal_links",
    shape: "partner admin links with `partnerId` and `objectId`",
    is_of: |object| text(object, "partnerId").is_some() && text(object, "objectId").is_some(),
    take,
};

fn take(objects: &Objects<'_>, context: &Context, intake: &mut Intake<'_>) {
    for (line, object) in objects.iter() {
        match link(object, context) {
            Ok((row, updated_on)) => {
                if let Some(updated_on) = updated_on.filter(|day| row.unlinked_on.is_none() && *day > row.linked_on) {
                    intake.remark(changed(objects, line, &row, updated_on));
                }
                intake.accept(line, row);
            }
            Err(refusal) => objects.refuse(line, refusal, intake),
        }
    }
}

/// The link, and the day on which it was last changed.
fn link(object: &Value, context: &Context) -> Result<(PalLink, Option<Day>), Refusal> {
    let tenant_id = text(object, "tenantId").map(Name::from).or_else(|| context.tenant.clone()).ok_or_else(|| Refusal {
        reason: "tenant-unknown",
        field: "tenantId",
        value: String::new(),
        message: "the link names no tenant".to_owned(),
        cure: "pass `--tenant` with the customer's tenant ID".to_owned(),
    })?;
    let linked_on = day(&needed(object, "createdTime")?, "createdTime")?;
    let updated_on = text(object, "updatedTime").map(|text| day(&text, "updatedTime")).transpose()?;
    let is_deleted = text(object, "state").is_some_and(|state| state.eq_ignore_ascii_case("deleted"));
    let unlinked_on = if is_deleted {
        let gone = updated_on.ok_or_else(|| Refusal {
            reason: "blank-cell",
            field: "updatedTime",
            value: String::new(),
            message: "the link is deleted, and `updatedTime` does not say since when".to_owned(),
            cure: "add the instant at which the link was deleted".to_owned(),
        })?;
        Some(gone.max(linked_on))
    } else {
        None
    };
    let (principal_id, partner_id) = (needed(object, "objectId")?.into(), needed(object, "partnerId")?.into());
    Ok((PalLink { tenant_id, principal_id, partner_id, linked_on, unlinked_on }, updated_on))
}

fn day(text: &str, field: &'static str) -> Result<Day, Refusal> {
    text.get(..10).and_then(|day| dates::day(day, DateStyle::default())).ok_or_else(|| Refusal {
        reason: "not-a-day",
        field,
        value: text.to_owned(),
        message: format!("`{text}` is not an instant; expected YYYY-MM-DDThh:mm:ss"),
        cure: "write the instant as ISO 8601".to_owned(),
    })
}

fn changed(objects: &Objects<'_>, line: u64, row: &PalLink, updated_on: Day) -> RowProblem {
    let message = format!(
        "the link was made on {} and changed on {updated_on}; it is taken for partner `{}` from the first day on",
        row.linked_on, row.partner_id
    );
    let cure = "if it named another partner before, write both links with their days into `pal_links`".to_owned();
    let problem = RowProblem::of_file(objects.table, objects.shown, "link-changed", message, cure);
    RowProblem { line: Some(line), column: "updatedTime".to_owned(), value: updated_on.to_string(), ..problem }
}
