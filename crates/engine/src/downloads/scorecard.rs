//! A scorecard: points for each metric of each area.

use domain::fraction::Fraction;

use super::{VendorPoints, each_row};
use crate::formats::fields::{Field, Refused, fields};
use crate::problems::Problems;
use crate::source::{FileError, Source};

// The columns of the scorecard's page, as downloads and hand-made copies spell them.
fields! {
    Area: need ["SolutionArea", "Solution area", "Designation", "Area"];
    Metric: need ["Category", "Subcategory", "Metric"];
    Points: need ["PointsEarned", "Points earned", "Points"];
    Account: may ["PGAPartnerID", "PGAMpnID", "PartnerID", "MPNID"];
    Track: may ["Track", "Segment"];
}

/// The columns of a scorecard.
pub fn columns() -> &'static [Field] {
    FIELDS
}

/// Reads the lines.
///
/// # Errors
/// When the file breaks off.
pub fn read(source: Source, problems: &mut Problems) -> Result<Vec<VendorPoints>, FileError> {
    let mut lines = Vec::new();
    each_row(source, FIELDS, problems, &mut |cells| {
        let text = cells.need(Column::Points)?;
        let points: Fraction = text.parse().map_err(|_| {
            let cure = "write the points with a decimal point, such as 13.3";
            Refused::new("not-a-number", Column::Points, format!("`{text}` is not a number of points"), cure)
        })?;
        lines.push(VendorPoints {
            account: cells.name_if_any(Column::Account),
            area: cells.need(Column::Area)?.to_owned(),
            track: cells.text(Column::Track).map(str::to_owned),
            metric: cells.need(Column::Metric)?.to_owned(),
            points,
        });
        Ok(())
    })?;
    Ok(lines)
}
