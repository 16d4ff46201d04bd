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
