//! A process that is killed loses nothing it acknowledged.

use std::{
    collections::HashSet,
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    sync::Arc,
};

use benggala::{
    model::{PageKind, StoreUrl, Verdict},
    store::{self, ArticleQuery, Claim, Completion, Observer, Store},
};
use chrono::{TimeDelta, Utc};
use rusqlite::Connection;

use super::{
    given::{again, at, claim, complete, completion, link, read, source},
    sqlite,
};

const CHILD: &str = "BENGGALA_TEST_CRASH_STORE";
const NAME: &str = "store::crash::a_kill_in_the_middle_loses_nothing";

/// Runs itself a second time as a process that writes, and kills that.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_in_the_middle_loses_nothing() {
    if let Ok(url) = std::env::var(CHILD) {
        return write_until_killed(url.parse().unwrap()).await;
    }
    let place = sqlite::place();
    let mut acknowledged = HashSet::new();
    for (round, lines) in [1, 3, 17, 40, 90].into_iter().enumerate() {
        acknowledged.extend(killed_after(&place.url, round, lines));
        let path = place.folder.path().join("benggala.db");
        let store = place.open().await;
        let all = ArticleQuery {
            limit: usize::MAX,
            ..ArticleQuery::default()
        };
        let rows = store.articles(&all).await.unwrap();
        let stored: HashSet<_> = rows.iter().map(|row| row.url.to_string()).collect();
        let lost: Vec<_> = acknowledged.difference(&stored).collect();
        assert!(lost.is_empty(), "round {round}: {lost:?}");
        for row in &rows {
            assert!(store.page(row.id).await.unwrap().is_some());
        }
        let counts = store.counts(at(0)).await.unwrap();
        assert_eq!(
            counts.articles, counts.done,
            "all of a completion or nothing"
        );
        store.close().await.unwrap();
        let db = Connection::open(path).unwrap();
        // Its source is told of besides.
        let flags = "SELECT count(*) FROM outbox WHERE payload ->> 'event' = 'article.flagged'";
        let told: u64 = db.query_row(flags, [], |row| row.get(0)).unwrap();
        assert_eq!(counts.articles, told);
        let check = db.pragma_query_value(None, "integrity_check", |row| row.get(0));
        assert_eq!(check, Ok("ok".to_string()));
    }
    assert!(acknowledged.len() >= 151);
}

/// Starts the child, kills it after so many lines, and returns what it had acknowledged.
fn killed_after(url: &StoreUrl, round: usize, lines: usize) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([NAME, "--exact", "--nocapture"])
        .env(CHILD, url.to_string())
        .env("BENGGALA_TEST_CRASH_ROUND", round.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let output = BufReader::new(child.stdout.take().unwrap());
    let mut found = Vec::new();
    for line in output.lines() {
        if let Some(address) = line.unwrap().strip_prefix("stored ") {
            found.push(address.to_string());
        }
        if found.len() == lines {
            child.kill().unwrap();
        }
    }
    assert!(!child.wait().unwrap().success(), "it was killed");
    assert!(found.len() >= lines);
    found
}

async fn write_until_killed(url: StoreUrl) {
    let store = store::open(&url, Observer::default()).await.unwrap();
    let round = std::env::var("BENGGALA_TEST_CRASH_ROUND").unwrap();
    let round: i64 = round.parse().unwrap();
    let feed = source("harian", PageKind::Feed, "https://harian.example/feed");
    store.put_sources(None, &[feed], at(0)).await.unwrap();
    // An hour later each time, so that hosts have rested since the restart.
    let now = Utc::now() + TimeDelta::hours(1 + round);
    let workers = (0..4).map(|worker| {
        let store = store.clone();
        tokio::spawn(work(store, format!("{round}/{worker}"), now))
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.unwrap();
    }
}

/// Polls the feed, which has a hundred more articles each time, and reads them, for ever.
async fn work(store: Arc<dyn Store>, worker: String, now: benggala::model::Timestamp) {
    let mut polls = 0;
    let mut acknowledged = std::io::stdout();
    loop {
        let three = Claim {
            limit: 3,
            per_host: 100,
            ..claim(&worker, now)
        };
        for lease in store.claim(&three).await.unwrap() {
            if lease.link.kind == PageKind::Feed {
                polls += 1;
                let links = (0..100).map(|n| {
                    let address = format!("https://harian.example/{worker}/{polls}/{n}");
                    link(&address, "harian", PageKind::Article)
                });
                let answer = Completion {
                    links: links.collect(),
                    ..completion(now, again(now))
                };
                complete(&store, &lease, answer).await;
            } else {
                let completed = complete(&store, &lease, read(&lease, now, Verdict::Flag)).await;
                assert!(completed.article_new);
                writeln!(acknowledged, "stored {}", lease.link.url).unwrap();
            }
        }
    }
}
