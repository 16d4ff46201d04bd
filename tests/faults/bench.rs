//! What every fault needs: fetchers, and calls that are timed.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use benggala::{
    config::{Config, FetchConfig},
    fetch::{Exchange, Fetcher, Network, Request},
    model::{Link, Page, PageKind},
};
use chrono::Utc;
use url::Url;

/// What is measured: ends with the outcome, by its metric's name.
pub(crate) type Measured = Pin<Box<dyn Future<Output = &'static str>>>;

/// One row of the table.
#[derive(Clone, Copy)]
pub(crate) struct Fault {
    pub(crate) number: u8,
    pub(crate) name: &'static str,
    pub(crate) expected: &'static str,
    /// For the longest of its calls.
    pub(crate) limit: Duration,
    /// Starts the servers, which is not measured.
    pub(crate) prepare: fn() -> Pin<Box<dyn Future<Output = Measured>>>,
}

/// A row: number, name, outcome, time limit, how it is provoked.
macro_rules! fault {
    ($number:literal, $name:literal, $expected:literal, $limit:expr, $prepare:path) => {
        $crate::bench::Fault {
            number: $number,
            name: $name,
            expected: $expected,
            limit: $limit,
            prepare: || Box::pin($prepare()),
        }
    };
}
pub(crate) use fault;

pub(crate) fn measured(work: impl Future<Output = &'static str> + 'static) -> Measured {
    Box::pin(work)
}

/// For faults that are over before any time limit.
pub(crate) const PATIENT: Duration = Duration::from_secs(5);

/// For faults that run into a time limit.
pub(crate) const HASTY: Duration = Duration::from_millis(900);

pub(crate) fn patient() -> FetchConfig {
    FetchConfig {
        requests_per_second: 1e5,
        requests_per_second_total: 1e6,
        concurrency_per_host: 4,
        allow_private: vec!["127.0.0.0/8".parse().unwrap()],
        timeout: PATIENT,
        header_timeout: Duration::from_secs(4),
        idle_timeout: Duration::from_secs(3),
        ..Config::default().fetch
    }
}

pub(crate) fn hasty() -> FetchConfig {
    FetchConfig {
        timeout: HASTY,
        header_timeout: Duration::from_millis(500),
        idle_timeout: Duration::from_millis(300),
        ..patient()
    }
}

pub(crate) fn fetcher(config: &FetchConfig) -> Fetcher {
    fetcher_on(config, Network::default())
}

pub(crate) fn fetcher_on(config: &FetchConfig, network: Network) -> Fetcher {
    Fetcher::new(config, network).unwrap()
}

pub(crate) fn named(names: impl reqwest::dns::Resolve + 'static) -> Network {
    Network {
        names: Arc::new(names),
        ..Network::default()
    }
}

pub(crate) fn request(url: Url) -> Request {
    Request {
        url,
        kind: PageKind::Article,
        etag: None,
        last_modified: None,
    }
}

/// A call whose time counts.
pub(crate) async fn ask(fetcher: &Fetcher, url: Url) -> Exchange {
    ask_for(fetcher, &request(url)).await
}

pub(crate) async fn ask_for(fetcher: &Fetcher, request: &Request) -> Exchange {
    longest_call::timed(fetcher.fetch(request)).await
}

pub(crate) fn outcome(exchange: &Exchange) -> &'static str {
    exchange.outcome.as_str()
}

#[track_caller]
pub(crate) fn says(exchange: &Exchange, words: &str) {
    let error = exchange.error.as_deref().unwrap_or_default();
    assert!(error.contains(words), "{words:?} is not in {error:?}");
}

/// The outcome of several forms of one fault, which must be one.
#[track_caller]
pub(crate) fn same(outcomes: &[&'static str]) -> &'static str {
    assert!(
        outcomes.iter().all(|one| *one == outcomes[0]),
        "{outcomes:?}"
    );
    outcomes[0]
}

pub(crate) fn page(exchange: Exchange, kind: PageKind) -> Page {
    let link = Link {
        url: exchange.final_url.clone(),
        source: "paper".to_string(),
        kind,
        published: None,
    };
    exchange.into_page(link, Utc::now()).unwrap()
}

/// The longest call of the fault that is running.
pub(crate) mod longest_call {
    use std::{
        future::Future,
        sync::atomic::{AtomicU64, Ordering},
        time::{Duration, Instant},
    };

    static MICROS: AtomicU64 = AtomicU64::new(0);

    pub(crate) fn reset() {
        MICROS.store(0, Ordering::Relaxed);
    }

    pub(crate) fn get() -> Duration {
        Duration::from_micros(MICROS.load(Ordering::Relaxed))
    }

    pub(crate) async fn timed<T>(work: impl Future<Output = T>) -> T {
        let begun = Instant::now();
        let done = work.await;
        let micros = u64::try_from(begun.elapsed().as_micros()).unwrap();
        MICROS.fetch_max(micros, Ordering::Relaxed);
        done
    }
}
