//! The clocks: read in one place, and watched for jumps.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};

use crate::{
    frontier::clock::{self, Clocks, Jump},
    model::Timestamp,
    store::{Store, StoreError},
};

/// How long the steady clock of this machine stands for that of the store: it goes wrong by some
/// milliseconds meanwhile.
const KEPT_FOR: Duration = Duration::from_secs(60);

/// Where a daemon reads the time. From outside, so that tests can set it. All clones show the same.
#[derive(Clone)]
pub struct Clock {
    read: Arc<dyn Fn() -> Clocks + Send + Sync>,
    shared: Arc<Mutex<Option<Shared>>>,
}

/// The clock of a store that several share, read once and carried on by the steady clock: so that all
/// of them wait for the same moment, whatever the clocks on their walls say.
#[derive(Debug, Clone, Copy)]
struct Shared {
    wall: Timestamp,
    passed: Duration,
}

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
        Clock {
            read: Arc::new(read),
            shared: Arc::default(),
        }
    }

    /// All of them.
    pub fn read(&self) -> Clocks {
        let own = (self.read)();
        match self.shared() {
            None => own,
            Some(shared) => Clocks {
                wall: shared.wall + own.passed.saturating_sub(shared.passed),
                ..own
            },
        }
    }

    /// Goes by the clock of the store from now on, if it has one; asks for it now and then.
    pub(super) async fn follow(&self, store: &dyn Store) -> Result<(), StoreError> {
        let before = (self.read)().passed;
        let is_fresh = |shared: Shared| before.saturating_sub(shared.passed) < KEPT_FOR;
        if self.shared().is_some_and(is_fresh) {
            return Ok(());
        }
        if let Some(wall) = store.clock().await? {
            // It was read somewhere between.
            let passed = before + (self.read)().passed.saturating_sub(before) / 2;
            *self.shared.lock().unwrap_or_else(PoisonError::into_inner) =
                Some(Shared { wall, passed });
        }
        Ok(())
    }

    fn shared(&self) -> Option<Shared> {
        *self.shared.lock().unwrap_or_else(PoisonError::into_inner)
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
        // What others wait for is not ours to move.
        match self.clock.shared() {
            Some(_) => None,
            None => clock::jump(&before, &now),
        }
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
