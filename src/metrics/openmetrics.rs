//! The families as OpenMetrics 1.0 text: what Prometheus asks for first.
//!
//! It says the unit of each family and since when it is counted, which the older format cannot. All
//! counters stand at nothing when the process starts, whenever their series shows first; those of sources,
//! which go and come with the configuration, do not say it.

use std::fmt::Write as _;

use prometheus::proto::{LabelPair, Metric, MetricFamily, MetricType};

use super::{
    by_source::SourceFamily,
    notation::{base_name, put_escaped, put_head, put_value},
};

/// When the process started, in seconds since 1970, where its collector runs (Linux).
const START: &str = "process_start_time_seconds";

/// The families as text, with the mark of its end.
pub(super) fn encode(families: &[MetricFamily], of_sources: &[SourceFamily]) -> String {
    let mut out = String::new();
    let mut starts = families.iter().filter(|family| family.name() == START);
    let start = starts.find_map(|family| family.get_metric().first());
    let start = start.map(|metric| metric.get_gauge().get_value());
    for family in families {
        // Writing to a string does not fail.
        let _ = put_family(&mut out, family, start);
    }
    for family in of_sources {
        family.put_open(&mut out);
    }
    out.push_str("# EOF\n");
    out
}

fn put_family(out: &mut String, family: &MetricFamily, start: Option<f64>) -> std::fmt::Result {
    let kind = family.get_field_type();
    let name = base_name(family.name(), kind);
    put_head(out, family.name(), kind, family.help());
    for metric in family.get_metric() {
        match kind {
            MetricType::COUNTER => {
                put(out, name, "_total", metric, None)?;
                put_value(out, metric.get_counter().get_value());
            }
            MetricType::HISTOGRAM => put_histogram(out, name, metric)?,
            MetricType::GAUGE | MetricType::SUMMARY | MetricType::UNTYPED => {
                put(out, name, "", metric, None)?;
                put_value(out, metric.get_gauge().get_value());
            }
        }
        if let (MetricType::COUNTER | MetricType::HISTOGRAM, Some(start)) = (kind, start) {
            put(out, name, "_created", metric, None)?;
            put_value(out, start);
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
    put_value(out, histogram.get_sample_sum());
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
        write!(out, "{before}{label}=\"")?;
        put_escaped(out, value);
        out.push('"');
        before = ',';
    }
    if before == ',' {
        out.push('}');
    }
    Ok(())
}
