//! How an endpoint that fails is tried again.

use std::time::Duration;

/// Calls for one question: an endpoint that fails three times has more to do than to answer it.
pub const TRIES: u32 = 3;

/// The rest after the first failure in a row; it doubles with each …
const FIRST: Duration = Duration::from_secs(30);

/// … up to this, unless the endpoint asks for more.
const LONGEST: Duration = Duration::from_secs(3_600);

/// How long nobody is asked after so many failures in a row, one at least. `asked` is what the
/// endpoint itself wants (`Retry-After`).
pub fn rest(failures: u32, asked: Option<Duration>) -> Duration {
    let doubled = 2_u32.saturating_pow(failures.saturating_sub(1));
    let own = FIRST.saturating_mul(doubled).min(LONGEST);
    own.max(asked.unwrap_or_default())
}
