//! The real program, killed again and again (SIGKILL): at its start, in the middle of its work, while a
//! page is asked for, between the sending of a notification and its settling, in a backup, in a
//! migration. It prunes at every start. Nothing is lost, nothing is doubled, nobody is asked too soon.
//!
//! So many kills as `BENGGALA_TEST_KILLS` says, of `BENGGALA_TEST_BINARY` if that is given:
//!
//! ```sh
//! BENGGALA_TEST_KILLS=5000 cargo test --test it daemon::kills -- --nocapture
//! ```

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead, BufReader, Write as _, stdout},
    path::{Path, PathBuf},
    process::{Child, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use benggala::{
    config::{Config, NotifyConfig},
    model::{ChannelKind, EventKind, PageKind, Source},
};
use chrono::Utc;
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use tokio::{net::TcpListener, sync::Notify, time::timeout};
use url::Url;

use super::{
    process::Place,
    site::{article_page, clean, path, source},
    watch::{config, on_loopback, until, until_within},
};

/// Kills of a normal run.
const KILLS: usize = 12;

const HOSTS: usize = 4;

/// Between two requests of one host.
const GAP: Duration = Duration::from_millis(50);

/// What clock and loopback may take off it.
const TOLERANCE: Duration = Duration::from_millis(20);

/// Articles that a feed lists, its newest: more than are published while it is set aside itself, which it is
/// for a day after three kills in its midst.
const LISTED: usize = 1_000;

/// So many kills, and an operator takes up again what three of them in a row had set aside.
const SHIFT: usize = 100;

/// The longest that a moment is waited for before the kill comes all the same.
const MOMENT_COMES: Duration = Duration::from_secs(3);

/// The longest that the next of what the kills left over is waited for.
const REST_COMES: Duration = Duration::from_secs(240);

/// One article in three is flagged.
fn is_flagged(n: usize) -> bool {
    n.is_multiple_of(3)
}

/// When a kill comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Moment {
    /// Before it works: it opens the store, takes leases back, prunes.
    Start,
    /// While it works.
    Work,
    /// A page is asked for, and not answered yet.
    Page,
    /// A notification has arrived, and is not answered yet.
    Parcel,
    /// A backup is made beside it, and dies as well.
    Backup,
    /// Another store is brought up to date.
    Migration,
}

impl Moment {
    const ALL: [Moment; 6] = [
        Moment::Start,
        Moment::Work,
        Moment::Page,
        Moment::Parcel,
        Moment::Backup,
        Moment::Migration,
    ];

    fn of_round(round: usize) -> Moment {
        Moment::ALL[round % Moment::ALL.len()]
    }
}

/// What the sites and the receiver saw.
#[derive(Default)]
struct World {
    /// Articles that each site has published.
    published: AtomicUsize,
    /// Requests of each site, by the time they came.
    asked: [Mutex<Vec<(Instant, String)>>; HOSTS],
    /// The keys under which each article was told.
    told: Mutex<BTreeMap<String, BTreeSet<String>>>,
    page: Notify,
    parcel: Notify,
}

/// A site on loopback that knows its number.
#[derive(Clone)]
struct Host {
    number: usize,
    base: Url,
    world: Arc<World>,
}

impl Host {
    async fn open(number: usize, world: &Arc<World>) -> Host {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}/", listener.local_addr().unwrap());
        let host = Host {
            number,
            base: Url::parse(&base).unwrap(),
            world: Arc::clone(world),
        };
        let app = Router::new().fallback(answer).with_state(host.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        host
    }

    fn feed(&self) -> String {
        let published = self.world.published.load(Ordering::SeqCst);
        let date = Utc::now().to_rfc2822();
        let items: String = (published.saturating_sub(LISTED)..published)
            .map(|n| {
                let link = self.base.join(&path(n)).unwrap();
                format!(
                    "<item><title>Kabar</title><link>{link}</link><pubDate>{date}</pubDate></item>"
                )
            })
            .collect();
        format!("<rss version=\"2.0\"><channel><title>Uji</title>{items}</channel></rss>")
    }

    fn page(&self, n: usize) -> String {
        let mut article = clean(0);
        article.body = format!(
            "Situs {}, laporan {n}. {}",
            self.number,
            article.body.trim()
        );
        if is_flagged(n) {
            article.body.push_str("\n\nSemoga terjemahan ini membantu.");
        }
        article_page(&article, "")
    }
}

async fn answer(State(host): State<Host>, request: Request) -> Response {
    let asked = request.uri().path().to_string();
    let entry = (Instant::now(), asked.clone());
    host.world.asked[host.number].lock().unwrap().push(entry);
    let of = |kind: &'static str, body| ([(header::CONTENT_TYPE, kind)], body).into_response();
    match asked
        .strip_prefix("/berita/")
        .and_then(|rest| rest.split_once('-'))
    {
        Some((number, _)) => {
            host.world.page.notify_one();
            let n: usize = number.parse().unwrap();
            of("text/html; charset=utf-8", host.page(n - 1000))
        }
        None if asked == "/rss.xml" => of("application/rss+xml", host.feed()),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// The receiver of notifications.
async fn receiver(world: &Arc<World>) -> NotifyConfig {
    let world = Arc::clone(world);
    let take = move |headers: HeaderMap, body: String| async move {
        let key = headers["idempotency-key"].to_str().unwrap().to_string();
        let told: Value = serde_json::from_str(&body).unwrap();
        let url = told["url"].as_str().unwrap().to_string();
        world
            .told
            .lock()
            .unwrap()
            .entry(url)
            .or_default()
            .insert(key);
        world.parcel.notify_one();
        StatusCode::NO_CONTENT
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let app = Router::new().fallback(take);
    tokio::spawn(async move { axum::serve(listener, app).await });
    let mut channel = on_loopback("meja", ChannelKind::Webhook, Url::parse(&url).unwrap());
    // A third of what a source writes is flagged, which may make it suspected itself.
    channel.wanted.events = vec![EventKind::ArticleFlagged];
    // Four flags a kill would wait for the minute.
    channel.wanted.per_minute = 6_000;
    channel
}

fn watching(place: &Place, hosts: &[Host], channel: NotifyConfig) -> Config {
    let sources: Vec<Source> = hosts
        .iter()
        .map(|host| {
            let url = host.base.join("/rss.xml").unwrap();
            source(&format!("umpan-{}", host.number), PageKind::Feed, url)
        })
        .collect();
    let mut config = config(place.folder(), sources);
    config.fetch.requests_per_second = 1.0 / GAP.as_secs_f64();
    config.fetch.hosts_per_address = 1_000.0;
    config.fetch.concurrency_per_host = 1;
    config.schedule.every = Duration::from_secs(1);
    config.schedule.every_min = Duration::from_secs(1);
    config.schedule.every_max = Duration::from_secs(2);
    config.schedule.link_age = Duration::ZERO;
    // All that may be dropped is dropped at once.
    config.store.keep_pages = Duration::ZERO;
    config.store.keep_fingerprints = Duration::ZERO;
    config.notify = vec![channel];
    config
}

/// A process of ours; dead when dropped.
struct Victim {
    child: Child,
    /// It said that it watches.
    works: Arc<Notify>,
}

impl Victim {
    fn start(place: &Place, args: &[&str]) -> Victim {
        let mut command = place.command(args);
        command.env("BENGGALA_LOG", "info").stdout(Stdio::null());
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let works = Arc::new(Notify::new());
        let (told, stderr) = (Arc::clone(&works), child.stderr.take().unwrap());
        std::thread::spawn(move || {
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                if line.contains("watching") {
                    told.notify_one();
                }
            }
        });
        Victim { child, works }
    }

    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        // It may be dead already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What has not been read, in what state it is and when its turn comes, in seconds from now.
fn unread(place: &Place) -> Vec<String> {
    let db = open(&place.folder().join("benggala.db"));
    let mut query = db
        .prepare(
            "SELECT format('%s %s, attempts %d, lost %d, parked %s, %s: %s; in %d s, its host in %d s after %d failures',
                           urls.url, urls.state, urls.attempts, urls.lost, urls.parked, urls.outcome, urls.error,
                           (urls.next_at - ?1) / 1000, (hosts.next_at - ?1) / 1000, hosts.failures)
               FROM urls JOIN hosts ON hosts.id = urls.host_id
              WHERE urls.state <> 'done' LIMIT 20",
        )
        .unwrap();
    let now = Utc::now().timestamp_millis();
    let lines = query.query_map([now], |row| row.get(0)).unwrap();
    lines.map(Result::unwrap).collect()
}

/// Waits for what does not come: a time that passes.
async fn pass(time: Duration) {
    let _ = timeout(time, std::future::pending::<()>()).await;
}

fn up_to(milliseconds: u64) -> Duration {
    Duration::from_micros(rand::random_range(0..=milliseconds * 1_000))
}

/// One life and its end.
async fn kill_once(place: &Place, world: &World, moment: Moment, backups: &mut Backups) {
    let victim = Victim::start(place, &["run"]);
    if moment == Moment::Start {
        return ended_after(victim, up_to(400)).await;
    }
    let _ = timeout(MOMENT_COMES, victim.works.notified()).await;
    match moment {
        Moment::Page => {
            let _ = timeout(MOMENT_COMES, world.page.notified()).await;
            ended_after(victim, up_to(20)).await;
        }
        Moment::Parcel => {
            let _ = timeout(MOMENT_COMES, world.parcel.notified()).await;
            ended_after(victim, up_to(3)).await;
        }
        Moment::Backup => {
            let backup = backups.begin(place);
            pass(up_to(200)).await;
            victim.kill();
            ended_after(backup, up_to(100)).await;
            backups.look();
        }
        _ => ended_after(victim, up_to(500)).await,
    }
}

async fn ended_after(victim: Victim, time: Duration) {
    pass(time).await;
    victim.kill();
}

/// Copies that were begun, and what must be in them.
#[derive(Default)]
struct Backups {
    begun: Option<(PathBuf, usize)>,
    whole: usize,
}

impl Backups {
    fn begin(&mut self, place: &Place) -> Victim {
        let to = place.folder().join("copy.db");
        let _ = std::fs::remove_file(&to);
        self.begun = Some((to.clone(), place.articles()));
        Victim::start(place, &["store", "backup", to.to_str().unwrap()])
    }

    /// What has the name of a copy is a whole one.
    fn look(&mut self) {
        let (copy, articles) = self.begun.take().unwrap();
        if copy.exists() {
            assert!(is_sound(&copy), "a backup is damaged");
            assert!(number(&copy, "SELECT count(*) FROM articles") >= articles);
            self.whole += 1;
        }
    }
}

fn open(file: &Path) -> Connection {
    Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE).unwrap()
}

fn is_sound(file: &Path) -> bool {
    let check: String = open(file)
        .pragma_query_value(None, "integrity_check", |row| row.get(0))
        .unwrap();
    check == "ok"
}

fn number(file: &Path, query: &str) -> usize {
    open(file).query_row(query, [], |row| row.get(0)).unwrap()
}

/// Everything of this kind that two requests of one host lie too close for.
fn early(world: &World) -> usize {
    let of_host = |asked: &Mutex<Vec<(Instant, String)>>| {
        let asked = asked.lock().unwrap();
        let gaps = asked.windows(2).map(|pair| pair[1].0 - pair[0].0);
        gaps.filter(|gap| *gap + TOLERANCE < GAP).count()
    };
    world.asked.iter().map(of_host).sum()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_lose_nothing_double_nothing_and_ask_nobody_too_soon() {
    let kills = std::env::var("BENGGALA_TEST_KILLS").map_or(KILLS, |n| n.parse().unwrap());
    let begun = Instant::now();
    let (place, world) = (Place::new(), Arc::new(World::default()));
    let mut hosts = Vec::new();
    for number in 0..HOSTS {
        hosts.push(Host::open(number, &world).await);
    }
    let channel = receiver(&world).await;
    place.configure(&watching(&place, &hosts, channel).to_toml());
    let old = super::migrations::Old::new();
    let (mut backups, mut known, mut set_aside) = (Backups::default(), 0, 0);
    for round in 0..kills {
        world.published.fetch_add(1, Ordering::SeqCst);
        match Moment::of_round(round) {
            Moment::Migration => {
                let migration = Victim::start(old.place(), &["store", "compact"]);
                ended_after(migration, up_to(300)).await;
                old.look();
            }
            moment => kill_once(&place, &world, moment, &mut backups).await,
        }
        if round % 10 == 9 {
            let articles = place.articles();
            assert!(articles >= known, "{known} articles were acknowledged");
            known = articles;
        }
        if round % SHIFT == SHIFT - 1 {
            set_aside += take_up_again(&place);
        }
    }
    let published = world.published.load(Ordering::SeqCst);
    set_aside += take_up_again(&place);
    let rest = Victim::start(&place, &["run"]);
    let wanted = published * HOSTS;
    let mut read = place.articles();
    while read < wanted {
        let more = until_within(REST_COMES, "more", async || place.articles() > read);
        if timeout(REST_COMES / 2, more).await.is_err() {
            panic!("{read} of {wanted} articles: {:#?}", unread(&place));
        }
        read = place.articles();
    }
    until("all to be told", async || {
        place.count("SELECT count(*) FROM outbox") == 0
    })
    .await;
    rest.kill();
    old.finish();
    let course = Course {
        kills,
        took: begun.elapsed(),
        set_aside,
        backups: backups.whole,
        migrations: old.whole(),
    };
    tell(&Told::of(&place, &world, published), &course);
}

/// Whatever is under way at three ends in a row is set aside, for it may be to blame; an operator takes it
/// up again. Tells how much that was.
fn take_up_again(place: &Place) -> usize {
    let set_aside = place.count("SELECT count(*) FROM urls WHERE parked IS NOT NULL");
    let done = place
        .command(&["store", "unpark", "--all"])
        .output()
        .unwrap();
    assert!(done.status.success(), "{done:?}");
    set_aside
}

/// What came of it all.
#[derive(Debug, Default, PartialEq, Eq)]
struct Told {
    lost: usize,
    doubled: usize,
    early: usize,
    untold: usize,
    told_twice: usize,
}

/// How it went.
struct Course {
    kills: usize,
    took: Duration,
    set_aside: usize,
    backups: usize,
    migrations: usize,
}

impl Told {
    fn of(place: &Place, world: &World, published: usize) -> Told {
        let distinct = place.count("SELECT count(DISTINCT url) FROM articles");
        let told = world.told.lock().unwrap();
        let flagged = flagged(place);
        assert!(!flagged.is_empty(), "nothing is there to be told");
        Told {
            lost: (published * HOSTS).saturating_sub(distinct),
            doubled: place.articles() - distinct,
            early: early(world),
            untold: flagged
                .iter()
                .filter(|url| !told.contains_key(*url))
                .count(),
            told_twice: told.values().filter(|keys| keys.len() > 1).count(),
        }
    }
}

/// What the store holds for flagged. That is not every page with the machine's line: a line that comes again
/// and again is at times taken for the site's own.
fn flagged(place: &Place) -> Vec<String> {
    let db = open(&place.folder().join("benggala.db"));
    let mut query = db
        .prepare("SELECT url FROM articles WHERE verdict = 'flag'")
        .unwrap();
    let urls = query.query_map([], |row| row.get(0)).unwrap();
    urls.map(Result::unwrap).collect()
}

fn tell(told: &Told, course: &Course) {
    let mut out = stdout();
    writeln!(
        out,
        "\n{} kills in {:.0} s: articles lost {}, doubled {}; notifications lost {}, under two keys {}; requests \
         too early {}; set aside and taken up again {}; whole backups {}, whole migrations {}",
        course.kills,
        course.took.as_secs_f64(),
        told.lost,
        told.doubled,
        told.untold,
        told.told_twice,
        told.early,
        course.set_aside,
        course.backups,
        course.migrations,
    )
    .unwrap();
    assert_eq!(told, &Told::default());
}
