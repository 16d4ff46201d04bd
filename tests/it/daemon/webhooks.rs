//! Who is told of flagged articles, over a receiver on loopback.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use axum::{
    Router,
    http::{HeaderMap, StatusCode},
};
use benggala::{
    config::NotifyConfig,
    model::{ChannelKind, PageKind, Verdict},
    store::{Notification, Settlement},
};
use chrono::{TimeDelta, Utc};
use serde_json::Value;
use tokio::net::TcpListener;
use url::Url;

use super::{
    site::{Site, article_page, clean, html, machine_made, path, rss},
    watch::{Watch, eventually, on_loopback, until},
};

/// A receiver that fails while it is down, answers nothing while it hangs and never takes the first
/// parcel of one that is picky.
#[derive(Clone, Default)]
struct Desk {
    is_down: Arc<AtomicBool>,
    hangs: bool,
    is_picky: bool,
    inbox: Arc<Mutex<Vec<(String, Value)>>>,
}

impl Desk {
    async fn open(&self) -> NotifyConfig {
        self.named("meja").await
    }

    async fn named(&self, name: &str) -> NotifyConfig {
        let desk = self.clone();
        let answer = move |headers: HeaderMap, body: String| async move {
            let key = headers["idempotency-key"].to_str().unwrap().to_string();
            let told = serde_json::from_str(&body).unwrap();
            let is_first = {
                let mut inbox = desk.inbox.lock().unwrap();
                inbox.push((key.clone(), told));
                inbox[0].0 == key
            };
            if desk.hangs {
                std::future::pending::<()>().await;
            }
            if desk.is_picky && is_first {
                return StatusCode::BAD_REQUEST;
            }
            match desk.is_down.load(Ordering::SeqCst) {
                true => StatusCode::SERVICE_UNAVAILABLE,
                false => StatusCode::NO_CONTENT,
            }
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let app = Router::new().fallback(answer);
        tokio::spawn(async move { axum::serve(listener, app).await });
        on_loopback(name, ChannelKind::Webhook, Url::parse(&url).unwrap())
    }

    fn inbox(&self) -> Vec<(String, Value)> {
        self.inbox.lock().unwrap().clone()
    }
}

/// A daemon that tells `desk` of the one flagged article among three.
async fn watched_by(desk: &Desk) -> (Site, Watch) {
    let site = Site::open().await;
    site.put_articles([0, 1]);
    site.put(&path(2), html(&article_page(&machine_made(), "")));
    site.put("/rss.xml", rss(&[0, 1, 2].map(|n| site.url(&path(n)))));
    let channel = desk.open().await;
    let source = site.source("umpan", PageKind::Feed, "/rss.xml");
    let watch = Watch::with(vec![source], |config| {
        config.notify = vec![channel];
        config.serve.public_url = Url::parse("https://pages.example/benggala").ok();
    })
    .await;
    (site, watch)
}

/// All notifications that wait, due or not.
async fn waiting(watch: &Watch) -> Vec<Notification> {
    let later = Utc::now() + TimeDelta::days(1);
    watch
        .service
        .store
        .notifications("meja", later, 10)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_flagged_article_is_told_once() {
    let desk = Desk::default();
    let (site, watch) = watched_by(&desk).await;
    watch.stored(3).await;
    let delivered = "notifications_total{channel=\"meja\",outcome=\"ok\"}";
    watch.counted(delivered, 1.0).await;
    assert_eq!(waiting(&watch).await, []);
    watch.service.close().await.unwrap();
    let inbox = desk.inbox();
    let [(key, told)] = inbox.as_slice() else {
        panic!("{inbox:?}");
    };
    assert!(!key.is_empty());
    assert_eq!(told["url"], site.url(&path(2)).as_str());
    assert_eq!(told["source"], "umpan");
    let page = told["page"].as_str().unwrap();
    assert!(
        page.starts_with("https://pages.example/benggala/articles/"),
        "{page}"
    );
    let findings = told["findings"].as_array().unwrap();
    assert!(findings.iter().any(|f| f["rule"] == "engine-residue"));
}

#[tokio::test]
async fn a_receiver_that_was_down_is_told_when_it_is_back() {
    let desk = Desk::default();
    desk.is_down.store(true, Ordering::SeqCst);
    let (_site, watch) = watched_by(&desk).await;
    let failed = "notifications_total{channel=\"meja\",outcome=\"failed\"}";
    watch.counted(failed, 1.0).await;
    let notification = eventually("the notification is put back", async || {
        waiting(&watch).await.into_iter().find(|p| p.attempts == 1)
    })
    .await;
    assert_eq!(watch.articles().await.len(), 3, "the crawl goes on");

    desk.is_down.store(false, Ordering::SeqCst);
    // Brings its time forward, so that the test need not wait for it.
    let now = Settlement::Again(Utc::now());
    let settled = watch.service.store.settle(notification.id, now);
    settled.await.unwrap();
    // The channel rests; one that is configured anew does not.
    watch.service.reload(watch.config.clone());
    until("it is delivered", async || waiting(&watch).await.is_empty()).await;
    watch.service.close().await.unwrap();
    let inbox = desk.inbox();
    assert_eq!(inbox.len(), 2);
    assert_eq!(inbox[0], inbox[1], "the same words under the same key");
}

/// Nobody is told of a source that is muted; one with thresholds of its own is judged by them.
#[tokio::test]
async fn a_source_may_be_muted_and_may_be_judged_otherwise() {
    let mut stamps = Vec::new();
    for (is_muted, flag_at, verdict) in [
        (true, None, Verdict::Flag),
        (false, Some(1.0), Verdict::Pass),
    ] {
        let desk = Desk::default();
        let site = Site::open().await;
        site.put(&path(2), html(&article_page(&machine_made(), "")));
        site.put("/rss.xml", rss(&[site.url(&path(2))]));
        let mut source = site.source("umpan", PageKind::Feed, "/rss.xml");
        source.is_muted = is_muted;
        source.policy.flag_at = flag_at;
        let channel = desk.open().await;
        let watch = Watch::with(vec![source], |config| config.notify = vec![channel]).await;
        let row = watch.stored(1).await.remove(0);
        assert_eq!(row.verdict, verdict, "{:?}", row.scores);
        stamps.push(row.rules);
        let left_out = "notifications_total{channel=\"meja\",outcome=\"left_out\"}";
        watch.counted(left_out, f64::from(is_muted)).await;
        assert_eq!(waiting(&watch).await, []);
        watch.service.close().await.unwrap();
        assert_eq!(desk.inbox(), []);
    }
    assert_ne!(
        stamps[0], stamps[1],
        "what was judged otherwise is known as such"
    );
}

/// Four flagged articles, a receiver that does not like the first of them, and one that never answers.
#[tokio::test]
async fn no_parcel_and_no_channel_holds_up_another() {
    const FLAGGED: usize = 4;
    let site = Site::open().await;
    let flagged = 0..FLAGGED;
    for n in flagged.clone() {
        let mut article = clean(n);
        article.body.push_str("\n\nSemoga terjemahan ini membantu.");
        site.put(&path(n), html(&article_page(&article, "")));
    }
    let links: Vec<_> = flagged.map(|n| site.url(&path(n))).collect();
    site.put("/rss.xml", rss(&links));
    let picky = Desk {
        is_picky: true,
        ..Desk::default()
    };
    let silent = Desk {
        hangs: true,
        ..Desk::default()
    };
    let channels = vec![silent.named("bisu").await, picky.named("meja").await];
    let source = site.source("umpan", PageKind::Feed, "/rss.xml");
    let watch = Watch::with(vec![source], |config| config.notify = channels).await;
    let flags = "articles_scored_total{verdict=\"flag\"}";
    until("flags", async || watch.metric(flags).await >= 2.0).await;
    watch.counted("notifications_refused", 1.0).await;
    let refused = "notifications_total{channel=\"meja\",outcome=\"refused\"}";
    let delivered = "notifications_total{channel=\"meja\",outcome=\"ok\"}";
    until("the others", async || {
        waiting(&watch).await.is_empty() && watch.metric(delivered).await >= 1.0
    })
    .await;
    assert_eq!(watch.metric(refused).await, 1.0);
    assert!(silent.inbox().len() < 3, "it has not answered yet");
    watch.service.close().await.unwrap();
}
