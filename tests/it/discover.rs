use std::{fs, io::Write, path::Path, sync::LazyLock};

use benggala::{
    canonical::canonical,
    discover::{
        ENTRIES_MAX, KINDS, LINKS_MAX, SITEMAPS_MAX, URLS_MAX, discover, fresh_for, sitemaps_of,
        sniff,
    },
    lang::Lexicon,
    model::{Date, Headers, Link, Page, PageKind, Problem, Timestamp},
};
use bytes::Bytes;
use chrono::TimeDelta;
use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use url::Url;

use crate::cpu;

mod fronts;
mod offers;
mod past;
mod reported;
mod subscriptions;

/// Every page of these tests was fetched from here, in the middle of 1 June 2024.
const AT: &str = "https://news.example/section/page";
const NOW: i64 = 1_717_243_200;

fn page(body: impl Into<Bytes>) -> Page {
    let url = Url::parse(AT).unwrap_or_else(|why| panic!("{why}"));
    Page {
        link: Link {
            url: url.clone(),
            source: "harbour".to_string(),
            kind: PageKind::Auto,
            published: None,
        },
        final_url: url,
        fetched_at: Timestamp::UNIX_EPOCH + TimeDelta::seconds(NOW),
        status: 200,
        headers: Headers::default(),
        body: body.into(),
    }
}

/// What [`discover`] finds, with the months of every language.
fn read(kind: PageKind, page: &Page) -> (Vec<Link>, Vec<Problem>) {
    static LEXICON: LazyLock<Lexicon> = LazyLock::new(Lexicon::built_in);
    discover(kind, page, LEXICON.dates())
}

fn urls(links: &[Link]) -> Vec<&str> {
    links.iter().map(|link| link.url.as_str()).collect()
}

fn shown((links, problems): &(Vec<Link>, Vec<Problem>)) -> String {
    let links = links.iter().map(|link| {
        let date = link.published.map(|date| match date {
            Date::Moment(moment) => Date::from(moment.to_utc()),
            Date::Day(_) | Date::Local(_) => date,
        });
        let date = date.map_or("-".to_string(), |date| date.to_string());
        format!("{} {} {date}\n", link.kind.as_str(), link.url)
    });
    let problems = problems
        .iter()
        .map(|problem| format!("! {}\n", problem.what));
    links.chain(problems).collect()
}

/// The cases under `tests/feeds`: a body, and beside it `.links` with the kind it is read as, the
/// links in order and the problems.
fn cases() -> Vec<(String, PageKind, Vec<u8>, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/feeds");
    let mut cases = Vec::new();
    for entry in fs::read_dir(folder).unwrap_or_else(|why| panic!("{why}")) {
        let path = entry.unwrap_or_else(|why| panic!("{why}")).path();
        if path.extension().is_some_and(|ending| ending == "links") {
            continue;
        }
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        let read = |path: &Path| fs::read(path).unwrap_or_else(|why| panic!("{path:?}: {why}"));
        let expected = String::from_utf8_lossy(&read(&path.with_extension("links"))).into_owned();
        let (kind, expected) = expected.split_once('\n').unwrap_or((&expected, ""));
        let kind = PageKind::parse(kind).unwrap_or_else(|| panic!("{path:?}: kind {kind}?"));
        cases.push((
            name.unwrap_or_default(),
            kind,
            read(&path),
            expected.to_string(),
        ));
    }
    cases
}

#[test]
fn every_page_yields_what_stands_beside_it() {
    let cases = cases();
    assert!(cases.len() >= 15, "the pages are missing");
    let mut wrong = String::new();
    for (name, kind, body, expected) in cases {
        let found = shown(&read(kind, &page(body)));
        if found != expected {
            wrong += &format!("--- {name}, found\n{found}--- expected\n{expected}\n");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

#[test]
fn every_link_is_canonical_and_tells_its_source() {
    for (name, kind, body, _) in cases() {
        for link in read(kind, &page(body)).0 {
            assert_eq!(link.source, "harbour", "{name}");
            assert_eq!(canonical(&link.url).as_ref(), Some(&link.url), "{name}");
        }
    }
}

#[test]
fn the_kinds_that_announce_links_are_those_of_sources() {
    let kinds: Vec<&str> = KINDS.iter().map(|row| row.kind.as_str()).collect();
    assert_eq!(kinds, ["feed", "sitemap", "listing", "auto"]);
    assert!(KINDS.iter().all(|row| !row.reads.is_empty()));
    let feed = "<rss><channel><item><link>https://news.example/a</link></item></channel></rss>";
    for kind in [PageKind::Article, PageKind::Robots] {
        assert_eq!(read(kind, &page(feed)), (Vec::new(), Vec::new()));
    }
}

#[test]
fn a_body_shows_what_it_is() {
    use PageKind::{Feed, Listing, Sitemap};
    for (body, kind) in [
        ("<rss version='2.0'/>", Feed),
        (
            "\u{feff}\n  <?xml version='1.0'?><!-- x --><feed xmlns='a'>",
            Feed,
        ),
        ("<?xml-stylesheet href='x'?><rdf:RDF>", Feed),
        ("<!DOCTYPE rss [<!ENTITY a 'b'>]><rss>", Feed),
        (
            r#"{"version": "https://jsonfeed.org/version/1.1", "items": []}"#,
            Feed,
        ),
        (
            r#"{"items": [{"id": "1"}], "version": "https:\/\/jsonfeed.org\/version\/1.1"}"#,
            Feed,
        ),
        (
            r#"{"items": [{"url": "/a", "date_published": "2024-05-31"}]}"#,
            Feed,
        ),
        (r#"{"items": [{"url": "/a"}]}"#, Listing),
        ("<entry xmlns='http://www.w3.org/2005/Atom'>", Feed),
        ("\u{feff}\u{feff}<rss>", Feed),
        ("\n\u{feff}<rss>", Feed),
        ("\u{200b}<urlset>", Sitemap),
        ("\0<rss>", Feed),
        (
            "<br />\n<b>Warning</b>: old key in <b>/x.php</b>\n<?xml version='1.0'?><rss>",
            Feed,
        ),
        ("Notice: old key\n<urlset>", Sitemap),
        ("2f10\r\n<RSS>", Feed),
        ("<!DOCTYPE html>\n<rss>", Feed),
        ("# all our pages\n\nhttps://news.example/a", Sitemap),
        ("<html><p>We have a feed: <rss>", Listing),
        ("<br><?xml version='1.0'?><html>", Listing),
        (r#"{"version": "1.0"}"#, Listing),
        ("<urlset>", Sitemap),
        ("<s:sitemapindex xmlns:s='x'>", Sitemap),
        ("https://news.example/a\nhttps://news.example/b", Sitemap),
        ("<!doctype html><html><body><rss>", Listing),
        ("<p>rss", Listing),
        ("<svg/>", Listing),
        ("Just some words: of text", Listing),
        ("mailto:red@news.example", Listing),
        ("", Listing),
        ("<", Listing),
        ("<!--", Listing),
    ] {
        assert_eq!(sniff(&page(body)), kind, "{body}");
    }
}

#[test]
fn what_stands_before_a_feed_is_told() {
    let feed = "<rss><item><link>https://news.example/a</link></item></rss>";
    for (before, note) in [
        ("\u{feff}\u{feff}\n", None),
        (
            "Notice: old key\n",
            Some("skipped 16 bytes before the document"),
        ),
    ] {
        let (links, problems) = read(PageKind::Feed, &page(format!("{before}{feed}")));
        assert_eq!(urls(&links), ["https://news.example/a"]);
        let notes: Vec<&str> = problems
            .iter()
            .map(|problem| problem.what.as_str())
            .collect();
        assert_eq!(notes, Vec::from_iter(note));
    }
}

/// Sites swap one for another, and excuse themselves with a web page in between.
#[test]
fn an_answer_is_read_as_what_it_is() {
    const FEED: &str = "<rss><item><link>https://news.example/a</link></item></rss>";
    const SITEMAP: &str = "<urlset><url><loc>https://news.example/a</loc></url></urlset>";
    for kind in [
        PageKind::Feed,
        PageKind::Sitemap,
        PageKind::Listing,
        PageKind::Auto,
    ] {
        for body in [FEED, SITEMAP] {
            let (links, problems) = read(kind, &page(body));
            assert_eq!(urls(&links), ["https://news.example/a"], "{kind:?} {body}");
            assert_eq!(problems, [], "{kind:?} {body}");
        }
        let excuse = read(kind, &page("<html><p>Back soon, we are cleaning."));
        let told = match kind {
            PageKind::Feed => "! this is no feed\n",
            PageKind::Sitemap => "! this is no sitemap\n",
            _ => "",
        };
        assert_eq!(shown(&excuse), told, "{kind:?}");
    }
}

#[test]
fn a_page_may_say_how_long_it_stays_the_same() {
    const TTL: &str = "<rss><channel><title>Pagi</title><ttl> 30 </ttl>";
    for (cache_control, body, seconds) in [
        (None, "", None),
        (Some("max-age=90"), "", Some(90)),
        (Some("public, MAX-AGE=\"60\", s-maxage=7"), "", Some(60)),
        (Some("no-cache, max-age=90"), "", None),
        (Some("max-age=soon"), "", None),
        (Some("max-age=90"), TTL, Some(1_800)),
        (Some("max-age=3600"), TTL, Some(3_600)),
        (None, "<rss><channel><ttl>now</ttl>", None),
        (None, "<rss><channel><ttl>15", None),
    ] {
        let headers = cache_control.map(|value| ("cache-control".to_string(), value.to_string()));
        let headers = Headers(headers.into_iter().collect());
        let said = fresh_for(&headers, body.as_bytes()).map(|said| said.as_secs());
        assert_eq!(said, seconds, "{cache_control:?} {body}");
    }
}

#[test]
fn dates_as_feeds_write_them() {
    for (text, expected) in [
        ("2024-05-17T09:30:00Z", "2024-05-17T09:30:00Z"),
        ("2024-05-17T09:30:00+0700", "2024-05-17T02:30:00Z"),
        ("2024-05-17T09:30+07:00", "2024-05-17T02:30:00Z"),
        ("2024-05-17 09:30:00", "2024-05-17T09:30:00"),
        ("2024-05-17 09:30:00 WIB", "2024-05-17T02:30:00Z"),
        ("2024-05-17T09:30:00.250", "2024-05-17T09:30:00.250"),
        ("2024-05", "2024-05-01"),
        ("2024", "2024-01-01"),
        ("Fri, 17 May 2024 09:30:00 GMT", "2024-05-17T09:30:00Z"),
        ("Thu, 17 May 2024 09:30:00 UTC", "2024-05-17T09:30:00Z"),
        ("Jumat, 17 Mei 2024 09:30:00 +0700", "2024-05-17T02:30:00Z"),
        ("17 May 24 09:30 EST", "2024-05-17T14:30:00Z"),
        ("Fri 17 May 2024 9:30:00 CEST", "2024-05-17T07:30:00Z"),
        ("May 17, 2024", "2024-05-17"),
        (
            "Friday, May 17, 2024 09:30:00 -0330",
            "2024-05-17T13:00:00Z",
        ),
        ("17 May 2024 09:30:00 GMT+7", "2024-05-17T02:30:00Z"),
        ("17 May 2024 09:30:00 XYZT", "2024-05-17T09:30:00"),
        ("17 May 2024 25:00:00 GMT", "2024-05-17"),
        ("31 Feb 2024", "-"),
        ("2024-13-01", "-"),
        ("2024-05-17T09:30:00+99999999999", "2024-05-17T09:30:00"),
        ("yesterday", "-"),
        ("1717000000", "2024-05-29T16:26:40Z"),
        ("17/05/2024 09:30", "2024-05-17T09:30:00"),
        ("3 ottobre 2023, 10.15", "2023-10-03T10:15:00"),
        // The feed was read on 1 June 2024.
        ("Wed, 05 Jun 2024 09:30:00 GMT", "-"),
        ("é", "-"),
    ] {
        let body = format!(
            "<rss><item><link>https://news.example/a</link><pubDate>{text}</pubDate></item></rss>"
        );
        let found = read(PageKind::Feed, &page(body));
        assert_eq!(
            shown(&found),
            format!("article https://news.example/a {expected}\n"),
            "{text}"
        );
    }
}

#[test]
fn other_encodings_are_read() {
    let latin: Vec<u8> = b"<?xml version='1.0' encoding='ISO-8859-1'?><rss><item><link>https://news.example/caf\xe9</link></item></rss>".to_vec();
    let utf16: Vec<u8> = "<rss><item><link>https://news.example/café</link></item></rss>"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let marked = [b"\xff\xfe".as_slice(), &utf16].concat();
    let undeclared = b"<rss><item><link>https://news.example/caf\xe9</link></item></rss>".to_vec();
    let lying = "<?xml version='1.0' encoding='Shift_JIS'?><rss><item><link>https://news.example/café</link></item></rss>".as_bytes().to_vec();
    for body in [latin, utf16, marked, undeclared, lying] {
        let (links, problems) = read(PageKind::Feed, &page(body));
        assert_eq!(urls(&links), ["https://news.example/caf%C3%A9"]);
        assert_eq!(problems, []);
    }
}

#[test]
fn a_feed_keeps_the_newest_entries() {
    let items: String = (0..8_000)
        .map(|n| {
            let date = Timestamp::UNIX_EPOCH + TimeDelta::seconds(NOW - 8_000 + n);
            format!(
                "<item><link>/{n}</link><pubDate>{}</pubDate></item>",
                date.to_rfc2822()
            )
        })
        .collect();
    let (links, problems) = read(PageKind::Feed, &page(format!("<rss>{items}</rss>")));
    assert_eq!(links.len(), ENTRIES_MAX);
    assert_eq!(links[0].url.path(), "/7999");
    assert_eq!(links[ENTRIES_MAX - 1].url.path(), "/7000");
    assert_eq!(problems, []);
}

#[test]
fn a_feed_of_a_million_items_ends_soon() {
    let body = format!("<rss>{}", "<item><link>/a</link></item>".repeat(1_000_000));
    let (links, problems) = read(PageKind::Feed, &page(body));
    assert_eq!(links.len(), 1);
    assert!(
        problems[0].what.contains("first 10000 entries"),
        "{problems:?}"
    );
}

#[test]
fn a_sitemap_ends_at_the_limit_of_the_protocol() {
    let urls: String = (0..=URLS_MAX)
        .map(|n| format!("<url><loc>/{n}</loc></url>"))
        .collect();
    let (links, problems) = read(PageKind::Sitemap, &page(format!("<urlset>{urls}</urlset>")));
    assert_eq!(links.len(), URLS_MAX);
    assert!(
        problems[0].what.contains("first 50000 URLs"),
        "{problems:?}"
    );
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder
        .write_all(bytes)
        .and_then(|()| encoder.finish())
        .unwrap_or_else(|why| panic!("{why}"))
}

#[test]
fn gzip_is_seen_by_its_first_bytes() {
    let text = b"<urlset><url><loc>/a</loc></url><url><loc>/b</loc></url></urlset>";
    let whole = gzip(text);
    let (links, problems) = read(PageKind::Auto, &page(whole.clone()));
    assert_eq!(
        urls(&links),
        ["https://news.example/a", "https://news.example/b"]
    );
    assert_eq!(problems, []);
    let cut = whole[..whole.len() - 12].to_vec();
    let (_, problems) = read(PageKind::Sitemap, &page(cut));
    assert!(problems[0].what.contains("gzip"), "{problems:?}");
}

#[test]
fn a_gzip_bomb_is_read_to_the_limit() {
    let mut text = b"<urlset><url><loc>/a</loc></url>".to_vec();
    text.resize(60 << 20, b' ');
    let (links, problems) = read(PageKind::Sitemap, &page(gzip(&text)));
    assert_eq!(links.len(), 1);
    assert!(problems[0].what.ends_with("bytes unpacked"), "{problems:?}");
}

#[test]
fn a_front_page_yields_so_many_links_at_most() {
    let body: String = (0..2_000)
        .map(|n| format!("<a href='/2024/06/01/story-number-{n}'>Story number {n}</a>"))
        .collect();
    let (links, problems) = read(PageKind::Listing, &page(body));
    assert_eq!(links.len(), LINKS_MAX);
    assert_eq!(links[0].url.path(), "/2024/06/01/story-number-0");
    assert_eq!(problems, []);
}

#[test]
fn a_front_page_on_an_address_keeps_to_its_port() {
    let mut page = page(
        "<a href='http://127.0.0.1:8001/2024/06/01/ferry-returns'>Ferry returns after winter</a>\
         <a href='http://127.0.0.1:8002/2024/06/01/ferry-returns'>Ferry returns after winter</a>",
    );
    page.final_url = Url::parse("http://127.0.0.1:8001/").expect("a URL");
    let (links, _) = read(PageKind::Listing, &page);
    assert_eq!(
        urls(&links),
        ["http://127.0.0.1:8001/2024/06/01/ferry-returns"]
    );
}

/// Generous: debug builds on a busy machine. Unguarded, these take minutes.
const SOON: std::time::Duration = std::time::Duration::from_secs(20);

#[test]
fn hostile_pages_end_soon() {
    let attributes: String = (0..300_000).map(|n| format!("a{n}=1 ")).collect();
    let deep = 200_000;
    for (name, kind, body) in [
        (
            "attributes",
            PageKind::Listing,
            format!("<div {attributes}>"),
        ),
        ("nesting", PageKind::Listing, "<div>".repeat(deep)),
        (
            "links in links",
            PageKind::Listing,
            "<a href=/x-y-z-u><b><p>".repeat(deep),
        ),
        ("fonts", PageKind::Auto, "<font size=1>x<p>".repeat(50_000)),
        ("one line", PageKind::Listing, "word ".repeat(4 << 20)),
        (
            "open comment",
            PageKind::Listing,
            format!("<!--{}", "- ".repeat(1 << 20)),
        ),
        (
            "XML nesting",
            PageKind::Feed,
            format!("<rss>{}", "<a>".repeat(deep)),
        ),
        (
            "items in items",
            PageKind::Feed,
            format!("<rss>{}", "<item>".repeat(deep)),
        ),
        (
            "XML attributes",
            PageKind::Feed,
            format!("<rss {attributes}><item {attributes}/>"),
        ),
        (
            "stray ends",
            PageKind::Feed,
            format!("<rss>{}", "</b>".repeat(deep)),
        ),
        (
            "open tags",
            PageKind::Feed,
            format!("<rss>{}", "<".repeat(deep)),
        ),
        (
            "references",
            PageKind::Feed,
            format!("<rss><item><link>{}", "&a;&#1;&".repeat(deep)),
        ),
        (
            "JSON nesting",
            PageKind::Feed,
            format!(
                "{{\"version\":\"https://jsonfeed.org/version/1\",\"items\":{}",
                "[".repeat(deep)
            ),
        ),
        (
            "one URL",
            PageKind::Sitemap,
            format!("<urlset><url><loc>/{}", "a".repeat(4 << 20)),
        ),
        (
            "lines",
            PageKind::Sitemap,
            "https://news.example/a\n".repeat(deep),
        ),
    ] {
        let start = cpu::time();
        let (links, _) = read(kind, &page(body));
        assert!(links.len() <= 1, "{name}: {}", links.len());
        let took = cpu::time() - start;
        assert!(took < SOON, "{name} took {took:?}");
    }
}

#[test]
fn sitemaps_that_a_robots_txt_names() {
    let base = Url::parse("https://news.example/robots.txt").expect("a URL");
    let text = "\u{feff}Sitemap: https://news.example/sitemap.xml\r\
        User-agent: *\r\nDisallow: /sitemap: x\n\
        SITEMAP : /sitemap-news.xml   # the last two days\n\
        sitemap:https://www.news.example/sitemap.xml\n\
        Sitemap: https://news.example/sitemap.xml\n\
        Sitemap: https://elsewhere.example/sitemap.xml\n\
        Sitemap: ftp://news.example/sitemap.xml\nSitemap:\nnonsense";
    let found: Vec<String> = sitemaps_of(text, &base)
        .into_iter()
        .map(String::from)
        .collect();
    assert_eq!(
        found,
        [
            "https://news.example/sitemap-news.xml",
            "https://news.example/sitemap.xml",
            "https://www.news.example/sitemap.xml",
            "https://elsewhere.example/sitemap.xml",
        ]
    );
    let many: String = (0..100).map(|n| format!("Sitemap: /{n}.xml\n")).collect();
    assert_eq!(sitemaps_of(&many, &base).len(), SITEMAPS_MAX);
    assert_eq!(sitemaps_of("<html>Not a robots.txt</html>", &base), []);
}

/// Reads `body` as everything there is.
fn read_as_everything(body: Vec<u8>) {
    let page = page(body);
    sniff(&page);
    for row in KINDS {
        read(row.kind, &page);
    }
    sitemaps_of(&String::from_utf8_lossy(&page.body), &page.final_url);
}

proptest! {
    #[test]
    fn no_bytes_break_it(body in prop::collection::vec(any::<u8>(), 0..400)) {
        read_as_everything(body);
    }

    #[test]
    fn no_markup_breaks_it(pieces in prop::collection::vec(prop::sample::select(vec![
        "<", ">", "</", "/>", "<rss>", "<item", "<entry>", "</item>", "<link>", "</link>", "href=",
        "\"", "'", "&", ";", "&#x110000;", "&#0;", "&#55296;", "<![CDATA[", "]]>", "<!--", "-->",
        "<!DOCTYPE", "[", "<!ENTITY", "<?xml", "?>", "<a ", "<url><loc>", "https://news.example/",
        "é", "\u{feff}", "\0", " ", "\n", "{", "\"items\":", "<script>", "<pubDate>", "+", "2024-",
    ]), 0..60)) {
        read_as_everything(pieces.concat().into_bytes());
    }

    #[test]
    fn no_date_breaks_it(text in "[0-9a-zA-Z:+,. \\-éT]{0,40}") {
        let body = format!("<rss><item><link>/a</link><pubDate>{text}</pubDate></item></rss>");
        prop_assert_eq!(read(PageKind::Feed, &page(body)).0.len(), 1);
    }

    #[test]
    fn no_damage_breaks_it(
        case in any::<prop::sample::Index>(),
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20),
        cut in any::<prop::sample::Index>(),
    ) {
        let cases = cases();
        let mut body = cases[case.index(cases.len())].2.clone();
        for (place, byte) in places {
            let at = place.index(body.len());
            body[at] = byte;
        }
        body.truncate(cut.index(body.len()) + 1);
        read_as_everything(body);
    }
}
