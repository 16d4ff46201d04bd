//! The daemon's own port in a crowd.

use std::time::{Duration, Instant};

use benggala::{model::PageKind, web::server::CONNECTIONS_MAX};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::demo::client::get;

use super::{
    site::{Site, path, rss},
    watch::Watch,
};

const HALF_OPEN: usize = 1_000;
const SLOW_POSTS: usize = 40;

async fn watch() -> (Site, Watch) {
    let site = Site::open().await;
    site.put_articles([0]);
    site.put("/rss.xml", rss(&[site.url(&path(0))]));
    let source = site.source("umpan", PageKind::Feed, "/rss.xml");
    let watch = Watch::over(vec![source]).await;
    watch.stored(1).await;
    (site, watch)
}

/// A connection that has said this much.
async fn saying(watch: &Watch, words: &str) -> TcpStream {
    let mut stream = TcpStream::connect(watch.service.address.to_string())
        .await
        .unwrap();
    stream.write_all(words.as_bytes()).await.unwrap();
    stream
}

#[tokio::test]
async fn a_crowd_that_asks_nothing_keeps_nobody_out() {
    let (_site, watch) = watch().await;
    let mut crowd = Vec::new();
    for n in 0..HALF_OPEN {
        // Some say nothing at all, some begin and do not end.
        let words = ["", "GET / HTTP/1.1\r\nHost: 127"][n % 2];
        crowd.push(saying(&watch, words).await);
    }
    let review = "/api/v1/articles/1/reviews";
    for _ in 0..SLOW_POSTS {
        let head = format!(
            "POST {review} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n\
             Content-Length: 1000\r\n\r\n{{"
        );
        crowd.push(saying(&watch, &head).await);
    }
    for path in ["/metrics", "/-/ready", "/-/healthy", "/"] {
        let asked = Instant::now();
        let answer = get(&watch.url(path)).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(asked.elapsed() < Duration::from_secs(2), "{path}");
    }
    // The first of them made room for the last.
    let mut rest = Vec::new();
    let first = crowd[0].read_to_end(&mut rest).await;
    assert!(first.is_err() || rest.is_empty());
    assert!(crowd.len() > CONNECTIONS_MAX);
    watch.service.close().await.unwrap();
}

#[tokio::test]
async fn a_connection_is_used_again() {
    let (_site, watch) = watch().await;
    let mut stream = saying(&watch, "").await;
    for _ in 0..2 {
        let ask = b"GET /-/healthy HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
        stream.write_all(ask).await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"healthy.\n") {
            let read = stream.read_buf(&mut answer).await.unwrap();
            assert!(read > 0, "{}", String::from_utf8_lossy(&answer));
        }
    }
    watch.service.close().await.unwrap();
}

#[tokio::test]
async fn no_body_is_waited_for_without_the_token() {
    let site = Site::open().await;
    let source = site.source("umpan", PageKind::Feed, "/rss.xml");
    let watch = Watch::with(vec![source], |config| {
        let token = benggala::model::Secret::new("rahasia".to_string());
        config.serve.token = Some(token);
    })
    .await;
    let head = "POST /api/v1/articles/1/reviews HTTP/1.1\r\nHost: 127.0.0.1\r\n\
                Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n";
    let asked = Instant::now();
    let mut stream = saying(&watch, head).await;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
    assert!(asked.elapsed() < Duration::from_secs(2));
    watch.service.close().await.unwrap();
}
