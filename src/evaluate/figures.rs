//! Figures as several tables write them.

use std::time::Duration;

/// A figure times `scale` with so many digits, or a dash where it is not known.
pub(super) fn figure(value: Option<f64>, scale: f64, digits: usize) -> String {
    match value {
        Some(value) => format!("{:.digits$}", value * scale),
        None => "-".to_string(),
    }
}

/// A share in percent, with one digit.
pub(super) fn percent(value: Option<f64>) -> String {
    figure(value, 100.0, 1)
}

/// 10^6 bytes in a second.
pub(super) fn mb_per_second(bytes: usize, took: Duration) -> f64 {
    bytes as f64 / 1e6 / took.as_secs_f64().max(1e-9)
}
