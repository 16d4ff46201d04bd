//! Wrong clocks: the wall's clock held against the steady one, and what may be planned from now.
//!
//! Every time in the store is by the clock on the wall, which may be wrong, be set right, and stand
//! still while the machine sleeps.

use std::time::Duration;

use chrono::TimeDelta;

use super::{
    DAY, HOST_FAILING_MAX, POLL_SPREAD, PUT_OFF_SPREAD, RETRY_AFTER_MAX, WAIT_MAX, scaled,
};
use crate::model::Timestamp;

/// A clock that stands before this is wrong (2025-01-01 UTC): no version of benggala is older.
/// Machines without a battery begin in 1970.
const FLOOR: i64 = 1_735_689_600;

/// What steps by less is set right in passing: NTP slews a clock that is nearly right.
const STEP_MIN: TimeDelta = TimeDelta::seconds(5);

/// A machine that slept for less only hesitated.
const SLEEP_MIN: Duration = Duration::from_secs(30);

/// The clocks of the machine, read together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clocks {
    /// What the clock on the wall says.
    pub wall: Timestamp,
    /// Since some moment, sleep included.
    pub passed: Duration,
    /// Since some moment, sleep left out.
    pub awake: Duration,
}

/// What happened to the clocks between two looks at them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jump {
    /// The clock on the wall was set, forward or back.
    Stepped(TimeDelta),
    /// The machine slept, or was suspended.
    Slept(Duration),
}

impl Jump {
    /// Every [`kind`](Jump::kind).
    pub const KINDS: [&'static str; 3] = ["forward", "back", "sleep"];

    /// The `kind` label of `benggala_clock_jumps_total`.
    pub fn kind(self) -> &'static str {
        match self {
            Jump::Stepped(by) if by < TimeDelta::zero() => "back",
            Jump::Stepped(_) => "forward",
            Jump::Slept(_) => "sleep",
        }
    }
}

/// What happened between two looks, if anything did. A clock that was set while the machine slept
/// was set: that is the worse of the two.
pub fn jump(before: &Clocks, now: &Clocks) -> Option<Jump> {
    let passed = now.passed.saturating_sub(before.passed);
    let expected = TimeDelta::from_std(passed).unwrap_or(TimeDelta::MAX);
    let stepped = (now.wall - before.wall).checked_sub(&expected)?;
    if stepped.abs() >= STEP_MIN {
        return Some(Jump::Stepped(stepped));
    }
    let slept = passed.saturating_sub(now.awake.saturating_sub(before.awake));
    (slept >= SLEEP_MIN).then_some(Jump::Slept(slept))
}

/// Whether the clock can be right at all.
pub fn is_possible(wall: Timestamp) -> bool {
    wall.timestamp() >= FLOOR
}

/// How far ahead anything is planned at most: what lies further was planned by a wrong clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Horizon {
    /// A page that is polled.
    pub poll: Duration,
    /// An article: retried, or looked at again for corrections.
    pub article: Duration,
    /// A host that rests.
    pub host: Duration,
    /// A host that rests because it fails, and did not say for how long.
    pub failing_host: Duration,
}

impl Horizon {
    /// Of a configuration: `every` is the longest interval between two polls, `retry_max` the longest
    /// wait after a failure, `recheck_until` the oldest article that is looked at again.
    pub fn new(every: Duration, retry_max: Duration, recheck_until: Duration) -> Horizon {
        // A source that has been asked often enough today, or is quiet, waits for a day at most.
        let put_off = DAY + PUT_OFF_SPREAD;
        let poll = scaled(every.max(retry_max), 1.0 + POLL_SPREAD).max(put_off);
        let article = retry_max.max(recheck_until).min(WAIT_MAX).max(put_off);
        Horizon {
            poll,
            article,
            host: RETRY_AFTER_MAX,
            failing_host: HOST_FAILING_MAX,
        }
    }
}
