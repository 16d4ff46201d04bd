//! What keeps others out and the crawl undisturbed.

use std::sync::{Arc, Condvar, Mutex};

use benggala::{
    model::{Listen, Secret},
    web,
};
use http::{Method, StatusCode};
use tower::ServiceExt as _;

use super::site::{FORM, JSON, Site, request, reviews_of};

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let site = Site::empty().await;
    for path in ["/", "/sources", "/metrics", "/api/v1/articles", "/nowhere"] {
        let answer = site.get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; style-src 'self'; script-src 'self'"));
        assert!(!policy.contains("unsafe"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
    }
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
    site.configure(|config| config.serve.listen = Listen::parse("192.0.2.1:9630").unwrap());
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
    site.configure(|config| config.serve.token = Some(Secret::new("s3cret".to_string())));
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
    let article = format!("/articles/{}", rows[0]);
    let page = site.get(&article).await.text;
    assert!(page.contains("href=\"../login\"") && !page.contains("name=\"decision\""));
    let wrong = site.post("/login", &[FORM], "token=s3cre").await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    assert_eq!(wrong.header("set-cookie"), "");
    let right = site.post("/login", &[FORM], "token=s3cret").await;
    let cookie = right.header("set-cookie");
    assert!(cookie.contains("HttpOnly; SameSite=Strict") && !cookie.contains("s3cret"));
    let cookie = cookie.split(';').next().unwrap();
    let page = site.get_with(&article, &[("cookie", cookie)]).await.text;
    assert!(page.contains("name=\"decision\""));
    assert!(page.contains("Log out"));
    let page = site.get_with("/login", &[("cookie", cookie)]).await.text;
    assert!(page.contains("action=\"./logout\"") && !page.contains("name=\"token\""));
    let left = site.post("/logout", &[FORM, ("cookie", cookie)], "").await;
    assert_eq!(left.status, StatusCode::SEE_OTHER);
    assert!(
        left.header("set-cookie")
            .starts_with("benggala_session=; Max-Age=0;")
    );
    assert!(!right.header("set-cookie").contains("Secure"));
    let headers = [JSON, ("cookie", cookie)];
    assert_eq!(
        site.post(&path, &headers, body).await.status,
        StatusCode::CREATED
    );
    site.configure(|config| config.serve.token = Some(Secret::new("other".to_string())));
    site.post(&path, &headers, body)
        .await
        .problem(StatusCode::UNAUTHORIZED);

    site.configure(|config| config.serve.listen = Listen::parse("0.0.0.0:9630").unwrap());
    site.post(&path, &[JSON], body)
        .await
        .problem(StatusCode::FORBIDDEN);
    let page = site.get(&article).await.text;
    assert!(!page.contains("<form") && page.contains("Reviews are closed"));
}

#[tokio::test]
async fn a_session_behind_tls_never_leaves_it() {
    let (site, _) = Site::seeded().await;
    site.configure(|config| {
        config.serve.token = Some(Secret::new("s3cret".to_string()));
        config.serve.public_url = Some("https://desk.example/".parse().unwrap());
    });
    let answer = site.post("/login", &[FORM], "token=s3cret").await;
    assert!(
        answer
            .header("set-cookie")
            .ends_with("; Secure; Path=/; HttpOnly; SameSite=Strict")
    );
}

#[tokio::test]
async fn a_flood_of_changes_is_slowed_down_and_reading_is_not() {
    let (site, rows) = Site::seeded().await;
    let path = reviews_of(rows[0]);
    let mut refused = 0;
    for _ in 0..200 {
        let answer = site.post(&path, &[JSON], "{").await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            assert_eq!(answer.header("retry-after"), "1");
            refused += 1;
        }
    }
    assert!(refused > 0, "none of 200 was refused");
    assert_eq!(site.get("/").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_panic_is_an_answer_and_not_the_end() {
    let mut site = Site::empty().await;
    site.state.metrics_text = Arc::new(|_| panic!("on purpose"));
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
    site.state.metrics_text = Arc::new(move |_| {
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
    while gate.now() < 2 {
        tokio::task::yield_now().await;
    }
    let health = site.get("/-/healthy").await;
    assert_eq!(health.status, StatusCode::OK, "health does not queue");
    gate.open();
    for scrape in scrapes {
        assert_eq!(scrape.await.unwrap(), StatusCode::OK);
    }
    assert_eq!(gate.most(), 2);
}
