//! What hangs around the real program, and what runs out: a log that nobody reads, a file that never
//! ends, handles.

use std::{
    fs,
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use benggala::{config::Config, model::PageKind};
use url::Url;

use super::{
    process::Place,
    site::{Site, path, rss},
    watch::{config, eventually, metric, until},
};

const ARTICLES: usize = 90;

async fn watching(place: &Place) -> (Site, Config) {
    let site = Site::open().await;
    site.put_articles(0..ARTICLES);
    let links: Vec<_> = (0..ARTICLES).map(|n| site.url(&path(n))).collect();
    site.put("/rss.xml", rss(&links));
    // Its name stands in every line.
    let source = site.source(&"umpan ".repeat(150), PageKind::Feed, "/rss.xml");
    let config = config(place.folder(), vec![source]);
    (site, config)
}

/// A daemon whose stderr is a pipe that nobody reads; killed when dropped.
struct Unheard(Child);

impl Unheard {
    /// Starts it with every line of every level. Tells where its metrics are.
    fn run(place: &Place, config: &Config) -> (Unheard, Url) {
        let mut config = config.clone();
        config.serve.listen = {
            let free = TcpListener::bind(config.serve.listen.to_string()).unwrap();
            free.local_addr().unwrap().into()
        };
        place.configure(&config.to_toml());
        let child = place
            .command(&["run"])
            .env("BENGGALA_LOG", "trace")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let metrics = format!("http://{}/metrics", config.serve.listen);
        (Unheard(child), Url::parse(&metrics).unwrap())
    }

    fn stop(&self) {
        let id = self.0.id().to_string();
        let sent = Command::new("kill").args(["-s", "TERM", &id]).status();
        assert!(sent.unwrap().success());
    }
}

impl Drop for Unheard {
    fn drop(&mut self) {
        // It has most likely ended already.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Whether somebody takes connections there.
fn is_open(url: &Url) -> bool {
    let address = url.socket_addrs(|| None).unwrap()[0];
    std::net::TcpStream::connect(address).is_ok()
}

#[tokio::test]
async fn a_log_that_nobody_reads_holds_nothing_up() {
    let place = Place::new();
    let (site, config) = watching(&place).await;
    let (mut daemon, metrics) = Unheard::run(&place, &config);
    until("the port", async || is_open(&metrics)).await;
    // A pipe takes 64 KiB and the queue 256 KiB: answering makes lines too.
    until("lines that are dropped", async || {
        metric(&metrics, "log_lines_dropped_total").await > Some(0.0)
    })
    .await;
    until("all articles", async || site.articles_asked() == ARTICLES).await;
    let told = Instant::now();
    daemon.stop();
    let status = eventually("its end", async || daemon.0.try_wait().unwrap()).await;
    assert_eq!(status.code(), Some(0));
    assert!(told.elapsed() < Duration::from_secs(10));
}

#[tokio::test]
async fn a_log_whose_reader_is_gone_holds_nothing_up() {
    let place = Place::new();
    let (site, config) = watching(&place).await;
    let (mut daemon, metrics) = Unheard::run(&place, &config);
    drop(daemon.0.stderr.take());
    until("the port", async || is_open(&metrics)).await;
    until("lines that are dropped", async || {
        metric(&metrics, "log_lines_dropped_total").await > Some(0.0)
    })
    .await;
    until("all articles", async || site.articles_asked() == ARTICLES).await;
    daemon.stop();
    let status = eventually("its end", async || daemon.0.try_wait().unwrap()).await;
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
async fn stops_end_what_hangs() {
    let place = Place::new();
    let (_site, config) = watching(&place).await;
    let mut daemon = place.run(&config).await;
    // A pipe in the place of the configuration: reading it waits for a writer for ever.
    let file = place.folder().join("benggala.toml");
    fs::remove_file(&file).unwrap();
    let made = Command::new("mkfifo").arg(&file).status().unwrap();
    assert!(made.success());
    daemon.signal("HUP");
    let told = Instant::now();
    // Signals that come at the same time count as one.
    until("its end", async || {
        daemon.signal("TERM");
        !daemon.is_running()
    })
    .await;
    assert_eq!(daemon.ends().await.code(), Some(2));
    assert!(told.elapsed() < Duration::from_secs(15));
}

/// Sixty sites hold their answers back, and the daemon may open so many files: too few for them.
#[tokio::test]
async fn out_of_handles_is_a_fault_of_our_own_and_the_page_stays() {
    const HANDLES: &str = "72";
    let place = Place::new();
    let site = Site::holding_back_after(0).await;
    site.put_articles(0..60);
    let links: Vec<_> = (0..60).map(|n| site.url(&path(n))).collect();
    site.put("/rss.xml", rss(&[]));
    let mut source = site.source("umpan", PageKind::Feed, "/rss.xml");
    source.every = Some(Duration::from_secs(1));
    let mut config = config(place.folder(), vec![source]);
    config.fetch.concurrency = 64;
    config.fetch.concurrency_per_host = 64;
    let mut daemon = place.run(&config).await;
    let id = daemon.id().to_string();
    let limit = format!("--nofile={HANDLES}:{HANDLES}");
    let limited = Command::new("prlimit")
        .args(["--pid", &id, &limit])
        .status();
    assert!(limited.unwrap().success());
    site.put("/rss.xml", rss(&links));
    let metrics = daemon.pages.join("/metrics").unwrap();
    until("the fault", async || {
        let local = "fetches_total{kind=\"article\",outcome=\"local\"}";
        metric(&metrics, local).await > Some(0.0)
    })
    .await;
    let lines = daemon.lines();
    assert!(!lines.iter().any(|line| line.contains("our own network")));
    let failing = metric(&metrics, "hosts{state=\"failing\"}").await;
    assert_eq!(failing, Some(0.0), "nobody is blamed");
    daemon.signal("TERM");
    daemon.signal("TERM");
    daemon.ends().await;
}
