//! Every metric of the daemon: a field is a metric, its name is the metric's name without the
//! prefix, its doc comment is the metric's HELP.
//!
//! Label sets are bounded and start at 0, so that a rate exists before the first event. A URL, a
//! host or a title is never a label; the name of a source is one only in the `source_*` families,
//! for at most [`SOURCES_MAX`] of them.

mod by_source; //   families with series for each source
mod family; //      how a family is made
pub mod labels; //  what labels may say
mod notation; //    names, labels and values as the formats write them
mod openmetrics; // the newer one of them

use std::{
    cell::RefCell,
    collections::{BTreeSet, HashSet},
    sync::{Mutex, PoisonError},
};

use prometheus::{
    Gauge, GaugeVec, Histogram, HistogramVec, IntCounter, IntCounterVec, IntGauge, IntGaugeVec,
    Registry, TextEncoder, proto::MetricType,
};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer};

use crate::frontier::clock::Jump;
pub use by_source::{Figure, SourceFamily};
pub use family::LabelValues;
use family::{MetricFamily, NONE_YET};
use labels::{
    DISCOVERY_OUTCOMES, DUPLICATE_KINDS, EXTRACTION_OUTCOMES, GUARD_STAGES, HOST_STATES, LEVELS,
    NOT_ASKED, NOTIFICATION_OUTCOMES, OTHER, QUEUE_STATES, QUOTE_OUTCOMES, RENDER_OUTCOMES,
    RETRY_CONNECTION_CLOSED, REVIEW_STATES, ROUTES, ROW_STATES, SCORES, SOURCE_STATES,
    SPAN_OUTCOMES, TOKEN_KINDS,
};

/// The content type of [`Metrics::render`].
pub const CONTENT_TYPE: &str = prometheus::TEXT_FORMAT;
/// Sources with series of their own; the rest shares [`OTHER`]. Each has some fifteen series.
pub const SOURCES_MAX: usize = 1_000;
/// From a warm keep-alive connection to beyond the default timeout of 30 s.
const FETCH_SECONDS: [f64; 11] = [0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];
/// Powers of four from 1 KiB to 64 MiB: from an empty feed to the longest sitemap.
const BODY_BYTES: [f64; 9] = [
    1024.0, 4096.0, 16384.0, 65536.0, 262144.0, 1048576.0, 4194304.0, 16777216.0, 67108864.0,
];
/// From no wait to a long Crawl-delay; the default gap is 2 s.
const WAIT_SECONDS: [f64; 9] = [0.01, 0.1, 0.5, 1.0, 2.0, 5.0, 15.0, 60.0, 300.0];
/// A usual page takes milliseconds; seconds mean a page that fights the parser.
const EXTRACTION_SECONDS: [f64; 9] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 2.5];
/// From a brief to a long read.
const TEXT_CHARACTERS: [f64; 9] = [
    250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16000.0, 32000.0, 64000.0,
];
/// From a flash read at once to what an archive holds: a minute, ten, an hour, six, a day, a week.
const AGE_SECONDS: [f64; 9] = [
    60.0, 300.0, 600.0, 1800.0, 3600.0, 21600.0, 86400.0, 259200.0, 604800.0,
];
/// Tenths: thresholds may stand anywhere in 0..=1.
const SHARES: [f64; 10] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0];
/// From a cached read to a disk that stalls.
const STORE_SECONDS: [f64; 9] = [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 2.5];
/// From a write by itself to as many as a commit takes.
const COMMIT_WRITES: [f64; 7] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0];
/// From a model in the room to one that thinks for minutes.
const OPINION_SECONDS: [f64; 8] = [0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0];
/// Pages are read from the local store; a second is slow.
const HTTP_SECONDS: [f64; 7] = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 2.5];

/// Defines [`Metrics`] and how it is made, so that field, name and HELP cannot drift apart.
macro_rules! families {
    ($($(#[doc = $help:literal])+ $name:ident: $type:ty = $make:expr;)+) => {
        /// Every metric of the daemon, in a registry of its own.
        #[derive(Debug)]
        pub struct Metrics {
            /// Where all of them are registered but those of the sources.
            pub registry: Registry,
            sources_labelled: Mutex<BTreeSet<String>>,
            of_sources: Vec<SourceFamily>,
            $($(#[doc = $help])+ pub $name: $type,)+
        }

        impl Metrics {
            /// Registers everything. `revision` is the commit it was built from.
            ///
            /// # Errors
            /// Only if two metrics had the same name, or a label an impossible one.
            pub fn new(
                values: LabelValues<'_>,
                version: &str,
                revision: &str,
            ) -> Result<Metrics, prometheus::Error> {
                let registry = Registry::new();
                let of_sources = RefCell::default();
                let family = |name: &'static str, help: &'static str| MetricFamily {
                    registry: &registry,
                    of_sources: &of_sources,
                    values,
                    name,
                    help: help.trim(),
                };
                $(
                    let make: fn(MetricFamily<'_>) -> Result<$type, prometheus::Error> = $make;
                    let $name = make(family(
                        concat!("benggala_", stringify!($name)),
                        concat!($($help),+),
                    ))?;
                )+
                #[cfg(target_os = "linux")]
                registry.register(Box::new(
                    prometheus::process_collector::ProcessCollector::for_self(),
                ))?;
                let metrics = Metrics {
                    registry,
                    sources_labelled: Mutex::default(),
                    of_sources: of_sources.into_inner(),
                    $($name,)+
                };
                metrics.build_info.with_label_values(&[version, revision]).set(1);
                Ok(metrics)
            }
        }
    };
}

families! {
    /// What is running: always 1.
    build_info: IntGaugeVec = |f| f.gauges(&[("version", NONE_YET), ("revision", NONE_YET)]);
    /// 1 if the last attempt to read the configuration succeeded, else 0.
    config_last_reload_successful: IntGauge = |f| f.gauge();
    /// When the configuration in force was read, in Unix time.
    config_last_reload_success_timestamp_seconds: Gauge = |f| f.float_gauge();
    /// Sources by state.
    sources: IntGaugeVec = |f| f.gauges(&[("state", &SOURCE_STATES)]);
    /// Links that pages announced.
    discoveries_total: IntCounterVec =
        |f| f.counters(&[("kind", &labels::discovery_kinds()), ("outcome", &DISCOVERY_OUTCOMES)]);
    /// Fetches, by what was asked for and how it ended.
    fetches_total: IntCounterVec =
        |f| f.counters(&[("kind", &labels::fetch_kinds()), ("outcome", &labels::fetch_outcomes())]);
    /// Answers by status; rare statuses by class.
    fetch_responses_total: IntCounterVec =
        |f| f.counters(&[("code", &labels::codes())]);
    /// Time of a fetch from the first byte sent to the last received.
    fetch_duration_seconds: HistogramVec =
        |f| f.histograms(&FETCH_SECONDS, &[("kind", &labels::fetch_kinds())]);
    /// Size of bodies after decompression.
    fetch_body_bytes: HistogramVec = |f| f.histograms(&BODY_BYTES, &[("kind", &labels::fetch_kinds())]);
    /// Bytes of bodies received, before decompression.
    fetch_wire_bytes_total: IntCounter = |f| f.counter();
    /// Requests sent once more at once, by why the one before failed.
    fetch_retries_total: IntCounterVec = |f| f.counters(&[("reason", &[RETRY_CONNECTION_CLOSED])]);
    /// Fetches under way.
    fetches_in_flight: IntGauge = |f| f.gauge();
    /// Hosts and addresses whose pace is held in memory.
    limiter_keys: IntGauge = |f| f.gauge();
    /// Fetches that robots.txt forbade.
    robots_denied_total: IntCounter = |f| f.counter();
    /// Fetches refused because they led to a private address.
    ssrf_blocked_total: IntCounterVec = |f| f.counters(&[("stage", &GUARD_STAGES)]);
    /// Time that fetches waited for their host's pace.
    politeness_wait_seconds: Histogram = |f| f.histogram(&WAIT_SECONDS);
    /// Hosts by state.
    hosts: IntGaugeVec = |f| f.gauges(&[("state", &HOST_STATES)]);
    /// URLs by state.
    queue_items: IntGaugeVec = |f| f.gauges(&[("state", &QUEUE_STATES)]);
    /// URLs set aside, because visits to them end without a word or their rows cannot be read.
    queue_parked: IntGauge = |f| f.gauge();
    /// How late the oldest due URL is.
    schedule_lag_seconds: Gauge = |f| f.float_gauge();
    /// Leases that ran out before their fetch ended.
    leases_expired_total: IntCounter = |f| f.counter();
    /// Article pages by what became of reading them.
    extractions_total: IntCounterVec = |f| f.counters(&[("outcome", &EXTRACTION_OUTCOMES)]);
    /// Time to read and judge one page.
    extraction_duration_seconds: Histogram = |f| f.histogram(&EXTRACTION_SECONDS);
    /// Pages that need their scripts and were handed to a browser, by what became of that.
    renders_total: IntCounterVec = |f| f.counters(&[("outcome", &RENDER_OUTCOMES)]);
    /// Length of article bodies.
    article_text_characters: Histogram = |f| f.histogram(&TEXT_CHARACTERS);
    /// Age of new articles when they were judged, by the moment that their page gives; of those that
    /// give none it is not known.
    article_age_seconds: Histogram = |f| f.histogram(&AGE_SECONDS);
    /// Articles by verdict.
    articles_scored_total: IntCounterVec = |f| f.counters(&[("verdict", &labels::verdicts())]);
    /// Flagged articles by each rule that pointed at something in them.
    articles_flagged_total: IntCounterVec = |f| f.counters(&[("rule", f.values.rules)]);
    /// Scores of articles, from 0 to 1; higher is worse.
    article_score: HistogramVec = |f| f.histograms(&SHARES, &[("score", &SCORES)]);
    /// Texts that were known already: word by word (`exact`), under another address of the article
    /// or in another article, or with changes (`near`).
    duplicates_total: IntCounterVec = |f| f.counters(&[("kind", &DUPLICATE_KINDS)]);
    /// Articles that were read again and said something else.
    corrections_total: IntCounter = |f| f.counter();
    /// New articles of a source.
    source_articles_total: SourceFamily = |f| f.of_sources(MetricType::COUNTER);
    /// New articles of a source that were flagged.
    source_articles_flagged_total: SourceFamily = |f| f.of_sources(MetricType::COUNTER);
    /// New articles of a source that could not be judged.
    source_articles_abstained_total: SourceFamily = |f| f.of_sources(MetricType::COUNTER);
    /// How likely it is that a source publishes mainly unedited machine translation.
    source_translation_probability: SourceFamily = |f| f.of_sources(MetricType::GAUGE);
    /// The share of machine translation among the articles of a source, as far as they tell.
    source_machine_translation_share: SourceFamily = |f| f.of_sources(MetricType::GAUGE);
    /// The lower end of the 95 % interval of that share.
    source_machine_translation_share_low: SourceFamily = |f| f.of_sources(MetricType::GAUGE);
    /// The upper end of that interval.
    source_machine_translation_share_high: SourceFamily = |f| f.of_sources(MetricType::GAUGE);
    /// When a source last began or ceased to do so, in Unix time.
    source_translation_turned_timestamp_seconds: SourceFamily = |f| f.of_sources(MetricType::GAUGE);
    /// Mean share of boilerplate in the latest 50 judged articles of a source.
    source_boilerplate_ratio: SourceFamily = |f| f.of_sources(MetricType::GAUGE);
    /// Article links that a source listed when it last answered, by what became of them: `known`, and
    /// the other outcomes from the first time on. Foreign ones are left out of sitemaps and front pages;
    /// of a feed they are counted among the others, too.
    source_links: SourceFamily = |f| f.of_sources(MetricType::GAUGE);
    /// Lines known to be the template of a source's site.
    source_template_lines: SourceFamily = |f| f.of_sources(MetricType::GAUGE);
    /// When the latest new article of a source came, in Unix time.
    source_last_article_timestamp_seconds: SourceFamily = |f| f.of_sources(MetricType::GAUGE);
    /// The mean time between two articles of a source, as learned from its polls.
    source_expected_interval_seconds: SourceFamily = |f| f.of_sources(MetricType::GAUGE);
    /// When a source last answered well, in Unix time.
    source_last_success_timestamp_seconds: SourceFamily = |f| f.of_sources(MetricType::GAUGE);
    /// When the certificate that a source showed when it was last polled ends, in Unix time.
    source_certificate_expiry_timestamp_seconds: SourceFamily = |f| f.of_sources(MetricType::GAUGE);
    /// 1 while a source is watched.
    source_enabled: SourceFamily = |f| f.of_sources(MetricType::GAUGE);
    /// Sources without series of their own: they share the label value `_other`.
    source_labels_dropped: IntGauge = |f| f.gauge();
    /// Attempts to notify.
    notifications_total: IntCounterVec = |f| f.counters(&[("channel", NONE_YET), ("outcome", NONE_YET)]);
    /// Notifications not yet delivered.
    notifications_pending: IntGauge = |f| f.gauge();
    /// Notifications that their receiver refused for good.
    notifications_refused: IntGauge = |f| f.gauge();
    /// Calls to the language model that gives second opinions, by how they ended.
    opinion_requests_total: IntCounterVec = |f| f.counters(&[("outcome", &labels::opinion_outcomes())]);
    /// Words that it quoted: believed, not in the text, or dropped for another reason.
    opinion_quotes_total: IntCounterVec = |f| f.counters(&[("outcome", &QUOTE_OUTCOMES)]);
    /// Articles worth a question that it was not asked about.
    opinion_not_asked_total: IntCounterVec = |f| f.counters(&[("reason", &NOT_ASKED)]);
    /// Tokens that the calls have cost, as the endpoint counts them.
    opinion_tokens_total: IntCounterVec = |f| f.counters(&[("kind", &TOKEN_KINDS)]);
    /// Time of a call.
    opinion_request_duration_seconds: Histogram = |f| f.histogram(&OPINION_SECONDS);
    /// 1 while nobody is asked because the model no longer answers as it did.
    opinion_suspended: IntGauge = |f| f.gauge();
    /// What reviewers decided.
    reviews_total: IntCounterVec = |f| f.counters(&[("decision", &labels::decisions())]);
    /// The share of findings that reviewers confirmed, of those they decided on; 0 decisions have none.
    review_precision: GaugeVec = |f| f.float_gauges(&[("rule", NONE_YET)]);
    /// The share of a source's flagged articles that reviewers confirmed, of those they decided on.
    source_review_precision: SourceFamily = |f| f.of_sources(MetricType::GAUGE);
    /// Findings, or articles with some, that reviewers decided on, by rule; those taken back do not count.
    review_findings: IntGaugeVec = |f| f.gauges(&[("rule", f.values.rules), ("decision", &labels::decisions())]);
    /// Flagged articles by what was decided.
    review_queue: IntGaugeVec = |f| f.gauges(&[("state", &REVIEW_STATES)]);
    /// Time of the store's operations, their wait included.
    store_operation_duration_seconds: HistogramVec =
        |f| f.histograms(&STORE_SECONDS, &[("op", f.values.store_ops)]);
    /// Time that writes wait for the one thread that writes, before they begin.
    store_write_wait_seconds: Histogram = |f| f.histogram(&STORE_SECONDS);
    /// Writes that share a commit.
    store_commit_writes: Histogram = |f| f.histogram(&COMMIT_WRITES);
    /// Operations of the store that failed.
    store_errors_total: IntCounterVec =
        |f| f.counters(&[("op", f.values.store_ops), ("kind", f.values.store_errors)]);
    /// Size of the database by what it is for; all kinds together are the file and its log.
    store_size_bytes: IntGaugeVec = |f| f.gauges(&[("kind", f.values.store_kinds)]);
    /// What the database may take, by `[store] size_max` or by its disk, and has in use: 0 to 1.
    store_full_ratio: Gauge = |f| f.float_gauge();
    /// Rows that were dropped because they were old, or for room.
    store_dropped_total: IntCounterVec = |f| f.counters(&[("kind", f.values.store_kinds)]);
    /// Space left on its disk.
    store_free_bytes: IntGauge = |f| f.gauge();
    /// How long the oldest transaction in the database has been open, whoever's it is; 0 where it is a file.
    store_oldest_transaction_seconds: IntGauge = |f| f.gauge();
    /// Rows of the tables that every visit changes, live or left to be swept up; 0 where it is a file.
    store_rows: IntGaugeVec = |f| f.gauges(&[("table", f.values.store_tables), ("state", &ROW_STATES)]);
    /// Requests to the review page, the API and the metrics.
    http_requests_total: IntCounterVec =
        |f| f.counters(&[("route", &ROUTES), ("code", &["200", "500"])]);
    /// Time to answer them.
    http_request_duration_seconds: HistogramVec = |f| f.histograms(&HTTP_SECONDS, &[("route", NONE_YET), ("code", NONE_YET)]);
    /// Log messages by level.
    log_messages_total: IntCounterVec = |f| f.counters(&[("level", &LEVELS)]);
    /// 1 if work can be done, as `/-/ready` says.
    ready: IntGauge = |f| f.gauge();
    /// 1 for each reason why no work can be done.
    unready: IntGaugeVec = |f| f.gauges(&[("reason", &labels::unready_reasons())]);
    /// Times that the clock was set or the machine slept.
    clock_jumps_total: IntCounterVec = |f| f.counters(&[("kind", &Jump::KINDS)]);
    /// Times in the store that a wrong clock had left behind and that were set right.
    store_times_corrected_total: IntCounter = |f| f.counter();
    /// Lines of the log that were dropped because nobody read it.
    log_lines_dropped_total: IntCounter = |f| f.counter();
    /// Spans of traces by what became of them; none are made unless `[trace]` names a collector.
    trace_spans_total: IntCounterVec = |f| f.counters(&[("outcome", &SPAN_OUTCOMES)]);
}

impl Metrics {
    /// The text format 0.0.4, ready to be served.
    ///
    /// # Errors
    /// Only if a family was registered without a metric or a name.
    pub fn render(&self) -> Result<String, prometheus::Error> {
        let mut text = TextEncoder::new().encode_to_string(&self.registry.gather())?;
        for family in &self.of_sources {
            family.put_text(&mut text);
        }
        Ok(text)
    }

    /// The same as OpenMetrics 1.0.
    pub fn render_open(&self) -> String {
        openmetrics::encode(&self.registry.gather(), &self.of_sources)
    }

    /// Gives the sources that are watched now their series, at 0, and drops those of the others.
    /// A source that had a label keeps it; the first ones get those that are left.
    ///
    /// Times and ratios start with the first event instead: at 0 they would raise alerts.
    pub fn watch_sources<'n>(&self, names: impl IntoIterator<Item = &'n str>) {
        let names: Vec<&str> = names.into_iter().collect();
        let configured: HashSet<&str> = names.iter().copied().collect();
        let mut labelled = self
            .sources_labelled
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let (kept, gone): (BTreeSet<String>, BTreeSet<String>) = std::mem::take(&mut *labelled)
            .into_iter()
            .partition(|name| configured.contains(name.as_str()));
        gone.iter().for_each(|name| self.drop_source(name));
        *labelled = kept;
        let mut dropped = 0;
        for name in names {
            if labelled.contains(name) {
                continue;
            }
            if labelled.len() >= SOURCES_MAX {
                dropped += 1;
                continue;
            }
            labelled.insert(name.to_string());
            self.start_source(name);
        }
        if dropped > 0 {
            self.start_source(OTHER);
        }
        self.source_labels_dropped.set(dropped);
    }

    /// The `source` label of a source: its name if it has series of its own, else [`OTHER`].
    pub fn source_label(&self, name: &str) -> String {
        let labelled = self
            .sources_labelled
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        labelled
            .get(name)
            .map_or(OTHER, |name| name.as_str())
            .to_string()
    }

    /// Starts the counters of the `[[notify]]` channels at 0.
    pub fn watch_channels<'n>(&self, names: impl IntoIterator<Item = &'n str>) {
        for name in names {
            for outcome in NOTIFICATION_OUTCOMES {
                self.notifications_total.with_label_values(&[name, outcome]);
            }
        }
    }

    /// A layer that counts log messages by level.
    pub fn log_layer(&self) -> CountMessages {
        CountMessages {
            by_level: LEVELS.map(|level| self.log_messages_total.with_label_values(&[level])),
        }
    }

    /// Its counters begin at 0.
    fn start_source(&self, name: &str) {
        self.source_articles_total.of(name);
        self.source_articles_flagged_total.of(name);
        self.source_articles_abstained_total.of(name);
        self.source_enabled.of(name).set(1.0);
    }

    fn drop_source(&self, name: &str) {
        for family in &self.of_sources {
            family.forget(name);
        }
    }
}

/// Counts the events that pass its filter, by level.
#[derive(Debug, Clone)]
pub struct CountMessages {
    by_level: [IntCounter; 5],
}

impl<S: Subscriber> Layer<S> for CountMessages {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let [error, warn, info, debug, trace] = &self.by_level;
        match *event.metadata().level() {
            Level::ERROR => error.inc(),
            Level::WARN => warn.inc(),
            Level::INFO => info.inc(),
            Level::DEBUG => debug.inc(),
            Level::TRACE => trace.inc(),
        }
    }
}
