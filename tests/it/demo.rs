//! The newsroom: its content, what it lists at which time, and how it answers.

#![expect(
    clippy::expect_used,
    reason = "clippy knows tests but not what tests call"
)]

pub(crate) mod client;
mod watched;

use std::{
    collections::BTreeSet,
    io::{self, Read},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use benggala::{
    copies::{Fingerprint, is_corrected},
    demo::{
        Newsroom,
        content::{Behaviour, PaperArticle, papers},
    },
    model::{self, PageKind},
};
use client::{PATIENCE, get, get_with, send};
use scraper::{Html, Selector};
use tokio::{io::AsyncReadExt, net::TcpStream, time::timeout};
use url::Url;

/// When everything is out.
pub(crate) const LATE: Duration = Duration::from_secs(40);

/// The papers that publish nothing new: one falls silent, the other lists old articles only.
pub(crate) const QUIET: [&str; 2] = ["night-post", "quay-almanac"];

/// A newsroom whose clock the test sets.
pub(crate) async fn open() -> (Newsroom, Arc<AtomicU64>) {
    let seconds = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&seconds);
    let newsroom = Newsroom::open(move || Duration::from_secs(clock.load(Ordering::SeqCst)))
        .await
        .expect("loopback has free ports");
    (newsroom, seconds)
}

async fn open_late() -> Newsroom {
    let (newsroom, seconds) = open().await;
    seconds.store(LATE.as_secs(), Ordering::SeqCst);
    newsroom
}

fn at(url: &Url, path: &str) -> Url {
    url.join(path).expect("a path")
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether the article's own text is sent sooner or later.
fn is_good(article: &PaperArticle) -> bool {
    matches!(
        article.answer,
        Behaviour::Page | Behaviour::ThrottledOnce | Behaviour::Latin1
    ) && !article.path.starts_with("/rahasia/")
}

#[test]
fn every_paper_parses_and_its_articles_are_whole() {
    let papers = papers().unwrap();
    assert_eq!(papers.len(), 7);
    let mut good = 0;
    for paper in &papers {
        let paths: BTreeSet<&str> = paper.articles.iter().map(|a| a.path.as_str()).collect();
        assert_eq!(paths.len(), paper.articles.len(), "{}", paper.name);
        for article in &paper.articles {
            let name = &article.path;
            assert!(name.starts_with('/') && !article.title.is_empty(), "{name}");
            assert!(!article.byline.is_empty(), "{name}");
            assert!(article.appears == 0 || article.minutes == 0, "{name}");
            if is_good(article) {
                good += 1;
                let words = article.body.split_whitespace().count();
                assert!((120..=350).contains(&words), "{name}: {words} words");
                assert!(!article.summary().is_empty(), "{name}");
            }
        }
    }
    assert!(good >= 44, "{good}");
}

/// What a newcomer finds on the review page: a copy on another paper, and a correction.
#[test]
fn one_article_is_copied_and_later_corrected() {
    let papers = papers().unwrap();
    let articles = || papers.iter().flat_map(|paper| &paper.articles);
    let corrected: Vec<_> = articles().filter(|a| a.corrected.is_some()).collect();
    let [original] = corrected[..] else {
        panic!("{} are corrected", corrected.len());
    };
    let read = |article: &PaperArticle, elapsed| model::Article {
        title: Some(article.title.clone()),
        body: article.text(elapsed).into_owned(),
        ..model::Article::default()
    };
    let (before, after) = (read(original, LATE), read(original, Duration::MAX));
    assert!(is_corrected(&before, &after));
    let fingerprint = |article: &PaperArticle| Fingerprint::of(&read(article, LATE));
    let own = fingerprint(original).unwrap();
    let copies = articles().filter(|article| {
        article.path != original.path
            && fingerprint(article).is_some_and(|other| other.is_copy_of(&own))
    });
    assert_eq!(copies.count(), 1);
}

/// The article that gave the program its name is somebody else's: not its people, not its words.
#[test]
fn nothing_is_taken_from_the_article_that_started_it() {
    let theirs = [
        "Putin",
        "Kim Jong",
        "Pyongyang",
        "Korea",
        "Rusia",
        "Ukraina",
        "NATO",
        "Moskow",
        "keputusan Benggala Barat",
        "tanda baca dan tanda baca",
    ];
    for article in papers().unwrap().iter().flat_map(|p| &p.articles) {
        for words in theirs {
            assert!(!article.body.contains(words), "{}: {words}", article.path);
            assert!(!article.title.contains(words), "{}: {words}", article.path);
        }
    }
}

#[tokio::test]
async fn two_thirds_are_out_at_once_and_the_rest_one_by_one() {
    let (newsroom, _) = open().await;
    let count = |seconds| newsroom.published(Duration::from_secs(seconds)).len();
    let (first, all) = (count(0), count(u64::from(u32::MAX)));
    let share = first as f64 / all as f64;
    assert!((0.6..0.8).contains(&share), "{first} of {all}");
    assert_eq!(count(LATE.as_secs()), all);
    for seconds in (0..LATE.as_secs()).step_by(2) {
        let new = count(seconds + 2) - count(seconds);
        assert!(new <= 1, "{new} at once after {seconds} s");
    }
    for paper in papers().unwrap() {
        if QUIET.contains(&paper.name.as_str()) {
            continue;
        }
        let late = paper.articles.iter().filter(|a| a.appears > 0).count();
        assert!(late >= 2, "{}", paper.name);
    }
}

#[tokio::test]
async fn every_list_names_exactly_what_is_out() {
    let (newsroom, seconds) = open().await;
    for now in [0, 5, 13, 27, 40] {
        seconds.store(now, Ordering::SeqCst);
        let published = newsroom.published(Duration::from_secs(now));
        for source in newsroom.sources() {
            let listed = get(&source.url).await;
            let front = get(&at(&source.url, "/")).await.text();
            assert_eq!(listed.status, 200);
            for any in newsroom.published(Duration::MAX) {
                let is_out = published.iter().any(|p| p.url == any.url);
                let expected = is_out && any.source == source.name;
                let what = format!("{} after {now} s", any.url);
                let href = format!("href=\"{}\"", any.url.path());
                let own = any.source == source.name;
                assert!(!own || front.contains(&href) == expected, "front, {what}");
                let text = listed.text();
                let named = [format!(">{}<", any.url), format!("href=\"{}\"", any.url)]
                    .iter()
                    .any(|form| text.contains(form));
                assert!(
                    source.kind == PageKind::Listing || named == expected,
                    "{}, {what}",
                    source.name
                );
            }
        }
    }
}

/// How many elements of these names a well-formed document has.
fn elements(document: &[u8], names: &[&str]) -> Result<usize, quick_xml::Error> {
    let mut reader = quick_xml::Reader::from_reader(document);
    let mut count = 0;
    loop {
        match reader.read_event()? {
            quick_xml::events::Event::Eof => return Ok(count),
            quick_xml::events::Event::Start(tag) => {
                let name = tag.name();
                count += usize::from(names.iter().any(|known| known.as_bytes() == name.as_ref()));
            }
            _ => {}
        }
    }
}

#[tokio::test]
async fn the_clean_feeds_and_the_sitemap_are_well_formed() {
    let newsroom = open_late().await;
    for source in newsroom.sources() {
        let own = |p: &&benggala::demo::Published<'_>| p.source == source.name;
        let published = newsroom.published(LATE);
        let expected = published.iter().filter(own).count();
        let reply = get(&source.url).await;
        match source.name.as_str() {
            "harian-pagi" | "the-lighthouse" => {
                let entries = elements(&reply.body, &["item", "entry"]).unwrap();
                assert_eq!(entries, expected);
                let dated = elements(&reply.body, &["pubDate", "published"]).unwrap();
                assert_eq!(dated, expected);
            }
            "night-post" => {
                assert_eq!(elements(&reply.body, &["item"]).unwrap(), expected);
            }
            "kabar-kilat" | "quay-almanac" => {
                assert_eq!(elements(&reply.body, &["loc"]).unwrap(), expected);
            }
            "rusak-news" => {
                assert!(elements(&reply.body, &["item"]).is_err());
            }
            _ => assert_eq!(source.kind, PageKind::Listing),
        }
    }
}

#[tokio::test]
async fn every_good_article_is_404_before_its_time_and_then_shows_its_text() {
    let (newsroom, seconds) = open().await;
    let articles = newsroom.published(Duration::MAX);
    for early in articles.iter().filter(|p| p.article.appears > 0) {
        assert_eq!(get(&early.url).await.status, 404, "{}", early.url);
    }
    seconds.store(LATE.as_secs(), Ordering::SeqCst);
    let title = Selector::parse("h1").unwrap();
    for published in articles.iter().filter(|p| is_good(p.article)) {
        let mut reply = get(&published.url).await;
        if reply.status == 429 {
            reply = get(&published.url).await;
        }
        assert_eq!(reply.status, 200, "{}", published.url);
        let text = match published.article.answer {
            Behaviour::Latin1 => encoding_rs::WINDOWS_1252.decode(&reply.body).0.into_owned(),
            _ => String::from_utf8(reply.body).unwrap(),
        };
        let page = Html::parse_document(&text);
        let shown = squeeze(&page.root_element().text().collect::<String>());
        for block in published.article.blocks() {
            assert!(
                shown.contains(&squeeze(block.text)),
                "{}: {}",
                published.url,
                block.text
            );
        }
        assert!(
            page.select(&title)
                .any(|h| squeeze(&h.text().collect::<String>()) == published.article.title),
            "{}",
            published.url
        );
    }
}

#[tokio::test]
async fn own_links_lead_somewhere() {
    let newsroom = open_late().await;
    let anchors = Selector::parse("a[href^='/']").unwrap();
    for source in newsroom.sources() {
        let listed: BTreeSet<String> = newsroom
            .published(LATE)
            .iter()
            .map(|p| p.url.path().to_string())
            .collect();
        let published = newsroom.published(LATE);
        let first = published.iter().find(|p| p.source == source.name).unwrap();
        let mut paths = BTreeSet::new();
        for page in [at(&source.url, "/"), first.url.clone()] {
            let page = Html::parse_document(&get(&page).await.text());
            let hrefs = page.select(&anchors).filter_map(|a| a.attr("href"));
            paths.extend(hrefs.map(str::to_string));
        }
        assert!(paths.contains("/tentang"));
        for path in paths.difference(&listed) {
            let reply = get(&at(&source.url, path)).await;
            assert_eq!(reply.status, 200, "{} {path}", source.name);
        }
    }
}

#[tokio::test]
async fn clean_papers_answer_304_and_the_others_have_no_validators() {
    let newsroom = open_late().await;
    let published = newsroom.published(LATE);
    for source in newsroom.sources() {
        let article = published
            .iter()
            .find(|p| p.source == source.name && p.article.answer == Behaviour::Page)
            .unwrap();
        for url in [&source.url, &article.url] {
            let first = get(url).await;
            let (etag, modified) = (first.header("etag"), first.header("last-modified"));
            if !["harian-pagi", "the-lighthouse"].contains(&source.name.as_str()) {
                assert_eq!((etag, modified), (None, None), "{url}");
                continue;
            }
            let (etag, modified) = (etag.unwrap(), modified.unwrap());
            let conditions = [
                (format!("If-None-Match: {etag}\r\n"), 304),
                (format!("If-None-Match: \"x\", W/{etag}\r\n"), 304),
                (format!("If-Modified-Since: {modified}\r\n"), 304),
                ("If-None-Match: \"other\"\r\n".to_string(), 200),
                // RFC 9110, 13.1.3: the date is ignored where there is a tag.
                (
                    format!("If-None-Match: \"other\"\r\nIf-Modified-Since: {modified}\r\n"),
                    200,
                ),
                (
                    "If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT\r\n".to_string(),
                    200,
                ),
            ];
            for (condition, status) in conditions {
                let reply = get_with(url, &condition).await;
                assert_eq!(reply.status, status, "{url} {condition}");
                assert_eq!(reply.body.is_empty(), status == 304, "{url} {condition}");
                assert_eq!(reply.header("etag"), Some(etag));
            }
        }
    }
}

#[tokio::test]
async fn a_feed_changes_its_validators_when_an_article_comes_out() {
    let (newsroom, seconds) = open().await;
    let url = newsroom.sources()[0].url.clone();
    let etag = get(&url).await.header("etag").unwrap().to_string();
    let condition = format!("If-None-Match: {etag}\r\n");
    assert_eq!(get_with(&url, &condition).await.status, 304);
    seconds.store(4, Ordering::SeqCst);
    assert_eq!(get_with(&url, &condition).await.status, 200);
}

/// The only article of the failing paper that answers in this way.
fn failing(newsroom: &Newsroom, answer: Behaviour) -> Url {
    let published = newsroom.published(LATE);
    let mut found = published.iter().filter(|p| p.article.answer == answer);
    let url = found.next().expect("one of each").url.clone();
    assert!(found.next().is_none());
    url
}

#[tokio::test]
async fn the_failing_paper_fails_as_it_says() {
    let newsroom = open_late().await;
    let answer = async |answer| get(&failing(&newsroom, answer)).await;
    assert_eq!(answer(Behaviour::ServerError).await.status, 500);
    assert_eq!(answer(Behaviour::Missing).await.status, 404);

    let soft = answer(Behaviour::SoftNotFound).await;
    assert_eq!(soft.status, 200);
    assert!(soft.text().contains("Halaman tidak ditemukan"));

    let wall = answer(Behaviour::BotWall).await;
    assert_eq!(
        (wall.status, wall.header("cf-mitigated")),
        (200, Some("challenge"))
    );
    assert!(wall.text().contains("Just a moment"));

    let throttled = answer(Behaviour::ThrottledOnce).await;
    assert_eq!(
        (throttled.status, throttled.header("retry-after")),
        (429, Some("2"))
    );
    assert_eq!(answer(Behaviour::ThrottledOnce).await.status, 200);

    let empty = answer(Behaviour::Empty).await;
    assert_eq!((empty.status, empty.body.len()), (200, 0));

    let pdf = answer(Behaviour::Pdf).await;
    assert!(pdf.body.starts_with(b"%PDF-") && pdf.head.contains("text/html"));

    let latin = answer(Behaviour::Latin1).await;
    assert!(latin.head.contains("charset=utf-8"));
    assert!(String::from_utf8(latin.body).is_err());
}

#[tokio::test]
async fn the_redirects_lead_back() {
    let newsroom = open_late().await;
    let start = failing(&newsroom, Behaviour::RedirectLoop);
    let mut seen = vec![start.clone()];
    for _ in 0..2 {
        let reply = get(&seen[seen.len() - 1]).await;
        assert_eq!(reply.status, 302);
        seen.push(Url::parse(reply.header("location").unwrap()).unwrap());
    }
    assert_ne!(seen[1], start);
    assert_eq!(seen[2], start);
}

#[tokio::test]
async fn the_cut_gzip_is_whole_to_http_and_not_to_the_decoder() {
    let newsroom = open_late().await;
    let reply = get(&failing(&newsroom, Behaviour::CutGzip)).await;
    assert_eq!(reply.header("content-encoding"), Some("gzip"));
    let length = reply.header("content-length").unwrap();
    assert_eq!(length, reply.body.len().to_string());
    assert!(reply.body.starts_with(&[0x1f, 0x8b]));
    let mut decoder = async_compression::tokio::bufread::GzipDecoder::new(reply.body.as_slice());
    let mut text = Vec::new();
    let error = decoder.read_to_end(&mut text).await.unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
}

#[tokio::test]
async fn the_endless_body_drips_until_the_newsroom_closes() {
    let newsroom = open_late().await;
    let url = failing(&newsroom, Behaviour::Endless);
    let mut stream = send(&url, "").await.unwrap();
    let mut text = String::new();
    let drips = async {
        while text.matches("<p>").count() < 2 {
            let mut piece = [0; 1024];
            let length = stream.read(&mut piece).await.unwrap();
            assert_ne!(length, 0, "it ended by itself: {text}");
            text += std::str::from_utf8(&piece[..length]).unwrap();
        }
    };
    timeout(PATIENCE, drips).await.expect("it drips");
    newsroom.close().await;
    let rest = timeout(PATIENCE, stream.read_to_end(&mut Vec::new())).await;
    assert!(rest.is_ok(), "it ends with the newsroom");
}

#[tokio::test]
async fn robots_txt_forbids_what_the_feed_lists_and_trespassing_is_counted() {
    let newsroom = open_late().await;
    let published = newsroom.published(LATE);
    let secret = published
        .iter()
        .find(|p| p.url.path().starts_with("/rahasia/"))
        .unwrap();
    let robots = get(&at(&secret.url, "/robots.txt")).await;
    assert!(robots.text().contains("Disallow: /rahasia/\n"));
    let tally = |name: &str| newsroom.tally().into_iter().find(|t| t.source == name);
    let before = tally(secret.source).unwrap();
    assert_eq!((before.answered, before.trespassed), (1, 0));
    get(&secret.url).await;
    let after = tally(secret.source).unwrap();
    assert_eq!((after.answered, after.trespassed), (2, 1));
    assert_eq!(tally("harian-pagi").unwrap().answered, 0);

    for source in newsroom.sources() {
        let robots = get(&at(&source.url, "/robots.txt")).await;
        assert_eq!(robots.status, 200);
        let names_sitemap = robots.text().contains(&format!("Sitemap: {}", source.url));
        assert_eq!(names_sitemap, source.kind == PageKind::Sitemap);
    }
}

#[tokio::test]
async fn the_sources_are_seven_loopback_addresses_of_every_kind() {
    let (newsroom, _) = open().await;
    let sources = newsroom.sources();
    let ports: BTreeSet<u16> = sources.iter().filter_map(|s| s.url.port()).collect();
    assert_eq!(ports.len(), 7);
    assert!(
        sources
            .iter()
            .all(|s| s.url.host_str() == Some("127.0.0.1"))
    );
    let kinds: BTreeSet<&str> = sources.iter().map(|s| s.kind.as_str()).collect();
    assert_eq!(kinds, BTreeSet::from(["feed", "listing", "sitemap"]));
    let known = sources.iter().filter(|s| s.lang.is_some()).count();
    assert_eq!(known, 2);
}

#[tokio::test]
async fn a_dropped_newsroom_stops_listening() {
    let (newsroom, _) = open().await;
    let url = newsroom.sources()[0].url.clone();
    assert_eq!(get(&url).await.status, 200);
    drop(newsroom);
    // The tasks are told at once and end as soon as they are next polled.
    let port = url.port().unwrap();
    let gone = async {
        while TcpStream::connect(("127.0.0.1", port)).await.is_ok() {
            tokio::task::yield_now().await;
        }
    };
    timeout(PATIENCE, gone).await.expect("nobody listens");
}

#[tokio::test]
async fn only_get_and_head_are_answered() {
    let (newsroom, _) = open().await;
    let url = newsroom.sources()[0].url.clone();
    let address = ("127.0.0.1", url.port().unwrap());
    for (method, status) in [("HEAD", "200"), ("POST", "405"), ("DELETE", "405")] {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        let request = format!("{method} / HTTP/1.0\r\nHost: x\r\n\r\n");
        let reply = tokio::task::spawn_blocking(move || {
            io::Write::write_all(&mut stream, request.as_bytes())?;
            let mut text = String::new();
            stream.read_to_string(&mut text)?;
            Ok::<_, io::Error>(text)
        });
        let reply = reply.await.unwrap().unwrap();
        assert_eq!(&reply[9..12], status);
        assert!(reply.ends_with("\r\n\r\n"), "{method}");
    }
}
