//! The way of an article, by a daemon over real sockets.

use std::{net::Ipv4Addr, time::Duration};

use benggala::{config::Config, model::PageKind};
use tokio::{net::TcpListener, time::Instant};
use url::Url;

use crate::{
    collector::{Collector, Link, Span, Status},
    site::{Reply, Site, article_page, clean, html, path, rss},
    watch::{Watch, until},
};

/// A daemon that watches the feed of `site`, whose only article is number 0, and tells `collector`.
async fn watching(site: &Site, collector: &Url, change: impl FnOnce(&mut Config)) -> Watch {
    site.put("/rss.xml", rss(&[site.url(&path(0))]));
    let source = site.source("umpan", PageKind::Feed, "/rss.xml");
    Watch::with(vec![source], |config| {
        config.trace.otlp_url = Some(collector.clone());
        change(config);
    })
    .await
}

fn named<'a>(spans: &'a [Span], name: &str) -> Vec<&'a Span> {
    spans.iter().filter(|span| span.name == name).collect()
}

fn one<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    let [span] = named(spans, name)[..] else {
        panic!("not one {name:?}: {spans:#?}");
    };
    span
}

/// That `parts` are what `whole` consists of, one after the other, and lie within its time.
#[track_caller]
fn assert_consists(spans: &[Span], whole: &Span, parts: &[&str]) {
    let within = spans
        .iter()
        .filter(|span| span.parent_span_id == whole.span_id);
    let mut within: Vec<&Span> = within.collect();
    within.sort_by_key(|span| span.times());
    let names: Vec<&str> = within.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(names, parts, "of {whole:?}");
    let mut earliest = whole.times().0;
    for part in within {
        assert_eq!(part.trace_id, whole.trace_id);
        let (began, ended) = part.times();
        assert!(earliest <= began && began <= ended, "{part:?} in {whole:?}");
        earliest = ended;
    }
    assert!(earliest <= whole.times().1, "{whole:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_is_told_of_one_trace_an_article() {
    let (collector, site) = (Collector::open(vec![]).await, Site::open().await);
    site.put_articles([0]);
    let watch = watching(&site, &collector.url, |_| {}).await;
    let [article] = &watch.stored(1).await[..] else {
        panic!("more than one article");
    };
    let row = article.id.to_string();
    watch.service.close().await.unwrap();

    let spans = collector.spans();
    assert!(spans.iter().all(|span| span.trace_id.len() == 32));
    assert!(spans.iter().all(|span| span.span_id.len() == 16));
    assert!(spans.iter().all(|span| span.status.is_none()), "{spans:#?}");
    let root = one(&spans, "article");
    assert_eq!(root.parent_span_id, "");
    assert_consists(&spans, root, &["wait", "visit"]);
    let visit = one(&spans, "visit");
    assert_consists(&spans, visit, &["fetch", "inspect", "store"]);
    assert_consists(&spans, one(&spans, "inspect"), &["extract", "score"]);
    assert_eq!(spans.len(), 8, "{spans:#?}");

    let url = site.url(&path(0)).to_string();
    for span in [root, visit] {
        for (key, value) in [
            ("url.full", url.as_str()),
            ("benggala.source", "umpan"),
            ("benggala.outcome", "ok"),
            ("benggala.attempts", "0"),
            ("benggala.verdict", "pass"),
            ("benggala.findings", "0"),
            ("benggala.language", "id"),
            ("benggala.article", row.as_str()),
        ] {
            assert_eq!(
                span.attribute(key).as_deref(),
                Some(value),
                "{key} of {span:?}"
            );
        }
        let score: f64 = span.attribute("benggala.score").unwrap().parse().unwrap();
        assert!((0.0..0.5).contains(&score));
    }
    let fetch = one(&spans, "fetch");
    let kinds = [fetch.kind, visit.kind, root.kind];
    assert_eq!(kinds, [3, 1, 1], "client, internal, internal");
    let port = site.base.port().unwrap().to_string();
    for (key, value) in [
        ("http.request.method", "GET"),
        ("url.full", url.as_str()),
        ("server.address", "127.0.0.1"),
        ("server.port", port.as_str()),
        ("http.response.status_code", "200"),
    ] {
        assert_eq!(
            fetch.attribute(key).as_deref(),
            Some(value),
            "{key} of {fetch:?}"
        );
    }
    assert_eq!(fetch.attribute("error.type"), None);
}

/// The parent of its visits is told when it is read, and is the same for all.
#[tokio::test(flavor = "multi_thread")]
async fn visits_until_an_article_is_read_are_parts_of_one_trace() {
    let (collector, site) = (Collector::open(vec![]).await, Site::open().await);
    let page = html(&article_page(&clean(0), ""));
    site.put_in_turn(&path(0), vec![Reply::status(500), page]);
    let watch = watching(&site, &collector.url, |_| {}).await;
    watch.stored(1).await;
    watch.service.close().await.unwrap();

    let spans = collector.spans();
    let root = one(&spans, "article");
    assert_consists(&spans, root, &["wait", "visit", "visit"]);
    assert_eq!(root.status, None);
    let failed: Vec<Option<&str>> = named(&spans, "visit")
        .iter()
        .map(|visit| Some(visit.status.as_ref()?.message.as_str()))
        .collect();
    assert_eq!(failed, [Some("127.0.0.1 answered 500"), None]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_article_that_is_given_up_ends_in_an_error() {
    let (collector, site) = (Collector::open(vec![]).await, Site::open().await);
    site.put(&path(0), Reply::status(410));
    let watch = watching(&site, &collector.url, |_| {}).await;
    watch.counted("queue_items{state=\"gone\"}", 1.0).await;
    watch.service.close().await.unwrap();

    let spans = collector.spans();
    let root = one(&spans, "article");
    let visit = one(&spans, "visit");
    assert_consists(&spans, visit, &["fetch", "store"]);
    let fetch = one(&spans, "fetch");
    let status = fetch.attribute("http.response.status_code");
    assert_eq!(status.as_deref(), Some("410"));
    assert_eq!(fetch.attribute("error.type").as_deref(), Some("http_4xx"));
    let error = Status {
        code: 2,
        message: "127.0.0.1 answered 410".to_string(),
    };
    for span in [root, visit, fetch] {
        assert_eq!(span.status.as_ref(), Some(&error), "{span:?}");
        assert_eq!(span.attribute("benggala.verdict"), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_at_an_article_again_is_a_trace_of_its_own() {
    let (collector, site) = (Collector::open(vec![]).await, Site::open().await);
    site.put_articles([0]);
    let watch = watching(&site, &collector.url, |config| {
        config.schedule.recheck = Duration::from_millis(100);
    })
    .await;
    until("a second look", async || site.times(&path(0)) > 1).await;
    watch.service.close().await.unwrap();

    let spans = collector.spans();
    let root = one(&spans, "article");
    let link = Link {
        trace_id: root.trace_id.clone(),
        span_id: root.span_id.clone(),
    };
    let visits = named(&spans, "visit");
    let again = visits
        .iter()
        .filter(|visit| visit.trace_id != root.trace_id);
    let again: Vec<&&Span> = again.collect();
    assert!(!again.is_empty());
    for visit in again {
        assert_eq!(visit.parent_span_id, "");
        assert_eq!(visit.links, std::slice::from_ref(&link));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_no_more_than_the_sample_is_told() {
    let (collector, site) = (Collector::open(vec![]).await, Site::open().await);
    site.put_articles([0]);
    let watch = watching(&site, &collector.url, |config| config.trace.sample = 0.0).await;
    watch.stored(1).await;
    watch.service.close().await.unwrap();
    assert!(collector.spans().is_empty());
}

/// A port that takes connections, or none, and never answers.
#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_is_down_or_silent_holds_nothing_up() {
    let silent = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let address = silent.local_addr().unwrap();
    for (is_down, kept) in [(false, Some(silent)), (true, None)] {
        let site = Site::open().await;
        site.put_articles([0]);
        let url = Url::parse(&format!("http://{address}")).unwrap();
        let watch = watching(&site, &url, |_| {}).await;
        watch.stored(1).await;
        let metrics = std::sync::Arc::clone(&watch.service.metrics);
        let stopped = Instant::now();
        watch.service.close().await.unwrap();
        assert!(stopped.elapsed() < Duration::from_secs(10));
        let spans = &metrics.trace_spans_total;
        assert_eq!(spans.with_label_values(&["sent"]).get(), 0);
        let given_up = spans.with_label_values(&["given_up"]).get();
        assert_eq!(given_up, if is_down { 8 } else { 0 });
        drop(kept);
    }
}
