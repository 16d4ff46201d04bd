//! The clocks: read in one place, and watched for jumps.

use std::{fmt, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};

use crate::{
    frontier::clock::{self, Clocks, Jump},
    model::Timestamp,
};

/// Where a daemon reads the time. From outside, so that tests can set it.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> Clocks + Send + Sync>);

impl Clock {
    /// The clocks of this machine.
    pub fn of_this_machine() -> Clock {
        Clock::new(|| Clocks {
            wall: Utc::now(),
            passed: passed(),
            awake: awake(),
        })
    }

    /// Other ones.
    pub fn new(read: impl Fn() -> Clocks + Send + Sync + 'static) -> Clock {
        Clock(Arc::new(read))
    }

    /// All of them.
    pub fn read(&self) -> Clocks {
        (self.0)()
    }

    /// What the clock on the wall says.
    pub fn now(&self) -> Timestamp {
        self.read().wall
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Clock")
    }
}

fn since(clock: rustix::time::ClockId) -> Duration {
    let time = rustix::time::clock_gettime(clock);
    Duration::try_from(time).unwrap_or_default()
}

/// The monotonic clock of Linux stands still while the machine sleeps; this one does not.
#[cfg(target_os = "linux")]
fn passed() -> Duration {
    since(rustix::time::ClockId::Boottime)
}

/// Where no clock tells, nobody sleeps.
#[cfg(not(target_os = "linux"))]
fn passed() -> Duration {
    awake()
}

fn awake() -> Duration {
    since(rustix::time::ClockId::Monotonic)
}

/// Looks at the clocks again and again.
#[derive(Debug)]
pub(super) struct ClockWatch {
    clock: Clock,
    seen: Clocks,
}

impl ClockWatch {
    pub(super) fn new(clock: &Clock) -> ClockWatch {
        ClockWatch {
            clock: clock.clone(),
            seen: clock.read(),
        }
    }

    /// What has happened since the last look, if anything has.
    pub(super) fn look(&mut self) -> Option<Jump> {
        let now = self.clock.read();
        let before = std::mem::replace(&mut self.seen, now);
        clock::jump(&before, &now)
    }

    /// Nothing that is written under such a clock would be of use.
    pub(super) fn is_impossible(&self) -> bool {
        !clock::is_possible(self.seen.wall)
    }

    /// At the last look, for the log.
    pub(super) fn wall(&self) -> DateTime<Utc> {
        self.seen.wall
    }
}
