//! Many hosts and several workers, who are killed meanwhile. `BENGGALA_TEST_FLEET="HOSTS ARTICLES DELAY"`
//! (articles of each host; milliseconds) makes it larger: `"2000 25 1000"` are 50,000 articles.
//! With `BENGGALA_TEST_OLDER` those who are killed are another build, of the version before, and those
//! who take their place are this one: an update of one worker after the other.

use std::{
    collections::HashMap,
    env,
    net::Ipv4Addr,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use tokio::net::TcpListener;

use super::{
    process::{Place, Running},
    watch::until_within,
    workers::TOLERANCE,
};
use crate::store::{Place as StorePlace, postgres};

const WORKERS: usize = 3;

/// After so long what a killed worker had is another's.
const LEASE: Duration = Duration::from_secs(10);

const PATIENCE: Duration = Duration::from_secs(1_800);

/// How large it is.
#[derive(Debug, Clone, Copy)]
struct Size {
    hosts: usize,
    articles: usize,
    delay: Duration,
}

impl Size {
    fn of_environment() -> Size {
        let asked = env::var("BENGGALA_TEST_FLEET").unwrap_or_else(|_| "50 20 100".to_string());
        let numbers: Vec<u64> = asked
            .split_whitespace()
            .map(|number| number.parse().unwrap())
            .collect();
        let [hosts, articles, delay] = numbers[..] else {
            panic!("BENGGALA_TEST_FLEET is \"HOSTS ARTICLES DELAY\"");
        };
        Size {
            hosts: usize::try_from(hosts).unwrap(),
            articles: usize::try_from(articles).unwrap(),
            delay: Duration::from_millis(delay),
        }
    }

    fn total(self) -> usize {
        self.hosts * self.articles
    }
}

/// One server at many addresses of this machine, each a host of its own; and when each was asked.
struct Hosts {
    port: u16,
    size: Size,
    log: Mutex<HashMap<String, Vec<(String, Instant)>>>,
}

impl Hosts {
    async fn open(size: Size) -> Arc<Hosts> {
        let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).await.unwrap();
        let hosts = Arc::new(Hosts {
            port: listener.local_addr().unwrap().port(),
            size,
            log: Mutex::default(),
        });
        let app = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&hosts));
        tokio::spawn(async move { axum::serve(listener, app).await });
        hosts
    }

    /// The sections of all of them.
    fn sources(&self) -> String {
        let feed = |n: usize| {
            let address = Ipv4Addr::from(0x7f01_0000 + u32::try_from(n).unwrap());
            let url = format!("http://{address}:{}/rss.xml", self.port);
            format!("[[source]]\nname = \"harian-{n}\"\nkind = \"feed\"\nurl = \"{url}\"\n")
        };
        (1..=self.size.hosts).map(feed).collect()
    }

    fn asked(&self) -> usize {
        self.log.lock().unwrap().values().map(Vec::len).sum()
    }

    /// Requests that came too soon after the one before: who was asked for what, and how soon.
    fn early(&self) -> Vec<String> {
        let log = self.log.lock().unwrap();
        let gaps = log
            .iter()
            .flat_map(|(host, asked)| asked.windows(2).map(move |pair| (host, pair)));
        gaps.filter_map(|(host, pair)| {
            let ((before, first), (after, second)) = (&pair[0], &pair[1]);
            let gap = second.duration_since(*first);
            let is_early = gap + TOLERANCE < self.size.delay;
            is_early.then(|| format!("{host}: {after} {gap:?} after {before}"))
        })
        .collect()
    }
}

async fn answer(State(hosts): State<Arc<Hosts>>, request: Request) -> Response {
    let host = request.headers()[header::HOST]
        .to_str()
        .unwrap()
        .to_string();
    let path = request.uri().path();
    let asked = (path.to_string(), Instant::now());
    let mut log = hosts.log.lock().unwrap();
    log.entry(host.clone()).or_default().push(asked);
    drop(log);
    match path.strip_prefix("/berita/") {
        Some(number) => (
            [(header::CONTENT_TYPE, "text/html")],
            article(&host, number),
        )
            .into_response(),
        None if path == "/rss.xml" => {
            let items: String = (0..hosts.size.articles)
                .map(|n| {
                    format!(
                        "<item><title>Kabar</title><link>http://{host}/berita/{n}</link></item>"
                    )
                })
                .collect();
            let feed =
                format!("<rss version=\"2.0\"><channel><title>Uji</title>{items}</channel></rss>");
            ([(header::CONTENT_TYPE, "application/rss+xml")], feed).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// A text that is like no other.
fn article(host: &str, number: &str) -> String {
    let seed = format!("{host}{number}").bytes().fold(7_u64, |seed, byte| {
        seed.wrapping_mul(1_099_511_628_211)
            .wrapping_add(byte.into())
    });
    let mut random = StdRng::seed_from_u64(seed);
    let syllables = [
        "ba", "ri", "tu", "ka", "men", "sa", "lo", "di", "pe", "gan", "mu", "ta",
    ];
    let mut word = || {
        let syllable = |random: &mut StdRng| syllables[random.random_range(0..syllables.len())];
        (0..3).map(|_| syllable(&mut random)).collect::<String>()
    };
    let mut paragraph = || (0..60).map(|_| word()).collect::<Vec<_>>().join(" ");
    let (first, second) = (paragraph(), paragraph());
    format!(
        "<!DOCTYPE html><html lang=\"id\"><head><title>Kabar {number}</title></head><body><article>\
         <h1>Kabar {number}</h1><p>{first}.</p><p>{second}.</p></article></body></html>"
    )
}

struct Fleet {
    hosts: Arc<Hosts>,
    store: StorePlace,
}

impl Fleet {
    async fn worker(&self, place: Place) -> (Place, Running) {
        place.configure(&self.configuration());
        let running = place.run_with(&[], &[("BENGGALA_LOG", "info")]).await;
        (place, running)
    }

    /// Only what is needed: an older build may not know every section.
    fn configuration(&self) -> String {
        let timeout = (LEASE - Duration::from_secs(1)).as_secs();
        let rate = 1.0 / self.hosts.size.delay.as_secs_f64();
        let lease = LEASE.as_secs();
        let store = &self.store.url;
        let head = format!(
            "[fetch]\nrequests_per_second = {rate:?}\nrequests_per_second_total = 1000.0\n\
             concurrency_per_host = 1\ntimeout = \"{timeout}s\"\nidle_timeout = \"{timeout}s\"\n\
             allow_private = [\"127.0.0.0/8\"]\n[schedule]\nevery = \"1h\"\nretry_first = \"1s\"\n\
             lease = \"{lease}s\"\n[store]\nurl = \"{store}\"\n[serve]\nlisten = \"127.0.0.1:0\"\n"
        );
        head + &self.hosts.sources()
    }

    fn count(&self, sql: &str) -> usize {
        let database = self.store.database.as_ref().unwrap();
        database.ask(sql).parse().unwrap()
    }

    /// Of the write-ahead log, ever.
    fn log_bytes(&self) -> usize {
        self.count("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint")
    }

    fn articles(&self) -> usize {
        self.count("SELECT count(*) FROM articles")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_by_workers_who_are_killed_again_and_again() {
    let older = env::var_os("BENGGALA_TEST_OLDER");
    // An older build makes its own tables.
    let store = match older {
        Some(_) => postgres::bare_place(),
        None => postgres::place(),
    };
    let Some(store) = store else {
        return;
    };
    let size = Size::of_environment();
    let hosts = Hosts::open(size).await;
    let fleet = Fleet { hosts, store };
    let log_before = fleet.log_bytes();
    let begun = Instant::now();
    let mut workers = Vec::new();
    for _ in 0..WORKERS {
        let older = older.as_ref().map(|binary| Place::of(binary.into()));
        workers.push(fleet.worker(older.unwrap_or_else(Place::new)).await);
    }
    for kills in 1..=WORKERS {
        let part = size.total() * kills / (WORKERS + 1);
        until_within(PATIENCE, "a part of the articles", async || {
            fleet.hosts.asked() >= part
        })
        .await;
        let (_place, mut killed) = workers.remove(0);
        killed.signal("KILL");
        killed.ends().await;
        workers.push(fleet.worker(Place::new()).await);
    }
    until_within(PATIENCE, "all requests", async || {
        fleet.hosts.asked() >= size.total()
    })
    .await;
    until_within(PATIENCE, "all articles", async || {
        fleet.articles() >= size.total()
    })
    .await;
    let took = begun.elapsed();
    let asked = fleet.hosts.asked();
    let kept = fleet.count("SELECT pg_database_size(current_database())");
    let logged = fleet.log_bytes() - log_before;
    println!(
        "{size:?}: {} articles in {took:.1?}, {asked} requests, {WORKERS} kills; bytes in all: \
         {kept} in the database, {logged} of its log",
        size.total()
    );
    let early = fleet.hosts.early();
    assert!(early.is_empty(), "requests came too early: {early:#?}");
    assert_eq!(
        fleet.count("SELECT count(DISTINCT body) FROM articles"),
        size.total()
    );
    assert_eq!(
        fleet.count("SELECT count(*) FROM versions"),
        0,
        "nothing was stored twice"
    );
}
