//! The way of an article, as a collector of traces is told of it. Built with the feature `otlp`.

use std::sync::{Arc, Mutex};

use axum::{Router, body::Bytes, http::Uri};
use benggala::model::PageKind;
use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest,
    trace::v1::{Span, status::StatusCode},
};
use prost::Message as _;
use tokio::net::TcpListener;
use url::Url;

use super::{
    site::{Site, path, rss},
    watch::Watch,
};

/// Takes what is sent, and keeps it.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<(String, ExportTraceServiceRequest)>>>);

impl Collector {
    async fn open(&self) -> Url {
        let collector = self.clone();
        let take = move |uri: Uri, body: Bytes| async move {
            let told = ExportTraceServiceRequest::decode(body).unwrap();
            collector.0.lock().unwrap().push((uri.to_string(), told));
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let app = Router::new().fallback(take);
        tokio::spawn(async move { axum::serve(listener, app).await });
        Url::parse(&url).unwrap()
    }

    fn spans(&self) -> Vec<Span> {
        let told = self.0.lock().unwrap();
        let resources = told.iter().flat_map(|(_, told)| &told.resource_spans);
        let scopes = resources.flat_map(|resource| &resource.scope_spans);
        scopes.flat_map(|scope| scope.spans.clone()).collect()
    }
}

fn text(span: &Span, key: &str) -> String {
    let found = span.attributes.iter().find(|pair| pair.key == key);
    format!("{:?}", found.and_then(|pair| pair.value.clone()))
}

/// What a daemon that samples so much tells of one article.
async fn told(sample: f32) -> (Collector, Url) {
    let collector = Collector::default();
    let url = collector.open().await;
    let site = Site::open().await;
    site.put_articles([0]);
    site.put("/rss.xml", rss(&[site.url(&path(0))]));
    let source = site.source("umpan", PageKind::Feed, "/rss.xml");
    let watch = Watch::with(vec![source], |config| {
        config.trace.otlp_url = Some(url);
        config.trace.sample = sample;
    })
    .await;
    watch.stored(1).await;
    watch.service.close().await.unwrap();
    (collector, site.url(&path(0)))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_is_told_of_one_trace_an_article() {
    let (collector, article) = told(1.0).await;
    for (path, _) in collector.0.lock().unwrap().iter() {
        assert_eq!(path, "/v1/traces");
    }
    let spans = collector.spans();
    let (roots, parts): (Vec<&Span>, Vec<&Span>) =
        spans.iter().partition(|span| span.parent_span_id.is_empty());
    let [root] = roots[..] else {
        panic!("{roots:?}");
    };
    assert_eq!(root.name, "article");
    assert!(text(root, "url.full").contains(article.as_str()), "{root:?}");
    assert!(text(root, "benggala.source").contains("umpan"));
    assert!(text(root, "benggala.verdict").contains("pass"));
    assert!(root.status.as_ref().is_none_or(|status| status.code() != StatusCode::Error));
    let mut names: Vec<&str> = parts.iter().map(|span| span.name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["extract", "fetch", "pace", "score", "store", "wait"]);
    for span in parts {
        assert_eq!(span.trace_id, root.trace_id, "{span:?}");
        assert_eq!(span.parent_span_id, root.span_id, "{span:?}");
        assert!(span.start_time_unix_nano <= span.end_time_unix_nano);
        assert!(span.start_time_unix_nano >= root.start_time_unix_nano);
        assert!(span.end_time_unix_nano <= root.end_time_unix_nano);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_is_told_of_no_more_than_the_sample() {
    let (collector, _) = told(0.0).await;
    assert_eq!(collector.spans(), []);
}
