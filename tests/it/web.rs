//! The review page, the API, metrics and health, asked the way clients ask.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::{
    collections::BTreeSet,
    sync::{Arc, Condvar, Mutex},
    time::Duration,
};

use arc_swap::ArcSwap;
use axum::{Router, body::Body};
use benggala::{
    config::Config,
    inspect::abstain,
    model::{
        Article, Assessment, FetchOutcome, Finding, Headers, Lang, Link, Page, PageKind, Reason,
        RulesHash, Scores, SiteRules, Source, Timestamp, Verdict,
    },
    report::legend::RuleView,
    store::{self, Claim, Completion, Fate, Lease, Store, Visit},
    web::{self, State},
};
use bytes::Bytes;
use chrono::TimeDelta;
use http::{HeaderMap, Method, Request, StatusCode, header};
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};
use tower::ServiceExt as _;
use url::Url;

const HOSTILE: &str = "<script>alert('x')</script> & co";
const BODY: &str = "Wali kota membuka pasar di 城市 itu.\n\nPedagang dan dan pembeli datang.";
const LEGEND: [RuleView<'static>; 1] = [RuleView {
    rule: "repeated-phrase",
    family: "translation",
    summary: "the same words twice in a row",
    why: "",
    flags: Vec::new(),
    passes: Vec::new(),
    rates: None,
}];

/// A served store, and what it told the rest of the program.
struct Site {
    state: State,
    app: Router,
    observed: Arc<Mutex<Vec<(String, u16)>>>,
    reviewed: Arc<Mutex<Vec<&'static str>>>,
    reloads: mpsc::Receiver<()>,
    ready: watch::Sender<bool>,
    _dir: tempfile::TempDir,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    /// Asserts that this is a problem (RFC 9457) and returns its detail.
    fn problem(&self, status: StatusCode) -> String {
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
    async fn empty() -> Site {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("benggala.db");
        let store = store::open(&format!("sqlite:{}", path.display()))
            .await
            .unwrap();
        let observed = Arc::new(Mutex::new(Vec::new()));
        let reviewed = Arc::new(Mutex::new(Vec::new()));
        let (reload, reloads) = mpsc::channel(1);
        let (ready, is_ready) = watch::channel(true);
        let (seen, said) = (observed.clone(), reviewed.clone());
        let state = State {
            store,
            config: Arc::new(ArcSwap::from_pointee(Config::default())),
            effective_config: Arc::new(|| "[serve]\n".to_string()),
            metrics_text: Arc::new(|| "benggala_up 1\n".to_string()),
            observe: Arc::new(move |route, code, _| {
                seen.lock().unwrap().push((route.to_string(), code));
            }),
            reviewed: Arc::new(move |decision| said.lock().unwrap().push(decision.as_str())),
            ready: is_ready,
            reload: Some(reload),
            rules: Arc::new(LEGEND),
        };
        Site {
            app: web::app(state.clone()),
            state,
            observed,
            reviewed,
            reloads,
            ready,
            _dir: dir,
        }
    }

    /// A site whose store holds two sources and four articles; their rows, oldest first.
    async fn seeded() -> (Site, Vec<i64>) {
        let site = Site::empty().await;
        let rows = seed(site.state.store.as_ref()).await;
        (site, rows)
    }

    fn configure(&self, change: impl Fn(&mut Config)) {
        let mut config = Config::default();
        change(&mut config);
        self.state.config.store(Arc::new(config));
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.app.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, 4 << 20).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8(body.to_vec()).unwrap(),
        }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(request(Method::GET, path, &[], "")).await
    }

    async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(request(Method::GET, path, headers, "")).await
    }

    async fn post(&self, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        self.send(request(Method::POST, path, headers, body)).await
    }
}

fn request(method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Request<Body> {
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

async fn seed(store: &dyn Store) -> Vec<i64> {
    let sources = ["desa", "kota & co"].map(|name| Source {
        name: name.to_string(),
        kind: PageKind::Feed,
        url: url(&format!("https://{}.example/feed", &name[..4])),
        every: None,
        lang: None,
        rules: SiteRules::default(),
    });
    store.put_sources(&sources, now()).await.unwrap();

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
            published: Some(now()),
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
        lease: Duration::from_secs(60),
        limit: 100,
        per_host: 100,
    };
    store.claim(&claim).await.unwrap()
}

fn completion() -> Completion {
    Completion {
        at: now(),
        outcome: FetchOutcome::Ok,
        status: Some(200),
        etag: None,
        last_modified: None,
        fate: Fate::Done,
        kind: None,
        host_next_at: now(),
        host_failures: 0,
        robots: Vec::new(),
        links: Vec::new(),
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
                translation: None,
                boilerplate: 0.0,
            },
            findings: vec![Finding {
                rule: "repeated-phrase",
                span: start..start + "dan dan".len(),
                note: "a word twice".to_string(),
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
            body: Bytes::from_static(b"<p>"),
        },
        canonical: link.url.clone(),
        article,
        assessment,
    }
}

const JSON: (&str, &str) = ("content-type", "application/json");
const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const BROWSER: (&str, &str) = ("accept", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8");

fn reviews_of(id: i64) -> String {
    format!("/api/v1/articles/{id}/reviews")
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let site = Site::empty().await;
    for path in ["/", "/sources", "/metrics", "/api/v1/articles", "/nowhere"] {
        let answer = site.get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'self'"));
        assert!(!policy.contains("unsafe") && !policy.contains("script-src"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
    }
}

#[tokio::test]
async fn an_empty_daemon_says_what_to_do() {
    let site = Site::empty().await;
    assert!(site.get("/").await.text.contains("benggala add"));
    assert!(site.get("/sources").await.text.contains("benggala add"));
    let list = site.get("/api/v1/articles").await.json();
    assert_eq!(list, json!({"articles": [], "next": null}));
}

#[tokio::test]
async fn the_review_page_lists_flagged_articles_first_and_filters() {
    let (site, rows) = Site::seeded().await;
    let page = site.get("/").await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(!page.text.contains("<script"), "{}", page.text);
    assert!(
        page.text
            .contains("Pedagang <mark>dan dan</mark> pembeli datang.")
    );
    assert!(page.text.contains("Flagged 2") && page.text.contains("Not judged 1"));
    assert!(!page.text.contains("Panen raya"));
    assert!(
        page.text
            .contains(&format!("href=\"/articles/{}\"", rows[3]))
    );

    let kota = site.get("/?source=kota+%26+co&rule=repeated-phrase").await;
    assert!(kota.text.contains("Pasar baru") && !kota.text.contains("alert"));
    let passed = site.get("/?verdict=pass").await;
    assert!(passed.text.contains("Panen raya") && !passed.text.contains("Pasar baru"));
    let all = site.get("/?verdict=all").await;
    assert_eq!(all.text.matches("<article").count(), 4);
}

#[tokio::test]
async fn an_article_has_its_page() {
    let (site, rows) = Site::seeded().await;
    let page = site.get(&format!("/articles/{}", rows[3])).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("<mark>dan dan</mark><sup>"));
    assert!(page.text.contains("no model for this language"));
    assert!(!page.text.contains("<script"));
    assert!(page.text.contains("method=\"post\""));

    let abstained = site.get(&format!("/articles/{}", rows[1])).await;
    assert!(abstained.text.contains("too short to be judged fairly"));
}

#[tokio::test]
async fn sources_are_listed_and_paged() {
    let (site, _) = Site::seeded().await;
    let page = site.get("/sources").await;
    assert!(page.text.contains("kota &#38; co") && page.text.contains("desa"));

    let first = site.get("/api/v1/sources?limit=1").await.json();
    assert_eq!(first["sources"][0]["name"], "desa");
    assert_eq!(first["sources"][0]["kind"], "feed");
    let cursor = first["next"].as_str().unwrap();
    let second = site
        .get(&format!("/api/v1/sources?limit=1&cursor={cursor}"))
        .await;
    let second = second.json();
    assert_eq!(second["sources"][0]["name"], "kota & co");
    assert_eq!(second["next"], Value::Null);
}

#[tokio::test]
async fn the_api_lists_filters_and_pages_newest_first() {
    let (site, rows) = Site::seeded().await;
    let mut seen = Vec::new();
    let mut path = "/api/v1/articles?limit=3".to_string();
    loop {
        let list = site.get(&path).await.json();
        let ids = list["articles"].as_array().unwrap().iter();
        seen.extend(ids.map(|article| article["id"].as_i64().unwrap()));
        let Some(cursor) = list["next"].as_str() else {
            break;
        };
        path = format!("/api/v1/articles?limit=3&cursor={cursor}");
    }
    let newest_first: Vec<i64> = rows.iter().rev().copied().collect();
    assert_eq!(seen, newest_first);

    for (query, expected) in [
        ("verdict=flag", 2),
        ("verdict=flag&source=desa", 1),
        ("verdict=&source=", 4),
        ("rule=repeated-phrase", 2),
        ("rule=unheard-of", 0),
        ("since=2025-03-04", 4),
        ("since=2025-03-05T00:00:00%2B07:00", 0),
        ("until=2025-03-04", 0),
    ] {
        let list = site.get(&format!("/api/v1/articles?{query}")).await.json();
        assert_eq!(
            list["articles"].as_array().unwrap().len(),
            expected,
            "{query}"
        );
    }
    let list = site.get("/api/v1/articles?verdict=abstain").await.json();
    assert_eq!(list["articles"][0]["reason"], "too-short");
    assert!(list["articles"][0].get("body").is_none());
}

#[tokio::test]
async fn one_article_counts_in_code_points() {
    let (site, rows) = Site::seeded().await;
    let article = site
        .get(&format!("/api/v1/articles/{}", rows[3]))
        .await
        .json();
    assert_eq!(article["title"], HOSTILE);
    assert_eq!(article["source"], "desa");
    assert_eq!(article["scores"]["translation"], Value::Null);
    let finding = &article["findings"][0];
    let (start, end) = (finding["start"].as_u64(), finding["end"].as_u64());
    let (start, end) = (start.unwrap() as usize, end.unwrap() as usize);
    let body = article["body"].as_str().unwrap();
    let words: String = body.chars().skip(start).take(end - start).collect();
    assert_eq!(words, "dan dan");
}

#[tokio::test]
async fn bad_questions_get_problems_that_name_them() {
    let (site, _) = Site::seeded().await;
    for (path, named) in [
        ("/api/v1/articles?verdict=bad", "`bad`"),
        ("/api/v1/articles?limit=0", "200"),
        ("/api/v1/articles?limit=201", "200"),
        ("/api/v1/articles?limit=many", "limit"),
        ("/api/v1/articles?since=yesterday", "`yesterday`"),
        ("/api/v1/articles?cursor=zz", "`zz`"),
        ("/api/v1/articles?verdit=flag", "verdit"),
        ("/api/v1/sources?cursor=6", "`6`"),
        ("/api/v1/sources?cursor=%C3%A9%C3%A9", "`éé`"),
    ] {
        let detail = site.get(path).await.problem(StatusCode::BAD_REQUEST);
        assert!(detail.contains(named), "{path}: {detail}");
    }
    for path in [
        "/api/v1/articles/999",
        "/api/v1/articles/x",
        "/api/v1/x",
        "/x",
        "/articles/x",
    ] {
        site.get(path).await.problem(StatusCode::NOT_FOUND);
    }
    let answer = site.post("/api/v1/articles", &[], "").await;
    answer.problem(StatusCode::METHOD_NOT_ALLOWED);
    assert!(answer.header("allow").contains("GET"));
}

#[tokio::test]
async fn browsers_get_a_page_where_programs_get_a_problem() {
    let site = Site::empty().await;
    let page = site.get_with("/articles/7", &[BROWSER]).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.text.contains("There is no article 7."));
    let api = site.get_with("/api/v1/articles/7", &[BROWSER]).await;
    api.problem(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_program_can_review() {
    let (site, rows) = Site::seeded().await;
    let body = r#"{"decision":"dismissed","by":" Ana ","note":"fine <b>"}"#;
    let answer = site.post(&reviews_of(rows[3]), &[JSON], body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    assert_eq!(answer.json()["by"], "Ana");
    assert_eq!(*site.reviewed.lock().unwrap(), ["dismissed"]);

    let article = site
        .get(&format!("/api/v1/articles/{}", rows[3]))
        .await
        .json();
    assert_eq!(article["reviews"][0]["decision"], "dismissed");
    let page = site.get(&format!("/articles/{}", rows[3])).await.text;
    assert!(page.contains("by Ana") && page.contains("fine &#60;b&#62;"));
}

#[tokio::test]
async fn the_form_of_the_page_can_review() {
    let (site, rows) = Site::seeded().await;
    let headers = [FORM, ("origin", "http://127.0.0.1:9630")];
    let body = "by=Ana&note=&decision=confirmed";
    let answer = site.post(&reviews_of(rows[2]), &headers, body).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    assert_eq!(
        answer.header("location"),
        format!("/articles/{}#review", rows[2])
    );
    assert_eq!(*site.reviewed.lock().unwrap(), ["confirmed"]);
}

#[tokio::test]
async fn bad_reviews_are_refused_and_not_counted() {
    let (site, rows) = Site::seeded().await;
    let long_note = json!({"decision": "confirmed", "by": "a", "note": "é".repeat(2001)});
    let long_name = json!({"decision": "confirmed", "by": "é".repeat(101)});
    for (body, status) in [
        ("{", StatusCode::BAD_REQUEST),
        (
            r#"{"decision":"maybe","by":"a"}"#,
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            r#"{"decision":"confirmed"}"#,
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            r#"{"decision":"confirmed","by":"a","x":1}"#,
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            r#"{"decision":"confirmed","by":" "}"#,
            StatusCode::BAD_REQUEST,
        ),
        (
            r#"{"decision":"confirmed","by":"a\nb"}"#,
            StatusCode::BAD_REQUEST,
        ),
        (&long_note.to_string(), StatusCode::BAD_REQUEST),
        (&long_name.to_string(), StatusCode::BAD_REQUEST),
        (&" ".repeat(65 << 10), StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        site.post(&reviews_of(rows[0]), &[JSON], body)
            .await
            .problem(status);
    }
    let good = r#"{"decision":"confirmed","by":"a"}"#;
    let plain = [("content-type", "text/plain")];
    let answer = site.post(&reviews_of(rows[0]), &plain, good).await;
    answer.problem(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let answer = site.post(&reviews_of(999_999), &[JSON], good).await;
    answer.problem(StatusCode::NOT_FOUND);
    assert!(site.reviewed.lock().unwrap().is_empty());
}

#[tokio::test]
async fn other_sites_cannot_write() {
    let (site, rows) = Site::seeded().await;
    let body = "by=Ana&decision=confirmed";
    for foreign in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "https://evil.example"),
        ("origin", "http://127.0.0.1:8000"),
        ("origin", "null"),
    ] {
        let answer = site
            .post(&reviews_of(rows[0]), &[FORM, foreign], body)
            .await;
        answer.problem(StatusCode::FORBIDDEN);
    }
    assert!(site.reviewed.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_name_that_is_not_ours_is_refused_on_loopback() {
    let site = Site::empty().await;
    for host in [
        "evil.example",
        "127.0.0.1.evil.example",
        "10.0.0.1:9630",
        "localhost.evil",
        "\u{e9}",
    ] {
        let answer = site.get_with("/", &[("host", host)]).await;
        answer.problem(StatusCode::MISDIRECTED_REQUEST);
    }
    for host in [
        "localhost:9630",
        "LOCALHOST",
        "127.0.0.1",
        "127.8.8.8:1",
        "[::1]:9630",
        "a.localhost",
    ] {
        let answer = site.get_with("/-/healthy", &[("host", host)]).await;
        assert_eq!(answer.status, StatusCode::OK, "{host}");
    }
    site.configure(|config| config.serve.listen = ([192, 0, 2, 1], 9630).into());
    let answer = site
        .get_with("/-/healthy", &[("host", "news.example")])
        .await;
    assert_eq!(answer.status, StatusCode::OK);
}

#[tokio::test]
async fn writing_needs_the_token_once_there_is_one() {
    let (site, rows) = Site::seeded().await;
    let path = reviews_of(rows[0]);
    let body = r#"{"decision":"confirmed","by":"a"}"#;
    site.configure(|config| config.serve.token = Some("s3cret".to_string()));
    for wrong in [
        "Bearer s3cre",
        "Bearer s3cretx",
        "Bearer",
        "Basic s3cret",
        "s3cret",
    ] {
        let answer = site
            .post(&path, &[JSON, ("authorization", wrong)], body)
            .await;
        let detail = answer.problem(StatusCode::UNAUTHORIZED);
        assert!(!detail.contains("s3cret"));
    }
    site.post(&path, &[JSON], body)
        .await
        .problem(StatusCode::UNAUTHORIZED);
    let right = [JSON, ("authorization", "bearer s3cret")];
    assert_eq!(
        site.post(&path, &right, body).await.status,
        StatusCode::CREATED
    );
    let form = "by=a&decision=confirmed&note=&token=s3cret";
    assert_eq!(
        site.post(&path, &[FORM], form).await.status,
        StatusCode::SEE_OTHER
    );
    let page = site.get(&format!("/articles/{}", rows[0])).await.text;
    assert!(page.contains("name=\"token\"") && !page.contains("s3cret"));

    site.configure(|config| config.serve.listen = ([0, 0, 0, 0], 9630).into());
    site.post(&path, &[JSON], body)
        .await
        .problem(StatusCode::FORBIDDEN);
    let page = site.get(&format!("/articles/{}", rows[0])).await.text;
    assert!(!page.contains("<form") && page.contains("Reviews are closed"));
}

#[tokio::test]
async fn health_tells_starting_from_ready() {
    let site = Site::empty().await;
    assert_eq!(site.get("/-/healthy").await.status, StatusCode::OK);
    assert_eq!(site.get("/-/ready").await.status, StatusCode::OK);
    site.ready.send(false).unwrap();
    assert_eq!(site.get("/-/healthy").await.status, StatusCode::OK);
    site.get("/-/ready")
        .await
        .problem(StatusCode::SERVICE_UNAVAILABLE);
}

#[tokio::test]
async fn metrics_and_configuration_are_plain_text() {
    let site = Site::empty().await;
    let metrics = site.get("/metrics").await;
    assert_eq!(
        metrics.header("content-type"),
        "text/plain; version=0.0.4; charset=utf-8"
    );
    assert_eq!(metrics.text, "benggala_up 1\n");
    let config = site.get("/config").await;
    assert_eq!(config.text, "[serve]\n");
    assert!(config.header("content-type").starts_with("text/plain"));
}

#[tokio::test]
async fn reloading_is_off_until_switched_on() {
    let mut site = Site::empty().await;
    let answer = site.post("/-/reload", &[], "").await;
    assert!(answer.problem(StatusCode::FORBIDDEN).contains("SIGHUP"));
    assert!(site.reloads.try_recv().is_err());

    site.configure(|config| config.serve.reload = true);
    for _ in 0..2 {
        let answer = site.post("/-/reload", &[], "").await;
        assert_eq!(answer.status, StatusCode::ACCEPTED);
    }
    assert!(site.reloads.try_recv().is_ok());
    assert!(site.reloads.try_recv().is_err(), "one reload answers both");
    site.get("/-/reload")
        .await
        .problem(StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn answers_are_observed_by_route_never_by_path() {
    let (site, rows) = Site::seeded().await;
    site.get(&format!("/articles/{}", rows[0])).await;
    site.get("/wp-login.php").await;
    site.get_with("/metrics", &[("host", "evil.example")]).await;
    let seen = site.observed.lock().unwrap().clone();
    let expected = [("/articles/{id}", 200), ("other", 404), ("/metrics", 421)];
    assert_eq!(
        seen,
        expected.map(|(route, code)| (route.to_string(), code))
    );
}

#[tokio::test]
async fn a_panic_is_an_answer_and_not_the_end() {
    let mut site = Site::empty().await;
    site.state.metrics_text = Arc::new(|| panic!("on purpose"));
    site.app = web::app(site.state.clone());
    let answer = site.get("/metrics").await;
    let detail = answer.problem(StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!detail.contains("on purpose"));
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(
        *site.observed.lock().unwrap(),
        [("/metrics".to_string(), 500)]
    );
    assert_eq!(site.get("/-/healthy").await.status, StatusCode::OK);
}

/// Blocks whoever enters until it is opened, and counts them.
#[derive(Default)]
struct Gate {
    inside: Mutex<(usize, usize, bool)>,
    opened: Condvar,
}

impl Gate {
    fn enter(&self) {
        let mut state = self.inside.lock().unwrap();
        state.0 += 1;
        state.1 = state.1.max(state.0);
        let mut state = self.opened.wait_while(state, |state| !state.2).unwrap();
        state.0 -= 1;
    }

    fn open(&self) {
        self.inside.lock().unwrap().2 = true;
        self.opened.notify_all();
    }

    fn now(&self) -> usize {
        self.inside.lock().unwrap().0
    }

    fn most(&self) -> usize {
        self.inside.lock().unwrap().1
    }
}

/// A thread for each of them, so that nothing but the limit holds them back.
#[tokio::test(flavor = "multi_thread", worker_threads = 60)]
async fn a_herd_of_scrapers_is_answered_in_turn() {
    let mut site = Site::empty().await;
    let gate = Arc::new(Gate::default());
    let inner = gate.clone();
    site.state.metrics_text = Arc::new(move || {
        inner.enter();
        "m 1\n".to_string()
    });
    site.app = web::app(site.state.clone());

    let scrapes: Vec<_> = (0..50)
        .map(|_| {
            let app = site.app.clone();
            let scrape = request(Method::GET, "/metrics", &[], "");
            tokio::spawn(async move { app.oneshot(scrape).await.unwrap().status() })
        })
        .collect();
    while gate.now() < 8 {
        tokio::task::yield_now().await;
    }
    let health = site.get("/-/healthy").await;
    assert_eq!(health.status, StatusCode::OK, "health does not queue");
    gate.open();
    for scrape in scrapes {
        assert_eq!(scrape.await.unwrap(), StatusCode::OK);
    }
    assert_eq!(gate.most(), 8);
}

#[tokio::test]
async fn the_feed_holds_what_was_flagged() {
    let (site, rows) = Site::seeded().await;
    let feed = site.get("/feed.atom").await;
    assert_eq!(
        feed.header("content-type"),
        "application/atom+xml; charset=utf-8"
    );
    let feed = feed_rs::parser::parse(feed.text.as_bytes()).unwrap();
    let ids: Vec<&str> = feed.entries.iter().map(|entry| entry.id.as_str()).collect();
    let page = |row: i64| format!("http://127.0.0.1:9630/articles/{row}");
    assert_eq!(ids, [page(rows[3]), page(rows[2])]);
    assert_eq!(feed.entries[0].title.as_ref().unwrap().content, HOSTILE);
}

#[tokio::test]
async fn what_pages_load_is_served() {
    let (site, _) = Site::seeded().await;
    let page = site.get("/").await.text;
    for attribute in ["src=\"", "<link rel=\"stylesheet\" href=\""] {
        let at = page.find(attribute).unwrap() + attribute.len();
        let path = page[at..].split('"').next().unwrap();
        let file = site.get(path).await;
        assert_eq!(file.status, StatusCode::OK, "{path}");
        assert!(file.header("cache-control").contains("max-age"));
        assert!(!file.text.contains("http://") || path.ends_with(".svg"));
    }
}

/// Every key that an answer has is described, and every key that is described is there.
fn describes(api: &Value, schema: &str, value: &Value) {
    let schema = &api["components"]["schemas"][schema];
    let described: BTreeSet<&str> = schema["properties"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let present: BTreeSet<&str> = value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(described, present);
    for (key, property) in schema["properties"].as_object().unwrap() {
        let inner = |schema: &Value| {
            let name = schema["$ref"].as_str()?;
            Some(name.rsplit('/').next()?.to_string())
        };
        if let Some(name) = inner(property) {
            describes(api, &name, &value[key]);
        } else if let Some(name) = inner(&property["items"]) {
            for item in value[key].as_array().unwrap() {
                describes(api, &name, item);
            }
        }
    }
}

#[tokio::test]
async fn the_description_of_the_api_is_true() {
    let (site, rows) = Site::seeded().await;
    let body = r#"{"decision":"confirmed","by":"a"}"#;
    let review = site.post(&reviews_of(rows[3]), &[JSON], body).await.json();
    let api = site.get("/api/v1/openapi.json").await.json();
    assert_eq!(api["openapi"], "3.1.0");

    describes(&api, "Review", &review);
    describes(
        &api,
        "ArticleList",
        &site.get("/api/v1/articles").await.json(),
    );
    let article = site
        .get(&format!("/api/v1/articles/{}", rows[3]))
        .await
        .json();
    describes(&api, "Article", &article);
    describes(
        &api,
        "SourceList",
        &site.get("/api/v1/sources").await.json(),
    );
    describes(
        &api,
        "Problem",
        &site.get("/api/v1/articles/x").await.json(),
    );

    for (path, methods) in api["paths"].as_object().unwrap() {
        let path = path.replace("{id}", &rows[0].to_string());
        for method in methods.as_object().unwrap().keys() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let answer = site.send(request(method, &path, &[JSON], body)).await;
            assert!(answer.status.is_success(), "{path}: {}", answer.text);
        }
    }
}
