//! How names, labels and values are written in the formats of metrics.

use std::fmt::Write as _;

use prometheus::proto::MetricType;

/// Units that a name may end in, as the format wants them: base units, plural.
const UNITS: [&str; 4] = ["seconds", "bytes", "ratio", "characters"];

/// A counter is named without the suffix that its samples have.
pub(super) fn base_name(full: &str, kind: MetricType) -> &str {
    match kind {
        MetricType::COUNTER => full.strip_suffix("_total").unwrap_or(full),
        _ => full,
    }
}

/// What is said of a family, whose samples are named `full`, before its samples.
pub(super) fn put_head(out: &mut String, full: &str, kind: MetricType, help: &str) {
    let name = base_name(full, kind);
    let mut line = |what: &str, said: &str| {
        out.extend(["# ", what, " ", name, " "]);
        put_escaped(out, said);
        out.push('\n');
    };
    line("HELP", help);
    line("TYPE", kind_name(kind));
    let ends_in = |unit: &&str| {
        let rest = name.strip_suffix(*unit);
        rest.is_some_and(|rest| rest.ends_with('_'))
    };
    if let Some(unit) = UNITS.into_iter().find(ends_in) {
        line("UNIT", unit);
    }
}

/// What the formats call it.
pub(super) fn kind_name(kind: MetricType) -> &'static str {
    match kind {
        MetricType::COUNTER => "counter",
        MetricType::GAUGE => "gauge",
        MetricType::HISTOGRAM => "histogram",
        MetricType::SUMMARY | MetricType::UNTYPED => "unknown",
    }
}

/// The value of a series and the end of its line.
pub(super) fn put_value(out: &mut String, value: f64) {
    out.push(' ');
    put_number(out, value);
    out.push('\n');
}

/// Whole numbers as such; the formats know no other infinity or no-number than these.
fn put_number(out: &mut String, value: f64) {
    if value.is_nan() {
        out.push_str("NaN");
    } else if value.is_infinite() {
        out.push_str(if value > 0.0 { "+Inf" } else { "-Inf" });
    } else {
        // Writing to a string does not fail.
        let _ = write!(out, "{value}");
    }
}

/// Backslashes, quotation marks and line ends, in labels and in help alike.
pub(super) fn put_escaped(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
}
