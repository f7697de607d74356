//! `dataset`: files of the exchange format.

use domain::amount::Amount;
use domain::cells::Row;
use domain::facts::{
    Certification, Claim, Consumption, Csp, Customer, Enrolment, ExchangeRate, GroupMember, ManagementGroup, PalLink, Partner,
    PartnerOfRecord, Person, Principal, ResourceOwner, Revenue, RoleAssignment, Subscription, WorkloadUsage,
};

use super::{Intake, SourceFile, tell};
use crate::files::TableFile;
use crate::problems::{Problems, Severity};
use crate::restatements::amount_of_cells;
use crate::source::FileError;
use crate::staging::StagedRow;
use crate::tables::{each_table, read_rows};

/// Reads a file of any table.
pub fn read(source: &SourceFile, intake: &mut Intake<'_>, remarks: &mut Problems, progress: &mut dyn FnMut(u64)) -> Result<(), FileError> {
    let Some(file) = TableFile::new(source.table, source.path.clone(), source.shown.clone()) else {
        return Err(FileError::open(&source.shown, std::io::Error::other("the file's ending is of no known form")));
    };
    macro_rules! read_by_name {
        ($($table:ident: $row:ident),*) => {
            match file.table {
                $( stringify!($table) => read_table::<$row>(&file, intake, remarks, progress), )*
                other => unreachable!("a file of the unknown table `{other}`"),
            }
        };
    }
    each_table!(read_by_name)
}

fn read_table<R: Row + StagedRow>(
    file: &TableFile,
    intake: &mut Intake<'_>,
    remarks: &mut Problems,
    progress: &mut dyn FnMut(u64),
) -> Result<(), FileError> {
    read_rows::<R>(file, remarks, |read| {
        match read.row {
            Ok(row) => intake.accept(read.line, row),
            Err(problem) => {
                let amount = if read.cells.is_empty() { Amount::ZERO } else { amount_of_cells(R::TABLE, read.cells) };
                debug_assert_eq!(problem.severity, Severity::Quarantined);
                intake.quarantine(*problem, amount);
            }
        }
        tell(progress, intake.rows());
    })
    .map(|_| ())
}
