//! `cargo xtask test`.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::places;
use crate::steps::{Outcome, STEPS, Step};

struct Report {
    step: &'static Step,
    took: Duration,
    outcome: Result<Outcome>,
}

/// Runs the steps that `arguments` choose, all of them by default, and closes with a table.
///
/// # Errors
/// When an argument is not understood; a check that fails is told by the exit code.
pub fn run(arguments: &[String]) -> Result<ExitCode> {
    let Some(chosen) = choose(arguments)? else {
        for step in STEPS {
            println!("{:<10}{}", step.name, step.sentence);
        }
        return Ok(ExitCode::SUCCESS);
    };
    let began = Instant::now();
    let reports: Vec<Report> = chosen.into_iter().map(check).collect();
    Ok(close(&reports, began.elapsed()))
}

/// The steps to run, or none when only the list is wanted.
fn choose(arguments: &[String]) -> Result<Option<Vec<&'static Step>>> {
    let mut chosen = Vec::new();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let name = match argument.as_str() {
            "--list" => return Ok(None),
            "--only" => arguments.next().map(String::as_str),
            other => match other.strip_prefix("--only=") {
                Some(name) => Some(name),
                None => bail!("no option `{other}`; expected `--only NAME` or `--list`"),
            },
        };
        let names = || STEPS.iter().map(|step| format!("`{}`", step.name)).collect::<Vec<_>>().join(", ");
        match STEPS.iter().find(|step| Some(step.name) == name) {
            Some(step) => chosen.push(step),
            None => bail!("no step `{}`; expected one of {}", name.unwrap_or_default(), names()),
        }
    }
    Ok(Some(if chosen.is_empty() { STEPS.iter().collect() } else { chosen }))
}

fn check(step: &'static Step) -> Report {
    println!("==> {}: {}", step.name, step.sentence);
    let began = Instant::now();
    let outcome = (step.run)().and_then(|outcome| match outcome {
        Outcome::Skipped(why) if places::in_ci() => bail!("nothing may be skipped in CI: {why}"),
        outcome => Ok(outcome),
    });
    let took = began.elapsed();
    match &outcome {
        Ok(Outcome::Passed) => println!("    passed in {}", seconds(took)),
        Ok(Outcome::PassedBut(note)) => println!("    passed in {}; {note}", seconds(took)),
        Ok(Outcome::Skipped(why)) => println!("    skipped: {why}"),
        Err(error) => println!("    failed after {}: {error:#}", seconds(took)),
    }
    Report { step, took, outcome }
}

fn close(reports: &[Report], took: Duration) -> ExitCode {
    println!("\n{:<10}  {:<8}  {:>8}", "step", "result", "time");
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for Report { step, took, outcome } in reports {
        let (result, count) = match outcome {
            Ok(Outcome::Passed | Outcome::PassedBut(_)) => ("passed", &mut passed),
            Ok(Outcome::Skipped(_)) => ("skipped", &mut skipped),
            Err(_) => ("FAILED", &mut failed),
        };
        *count += 1;
        println!("{:<10}  {result:<8}  {:>8}", step.name, seconds(*took));
    }
    println!("{:<10}  {:<8}  {:>8}\n", "all", "", seconds(took));
    println!("steps: {passed} passed, {failed} failed, {skipped} skipped");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(arguments: &[&str]) -> Result<Option<Vec<&'static str>>> {
        let arguments: Vec<String> = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        Ok(choose(&arguments)?.map(|steps| steps.iter().map(|step| step.name).collect()))
    }

    #[test]
    fn all_steps_run_unless_some_are_chosen() {
        assert_eq!(names(&[]).unwrap().unwrap().len(), STEPS.len());
        assert_eq!(names(&["--only", "deny", "--only=format"]).unwrap().unwrap(), ["deny", "format"]);
    }

    #[test]
    fn the_list_runs_nothing() {
        assert_eq!(names(&["--list"]).unwrap(), None);
    }

    #[test]
    fn an_unknown_step_is_answered_with_the_known_ones() {
        let error = names(&["--only", "fmt"]).unwrap_err().to_string();
        assert!(error.starts_with("no step `fmt`; expected one of `format`, `clippy`"), "{error}");
    }
}
