//! The metrics: their names, labels and limits, as a scraper sees them.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::collections::{BTreeMap, BTreeSet};

use benggala::{
    metrics::{CONTENT_TYPE, LabelValues, Metrics, SOURCES_MAX, labels},
    model::{FetchOutcome, LinkCounts, PageKind},
};
use tracing_subscriber::layer::SubscriberExt;

fn metrics() -> Metrics {
    let values = LabelValues {
        rules: &["script-mix", "link-farm"],
        store_ops: &["claim"],
        store_errors: &["full"],
        store_kinds: &["pages"],
        store_tables: &["hosts"],
    };
    let metrics = Metrics::new(values, "1.2.3", "abc").unwrap();
    metrics.watch_sources(["Terkini \"hari ini\"\\\n"]);
    metrics.watch_channels(["desk"]);
    metrics
}

/// What dashboards and alerts rely on: type and labels of every family.
const FAMILIES: &str = "
article_age_seconds histogram
article_score histogram score
article_text_characters histogram
articles_flagged_total counter rule
articles_scored_total counter verdict
build_info gauge revision version
clock_jumps_total counter kind
config_last_reload_success_timestamp_seconds gauge
config_last_reload_successful gauge
corrections_total counter
discoveries_total counter kind outcome
duplicates_total counter kind
extraction_duration_seconds histogram
extractions_total counter outcome
fetch_body_bytes histogram kind
fetch_duration_seconds histogram kind
fetch_responses_total counter code
fetch_retries_total counter reason
fetch_wire_bytes_total counter
fetches_in_flight gauge
fetches_total counter kind outcome
hosts gauge state
http_request_duration_seconds histogram code route
http_requests_total counter code route
leases_expired_total counter
limiter_keys gauge
log_lines_dropped_total counter
log_messages_total counter level
notifications_pending gauge
notifications_refused gauge
notifications_total counter channel outcome
opinion_not_asked_total counter reason
opinion_quotes_total counter outcome
opinion_request_duration_seconds histogram
opinion_requests_total counter outcome
opinion_suspended gauge
opinion_tokens_total counter kind
politeness_wait_seconds histogram
queue_items gauge state
queue_parked gauge
ready gauge
renders_total counter outcome
review_findings gauge decision rule
review_queue gauge state
reviews_total counter decision
robots_denied_total counter
schedule_lag_seconds gauge
source_articles_abstained_total counter source
source_articles_flagged_total counter source
source_articles_total counter source
source_boilerplate_ratio gauge source
source_certificate_expiry_timestamp_seconds gauge source
source_enabled gauge source
source_expected_interval_seconds gauge source
source_labels_dropped gauge
source_last_article_timestamp_seconds gauge source
source_last_success_timestamp_seconds gauge source
source_links gauge outcome source
source_machine_translation_share gauge source
source_machine_translation_share_high gauge source
source_machine_translation_share_low gauge source
source_template_lines gauge source
source_translation_probability gauge source
source_translation_turned_timestamp_seconds gauge source
sources gauge state
ssrf_blocked_total counter stage
store_commit_writes histogram
store_dropped_total counter kind
store_errors_total counter kind op
store_free_bytes gauge
store_full_ratio gauge
store_oldest_transaction_seconds gauge
store_operation_duration_seconds histogram op
store_rows gauge state table
store_size_bytes gauge kind
store_times_corrected_total counter
store_write_wait_seconds histogram
trace_spans_total counter outcome
unready gauge reason
";

#[derive(Default, Debug)]
struct FamilySeen {
    help: String,
    kind: String,
    labels: BTreeSet<String>,
    series: usize,
}

/// A small reader of the text format 0.0.4.
fn scrape(text: &str) -> BTreeMap<String, FamilySeen> {
    let mut families: BTreeMap<String, FamilySeen> = BTreeMap::new();
    let mut current = String::new();
    for line in text.lines() {
        if let Some(rest) = line.strip_prefix("# HELP ") {
            let (name, help) = rest.split_once(' ').unwrap();
            current = name.to_string();
            families.entry(current.clone()).or_default().help = help.to_string();
        } else if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert_eq!(name, current, "TYPE without HELP");
            families.get_mut(&current).unwrap().kind = kind.to_string();
        } else {
            assert!(line.starts_with(&current), "{line} outside of its family");
            let (series, value) = line.rsplit_once(' ').unwrap();
            value.parse::<f64>().unwrap();
            let family = families.get_mut(&current).unwrap();
            family.series += 1;
            let labels = series.split_once('{').map_or("", |(_, labels)| labels);
            for label in labels
                .split("\",")
                .filter_map(|pair| pair.split_once("=\""))
            {
                family
                    .labels
                    .insert(label.0.trim_start_matches(['}', ',']).to_string());
            }
            family.labels.remove("le");
        }
    }
    families
}

/// One event in each family, as the daemon would count it.
fn touch_everything(metrics: &Metrics) {
    let source = metrics.source_label("elsewhere");
    for family in [
        &metrics.source_boilerplate_ratio,
        &metrics.source_certificate_expiry_timestamp_seconds,
        &metrics.source_translation_probability,
        &metrics.source_machine_translation_share,
        &metrics.source_machine_translation_share_low,
        &metrics.source_machine_translation_share_high,
        &metrics.source_translation_turned_timestamp_seconds,
        &metrics.source_last_article_timestamp_seconds,
        &metrics.source_last_success_timestamp_seconds,
        &metrics.source_expected_interval_seconds,
    ] {
        family.of(&source).set(0.5);
    }
    metrics.source_template_lines.of(&source).set(1.0);
    metrics.source_links.of_outcome(&source, "old").set(1.0);
    metrics
        .http_request_duration_seconds
        .with_label_values(&[
            labels::route_label(Some("/sources")),
            labels::code_label(200),
        ])
        .observe(0.01);
}

#[test]
fn the_families_are_the_documented_ones() {
    let metrics = metrics();
    touch_everything(&metrics);
    let seen: String = scrape(&metrics.render().unwrap())
        .into_iter()
        .filter_map(|(name, family)| {
            let name = name.strip_prefix("benggala_")?.to_string();
            let words = [name, family.kind].into_iter().chain(family.labels);
            Some(words.collect::<Vec<_>>().join(" ") + "\n")
        })
        .collect();
    assert_eq!(seen, FAMILIES.trim_start());
}

#[test]
fn every_family_follows_the_conventions() {
    let families = scrape(&metrics().render().unwrap());
    for (name, family) in &families {
        assert!(
            !family.help.is_empty() && !family.kind.is_empty(),
            "{name} {family:?}"
        );
        assert!(
            name.starts_with("benggala_") || name.starts_with("process_"),
            "{name}"
        );
        assert_eq!(name.ends_with("_total"), family.kind == "counter", "{name}");
        let unbounded = ["url", "host", "title", "path", "error"];
        assert!(
            unbounded
                .iter()
                .all(|label| !family.labels.contains(*label)),
            "{name}"
        );
        let of_source = name.starts_with("benggala_source_");
        assert!(of_source || !family.labels.contains("source"), "{name}");
        assert!(
            family.series <= 300,
            "{name} starts with {} series",
            family.series
        );
    }
    assert!(CONTENT_TYPE.contains("version=0.0.4"));
}

#[test]
fn bounded_labels_start_at_zero() {
    let text = metrics().render().unwrap();
    for kind in labels::fetch_kinds() {
        for outcome in FetchOutcome::ALL.map(FetchOutcome::as_str) {
            let series =
                format!("benggala_fetches_total{{kind=\"{kind}\",outcome=\"{outcome}\"}} 0\n");
            assert!(text.contains(&series), "{series}");
        }
    }
    for series in [
        "articles_flagged_total{rule=\"link-farm\"} 0",
        "articles_scored_total{verdict=\"abstain\"} 0",
        "notifications_total{channel=\"desk\",outcome=\"given_up\"} 0",
        "reviews_total{decision=\"dismissed\"} 0",
        "store_errors_total{kind=\"full\",op=\"claim\"} 0",
        "ssrf_blocked_total{stage=\"redirect\"} 0",
        "fetch_retries_total{reason=\"connection_closed\"} 0",
        "build_info{revision=\"abc\",version=\"1.2.3\"} 1",
        "source_articles_total{source=\"Terkini \\\"hari ini\\\"\\\\\\n\"} 0",
    ] {
        assert!(
            text.contains(&format!("benggala_{series}\n")),
            "{series} in\n{text}"
        );
    }
}

#[test]
fn labels_cover_what_the_program_counts() {
    for kind in PageKind::ALL {
        assert!(labels::fetch_kinds().contains(&labels::kind_label(kind)));
    }
    let kinds = ["article", "feed", "page", "robots", "sitemap"];
    assert_eq!(labels::fetch_kinds(), kinds, "dashboards rely on them");
    let codes: BTreeSet<&str> = (0..=u16::MAX).map(labels::code_label).collect();
    assert!(codes.len() <= 40, "{codes:?}");
    assert_eq!(labels::code_label(404), "404");
    assert_eq!(labels::code_label(418), "4xx");
    assert_eq!(labels::code_label(999), "_other");
    assert_eq!(
        labels::route_label(Some("/articles/{id}")),
        "/articles/{id}"
    );
    assert_eq!(labels::route_label(Some("/wp-login.php")), "_other");
    assert_eq!(labels::route_label(None), "_other");
}

#[test]
fn sources_beyond_the_cap_share_a_label() {
    let metrics = Metrics::new(LabelValues::default(), "1", "r").unwrap();
    let names: Vec<String> = (0..SOURCES_MAX + 7)
        .map(|i| format!("source {i}"))
        .collect();
    metrics.watch_sources(names.iter().map(String::as_str));
    assert_eq!(metrics.source_label("source 0"), "source 0");
    assert_eq!(metrics.source_label(&names[SOURCES_MAX]), labels::OTHER);
    assert_eq!(metrics.source_labels_dropped.get(), 7);
    let families = scrape(&metrics.render().unwrap());
    assert_eq!(
        families["benggala_source_articles_total"].series,
        SOURCES_MAX + 1
    );
}

#[test]
fn sources_that_leave_take_their_series_along() {
    let metrics = Metrics::new(LabelValues::default(), "1", "r").unwrap();
    metrics.watch_sources(["stays", "goes"]);
    for name in ["stays", "goes"] {
        metrics.source_articles_total.of(name).inc();
        metrics
            .source_last_success_timestamp_seconds
            .of(name)
            .set(1.0);
        for (outcome, _) in LinkCounts::default().by_name() {
            metrics.source_links.of_outcome(name, outcome).set(1.0);
        }
    }
    metrics.watch_sources(["comes", "stays"]);
    let text = metrics.render().unwrap();
    assert!(!text.contains("goes"), "{text}");
    assert!(text.contains("benggala_source_articles_total{source=\"stays\"} 1\n"));
    assert!(text.contains("benggala_source_articles_total{source=\"comes\"} 0\n"));
    assert_eq!(metrics.source_label("goes"), labels::OTHER);
}

/// As if all were registered in one place; the labels of a series stand in the order of their names.
#[test]
fn figures_of_sources_are_written_as_all_others() {
    let metrics = Metrics::new(LabelValues::default(), "1", "r").unwrap();
    let name = "a \"b\"\\c\nd";
    let links = &metrics.source_links;
    assert!(links.find(name, "old").is_none());
    links.of_outcome(name, "old").set(38.0);
    links.of_outcome(name, "known").set(0.0);
    links.of_outcome(name, "old").set(39.0);
    assert_eq!(
        links.find(name, "old").map(|figure| figure.get()),
        Some(39.0)
    );
    metrics.source_boilerplate_ratio.of("z").set(0.125);
    metrics.source_boilerplate_ratio.of("b").set(f64::INFINITY);
    let total = metrics.source_articles_total.of("b");
    total.inc();
    metrics.source_articles_total.of("b").inc();
    let label = r#"source="a \"b\"\\c\nd""#;
    let both = [
        format!("benggala_source_links{{outcome=\"old\",{label}}} 39\nbenggala_source_links{{outcome=\"known\",{label}}} 0\n"),
        "benggala_source_boilerplate_ratio{source=\"b\"} +Inf\nbenggala_source_boilerplate_ratio{source=\"z\"} 0.125\n".to_string(),
        "benggala_source_articles_total{source=\"b\"} 2\n".to_string(),
    ];
    let (text, open) = (metrics.render().unwrap(), metrics.render_open());
    for lines in both {
        assert!(text.contains(&lines), "{lines} in {text}");
        assert!(open.contains(&lines), "{lines} in {open}");
    }
    assert!(text.contains("\n# TYPE benggala_source_articles_total counter\n"));
    assert!(open.contains("\n# TYPE benggala_source_articles counter\n"));
    assert!(open.contains("\n# UNIT benggala_source_boilerplate_ratio ratio\n"));
    metrics.source_boilerplate_ratio.forget("b");
    metrics.source_boilerplate_ratio.forget("z");
    assert!(
        !metrics
            .render()
            .unwrap()
            .contains("source_boilerplate_ratio")
    );
}

#[test]
fn log_messages_are_counted_by_level() {
    let metrics = Metrics::new(LabelValues::default(), "1", "r").unwrap();
    let subscriber = tracing_subscriber::registry().with(metrics.log_layer());
    tracing::subscriber::with_default(subscriber, || {
        tracing::error!("one");
        tracing::warn!("one");
        tracing::warn!("two");
        tracing::trace!("one");
    });
    let count = |level: &str| metrics.log_messages_total.with_label_values(&[level]).get();
    assert_eq!(labels::LEVELS.map(count), [1, 2, 0, 0, 1]);
}

#[test]
fn alerts_ask_for_metrics_that_exist() {
    let rules = include_str!("../../config/prometheus/rules.yml");
    let known: BTreeSet<&str> = FAMILIES
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    let asked: BTreeSet<&str> = rules
        .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter_map(|word| word.strip_prefix("benggala_"))
        .collect();
    assert!(asked.len() > 10, "{asked:?}");
    assert_eq!(
        asked.difference(&known).collect::<Vec<_>>(),
        Vec::<&&str>::new()
    );
    assert_eq!(
        rules.matches("- alert:").count(),
        rules.matches(" runbook: \"").count()
    );
}

/// The names of the alerts in `rules.yml`.
fn alerts() -> BTreeSet<&'static str> {
    let rules = include_str!("../../config/prometheus/rules.yml");
    let named = rules.lines().map(str::trim);
    named
        .filter_map(|line| line.strip_prefix("- alert: "))
        .collect()
}

/// `promtool test rules` runs them; here it is held that there are some for each.
#[test]
fn each_alert_has_a_case_that_fires_it_and_one_that_keeps_it_quiet() {
    let cases = [
        include_str!("../../config/prometheus/rules_test.yml"),
        include_str!("../../config/prometheus/trends_test.yml"),
    ]
    .join("\n");
    for alert in alerts() {
        let name = format!("alertname: {alert}");
        let mut fires = 0;
        let mut quiet = 0;
        for (at, _) in cases.match_indices(&name) {
            let rest = &cases[at + name.len()..];
            match rest.starts_with(", exp_alerts: []") {
                true => quiet += 1,
                false => fires += 1,
            }
        }
        assert!(
            fires > 0 && quiet > 0,
            "{alert}: {fires} fire, {quiet} quiet"
        );
    }
}

#[test]
fn the_readme_has_a_row_for_each_family_and_a_runbook_for_each_alert() {
    let readme = include_str!("../../config/prometheus/README.md");
    let metrics = metrics();
    touch_everything(&metrics);
    let families = scrape(&metrics.render().unwrap());
    let rows = families
        .iter()
        .filter(|(name, _)| name.starts_with("benggala_"));
    let missing: String = rows
        .map(|(name, family)| {
            let labels: Vec<&str> = family.labels.iter().map(String::as_str).collect();
            let labels = labels.join(", ");
            format!(
                "| `{name}` | {} | {labels} | {} |\n",
                family.kind, family.help
            )
        })
        .filter(|row| !readme.contains(row.trim_end()))
        .collect();
    assert_eq!(missing, "", "config/prometheus/README.md lacks rows");
    for alert in alerts() {
        assert!(readme.contains(&format!("\n| `{alert}` | ")), "{alert}");
    }
}

#[test]
fn openmetrics_says_the_same_with_units() {
    let metrics = metrics();
    touch_everything(&metrics);
    let (text, open) = (metrics.render().unwrap(), metrics.render_open());
    assert!(open.ends_with("\n# EOF\n"));
    for line in [
        "# TYPE benggala_fetch_wire_bytes counter",
        "# UNIT benggala_fetch_wire_bytes bytes",
        "benggala_fetch_wire_bytes_total 0",
        "# TYPE benggala_fetch_duration_seconds histogram",
        "# UNIT benggala_fetch_duration_seconds seconds",
        "benggala_fetch_duration_seconds_bucket{kind=\"feed\",le=\"1.0\"} 0",
        "benggala_fetch_duration_seconds_bucket{kind=\"feed\",le=\"+Inf\"} 0",
        "benggala_source_articles_total{source=\"Terkini \\\"hari ini\\\"\\\\\\n\"} 0",
        "# TYPE benggala_build_info gauge",
    ] {
        assert!(open.contains(&format!("{line}\n")), "{line}");
    }
    let start = open
        .lines()
        .find_map(|line| line.strip_prefix("process_start_time_seconds "));
    let start = start.unwrap();
    for name in [
        "benggala_fetch_wire_bytes_created",
        "benggala_fetch_duration_seconds_created{kind=\"feed\"}",
    ] {
        assert!(open.contains(&format!("\n{name} {start}\n")), "{name}");
    }
    assert!(!open.contains("benggala_build_info_created"));
    let samples = |text: &str| text.lines().filter(|line| !line.starts_with('#')).count();
    assert_eq!(
        samples(&text),
        samples(&open) - open.matches("_created").count()
    );
    assert!(!open.contains("# TYPE benggala_fetch_wire_bytes_total"));
}

/// Names that mean to break the format or to fill a scraper's memory.
#[test]
fn five_thousand_hostile_names_stay_within_their_cap() {
    let metrics = Metrics::new(LabelValues::default(), "1", "r").unwrap();
    let names: Vec<String> = (0..5_000)
        .map(|n| {
            format!(
                "{n}\"}} 1\nbenggala_up{{x=\"\\ {}\u{202e}",
                "é".repeat(n % 200)
            )
        })
        .collect();
    metrics.watch_sources(names.iter().map(String::as_str));
    for name in &names {
        let label = metrics.source_label(name);
        metrics.source_articles_total.of(&label).inc();
    }
    let text = metrics.render().unwrap();
    let families = scrape(&text);
    assert!(!families.contains_key("benggala_up"));
    let own = &families["benggala_source_articles_total"];
    assert_eq!(own.series, SOURCES_MAX + 1);
    let others = format!(
        "benggala_source_articles_total{{source=\"{}\"}} {}\n",
        labels::OTHER,
        names.len() - SOURCES_MAX
    );
    assert!(text.contains(&others));
    assert_eq!(
        text.lines().count(),
        metrics.render_open().lines().count() - 1 - beyond(&metrics)
    );
}

/// Lines that only OpenMetrics has.
fn beyond(metrics: &Metrics) -> usize {
    let open = metrics.render_open();
    open.matches("# UNIT ").count() + open.matches("_created").count()
}
