//! Work that is due by the clock, while the pages are served.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Result;
use domain::claims::ticks;
use domain::profiles;
use domain::record::actor::Actor;

use super::HomeReader;
use crate::clock;
use crate::mail::Postman;
use crate::pages::reading::Reading as _;
use crate::problem::say;
use crate::webhooks::Sender;

/// How long to wait before looking again for work.
const PAUSE: Duration = Duration::from_secs(1);

/// After how many looks clocks of claims and days of leavers are looked at; they count in days.
const LOOKS_A_TICK: u32 = 60;

/// Starts the work; it ends with the program.
pub fn start(reader: &Arc<HomeReader>, webhooks_to_private: bool, postman: Option<Postman>) {
    let reader = Arc::clone(reader);
    thread::spawn(move || {
        let sender = Sender::new(webhooks_to_private);
        let mut told = String::new();
        for look in (0..LOOKS_A_TICK).cycle() {
            // the same trouble is told once, not every second
            let trouble =
                work(&reader, &sender, postman.as_ref(), look == 0).err().map(|error| format!("error: {error:#}\n")).unwrap_or_default();
            if trouble != told {
                say(&trouble);
                told = trouble;
            }
            thread::sleep(PAUSE);
        }
    });
}

fn work(reader: &HomeReader, sender: &Sender, postman: Option<&Postman>, ticks: bool) -> Result<()> {
    let Some(home) = reader.home() else { return Ok(()) };
    if ticks {
        home.act(&reader.rulebook(), Actor::clockwork(), ticks::tick)?;
        home.act(&reader.rulebook(), Actor::clockwork(), profiles::refresh)?;
    }
    sender.send_due(home, &reader.rulebook(), clock::now())?;
    if let Some(postman) = postman {
        if ticks {
            postman.write_digests(home, &reader.rulebook(), clock::now())?;
        }
        postman.send_due(home, clock::now())?;
    }
    Ok(())
}
