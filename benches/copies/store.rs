//! What one more article costs in a store that remembers a million.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use benggala::{
    copies::{KEYS, SKETCH},
    frontier::Schedule,
    model::{
        Article, Assessment, FetchOutcome, Headers, Link, Page, PageKind, RulesHash, Scores,
        Source, StoreUrl, Timestamp, Verdict, Zone,
    },
    store::{self, Claim, Completion, Fate, Lease, ListReading, Observer, Store, Visit},
};
use bytes::Bytes;
use chrono::DateTime;
use rusqlite::{Connection, params};
use url::Url;

use super::texts::{Language, Random};

/// Shingles that many articles have: their keys lead to many.
const COMMON: usize = 50_000;
/// Articles written to measure; as many without a text to compare, to tell the difference.
const MEASURED: usize = 600;
/// Sketches looked up.
const LOOKUPS: usize = 5_000;
/// Articles written in one transaction while the store is filled.
const BATCH: usize = 20_000;

/// Fills a new store at `path` and measures it.
pub(crate) fn measure(path: &Path, articles: usize) {
    assert!(!path.exists(), "{} is there already", path.display());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let url = StoreUrl::Sqlite(path.to_path_buf());
    runtime.block_on(async {
        let store = store::open(&url, Observer::default()).await.unwrap();
        announce(store.as_ref()).await;
        store.close().await.unwrap();
    });
    let empty = fs::metadata(path).unwrap().len();
    let begun = Instant::now();
    fill(path, articles);
    let filled = fs::metadata(path).unwrap().len() - empty;
    println!(
        "{articles} fingerprints in {:.0} s, {:.0} MB: {:.0} bytes an article",
        begun.elapsed().as_secs_f64(),
        filled as f64 / 1e6,
        filled as f64 / articles as f64
    );
    lookups(path, articles);
    runtime.block_on(completions(&url));
}

/// Sketches of random articles; one shingle in ten is a common one.
fn sketch(random: &mut Random) -> Vec<u64> {
    let shingles = 60 + random.below(30).pow(2);
    let mut sketch: Vec<u64> = (0..shingles)
        .map(|_| {
            if random.below(10) == 0 {
                Random(random.rank(COMMON) as u64).next() >> 16
            } else {
                random.next() >> 16
            }
        })
        .collect();
    sketch.sort_unstable();
    sketch.dedup();
    sketch.truncate(SKETCH);
    sketch
}

/// Writes what the store would, without the articles themselves.
fn fill(path: &Path, articles: usize) {
    let mut random = Random(3);
    let mut db = Connection::open(path).unwrap();
    db.execute_batch(
        "PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000; PRAGMA foreign_keys = OFF;",
    )
    .unwrap();
    let mut id = 1_000_000_i64;
    for batch in (0..articles).step_by(BATCH) {
        let transaction = db.transaction().unwrap();
        for _ in batch..articles.min(batch + BATCH) {
            id += 1;
            let sketch = sketch(&mut random);
            let bytes: Vec<u8> = sketch
                .iter()
                .flat_map(|element| element.to_be_bytes().into_iter().skip(2))
                .collect();
            let digest = [random.next().to_be_bytes(), random.next().to_be_bytes()].concat();
            transaction
                .prepare_cached("INSERT INTO fingerprints VALUES (?1, ?2, ?3, ?4)")
                .unwrap()
                .execute(params![id, now().timestamp_millis(), digest, bytes])
                .unwrap();
            let mut insert = transaction
                .prepare_cached("INSERT INTO fingerprint_keys VALUES (?1, ?2)")
                .unwrap();
            for key in sketch.iter().take(KEYS) {
                insert.execute(params![key, id]).unwrap();
            }
        }
        transaction.commit().unwrap();
    }
    db.pragma_update(None, "wal_checkpoint", "TRUNCATE")
        .unwrap();
}

/// The two queries of a look-up, by themselves, with no more cache than the store's writer has.
fn lookups(path: &Path, articles: usize) {
    let mut random = Random(11);
    let db = Connection::open(path).unwrap();
    db.execute_batch("PRAGMA cache_size = -16384").unwrap();
    let sketches: Vec<_> = (0..LOOKUPS).map(|_| sketch(&mut random)).collect();
    let mut times = Vec::new();
    let mut found = 0;
    let cpu = on_cpu();
    for sketch in sketches {
        let begun = Instant::now();
        let mut postings = db
            .prepare_cached(
                "SELECT article_id FROM fingerprint_keys
                  WHERE key = ?1 ORDER BY article_id DESC LIMIT 32",
            )
            .unwrap();
        let mut candidates: Vec<i64> = Vec::new();
        for key in sketch.iter().take(KEYS) {
            let rows = postings
                .query_map([key], |row| row.get::<_, i64>(0))
                .unwrap();
            candidates.extend(rows.map(Result::unwrap));
        }
        candidates.sort_unstable();
        candidates.dedup();
        for id in candidates.iter().take(32) {
            let sketch: Vec<u8> = db
                .prepare_cached("SELECT sketch FROM fingerprints WHERE article_id = ?1")
                .unwrap()
                .query_row([id], |row| row.get(0))
                .unwrap();
            found += usize::from(!sketch.is_empty());
        }
        times.push(begun.elapsed());
    }
    tell("look-up among them", &mut times);
    println!(
        "  {:.1} candidates each, {articles} articles on disk, 16 MB of cache",
        found as f64 / times.len() as f64
    );
    if let (Some(before), Some(after)) = (cpu, on_cpu()) {
        println!(
            "  {:.3} ms of processor time each",
            (after - before).as_secs_f64() * 1e3 / times.len() as f64
        );
    }
}

/// The time that this thread has had a processor, which other programs do not add to; where the
/// system tells it.
fn on_cpu() -> Option<Duration> {
    let stat = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds = stat.split(' ').next()?.parse().ok()?;
    Some(Duration::from_nanos(nanoseconds))
}

fn tell(what: &str, times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    let of = |share: usize| times[times.len() * share / 100];
    println!(
        "{what}: median {:.3} ms, p90 {:.3} ms, p99 {:.3} ms",
        of(50).as_secs_f64() * 1e3,
        of(90).as_secs_f64() * 1e3,
        of(99).as_secs_f64() * 1e3
    );
    of(50)
}

fn now() -> Timestamp {
    DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

/// A source and the addresses of all that is to be measured.
async fn announce(store: &dyn Store) {
    let feed: Url = "https://site.example/feed".parse().unwrap();
    let source = Source::new("site", PageKind::Feed, feed.clone());
    store.put_sources(None, &[source], now()).await.unwrap();
    let lease = store.claim(&all()).await.unwrap().remove(0);
    let link = |n: usize| Link {
        url: format!("https://site.example/{n}").parse().unwrap(),
        source: "site".to_string(),
        kind: PageKind::Article,
        published: None,
    };
    let completion = Completion {
        links: (0..MEASURED * 2).map(link).collect(),
        ..completion(None)
    };
    store.complete(&lease, completion, &[]).await.unwrap();
}

fn all() -> Claim {
    Claim {
        worker: "bench".to_string(),
        now: now(),
        zone: Zone::UTC,
        lease: Duration::from_secs(3_600),
        limit: usize::MAX,
        per_host: usize::MAX,
        alone: false,
        group: None,
        backfill_of: None,
    }
}

fn completion(visit: Option<Box<Visit>>) -> Completion {
    Completion {
        at: now(),
        zone: Zone::UTC,
        outcome: FetchOutcome::Ok,
        status: Some(200),
        etag: None,
        last_modified: None,
        fate: Fate::Done,
        kind: None,
        rhythm: None,
        moved: None,
        host_next_at: now(),
        host_failures: 0,
        host_delay: None,
        robots: Vec::new(),
        poll: None,
        links: Vec::new(),
        list: ListReading::Pending,
        known: Vec::new(),
        remembered: Vec::new(),
        schedule: Schedule {
            attempts_max: 5,
            retry_first: Duration::from_secs(60),
            retry_max: Duration::from_secs(86_400),
            give_up_after: Duration::from_secs(86_400),
        },
        visit,
        error: None,
    }
}

/// The whole transaction of an article, with its commit: with a text to compare and without.
async fn completions(url: &StoreUrl) {
    let mut random = Random(5);
    let language = Language::invented(&mut random);
    let store = store::open(url, Observer::default()).await.unwrap();
    let leases = store.claim(&all()).await.unwrap();
    let (mut with, mut without) = (Vec::new(), Vec::new());
    for (n, lease) in leases.iter().enumerate() {
        let text = language.article(&mut random);
        // As long, but one word: nothing to compare.
        let body = match n % 2 {
            0 => text,
            _ => "tetap ".repeat(text.len() / 6),
        };
        let visit = Box::new(visit(lease, body));
        let completion = completion(Some(visit));
        let begun = Instant::now();
        store.complete(lease, completion, &[]).await.unwrap();
        let took = begun.elapsed();
        if n % 2 == 0 { &mut with } else { &mut without }.push(took);
    }
    let with = tell("an article written, compared and committed", &mut with);
    let without = tell("the same without a text to compare", &mut without);
    println!(
        "  the difference of the medians {:.3} ms",
        (with.as_secs_f64() - without.as_secs_f64()) * 1e3
    );
    store.close().await.unwrap();
}

fn visit(lease: &Lease, body: String) -> Visit {
    Visit {
        page: Page {
            link: lease.link.clone(),
            final_url: lease.link.url.clone(),
            fetched_at: now(),
            status: 200,
            headers: Headers::default(),
            body: Bytes::from(body.clone()),
        },
        canonical: lease.link.url.clone(),
        article: Article {
            body,
            ..Article::default()
        },
        assessment: Assessment {
            verdict: Verdict::Pass,
            scores: Scores::default(),
            findings: Vec::new(),
            dismissed: Vec::new(),
            evidence: Vec::new(),
            rules: RulesHash(1),
        },
    }
}
