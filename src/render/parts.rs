//! What a page loads: the page itself, which we have, and what its scripts need.

use bytes::Bytes;
use data_encoding::BASE64;
use serde_json::{Value, json};
use url::Url;

use super::protocol::{Answer, Paused};
use crate::{
    fetch::{Exchange, Fetcher, Request, Way},
    model::{FetchOutcome, Page, PageKind, RobotsRecord},
};

/// Scripts and their data that one page may load, over all hosts.
const PARTS_MAX: usize = 40;

/// The page may do less than others of its site: what no interception would see (sockets, workers) is
/// forbidden, and so is what shows no text.
const POLICY: &str = "connect-src http: https:; worker-src 'none'; frame-src 'none'; \
     object-src 'none'; img-src 'none'; media-src 'none'; font-src 'none'; form-action 'none'; \
     webrtc 'block'";

impl Paused {
    fn is_for_scripts(&self) -> bool {
        self.method == "GET" && matches!(self.kind.as_str(), "Script" | "XHR" | "Fetch")
    }

    /// What lets a script read an answer from another origin. Nothing secret is in it: no cookie was
    /// ever sent.
    fn permission(&self) -> Vec<(String, String)> {
        let origin = self.origin.as_deref().unwrap_or("*");
        let permits = [
            ("access-control-allow-origin", origin),
            ("access-control-allow-credentials", "true"),
            ("access-control-allow-methods", "GET"),
            ("access-control-allow-headers", "*, authorization"),
        ];
        permits
            .map(|(name, value)| (name.to_string(), value.to_string()))
            .to_vec()
    }
}

impl Answer {
    fn refuse(request: &Paused) -> Answer {
        Answer {
            method: "Fetch.failRequest",
            params: json!({"requestId": request.id, "errorReason": "BlockedByClient"}),
        }
    }

    fn fulfil(request: &Paused, status: u16, headers: &[(String, String)], body: &[u8]) -> Answer {
        let headers: Vec<Value> = headers
            .iter()
            .map(|(name, value)| json!({"name": name, "value": value}))
            .collect();
        Answer {
            method: "Fetch.fulfillRequest",
            params: json!({
                "requestId": request.id,
                "responseCode": status,
                "responseHeaders": headers,
                "body": BASE64.encode(body),
            }),
        }
    }
}

/// What is made of a request.
pub(super) enum Judged {
    /// Its answer.
    Answered(Answer),
    /// It is to be fetched from here.
    Wanted(Url),
}

/// A page as its scripts have left it.
#[derive(Debug, Clone, PartialEq)]
pub struct Rendered {
    /// The document, in UTF-8.
    pub html: Bytes,
    /// robots.txt files that were fetched on the way.
    pub robots: Vec<RobotsRecord>,
    /// Bytes received for it, before decoding.
    pub wire_bytes: u64,
}

/// The requests of one page.
pub(super) struct Parts<'p> {
    page: &'p Page,
    is_shown: bool,
    asked: usize,
    robots: Vec<RobotsRecord>,
    wire_bytes: u64,
}

impl<'p> Parts<'p> {
    pub(super) fn of(page: &'p Page) -> Parts<'p> {
        Parts {
            page,
            is_shown: false,
            asked: 0,
            robots: Vec::new(),
            wire_bytes: 0,
        }
    }

    pub(super) fn judge(&mut self, request: &Paused) -> Judged {
        if request.kind == "Document" && !self.is_shown {
            self.is_shown = true;
            return Judged::Answered(self.document(request));
        }
        if request.method == "OPTIONS" {
            let permission = request.permission();
            return Judged::Answered(Answer::fulfil(request, 204, &permission, &[]));
        }
        let is_wanted = request.is_for_scripts() && self.asked < PARTS_MAX;
        match Url::parse(&request.url) {
            Ok(url) if is_wanted && matches!(url.scheme(), "http" | "https") => {
                self.asked += 1;
                Judged::Wanted(url)
            }
            Ok(_) | Err(_) => Judged::Answered(Answer::refuse(request)),
        }
    }

    fn document(&self, request: &Paused) -> Answer {
        let kind = self.page.headers.get("content-type").unwrap_or("text/html");
        let headers = [("content-type", kind), ("content-security-policy", POLICY)]
            .map(|(name, value)| (name.to_string(), value.to_string()));
        Answer::fulfil(request, 200, &headers, &self.page.body)
    }

    /// Takes note of what a part has cost.
    pub(super) fn count(&mut self, exchange: &Exchange) {
        self.wire_bytes += exchange.wire_bytes;
        self.robots.extend(exchange.robots.iter().cloned());
    }

    pub(super) fn rendered(self, html: Bytes) -> Rendered {
        Rendered {
            html,
            robots: self.robots,
            wire_bytes: self.wire_bytes,
        }
    }
}

/// A part that was asked for.
pub(super) struct Loaded {
    pub(super) answer: Answer,
    pub(super) exchange: Exchange,
}

/// Fetches a part as anything else is fetched: past the guard, by robots.txt, at the host's pace.
pub(super) async fn load(fetcher: &Fetcher, way: &Way, url: Url, request: Paused) -> Loaded {
    let wanted = Request {
        url,
        // A script, or data of any kind.
        kind: PageKind::Auto,
        etag: None,
        last_modified: None,
    };
    let exchange = fetcher.fetch_by(&wanted, way).await;
    let answer = match exchange.outcome {
        FetchOutcome::Ok => {
            let mut headers = request.permission();
            let kind = exchange.headers.get("content-type");
            headers.extend(kind.map(|kind| ("content-type".to_string(), kind.to_string())));
            Answer::fulfil(&request, 200, &headers, &exchange.body)
        }
        _ => Answer::refuse(&request),
    };
    Loaded { answer, exchange }
}
