//! When a source has said nothing for so long that somebody should look.
//!
//! `BenggalaSourceSilent` in `config/prometheus/rules.yml` says the same.

use std::time::Duration;

/// So many times what usually lies between two of its articles.
const INTERVALS: u32 = 20;
/// A night is no silence …
const LEAST: Duration = Duration::from_secs(12 * 3_600);
/// … and a month always is.
const MOST: Duration = Duration::from_secs(30 * 24 * 3_600);
/// Of a source whose rhythm is not known.
const UNKNOWN: Duration = Duration::from_secs(2 * 24 * 3_600);

/// How long a source with this mean interval between two articles may say nothing.
pub fn silence_after(expected: Option<Duration>) -> Duration {
    expected.map_or(UNKNOWN, |expected| {
        expected.saturating_mul(INTERVALS).clamp(LEAST, MOST)
    })
}
