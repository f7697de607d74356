//! Work that is due by the clock, while the pages are served.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Result;

use super::HomeReader;
use crate::clock;
use crate::pages::reading::Reading as _;
use crate::problem::say;
use crate::webhooks::Sender;

/// How long to wait before looking again for work.
const PAUSE: Duration = Duration::from_secs(1);

/// Starts the work; it ends with the program.
pub fn start(reader: &Arc<HomeReader>, webhooks_to_private: bool) {
    let reader = Arc::clone(reader);
    thread::spawn(move || {
        let sender = Sender::new(webhooks_to_private);
        let mut told = String::new();
        loop {
            // the same trouble is told once, not every second
            let trouble = work(&reader, &sender).err().map(|error| format!("error: {error:#}\n")).unwrap_or_default();
            if trouble != told {
                say(&trouble);
                told = trouble;
            }
            thread::sleep(PAUSE);
        }
    });
}

fn work(reader: &HomeReader, sender: &Sender) -> Result<()> {
    let Some(home) = reader.home() else { return Ok(()) };
    sender.send_due(home, reader.rulebook(), clock::now())?;
    Ok(())
}
