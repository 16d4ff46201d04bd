//! That the daemon cannot work is told past its store.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{Router, http::HeaderMap};
use benggala::{
    daemon::{
        clock::Clock,
        failing::Spell,
        service::{Service, new_metrics},
    },
    frontier::clock::Clocks,
    model::{ChannelKind, PageKind},
};
use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio::net::TcpListener;
use url::Url;

use super::{
    site::Site,
    watch::{config, on_loopback, until},
};

/// A clock that stands in 1970 or does not, and can be set on by seconds.
#[derive(Clone, Default)]
struct Wrong {
    is_wrong: Arc<AtomicBool>,
    seconds: Arc<AtomicU64>,
}

impl Wrong {
    fn clock(&self) -> Clock {
        let (wrong, begun) = (self.clone(), Instant::now());
        Clock::new(move || {
            let on = Duration::from_secs(wrong.seconds.load(Ordering::SeqCst));
            let awake = begun.elapsed() + on;
            let wall = match wrong.is_wrong.load(Ordering::SeqCst) {
                true => DateTime::UNIX_EPOCH + awake,
                false => Utc::now() + on,
            };
            Clocks {
                wall,
                passed: awake,
                awake,
            }
        })
    }
}

/// Key and body of what came.
type Inbox = Arc<Mutex<Vec<(String, Value)>>>;

async fn receiver(inbox: &Inbox) -> Url {
    let inbox = Arc::clone(inbox);
    let answer = move |headers: HeaderMap, body: String| async move {
        let key = headers["idempotency-key"].to_str().unwrap().to_string();
        let body = serde_json::from_str(&body).unwrap();
        inbox.lock().unwrap().push((key, body));
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let app = Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, app).await });
    Url::parse(&url).unwrap()
}

/// Whether it works at this second, and whether a message is due then.
#[test]
fn a_fault_is_told_under_one_key_and_the_next_one_under_another() {
    let mut spell = Spell::default();
    let mut look = |works: bool, second: u64| {
        let awake = Duration::from_secs(second);
        spell.look(works, awake, DateTime::UNIX_EPOCH + awake)
    };
    assert_eq!(
        [look(true, 0), look(false, 10), look(false, 69)],
        [None, None, None]
    );
    let first = look(false, 70);
    assert!(first.is_some());
    assert_eq!(look(false, 100), first, "it goes on");
    assert_eq!(
        [look(true, 110), look(false, 120), look(false, 170)],
        [None, None, None]
    );
    let next = look(false, 180);
    assert!(next.is_some() && next != first, "{first:?} {next:?}");
}

#[tokio::test]
async fn a_fault_that_lasts_is_told() {
    let inbox = Inbox::default();
    let site = Site::open().await;
    let folder = tempfile::tempdir().unwrap();
    let source = site.source("umpan", PageKind::Feed, "/rss.xml");
    let mut config = config(folder.path(), vec![source]);
    let mut channel = on_loopback("meja", ChannelKind::Webhook, receiver(&inbox).await);
    channel.wanted.per_minute = 6_000;
    config.notify = vec![channel];
    let wrong = Wrong::default();
    wrong.is_wrong.store(true, Ordering::SeqCst);
    let service = Service::start_by(wrong.clock(), config, new_metrics().unwrap())
        .await
        .unwrap();
    let came = |count: usize| inbox.lock().unwrap().len() == count;
    let ready = Url::parse(&format!("http://{}/-/ready", service.address)).unwrap();
    let says = async |text: &str| crate::demo::client::get(&ready).await.text().contains(text);

    // A minute of it is nothing, whatever the machine takes for it.
    until("it cannot work", async || says("clock is wrong").await).await;
    assert!(came(0));
    until("it is told", async || {
        wrong.seconds.fetch_add(10, Ordering::SeqCst);
        came(1)
    })
    .await;
    service.close().await.unwrap();

    let inbox = inbox.lock().unwrap();
    for (key, told) in inbox.iter() {
        assert!(key.starts_with("failing-"), "{key}");
        assert_eq!(told["event"], "daemon.failing");
        assert_eq!(told["reasons"][0], "clock");
        assert!(told["why"].as_str().unwrap().contains("clock"), "{told}");
    }
}
