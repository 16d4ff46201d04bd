//! The spine: one loop, one `LoopEvent` enum, readable top to bottom.
//!
//! The loop claims URLs from the store and starts a visit for each (`visit.rs`); a visit fetches,
//! reads and judges one page and writes all that came of it in one transaction. Back-pressure is
//! the number of visits under way: nothing is queued in memory. What is not completed is leased
//! again after a restart.
//!
//! A visit is a row of steps, a file each, that hand on one value: [`facts`] (what was asked and
//! read), [`plan`] (what comes next), [`completion`] (what is written), [`record`] (what is counted
//! and said).

mod active;
pub mod backfill;
pub mod clock;
mod completion;
mod course;
pub mod cpu;
mod error;
mod facts;
pub mod failing;
pub mod health;
mod housekeeping;
mod languages;
mod memory;
mod outage;
mod plan;
mod question;
mod read;
mod record;
mod rendering;
mod resources;
pub mod room;
mod second_opinion;
pub mod service;
mod visit;

pub use error::DaemonError;

use std::{collections::HashMap, sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use tokio::{
    sync::{mpsc, watch},
    task::{Id, JoinError, JoinSet},
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

use crate::{
    config::Config,
    frontier::clock::{Horizon, Jump},
    metrics::Metrics,
    model::Unready,
    store::{Claim, Lease, Store, StoreError, TimeCorrection},
    trace::Traces,
};

use self::{
    active::ActiveConfig,
    clock::{Clock, ClockWatch},
    health::Health,
    housekeeping::Housekeeping,
    question::{Question, WAITING_MAX},
    resources::Resources,
    second_opinion::Consulting,
    visit::VisitEnd,
};

/// The longest the loop sleeps without looking into the store: another worker may have added work.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// The same where a backfill alone is read: what its host allows is all that it waits for.
const LOOK_AGAIN_FOR_PAST: Duration = Duration::from_millis(200);

/// How long claiming pauses after the store or the machine refused.
const STORE_PAUSE: Duration = Duration::from_secs(5);

/// The daemon's handles on the world.
#[derive(Debug)]
pub struct Daemon {
    /// Read at the start and after each message of `reload`.
    pub config: Arc<ArcSwap<Config>>,
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// Where everything is counted.
    pub metrics: Arc<Metrics>,
    /// Nothing but what the backfill of the source with this name asks for is fetched.
    pub backfill_of: Option<String>,
    /// A message: `config` has changed.
    pub reload: mpsc::Receiver<()>,
    /// Who is told of the way of each article.
    pub traces: Arc<Traces>,
    /// Where the time is read.
    pub clock: Clock,
    /// Told what keeps it from its work.
    pub health: Health,
    /// Cancelled: finish what is under way and end.
    pub stop: CancellationToken,
    /// Cancelled: end at once.
    pub stop_now: CancellationToken,
}

type FinishedTask = Result<(Id, VisitEnd), JoinError>;

/// What the loop waits for.
enum LoopEvent {
    Stop,
    Reload,
    VisitEnded(FinishedTask),
    HousekeepingDue,
    ClaimDue,
}

impl Daemon {
    /// Watches until it is stopped, then waits for the visits under way, at most
    /// `[schedule] drain`, and gives back what it could not finish.
    pub async fn run(mut self) -> Result<(), DaemonError> {
        let mut active = Arc::new(ActiveConfig::new(self.config.load_full(), None)?);
        self.take_up(&active).await?;
        let (questions, asked) = mpsc::channel(WAITING_MAX);
        let resources = Arc::new(self.resources(questions));
        let mut clocks = ClockWatch::new(&self.clock);
        self.correct_times(&active, None).await?;
        let (in_force, watched) = watch::channel(Arc::clone(&active));
        // Of the past nobody is asked.
        let _failing = failing::watch(&self.health, &self.clock, &watched);
        let consulting = Consulting::new(&resources, watched, asked);
        let consulting = (self.backfill_of.is_none()).then(|| tokio::spawn(consulting.run()));
        let worker = format!("{}-{:08x}", std::process::id(), rand::random::<u32>());
        let mut visits = Visits::default();
        let mut housekeeping = Housekeeping::start(Instant::now());
        let mut claim_at = Instant::now();
        let mut pause_until = claim_at;
        self.health.set(Unready::Starting, false);

        loop {
            self.health.beat();
            let room = active
                .config
                .fetch
                .concurrency
                .saturating_sub(visits.running.len());
            let event = tokio::select! {
                biased;
                () = self.stop.cancelled() => LoopEvent::Stop,
                Some(()) = self.reload.recv() => LoopEvent::Reload,
                Some(done) = visits.running.join_next_with_id() => LoopEvent::VisitEnded(done),
                () = sleep_until(housekeeping.due()) => LoopEvent::HousekeepingDue,
                () = sleep_until(claim_at), if room > 0 => LoopEvent::ClaimDue,
            };
            match event {
                LoopEvent::Stop => break,
                LoopEvent::Reload => {
                    active = self.reload(active).await;
                    in_force.send_replace(Arc::clone(&active));
                }
                LoopEvent::VisitEnded(done) => {
                    let now = Instant::now();
                    pause_until = pause_until.max(now + pause_after(visits.finish(done)));
                    claim_at = now.max(pause_until);
                }
                LoopEvent::HousekeepingDue => {
                    self.look_at_clock(&mut clocks, &active).await;
                    housekeeping.run(&resources, &active).await;
                }
                LoopEvent::ClaimDue if !self.may_claim(&mut clocks, &active).await => {
                    claim_at = Instant::now() + STORE_PAUSE;
                }
                LoopEvent::ClaimDue => {
                    let until = Instant::now() + active.config.schedule.lease;
                    let leases = self.claim(&resources, &active, &worker, room).await;
                    claim_at = self
                        .next_claim(&resources, &active, &leases, room)
                        .await
                        .max(pause_until);
                    for lease in leases.unwrap_or_default() {
                        visits.start(&resources, &active, lease, until);
                    }
                }
            }
            self.metrics
                .fetches_in_flight
                .set(visits.running.len() as i64);
        }
        self.health.set(Unready::Stopping, true);
        if let Some(consulting) = consulting {
            // A call that is cut off is no opinion; the article is written down already.
            consulting.abort();
            let _ = consulting.await;
        }
        self.end(visits, housekeeping, &active, &resources).await
    }

    fn resources(&self, questions: mpsc::Sender<Question>) -> Resources {
        let (store, metrics) = (&self.store, &self.metrics);
        let clock = &self.clock;
        Resources::new(store, metrics, clock, &self.health, questions, &self.traces)
    }

    /// Takes over the new configuration, or keeps the old one and says why.
    async fn reload(&self, old: Arc<ActiveConfig>) -> Arc<ActiveConfig> {
        let config = self.config.load_full();
        match self.prepare(Arc::clone(&config), &old).await {
            Ok(new) => {
                tracing::info!(
                    sources = new.config.watched().count(),
                    "configuration reloaded"
                );
                new
            }
            Err(error) => {
                tracing::error!(%error, "the new configuration cannot be used; the old one stays");
                self.metrics.config_last_reload_successful.set(0);
                // Unless a third one has come meanwhile, which is next.
                self.config
                    .compare_and_swap(&config, Arc::clone(&old.config));
                old
            }
        }
    }

    async fn prepare(
        &self,
        config: Arc<Config>,
        old: &ActiveConfig,
    ) -> Result<Arc<ActiveConfig>, DaemonError> {
        let new = ActiveConfig::new(config, Some(old))?;
        self.take_up(&new).await?;
        Ok(Arc::new(new))
    }

    /// Makes the sources and channels of a configuration the ones that are watched and told.
    async fn take_up(&self, active: &ActiveConfig) -> Result<(), StoreError> {
        self.clock.follow(&*self.store).await?;
        let config = &active.config;
        let (group, sources) = (config.group.as_deref(), &config.sources);
        let now = self.clock.now();
        let left = self.store.put_sources(group, sources, now).await?;
        if self.backfill_of.is_none() {
            record::left_to_others(config, &left);
        }
        self.metrics
            .watch_sources(sources.iter().map(|source| source.name.as_str()));
        let dropped = self
            .store
            .put_channels(&active.channels, self.clock.now())
            .await?;
        if dropped > 0 {
            tracing::warn!(
                dropped,
                "notifications of channels that are no longer configured are dropped"
            );
        }
        self.metrics
            .watch_channels(active.channels.iter().map(String::as_str));
        Ok(())
    }

    async fn claim(
        &self,
        resources: &Resources,
        active: &ActiveConfig,
        worker: &str,
        limit: usize,
    ) -> Result<Vec<Lease>, StoreError> {
        let claim = Claim {
            worker: worker.to_string(),
            now: self.clock.now(),
            zone: active.config.schedule.zone,
            lease: active.config.schedule.lease,
            limit,
            per_host: active.config.fetch.concurrency_per_host,
            alone: true,
            group: active.config.group.clone(),
            backfill_of: self.backfill_of.clone(),
        };
        let leases = resources.store.claim(&claim).await;
        self.health.set(Unready::Claims, leases.is_err());
        leases
    }

    /// Whether work may be taken on: the clock is right, the store is where it was and has room.
    async fn may_claim(&self, clocks: &mut ClockWatch, active: &ActiveConfig) -> bool {
        self.look_at_clock(clocks, active).await;
        let hindrances = [Unready::Clock, Unready::File, Unready::Full];
        !hindrances.iter().any(|reason| self.health.has(*reason))
    }

    /// Sets right what a clock that jumped has left behind.
    async fn look_at_clock(&self, clocks: &mut ClockWatch, active: &ActiveConfig) {
        // Counted if it fails; until then the steady clock will do.
        let _ = self.clock.follow(&*self.store).await;
        if let Some(jump) = clocks.look() {
            // Counted if it fails. What is wrong still then is bounded at the next start.
            let _ = self.correct_times(active, Some(jump)).await;
            record::jumped(&self.metrics, jump, clocks.wall());
        }
        let is_wrong = clocks.is_impossible();
        if self.health.set(Unready::Clock, is_wrong) && is_wrong {
            tracing::error!(clock = %clocks.wall(), "the clock is wrong: nothing is asked before it is set");
        }
    }

    async fn correct_times(
        &self,
        active: &ActiveConfig,
        jump: Option<Jump>,
    ) -> Result<(), StoreError> {
        let schedule = &active.config.schedule;
        let longest = active
            .config
            .sources
            .iter()
            .filter_map(|source| source.every)
            .max();
        let every = schedule
            .every
            .max(schedule.every_max)
            .max(longest.unwrap_or_default());
        let correction = TimeCorrection {
            now: self.clock.now(),
            jump,
            horizon: Horizon::new(every, schedule.retry_max, schedule.recheck_until),
            lease: schedule.lease,
            spread: schedule.every_min,
        };
        let corrected = self.store.correct_times(&correction).await?;
        self.metrics.store_times_corrected_total.inc_by(corrected);
        if jump.is_none() && corrected > 0 {
            tracing::warn!(
                corrected,
                "times in the store lay in the future: the clock was wrong, and is set right, or is wrong now"
            );
        }
        Ok(())
    }

    /// When to look for work again: at once while there may be more, else when the next URL falls
    /// due.
    async fn next_claim(
        &self,
        resources: &Resources,
        active: &ActiveConfig,
        leases: &Result<Vec<Lease>, StoreError>,
        limit: usize,
    ) -> Instant {
        let now = Instant::now();
        match leases {
            Err(_) => now + STORE_PAUSE,
            Ok(leases) if leases.len() == limit => now,
            Ok(_) if self.backfill_of.is_some() => now + LOOK_AGAIN_FOR_PAST,
            Ok(_) => {
                let clock = self.clock.now();
                let group = active.config.group.as_deref();
                match resources.store.next_due(group, clock).await {
                    Ok(Some(at)) => {
                        now + (at - clock)
                            .to_std()
                            .unwrap_or_default()
                            .clamp(CLAIM_GAP, LOOK_AGAIN)
                    }
                    Ok(None) => now + LOOK_AGAIN,
                    Err(_) => now + STORE_PAUSE,
                }
            }
        }
    }

    /// Lets what is under way finish, and tells of it.
    async fn end(
        &self,
        visits: Visits,
        housekeeping: Housekeeping,
        active: &ActiveConfig,
        resources: &Resources,
    ) -> Result<(), DaemonError> {
        let ended = self.drain(visits, housekeeping, active, resources).await;
        tokio::select! {
            () = self.traces.close() => {}
            () = self.stop_now.cancelled() => {}
        }
        ended
    }

    /// Waits for what is under way, then gives the rest back.
    async fn drain(
        &self,
        mut visits: Visits,
        housekeeping: Housekeeping,
        active: &ActiveConfig,
        resources: &Resources,
    ) -> Result<(), DaemonError> {
        tracing::info!(under_way = visits.running.len(), "stopping");
        let deadline = Instant::now() + active.config.schedule.drain;
        loop {
            let done = tokio::select! {
                done = visits.running.join_next_with_id() => done,
                () = sleep_until(deadline) => break,
                () = self.stop_now.cancelled() => break,
            };
            let Some(done) = done else { break };
            visits.finish(done);
        }
        visits.running.shutdown().await;
        housekeeping.end().await;
        resources.memories.save().await;
        resources.languages.save().await;
        let unfinished: Vec<Lease> = visits.leases.into_values().collect();
        self.store.release(&unfinished, self.clock.now()).await?;
        self.store.close().await?;
        Ok(())
    }
}

/// How long nothing is claimed after a visit that ended so.
fn pause_after(end: VisitEnd) -> Duration {
    match end {
        VisitEnd::NetworkIsDown => outage::PAUSE,
        VisitEnd::MachineIsFull => STORE_PAUSE,
        VisitEnd::Finished => Duration::ZERO,
    }
}

/// The visits under way and the leases they hold.
#[derive(Default)]
struct Visits {
    running: JoinSet<VisitEnd>,
    leases: HashMap<Id, Lease>,
}

impl Visits {
    /// Until the lease ends: from then on its URL is somebody else's.
    fn start(
        &mut self,
        resources: &Arc<Resources>,
        active: &Arc<ActiveConfig>,
        lease: Lease,
        until: Instant,
    ) {
        let visit = visit::visit(Arc::clone(resources), Arc::clone(active), lease.clone());
        let task = self.running.spawn(visit::within(until, visit));
        self.leases.insert(task.id(), lease);
    }

    /// Lets go of a visit that has ended. One that panicked keeps its lease in the store until it
    /// expires, so that a page that kills its visit is not asked for again at once.
    fn finish(&mut self, done: FinishedTask) -> VisitEnd {
        match done {
            Ok((task, end)) => {
                self.leases.remove(&task);
                end
            }
            Err(error) => {
                if let Some(lease) = self.leases.remove(&error.id()) {
                    visit::span(&lease).in_scope(|| tracing::error!(%error, "a visit failed"));
                }
                VisitEnd::Finished
            }
        }
    }
}

/// The shortest pause after a claim that came back short, so that a due URL on a busy host does
/// not make the loop spin.
const CLAIM_GAP: Duration = Duration::from_millis(10);
