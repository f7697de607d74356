//! What partners are credited with for a restated month, before and after.

use anyhow::Result;
use domain::amount::Amount;
use domain::register::Register;
use domain::rulebook::Rulebook;
use engine::credits::credited_groups;
use engine::fates::MonthChange;
use engine::lake::{Lake, LakeFile};
use engine::problems::Problems;

use super::Home;

/// Tells of each month of consumption that was there before what partners are credited with for its rows before and after: each row once for
/// every global account, as `credit` does, with the register of the time, and resale chains as of the month.
///
/// # Errors
/// When the lake cannot be read.
pub fn credit(home: &Home, months: &mut [MonthChange], added: &[LakeFile], dropped: &[LakeFile], rulebook: &Rulebook) -> Result<()> {
    if !months.iter().any(is_told) {
        return Ok(());
    }
    let before = home.lake()?;
    let mut after = before.clone();
    after.files.retain(|file| !dropped.iter().any(|dropped| dropped.path == file.path));
    after.files.extend(added.iter().cloned());
    let credited = [sums(home, &before, months, rulebook)?, sums(home, &after, months, rulebook)?];
    let [before, after] = credited;
    for ((change, before), after) in months.iter_mut().filter(|change| is_told(change)).zip(before).zip(after) {
        change.credited = Some((before, after));
    }
    Ok(())
}

fn is_told(change: &MonthChange) -> bool {
    change.table == "consumption" && change.before.rows > 0
}

/// What is credited for the rows of each month that is told.
fn sums(home: &Home, lake: &Lake, months: &[MonthChange], rulebook: &Rulebook) -> Result<Vec<Amount>> {
    let dataset = lake.open_with(&home.standing()?)?;
    let register = Register::new(&dataset.program, rulebook);
    let sum = |change: &MonthChange| {
        let is_of = |file: &&LakeFile| (file.table, &file.source, file.month) == (change.table, &change.source, Some(change.month));
        let files: Vec<_> = lake.files.iter().filter(is_of).map(|file| lake.table_file(file)).collect();
        let groups = credited_groups(&files, &register, change.month, &[], &mut Problems::default())?;
        Ok(groups.iter().map(|(_, acr)| acr).sum())
    };
    months.iter().filter(|change| is_told(change)).map(sum).collect()
}
