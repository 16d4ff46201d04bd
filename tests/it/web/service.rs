//! What the operator's tools ask for.

use benggala::model::Unready;
use http::StatusCode;

use super::site::Site;

#[tokio::test]
async fn health_tells_starting_from_ready() {
    let site = Site::empty().await;
    assert_eq!(site.get("/-/healthy").await.status, StatusCode::OK);
    assert_eq!(site.get("/-/ready").await.status, StatusCode::OK);
    let reasons = vec![Unready::Store, Unready::Clock];
    *site.unready.lock().unwrap() = reasons.clone();
    assert_eq!(site.get("/-/healthy").await.status, StatusCode::OK);
    let why = site.get("/-/ready").await;
    let why = why.problem(StatusCode::SERVICE_UNAVAILABLE);
    for reason in reasons {
        assert!(why.contains(reason.sentence()), "{why}");
    }
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

/// What Prometheus 2 and 3 send, and what people and old scrapers do.
#[tokio::test]
async fn a_scraper_gets_the_format_that_it_asks_for() {
    let site = Site::empty().await;
    let open = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    let text = "text/plain; version=0.0.4; charset=utf-8";
    for (accept, expected) in [
        (
            "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,\
             text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            open,
        ),
        (
            "application/openmetrics-text; q=0.2, text/plain; q=0.9",
            text,
        ),
        ("application/openmetrics-text;q=0", text),
        ("text/html,*/*;q=0.8", text),
        ("application/openmetrics-text;q=nonsense", text),
        ("", text),
    ] {
        let answer = site.get_with("/metrics", &[("accept", accept)]).await;
        assert_eq!(answer.header("content-type"), expected, "{accept}");
        assert_eq!(answer.header("vary"), "Accept, Accept-Encoding");
        assert_eq!(answer.text.ends_with("# EOF\n"), expected == open);
    }
}

#[tokio::test]
async fn metrics_are_packed_for_whoever_can_unpack_them() {
    let site = Site::empty().await;
    for (accepted, is_packed) in [
        ("gzip", true),
        ("br, gzip;q=0.5", true),
        ("gzip;q=0", false),
    ] {
        let answer = site
            .get_with("/metrics", &[("accept-encoding", accepted)])
            .await;
        let encoding = answer.headers.get("content-encoding");
        assert_eq!(
            encoding.is_some_and(|e| e == "gzip"),
            is_packed,
            "{accepted}"
        );
    }
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
