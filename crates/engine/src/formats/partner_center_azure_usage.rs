//! `partner-center-azure-usage`: the Azure usage download of Partner Center, rows of usage as they were credited. What it gives is the usage, once;
//! the ties come from the registers, since a credited row says neither since when nor through which identity.

use domain::amount::Amount;
use domain::facts::Consumption;
use domain::names::Name;
use domain::rulebook::ImportRules;
use domain::rulebook::imports::{Properties, Verdict};
use domain::words::Grain;

use super::charges::{TABLE, subscription};
use super::fields::{Cells, Refused, fields};
use super::reading::{Rows, SheetFormat};
use super::{Context, Intake};
use crate::suggestions::{self, Suggestion};

// Partner Center documentation: insights data definitions, Azure usage report; also the names of the system query.
fields! {
    Subscription: need ["SubscriptionId"];
    Month: need ["Month"];
    Service: need ["ServiceLevel2", "ServiceName"];
    Tenant: need ["CustomerTenantId"];
    Attribution: need ["PartnerAttributionType"];
    Duplicate: need ["IsACRDuplicateAtPGALevel", "IsDuplicateRowForPGA"];
    Acr: need ["ACR_USD", "ACRUSD", "TotalACR"];
    GlobalPartner: may ["PGAPartnerID", "PGAMpnID"];
    CustomerName: may ["CustomerName"];
}

/// The Azure usage download.
pub const FORMAT: SheetFormat = SheetFormat {
    table: TABLE,
    fields: FIELDS,
    cure: "download the Azure usage report with all columns",
    open: |context| Box::new(AzureUsage { context, rules: context.rules("partner-center-azure-usage"), account: None }),
};

struct AzureUsage<'c> {
    context: &'c Context,
    rules: &'c ImportRules,
    account: Option<Name>,
}

impl Rows for AzureUsage<'_> {
    fn take(&mut self, cells: &Cells<'_>, intake: &mut Intake<'_>) -> Result<(), Refused> {
        self.refuse_second_account(cells)?;
        let properties = Properties {
            attribution: cells.text_or_blank(Column::Attribution),
            duplicate: cells.text_or_blank(Column::Duplicate),
            ..Properties::default()
        };
        let rule = self.rules.judge(&properties).expect("the last rule of a format fits every row");
        if rule.verdict == Verdict::Ignored {
            intake.ignore(cells.line, TABLE, &rule.rule, self.amount(cells));
            return Ok(());
        }
        let tenant_id = cells.name(Column::Tenant)?;
        let subscription_id = subscription(cells.need(Column::Subscription)?).ok_or_else(|| {
            Refused::new("blank-cell", Column::Subscription, "the cell names no subscription", "fill in `SubscriptionId`")
        })?;
        let row = Consumption {
            usage_date: cells.month(Column::Month)?.first_day(),
            tenant_id: tenant_id.clone(),
            subscription_id: subscription_id.clone(),
            service: self.context.names.service(cells.need(Column::Service)?),
            acr_usd: cells.amount(Column::Acr)?.unwrap_or(Amount::ZERO),
            resource_id: None,
            offer: None,
            grain: Grain::Month,
        };
        intake.suggest(cells.line, Suggestion::Subscription(suggestions::subscription(subscription_id, tenant_id.clone())));
        intake.suggest(cells.line, Suggestion::Customer(suggestions::customer(tenant_id, cells.text(Column::CustomerName))));
        intake.accept(cells.line, row);
        Ok(())
    }

    fn amount(&self, cells: &Cells<'_>) -> Amount {
        cells.amount(Column::Acr).ok().flatten().unwrap_or(Amount::ZERO)
    }
}

impl AzureUsage<'_> {
    /// The flags tell duplicates within one global account: a second one would bring the same usage again.
    fn refuse_second_account(&mut self, cells: &Cells<'_>) -> Result<(), Refused> {
        let Some(account) = cells.name_if_any(Column::GlobalPartner) else { return Ok(()) };
        let first = self.account.get_or_insert_with(|| account.clone());
        if *first == account {
            return Ok(());
        }
        let message = format!("the file begins with the global account `{first}`, and its flags tell duplicates within one account only");
        Err(Refused::new("second-global-account", Column::GlobalPartner, message, "download and import each global account by itself"))
    }
}
