//! Days of virtual time over a real store: newsrooms publish, feeds are polled by their learned rhythm,
//! articles are read; hosts are down for hours, answers fail, and the worker dies again and again with all
//! that is under way. Shared by a test and by `cargo bench --bench day`.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, HashMap},
    time::Duration,
};

use benggala::{
    frontier::{Asked, Next, PollLimits, after, host_pause},
    model::{FetchOutcome, Link, PageKind, Source, Timestamp, Verdict},
    store::{Claim, Completion, Fate, Lease, Store},
};
use chrono::TimeDelta;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use super::{
    given::{SCHEDULE, article, claim, completion, link, source, visit},
    newsrooms::{articles, time},
};

/// As in the default configuration.
const PACE: PollLimits = PollLimits {
    every: Duration::from_secs(600),
    min: Duration::from_secs(120),
    max: Duration::from_secs(4 * 3_600),
};

/// Between two requests to a host.
const GAP: TimeDelta = TimeDelta::seconds(1);

const IN_FLIGHT: usize = 64;

/// How long a feed keeps an article in its list.
const LISTED: usize = 100;

/// The worker dies so often, and is back after a few seconds.
const LIFE: TimeDelta = TimeDelta::minutes(47);
const ABSENCE: TimeDelta = TimeDelta::seconds(5);

/// Hosts in a hundred that are down once, for two hours.
const DOWN: usize = 5;
const OUTAGE: TimeDelta = TimeDelta::hours(2);

/// Answers of a thousand that are a 503.
const FAILING: u32 = 10;

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Course {
    pub(super) polls: usize,
    pub(super) published: usize,
    pub(super) deaths: usize,
    /// Published, listed, and not read when the time was over.
    pub(super) lost: usize,
    /// Read and stored as new more than once.
    pub(super) doubled: usize,
    /// Requests that came sooner than the gap after the one before.
    pub(super) early: usize,
    /// Claims that found less than they could take while something was due.
    pub(super) stuck: usize,
    /// Most moments in a row without virtual time passing.
    pub(super) spins: usize,
    /// From publication to reading, in seconds, ascending.
    pub(super) delays: Vec<i64>,
}

struct Newsroom {
    published: Vec<i64>,
    down: Option<Timestamp>,
    last_asked: Option<Timestamp>,
    read: HashMap<usize, usize>,
}

/// The world and the one who watches it.
struct Day<'a> {
    store: &'a dyn Store,
    rng: StdRng,
    rooms: Vec<Newsroom>,
    /// By the time when they are answered.
    under_way: BinaryHeap<Reverse<(Timestamp, i64)>>,
    leases: BTreeMap<i64, Lease>,
    course: Course,
}

/// Watches `sources` newsrooms for so many days of publishing and half a day more, so that what was
/// published last is read as well. `tell` hears of each virtual hour.
pub(super) async fn live(
    store: &dyn Store,
    sources: usize,
    days: i64,
    mut tell: impl FnMut(i64),
) -> Course {
    let begin = time(super::newsrooms::BEGIN);
    let end = begin + TimeDelta::days(days) + TimeDelta::hours(12);
    let mut day = Day::new(store, sources, days, begin);
    store
        .put_sources(None, &feeds(sources), begin)
        .await
        .unwrap();
    let (mut now, mut dies, mut spins, mut hour) = (begin, begin + LIFE, 0, 0);
    while now < end {
        if now >= dies {
            day.under_way.clear();
            day.leases.clear();
            day.course.deaths += 1;
            (now, dies) = (now + ABSENCE, now + LIFE);
        }
        day.answer(now).await;
        day.ask(now).await;
        let next = day.next(now).await;
        spins = if next > now { 0 } else { spins + 1 };
        day.course.spins = day.course.spins.max(spins);
        now = next.max(now + TimeDelta::milliseconds(1));
        if (now - begin).num_hours() > hour {
            hour = (now - begin).num_hours();
            tell(hour);
        }
    }
    day.end()
}

fn host(n: usize) -> String {
    format!("https://paper-{n}.example")
}

fn feeds(sources: usize) -> Vec<Source> {
    let feed = |n| {
        source(
            &format!("paper-{n}"),
            PageKind::Feed,
            &format!("{}/feed", host(n)),
        )
    };
    (0..sources).map(feed).collect()
}

/// The newsroom and the article that an address stands for.
fn place_of(link: &Link) -> (usize, Option<usize>) {
    let host = link.url.host_str().unwrap();
    let number = host
        .trim_start_matches("paper-")
        .trim_end_matches(".example");
    let article = link.url.path().strip_prefix("/news/");
    (number.parse().unwrap(), article.map(|n| n.parse().unwrap()))
}

impl<'a> Day<'a> {
    fn new(store: &'a dyn Store, sources: usize, days: i64, begin: Timestamp) -> Day<'a> {
        let mut rng = StdRng::seed_from_u64(24);
        let last = (begin + TimeDelta::days(days)).timestamp();
        let rooms: Vec<_> = (0..sources)
            .map(|n| Newsroom {
                // Days end later where they begin later.
                published: articles(n as u64, days)
                    .into_iter()
                    .filter(|then| *then < last)
                    .collect(),
                down: (n % 100 < DOWN)
                    .then(|| begin + TimeDelta::minutes(rng.random_range(0..days * 1_440))),
                last_asked: None,
                read: HashMap::new(),
            })
            .collect();
        Day {
            store,
            rng,
            rooms,
            under_way: BinaryHeap::new(),
            leases: BTreeMap::new(),
            course: Course::default(),
        }
    }

    /// Claims what there is room for, and asks.
    async fn ask(&mut self, now: Timestamp) {
        let claim = Claim {
            limit: IN_FLIGHT - self.leases.len(),
            per_host: 1,
            lease: Duration::from_secs(120),
            ..claim("day", now)
        };
        if claim.limit == 0 {
            return;
        }
        let leases = self.store.claim(&claim).await.unwrap();
        let has_room = leases.len() < claim.limit;
        for lease in leases {
            let room = &mut self.rooms[place_of(&lease.link).0];
            let is_early = room.last_asked.is_some_and(|before| now < before + GAP);
            self.course.early += usize::from(is_early);
            room.last_asked = Some(now);
            let answered = now + TimeDelta::milliseconds(self.rng.random_range(50..3_000));
            self.under_way.push(Reverse((answered, lease.id)));
            self.leases.insert(lease.id, lease);
        }
        if has_room {
            let due = self.store.next_due(None, now).await.unwrap();
            self.course.stuck += usize::from(due.is_some_and(|due| due <= now));
        }
    }

    /// The next moment at which something happens.
    async fn next(&self, now: Timestamp) -> Timestamp {
        let answered = self.under_way.peek().map(|Reverse((at, _))| *at);
        if self.leases.len() == IN_FLIGHT {
            return answered.unwrap_or(now);
        }
        let due = self.store.next_due(None, now).await.unwrap();
        let next = due.into_iter().chain(answered).min();
        next.unwrap_or(now + TimeDelta::minutes(1))
    }

    async fn answer(&mut self, now: Timestamp) {
        while let Some(&Reverse((at, id))) = self.under_way.peek()
            && at <= now
        {
            self.under_way.pop();
            let lease = self.leases.remove(&id).unwrap();
            let (completion, article) = self.outcome(&lease, at);
            self.rooms[place_of(&lease.link).0].last_asked = Some(at);
            let done = self.store.complete(&lease, completion, &[]).await.unwrap();
            if let (true, true, Some(article)) = (done.accepted, done.article_new, article) {
                let room = &mut self.rooms[place_of(&lease.link).0];
                *room.read.entry(article).or_default() += 1;
                let delay = at.timestamp() - room.published[article];
                self.course.delays.push(delay);
            }
        }
    }

    /// What an answer at `at` makes of a lease, and the article that it read.
    fn outcome(&mut self, lease: &Lease, at: Timestamp) -> (Completion, Option<usize>) {
        let (number, article) = place_of(&lease.link);
        let room = &self.rooms[number];
        let is_down = room
            .down
            .is_some_and(|from| (from..from + OUTAGE).contains(&at));
        let (outcome, status) = match (is_down, self.rng.random_ratio(FAILING, 1_000)) {
            (true, _) => (FetchOutcome::Connect, None),
            (false, true) => (FetchOutcome::Http5xx, Some(503)),
            (false, false) => (FetchOutcome::Ok, Some(200)),
        };
        let mut rhythm = lease.rhythm.clone();
        let mut links = Vec::new();
        if outcome == FetchOutcome::Ok && article.is_none() {
            self.course.polls += 1;
            let upto = room
                .published
                .partition_point(|then| *then <= at.timestamp());
            let listed = upto.saturating_sub(LISTED)..upto;
            let since = lease.last_poll.map_or(0, |poll| poll.at.timestamp());
            let new = room.published[listed.clone()]
                .iter()
                .filter(|then| **then > since);
            let new: Vec<_> = new.map(|then| Some(time(*then))).collect();
            rhythm.observe(&new, None, at);
            links.extend(listed.map(|n| {
                let url = format!("{}/news/{n}", host(number));
                link(&url, &lease.link.source, PageKind::Article)
            }));
        }
        let jitter = self.rng.random();
        let again = article.is_none().then(|| rhythm.wait(at, &PACE));
        let asked = Asked {
            kind: lease.link.kind,
            outcome,
            status,
            attempts: lease.attempts,
            known_for: (at - lease.known_since).to_std().unwrap_or_default(),
        };
        let fate = match after(&asked, again, &SCHEDULE, jitter) {
            Next::Done => Fate::Done,
            Next::Gone { attempts } => Fate::Gone { attempts },
            Next::Again { after, attempts } => Fate::Again {
                at: at + after,
                attempts,
            },
        };
        let gap = GAP.to_std().unwrap();
        let (pause, host_failures) =
            host_pause(outcome, status, lease.host_failures, gap, None, jitter);
        let read = article.filter(|_| outcome == FetchOutcome::Ok);
        let visit = read.map(|n| Box::new(self.visit(lease, at, n)));
        let completion = Completion {
            outcome,
            status,
            host_next_at: at + pause,
            host_failures,
            host_delay: Some(gap),
            rhythm: again.map(|_| rhythm),
            links,
            visit,
            ..completion(at, fate)
        };
        (completion, read)
    }

    /// A short article that is like no other.
    fn visit(&mut self, lease: &Lease, at: Timestamp, n: usize) -> benggala::store::Visit {
        let words: Vec<String> = (0..40)
            .map(|_| format!("kata{}", self.rng.random_range(0..1_000_000)))
            .collect();
        let mut visit = visit(lease, at, Verdict::Pass);
        visit.article = article(&format!("Berita {n}. {}", words.join(" ")));
        visit
    }

    fn end(mut self) -> Course {
        for room in &self.rooms {
            let published = room.published.len();
            self.course.published += published;
            self.course.lost += (0..published)
                .filter(|n| !room.read.contains_key(n))
                .count();
            self.course.doubled += room.read.values().filter(|times| **times > 1).count();
        }
        self.course.delays.sort_unstable();
        self.course
    }
}
