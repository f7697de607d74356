//! The lake as it was known earlier: what the pieces of the batches that stood then give.
//!
//! Batches that came later are left out, batches that were undone later are in. A part that the same batches gave then as now is the
//! same file; the others are settled again, by the rule that imports and undoing follow.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use domain::facts::{
    Certification, Claim, Consumption, Csp, Customer, Enrolment, ExchangeRate, GroupMember, ManagementGroup, PalLink, Partner,
    PartnerOfRecord, Person, Principal, ResourceOwner, Revenue, RoleAssignment, Subscription, WorkloadUsage,
};
use domain::time::Month;

use crate::lake::{Lake, LakeError, LakeFile};
use crate::merge::Settled;
use crate::restatements::{Restated, each_fact, each_register};
use crate::undo::{of_facts, of_register, settle_pieces};

/// The lake that the batches of `stood` give. Files that are not there any more are made in `folder`, which must outlive the answer.
///
/// # Errors
/// When the lake cannot be read, or the folder cannot be written.
pub fn lake_as_known(lake: &Lake, stood: &BTreeSet<String>, folder: &Path) -> Result<Lake, LakeError> {
    let mut known = Known { lake, stood, folder, files: Vec::new() };
    macro_rules! registers {
        ($($table:ident: $row:ident),*) => { $( known.parts::<$row>(of_register)?; )* };
    }
    each_register!(registers);
    macro_rules! facts {
        ($($table:ident: $row:ident),*) => { $( known.parts::<$row>(of_facts)?; )* };
    }
    each_fact!(facts);
    Ok(Lake { root: lake.root.clone(), files: known.files, pieces: Vec::new(), undone: Vec::new() })
}

struct Known<'a> {
    lake: &'a Lake,
    stood: &'a BTreeSet<String>,
    folder: &'a Path,
    files: Vec<LakeFile>,
}

impl Known<'_> {
    /// Every part of a table.
    fn parts<R: Restated>(&mut self, settle: impl Fn(&LakeFile, &[R], &[R]) -> Settled) -> Result<(), LakeError> {
        let all = || self.lake.pieces.iter().chain(&self.lake.undone).filter(|piece| piece.table == R::TABLE);
        let stood = |piece: &&LakeFile| self.stood.contains(&piece.batch_id);
        let keys: BTreeSet<(&str, Option<Month>)> = all().filter(stood).map(|piece| (piece.source.as_str(), piece.month)).collect();
        let mut files = Vec::new();
        for key in keys {
            let of_part = |piece: &&LakeFile| (piece.source.as_str(), piece.month) == key;
            let pieces: Vec<&LakeFile> = all().filter(stood).filter(of_part).collect();
            let now: HashSet<&str> =
                self.lake.pieces.iter().filter(|piece| piece.is_same_part(pieces[0])).map(|piece| &*piece.path).collect();
            if pieces.len() == now.len() && pieces.iter().all(|piece| now.contains(&*piece.path)) {
                files.extend(self.lake.files.iter().filter(|file| file.is_same_part(pieces[0])).cloned());
            } else if let [only] = pieces[..]
                && only.is_whole()
            {
                files.push(only.clone());
            } else {
                files.extend(self.settled(pieces, files.len(), &settle)?);
            }
        }
        self.files.extend(files);
        Ok(())
    }

    /// A part that is settled again; nothing when no row is left.
    fn settled<R: Restated>(
        &self,
        pieces: Vec<&LakeFile>,
        place: usize,
        settle: impl Fn(&LakeFile, &[R], &[R]) -> Settled,
    ) -> Result<Option<LakeFile>, LakeError> {
        let like = pieces[0].clone();
        let kept = settle_pieces(self.lake, pieces, settle)?;
        if kept.rows.is_empty() {
            return Ok(None);
        }
        let mut rows: Vec<(&R, &str, u64)> = kept.iter().collect();
        rows.sort_by_cached_key(|(row, ..)| row.order());
        // an absolute path stands for itself wherever the lake is
        let path = self.folder.join(format!("{}-{place}.parquet", R::TABLE)).display().to_string();
        let rows = self.lake.write(&path, rows.into_iter())?;
        Ok(Some(LakeFile { path, rows, amount: None, ..like }))
    }
}
