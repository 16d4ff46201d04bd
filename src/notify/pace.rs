//! When a notification is tried again.

use std::time::Duration;

/// The wait after the first failure: a receiver that restarts is back by then.
pub const FIRST: Duration = Duration::from_secs(30);
/// The longest wait: a receiver that comes back is told within the hour.
pub const LONGEST: Duration = Duration::from_secs(3600);
/// Failed attempts after which a notification is given up: an hour of ever longer waits, and at the longest
/// wait three days. The article stays in the store and in the Atom feed.
pub const ATTEMPTS_MAX: u32 = 79;

/// The wait after a failed attempt: doubles with each of the `attempts` before it, or what the
/// receiver asked for (`Retry-After`) where that is longer; never over [`LONGEST`].
pub fn backoff(attempts: u32, asked: Option<Duration>) -> Duration {
    let factor = 2u32.checked_pow(attempts).unwrap_or(u32::MAX);
    FIRST
        .saturating_mul(factor)
        .max(asked.unwrap_or_default())
        .min(LONGEST)
}

/// Whether a notification that has now failed once more than `attempts` times is given up.
pub fn is_hopeless(attempts: u32) -> bool {
    attempts.saturating_add(1) >= ATTEMPTS_MAX
}
