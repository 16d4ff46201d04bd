//! Knows the robots.txt of each origin, and asks for it at most once at a time.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::{TimeDelta, Utc};
use tokio::time::Instant;
use url::Url;

use super::{
    client::{Answer, Ask, Client, Cost, wait_asked_for},
    outcome::{self, Failure},
    redirect::{RedirectChain, drop_credentials, is_redirect},
    way::Way,
};
use crate::{
    model::{FetchOutcome, PageKind, RobotsRecord, RobotsRules, Timestamp},
    robots::Rules,
};

/// RFC 9309, 2.4: a copy is used no longer than this while a newer one can be had.
const FRESH: TimeDelta = TimeDelta::hours(24);

/// RFC 9309, 2.3.1.4: how long an old copy stands in for a file that cannot be reached, and
/// after which time without one the file counts as missing.
const STALE_MAX: TimeDelta = TimeDelta::days(30);

/// How long a file that could not be reached is not asked for again.
const ASK_AGAIN: TimeDelta = TimeDelta::seconds(60);

/// RFC 9309, 2.3.1.2: five redirects at least.
const REDIRECTS_MAX: u32 = 5;

/// Origins remembered.
const ORIGINS_MAX: usize = 10_000;

/// Rough memory of all rules together.
const BYTES_MAX: usize = 64 << 20;

const UNREACHABLE: &str = "robots.txt could not be reached: nothing is asked until it can be";

/// What is known of one origin. `tokio`'s mutex around it is held while the file is fetched, so
/// that others wait for the answer instead of asking too.
#[derive(Debug, Default)]
struct KnownRules {
    rules: Option<Arc<Rules>>,
    /// When `rules` were fetched.
    fetched_at: Option<Timestamp>,
    /// Until when nothing needs to be asked.
    good_until: Option<Timestamp>,
    /// Why there are no rules.
    failure: Option<Failure>,
    unreachable_since: Option<Timestamp>,
}

type SharedRules = Arc<tokio::sync::Mutex<KnownRules>>;

#[derive(Debug)]
struct CacheEntry {
    slot: SharedRules,
    used: Instant,
    bytes: usize,
}

/// The robots.txt files of all origins, within bounds.
#[derive(Debug, Default)]
pub(super) struct RobotsCache {
    places: Mutex<HashMap<String, CacheEntry>>,
}

/// The rules that bind a URL, and what it cost to learn them.
#[derive(Debug)]
pub(super) struct Learned {
    /// A failure means that nothing may be fetched now.
    pub(super) rules: Result<Arc<Rules>, Failure>,
    /// The file, if it was fetched just now. Not given when an older copy stays in force, so
    /// that a store never trades good rules for none.
    pub(super) record: Option<RobotsRecord>,
    pub(super) cost: Cost,
}

impl RobotsCache {
    /// Takes over a record, unless as much is known already.
    pub(super) fn know(&self, record: &RobotsRecord) {
        let Ok(url) = Url::parse(&record.origin) else {
            return;
        };
        let origin = origin(&url);
        let slot = self.slot(&origin);
        let Ok(mut known) = slot.try_lock() else {
            // It is being fetched: the answer will be newer.
            return;
        };
        if known.fetched_at.is_some_and(|at| at >= record.fetched_at) {
            return;
        }
        match record.rules {
            RobotsRules::Unreachable => {
                known.fail(unreachable(UNREACHABLE), record.fetched_at);
            }
            _ => known.learn(&record.rules, record.fetched_at),
        }
        let bytes = known.bytes();
        drop(known);
        self.weigh(&origin, bytes);
    }

    /// The rules for `url`, fetched if need be within `limit` (politeness not counted).
    pub(super) async fn rules(
        &self,
        client: &Client,
        url: &Url,
        way: &Way,
        limit: Duration,
    ) -> Learned {
        let origin = origin(url);
        let slot = self.slot(&origin);
        let mut known = slot.lock().await;
        let mut cost = Cost::default();
        let mut record = None;
        if !known.is_fresh(Utc::now()) {
            let crawl_delay = known.rules.as_ref().and_then(|rules| rules.delay());
            let file = fetch(
                client,
                (url, way),
                crawl_delay.unwrap_or_default(),
                limit,
                &mut cost,
            )
            .await;
            if let Err(failure) = &file
                && failure.outcome == FetchOutcome::Local
            {
                // That says nothing of the file.
                return Learned {
                    rules: Err(failure.clone()),
                    record,
                    cost,
                };
            }
            let now = Utc::now();
            record = known.take_in(file, now).map(|rules| RobotsRecord {
                origin: origin.clone(),
                fetched_at: now,
                rules,
            });
            self.weigh(&origin, known.bytes());
        }
        Learned {
            rules: known.verdict(Utc::now()),
            record,
            cost,
        }
    }

    fn slot(&self, origin: &str) -> SharedRules {
        let mut places = self.places();
        if !places.contains_key(origin) {
            make_room(&mut places);
        }
        let place = places
            .entry(origin.to_string())
            .or_insert_with(|| CacheEntry {
                slot: SharedRules::default(),
                used: Instant::now(),
                bytes: 0,
            });
        place.used = Instant::now();
        Arc::clone(&place.slot)
    }

    fn weigh(&self, origin: &str, bytes: usize) {
        if let Some(place) = self.places().get_mut(origin) {
            place.bytes = bytes;
        }
    }

    fn places(&self) -> MutexGuard<'_, HashMap<String, CacheEntry>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl KnownRules {
    /// Whether the file need not be asked for. No answer lasts longer than [`FRESH`]: one that would
    /// was read by a clock that has been set back since.
    fn is_fresh(&self, now: Timestamp) -> bool {
        self.good_until
            .is_some_and(|until| until > now && until - now <= FRESH)
    }

    /// Takes in what came of asking. Returns what a store should keep of it.
    fn take_in(
        &mut self,
        file: Result<RobotsRules, Failure>,
        now: Timestamp,
    ) -> Option<RobotsRules> {
        match file {
            Ok(rules) => {
                self.learn(&rules, now);
                Some(rules)
            }
            Err(failure) => {
                self.fail(failure, now);
                self.failure.as_ref().map(|_| RobotsRules::Unreachable)
            }
        }
    }

    fn learn(&mut self, rules: &RobotsRules, at: Timestamp) {
        *self = KnownRules {
            rules: Some(Arc::new(Rules::read(rules))),
            fetched_at: Some(at),
            good_until: Some(at + FRESH),
            ..KnownRules::default()
        };
    }

    /// The file could not be reached: an old copy stays in force, else nothing is allowed, until
    /// either has lasted too long.
    fn fail(&mut self, failure: Failure, at: Timestamp) {
        let since = *self.unreachable_since.get_or_insert(at);
        self.good_until = Some(at + ASK_AGAIN);
        let copy = self
            .fetched_at
            .filter(|&fetched_at| at - fetched_at < STALE_MAX);
        if copy.is_some() {
            return;
        }
        self.fetched_at = None;
        if at - since < STALE_MAX {
            self.rules = None;
            self.failure = Some(failure);
        } else {
            self.rules = Some(Arc::new(Rules::read(&RobotsRules::Unavailable)));
            self.failure = None;
        }
    }

    /// A failure tells when the file may be asked for again: until then every answer is the same,
    /// and counts as no new one.
    fn verdict(&self, now: Timestamp) -> Result<Arc<Rules>, Failure> {
        let failure = match (&self.rules, &self.failure) {
            (Some(rules), None) => return Ok(Arc::clone(rules)),
            (_, Some(failure)) => failure.clone(),
            (None, None) => unreachable(UNREACHABLE),
        };
        let rest = self
            .good_until
            .and_then(|until| (until - now).to_std().ok());
        Err(Failure {
            retry_after: failure.retry_after.max(rest),
            ..failure
        })
    }

    fn bytes(&self) -> usize {
        self.rules.as_ref().map_or(0, |rules| rules.bytes())
    }
}

/// `scheme://host:port`, with the port always written.
pub(super) fn origin(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default().unwrap_or_default();
    format!("{}://{host}:{port}", url.scheme())
}

/// Forgets the tenth that was not used for longest when a bound is reached.
fn make_room(places: &mut HashMap<String, CacheEntry>) {
    let bytes: usize = places.values().map(|place| place.bytes).sum();
    if places.len() < ORIGINS_MAX && bytes < BYTES_MAX {
        return;
    }
    let mut used: Vec<Instant> = places.values().map(|place| place.used).collect();
    let tenth = used.len() / 10;
    let (_, oldest, _) = used.select_nth_unstable(tenth);
    let oldest = *oldest;
    places.retain(|_, place| place.used > oldest || Arc::strong_count(&place.slot) > 1);
}

/// Asks for the file. An error means that it could not be reached.
async fn fetch(
    client: &Client,
    (url, way): (&Url, &Way),
    crawl_delay: Duration,
    limit: Duration,
    cost: &mut Cost,
) -> Result<RobotsRules, Failure> {
    let mut start = url.clone();
    drop_credentials(&mut start);
    start.set_path("/robots.txt");
    start.set_query(None);
    start.set_fragment(None);
    let mut trail = RedirectChain::new(&start, REDIRECTS_MAX);
    loop {
        let ask = Ask {
            url: trail.url(),
            way,
            kind: PageKind::Robots,
            etag: None,
            last_modified: None,
            stage: trail.stage(),
            crawl_delay: if trail.hops() == 0 {
                crawl_delay
            } else {
                Duration::ZERO
            },
            limit: limit.saturating_sub(cost.took),
        };
        let answer = client.ask(ask, cost).await?;
        match answer.status {
            200..=299 => {
                return answer
                    .body
                    .map(RobotsRules::Text)
                    .map_err(|failure| of_file(&failure));
            }
            429 => return Err(unreadable(&answer, &start)),
            status if is_redirect(status) => {
                if trail.follow(status, answer.location.as_deref()).is_err() {
                    return Ok(RobotsRules::Unavailable);
                }
            }
            300..=499 => return Ok(RobotsRules::Unavailable),
            _ => return Err(unreadable(&answer, &start)),
        }
    }
}

/// RFC 9309 leaves 429 among the 4xx; a host that wants fewer requests has not waived its rules.
fn unreadable(answer: &Answer, url: &Url) -> Failure {
    let host = url.host_str().unwrap_or_default();
    let error = format!("robots.txt of {host} answers {}", answer.status);
    if outcome::of_answer(answer.status, &answer.headers) == FetchOutcome::Throttled {
        return Failure {
            retry_after: wait_asked_for(answer.status, &answer.headers),
            ..Failure::new(FetchOutcome::Throttled, error)
        };
    }
    unreachable(format!("{error}: nothing is asked until it can be read"))
}

/// No rules for now, which is no refusal: waiting helps.
fn unreachable(error: impl Into<String>) -> Failure {
    Failure::new(FetchOutcome::RobotsUnreachable, error)
}

/// A refusal by robots.txt.
pub(super) fn denied(error: String) -> Failure {
    Failure {
        robots_denied: true,
        ..Failure::new(FetchOutcome::Blocked, error)
    }
}

/// A file that came and cannot be read is the site's fault, and no page's.
fn of_file(failure: &Failure) -> Failure {
    unreachable(format!("robots.txt: {}", failure.error))
}
