//! The Azure usage download. Source: Partner Center, Azure usage report.

use domain::attach::AttachType;

use super::{Basis, VendorRow, VendorUsage, each_row, month};
use crate::formats::fields::{Cells, Field, Refused, fields};
use crate::problems::Problems;
use crate::source::{FileError, Source};

fields! {
    Month: need ["Month"];
    Tenant: need ["CustomerTenantId"];
    Acr: need ["ACR_USD", "TotalACR"];
    Subscription: may ["SubscriptionId"];
    Service: may ["ServiceLevel2", "ServiceName"];
    Kind: may ["PartnerAttributionType"];
    Account: may ["PGAPartnerID", "PGAMpnID"];
    Partner: may ["PartnerID", "MPNID"];
    DuplicateInKind: may ["IsACRDuplicateAtPGAAttachTypeLevel"];
    DuplicateInAccount: may ["IsACRDuplicateAtPGALevel"];
}

/// The columns of the download.
pub fn columns() -> &'static [Field] {
    FIELDS
}

/// Reads the rows that are added up.
///
/// # Errors
/// When the file breaks off.
pub fn read(source: Source, problems: &mut Problems) -> Result<VendorUsage, FileError> {
    let has = |column: Column| FIELDS[column as usize].names.iter().any(|name| source.position(name).is_some());
    let has_kinds = has(Column::Kind);
    let (basis, flag) = match () {
        () if has_kinds && has(Column::DuplicateInKind) => (Basis::Kind, Some(Column::DuplicateInKind)),
        () if has(Column::DuplicateInAccount) => (Basis::Account, Some(Column::DuplicateInAccount)),
        () => (Basis::Every, None),
    };
    let (has_subscriptions, has_services) = (has(Column::Subscription), has(Column::Service));
    let mut usage = VendorUsage { rows: Vec::new(), basis, has_subscriptions, has_services, has_kinds, left_out: Default::default() };
    each_row(source, FIELDS, problems, &mut |cells| {
        if flag.is_some_and(|flag| ["1", "true", "yes"].contains(&cells.text_or_blank(flag).to_lowercase().as_str())) {
            *usage.left_out.entry("duplicate").or_default() += 1;
            return Ok(());
        }
        let kind = cells.text_or_blank(Column::Kind).to_lowercase();
        if kind.starts_with("partner as end") || kind.starts_with("deal registration") {
            *usage.left_out.entry("no-association").or_default() += 1;
            return Ok(());
        }
        usage.rows.push(row(cells)?);
        Ok(())
    })?;
    Ok(usage)
}

fn row(cells: &Cells<'_>) -> Result<VendorRow, Refused> {
    let acr = cells.need(Column::Acr).and_then(|_| cells.amount(Column::Acr))?.unwrap_or_default();
    Ok(VendorRow {
        month: month(cells, Column::Month.into())?,
        tenant: cells.name(Column::Tenant)?,
        subscription: cells.name_if_any(Column::Subscription),
        service: cells.text(Column::Service).map(str::to_owned),
        attach: cells.text(Column::Kind).map(kind).transpose()?,
        account: cells.name_if_any(Column::Account),
        partner: cells.name_if_any(Column::Partner),
        acr,
    })
}

/// The kind of association that a text names, in any of the spellings of the vendor's files.
fn kind(text: &str) -> Result<AttachType, Refused> {
    let letters: String = text.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    match letters.as_str() {
        "partneradminlink" | "pal" => Ok(AttachType::Pal),
        "transactingpartnerofrecord" | "tpor" => Ok(AttachType::Tpor),
        "partnerofrecord" | "digitalpartnerofrecord" | "por" | "dpor" => Ok(AttachType::Dpor),
        "csptier1" | "cspt1" => Ok(AttachType::CspTier1),
        "csptier2" | "cspt2" => Ok(AttachType::CspTier2),
        _ => {
            let message = format!("`{text}` is no kind of association of Azure usage");
            let cure = "expected `Partner admin link`, `Partner of record`, `Transacting partner of record`, `CSP Tier 1` or `CSP Tier 2`";
            Err(Refused::new("unknown-word", Column::Kind, message, cure))
        }
    }
}
