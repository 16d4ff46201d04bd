//! Rules that wait for days, in seconds: every hour in a file becomes a second.

use std::fmt::Write as _;

const HOUR: u64 = 3_600;
/// A window shorter than this would hold too few samples, of which there is one a second.
const WINDOW_MIN: u64 = 5;

/// The same file, quicker: durations (`for: 1h`, `[6h]`, `offset 2d`) are divided by 3,600 and last a
/// second at least, a window five; seconds that are written as `12 * 3600` too, and an interval that the
/// daemon has learned. Nothing else changes: names, labels, thresholds and their logic are those of the
/// file.
pub(super) fn faster(text: &str) -> String {
    let text = text.replace("3600", "1").replace(
        "benggala_source_expected_interval_seconds",
        "(benggala_source_expected_interval_seconds / 3600)",
    );
    let mut out = String::new();
    let mut rest = text.as_str();
    while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, from) = rest.split_at(start);
        out.push_str(before);
        let is_word = |c: char| c.is_ascii_alphanumeric() || "_.:-".contains(c);
        let end = from.find(|c| !is_word(c)).unwrap_or(from.len());
        let (word, after) = from.split_at(end);
        let begins = !out.ends_with(is_word);
        match seconds(word).filter(|_| begins) {
            None => out.push_str(word),
            Some(seconds) => {
                let least = if out.ends_with('[') { WINDOW_MIN } else { 1 };
                let _ = write!(out, "{}s", (seconds / HOUR).max(least));
            }
        }
        rest = after;
    }
    out + rest
}

/// A duration as Prometheus writes it, of one unit.
fn seconds(word: &str) -> Option<u64> {
    let (number, unit) = word.split_at(word.len() - 1);
    let unit = match unit {
        "s" => 1,
        "m" => 60,
        "h" => HOUR,
        "d" => 24 * HOUR,
        _ => return None,
    };
    Some(number.parse::<u64>().ok()? * unit)
}

#[test]
fn only_times_change() {
    for (real, quick) in [
        ("for: 1h", "for: 1s"),
        (
            "rate(x_total[6h]) offset 2d",
            "rate(x_total[6s]) offset 48s",
        ),
        ("increase(x[15m]) > 20", "increase(x[5s]) > 20"),
        ("a:b:ratio_rate15m > 0.25", "a:b:ratio_rate15m > 0.25"),
        ("time() - x > 2 * 24 * 3600", "time() - x > 2 * 24 * 1"),
        ("127.0.0.1:9630", "127.0.0.1:9630"),
        ("scrape_interval: 30s", "scrape_interval: 1s"),
        ("clamp_min(20, 1e9)", "clamp_min(20, 1e9)"),
    ] {
        assert_eq!(faster(real), quick);
    }
}
