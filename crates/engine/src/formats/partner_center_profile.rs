//! `partner-center-profile`: the partner profile download of Partner Center: locations and their global account.

use domain::facts::Partner;
use domain::words::{Flag, PartnerKind};

use super::Intake;
use super::fields::{Cells, Refused, fields};
use super::reading::{Rows, SheetFormat};

// Partner Center documentation: insights data definitions, partner profile report.
fields! {
    Partner: need ["PartnerID", "MPNId"];
    GlobalPartner: need ["PGA_PartnerID", "PGA_MPNID", "PGAPartnerID", "PGAMpnID"];
    Name: need ["PartnerName"];
    Level: need ["HierarchyLevel"];
    Country: may ["Country"];
}

/// The profile download.
pub const FORMAT: SheetFormat = SheetFormat {
    table: "partners",
    fields: FIELDS,
    cure: "download the partner profile report with all columns",
    open: |_| Box::new(Profile),
};

struct Profile;

impl Rows for Profile {
    fn take(&mut self, cells: &Cells<'_>, intake: &mut Intake<'_>) -> Result<(), Refused> {
        let (partner_id, global_partner_id) = (cells.name(Column::Partner)?, cells.name(Column::GlobalPartner)?);
        let level = cells.text_or_blank(Column::Level).to_ascii_lowercase();
        let is_global = partner_id == global_partner_id || level.contains("global") || level.contains("headquarter");
        let row = Partner {
            partner_id,
            global_partner_id,
            name: cells.need(Column::Name)?.to_owned(),
            country: cells.text(Column::Country).map(str::to_owned),
            kind: if is_global { PartnerKind::Global } else { PartnerKind::Location },
            active: Flag(true),
        };
        intake.accept(cells.line, row);
        Ok(())
    }
}
