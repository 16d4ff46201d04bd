//! Fetching, over sockets of our own: a loopback server that behaves as badly as asked.

#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot be set up has failed"
)]

mod bodies;
mod faults;
mod guard;
mod parsing;
mod politeness;
mod redirects;
mod robots;
mod server;

use std::time::Duration;

use benggala::{
    config::{Config, FetchConfig},
    fetch::{Exchange, Fetcher, Network, Request},
    model::PageKind,
};
use url::Url;

/// Fast, and allowed on loopback.
fn config() -> FetchConfig {
    FetchConfig {
        requests_per_second: 10_000.0,
        requests_per_second_total: 100_000.0,
        allow_private: vec!["127.0.0.0/8".parse().unwrap()],
        ..Config::default().fetch
    }
}

/// As [`config`], and impatient.
fn impatient() -> FetchConfig {
    FetchConfig {
        timeout: Duration::from_millis(900),
        idle_timeout: Duration::from_millis(450),
        ..config()
    }
}

fn fetcher(config: &FetchConfig) -> Fetcher {
    Fetcher::new(config, Network::default()).unwrap()
}

fn request(url: Url) -> Request {
    Request {
        url,
        kind: PageKind::Article,
        etag: None,
        last_modified: None,
    }
}

async fn fetch(config: &FetchConfig, url: Url) -> Exchange {
    fetcher(config).fetch(&request(url)).await
}

#[track_caller]
fn says(exchange: &Exchange, words: &str) {
    let error = exchange.error.as_deref().unwrap_or_default();
    assert!(error.contains(words), "{words:?} is not in {error:?}");
}
