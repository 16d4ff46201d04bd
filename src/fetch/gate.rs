//! The one gate that every request passes: robots.txt, redirects and retries too.
//!
//! A request first takes a slot of its host, then waits for its turn there, then for a slot and
//! a turn at its address, which hosts may share, and among all. The pace of a host counts from the request itself, so a wait for the others
//! never shortens a gap.

use std::{
    collections::HashMap,
    net::IpAddr,
    num::NonZeroU32,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use governor::{
    Quota, RateLimiter,
    clock::Clock,
    middleware::NoOpMiddleware,
    state::{InMemoryState, NotKeyed, keyed::HashMapStateStore},
};
use tokio::{
    sync::{AcquireError, OwnedSemaphorePermit, Semaphore},
    time::Instant,
};
use url::Url;

use crate::config::FetchConfig;

/// A host whose Retry-After has longer than this to run is not waited for: the caller has better
/// things to do than to hold its place.
const HOLD_WAIT_MAX: Duration = Duration::from_secs(30);

/// A host is forgotten when it could have been asked again this long ago.
const IDLE: Duration = Duration::from_secs(300);

/// From this many hosts on, those that could be asked right now are forgotten at once: they need
/// no limiter.
const HOSTS_MAX: usize = 10_000;

/// The longest gap: stands in for a rate of nothing at all.
const DELAY_MAX: Duration = Duration::from_secs(24 * 3600);

/// The clock of the runtime, so that limiter and timer agree.
#[derive(Debug, Clone, Copy)]
struct RuntimeClock;

impl Clock for RuntimeClock {
    type Instant = std::time::Instant;

    fn now(&self) -> std::time::Instant {
        Instant::now().into_std()
    }
}

/// The pace of each IP address, which many hosts may share.
type AddressLimiter = RateLimiter<
    IpAddr,
    HashMapStateStore<IpAddr>,
    RuntimeClock,
    NoOpMiddleware<std::time::Instant>,
>;

type Limiter =
    RateLimiter<NotKeyed, InMemoryState, RuntimeClock, NoOpMiddleware<std::time::Instant>>;

/// One request each `delay`, without bursts.
#[derive(Debug)]
struct Pace {
    delay: Duration,
    /// `None` when `delay` is zero: no pace at all.
    limiter: Option<Limiter>,
}

impl Pace {
    fn new(delay: Duration) -> Pace {
        let limiter = Quota::with_period(delay)
            .map(|quota| RateLimiter::direct_with_clock(quota, RuntimeClock));
        Pace { delay, limiter }
    }

    /// A pace whose turn has just been taken.
    fn taken_now(delay: Duration) -> Pace {
        let pace = Pace::new(delay);
        let _ = pace.limiter.as_ref().map(Limiter::check);
        pace
    }

    /// Waits for the next turn and takes it.
    async fn turn(&self) {
        let Some(limiter) = &self.limiter else { return };
        while let Err(not_yet) = limiter.check() {
            tokio::time::sleep(not_yet.wait_time_from(RuntimeClock.now())).await;
        }
    }
}

/// What is remembered of one authority.
#[derive(Debug)]
struct Host {
    slots: Arc<Semaphore>,
    /// Held while waiting: who came first goes first.
    pace: tokio::sync::Mutex<Pace>,
    times: Mutex<Times>,
}

#[derive(Debug, Clone, Copy)]
struct Times {
    /// The last request.
    sent: Option<Instant>,
    /// When the pace allows the next.
    ready: Instant,
    /// Until when a Retry-After of the host runs.
    held: Instant,
}

/// The right to send one request; given back when dropped.
#[derive(Debug)]
pub(super) struct Pass {
    _slot: OwnedSemaphorePermit,
    _slot_of_all: OwnedSemaphorePermit,
    /// Keeps the host from being forgotten while it is asked.
    _host: Arc<Host>,
}

/// Why no pass was given.
#[derive(Debug, Clone, Copy)]
pub(super) enum Closed {
    /// The host asked to be left alone for so long still.
    Held(Duration),
    /// The gate is gone: the process ends.
    Gone,
}

impl From<AcquireError> for Closed {
    fn from(_: AcquireError) -> Closed {
        Closed::Gone
    }
}

/// Sees to politeness within this process.
#[derive(Debug)]
pub(super) struct Gate {
    hosts: Mutex<HashMap<String, Arc<Host>>>,
    delay: Duration,
    slots_per_host: usize,
    all: Arc<Semaphore>,
    all_pace: tokio::sync::Mutex<Pace>,
    addresses: AddressLimiter,
}

impl Gate {
    pub(super) fn new(config: &FetchConfig) -> Gate {
        Gate {
            hosts: Mutex::default(),
            delay: period(config.requests_per_second),
            slots_per_host: config.concurrency_per_host.max(1),
            all: Arc::new(Semaphore::new(
                config.concurrency.clamp(1, Semaphore::MAX_PERMITS),
            )),
            all_pace: tokio::sync::Mutex::new(Pace::new(period(config.requests_per_second_total))),
            addresses: address_limiter(config),
        }
    }

    /// The gap between two requests to a host that asks for `crawl_delay`.
    pub(super) fn delay(&self, crawl_delay: Duration) -> Duration {
        self.delay.max(crawl_delay)
    }

    /// Waits until the host of `url` may be asked, and its `address` where that is known. Dropping
    /// the future takes nothing of the host.
    pub(super) async fn enter(
        &self,
        url: &Url,
        address: Option<IpAddr>,
        crawl_delay: Duration,
    ) -> Result<Pass, Closed> {
        let delay = self.delay(crawl_delay);
        let host = self.host(url);
        let slot = host.slots.clone().acquire_owned().await?;
        let mut pace = host.pace.lock().await;
        if pace.delay != delay {
            *pace = host.repaced(delay).await;
        }
        host.wait_for_release().await?;
        pace.turn().await;
        if let Some(address) = address {
            self.turn_of(address).await;
        }
        let slot_of_all = self.all.clone().acquire_owned().await?;
        self.all_pace.lock().await.turn().await;
        host.wait_for_release().await?;
        *pace = Pace::taken_now(delay);
        host.mark_sent(delay);
        drop(pace);
        Ok(Pass {
            _slot: slot,
            _slot_of_all: slot_of_all,
            _host: host,
        })
    }

    async fn turn_of(&self, address: IpAddr) {
        if self.addresses.len() >= HOSTS_MAX {
            self.addresses.retain_recent();
        }
        while let Err(not_yet) = self.addresses.check_key(&address) {
            tokio::time::sleep(not_yet.wait_time_from(RuntimeClock.now())).await;
        }
    }

    /// Lets nobody through to the host of `url` for `wait`, because it said so.
    pub(super) fn hold(&self, url: &Url, wait: Duration) {
        let host = self.host(url);
        let mut times = host.times();
        times.held = times.held.max(Instant::now() + wait);
    }

    pub(super) fn len(&self) -> usize {
        self.hosts().len() + self.addresses.len()
    }

    /// Forgets hosts that are quiet: nobody waits there, and its gap has long passed.
    pub(super) fn forget_idle(&self) {
        forget(&mut self.hosts(), IDLE);
        self.addresses.retain_recent();
        self.addresses.shrink_to_fit();
    }

    fn host(&self, url: &Url) -> Arc<Host> {
        let mut hosts = self.hosts();
        if hosts.len() >= HOSTS_MAX {
            forget(&mut hosts, Duration::ZERO);
        }
        let host = hosts.entry(authority(url)).or_insert_with(|| {
            let now = Instant::now();
            Arc::new(Host {
                slots: Arc::new(Semaphore::new(self.slots_per_host)),
                pace: tokio::sync::Mutex::new(Pace::new(self.delay)),
                times: Mutex::new(Times {
                    sent: None,
                    ready: now,
                    held: now,
                }),
            })
        });
        Arc::clone(host)
    }

    fn hosts(&self) -> MutexGuard<'_, HashMap<String, Arc<Host>>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Host {
    fn times(&self) -> MutexGuard<'_, Times> {
        self.times.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn mark_sent(&self, delay: Duration) {
        let mut times = self.times();
        let now = Instant::now();
        times.sent = Some(now);
        times.ready = now + delay;
    }

    /// A pace for a new delay. A fresh limiter lets the first through at once, so the new gap
    /// since the last request is waited for here.
    async fn repaced(&self, delay: Duration) -> Pace {
        let sent = self.times().sent;
        if let Some(sent) = sent {
            tokio::time::sleep_until(sent + delay).await;
        }
        Pace::new(delay)
    }

    /// Waits until a Retry-After has run out; it may be prolonged meanwhile.
    async fn wait_for_release(&self) -> Result<(), Closed> {
        loop {
            let held = self.times().held;
            let wait = held.saturating_duration_since(Instant::now());
            if wait.is_zero() {
                return Ok(());
            }
            if wait > HOLD_WAIT_MAX {
                return Err(Closed::Held(wait));
            }
            tokio::time::sleep(wait).await;
        }
    }

    fn is_idle(self: &Arc<Host>, now: Instant, idle: Duration) -> bool {
        let Times { ready, held, .. } = *self.times();
        Arc::strong_count(self) == 1 && ready.max(held) + idle <= now
    }
}

fn forget(hosts: &mut HashMap<String, Arc<Host>>, idle: Duration) {
    let now = Instant::now();
    hosts.retain(|_, host| !host.is_idle(now, idle));
    hosts.shrink_to(2 * hosts.len());
}

/// `host:port`, so that http and https of one host keep their own pace.
fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or_default();
    format!("{host}:{port}")
}

/// So many hosts of an address may be asked at once, and on average no more than that. The shortest
/// gap that governor can keep stands for none at all.
fn address_limiter(config: &FetchConfig) -> AddressLimiter {
    let gap = period(config.requests_per_second * config.hosts_per_address);
    let hosts = config.hosts_per_address as u32;
    let quota = Quota::with_period(gap.max(Duration::from_nanos(1)))
        .unwrap_or(Quota::per_second(NonZeroU32::MAX))
        .allow_burst(NonZeroU32::MIN.saturating_add(hosts.saturating_sub(1)));
    RateLimiter::new(quota, HashMapStateStore::default(), RuntimeClock)
}

/// The gap that makes a rate. No rate at all, or none that can be, is the longest gap.
fn period(per_second: f64) -> Duration {
    Duration::try_from_secs_f64(per_second.recip())
        .unwrap_or(DELAY_MAX)
        .min(DELAY_MAX)
}
