//! A daemon in this process, and ways to watch it.

use std::{path::Path, time::Duration};

use benggala::{
    config::{Config, NotifyConfig},
    daemon::service::{Service, new_metrics},
    model::{ChannelKind, Source, StoreUrl},
    store::{ArticleQuery, ArticleRow, Store},
};
use tempfile::TempDir;
use tokio::time::{Instant, MissedTickBehavior, interval};
use url::Url;

use crate::demo::client::get;

/// Far more than anything takes that is waited for; only a fault reaches it.
const PATIENCE: Duration = Duration::from_secs(30);

/// How often is looked.
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// How often where it takes many seconds: each look may be a process of its own (`psql`), which takes its time
/// from what it waits for.
const LOOK_SELDOM: Duration = Duration::from_millis(150);

/// Waits until `probe` finds something.
pub(crate) async fn eventually<T>(what: &str, probe: impl AsyncFnMut() -> Option<T>) -> T {
    patiently(what, PATIENCE, LOOK_EVERY, probe).await
}

/// The same for so long, looking so often.
async fn patiently<T>(
    what: &str,
    patience: Duration,
    every: Duration,
    mut probe: impl AsyncFnMut() -> Option<T>,
) -> T {
    let deadline = Instant::now() + patience;
    let mut ticks = interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Some(found) = probe().await {
            return found;
        }
        assert!(Instant::now() < deadline, "still waiting for: {what}");
    }
}

/// Waits until `condition` holds.
pub(crate) async fn until(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    eventually(what, async || condition().await.then_some(())).await;
}

/// The same where leases must run out, which takes a while.
pub(super) async fn until_within(
    patience: Duration,
    what: &str,
    mut condition: impl AsyncFnMut() -> bool,
) {
    patiently(what, patience, LOOK_SELDOM, async || {
        condition().await.then_some(())
    })
    .await;
}

/// A daemon that hurries, asks loopback, keeps its store in `folder` and takes any port.
pub(crate) fn config(folder: &Path, sources: Vec<Source>) -> Config {
    let mut config = Config::default();
    config.fetch.requests_per_second = 1_000.0;
    config.fetch.requests_per_second_total = 1_000.0;
    config.fetch.concurrency_per_host = 4;
    config.fetch.idle_timeout = config.fetch.timeout;
    config.fetch.allow_private = vec!["127.0.0.1/32".parse().unwrap()];
    config.schedule.every = Duration::from_secs(3600);
    config.schedule.retry_first = Duration::from_secs(1);
    config.store.url = StoreUrl::Sqlite(folder.join("benggala.db"));
    config.serve.listen.set_port(0);
    config.sources = sources;
    config
}

/// A channel whose receiver may be on this machine.
pub(crate) fn on_loopback(name: &str, kind: ChannelKind, url: Url) -> NotifyConfig {
    NotifyConfig {
        allow_private: vec!["127.0.0.0/8".parse().unwrap()],
        ..NotifyConfig::new(name, kind, url)
    }
}

/// A running daemon with a store of its own.
pub(crate) struct Watch {
    pub(crate) service: Service,
    /// What it was started with.
    pub(crate) config: Config,
    _folder: TempDir,
}

impl Watch {
    pub(crate) async fn over(sources: Vec<Source>) -> Watch {
        Watch::with(sources, |_| {}).await
    }

    pub(crate) async fn with(sources: Vec<Source>, change: impl FnOnce(&mut Config)) -> Watch {
        let folder = tempfile::tempdir().unwrap();
        let mut config = config(folder.path(), sources);
        change(&mut config);
        Watch::at(config, folder).await
    }

    /// With the store of a configuration, in a folder that ends with it.
    pub(crate) async fn at(config: Config, folder: TempDir) -> Watch {
        let service = Service::start(config.clone(), new_metrics().unwrap())
            .await
            .unwrap();
        Watch {
            service,
            config,
            _folder: folder,
        }
    }

    pub(crate) fn url(&self, path: &str) -> Url {
        Url::parse(&format!("http://{}{path}", self.service.address)).unwrap()
    }

    /// Articles in the store, newest first.
    pub(crate) async fn articles(&self) -> Vec<ArticleRow> {
        rows(self.service.store.as_ref()).await
    }

    /// Waits until so many articles are stored.
    pub(crate) async fn stored(&self, count: usize) -> Vec<ArticleRow> {
        eventually(&format!("{count} articles"), async || {
            let rows = self.articles().await;
            (rows.len() >= count).then_some(rows)
        })
        .await
    }

    /// The value of a series, as `/metrics` tells it.
    pub(crate) async fn metric(&self, series: &str) -> f64 {
        let value = metric(&self.url("/metrics"), series).await;
        value.unwrap_or_else(|| panic!("there is no {series}"))
    }

    /// Waits until a series has a value.
    pub(crate) async fn counted(&self, series: &str, value: f64) {
        until(&format!("{series} {value}"), async || {
            metric(&self.url("/metrics"), series).await == Some(value)
        })
        .await;
    }
}

pub(crate) async fn rows(store: &dyn Store) -> Vec<ArticleRow> {
    let all = ArticleQuery {
        limit: 1_000,
        ..ArticleQuery::default()
    };
    store.articles(&all).await.unwrap()
}

/// The value of a series of `/metrics`, written without the prefix `benggala_`. Series of sources
/// and channels appear when they are taken up.
pub(crate) async fn metric(metrics: &Url, series: &str) -> Option<f64> {
    let text = get(metrics).await.text();
    let name = format!("benggala_{series} ");
    let value = text.lines().find_map(|line| line.strip_prefix(&name))?;
    Some(value.parse().unwrap())
}
