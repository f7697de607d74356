//! `import --watch`: new exports as they land.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use jiff::Timestamp;
use serde::Serialize;
use store::watched::{Fate, WatchedExport};
use tokio::runtime::Builder;

use super::ImportArgs;
use crate::cli::Setting;
use crate::home::Home;
use crate::output::Paint;
use crate::output::table::{self, count};
use crate::problem::{Exit, say};
use crate::watching::{How, Look, Watcher};

/// An export that was taken.
#[derive(Debug, Serialize)]
struct ExportView {
    url: String,
    state: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    batch_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    run_at: Timestamp,
    taken_at: Timestamp,
    objects: u64,
    bytes: u64,
}

impl From<&WatchedExport> for ExportView {
    fn from(export: &WatchedExport) -> Self {
        let WatchedExport { url, fate, run_at, taken_at, objects, bytes, .. } = export.clone();
        let state = fate.word();
        let (batch_id, reason) = match fate {
            Fate::Imported { batch_id } => (Some(batch_id), None),
            Fate::Refused { reason } => (None, Some(reason)),
            Fate::Empty => (None, None),
        };
        Self { url, state, batch_id, reason, run_at, taken_at, objects, bytes }
    }
}

/// Lists the exports that were taken.
///
/// # Errors
/// When there is no home.
pub fn list(setting: &Setting) -> Result<Exit> {
    let watched = Home::open(&setting.home()?)?.watched()?;
    let views: Vec<ExportView> = watched.iter().map(ExportView::from).collect();
    setting.output.print(&views, |paint| told(&views, paint))?;
    Ok(Exit::Done)
}

/// Watches until it is ended, or looks once.
///
/// # Errors
/// When the first look fails, or the only one; a later one is tried again.
pub fn run(args: &ImportArgs, url: &str, home: &Home, setting: &Setting) -> Result<Exit> {
    let how = How {
        setting,
        format: args.format,
        tenant: args.tenant.as_deref(),
        pattern: args.pattern.as_deref(),
        strict: args.strict,
        at_once: args.once,
    };
    let mut watcher = Watcher::new(home, url, how)?;
    if args.once {
        return show(&watcher.look(&|| false)?, setting, true);
    }
    let (is_ended, ended) = ending()?;
    let is_ended = || is_ended.load(Ordering::Relaxed);
    say(&format!("watching `{}`, every {}; end with Ctrl-C\n", watcher.url(), shown(args.every)));
    show(&watcher.look(&is_ended)?, setting, false)?;
    let mut trouble = String::new();
    while ended.recv_timeout(args.every) == Err(RecvTimeoutError::Timeout) {
        let now = match watcher.look(&is_ended) {
            Ok(look) => show(&look, setting, false).map(|_| String::new())?,
            Err(error) => format!("error: {error:#}; it is tried again\n"),
        };
        // the same trouble is told once, not at every look
        if now != trouble {
            say(&now);
            trouble = now;
        }
    }
    say("ended: what was taken is in the ledger\n");
    Ok(Exit::Done)
}

/// Shows what a look took; nothing is shown of a look that took nothing unless it is `only`.
fn show(look: &Look, setting: &Setting, only: bool) -> Result<Exit> {
    let mut exit = Exit::Done;
    for taken in &look.taken {
        let has_problems = taken.outcome.as_ref().is_some_and(|outcome| {
            setting.tell_rows(&outcome.problems);
            !outcome.problems.is_empty()
        });
        if has_problems || matches!(taken.export.fate, Fate::Refused { .. }) {
            exit = Exit::Attention;
        }
    }
    for url in &look.waiting {
        say(&format!("`{url}` may still be written to: it is taken when it is the same at the next look\n"));
    }
    let views: Vec<ExportView> = look.taken.iter().map(|taken| ExportView::from(&taken.export)).collect();
    if only || !views.is_empty() {
        setting.output.print(&views, |paint| told(&views, paint))?;
    }
    Ok(exit)
}

fn told(views: &[ExportView], paint: Paint) -> String {
    if views.is_empty() {
        return "nothing new\n".to_owned();
    }
    let row = |view: &ExportView| {
        let run_at = view.run_at.strftime("%Y-%m-%d %H:%M").to_string();
        let batch = view.batch_id.clone().unwrap_or_default();
        vec![view.state.to_owned(), batch, run_at, count(view.objects), count(view.bytes), view.url.clone()]
    };
    let rows: Vec<Vec<String>> = views.iter().map(row).collect();
    let lines = table::lines(&["STATE", "BATCH", "MADE", "FILES", "BYTES", "EXPORT"], &rows, &[3, 4]);
    let mut text: String = lines.iter().map(|line| format!("{line}\n")).collect();
    for view in views {
        if let Some(reason) = &view.reason {
            text.push_str(&format!("{}\n", paint.warn(&format!("`{}` was refused: {reason}", view.url))));
        }
    }
    text
}

/// Tells when the program shall end: whether it shall, and a channel that closes then.
fn ending() -> Result<(Arc<AtomicBool>, Receiver<()>)> {
    let runtime = Builder::new_current_thread().enable_all().build().context("cannot wait for the end")?;
    let (is_ended, (sender, ended)) = (Arc::new(AtomicBool::new(false)), channel());
    let told = Arc::clone(&is_ended);
    thread::spawn(move || {
        runtime.block_on(asked_to_end());
        told.store(true, Ordering::Relaxed);
        drop(sender);
    });
    Ok((is_ended, ended))
}

#[cfg(unix)]
async fn asked_to_end() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminated) = signal(SignalKind::terminate()) else { return };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminated.recv() => {}
    }
}

#[cfg(not(unix))]
async fn asked_to_end() {
    let _ = tokio::signal::ctrl_c().await;
}

/// How long to wait between two looks: `5m`, `30s`, `1h`.
///
/// # Errors
/// When the text is no span of time, or none at all.
pub fn every(text: &str) -> Result<Duration, String> {
    let span: Option<jiff::SignedDuration> = text.parse().ok();
    let positive = span.filter(jiff::SignedDuration::is_positive).and_then(|span| Duration::try_from(span).ok());
    positive.ok_or_else(|| format!("`{text}` is no span of time; expected such as `30s`, `5m` or `1h`"))
}

fn shown(every: Duration) -> String {
    jiff::SignedDuration::try_from(every).map_or_else(|_| format!("{every:?}"), |every| format!("{every:#}"))
}
