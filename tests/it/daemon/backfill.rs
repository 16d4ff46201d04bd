//! Backfills, from robots.txt to the store, by the daemon and by the command.

use std::{
    collections::BTreeMap,
    process::{Output, Stdio},
    time::Duration,
};

use benggala::{
    config::Config,
    model::{Backfill, BackfillState, PageKind},
};
use url::Url;

use super::{
    process::Place,
    site::{Reply, Site, article_page, clean, front, html, path, plain, rss},
    watch::{config, eventually, until},
};
use crate::demo::client::{get, post_json};

/// Articles of each of the three years that are wanted.
const OF_A_YEAR: usize = 6;

/// Articles that are wanted in all.
const WANTED: usize = 3 * OF_A_YEAR;

/// So many are answered before the site holds the others of that year back.
const FIRST: usize = 3;

/// Requests that overlap.
const OVERLAP: usize = 2;

/// Too old by the date of its link.
const DATED_TOO_OLD: usize = 40;

/// Too old by what its page says alone.
const READ_TOO_OLD: usize = 41;

fn xml(kind: &str, child: &str, entries: &[(Url, Option<&str>)]) -> Reply {
    let entries: String = entries
        .iter()
        .map(|(url, date)| {
            let date = date.map(|date| format!("<lastmod>{date}</lastmod>"));
            let date = date.unwrap_or_default();
            format!("<{child}><loc>{url}</loc>{date}</{child}>")
        })
        .collect();
    plain(&format!(
        "<?xml version=\"1.0\"?><{kind} xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">{entries}</{kind}>"
    ))
}

fn dated_page(n: usize, date: &str) -> Reply {
    let head = format!("<meta property=\"article:published_time\" content=\"{date}\">");
    html(&article_page(&clean(n), &head))
}

/// robots.txt names an index of a sitemap a year, of which two are too old: one by its date, one by
/// its address alone. The feed names nothing.
fn put_years(site: &Site) {
    let robots = format!(
        "User-agent: *\nAllow: /\nSitemap: {}\n",
        site.url("/map/index.xml")
    );
    site.put("/robots.txt", plain(&robots));
    site.put("/rss.xml", rss(&[]));
    site.put("/", front("", &[]));
    let maps = [
        ("/map/old.xml", Some("2020-06-30")),
        ("/map/2019.xml", Some("2024-05-05")),
        ("/map/2021.xml", Some("2021-12-30")),
        ("/map/2022.xml", None),
        ("/map/2023.xml", Some("2024-05-05")),
    ];
    let maps = maps.map(|(path, date)| (site.url(path), date));
    site.put("/map/index.xml", xml("sitemapindex", "sitemap", &maps));
    for (at, year) in [2021, 2022, 2023].into_iter().enumerate() {
        let date = format!("{year}-03-04");
        let numbers = at * OF_A_YEAR..(at + 1) * OF_A_YEAR;
        let mut entries = Vec::new();
        for n in numbers {
            site.put(&path(n), dated_page(n, &date));
            entries.push((site.url(&path(n)), Some(date.as_str())));
        }
        if year == 2021 {
            site.put(&path(READ_TOO_OLD), dated_page(READ_TOO_OLD, "2018-01-01"));
            entries.push((site.url(&path(DATED_TOO_OLD)), Some("2020-12-30")));
            entries.push((site.url(&path(READ_TOO_OLD)), None));
        }
        let address = format!("/map/{year}.xml");
        site.put(&address, xml("urlset", "url", &entries));
    }
}

fn of_years(place: &Place, site: &Site) -> Config {
    let source = site.source("harian", PageKind::Feed, "/rss.xml");
    let mut config = config(place.folder(), vec![source]);
    config.fetch.concurrency_per_host = OVERLAP;
    config
}

fn asked(site: &Site) -> BTreeMap<String, usize> {
    let mut asked = BTreeMap::new();
    for request in site.log() {
        *asked.entry(request.path).or_default() += 1;
    }
    asked
}

/// What a walk through [`put_years`] since 2021 asks for.
fn expected() -> BTreeMap<String, usize> {
    let pages = [
        "/robots.txt",
        "/rss.xml",
        "/",
        "/map/index.xml",
        "/map/2021.xml",
        "/map/2022.xml",
        "/map/2023.xml",
    ];
    let articles = (0..WANTED).chain([READ_TOO_OLD]).map(path);
    let all = articles.chain(pages.map(str::to_string));
    all.map(|path| (path, 1)).collect()
}

/// Runs `benggala backfill` to its end.
async fn backfill(place: &Place, args: &[&str]) -> Output {
    let mut command = place.command(&[&["backfill"], args].concat());
    tokio::task::spawn_blocking(move || command.output().unwrap())
        .await
        .unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// A configuration whose address is where the daemon answers.
fn answering_at(config: &Config, pages: &Url) -> Config {
    let mut config = config.clone();
    config.serve.listen.set_port(pages.port().unwrap());
    config
}

#[tokio::test]
async fn the_command_alone_reads_exactly_what_was_published_since() {
    let (place, site) = (Place::new(), Site::open().await);
    put_years(&site);
    place.configure(&of_years(&place, &site).to_toml());
    let output = backfill(&place, &["harian", "--since", "2021-01-01"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(
        said(&output).contains("harian: 18 articles since 2021-01-01 were read, 1 older"),
        "{}",
        said(&output)
    );
    assert_eq!(asked(&site), expected());
    assert_eq!(place.articles(), WANTED + 1);
    assert_eq!(place.leased(), 0);

    // By its address, and again: what is known is not asked for again.
    let feed = site.url("/rss.xml").to_string();
    let again = backfill(&place, &[&feed, "--since", "2021-01-01"]).await;
    assert_eq!(again.status.code(), Some(0), "{}", said(&again));
    assert!(said(&again).contains("19 known before"), "{}", said(&again));
    let articles = asked(&site)
        .into_iter()
        .filter(|(path, _)| path.starts_with("/berita/"));
    assert!(articles.into_iter().all(|(_, times)| times == 1));
}

#[tokio::test]
async fn the_limit_takes_the_newest() {
    let (place, site) = (Place::new(), Site::open().await);
    put_years(&site);
    place.configure(&of_years(&place, &site).to_toml());
    let limited = ["harian", "--since", "2021-01-01", "--limit", "4"];
    let output = backfill(&place, &limited).await;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let newest = (2 * OF_A_YEAR..WANTED).map(path);
    let read = newest.filter(|path| site.times(path) == 1).count();
    assert_eq!((read, site.articles_asked(), place.articles()), (4, 4, 4));
    assert_eq!(site.times("/map/2021.xml"), 0);
}

#[tokio::test]
async fn a_kill_in_the_middle_costs_only_what_was_cut_off() {
    let (place, site) = (Place::new(), Site::holding_back_after(FIRST).await);
    put_years(&site);
    place.configure(&of_years(&place, &site).to_toml());
    let order = ["backfill", "harian", "--since", "2021-01-01"];
    let mut first = place.command(&order).stderr(Stdio::null()).spawn().unwrap();
    until("articles that hang", async || {
        site.articles_asked() == FIRST + OVERLAP && place.articles() == FIRST
    })
    .await;
    first.kill().unwrap();
    first.wait().unwrap();
    site.let_go();
    let output = backfill(&place, &order[1..]).await;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let mut twice = asked(&site);
    let expected = expected();
    twice.retain(|path, times| expected.get(path) != Some(times));
    let cut_off = twice.values().filter(|times| **times == 2).count();
    assert_eq!((cut_off, twice.len()), (OVERLAP, OVERLAP), "{twice:?}");
    assert_eq!(place.articles(), WANTED + 1);
}

#[tokio::test]
async fn the_daemon_does_it_while_the_command_looks_on() {
    let (place, site) = (Place::new(), Site::open().await);
    put_years(&site);
    let config = of_years(&place, &site);
    let daemon = place.run(&config).await;
    until("the poll", async || site.times("/rss.xml") == 1).await;
    place.configure(&answering_at(&config, &daemon.pages).to_toml());
    let output = backfill(&place, &["harian", "--since", "2021-01-01"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(
        said(&output).contains("harian: 18 articles"),
        "{}",
        said(&output)
    );
    let mut expected = expected();
    // It had been polled before, for its news.
    expected.insert("/rss.xml".to_string(), 2);
    assert_eq!(asked(&site), expected);
    let stopped = backfill(&place, &["harian", "--stop"]).await;
    assert!(said(&stopped).contains("is done"), "{}", said(&stopped));
}

#[tokio::test]
async fn a_daemon_is_asked_stopped_and_goes_on_after_a_kill() {
    let (place, site) = (Place::new(), Site::holding_back_after(FIRST).await);
    put_years(&site);
    let config = of_years(&place, &site);
    let daemon = place.run(&config).await;
    let api = |pages: &Url| pages.join("/api/v1/sources/harian/backfill").unwrap();
    until("the poll", async || site.times("/rss.xml") == 1).await;
    assert_eq!(get(&api(&daemon.pages)).await.status, 404);
    let future = r#"{"since": "2999-01-01"}"#;
    let refused = post_json(&api(&daemon.pages), future).await;
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("lies in the future"));
    let begun = post_json(&api(&daemon.pages), r#"{"since": "2021-01-01"}"#).await;
    assert_eq!(begun.status, 202, "{}", begun.text());
    until("articles that hang", async || {
        site.articles_asked() == FIRST + OVERLAP && place.articles() == FIRST
    })
    .await;
    daemon.signal("KILL");
    drop(daemon);
    site.let_go();

    let daemon = place.run(&config).await;
    let of_source = daemon.pages.join("/api/v1/sources").unwrap();
    let done = eventually("the end", async || {
        let text = get(&api(&daemon.pages)).await.text();
        let backfill: Backfill = serde_json::from_str(&text).unwrap();
        (backfill.state == BackfillState::Done).then_some(backfill)
    })
    .await;
    assert_eq!((done.read, done.older, done.lists_failed), (18, 1, 0));
    let listed: serde_json::Value = serde_json::from_str(&get(&of_source).await.text()).unwrap();
    assert_eq!(
        listed["sources"][0]["backfill"],
        serde_json::to_value(&done).unwrap()
    );
    let page = get(&daemon.pages.join("/sources").unwrap()).await.text();
    assert!(page.contains("Backfill since 2021-01-01 is done: 18 articles read, 1 older"));
    let asked = asked(&site);
    let twice = |path: &String| path.starts_with("/berita/") && asked[path] > 1;
    assert_eq!(asked.keys().filter(|path| twice(path)).count(), OVERLAP);
}

#[tokio::test]
async fn pages_of_an_archive_are_walked_to_the_first_that_is_too_old() {
    let (place, site) = (Place::new(), Site::open().await);
    let mut at = 0;
    // Ten articles a page: three pages of 2022, then a long past.
    for page in 1..=12 {
        let date = if page <= 3 {
            "2022-02-02"
        } else {
            "2019-02-02"
        };
        let numbers: Vec<usize> = (at..at + 10).collect();
        at += 10;
        let mut links = Vec::new();
        for n in numbers {
            site.put(&path(n), dated_page(n, date));
            links.push(site.url(&path(n)));
        }
        let next = format!("<link rel=\"next\" href=\"/page/{}/\">", page + 1);
        let here = match page {
            1 => "/".to_string(),
            _ => format!("/page/{page}/"),
        };
        site.put(&here, front(&next, &links));
    }
    let source = site.source("arsip", PageKind::Listing, "/");
    place.configure(&config(place.folder(), vec![source]).to_toml());
    let output = backfill(&place, &["arsip", "--since", "2021-01-01"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert!(
        said(&output).contains("arsip: 30 articles"),
        "{}",
        said(&output)
    );
    // Three pages that are too old are enough to know.
    assert_eq!(site.times("/page/6/"), 1);
    assert_eq!(site.times("/page/7/"), 0);
}

/// A feed whose pages name the next (RFC 5005), ten articles each: three of 2022, then a long past.
#[tokio::test]
async fn pages_of_a_feed_are_walked_to_the_first_that_is_too_old() {
    let (place, site) = (Place::new(), Site::open().await);
    for page in 1..=12 {
        let date = if page <= 3 {
            "2022-02-02T10:00:00Z"
        } else {
            "2019-02-02T10:00:00Z"
        };
        let mut entries = String::new();
        for n in (page - 1) * 10..page * 10 {
            site.put(&path(n), html(&article_page(&clean(n), "")));
            let url = site.url(&path(n));
            entries += &format!(
                "<entry><id>{url}</id><link href=\"{url}\"/><updated>{date}</updated></entry>"
            );
        }
        let here = match page {
            1 => "/atom.xml".to_string(),
            _ => format!("/atom.xml?page={page}"),
        };
        let next = format!("<link rel=\"next\" href=\"/atom.xml?page={}\"/>", page + 1);
        let feed = format!(
            "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>Arsip</title>{next}{entries}</feed>"
        );
        site.put(&here, plain(&feed));
    }
    let source = site.source("umpan", PageKind::Feed, "/atom.xml");
    place.configure(&config(place.folder(), vec![source]).to_toml());
    let output = backfill(&place, &["umpan", "--since", "2021-01-01"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    // Nobody has said that there is a sitemap, so nothing is out of reach but the front page.
    assert!(
        said(&output).contains(
            "umpan: 30 articles since 2021-01-01 were read, 1 sitemaps or lists out of reach\n"
        ),
        "{}",
        said(&output)
    );
    assert_eq!(site.times("/sitemap.xml"), 1);
    assert_eq!(site.times("/atom.xml?page=4"), 1);
    assert_eq!(site.times("/atom.xml?page=5"), 0);
}

#[tokio::test]
async fn the_gap_between_two_requests_holds() {
    const GAP: Duration = Duration::from_millis(50);
    let (place, site) = (Place::new(), Site::open().await);
    put_years(&site);
    let mut config = of_years(&place, &site);
    config.fetch.requests_per_second = 1.0 / GAP.as_secs_f64();
    place.configure(&config.to_toml());
    let output = backfill(&place, &["harian", "--since", "2021-01-01"]).await;
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    let log = site.log();
    assert_eq!(log.len(), expected().len());
    let too_soon = log.windows(2).filter(|two| {
        // Requests may arrive a little nearer than they were sent.
        two[1].at - two[0].at < GAP.mul_f64(0.8)
    });
    assert_eq!(too_soon.count(), 0);
}

#[tokio::test]
async fn what_cannot_be_done_is_said_in_words() {
    let (place, site) = (Place::new(), Site::open().await);
    put_years(&site);
    let config = of_years(&place, &site);
    place.configure(&config.to_toml());
    let fails = async |args: &[&str], words: &str| {
        let output = backfill(&place, args).await;
        assert_eq!(output.status.code(), Some(2), "{}", said(&output));
        assert!(said(&output).contains(words), "{}", said(&output));
    };
    fails(&["lain", "--since", "2021-01-01"], "there are harian").await;
    fails(&["harian", "--since", "2999-01-01"], "lies in the future").await;
    fails(&["harian", "--since", "kemarin"], "kemarin").await;
    fails(&["harian"], "--since").await;
    let daemon = place.run(&config).await;
    let mut elsewhere = answering_at(&config, &daemon.pages);
    elsewhere.serve.listen.set_port(9);
    place.configure(&elsewhere.to_toml());
    let since = ["harian", "--since", "2021-01-01"];
    fails(&since, "no daemon answers at http://127.0.0.1:9/").await;
    assert_eq!(site.articles_asked(), 0);
}
