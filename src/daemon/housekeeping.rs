//! What is done beside the crawl, every few seconds: leases that ran out, gauges, webhooks, old
//! pages.

use std::{collections::HashMap, sync::Arc, time::Duration};

use tokio::{task::JoinHandle, time::Instant};

use crate::{
    config::StoreConfig,
    frontier::silence_after,
    metrics::Metrics,
    model::{Decision, Shelf, Timestamp},
    notify, score,
    store::{ArticleQuery, Counts, Silence, SourceRow, Stored, Unswept},
};

use super::{
    active::ActiveConfig,
    record::{record_source_links, record_standing},
    resources::Resources,
    room,
};

const EVERY: Duration = Duration::from_secs(5);

/// Gauges of sources and the pruning of pages need not be fresher than this many rounds.
const SLOW_ROUNDS: u64 = 12;

/// So often is looked whether the store can be written and is where it was: well within a minute.
const PROBE_ROUNDS: u64 = 2;

/// The state of the chores.
pub(super) struct Housekeeping {
    due: Instant,
    round: u64,
    /// Leases that had run out by the round before.
    expired: Option<u64>,
    /// What takes long runs beside the loop, each once at a time.
    deliveries: HashMap<String, JoinHandle<()>>,
    pruning: Option<JoinHandle<()>>,
}

impl Housekeeping {
    pub(super) fn start(now: Instant) -> Housekeeping {
        Housekeeping {
            due: now,
            round: 0,
            expired: None,
            deliveries: HashMap::new(),
            pruning: None,
        }
    }

    pub(super) fn due(&self) -> Instant {
        self.due
    }

    /// One round. The store counts its failures; the next round tries again.
    pub(super) async fn run(&mut self, resources: &Arc<Resources>, active: &Arc<ActiveConfig>) {
        let now = resources.clock.now();
        let metrics = &resources.metrics;
        // Its failures are health, and are told.
        if self.round.is_multiple_of(PROBE_ROUNDS) {
            let _ = resources.store.probe().await;
        }
        let _ = resources.store.expire(now).await;
        if let Ok(counts) = resources.store.counts(now).await {
            set_gauges(metrics, &counts);
            let limit = active.config.store.size_max;
            room::tell(metrics, &resources.health, &counts, limit);
            let before = self.expired.replace(counts.expired);
            let expired = counts.expired - before.unwrap_or(counts.expired);
            metrics.leases_expired_total.inc_by(expired);
        }
        metrics
            .limiter_keys
            .set(active.fetcher.limiter_keys() as i64);
        set_queue_gauges(resources).await;
        self.deliver(resources, active);
        if self.round.is_multiple_of(SLOW_ROUNDS) {
            active.fetcher.forget_idle();
            resources.memories.save().await;
            resources.languages.save_much().await;
            self.slow_round(resources, active).await;
        }
        self.round += 1;
        self.due = Instant::now() + EVERY;
    }

    /// Ends what runs beside the loop, before the store is closed. A notification that was not
    /// settled is sent again after the next start, under the same key.
    pub(super) async fn end(self) {
        for task in self.deliveries.into_values().chain(self.pruning) {
            task.abort();
            // Cancelled or done: either will do.
            let _ = task.await;
        }
    }

    async fn slow_round(&mut self, resources: &Arc<Resources>, active: &ActiveConfig) {
        if let Ok(sources) = resources.store.sources().await {
            set_source_gauges(&resources.metrics, &sources);
            if self.round == 0 {
                restore_standings(resources, &sources).await;
            }
            tell_silences(resources, active, &sources).await;
        }
        set_review_gauges(resources).await;
        if is_busy(self.pruning.as_ref()) {
            return;
        }
        let now = resources.clock.now();
        let (resources, config) = (Arc::clone(resources), active.config.store.clone());
        self.pruning = Some(tokio::spawn(async move {
            prune(&resources, &config, now).await;
        }));
    }

    /// A task for each channel, so that none waits for another.
    fn deliver(&mut self, resources: &Arc<Resources>, active: &Arc<ActiveConfig>) {
        self.deliveries.retain(|_, task| !task.is_finished());
        for channel in &active.receivers {
            if self.deliveries.contains_key(channel.name()) {
                continue;
            }
            let (resources, channel) = (Arc::clone(resources), Arc::clone(channel));
            let (name, setting) = (channel.name().to_string(), active.telling.clone());
            let task = tokio::spawn(async move {
                let now = || resources.clock.now();
                let tell = |delivery: notify::Delivery| {
                    let labels = [delivery.channel.as_str(), delivery.outcome.as_str()];
                    let attempts = &resources.metrics.notifications_total;
                    attempts.with_label_values(&labels).inc();
                };
                // Failures of the store are counted already.
                let store = resources.store.as_ref();
                let _ = notify::deliver_due(store, &channel, &setting, now, tell).await;
            });
            self.deliveries.insert(name, task);
        }
    }
}

/// Tells once of each source that has said nothing for too long. What failed is counted, and tried again in
/// a minute.
async fn tell_silences(resources: &Resources, active: &ActiveConfig, sources: &[SourceRow]) {
    let now = resources.clock.now();
    let watched = sources
        .iter()
        .filter(|source| source.enabled && source.paused.is_none());
    let silences: Vec<Silence> = watched
        .map(|source| Silence {
            source: source.name.clone(),
            since: source.last_article.unwrap_or(source.since),
            expected: source.last_article.and(source.expected_interval),
        })
        .filter(|silence| {
            let time = (now - silence.since).to_std().unwrap_or_default();
            time > silence_after(silence.expected)
        })
        .collect();
    if active.channels.is_empty() || silences.is_empty() {
        return;
    }
    let told = resources
        .store
        .tell_silences(&silences, now, &active.channels)
        .await;
    for source in told.unwrap_or_default() {
        tracing::warn!(source, "the source has gone silent");
    }
}

/// Ends what is old, by age and then by room. Failures are counted already; there is nothing to add to
/// it here.
async fn prune(resources: &Resources, config: &StoreConfig, now: Timestamp) {
    let (store, metrics) = (&resources.store, &resources.metrics);
    let dropped = |kind: Stored, rows: u64| {
        let dropped = metrics
            .store_dropped_total
            .with_label_values(&[kind.as_str()]);
        dropped.inc_by(rows);
    };
    if let Some(before) = room::too_old(now, config.keep_pages)
        && let Ok(rows) = store.prune(before, room::leeway(config.keep_pages)).await
    {
        dropped(Stored::Pages, rows);
    }
    if let Some(before) = room::too_old(now, config.keep_fingerprints)
        && let Ok(rows) = store.forget(before).await
    {
        dropped(Stored::Fingerprints, rows);
    }
    if let Ok(rows) = store.retain(&room::keep(config, now)).await {
        room::count(metrics, &rows);
    }
    if let Ok(counts) = store.counts(now).await
        && let Some((bytes, spared)) = room::to_shrink(&counts, config.size_max, now)
        && let Ok(rows) = store.shrink(bytes, spared).await
    {
        room::count(metrics, &rows);
    }
}

fn is_busy(task: Option<&JoinHandle<()>>) -> bool {
    task.is_some_and(|task| !task.is_finished())
}

fn set_unswept(metrics: &Metrics, unswept: &Unswept) {
    let oldest = unswept.oldest_transaction.as_secs();
    metrics.store_oldest_transaction_seconds.set(oldest as i64);
    for (table, (live, dead)) in Unswept::TABLES.into_iter().zip(unswept.rows) {
        for (state, rows) in [("live", live), ("dead", dead)] {
            let gauge = metrics.store_rows.with_label_values(&[table, state]);
            gauge.set(rows as i64);
        }
    }
}

fn set_gauges(metrics: &Metrics, counts: &Counts) {
    for (state, count) in [
        ("waiting", counts.waiting),
        ("due", counts.due),
        ("leased", counts.leased),
        ("done", counts.done),
        ("gone", counts.gone),
    ] {
        metrics
            .queue_items
            .with_label_values(&[state])
            .set(count as i64);
    }
    metrics
        .hosts
        .with_label_values(&["ok"])
        .set((counts.hosts - counts.hosts_failing) as i64);
    metrics
        .hosts
        .with_label_values(&["failing"])
        .set(counts.hosts_failing as i64);
    metrics.queue_parked.set(counts.parked as i64);
    metrics.schedule_lag_seconds.set(counts.lag_seconds as f64);
    metrics.store_free_bytes.set(counts.free_bytes as i64);
    set_unswept(metrics, &counts.unswept);
    metrics.notifications_pending.set(counts.outbox as i64);
    metrics.notifications_refused.set(counts.refused as i64);
}

/// After a start the standings are those of before; from then on every new article brings its
/// source's.
async fn restore_standings(resources: &Resources, sources: &[SourceRow]) {
    for source in sources.iter().filter(|source| source.enabled) {
        if let Ok(standing) = resources.store.standing(&source.name).await {
            let label = resources.metrics.source_label(&source.name);
            record_standing(&resources.metrics, &label, &standing.summary());
        }
    }
}

/// What waits and what is decided, as the page says it: the counts are kept, so this costs nothing.
async fn set_queue_gauges(resources: &Resources) {
    if let Ok(Some(counts)) = resources.store.tally(&ArticleQuery::default()).await {
        for shelf in [Shelf::Waiting, Shelf::Confirmed, Shelf::Dismissed] {
            let gauges = &resources.metrics.review_queue;
            gauges
                .with_label_values(&[shelf.as_str()])
                .set(counts.of(shelf) as i64);
        }
    }
}

/// What reviewers say of the rules. What failed is counted, and tried again in a minute.
async fn set_review_gauges(resources: &Resources) {
    let metrics = &resources.metrics;
    let Ok(said) = resources.store.precision().await else {
        return;
    };
    for rule in score::rules().map(|about| about.rule) {
        let said = said.iter().find(|said| said.rule == rule);
        let (confirmed, dismissed) = said.map_or((0, 0), |s| (s.confirmed, s.dismissed));
        for (decision, findings) in [
            (Decision::Confirmed, confirmed),
            (Decision::Dismissed, dismissed),
        ] {
            metrics
                .review_findings
                .with_label_values(&[rule, decision.as_str()])
                .set(findings as i64);
        }
        match precision(confirmed, dismissed) {
            // There may be none to remove.
            None => drop(metrics.review_precision.remove_label_values(&[rule])),
            Some(share) => metrics
                .review_precision
                .with_label_values(&[rule])
                .set(share),
        }
    }
}

/// Of nothing that was decided there is no share.
fn precision(confirmed: u64, dismissed: u64) -> Option<f64> {
    let decided = confirmed + dismissed;
    (decided > 0).then(|| confirmed as f64 / decided as f64)
}

fn set_source_gauges(metrics: &Metrics, sources: &[SourceRow]) {
    let mut states = [("ok", 0), ("failing", 0), ("disabled", 0)];
    for source in sources {
        let state = match (source.enabled, source.failures) {
            (false, _) => 2,
            (true, 0) => 0,
            (true, _) => 1,
        };
        states[state].1 += 1;
        let label = metrics.source_label(&source.name);
        match precision(source.confirmed, source.dismissed) {
            None => metrics.source_review_precision.forget(&label),
            Some(share) => metrics.source_review_precision.of(&label).set(share),
        }
        metrics
            .source_enabled
            .of(&label)
            .set(f64::from(u8::from(source.enabled)));
        metrics
            .source_template_lines
            .of(&label)
            .set(source.template_lines as f64);
        if let Some(links) = source.links {
            record_source_links(metrics, &label, links);
        }
        if let Some(boilerplate) = source.boilerplate {
            metrics.source_boilerplate_ratio.of(&label).set(boilerplate);
        }
        if let Some(at) = source.last_success {
            metrics
                .source_last_success_timestamp_seconds
                .of(&label)
                .set(at.timestamp() as f64);
        }
        if let Some(interval) = source.expected_interval {
            metrics
                .source_expected_interval_seconds
                .of(&label)
                .set(interval.as_secs_f64());
        }
        if let Some(at) = source.last_article {
            metrics
                .source_last_article_timestamp_seconds
                .of(&label)
                .set(at.timestamp() as f64);
        }
    }
    for (state, count) in states {
        metrics.sources.with_label_values(&[state]).set(count);
    }
}
