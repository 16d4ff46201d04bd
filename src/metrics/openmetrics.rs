//! The families as OpenMetrics 1.0 text: what Prometheus asks for first.
//!
//! It says the unit of each family, which the older format cannot. There are no `_created` samples:
//! the registry does not keep when a series began, and a time that is made up would be worse than none.

use std::fmt::Write as _;

use prometheus::proto::{LabelPair, Metric, MetricFamily, MetricType};

/// Units that a name may end in, as the format wants them: base units, plural.
const UNITS: [&str; 4] = ["seconds", "bytes", "ratio", "characters"];

/// The families as text, with the mark of its end.
pub(super) fn encode(families: &[MetricFamily]) -> String {
    let mut out = String::new();
    for family in families {
        // Writing to a string does not fail.
        let _ = put_family(&mut out, family);
    }
    out.push_str("# EOF\n");
    out
}

fn put_family(out: &mut String, family: &MetricFamily) -> std::fmt::Result {
    let kind = family.get_field_type();
    let full = family.name();
    // A counter is named without the suffix that its samples have.
    let name = match kind {
        MetricType::COUNTER => full.strip_suffix("_total").unwrap_or(full),
        _ => full,
    };
    let kind_name = match kind {
        MetricType::COUNTER => "counter",
        MetricType::GAUGE => "gauge",
        MetricType::HISTOGRAM => "histogram",
        MetricType::SUMMARY | MetricType::UNTYPED => "unknown",
    };
    writeln!(out, "# HELP {name} {}", escaped(family.help()))?;
    writeln!(out, "# TYPE {name} {kind_name}")?;
    let ends_in = |unit: &&str| {
        let rest = name.strip_suffix(*unit);
        rest.is_some_and(|rest| rest.ends_with('_'))
    };
    if let Some(unit) = UNITS.into_iter().find(ends_in) {
        writeln!(out, "# UNIT {name} {unit}")?;
    }
    for metric in family.get_metric() {
        match kind {
            MetricType::COUNTER => {
                put(out, name, "_total", metric, None)?;
                writeln!(out, " {}", number(metric.get_counter().get_value()))?;
            }
            MetricType::HISTOGRAM => put_histogram(out, name, metric)?,
            MetricType::GAUGE | MetricType::SUMMARY | MetricType::UNTYPED => {
                put(out, name, "", metric, None)?;
                writeln!(out, " {}", number(metric.get_gauge().get_value()))?;
            }
        }
    }
    Ok(())
}

fn put_histogram(out: &mut String, name: &str, metric: &Metric) -> std::fmt::Result {
    let histogram = metric.get_histogram();
    let count = histogram.get_sample_count();
    for bucket in histogram.get_bucket() {
        let bound = bucket.upper_bound();
        if bound.is_finite() {
            put(out, name, "_bucket", metric, Some(&format!("{bound:?}")))?;
            writeln!(out, " {}", bucket.cumulative_count())?;
        }
    }
    put(out, name, "_bucket", metric, Some("+Inf"))?;
    writeln!(out, " {count}")?;
    put(out, name, "_sum", metric, None)?;
    writeln!(out, " {}", number(histogram.get_sample_sum()))?;
    put(out, name, "_count", metric, None)?;
    writeln!(out, " {count}")
}

/// A series without its value.
fn put(
    out: &mut String,
    name: &str,
    suffix: &str,
    metric: &Metric,
    bound: Option<&str>,
) -> std::fmt::Result {
    write!(out, "{name}{suffix}")?;
    let own = metric.get_label().iter();
    let own = own.map(|label: &LabelPair| (label.name(), label.value()));
    let labels = own.chain(bound.map(|bound| ("le", bound)));
    let mut before = '{';
    for (label, value) in labels {
        write!(out, "{before}{label}=\"{}\"", escaped(value))?;
        before = ',';
    }
    if before == ',' {
        out.push('}');
    }
    Ok(())
}

/// Whole numbers as such; the format knows no other infinity or no-number than these.
fn number(value: f64) -> String {
    if value.is_nan() {
        "NaN".to_string()
    } else if value.is_infinite() {
        let sign = if value > 0.0 { '+' } else { '-' };
        format!("{sign}Inf")
    } else {
        value.to_string()
    }
}

/// Backslashes, quotation marks and line ends, in labels and in help alike.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
    out
}
