//! A collector of traces that reads what comes as the protocol has it, and nothing else.

use std::{
    collections::VecDeque,
    net::Ipv4Addr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, StatusCode, Uri, header},
};
use serde::Deserialize;
use tokio::net::TcpListener;
use url::Url;

/// `ExportTraceServiceRequest`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Request {
    resource_spans: Vec<ResourceSpans>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ResourceSpans {
    resource: Resource,
    scope_spans: Vec<ScopeSpans>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Resource {
    attributes: Vec<KeyValue>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ScopeSpans {
    scope: Scope,
    spans: Vec<Span>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Scope {
    name: String,
    version: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Span {
    pub(crate) trace_id: String,
    pub(crate) span_id: String,
    #[serde(default)]
    pub(crate) parent_span_id: String,
    pub(crate) name: String,
    pub(crate) kind: u32,
    start_time_unix_nano: String,
    end_time_unix_nano: String,
    attributes: Vec<KeyValue>,
    #[serde(default)]
    pub(crate) links: Vec<Link>,
    pub(crate) status: Option<Status>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Link {
    pub(crate) trace_id: String,
    pub(crate) span_id: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Status {
    pub(crate) code: u32,
    pub(crate) message: String,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyValue {
    key: String,
    value: AnyValue,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
enum AnyValue {
    #[serde(rename = "stringValue")]
    Text(String),
    /// 64 bits stand as text.
    #[serde(rename = "intValue")]
    Whole(String),
    #[serde(rename = "doubleValue")]
    Number(f64),
}

fn shown(attributes: &[KeyValue], key: &str) -> Option<String> {
    let mut found = attributes.iter().filter(|attribute| attribute.key == key);
    let value = found.next().map(|attribute| match &attribute.value {
        AnyValue::Text(text) => text.clone(),
        AnyValue::Whole(whole) => whole.parse::<i64>().unwrap().to_string(),
        AnyValue::Number(number) => format!("{number:?}"),
    });
    assert!(found.next().is_none(), "{key} twice in {attributes:?}");
    value
}

impl Span {
    /// From when to when, in nanoseconds since 1970.
    pub(crate) fn times(&self) -> (u64, u64) {
        let [began, ended] = [&self.start_time_unix_nano, &self.end_time_unix_nano];
        (began.parse().unwrap(), ended.parse().unwrap())
    }

    pub(crate) fn attribute(&self, key: &str) -> Option<String> {
        shown(&self.attributes, key)
    }
}

/// Takes what is sent, and keeps it.
#[derive(Debug, Clone)]
pub(crate) struct Collector {
    pub(crate) url: Url,
    spans: Arc<Mutex<Vec<Span>>>,
}

impl Collector {
    /// Answers the first requests so, and takes the others.
    pub(crate) async fn open(answers: Vec<(u16, &'static str)>) -> Collector {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let collector = Collector {
            url: Url::parse(&url).unwrap(),
            spans: Arc::default(),
        };
        let (keep, answers) = (collector.clone(), Mutex::new(VecDeque::from(answers)));
        let take = Arc::new(move |uri: &Uri, headers: &HeaderMap, body: &Bytes| {
            assert_eq!(uri.path(), "/v1/traces");
            assert_eq!(headers[header::CONTENT_TYPE], "application/json");
            let (status, said) = match answers.lock().unwrap().pop_front() {
                Some((status, said)) => (StatusCode::from_u16(status).unwrap(), said),
                None => (StatusCode::OK, "{}"),
            };
            if status.is_success() {
                keep.keep(body);
            }
            (status, said)
        });
        let answer = move |uri: Uri, headers: HeaderMap, body: Bytes| async move {
            take(&uri, &headers, &body)
        };
        let app = Router::new().fallback(answer);
        tokio::spawn(async move { axum::serve(listener, app).await });
        collector
    }

    fn keep(&self, body: &[u8]) {
        let request: Request = serde_json::from_slice(body).unwrap();
        let version = env!("CARGO_PKG_VERSION");
        for told in request.resource_spans {
            let of_resource = |key| shown(&told.resource.attributes, key);
            assert_eq!(of_resource("service.name").as_deref(), Some("benggala"));
            assert_eq!(of_resource("service.version").as_deref(), Some(version));
            assert_eq!(of_resource("service.instance.id").unwrap().len(), 32);
            for scoped in told.scope_spans {
                assert_eq!(
                    (scoped.scope.name.as_str(), scoped.scope.version.as_str()),
                    ("benggala", version)
                );
                self.spans.lock().unwrap().extend(scoped.spans);
            }
        }
    }

    /// All that came, in its order.
    pub(crate) fn spans(&self) -> Vec<Span> {
        self.spans.lock().unwrap().clone()
    }
}
