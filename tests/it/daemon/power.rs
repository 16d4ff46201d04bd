//! Power cuts. What the program writes is traced (strace), and for many moments the store is put together
//! from what a disk may hold then: all that was synced, and of the rest nothing, everything, or sectors here
//! and there. Whatever somebody was told of by then is in it.
//!
//! At so many moments as `BENGGALA_TEST_CUTS` says, of so many articles as `BENGGALA_TEST_ARTICLES`:
//!
//! ```sh
//! BENGGALA_TEST_CUTS=2000 cargo test --test it daemon::power -- --nocapture
//! ```

use std::{
    collections::BTreeSet,
    fs,
    io::{Write as _, stdout},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use axum::{Router, http::StatusCode};
use benggala::{
    config::{Config, NotifyConfig},
    model::{ChannelKind, PageKind, StoreUrl},
};
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use rusqlite::Connection;
use serde_json::Value;
use tokio::net::TcpListener;
use url::Url;

use super::{
    process::{Place, Running},
    site::{Site, article_page, clean, html, path, rss},
    watch::{config, on_loopback, until_within},
};
use crate::{demo::client::post_json, web::missing};

mod disk;

use disk::{Disk, Unsynced};

/// Moments of a normal run, each with every kind of [`Unsynced`].
const CUTS: usize = 30;

/// Articles that a life of the program reads, in a normal run.
const ARTICLES: usize = 24;

/// The program itself opens the store of one moment in so many.
const LOOKED_AT: usize = 15;

const SEED: u64 = 17;

/// The longest that anything is waited for: a traced program is slow beside others.
const PATIENCE: Duration = Duration::from_secs(240);

/// One article in so many is flagged.
const FLAGGED: usize = 2;

/// What somebody outside was told, and when.
#[derive(Debug, Clone, Default)]
struct Promises {
    /// That an article is flagged: its URL.
    flags: Vec<(f64, String)>,
    /// That a decision was taken down: the article's number.
    decisions: Vec<(f64, i64)>,
}

/// Receives notifications, and confirms each article that it is told of.
#[derive(Clone, Default)]
struct Desk {
    pages: Arc<Mutex<Option<Url>>>,
    promises: Arc<Mutex<Promises>>,
}

fn now() -> f64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap().as_secs_f64()
}

impl Desk {
    async fn open(&self) -> NotifyConfig {
        let desk = self.clone();
        let take = move |body: String| async move {
            let told: Value = serde_json::from_str(&body).unwrap();
            // It is told of what it decides as well.
            if told["event"] == "article.flagged" {
                let promise = (now(), told["url"].as_str().unwrap().to_string());
                desk.promises.lock().unwrap().flags.push(promise);
                tokio::spawn(async move { desk.confirm(told["article"].as_i64().unwrap()).await });
            }
            StatusCode::NO_CONTENT
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let app = Router::new().fallback(take);
        tokio::spawn(async move { axum::serve(listener, app).await });
        on_loopback("meja", ChannelKind::Webhook, Url::parse(&url).unwrap())
    }

    async fn confirm(&self, article: i64) {
        let pages = self.pages.lock().unwrap().clone().unwrap();
        let reviews = pages.join(&format!("/api/v1/articles/{article}/reviews"));
        let said = post_json(&reviews.unwrap(), r#"{"decision":"confirmed","by":"Ana"}"#).await;
        assert_eq!(said.status, 201, "{}", said.text());
        let promise = (now(), article);
        self.promises.lock().unwrap().decisions.push(promise);
    }

    fn promises(&self) -> Promises {
        self.promises.lock().unwrap().clone()
    }
}

fn publish(site: &Site, articles: std::ops::Range<usize>) {
    for n in articles.clone() {
        let mut article = clean(n);
        if n.is_multiple_of(FLAGGED) {
            article.body.push_str("\n\nSemoga terjemahan ini membantu.");
        }
        site.put(&path(n), html(&article_page(&article, "")));
    }
    site.put(
        "/rss.xml",
        rss(&articles.map(|n| site.url(&path(n))).collect::<Vec<_>>()),
    );
}

/// The program under strace, which is its grandchild: signals and kills reach the program itself.
fn traced(place: &Place, trace: &Path) -> Command {
    let program = place.command(&["run"]);
    let mut command = Command::new("strace");
    command
        .args([
            "-D",
            "-f",
            "-y",
            "-ttt",
            "-xx",
            "--seccomp-bpf",
            "-s",
            "1048576",
        ])
        .args(["-e", Disk::TRACED, "-e", "signal=KILL", "-o"])
        .arg(trace)
        .arg(program.get_program())
        .args(program.get_args())
        .env_remove("BENGGALA_CONFIG")
        .env("BENGGALA_LOG", "info")
        .stdin(Stdio::null());
    command
}

/// One life of the program, until it has read and told of all that is published.
async fn live(place: &Place, desk: &Desk, trace: &Path, articles: usize) -> Running {
    let daemon = place.run_as(traced(place, trace)).await;
    *desk.pages.lock().unwrap() = Some(daemon.pages.clone());
    until_within(PATIENCE, "all articles", async || {
        place.articles() == articles
    })
    .await;
    until_within(PATIENCE, "all to be told", async || {
        place.count("SELECT count(*) FROM outbox") == 0
    })
    .await;
    let flagged = "SELECT count(*) FROM articles WHERE verdict = 'flag'";
    until_within(PATIENCE, "all to be decided", async || {
        desk.promises().decisions.len() == place.count(flagged)
    })
    .await;
    daemon
}

/// What was traced, once the tracer has written all of it.
async fn whole(trace: &Path) {
    until_within(PATIENCE, "the end of the trace", async || {
        let text = fs::read_to_string(trace).unwrap_or_default();
        let last = text.lines().last().unwrap_or_default();
        last.contains("+++ exited with") || last.contains("+++ killed by")
    })
    .await;
}

/// The configuration with its store in another folder.
fn moved(config: &Config, folder: &Path) -> String {
    let mut config = config.clone();
    config.store.url = StoreUrl::Sqlite(folder.join("benggala.db"));
    config.to_toml()
}

/// What is missing in a store that a cut at `time` left, of what was promised before.
fn missing_in(place: &Place, promises: &Promises, time: f64) -> Vec<String> {
    let db = Connection::open(place.folder().join("benggala.db")).unwrap();
    let check: String = db
        .pragma_query_value(None, "integrity_check", |row| row.get(0))
        .unwrap();
    let column = |query: &str| -> BTreeSet<String> {
        let mut query = db.prepare(query).unwrap();
        let rows = query.query_map([], |row| row.get(0)).unwrap();
        rows.map(Result::unwrap).collect()
    };
    let articles = column("SELECT url FROM articles");
    let decided = column("SELECT CAST(article_id AS TEXT) FROM reviews");
    let untold = column(
        "SELECT url FROM articles WHERE verdict = 'flag'
            AND id NOT IN (SELECT payload ->> 'article' FROM outbox WHERE payload ->> 'article' IS NOT NULL)",
    );
    let flags = promises.flags.iter().filter(|(at, _)| *at <= time);
    let told: BTreeSet<_> = flags.map(|(_, url)| url.clone()).collect();
    let decisions = promises.decisions.iter().filter(|(at, _)| *at <= time);
    let decisions: BTreeSet<_> = decisions.map(|(_, article)| article.to_string()).collect();
    let damage = (check != "ok").then_some(format!("damaged: {check}"));
    let lost = told.difference(&articles).map(|url| format!("lost: {url}"));
    let undone = decisions.difference(&decided);
    let undone = undone.map(|article| format!("no decision: article {article}"));
    let silent = untold
        .difference(&told)
        .map(|url| format!("never told: {url}"));
    damage
        .into_iter()
        .chain(lost)
        .chain(undone)
        .chain(silent)
        .collect()
}

fn number(variable: &str, default: usize) -> usize {
    std::env::var(variable).map_or(default, |n| n.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_power_cut_takes_nothing_that_anybody_was_told_of() {
    if missing("strace") {
        return;
    }
    let articles = number("BENGGALA_TEST_ARTICLES", ARTICLES);
    let (place, site, desk) = (Place::new(), Site::open().await, Desk::default());
    let mut config = config(
        place.folder(),
        vec![site.source("umpan", PageKind::Feed, "/rss.xml")],
    );
    config.notify = vec![desk.open().await];
    config.notify[0].wanted.per_minute = 6_000;
    config.schedule.every = Duration::from_secs(1);
    config.schedule.every_min = Duration::from_secs(1);
    config.schedule.every_max = Duration::from_secs(2);
    place.configure(&config.to_toml());
    let traces: [PathBuf; 2] = ["first", "second"].map(|name| place.folder().join(name));

    publish(&site, 0..articles);
    let mut first = live(&place, &desk, &traces[0], articles).await;
    first.signal("TERM");
    first.ends().await;
    whole(&traces[0]).await;
    // The next begins with a log that was folded into the database.
    publish(&site, articles..2 * articles);
    drop(live(&place, &desk, &traces[1], 2 * articles).await);
    whole(&traces[1]).await;

    let mut disk = Disk::of(&["benggala.db", "benggala.db-wal"]);
    traces.iter().for_each(|trace| disk.read(trace));
    cut(&disk, &desk.promises(), &config);
}

/// Cuts the power at many moments, and has the program look at what is left at some of them.
fn cut(disk: &Disk, promises: &Promises, config: &Config) {
    let (cuts, mut rng) = (
        number("BENGGALA_TEST_CUTS", CUTS),
        StdRng::seed_from_u64(SEED),
    );
    let first = promises.flags.iter().map(|(at, _)| *at).reduce(f64::min);
    let moments = disk.moments_after(first.unwrap());
    let (mut opened, mut gone) = (0, 0);
    for n in 0..cuts {
        let moment = rng.random_range(moments.clone());
        for unsynced in Unsynced::ALL {
            let left = Place::new();
            disk.cut(moment, unsynced, &mut rng, left.folder());
            if n % LOOKED_AT == 0 {
                left.configure(&moved(config, left.folder()));
                let check = left.command(&["store", "check"]).output().unwrap();
                assert!(check.status.success(), "{moment} {unsynced:?}: {check:?}");
                opened += 1;
            }
            let missing = missing_in(&left, promises, disk.time(moment));
            assert!(missing.is_empty(), "{moment} {unsynced:?}: {missing:#?}");
            gone += disk.unsynced_at(moment);
        }
    }
    let mut out = stdout();
    writeln!(
        out,
        "\n{} power cuts at {cuts} of {} moments, {:.1} writes not synced at each; {} flags and {} decisions that \
         somebody was told of: none lost, none damaged, {opened} stores checked by the program",
        cuts * Unsynced::ALL.len(),
        moments.len(),
        gone as f64 / (cuts * Unsynced::ALL.len()) as f64,
        promises.flags.len(),
        promises.decisions.len(),
    )
    .unwrap();
}
