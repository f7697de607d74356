//! `partner-center-subscriptions`: the subscriptions download of Partner Center. It has a row for each subscription, month and association; the rows of a
//! subscription become one, as its latest month tells.

use std::collections::BTreeMap;

use domain::amount::Amount;
use domain::facts::Subscription;
use domain::names::Name;
use domain::rulebook::services::kebab;
use domain::time::Month;

use super::Intake;
use super::fields::{Cells, Refused, fields};
use super::reading::{Rows, SheetFormat};
use crate::suggestions::{self, Suggestion};

const TABLE: &str = "subscriptions";

// Partner Center documentation: insights data definitions, subscription details report. Seats and revenue are not read: they are repeated for each
// association, and by product instead of workload.
fields! {
    Subscription: need ["SubscriptionId"];
    Tenant: need ["CustomerTenantId"];
    Month: need ["Month"];
    State: need ["SubscriptionState"];
    Product: need ["Product"];
    Start: need ["SubscriptionStartDate"];
    End: need ["SubscriptionEndDate"];
    CustomerName: may ["CustomerName"];
    AutoRenew: may ["IsAutoRenew"];
    PartNumber: may ["ProductPartNumber"];
}

/// The subscriptions download.
pub const FORMAT: SheetFormat = SheetFormat {
    table: TABLE,
    fields: FIELDS,
    cure: "download the subscription details report with all columns",
    open: |_| Box::new(Subscriptions::default()),
};

/// The latest month, line and row of each subscription.
#[derive(Default)]
struct Subscriptions(BTreeMap<Name, (Month, u64, Subscription)>);

impl Rows for Subscriptions {
    fn take(&mut self, cells: &Cells<'_>, intake: &mut Intake<'_>) -> Result<(), Refused> {
        let month = cells.month(Column::Month)?;
        let (subscription_id, tenant_id) = (cells.name(Column::Subscription)?, cells.name(Column::Tenant)?);
        let row = Subscription {
            product: cells.text(Column::Product).map(product),
            status: cells.text(Column::State).map(status),
            starts_on: cells.day_if_any(Column::Start)?,
            // the file names the last day, the table the first one after it
            ends_on: cells.day_if_any(Column::End)?.map(|day| day.plus(1)),
            ..suggestions::subscription(subscription_id.clone(), tenant_id.clone())
        };
        intake.suggest(cells.line, Suggestion::Customer(suggestions::customer(tenant_id, cells.text(Column::CustomerName))));
        let Some(told) = self.0.get_mut(&subscription_id) else {
            self.0.insert(subscription_id, (month, cells.line, row));
            return Ok(());
        };
        let mut older = cells.line;
        if month > told.0 {
            older = told.1;
            *told = (month, cells.line, row);
        }
        intake.ignore(older, TABLE, &Name::new("another-row-of-the-subscription"), Amount::ZERO);
        Ok(())
    }

    fn end(&mut self, intake: &mut Intake<'_>) {
        for (_, (_, line, row)) in std::mem::take(&mut self.0) {
            intake.accept(line, row);
        }
    }
}

/// The product as attribution knows it: Microsoft 365 was called Office 365.
fn product(spelled: &str) -> Name {
    let product = kebab(spelled);
    if product.as_str() == "microsoft-365" { Name::new("office-365") } else { product }
}

/// The state as the table's words have it.
fn status(spelled: &str) -> Name {
    let state = kebab(spelled);
    Name::new(match state.as_str() {
        "open" | "active" => "active",
        "in-grace-period" | "ingraceperiod" | "in-grace" => "in-grace",
        "churned" | "closed" | "deleted" => "deleted",
        other => other,
    })
}
