//! A line that tells how far long work has come, where somebody is looking.

use std::{
    io::{self, IsTerminal},
    time::{Duration, Instant},
};

use indicatif::{HumanDuration, ProgressBar, ProgressStyle};

use super::output::tell;

/// How often the line is drawn anew.
const TICK: Duration = Duration::from_millis(200);

/// Counts `what` as it is done: how many, how many a second, for how long. Nothing is shown where
/// standard error is no terminal.
pub(super) fn counting(what: &'static str) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner().with_message(what);
    if let Ok(style) =
        ProgressStyle::with_template("{spinner} {human_pos} {msg}, {per_sec}, {elapsed}")
    {
        bar.set_style(style);
    }
    bar.enable_steady_tick(TICK);
    bar
}

/// Between two lines where there is no terminal.
pub(super) const LINE_EVERY: Duration = Duration::from_secs(30);

/// How far work is whose length is known: a line that changes on a terminal, a line now and then elsewhere.
pub(super) struct Course {
    what: &'static str,
    of: u64,
    done: u64,
    begun: Instant,
    /// When a line was last told, and how much was done by then.
    told: (Instant, u64),
    bar: ProgressBar,
}

impl Course {
    /// Of `of` things called `what`, about.
    pub(super) fn new(what: &'static str, of: u64) -> Course {
        let bar = counting(what);
        bar.set_length(of);
        let line = "{spinner} {human_pos} of {human_len} {msg}, {per_sec}, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(line) {
            bar.set_style(style);
        }
        let now = Instant::now();
        Course {
            what,
            of,
            done: 0,
            begun: now,
            told: (now, 0),
            bar,
        }
    }

    /// One more is done, the one with the number `at`.
    pub(super) fn step(&mut self, at: i64) {
        self.done += 1;
        self.bar.inc(1);
        let (told_at, told) = self.told;
        let since = told_at.elapsed();
        if self.bar.is_hidden() && since >= LINE_EVERY {
            tell(format!(
                "{}; the last has the number {at}",
                self.line(self.done - told, since)
            ));
            self.told = (Instant::now(), self.done);
        }
    }

    /// `lately` were done in `time`: the pace of work changes, and it goes on as lately.
    fn line(&self, lately: u64, time: Duration) -> String {
        let per_second = per_second(lately, time);
        let rest = self.of.saturating_sub(self.done) as f64;
        let seconds = (rest / per_second.max(f64::MIN_POSITIVE)).min(u32::MAX.into());
        format!(
            "{} of {} {}, {per_second:.0} a second, {:#} left",
            self.done,
            self.of,
            self.what,
            HumanDuration(Duration::from_secs_f64(seconds))
        )
    }

    pub(super) fn end(self) {
        self.bar.finish_and_clear();
        let took = self.begun.elapsed();
        tell(format!(
            "{} {} in {:.1} s, {:.0} a second",
            self.done,
            self.what,
            took.as_secs_f64(),
            per_second(self.done, took)
        ));
    }
}

fn per_second(count: u64, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64().max(0.001)
}
