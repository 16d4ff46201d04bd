//! Flags on their way to a receiver that dies, from a daemon that dies: none is lost.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    http::{HeaderMap, StatusCode},
};
use benggala::{
    config::NotifyConfig,
    model::{ChannelKind, PageKind},
};
use rusqlite::{Connection, params};
use serde_json::{Value, json};
use tokio::{net::TcpListener, runtime::Runtime};
use url::Url;

use super::{
    process::Place,
    site::{Site, rss},
    watch::{config, on_loopback, until},
};

const FLAGS: usize = 1_000;
const SOURCES: usize = 10;

/// Key and body of all that came, in its order.
type Inbox = Arc<Mutex<Vec<(String, Value)>>>;

/// A receiver that can be killed with all its connections.
struct Receiver(Option<Runtime>);

impl Receiver {
    fn start(address: SocketAddr, inbox: &Inbox) -> Receiver {
        let runtime = Runtime::new().unwrap();
        let inbox = Arc::clone(inbox);
        let answer = move |headers: HeaderMap, body: String| async move {
            let key = headers["idempotency-key"].to_str().unwrap().to_string();
            let body = serde_json::from_str(&body).unwrap();
            inbox.lock().unwrap().push((key, body));
            StatusCode::NO_CONTENT
        };
        let listener = std::thread::scope(|scope| {
            let bind = || runtime.block_on(TcpListener::bind(address)).unwrap();
            scope.spawn(bind).join().unwrap()
        });
        let app = Router::new().fallback(answer);
        runtime.spawn(async move { axum::serve(listener, app).await });
        Receiver(Some(runtime))
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

fn free_address() -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap()
}

/// A daemon's place with an outbox of [`FLAGS`] flagged articles of [`SOURCES`] sources, for one channel.
async fn full_outbox(channel: NotifyConfig) -> (Place, benggala::config::Config) {
    let place = Place::new();
    let site = Site::open().await;
    site.put("/rss.xml", rss(&[]));
    let source = site.source("umpan", PageKind::Feed, "/rss.xml");
    let mut config = config(place.folder(), vec![source]);
    config.notify = vec![channel];
    let mut running = place.run(&config).await;
    running.signal("TERM");
    running.ends().await;
    let mut db = database(&place);
    let transaction = db.transaction().unwrap();
    for n in 0..FLAGS {
        let source = format!("sumber-{}", n % SOURCES);
        let payload = json!({
            "event": "article.flagged", "article": n, "source": source, "title": format!("Kabar {n}"),
            "scores": {"overall": 0.9}, "findings": [],
        });
        let sql =
            "INSERT INTO outbox (channel, source, payload, at, next_at) VALUES (?, ?, ?, ?, ?)";
        let row = params!["meja", source, payload.to_string(), 1, 1];
        transaction.execute(sql, row).unwrap();
    }
    transaction.commit().unwrap();
    (place, config)
}

fn database(place: &Place) -> Connection {
    let db = Connection::open(place.folder().join("benggala.db")).unwrap();
    db.busy_timeout(std::time::Duration::from_secs(10)).unwrap();
    db
}

fn url(address: SocketAddr) -> Url {
    Url::parse(&format!("http://{address}/")).unwrap()
}

#[tokio::test]
async fn a_thousand_flags_survive_the_death_of_the_receiver_and_of_the_daemon() {
    let address = free_address();
    let inbox = Inbox::default();
    let mut channel = on_loopback("meja", ChannelKind::Webhook, url(address));
    channel.wanted.per_minute = 6_000;
    let (place, config) = full_outbox(channel).await;
    let came = |count: usize| inbox.lock().unwrap().len() >= count;

    let mut receiver = Receiver::start(address, &inbox);
    let mut running = place.run(&config).await;
    until("the first 100", async || came(100)).await;
    drop(receiver);
    running.says("notification failed").await;
    running.signal("KILL");
    running.ends().await;

    receiver = Receiver::start(address, &inbox);
    // Brings its time forward, so that the test need not wait for it.
    let sql = "UPDATE outbox SET next_at = at";
    database(&place).execute(sql, []).unwrap();
    let mut running = place.run(&config).await;
    until("half of them", async || came(FLAGS / 2)).await;
    running.signal("KILL");
    running.ends().await;

    let mut running = place.run(&config).await;
    until("all of them", async || {
        place.count("SELECT count(*) FROM outbox") == 0
    })
    .await;
    running.signal("TERM");
    running.ends().await;
    drop(receiver);

    let inbox = inbox.lock().unwrap();
    let keys: BTreeSet<&str> = inbox.iter().map(|(key, _)| key.as_str()).collect();
    assert_eq!(keys.len(), FLAGS, "each at least once");
    assert!(
        inbox.len() < FLAGS + 10,
        "and few of them twice: {}",
        inbox.len()
    );
    let mut bodies: BTreeMap<&str, &Value> = BTreeMap::new();
    let mut last: BTreeMap<&str, i64> = BTreeMap::new();
    for (key, body) in inbox.iter() {
        let is_new = !bodies.contains_key(key.as_str());
        assert_eq!(
            *bodies.entry(key).or_insert(body),
            body,
            "one key, one event"
        );
        let (source, n) = (
            body["source"].as_str().unwrap(),
            body["article"].as_i64().unwrap(),
        );
        if is_new {
            let before = last.insert(source, n);
            assert!(
                before.is_none_or(|before| before < n),
                "{source}: {n} after {before:?}"
            );
        }
    }
}

#[tokio::test]
async fn a_storm_of_a_thousand_flags_is_one_message_for_people() {
    let address = free_address();
    let inbox = Inbox::default();
    let receiver = Receiver::start(address, &inbox);
    let channel = on_loopback("meja", ChannelKind::Slack, url(address));
    let (place, config) = full_outbox(channel).await;
    let mut running = place.run(&config).await;
    until("all of them", async || {
        place.count("SELECT count(*) FROM outbox") == 0
    })
    .await;
    running.signal("TERM");
    running.ends().await;
    drop(receiver);
    let inbox = inbox.lock().unwrap();
    let [(key, body)] = inbox.as_slice() else {
        panic!("{} messages", inbox.len());
    };
    assert_eq!(key, "1-1000-1000");
    let text = body["text"].as_str().unwrap();
    assert!(
        text.starts_with("1000 events\nsumber-0: flagged (90 %): Kabar 0"),
        "{text}"
    );
    assert!(text.ends_with("and 990 more"), "{text}");
}
