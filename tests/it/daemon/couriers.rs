//! Flags on their way to a receiver that dies, from a daemon that dies: none is lost.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::SocketAddr,
    ops::Range,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    http::{HeaderMap, StatusCode},
};
use benggala::{
    config::{Config, NotifyConfig},
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

/// The same, told to be slow: it has what comes, and lets whoever sent it wait for an answer.
const SILENT: Duration = Duration::from_secs(3_600);

impl Receiver {
    fn start(address: SocketAddr, inbox: &Inbox) -> Receiver {
        Receiver::answering_after(Duration::ZERO, address, inbox)
    }

    fn answering_after(wait: Duration, address: SocketAddr, inbox: &Inbox) -> Receiver {
        let runtime = Runtime::new().unwrap();
        let inbox = Arc::clone(inbox);
        let answer = move |headers: HeaderMap, body: String| async move {
            let key = headers["idempotency-key"].to_str().unwrap().to_string();
            let body = serde_json::from_str(&body).unwrap();
            inbox.lock().unwrap().push((key, body));
            tokio::time::sleep(wait).await;
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
async fn full_outbox(channel: NotifyConfig) -> (Place, Config) {
    let (place, config) = empty_outbox(channel).await;
    put_flags(&place, 0..FLAGS);
    (place, config)
}

/// The same before anything was flagged.
async fn empty_outbox(channel: NotifyConfig) -> (Place, Config) {
    let place = Place::new();
    let site = Site::open().await;
    site.put("/rss.xml", rss(&[]));
    let source = site.source("umpan", PageKind::Feed, "/rss.xml");
    let mut config = config(place.folder(), vec![source]);
    config.notify = vec![channel];
    let mut running = place.run(&config).await;
    running.signal("TERM");
    running.ends().await;
    (place, config)
}

/// Flagged articles with these numbers, to be told of.
fn put_flags(place: &Place, numbers: Range<usize>) {
    let mut db = database(place);
    let transaction = db.transaction().unwrap();
    for n in numbers {
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

/// They come in four waves, and after each somebody dies: the receiver before it has any of them, the
/// daemon with the first wave in an answer that never comes, the receiver with two waves, both of them.
#[tokio::test]
async fn a_storm_is_told_in_groups_whoever_dies_meanwhile() {
    const WAVE: usize = FLAGS / 4;
    let address = free_address();
    let (silent, told) = (Inbox::default(), Inbox::default());
    let channel = on_loopback("meja", ChannelKind::Slack, url(address));
    let (place, config) = empty_outbox(channel).await;
    // Brings their time forward, so that the test need not wait for it.
    let all_due = || {
        let sql = "UPDATE outbox SET next_at = at";
        database(&place).execute(sql, []).unwrap();
    };
    let waves = |count: usize| put_flags(&place, (count - 1) * WAVE..count * WAVE);

    waves(1);
    let mut running = place.run(&config).await;
    running.says("notification failed").await;
    running.signal("KILL");
    running.ends().await;

    let receiver = Receiver::answering_after(SILENT, address, &silent);
    for expected in ["1-250-250", "1-250-250", "1-500-500"] {
        let before = silent.lock().unwrap().len();
        all_due();
        let mut running = place.run(&config).await;
        until("a message", async || silent.lock().unwrap().len() > before).await;
        running.signal("KILL");
        running.ends().await;
        assert_eq!(silent.lock().unwrap().last().unwrap().0, expected);
        if silent.lock().unwrap().len() == 2 {
            waves(2);
        }
    }
    {
        let silent = silent.lock().unwrap();
        assert_eq!(silent[0], silent[1], "the same group under the same key");
    }

    waves(3);
    all_due();
    let mut running = place.run(&config).await;
    until("the third group", async || {
        silent.lock().unwrap().len() == 4
    })
    .await;
    drop(receiver);
    running.says("notification failed").await;
    running.signal("KILL");
    running.ends().await;

    waves(4);
    all_due();
    let receiver = Receiver::start(address, &told);
    let mut running = place.run(&config).await;
    until("all of them", async || {
        place.count("SELECT count(*) FROM outbox") == 0
    })
    .await;
    running.signal("TERM");
    running.ends().await;
    drop(receiver);

    let told = told.lock().unwrap();
    let mut next = 1;
    for (key, body) in told.iter() {
        let parts: Vec<usize> = key.split('-').map(|part| part.parse().unwrap()).collect();
        let [first, last, count] = parts[..] else {
            panic!("{key}");
        };
        assert_eq!(
            (first, last),
            (next, next + count - 1),
            "in their order, once"
        );
        let text = body["text"].as_str().unwrap();
        let begin = format!("{count} events\nsumber-{}", (first - 1) % SOURCES);
        assert!(text.starts_with(&begin), "{text}");
        next = last + 1;
    }
    assert_eq!(next, FLAGS + 1, "and all of them");
    assert!(told.len() <= 4, "in groups: {}", told.len());
}
