//! A daemon whose clock is wrong, is set right, and stands still.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use benggala::{
    config::Config,
    daemon::{
        clock::Clock,
        service::{Service, new_metrics},
    },
    frontier::clock::Clocks,
    model::PageKind,
};
use chrono::{DateTime, TimeDelta, Utc};
use tempfile::TempDir;
use url::Url;

use crate::demo::client::get;

use super::{
    site::{Site, path, rss},
    watch::{config, metric, until},
};

/// A clock that is off by what is set, and a machine that has slept for as long as is set.
#[derive(Clone)]
struct Wrong {
    off: Arc<Mutex<TimeDelta>>,
    slept: Arc<Mutex<Duration>>,
    begun: Instant,
}

impl Wrong {
    fn by(off: TimeDelta) -> Wrong {
        Wrong {
            off: Arc::new(Mutex::new(off)),
            slept: Arc::default(),
            begun: Instant::now(),
        }
    }

    fn set(&self, off: TimeDelta) {
        *self.off.lock().unwrap() = off;
    }

    fn sleep(&self, time: Duration) {
        *self.slept.lock().unwrap() += time;
    }

    fn clock(&self) -> Clock {
        let wrong = self.clone();
        Clock::new(move || {
            let slept = *wrong.slept.lock().unwrap();
            let awake = wrong.begun.elapsed();
            Clocks {
                wall: Utc::now() + *wrong.off.lock().unwrap() + slept,
                passed: awake + slept,
                awake,
            }
        })
    }
}

/// A site that is polled by the hour, and a folder for the store.
async fn watched() -> (Site, TempDir, Config) {
    let site = Site::open().await;
    site.put_articles([0]);
    site.put("/rss.xml", rss(&[site.url(&path(0))]));
    let folder = tempfile::tempdir().unwrap();
    let mut source = site.source("umpan", PageKind::Feed, "/rss.xml");
    source.every = Some(Duration::from_secs(3_600));
    let mut config = config(folder.path(), vec![source]);
    // What comes back after a jump comes within this time.
    config.schedule.every_min = Duration::from_secs(1);
    (site, folder, config)
}

async fn start(wrong: &Wrong, config: &Config) -> (Service, Url) {
    let service = Service::start_by(wrong.clock(), config.clone(), new_metrics().unwrap())
        .await
        .unwrap();
    let metrics = format!("http://{}/metrics", service.address);
    (service, Url::parse(&metrics).unwrap())
}

async fn polled(site: &Site, times: usize) {
    until(&format!("poll {times}"), async || {
        site.times("/rss.xml") >= times && site.times(&path(0)) >= 1
    })
    .await;
}

#[tokio::test]
async fn a_start_after_a_clock_that_ran_ahead_asks_again() {
    let (site, _folder, config) = watched().await;
    let (service, _) = start(&Wrong::by(TimeDelta::days(30)), &config).await;
    polled(&site, 1).await;
    service.close().await.unwrap();

    let (service, metrics) = start(&Wrong::by(TimeDelta::zero()), &config).await;
    polled(&site, 2).await;
    let corrected = metric(&metrics, "store_times_corrected_total").await;
    assert!(corrected > Some(0.0));
    service.close().await.unwrap();
}

#[tokio::test]
async fn a_clock_that_is_set_while_running_changes_no_wait() {
    let (site, _folder, config) = watched().await;
    let wrong = Wrong::by(TimeDelta::days(30));
    let (service, metrics) = start(&wrong, &config).await;
    polled(&site, 1).await;
    wrong.set(TimeDelta::zero());
    until("the step", async || {
        metric(&metrics, "clock_jumps_total{kind=\"back\"}").await == Some(1.0)
    })
    .await;
    let next = next_poll(&service).await;
    assert!(
        next > TimeDelta::minutes(30) && next < TimeDelta::minutes(70),
        "{next}"
    );
    wrong.set(TimeDelta::days(1));
    until("the step", async || {
        metric(&metrics, "clock_jumps_total{kind=\"forward\"}").await == Some(1.0)
    })
    .await;
    let next = next_poll(&service).await - TimeDelta::days(1);
    assert!(
        next > TimeDelta::minutes(30) && next < TimeDelta::minutes(70),
        "{next}"
    );
    service.close().await.unwrap();
    assert_eq!(site.times("/rss.xml"), 1);
}

/// From the right time on.
async fn next_poll(service: &Service) -> TimeDelta {
    let sources = service.store.sources().await.unwrap();
    sources[0].next_at.unwrap() - Utc::now()
}

#[tokio::test]
async fn after_a_sleep_what_is_due_is_asked() {
    let (site, _folder, config) = watched().await;
    let wrong = Wrong::by(TimeDelta::zero());
    let (service, metrics) = start(&wrong, &config).await;
    polled(&site, 1).await;
    wrong.sleep(Duration::from_secs(8 * 3_600));
    polled(&site, 2).await;
    let slept = metric(&metrics, "clock_jumps_total{kind=\"sleep\"}").await;
    assert_eq!(slept, Some(1.0));
    service.close().await.unwrap();
}

#[tokio::test]
async fn nobody_is_asked_in_1970() {
    let (site, _folder, config) = watched().await;
    let wrong = Wrong::by(DateTime::UNIX_EPOCH - Utc::now());
    let (service, metrics) = start(&wrong, &config).await;
    let ready = metrics.join("/-/ready").unwrap();
    until("the reason", async || {
        get(&ready).await.text().contains("clock is wrong")
    })
    .await;
    let unready = metric(&metrics, "unready{reason=\"clock\"}").await;
    assert_eq!(unready, Some(1.0));
    assert!(site.log().is_empty());
    wrong.set(TimeDelta::zero());
    polled(&site, 1).await;
    assert_eq!(metric(&metrics, "ready").await, Some(1.0));
    service.close().await.unwrap();
}
