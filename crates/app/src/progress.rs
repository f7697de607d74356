//! Progress of work that takes over a second: on stderr, and only on a terminal.

use std::io::{self, IsTerminal};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// How long work stays silent.
const SILENT: Duration = Duration::from_secs(1);
/// How often a sign of life moves.
const TICK: Duration = Duration::from_millis(120);

/// Does the work; when it takes over a second, `what` is shown meanwhile.
pub fn during<T>(what: &str, work: impl FnOnce() -> T) -> T {
    if !io::stderr().is_terminal() {
        return work();
    }
    let (done, is_done) = mpsc::channel::<()>();
    let message = format!("{what} …");
    let sign = thread::spawn(move || {
        if is_done.recv_timeout(SILENT) == Err(RecvTimeoutError::Timeout) {
            let bar = spinner().with_message(message);
            bar.enable_steady_tick(TICK);
            // ends when the sender is dropped
            let _ = is_done.recv();
            bar.finish_and_clear();
        }
    });
    let answer = work();
    drop(done);
    let _ = sign.join();
    answer
}

fn spinner() -> ProgressBar {
    let style = ProgressStyle::with_template("{spinner} {msg} {elapsed:>4}").expect("the template is well formed");
    ProgressBar::new_spinner().with_style(style)
}

/// Work of many steps that tells how far it is.
pub struct Steps {
    bar: ProgressBar,
    since: Instant,
}

impl Steps {
    /// Work that begins.
    pub fn new() -> Self {
        let bar = spinner();
        bar.set_draw_target(ProgressDrawTarget::hidden());
        Self { bar, since: Instant::now() }
    }

    /// How far it is; shown when the work has taken over a second.
    pub fn tell(&mut self, message: &str) {
        if self.bar.is_hidden() && self.since.elapsed() > SILENT && io::stderr().is_terminal() {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        if !self.bar.is_hidden() {
            self.bar.set_message(message.to_owned());
            self.bar.tick();
        }
    }

    /// The work is done.
    pub fn end(self) {
        self.bar.finish_and_clear();
    }
}
