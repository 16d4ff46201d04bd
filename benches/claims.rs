//! Claims and completions a second, of 1, 2, 4 and 8 workers, by how many are claimed at a time; every URL
//! once, with the database's fsync as it is.
//!
//!     cargo bench --bench claims [-- STORE [HOSTS [URLS]]]
//!
//! STORE is `sqlite:PATH` or `postgres://…`, empty; without it a file in a temporary folder. HOSTS (300) each
//! have URLS (20).
#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a bench prints its table and ends at its first surprise"
)]

use std::{
    collections::HashSet,
    sync::Arc,
    time::{Duration, Instant},
};

use benggala::{
    model::{Link, PageKind, StoreUrl, Timestamp},
    store::{self, Claim, Completion, Fate, Lease, Observer, Store},
};
use chrono::{TimeDelta, Utc};
use url::Url;

#[path = "../tests/it/store/given.rs"]
#[allow(dead_code, reason = "tests take more of it")]
mod given;

const WORKERS: [usize; 4] = [1, 2, 4, 8];
const BATCHES: [usize; 3] = [1, 8, 64];
/// Links that are announced together.
const ANNOUNCED: usize = 500;

#[tokio::main]
async fn main() {
    let mut args = std::env::args().skip(1).filter(|arg| arg != "--bench");
    let folder = tempfile::tempdir().unwrap();
    let file = || StoreUrl::Sqlite(folder.path().join("benggala.db"));
    let url = args.next().map_or_else(file, |arg| arg.parse().unwrap());
    let hosts = args.next().map_or(300, |arg| arg.parse().unwrap());
    let urls = args.next().map_or(20, |arg| arg.parse().unwrap());
    println!("{url}: {} URLs on {hosts} hosts", hosts * urls);
    println!("workers  claimed together  claims+completions/s");
    let mut now = Utc::now();
    for batch in BATCHES {
        for workers in WORKERS {
            now += TimeDelta::days(1);
            announce(&url, hosts, urls, now).await;
            let (done, took) = work(&url, workers, batch, now).await;
            assert_eq!(done, hosts * urls, "each URL once");
            let rate = done as f64 / took.as_secs_f64();
            println!("{workers:>7}  {batch:>16}  {rate:>20.0}");
        }
    }
}

/// Every worker has connections of its own; but one file has one owner.
async fn stores(url: &StoreUrl, workers: usize) -> Vec<Arc<dyn Store>> {
    let mut stores = Vec::new();
    for _ in 0..workers {
        match (url, stores.first()) {
            (StoreUrl::Sqlite(_), Some(first)) => stores.push(Arc::clone(first)),
            _ => stores.push(store::open(url, Observer::default()).await.unwrap()),
        }
    }
    stores
}

/// Puts new URLs into the queue.
async fn announce(url: &StoreUrl, hosts: usize, urls: usize, now: Timestamp) {
    let store = store::open(url, Observer::default()).await.unwrap();
    let address = format!("https://feed.example/{}", now.timestamp());
    let feed = given::source("bench", PageKind::Feed, &address);
    store.put_sources(None, &[feed], now).await.unwrap();
    let links: Vec<Link> = (0..urls)
        .flat_map(|n| (0..hosts).map(move |host| (n, host)))
        .map(|(n, host)| Link {
            url: Url::parse(&format!("https://h{host}.example/{}/{n}", now.timestamp())).unwrap(),
            source: "bench".to_string(),
            kind: PageKind::Article,
            published: None,
        })
        .collect();
    for links in links.chunks(ANNOUNCED) {
        let lease = store.claim(&claim("feed", now, 1)).await.unwrap().remove(0);
        assert_eq!(lease.link.kind, PageKind::Feed);
        let again = Fate::Again {
            at: now - TimeDelta::seconds(1),
            attempts: 0,
        };
        let read = Completion {
            links: links.to_vec(),
            ..given::completion(now - TimeDelta::seconds(1), again)
        };
        assert!(store.complete(&lease, read, &[]).await.unwrap().accepted);
    }
    let lease = store.claim(&claim("feed", now, 1)).await.unwrap().remove(0);
    let later = Fate::Again {
        at: now + TimeDelta::days(365),
        attempts: 0,
    };
    store
        .complete(&lease, given::completion(now, later), &[])
        .await
        .unwrap();
    store.close().await.unwrap();
}

/// Claims and completes until nothing is left; tells how many there were and how long it took.
async fn work(url: &StoreUrl, workers: usize, batch: usize, now: Timestamp) -> (usize, Duration) {
    let stores = stores(url, workers).await;
    let begun = Instant::now();
    let tasks: Vec<_> = stores
        .iter()
        .enumerate()
        .map(|(worker, store)| {
            let store = Arc::clone(store);
            let claim = claim(&format!("w{worker}"), now, batch);
            tokio::spawn(async move { work_alone(&*store, &claim).await })
        })
        .collect();
    let mut done = HashSet::new();
    let mut completed = 0;
    for task in tasks {
        let ids = task.await.unwrap();
        completed += ids.len();
        done.extend(ids);
    }
    assert_eq!(done.len(), completed, "nothing was leased twice");
    let took = begun.elapsed();
    for store in stores {
        store.close().await.unwrap();
    }
    (completed, took)
}

async fn work_alone(store: &dyn Store, claim: &Claim) -> Vec<i64> {
    let mut done = Vec::new();
    let mut in_vain = 0;
    // What others have locked is passed over, and may be all there is.
    while in_vain < 20 {
        let leases = store.claim(claim).await.unwrap();
        in_vain = if leases.is_empty() { in_vain + 1 } else { 0 };
        for lease in leases {
            end(store, &lease, claim.now).await;
            done.push(lease.id);
        }
    }
    done
}

async fn end(store: &dyn Store, lease: &Lease, now: Timestamp) {
    let ended = store
        .complete(lease, given::completion(now, Fate::Done), &[])
        .await;
    assert!(ended.unwrap().accepted);
}

fn claim(worker: &str, now: Timestamp, limit: usize) -> Claim {
    Claim {
        lease: Duration::from_secs(300),
        limit,
        per_host: 1,
        alone: true,
        ..given::claim(worker, now)
    }
}
