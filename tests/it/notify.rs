//! Webhooks, over a receiver on loopback.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use axum::{
    Router,
    http::{HeaderMap, HeaderName, StatusCode},
    response::IntoResponse,
};
use benggala::{
    config::NotifyConfig,
    metrics::labels,
    model::Secret,
    notify::{DeliveryOutcome, Sent, Webhook, pace},
    store::Notification,
};
use tokio::net::TcpListener;
use url::Url;

/// What a receiver has been sent.
type Inbox = Arc<Mutex<Vec<(HeaderMap, String)>>>;

/// A receiver that answers everything with `status` and `headers`.
async fn receiver(status: u16, headers: &'static [(&'static str, &'static str)]) -> (Url, Inbox) {
    let inbox = Inbox::default();
    let seen = inbox.clone();
    let answer = move |sent: HeaderMap, body: String| async move {
        seen.lock().unwrap().push((sent, body));
        let headers = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), *value));
        let headers: Vec<_> = headers.collect();
        let mut response = StatusCode::from_u16(status).unwrap().into_response();
        for (name, value) in headers {
            response.headers_mut().insert(name, value.parse().unwrap());
        }
        response
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook?key=s3cret", listener.local_addr().unwrap());
    let router = Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, router).await });
    (Url::parse(&url).unwrap(), inbox)
}

fn webhook(url: Url, token: Option<&str>) -> Webhook {
    let channel = NotifyConfig {
        name: "desk".to_string(),
        url: Secret::new(url),
        token: token.map(|token| Secret::new(token.to_string())),
    };
    Webhook::all(&[channel]).unwrap().remove(0)
}

fn notification(id: i64) -> Notification {
    Notification {
        id,
        channel: "desk".to_string(),
        payload: r#"{"title":"Harga beras naik"}"#.to_string(),
        attempts: 0,
    }
}

#[tokio::test]
async fn a_notification_arrives_whole() {
    let (url, inbox) = receiver(202, &[]).await;
    assert_eq!(
        webhook(url, Some("t0ken")).send(&notification(42)).await,
        Sent::Accepted
    );
    let inbox = inbox.lock().unwrap();
    let [(headers, body)] = inbox.as_slice() else {
        panic!("{} requests", inbox.len());
    };
    assert_eq!(headers["authorization"], "Bearer t0ken");
    assert_eq!(headers["idempotency-key"], "42");
    assert_eq!(headers["content-type"], "application/json");
    assert!(
        headers["user-agent"]
            .to_str()
            .unwrap()
            .starts_with("benggala/")
    );
    assert_eq!(*body, notification(42).payload);
}

#[tokio::test]
async fn without_a_token_none_is_sent() {
    let (url, inbox) = receiver(200, &[]).await;
    webhook(url, None).send(&notification(1)).await;
    assert!(!inbox.lock().unwrap()[0].0.contains_key("authorization"));
}

#[tokio::test]
async fn a_refusal_is_a_failure_and_its_wait_is_heard() {
    let (url, _) = receiver(503, &[("retry-after", "120")]).await;
    let Sent::Failed { why, retry_after } = webhook(url, None).send(&notification(1)).await else {
        panic!("503 was taken for a success");
    };
    assert_eq!(why, "the receiver answered 503 Service Unavailable");
    assert_eq!(retry_after, Some(Duration::from_secs(120)));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (elsewhere, other_inbox) = receiver(200, &[]).await;
    let location: &'static str = Box::leak(elsewhere.to_string().into_boxed_str());
    let headers: &'static [(&str, &str)] = Box::leak(Box::new([("location", location)]));
    let (url, inbox) = receiver(307, headers).await;
    assert!(matches!(
        webhook(url, Some("t0ken")).send(&notification(1)).await,
        Sent::Failed { .. }
    ));
    assert_eq!(inbox.lock().unwrap().len(), 1);
    assert!(other_inbox.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_dead_receiver_is_a_failure_that_names_no_secret() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook?key=s3cret", listener.local_addr().unwrap());
    drop(listener);
    let sent = webhook(Url::parse(&url).unwrap(), Some("t0ken"))
        .send(&notification(1))
        .await;
    let Sent::Failed { why, retry_after } = sent else {
        panic!("nobody listened, yet it was accepted");
    };
    assert_eq!(retry_after, None);
    assert!(why.to_lowercase().contains("refused"), "{why}");
    assert!(!why.contains("s3cret") && !why.contains("t0ken"), "{why}");
}

#[tokio::test]
async fn a_channel_gets_at_most_one_a_second() {
    let (url, inbox) = receiver(200, &[]).await;
    let webhook = webhook(url, None);
    let start = Instant::now();
    webhook.send(&notification(1)).await;
    webhook.send(&notification(2)).await;
    // The pace is kept between the starts of two POSTs; clocks may differ by a tick.
    assert!(
        start.elapsed() >= Duration::from_millis(990),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(inbox.lock().unwrap().len(), 2);
}

#[test]
fn a_token_that_cannot_be_sent_is_told() {
    let channel = NotifyConfig {
        name: "desk".to_string(),
        url: Secret::new(Url::parse("https://hooks.example/").unwrap()),
        token: Some(Secret::new("two\nlines".to_string())),
    };
    let error = Webhook::all(&[channel]).unwrap_err().to_string();
    assert_eq!(
        error,
        "the token of [[notify]] `desk` cannot be sent in a header"
    );
}

#[test]
fn waits_double_up_to_an_hour() {
    let seconds: Vec<u64> = (0..9).map(|n| pace::backoff(n, None).as_secs()).collect();
    assert_eq!(seconds, [30, 60, 120, 240, 480, 960, 1920, 3600, 3600]);
    assert_eq!(pace::backoff(u32::MAX, None), pace::LONGEST);
    assert_eq!(
        pace::backoff(0, Some(Duration::from_secs(90))).as_secs(),
        90
    );
    assert_eq!(pace::backoff(0, Some(Duration::from_secs(1))), pace::FIRST);
    assert_eq!(pace::backoff(0, Some(Duration::MAX)), pace::LONGEST);
    assert!(!pace::is_hopeless(0));
    assert!(pace::is_hopeless(pace::ATTEMPTS_MAX - 1));
    assert!(pace::is_hopeless(u32::MAX));
}

#[test]
fn outcomes_are_the_labels_of_the_metric() {
    let outcomes = [
        DeliveryOutcome::Ok,
        DeliveryOutcome::Failed,
        DeliveryOutcome::Refused,
        DeliveryOutcome::GivenUp,
    ]
    .map(DeliveryOutcome::as_str);
    assert_eq!(outcomes, labels::NOTIFICATION_OUTCOMES);
}
