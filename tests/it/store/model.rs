//! Random histories, compared with a model of the queue that is too simple to be wrong.

use std::{collections::BTreeMap, time::Duration};

use benggala::{
    model::{PageKind, StoreUrl, Timestamp},
    store::{Claim, Completion, Fate, Lease},
};
use proptest::prelude::{Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof};
use proptest::test_runner::{Config, TestCaseError, TestRunner};

use super::{
    Place,
    given::{LONG_AGO, at, claim, completion, link, source},
    places,
};

/// Seconds that a lease of this test lasts.
const LEASE: i64 = 30;

#[derive(Debug, Clone)]
enum Step {
    /// Time goes on.
    Wait(u8),
    Claim {
        limit: usize,
        per_host: usize,
    },
    /// Ends a lease, perhaps one that has passed on: which, and what came of it.
    Complete {
        lease: usize,
        again_in: Option<u8>,
        pause: u8,
        links: Vec<(u8, u8)>,
    },
    Release(usize),
    PutOff {
        lease: usize,
        seconds: u8,
    },
    Expire,
    /// The source enters or leaves the configuration.
    Configure(bool),
}

fn step() -> impl Strategy<Value = Step> {
    let links = prop::collection::vec((0..4_u8, 0..6_u8), 0..6);
    let complete = (any::<usize>(), prop::option::of(0..60_u8), 0..20_u8, links);
    prop_oneof![
        2 => (0..40_u8).prop_map(Step::Wait),
        4 => (0..6_usize, 0..4_usize)
            .prop_map(|(limit, per_host)| Step::Claim { limit, per_host }),
        4 => complete.prop_map(|(lease, again_in, pause, links)| {
            Step::Complete { lease, again_in, pause, links }
        }),
        1 => any::<usize>().prop_map(Step::Release),
        1 => (any::<usize>(), 0..60_u8)
            .prop_map(|(lease, seconds)| Step::PutOff { lease, seconds }),
        1 => proptest::strategy::Just(Step::Expire),
        1 => any::<bool>().prop_map(Step::Configure),
    ]
}

#[derive(Debug, Clone)]
enum State {
    Queued,
    Leased {
        fence: i64,
        until: i64,
    },
    Done,
    /// Set aside after three lost leases.
    Parked,
}

#[derive(Debug, Clone)]
struct Row {
    host: String,
    poll: bool,
    next_at: i64,
    state: State,
    /// Leases in a row that ended without a word.
    lost: u32,
}

/// Every URL in one list, searched from end to end. Times are seconds.
#[derive(Debug, Default)]
struct Model {
    rows: BTreeMap<String, Row>,
    hosts: BTreeMap<String, i64>,
    configured: bool,
}

impl Model {
    fn add(&mut self, address: &str, poll: bool, now: i64) -> bool {
        let known = self.rows.contains_key(address);
        let host = super::given::url(address);
        let host = host.host_str().unwrap_or_default().to_string();
        self.hosts.entry(host.clone()).or_insert(i64::MIN);
        self.rows.entry(address.to_string()).or_insert(Row {
            host,
            poll,
            next_at: now,
            state: State::Queued,
            lost: 0,
        });
        !known
    }

    fn configure(&mut self, configured: bool, now: i64) {
        self.configured = configured;
        if configured {
            self.add(FEED, true, now);
            let feed = self.rows.get_mut(FEED).expect("the feed");
            if matches!(feed.state, State::Done) {
                feed.state = State::Queued;
                feed.next_at = now;
            }
        }
    }

    fn expire(&mut self, now: i64) -> u64 {
        let mut expired = 0;
        for row in self.rows.values_mut() {
            if matches!(row.state, State::Leased { until, .. } if until <= now) {
                (row.state, row.next_at) = match (row.lost, row.poll) {
                    (..3, _) => (State::Queued, row.next_at),
                    (_, true) => (State::Queued, now + DAY),
                    (_, false) => (State::Parked, row.next_at),
                };
                expired += 1;
            }
        }
        expired
    }

    fn leased(&self, host: &str) -> usize {
        let leased = |row: &&Row| row.host == host && matches!(row.state, State::Leased { .. });
        self.rows.values().filter(leased).count()
    }

    /// When the URL may be asked for, its host's leases aside.
    fn ready(&self, row: &Row) -> Option<i64> {
        let waits = matches!(row.state, State::Queued) && (self.configured || !row.poll);
        waits.then(|| row.next_at.max(self.hosts[&row.host]))
    }

    /// How many URLs a claim must lease.
    fn claimable(&self, now: i64, limit: usize, per_host: usize) -> usize {
        let of_host = |host: &String| {
            let due = self.rows.values().filter(|row| row.host == *host);
            let due = due.filter(|row| self.ready(row).is_some_and(|at| at <= now));
            due.count().min(per_host.saturating_sub(self.leased(host)))
        };
        self.hosts.keys().map(of_host).sum::<usize>().min(limit)
    }

    fn next_due(&self) -> Option<i64> {
        let ready = self.rows.values().filter(|row| self.leased(&row.host) == 0);
        let ready = ready.filter_map(|row| self.ready(row));
        let leases = self.rows.values().filter_map(|row| match row.state {
            State::Leased { until, .. } => Some(until),
            State::Queued | State::Done | State::Parked => None,
        });
        ready.chain(leases).min()
    }

    /// Waiting, due, leased, done.
    fn counts(&self, now: i64) -> [u64; 4] {
        let mut counts = [0; 4];
        for row in self.rows.values() {
            match row.state {
                State::Queued if row.poll && !self.configured => {}
                State::Queued if row.next_at > now => counts[0] += 1,
                State::Queued => counts[1] += 1,
                State::Leased { .. } => counts[2] += 1,
                State::Done => counts[3] += 1,
                State::Parked => {}
            }
        }
        counts
    }

    fn holds(&self, lease: &Lease) -> bool {
        let row = &self.rows[lease.link.url.as_str()];
        matches!(&row.state, State::Leased { fence, .. } if *fence == lease.fence)
    }
}

const DAY: i64 = 86_400;
const FEED: &str = "https://h0.example/feed";

/// The store beside its model.
struct Run {
    store: std::sync::Arc<dyn benggala::store::Store>,
    model: Model,
    /// Seconds since the beginning.
    now: i64,
    /// Every lease there ever was.
    leases: Vec<Lease>,
}

fn seconds(time: Timestamp) -> i64 {
    (time - at(0)).num_seconds()
}

impl Run {
    async fn step(&mut self, step: &Step) -> Result<(), TestCaseError> {
        match step {
            Step::Wait(seconds) => self.now += i64::from(*seconds),
            Step::Claim { limit, per_host } => self.claim(*limit, *per_host).await?,
            Step::Complete {
                lease,
                again_in,
                pause,
                links,
            } => {
                if let Some(lease) = self.pick(*lease) {
                    self.complete(&lease, *again_in, *pause, links).await?;
                }
            }
            Step::Release(lease) => {
                if let Some(lease) = self.pick(*lease) {
                    self.store
                        .release(std::slice::from_ref(&lease), LONG_AGO)
                        .await
                        .unwrap();
                    if self.model.holds(&lease) {
                        let row = self.row(&lease);
                        (row.state, row.lost) = (State::Queued, row.lost - 1);
                    }
                }
            }
            Step::PutOff { lease, seconds } => {
                if let Some(lease) = self.pick(*lease) {
                    let until = self.now + i64::from(*seconds);
                    self.store.put_off(&lease, at(until)).await.unwrap();
                    if self.model.holds(&lease) {
                        let row = self.row(&lease);
                        (row.state, row.next_at) = (State::Queued, until);
                        row.lost -= 1;
                    }
                }
            }
            Step::Expire => {
                let expired = self.store.expire(at(self.now)).await.unwrap();
                prop_assert_eq!(expired, self.model.expire(self.now));
            }
            Step::Configure(configured) => {
                let feed = source("s", PageKind::Feed, FEED);
                let sources = if *configured { vec![feed] } else { Vec::new() };
                self.store
                    .put_sources(None, &sources, at(self.now))
                    .await
                    .unwrap();
                self.model.configure(*configured, self.now);
            }
        }
        let due = self.store.next_due(None, at(self.now)).await.unwrap();
        prop_assert_eq!(due.map(seconds), self.model.next_due());
        let counts = self.store.counts(at(self.now)).await.unwrap();
        let counts = [counts.waiting, counts.due, counts.leased, counts.done];
        prop_assert_eq!(counts, self.model.counts(self.now));
        Ok(())
    }

    fn pick(&self, lease: usize) -> Option<Lease> {
        let count = self.leases.len();
        (count > 0).then(|| self.leases[lease % count].clone())
    }

    fn row(&mut self, lease: &Lease) -> &mut Row {
        let address = lease.link.url.as_str();
        self.model.rows.get_mut(address).expect("a URL we know")
    }

    async fn claim(&mut self, limit: usize, per_host: usize) -> Result<(), TestCaseError> {
        let claim = Claim {
            lease: Duration::from_secs(LEASE.unsigned_abs()),
            limit,
            per_host,
            ..claim("always the same", at(self.now))
        };
        self.model.expire(self.now);
        let expected = self.model.claimable(self.now, limit, per_host);
        let leases = self.store.claim(&claim).await.unwrap();
        prop_assert_eq!(leases.len(), expected);
        for lease in leases {
            let row = &self.model.rows[lease.link.url.as_str()];
            let ready = self.model.ready(row);
            prop_assert!(ready.is_some_and(|at| at <= self.now), "{lease:?}");
            prop_assert!(self.model.leased(&row.host) < per_host, "{lease:?}");
            let mut past = self.leases.iter().filter(|old| old.id == lease.id);
            prop_assert!(past.all(|old| old.fence < lease.fence));
            let until = self.now + LEASE;
            let row = self.row(&lease);
            row.lost += 1;
            row.state = State::Leased {
                fence: lease.fence,
                until,
            };
            self.leases.push(lease);
        }
        Ok(())
    }

    async fn complete(
        &mut self,
        lease: &Lease,
        again_in: Option<u8>,
        pause: u8,
        links: &[(u8, u8)],
    ) -> Result<(), TestCaseError> {
        let again = again_in.map(|seconds| self.now + i64::from(seconds));
        let pause = self.now + i64::from(pause);
        let links: Vec<_> = links
            .iter()
            .map(|(host, n)| format!("https://h{host}.example/{n}"))
            .collect();
        let answer = Completion {
            host_next_at: at(pause),
            links: links
                .iter()
                .map(|address| link(address, "s", PageKind::Article))
                .collect(),
            ..completion(
                at(self.now),
                again.map_or(Fate::Done, |seconds| super::given::again(at(seconds))),
            )
        };
        let completed = self.store.complete(lease, answer, &[]).await.unwrap();
        prop_assert_eq!(completed.accepted, self.model.holds(lease));
        if !completed.accepted {
            return Ok(());
        }
        let row = self.row(lease);
        row.lost = 0;
        row.state = again.map_or(State::Done, |_| State::Queued);
        row.next_at = again.unwrap_or(row.next_at);
        let host = row.host.clone();
        let next_at = self.model.hosts.get_mut(&host).expect("a host we know");
        *next_at = pause.max(*next_at);
        let mut new = 0;
        for address in &links {
            new += usize::from(self.model.add(address, false, self.now));
        }
        prop_assert_eq!(completed.links_new, new);
        prop_assert_eq!(completed.links_known, links.len() - new);
        Ok(())
    }
}

async fn compare(place: &Place, steps: &[Step]) -> Result<(), TestCaseError> {
    let mut run = Run {
        store: place.open().await,
        model: Model::default(),
        now: 0,
        leases: Vec::new(),
    };
    let beginning = [
        Step::Configure(true),
        Step::Claim {
            limit: 1,
            per_host: 1,
        },
    ];
    for step in beginning.iter().chain(steps) {
        // Where workers share a store, what two of them have lost is asked in turns, which the model does
        // not know.
        let in_turns = |row: &Row| row.lost >= 2;
        if is_shared(place) && run.model.rows.values().any(in_turns) {
            break;
        }
        run.step(step).await?;
    }
    Ok(())
}

fn is_shared(place: &Place) -> bool {
    matches!(place.url, StoreUrl::Postgres(_))
}

#[test]
fn random_histories_agree_with_the_model() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut runner = TestRunner::new(Config {
        cases: 48,
        failure_persistence: None,
        ..Config::default()
    });
    let histories = prop::collection::vec(step(), 1..60);
    let agreed = runner.run(&histories, |steps| {
        for place in places() {
            runtime.block_on(compare(&place, &steps))?;
        }
        Ok(())
    });
    agreed.unwrap_or_else(|failure| panic!("{failure}"));
}
