//! A served store, asked without a socket.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use arc_swap::ArcSwap;
use axum::{Router, body::Body};
use benggala::{
    config::Config,
    inspect::abstain,
    model::{
        Article, Assessment, Evidence, EvidenceKind, FetchOutcome, Finding, Headers, Lang, Link,
        Page, PageKind, Reason, RulesHash, Scores, Source, StoreUrl, Timestamp, Unready, Verdict,
        Zone,
    },
    report::legend::{RuleView, TextsView},
    store::{self, Claim, Completion, Fate, Lease, ListReading, Observer, Store, Visit},
    web::{self, AppState, exposition::Exposition},
};
use bytes::Bytes;
use chrono::TimeDelta;
use http::{HeaderMap, Method, Request, StatusCode, header};
use serde_json::Value;
use tokio::sync::{Semaphore, mpsc};
use tower::ServiceExt as _;
use url::Url;

use crate::store::given::SCHEDULE;

pub(super) const HOSTILE: &str = "<script>alert('x')</script> & co";
pub(super) const BODY: &str =
    "Wali kota membuka pasar di 城市 itu.\n\nPedagang dan dan pembeli datang.";
/// A page that tries what it can.
const PAGE: &str = "<meta http-equiv=refresh content='0;url=https://evil.example/'>\
    <script>alert(1)</script><p onclick='alert(2)' data-kept>Isi &amp; <b>tebal</b>\
    <img src=https://evil.example/x onerror=alert(3)><iframe src=javascript:alert(4)></iframe>\
    <a href=javascript:alert(5)>a</a><a href='https://good.example/'>b</a>\
    <svg><script>alert(6)</script><a xlink:href='javascript:alert(7)'>c</a></svg>";
const LEGEND: [RuleView<'static>; 1] = [RuleView {
    rule: "repeated-phrase",
    family: "translation",
    summary: "the same words twice in a row",
    why: "",
    notes: &["“{}” is joined to itself"],
    flags: Vec::new(),
    passes: Vec::new(),
    grades: Vec::new(),
    searched: TextsView {
        native: 0,
        human: 0,
        machine: 0,
    },
    note: None,
}];

/// A served store, and what it told the rest of the program.
pub(super) struct Site {
    pub(super) state: AppState,
    pub(super) app: Router,
    pub(super) observed: Arc<Mutex<Vec<(String, u16)>>>,
    pub(super) reviewed: Arc<Mutex<Vec<&'static str>>>,
    pub(super) reloads: mpsc::Receiver<()>,
    pub(super) unready: Arc<Mutex<Vec<Unready>>>,
    _dir: tempfile::TempDir,
}

pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Asserts that this is a problem (RFC 9457) and returns its detail.
    pub(super) fn problem(&self, status: StatusCode) -> String {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{}",
            self.text
        );
        let value = self.json();
        assert_eq!(value["status"], status.as_u16());
        assert_eq!(value["type"], "about:blank");
        assert!(value["title"].is_string());
        value["detail"].as_str().unwrap().to_string()
    }
}

impl Site {
    /// A site with nothing in its store.
    pub(super) async fn empty() -> Site {
        Site::empty_with(|_| {}).await
    }

    /// The same, served as a configuration has it.
    async fn empty_with(change: impl FnOnce(&mut Config)) -> Site {
        let mut config = Config::default();
        change(&mut config);
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("benggala.db");
        let store = store::open(&StoreUrl::Sqlite(path), Observer::default())
            .await
            .unwrap();
        let observed = Arc::new(Mutex::new(Vec::new()));
        let reviewed = Arc::new(Mutex::new(Vec::new()));
        let (reload, reloads) = mpsc::channel(1);
        let unready = Arc::new(Mutex::new(Vec::new()));
        let why = unready.clone();
        let (seen, said) = (observed.clone(), reviewed.clone());
        let state = AppState {
            store,
            config: Arc::new(ArcSwap::from_pointee(config)),
            effective_config: Arc::new(|| "[serve]\n".to_string()),
            metrics_text: Arc::new(|format| match format {
                Exposition::Text => "benggala_up 1\n".to_string(),
                Exposition::OpenMetrics => "benggala_up 1\n# EOF\n".to_string(),
            }),
            observe: Arc::new(move |route, code, _| {
                seen.lock().unwrap().push((route.to_string(), code));
            }),
            reviewed: Arc::new(move |decision| said.lock().unwrap().push(decision.as_str())),
            unready: Arc::new(move || why.lock().unwrap().clone()),
            warning: Arc::new(|| None),
            reload: Some(reload),
            languages: Lang::new("id").into_iter().collect(),
            listeners: Arc::new(Semaphore::new(2)),
            rules: Arc::new(LEGEND),
        };
        Site {
            app: web::app(state.clone()),
            state,
            observed,
            reviewed,
            reloads,
            unready,
            _dir: dir,
        }
    }

    /// A site whose store holds two sources and four articles; their rows, oldest first.
    pub(super) async fn seeded() -> (Site, Vec<i64>) {
        Site::seeded_with(|_| {}).await
    }

    pub(super) async fn seeded_with(change: impl FnOnce(&mut Config)) -> (Site, Vec<i64>) {
        let site = Site::empty_with(change).await;
        let rows = seed(site.state.store.as_ref()).await;
        (site, rows)
    }

    /// Sets an address aside, as if reading it had ended the daemon again and again.
    pub(super) fn park(&self, url: &str) {
        let db = rusqlite::Connection::open(self._dir.path().join("benggala.db")).unwrap();
        let park = "UPDATE urls SET parked = 'lost', state = 'gone', error = 'lost: <b>3</b> times' WHERE url = ?1";
        assert_eq!(db.execute(park, [url]).unwrap(), 1, "{url}");
    }

    pub(super) fn configure(&self, change: impl Fn(&mut Config)) {
        let mut config = Config::default();
        change(&mut config);
        self.state.config.store(Arc::new(config));
    }

    pub(super) async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, 4 << 20).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    /// The head of an answer that has no end.
    pub(super) async fn head_of(&self, request: Request<Body>) -> Answer {
        let (parts, body) = self
            .app
            .clone()
            .oneshot(request)
            .await
            .unwrap()
            .into_parts();
        let text = match parts.status.is_success() {
            true => String::new(),
            false => {
                let body = axum::body::to_bytes(body, 4 << 20).await.unwrap();
                String::from_utf8_lossy(&body).into_owned()
            }
        };
        Answer {
            status: parts.status,
            headers: parts.headers,
            text,
        }
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.send(request(Method::GET, path, &[], "")).await
    }

    pub(super) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(request(Method::GET, path, headers, "")).await
    }

    pub(super) async fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.send(request(Method::POST, path, headers, body)).await
    }
}

pub(super) fn request(
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    if !headers.iter().any(|(name, _)| *name == "host") {
        request = request.header(header::HOST, "127.0.0.1:9630");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body.to_string())).unwrap()
}

fn now() -> Timestamp {
    "2025-03-04T12:00:00Z".parse().unwrap()
}

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

/// Of an article that could not be judged: a word of a megabyte, text that runs the other way, markup.
fn endless() -> (String, String) {
    let word = "a".repeat(1 << 20);
    let title = format!("\u{202e}gnilruc {word}");
    (
        title,
        format!("{word}\n\n</p></main><script>alert('x')</script>\u{202e}kcab"),
    )
}

async fn seed(store: &dyn Store) -> Vec<i64> {
    let sources = ["desa", "kota & co"].map(source);
    store.put_sources(None, &sources, now()).await.unwrap();

    let planned = [
        ("desa", "pass", "Panen raya"),
        ("desa", "abstain", "Galeri foto"),
        ("kota & co", "flag", "Pasar baru"),
        ("desa", "flag", HOSTILE),
    ];
    for lease in claim(store).await {
        let mine = planned
            .iter()
            .filter(|(source, ..)| *source == lease.link.source);
        let links = mine.map(|(source, verdict, _)| Link {
            url: url(&format!("https://{}.example/{verdict}", &source[..4])),
            source: (*source).to_string(),
            kind: PageKind::Article,
            published: Some(now().into()),
        });
        let completion = Completion {
            links: links.collect(),
            fate: Fate::Again {
                at: now() + TimeDelta::hours(1),
                attempts: 0,
            },
            ..completion()
        };
        assert!(
            store
                .complete(&lease, completion, &[])
                .await
                .unwrap()
                .accepted
        );
    }

    let leases = claim(store).await;
    let mut rows = Vec::new();
    for (source, verdict, title) in planned {
        let wanted = |lease: &&Lease| {
            lease.link.source == source && lease.link.url.path() == format!("/{verdict}")
        };
        let lease = leases.iter().find(wanted).unwrap();
        let completion = Completion {
            visit: Some(Box::new(visit(&lease.link, verdict, title))),
            ..completion()
        };
        let done = store.complete(lease, completion, &[]).await.unwrap();
        rows.push(done.article.unwrap());
    }
    rows
}

async fn claim(store: &dyn Store) -> Vec<Lease> {
    let claim = Claim {
        worker: "test".to_string(),
        now: now(),
        zone: Zone::UTC,
        lease: Duration::from_secs(60),
        limit: 100,
        per_host: 100,
        alone: false,
        group: None,
        backfill_of: None,
    };
    store.claim(&claim).await.unwrap()
}

fn completion() -> Completion {
    Completion {
        at: now(),
        zone: Zone::UTC,
        outcome: FetchOutcome::Ok,
        status: Some(200),
        etag: None,
        last_modified: None,
        fate: Fate::Done,
        kind: None,
        host_next_at: now(),
        host_failures: 0,
        host_delay: Some(std::time::Duration::ZERO),
        rhythm: None,
        moved: None,
        robots: Vec::new(),
        poll: None,
        links: Vec::new(),
        list: ListReading::Pending,
        known: Vec::new(),
        remembered: Vec::new(),
        schedule: SCHEDULE,
        visit: None,
        error: None,
    }
}

fn visit(link: &Link, verdict: &str, title: &str) -> Visit {
    let article = Article {
        url: Some(link.url.clone()),
        title: Some(title.to_string()),
        lang: Lang::new("id"),
        body: BODY.to_string(),
        ..Article::default()
    };
    let article = match verdict {
        "abstain" => {
            let (title, body) = endless();
            Article {
                title: Some(title),
                body,
                ..article
            }
        }
        _ => article,
    };
    let start = BODY.find("dan dan").unwrap();
    let assessment = match verdict {
        "abstain" => abstain(Reason::TooShort),
        "pass" => Assessment {
            verdict: Verdict::Pass,
            ..abstain(Reason::TooShort)
        },
        _ => Assessment {
            verdict: Verdict::Flag,
            scores: Scores {
                overall: 0.8,
                machine_translation: 0.8,
                residue: 0.05,
                style: None,
                boilerplate: 0.0,
                body_share: None,
            },
            findings: vec![Finding {
                rule: "repeated-phrase",
                grade: "strong",
                span: start..start + "dan dan".len(),
                note: "“dan” is joined to itself".to_string(),
                left_out: None,
            }],
            dismissed: Vec::new(),
            evidence: vec![Evidence {
                kind: EvidenceKind::Words,
                name: "repeated-phrase".to_string(),
                grade: "strong".to_string(),
                times: 1,
                log_ratio: 4.5,
                of_source: None,
            }],
            rules: RulesHash(9),
        },
    };
    Visit {
        page: Page {
            link: link.clone(),
            final_url: link.url.clone(),
            fetched_at: now(),
            status: 200,
            headers: Headers::default(),
            body: Bytes::from_static(PAGE.as_bytes()),
        },
        canonical: link.url.clone(),
        article,
        assessment,
    }
}

pub(super) const JSON: (&str, &str) = ("content-type", "application/json");
pub(super) const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
pub(super) const BROWSER: (&str, &str) =
    ("accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8");

pub(super) fn reviews_of(id: i64) -> String {
    format!("/api/v1/articles/{id}/reviews")
}

/// A source as the configuration would have it.
pub(super) fn source(name: &str) -> Source {
    Source::new(
        name,
        PageKind::Feed,
        url(&format!("https://{}.example/feed", &name[..4])),
    )
}
