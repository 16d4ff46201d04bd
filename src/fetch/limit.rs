//! A time limit as it is told.

use std::time::Duration;

/// A time limit for the reader, to the tenth of a second.
pub(super) fn seconds(limit: Duration) -> String {
    let tenths = (limit.as_secs_f64() * 10.0).round() / 10.0;
    format!("{tenths} s")
}
