//! Those who are told, over a receiver on loopback.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

mod choice;
mod mail;
mod places;
mod shapes;

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
    model::{ChannelKind, Secret, Timestamp},
    notify::{Channel, DeliveryOutcome, Event, Sent, pace, sign},
};
use serde_json::json;
use tokio::net::TcpListener;
use url::Url;

use crate::daemon::watch::on_loopback;

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

fn channel(config: NotifyConfig) -> Channel {
    Channel::all(&[config]).unwrap().remove(0)
}

fn webhook(url: Url, token: Option<&str>) -> Channel {
    let mut config = on_loopback("desk", ChannelKind::Webhook, url);
    config.token = token.map(|token| Secret::new(token.to_string()));
    channel(config)
}

fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH + Duration::from_secs(1_700_000_000)
}

fn flagged(n: i64) -> Event {
    let payload = json!({
        "event": "article.flagged",
        "article": n,
        "source": "harian",
        "title": "Harga beras naik",
        "lang": "id",
        "verdict": "flag",
        "scores": {"overall": 0.75},
        "findings": [{"rule": "engine-residue"}],
    });
    Event::new(n.to_string(), payload, now(), None).unwrap()
}

async fn send(channel: &Channel, n: i64) -> Sent {
    channel.send(&[flagged(n)], now).await
}

#[tokio::test]
async fn a_notification_arrives_whole() {
    let (url, inbox) = receiver(202, &[]).await;
    let sent = send(&webhook(url, Some("t0ken")), 42).await;
    assert_eq!(sent, Sent::Accepted);
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
    assert_eq!(headers["ce-type"], "benggala.article.flagged");
    assert_eq!(headers["ce-id"], "42");
    assert_eq!(headers["webhook-id"], "42");
    assert_eq!(headers["webhook-timestamp"], "1700000000");
    assert!(
        !headers.contains_key("webhook-signature"),
        "there is no secret"
    );
    assert_eq!(*body, flagged(42).payload.to_string());
}

#[tokio::test]
async fn without_a_token_none_is_sent() {
    let (url, inbox) = receiver(200, &[]).await;
    send(&webhook(url, None), 1).await;
    assert!(!inbox.lock().unwrap()[0].0.contains_key("authorization"));
}

#[tokio::test]
async fn a_refusal_is_a_failure_and_its_wait_is_heard() {
    let (url, _) = receiver(503, &[("retry-after", "120")]).await;
    let Sent::Failed { why, retry_after } = send(&webhook(url, None), 1).await else {
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
        send(&webhook(url, Some("t0ken")), 1).await,
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
    let sent = send(&webhook(Url::parse(&url).unwrap(), Some("t0ken")), 1).await;
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
    send(&webhook, 1).await;
    send(&webhook, 2).await;
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
    let url = Url::parse("https://hooks.example/").unwrap();
    let mut channel = NotifyConfig::new("desk", ChannelKind::Webhook, url);
    channel.token = Some(Secret::new("two\nlines".to_string()));
    let error = Channel::all(&[channel]).unwrap_err().to_string();
    assert_eq!(
        error,
        "the token of [[notify]] `desk` cannot be sent in a header"
    );
}

#[tokio::test]
async fn webhooks_are_signed_with_both_secrets_and_bear_their_own_headers() {
    let (url, inbox) = receiver(204, &[]).await;
    let mut config = on_loopback("desk", ChannelKind::Webhook, url);
    let secrets = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "old-secret"];
    config.signed_with = secrets.map(|s| Secret::new(s.to_string())).to_vec();
    config.headers = vec![("x-desk".to_string(), Secret::new("k3y".to_string()))];
    let channel = channel(config);
    channel.send(&[flagged(7), flagged(8)], now).await;
    let inbox = inbox.lock().unwrap();
    let (headers, body) = &inbox[0];
    assert_eq!(headers["x-desk"], "k3y");
    assert_eq!(headers["idempotency-key"], "7-8-2");
    assert_eq!(
        headers["content-type"],
        "application/cloudevents-batch+json"
    );
    let expected = sign::signature(secrets, "7-8-2", 1_700_000_000, body);
    assert_eq!(headers["webhook-signature"], expected.as_str());
    assert!(!format!("{channel:?}").contains("k3y"));
}

/// The second and third are from Python's `hmac`; the first is the example of Standard Webhooks.
#[test]
fn signatures_are_those_of_others() {
    for (secret, id, at, body, expected) in [
        (
            "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            r#"{"test": 2432232314}"#,
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        ),
        (
            "old-secret",
            "7",
            1_700_000_000,
            "{}",
            "v1,UhYTENBCNRXdpOWF4pra95NrLRh3krsoF5PZeEHV94U=",
        ),
        (
            &"x".repeat(70),
            "7",
            1_700_000_000,
            "{}",
            "v1,6VM6P+vfOOlGPm4W7u/yS50ZkGn++ouZs40B1v/aQL8=",
        ),
    ] {
        assert_eq!(sign::signature([secret], id, at, body), expected);
    }
}

/// The file is moved away between two messages, and one was half written when the machine stopped.
#[tokio::test]
async fn a_file_may_be_rotated_and_torn() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("told.ndjson");
    let url = Url::from_file_path(&file).unwrap();
    let mut config = NotifyConfig::new("log", ChannelKind::File, url);
    config.wanted.per_minute = 6_000;
    let channel = channel(config);
    let lines = |path: &std::path::Path| std::fs::read_to_string(path).unwrap();
    assert_eq!(send(&channel, 1).await, Sent::Accepted);
    let moved = folder.path().join("told.ndjson.1");
    std::fs::rename(&file, &moved).unwrap();
    assert_eq!(send(&channel, 2).await, Sent::Accepted);
    std::fs::write(&file, lines(&file) + "{\"spec").unwrap();
    assert_eq!(send(&channel, 3).await, Sent::Accepted);
    assert_eq!(lines(&moved).lines().count(), 1);
    let ids: Vec<Option<String>> = lines(&file)
        .lines()
        .map(|line| {
            let event: serde_json::Value = serde_json::from_str(line).ok()?;
            Some(event["id"].as_str()?.to_string())
        })
        .collect();
    assert_eq!(ids, [Some("2".to_string()), None, Some("3".to_string())]);
    std::fs::remove_dir_all(folder.path()).unwrap();
    assert!(matches!(send(&channel, 4).await, Sent::Failed { .. }));
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
        DeliveryOutcome::LeftOut,
    ]
    .map(DeliveryOutcome::as_str);
    assert_eq!(outcomes, labels::NOTIFICATION_OUTCOMES);
}
