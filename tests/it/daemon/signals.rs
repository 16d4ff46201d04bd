//! Stops, kills and reloads of the real program.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use benggala::{config::Config, model::PageKind};

use super::{
    process::Place,
    site::{Site, path, rss},
    watch::{config, metric, until},
};

const ARTICLES: usize = 24;

/// So many are answered before the site holds the others back.
const FIRST: usize = 8;

/// Requests to the site that overlap.
const OVERLAP: usize = 4;

/// A site that answers the first `first` of its articles.
async fn site(first: usize) -> Site {
    let site = Site::holding_back_after(first).await;
    site.put_articles(0..ARTICLES);
    let links: Vec<_> = (0..ARTICLES).map(|n| site.url(&path(n))).collect();
    site.put("/rss.xml", rss(&links));
    site
}

fn watching(place: &Place, site: &Site) -> Config {
    let source = site.source("umpan", PageKind::Feed, "/rss.xml");
    let mut config = config(place.folder(), vec![source]);
    config.fetch.concurrency_per_host = OVERLAP;
    config
}

/// Waits until the first articles are stored and the next ones under way.
async fn half_way(place: &Place, site: &Site) {
    until("half of the articles", async || {
        site.articles_asked() == FIRST + OVERLAP && place.articles() == FIRST
    })
    .await;
    assert_eq!(place.leased(), OVERLAP);
}

async fn all_stored(place: &Place) {
    until("all articles", async || place.articles() == ARTICLES).await;
    let urls = place.count("SELECT count(DISTINCT url) FROM articles");
    assert_eq!(urls, ARTICLES);
}

/// How often each article was asked for.
fn asked(site: &Site) -> BTreeMap<String, usize> {
    let all = (0..ARTICLES).map(|n| (path(n), site.times(&path(n))));
    all.collect()
}

#[tokio::test]
async fn a_stop_finishes_what_is_under_way_and_a_restart_does_the_rest() {
    let (place, site) = (Place::new(), site(FIRST).await);
    let config = watching(&place, &site);
    let mut first = place.run(&config).await;
    half_way(&place, &site).await;
    first.signal("TERM");
    first.says("stopping").await;
    site.let_go();
    assert_eq!(first.ends().await.code(), Some(0));
    assert_eq!(place.leased(), 0);
    assert_eq!(place.articles(), FIRST + OVERLAP);

    let mut second = place.run(&config).await;
    all_stored(&place).await;
    second.signal("TERM");
    assert_eq!(second.ends().await.code(), Some(0));
    assert_eq!(place.leased(), 0);
    assert!(asked(&site).values().all(|times| *times == 1));
    assert_eq!(site.times("/rss.xml"), 1, "its hour has not passed");
    assert_eq!(site.times("/robots.txt"), 1, "it is known from the store");
}

#[tokio::test]
async fn nothing_is_asked_of_a_source_that_was_taken_out() {
    let (place, site) = (Place::new(), site(FIRST).await);
    let mut config = watching(&place, &site);
    let mut first = place.run(&config).await;
    half_way(&place, &site).await;
    first.signal("TERM");
    first.says("stopping").await;
    site.let_go();
    assert_eq!(first.ends().await.code(), Some(0));
    let asked = site.log().len();

    let other = Site::open().await;
    other.put_articles([0]);
    other.put("/rss.xml", rss(&[other.url(&path(0))]));
    config.sources = vec![other.source("lain", PageKind::Feed, "/rss.xml")];
    let mut second = place.run(&config).await;
    until("all that was queued of it to rest", async || {
        let resting = "SELECT count(*) FROM urls
                        WHERE kind = 'article' AND state = 'queued'
                          AND next_at > 1000 * (strftime('%s', 'now') + 3 * 3600)";
        place.count(resting) == ARTICLES - FIRST - OVERLAP
    })
    .await;
    until("the article of the other", async || {
        place.articles() == FIRST + OVERLAP + 1
    })
    .await;
    second.signal("TERM");
    assert_eq!(second.ends().await.code(), Some(0));
    assert_eq!(site.log().len(), asked);
}

#[tokio::test]
async fn after_a_kill_a_restart_does_the_rest_at_once() {
    let (place, site) = (Place::new(), site(FIRST).await);
    let config = watching(&place, &site);
    let mut first = place.run(&config).await;
    half_way(&place, &site).await;
    first.signal("KILL");
    assert_eq!(first.ends().await.code(), None);
    assert_eq!(place.leased(), OVERLAP, "nobody could give them back");
    site.let_go();

    let mut second = place.run(&config).await;
    all_stored(&place).await;
    second.signal("INT");
    assert_eq!(second.ends().await.code(), Some(0));
    let asked = asked(&site);
    let twice = asked.values().filter(|times| **times == 2).count();
    assert_eq!(twice, OVERLAP, "only what was cut off: {asked:?}");
    assert_eq!(asked.values().sum::<usize>(), ARTICLES + OVERLAP);
}

#[tokio::test]
async fn a_second_stop_ends_at_once_and_gives_back() {
    let (place, site) = (Place::new(), site(0).await);
    let mut config = watching(&place, &site);
    config.schedule.drain = Duration::from_secs(600);
    let mut daemon = place.run(&config).await;
    until("requests that hang", async || {
        site.articles_asked() == OVERLAP
    })
    .await;
    daemon.signal("TERM");
    daemon.says("stopping").await;
    assert!(daemon.is_running());
    let told = Instant::now();
    daemon.signal("TERM");
    assert_eq!(daemon.ends().await.code(), Some(0));
    assert!(told.elapsed() < Duration::from_secs(15));
    assert_eq!((place.leased(), place.articles()), (0, 0));
}

#[tokio::test]
async fn a_stop_waits_no_longer_than_the_drain_time() {
    let (place, site) = (Place::new(), site(0).await);
    let mut config = watching(&place, &site);
    config.schedule.drain = Duration::from_secs(1);
    let mut daemon = place.run(&config).await;
    until("requests that hang", async || {
        site.articles_asked() == OVERLAP
    })
    .await;
    daemon.signal("TERM");
    assert_eq!(daemon.ends().await.code(), Some(0));
    assert_eq!((place.leased(), place.articles()), (0, 0));
}

#[tokio::test]
async fn a_reload_takes_over_a_good_file_and_refuses_a_bad_one() {
    let (place, site) = (Place::new(), site(ARTICLES).await);
    let config = watching(&place, &site);
    let daemon = place.run(&config).await;
    all_stored(&place).await;
    let metrics = daemon.pages.join("/metrics").unwrap();
    let successful = async |value: f64| {
        let series = "config_last_reload_successful";
        metric(&metrics, series).await == Some(value)
    };
    assert!(successful(1.0).await);

    place.configure("[fetch]\nrequests_per_secnd = 2\n");
    daemon.signal("HUP");
    until("the refusal", async || successful(0.0).await).await;
    daemon.says("requests_per_second").await;
    assert_eq!(place.count("SELECT count(*) FROM sources WHERE enabled"), 1);

    let other = Site::open().await;
    other.put_articles([0]);
    other.put("/rss.xml", rss(&[other.url(&path(0))]));
    let mut both = config.clone();
    both.sources
        .push(other.source("kedua", PageKind::Feed, "/rss.xml"));
    place.configure(&both.to_toml());
    daemon.signal("HUP");
    until("the new source's article", async || {
        place.articles() == ARTICLES + 1
    })
    .await;
    assert!(successful(1.0).await);
    assert_eq!(place.count("SELECT count(*) FROM sources WHERE enabled"), 2);

    place.configure(&config.to_toml());
    daemon.signal("HUP");
    until("the source is let go", async || {
        place.count("SELECT count(*) FROM sources WHERE enabled") == 1
    })
    .await;
}
