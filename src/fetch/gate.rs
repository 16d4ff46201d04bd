//! The one gate that every request passes: robots.txt, redirects and retries too.
//!
//! When a host may be asked within this process is governor's decision alone: a request goes when
//! governor gives it the turn of its host, and that is the last thing it waits for, so that a wait
//! for anything else never shortens a gap. Each host has a limiter of its own, because a limiter has
//! one quota for all its keys while the gap differs by host and changes with the host's Crawl-delay.
//! It is made when the host is first met, made anew only when the gap changes, and forgotten with the
//! host. Addresses all have the same quota: they are keys of one limiter.
//!
//! Two things are no pace and so not governor's: a Retry-After, which is a moment that the server
//! named, and the pause of a host that is slow or fails, which outlives the process and stands in the
//! store.

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
    time::{Instant, sleep_until},
};
use url::Url;

use crate::{config::FetchConfig, model::Pace};

/// A host whose Retry-After has longer than this to run is not waited for: the caller has better
/// things to do than to hold its place.
pub(super) const HOLD_WAIT_MAX: Duration = Duration::from_secs(30);

/// A host is forgotten when it could have been asked again this long ago.
const IDLE: Duration = Duration::from_secs(300);

/// Hosts whose pace is kept at a time. When they are so many, those that could be asked right now
/// are forgotten at once: a new limiter says the same of them.
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

/// Requests `delay` apart, without bursts: those to one host, or all together.
#[derive(Debug)]
struct Spacing {
    delay: Duration,
    limiter: Limiter,
    /// When the next one comes, as governor said last.
    next: Instant,
}

impl Spacing {
    fn new(delay: Duration) -> Spacing {
        Spacing {
            delay,
            limiter: RateLimiter::direct_with_clock(every(delay), RuntimeClock),
            next: Instant::now(),
        }
    }

    /// Goes on with this delay. A new one counts from now, as if a turn had just been taken: what
    /// changes it is an answer of the host, so the last request was a moment ago.
    fn keep_to(&mut self, delay: Duration) {
        if self.delay != delay {
            *self = Spacing::new(delay);
            self.try_take();
        }
    }

    /// Takes the next turn if it has come.
    fn try_take(&mut self) -> bool {
        let given = self.limiter.check();
        let is_given = given.is_ok();
        // Asked once more after it gave a turn, governor says when the next one comes.
        if let Err(not_yet) = given.and_then(|()| self.limiter.check()) {
            self.next = not_yet.earliest_possible().into();
        }
        is_given
    }

    /// Waits until the next turn has come, without taking it.
    async fn wait(&self) {
        sleep_until(self.next).await;
    }

    /// Waits for the next turn and takes it.
    async fn take(&mut self) {
        while !self.try_take() {
            self.wait().await;
        }
    }
}

/// What is remembered of one authority.
#[derive(Debug)]
struct Host {
    slots: Arc<Semaphore>,
    /// Held while waiting: who came first goes first.
    turns: tokio::sync::Mutex<Spacing>,
    /// Until when a Retry-After of the host runs.
    held: Mutex<Instant>,
}

/// The right to send one request; given back when dropped.
#[derive(Debug)]
pub(super) struct Pass {
    _slot: OwnedSemaphorePermit,
    _slot_of_all: OwnedSemaphorePermit,
    /// Keeps the host from being forgotten while it is asked.
    host: Arc<Host>,
}

impl Pass {
    /// Lets nobody through to the host for `wait`, because it said so.
    pub(super) fn hold(&self, wait: Duration) {
        let mut held = self.host.held();
        *held = (*held).max(Instant::now() + wait);
    }
}

/// Why no pass was given.
#[derive(Debug, Clone, Copy)]
pub(super) enum Closed {
    /// The host asked to be left alone for so long still.
    Held(Duration),
    /// So many hosts wait for their turn that no pace of another can be kept.
    Crowded,
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
    turns_of_all: tokio::sync::Mutex<Spacing>,
    pace_of_address: Pace,
    addresses: AddressLimiter,
}

impl Gate {
    pub(super) fn new(config: &FetchConfig) -> Gate {
        let delay_of_all = period(config.requests_per_second_total);
        let pace_of_address = pace_of_address(config);
        Gate {
            hosts: Mutex::default(),
            delay: period(config.requests_per_second),
            slots_per_host: config.concurrency_per_host.max(1),
            all: Arc::new(Semaphore::new(
                config.concurrency.clamp(1, Semaphore::MAX_PERMITS),
            )),
            turns_of_all: tokio::sync::Mutex::new(Spacing::new(delay_of_all)),
            addresses: address_limiter(pace_of_address),
            pace_of_address,
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
        let host = self.host(url, delay)?;
        let slot = host.slots.clone().acquire_owned().await?;
        let mut turns = host.turns.lock().await;
        turns.keep_to(delay);
        host.wait_for_release().await?;
        // So that what is shared is not taken long before it is used.
        turns.wait().await;
        if let Some(address) = address {
            self.take_turn_of(address).await;
        }
        let slot_of_all = self.all.clone().acquire_owned().await?;
        self.turns_of_all.lock().await.take().await;
        host.wait_for_release().await?;
        turns.take().await;
        drop(turns);
        Ok(Pass {
            _slot: slot,
            _slot_of_all: slot_of_all,
            host,
        })
    }

    async fn take_turn_of(&self, address: IpAddr) {
        if self.addresses.len() >= HOSTS_MAX {
            self.addresses.retain_recent();
        }
        while let Err(not_yet) = self.addresses.check_key(&address) {
            sleep_until(not_yet.earliest_possible().into()).await;
        }
    }

    pub(super) fn pace_of_address(&self) -> Pace {
        self.pace_of_address
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

    fn host(&self, url: &Url, delay: Duration) -> Result<Arc<Host>, Closed> {
        let mut hosts = self.hosts();
        let authority = authority(url);
        if let Some(known) = hosts.get(&authority) {
            return Ok(Arc::clone(known));
        }
        if hosts.len() >= HOSTS_MAX {
            forget(&mut hosts, Duration::ZERO);
        }
        if hosts.len() >= HOSTS_MAX {
            return Err(Closed::Crowded);
        }
        let host = Arc::new(Host {
            slots: Arc::new(Semaphore::new(self.slots_per_host)),
            turns: tokio::sync::Mutex::new(Spacing::new(delay)),
            held: Mutex::new(Instant::now()),
        });
        hosts.insert(authority, Arc::clone(&host));
        Ok(host)
    }

    fn hosts(&self) -> MutexGuard<'_, HashMap<String, Arc<Host>>> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Host {
    fn held(&self) -> MutexGuard<'_, Instant> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a Retry-After has run out; it may be prolonged meanwhile.
    async fn wait_for_release(&self) -> Result<(), Closed> {
        loop {
            let held = *self.held();
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

    /// From when on a limiter made anew would say the same as this one.
    fn ready(&mut self) -> Instant {
        let held = self.held.get_mut().unwrap_or_else(PoisonError::into_inner);
        self.turns.get_mut().next.max(*held)
    }
}

/// Forgets hosts that nobody asks and that could have been asked again `idle` ago.
fn forget(hosts: &mut HashMap<String, Arc<Host>>, idle: Duration) {
    let now = Instant::now();
    hosts.retain(|_, host| match Arc::get_mut(host) {
        Some(quiet) => quiet.ready() + idle > now,
        None => true,
    });
    hosts.shrink_to(2 * hosts.len());
}

/// `host:port`, so that http and https of one host keep their own pace.
pub(super) fn authority(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or_default();
    format!("{host}:{port}")
}

/// So many hosts of an address may be asked at once, and on average no more than that.
fn pace_of_address(config: &FetchConfig) -> Pace {
    let others = config.hosts_per_address as u32;
    Pace {
        gap: period(config.requests_per_second * config.hosts_per_address),
        burst: NonZeroU32::MIN.saturating_add(others.saturating_sub(1)),
    }
}

fn address_limiter(pace: Pace) -> AddressLimiter {
    let quota = every(pace.gap).allow_burst(pace.burst);
    RateLimiter::new(quota, HashMapStateStore::default(), RuntimeClock)
}

/// One turn each `delay`. The shortest delay that governor can keep stands for none at all.
fn every(delay: Duration) -> Quota {
    Quota::with_period(delay.max(Duration::from_nanos(1)))
        .unwrap_or(Quota::per_second(NonZeroU32::MAX))
}

/// The delay that makes a rate. No rate at all, or none that can be, is the longest delay.
fn period(per_second: f64) -> Duration {
    Duration::try_from_secs_f64(per_second.recip())
        .unwrap_or(DELAY_MAX)
        .min(DELAY_MAX)
}
