//! `credit --focus`: the rows of a cost export as they are, with the associations that each is credited through.

use std::path::Path;

use anyhow::Result;
use domain::rights::{Act, On};
use engine::files::FileForm;

use super::CreditArgs;
use crate::cli::Setting;
use crate::output::files::whole_file;
use crate::output::table::count;
use crate::problem::{Exit, Refusal, say};
use crate::progress;

/// Credits the FOCUS file at `path` into `--out`.
///
/// # Errors
/// When the program cannot be opened, or a file cannot be read or written.
pub fn run(path: &Path, args: &CreditArgs, setting: &Setting) -> Result<Exit> {
    let Some(out) = &args.out else {
        return Err(Refusal::usage("`--focus` needs `--out`: the file that gets the rows with the columns added").into());
    };
    let name = out.file_name().unwrap_or_default().to_string_lossy();
    let Some((_, into)) = FileForm::of_name(&name) else {
        let refusal = Refusal::usage(format!("`{}` tells no form by its ending", out.display()));
        return Err(refusal.hint("name it as the file that is read: `….csv` or `….tsv` (plain, `.gz` or `.zst`), or `….parquet`").into());
    };
    let program = args.program.open(setting)?;
    let account = args.partner.as_deref().map(|id| program.partner(id).cloned()).transpose()?;
    let on = account.as_ref().map_or_else(On::program, On::account);
    let asker = args.program.asker(setting)?;
    asker.must(Act::ExplanationRead, &on, "see what is credited to this partner")?;
    asker.must(Act::RevenueRead, &on, "see what is credited in dollars")?;
    let month = args.program.as_of().closed_month();
    let credit = |partial: &Path| program.credit_bill(path, partial, into, args.tenant.as_deref(), account.as_ref(), month);
    let told = progress::during("crediting rows", || whole_file(out, credit))?;
    say(&format!(
        "{} rows in `{}`: {} are consumption, {} of them are credited, {} dollars\n",
        count(told.rows),
        out.display(),
        count(told.consumption),
        count(told.credited),
        told.acr
    ));
    let mut problems = told.problems;
    problems.absorb(program.problems());
    Ok(setting.tell_rows(&problems))
}
