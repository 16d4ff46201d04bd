//! How far a backfill is: a line that changes on a terminal, a line now and then elsewhere.

use std::{
    io::IsTerminal,
    time::{Duration, Instant},
};

use indicatif::{HumanDuration, ProgressBar};

use crate::{
    cli::{output::tell, progress::LINE_EVERY},
    model::{Backfill, BackfillState},
    report::backfill::{left, others},
};

/// Tells how far it is.
pub(super) struct Progress {
    bar: ProgressBar,
    is_terminal: bool,
    begun: Instant,
    /// What had been asked for before it was looked at first.
    before: Option<u64>,
    told: Option<Instant>,
}

impl Progress {
    pub(super) fn new() -> Progress {
        let bar = ProgressBar::new_spinner();
        bar.enable_steady_tick(Duration::from_millis(200));
        Progress {
            bar,
            is_terminal: std::io::stderr().is_terminal(),
            begun: Instant::now(),
            before: None,
            told: None,
        }
    }

    pub(super) fn show(&mut self, backfill: &Backfill) {
        let before = *self.before.get_or_insert_with(|| asked(backfill));
        let here = asked(backfill).saturating_sub(before);
        let line = line(backfill, here, self.begun.elapsed());
        if self.is_terminal {
            self.bar.set_message(line);
            return;
        }
        let is_due = self.told.is_none_or(|told| told.elapsed() >= LINE_EVERY);
        if is_due && backfill.state == BackfillState::Running {
            self.told = Some(Instant::now());
            tell(line);
        }
    }

    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

/// Articles that were asked for to the end.
fn asked(backfill: &Backfill) -> u64 {
    backfill.read + backfill.older + backfill.failed
}

/// `here` articles were asked for in `took`.
fn line(backfill: &Backfill, here: u64, took: Duration) -> String {
    let to_read = match backfill.limit {
        Some(limit) => limit.saturating_sub(backfill.read),
        None => backfill.waiting + backfill.queued,
    };
    let per_second = here as f64 / took.as_secs_f64().max(1.0);
    let pace = match here {
        0 => String::new(),
        _ => {
            let seconds = (to_read as f64 / per_second).min(u32::MAX.into());
            let time = HumanDuration(Duration::from_secs_f64(seconds));
            format!("; {:.1} a minute, {time:#} left", 60.0 * per_second)
        }
    };
    format!(
        "{}: {} articles read{}{}{pace}",
        backfill.source,
        backfill.read,
        others(backfill),
        left(backfill)
    )
}
