//! The spine: one loop, one `Event` enum, readable top to bottom.
//!
//! The loop claims URLs from the store and starts a visit for each (`visit.rs`); a visit fetches,
//! reads and judges one page and writes all that came of it in one transaction. Back-pressure is
//! the number of visits under way: nothing is queued in memory. What is not completed is leased
//! again after a restart.

pub mod aside;
mod housekeeping;
mod memory;
mod outage;
mod plan;
mod record;
pub mod service;
mod visit;

use std::{collections::HashMap, sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use chrono::Utc;
use tokio::{
    sync::{Semaphore, mpsc, watch},
    task::{Id, JoinError, JoinSet},
    time::{Instant, sleep_until},
};
use tokio_util::sync::CancellationToken;

use crate::{
    config::Config,
    fetch::{FetchSetupError, Fetcher, Network, tls::Pins},
    inspect::Rules,
    lang::Lexicon,
    metrics::Metrics,
    model::Source,
    notify::{NotifySetupError, Webhook},
    store::{Claim, Lease, Store, StoreError},
};

use self::{housekeeping::Housekeeping, memory::Memory, outage::Outage, visit::Visited};

/// The longest the loop sleeps without looking into the store: another worker may have added work.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// How long claiming pauses after the store refused.
const STORE_PAUSE: Duration = Duration::from_secs(5);

/// Why the daemon could not start or go on.
#[derive(Debug, thiserror::Error)]
pub enum DaemonError {
    /// The HTTP client could not be set up.
    #[error(transparent)]
    Fetch(#[from] FetchSetupError),
    /// The webhooks' client could not be set up.
    #[error(transparent)]
    Notify(#[from] NotifySetupError),
    /// The store failed at the start or at the end.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A bug: the loop itself failed.
    #[error("the daemon failed: {0}")]
    Panicked(String),
}

/// What one configuration means at work. Swapped whole on reload; a visit keeps the one it
/// started with.
#[derive(Debug)]
struct Setup {
    config: Arc<Config>,
    fetcher: Fetcher,
    rules: Rules,
    sources: HashMap<String, Source>,
    channels: Vec<String>,
    webhooks: Vec<Webhook>,
}

impl Setup {
    /// Goes on with the fetcher of the setup before, where it may: it knows who was asked when.
    fn new(config: Arc<Config>, before: Option<&Setup>) -> Result<Setup, DaemonError> {
        let fetcher = match before {
            Some(before)
                if before.config.fetch == config.fetch
                    && Pins::of(&before.config.sources) == Pins::of(&config.sources) =>
            {
                before.fetcher.clone()
            }
            _ => Fetcher::new(&config.fetch, Network::of(&config.sources))?,
        };
        Ok(Setup {
            fetcher,
            webhooks: Webhook::all(&config.notify)?,
            rules: Rules {
                lexicon: Lexicon::built_in(),
                policy: config.score.clone(),
                limits: config.extract,
            },
            sources: config
                .sources
                .iter()
                .map(|source| (source.name.clone(), source.clone()))
                .collect(),
            channels: config
                .notify
                .iter()
                .map(|channel| channel.name.clone())
                .collect(),
            config,
        })
    }
}

/// What every visit shares.
#[derive(Debug, Clone)]
struct Shared {
    store: Arc<dyn Store>,
    metrics: Arc<Metrics>,
    /// Inspections at a time: as many as there are cores.
    cores: Arc<Semaphore>,
    /// What the stream has learned of the sites it passes.
    memory: Arc<Memory>,
    outage: Arc<Outage>,
}

/// The daemon's handles on the world.
#[derive(Debug)]
pub struct Daemon {
    /// Read at the start and after each message of `reload`.
    pub config: Arc<ArcSwap<Config>>,
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// Where everything is counted.
    pub metrics: Arc<Metrics>,
    /// A message: `config` has changed.
    pub reload: mpsc::Receiver<()>,
    /// True from the first claim to the stop.
    pub ready: watch::Sender<bool>,
    /// Cancelled: finish what is under way and end.
    pub stop: CancellationToken,
    /// Cancelled: end at once.
    pub stop_now: CancellationToken,
}

type Finished = Result<(Id, Box<Visited>), JoinError>;

/// What can happen to the daemon.
enum Event {
    Stop,
    Reload,
    Visited(Finished),
    HousekeepingDue,
    ClaimDue,
}

impl Daemon {
    /// Watches until it is stopped, then waits for the visits under way, at most
    /// `[schedule] drain`, and gives back what it could not finish.
    pub async fn run(mut self) -> Result<(), DaemonError> {
        let mut setup = Arc::new(Setup::new(self.config.load_full(), None)?);
        self.take_up(&setup).await?;
        let shared = self.shared();
        let worker = format!("{}-{:08x}", std::process::id(), rand::random::<u32>());
        let mut visits = Visits::default();
        let mut housekeeping = Housekeeping::start(Instant::now());
        let mut claim_at = Instant::now();
        let mut pause_until = claim_at;
        self.ready.send_replace(true);

        loop {
            let room = setup
                .config
                .fetch
                .concurrency
                .saturating_sub(visits.running.len());
            let event = tokio::select! {
                biased;
                () = self.stop.cancelled() => Event::Stop,
                Some(()) = self.reload.recv() => Event::Reload,
                Some(done) = visits.running.join_next_with_id() => Event::Visited(done),
                () = sleep_until(housekeeping.due()) => Event::HousekeepingDue,
                () = sleep_until(claim_at), if room > 0 => Event::ClaimDue,
            };
            match event {
                Event::Stop => break,
                Event::Reload => setup = self.reload(setup).await,
                Event::Visited(done) => {
                    let now = Instant::now();
                    if done.as_ref().is_ok_and(|(_, visited)| visited.is_outage) {
                        pause_until = now + outage::PAUSE;
                    }
                    visits.finish(done, &self.metrics);
                    claim_at = now.max(pause_until);
                }
                Event::HousekeepingDue => {
                    housekeeping.run(&shared, &setup).await;
                }
                Event::ClaimDue => {
                    let leases = claim(&shared, &setup, &worker, room).await;
                    claim_at = next_claim(&shared, &leases, room).await.max(pause_until);
                    for lease in leases.unwrap_or_default() {
                        visits.start(&shared, &setup, lease);
                    }
                }
            }
            self.metrics
                .fetches_in_flight
                .set(visits.running.len() as i64);
        }
        self.ready.send_replace(false);
        self.drain(visits, housekeeping, &setup, &shared).await
    }

    fn shared(&self) -> Shared {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Shared {
            store: Arc::clone(&self.store),
            metrics: Arc::clone(&self.metrics),
            cores: Arc::new(Semaphore::new(cores)),
            memory: Arc::default(),
            outage: Arc::default(),
        }
    }

    /// Takes over the new configuration, or keeps the old one and says why.
    async fn reload(&self, old: Arc<Setup>) -> Arc<Setup> {
        let config = self.config.load_full();
        match self.prepare(Arc::clone(&config), &old).await {
            Ok(new) => {
                tracing::info!(sources = new.config.sources.len(), "configuration reloaded");
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

    async fn prepare(&self, config: Arc<Config>, old: &Setup) -> Result<Arc<Setup>, DaemonError> {
        let new = Setup::new(config, Some(old))?;
        self.take_up(&new).await?;
        Ok(Arc::new(new))
    }

    /// Makes the sources and channels of a configuration the ones that are watched and told.
    async fn take_up(&self, setup: &Setup) -> Result<(), StoreError> {
        let sources = &setup.config.sources;
        self.store.put_sources(sources, Utc::now()).await?;
        self.metrics
            .watch_sources(sources.iter().map(|source| source.name.as_str()));
        self.metrics
            .watch_channels(setup.channels.iter().map(String::as_str));
        Ok(())
    }

    /// Waits for what is under way, then gives the rest back.
    async fn drain(
        &self,
        mut visits: Visits,
        housekeeping: Housekeeping,
        setup: &Setup,
        shared: &Shared,
    ) -> Result<(), DaemonError> {
        tracing::info!(under_way = visits.running.len(), "stopping");
        let deadline = Instant::now() + setup.config.schedule.drain;
        loop {
            let done = tokio::select! {
                done = visits.running.join_next_with_id() => done,
                () = sleep_until(deadline) => break,
                () = self.stop_now.cancelled() => break,
            };
            let Some(done) = done else { break };
            visits.finish(done, &self.metrics);
        }
        visits.running.shutdown().await;
        housekeeping.end().await;
        memory::save(shared).await;
        let unfinished: Vec<Lease> = visits.leases.into_values().collect();
        self.store.release(&unfinished).await?;
        self.store.close().await?;
        Ok(())
    }
}

/// The visits under way and the leases they hold.
#[derive(Default)]
struct Visits {
    running: JoinSet<Box<Visited>>,
    leases: HashMap<Id, Lease>,
}

impl Visits {
    fn start(&mut self, shared: &Shared, setup: &Arc<Setup>, lease: Lease) {
        let visit = visit::visit(shared.clone(), Arc::clone(setup), lease.clone());
        let task = self.running.spawn(visit);
        self.leases.insert(task.id(), lease);
    }

    /// Counts a finished visit. One that panicked keeps its lease in the store until it expires,
    /// so that a page that kills its visit is not asked for again at once.
    fn finish(&mut self, done: Finished, metrics: &Metrics) {
        match done {
            Ok((task, visited)) => {
                self.leases.remove(&task);
                record::record(metrics, &visited);
            }
            Err(error) => {
                self.leases.remove(&error.id());
                tracing::error!(%error, "a visit failed");
            }
        }
    }
}

async fn claim(
    shared: &Shared,
    setup: &Setup,
    worker: &str,
    limit: usize,
) -> Result<Vec<Lease>, StoreError> {
    let claim = Claim {
        worker: worker.to_string(),
        now: Utc::now(),
        lease: setup.config.schedule.lease,
        limit,
        per_host: setup.config.fetch.concurrency_per_host,
    };
    shared.store.claim(&claim).await
}

/// When to look for work again: at once while there may be more, else when the next URL falls due.
async fn next_claim(
    shared: &Shared,
    leases: &Result<Vec<Lease>, StoreError>,
    limit: usize,
) -> Instant {
    let now = Instant::now();
    match leases {
        Err(_) => now + STORE_PAUSE,
        Ok(leases) if leases.len() == limit => now,
        Ok(_) => {
            let clock = Utc::now();
            match shared.store.next_due(clock).await {
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

/// The shortest pause after a claim that came back short, so that a due URL on a busy host does
/// not make the loop spin.
const CLAIM_GAP: Duration = Duration::from_millis(10);
