//! Where the past of a site lies.

use benggala::discover::{is_guessed_sitemap, past};

use super::page;

/// What of the past the page at this place links to besides articles.
fn ways(at: &str, html: &str, robots: Option<&str>) -> Vec<String> {
    let mut page = page(html.to_string());
    page.final_url = page.final_url.join(at).unwrap();
    let links = past(
        &page,
        robots.map(str::as_bytes),
        benggala::lang::Lexicon::built_in().dates(),
    );
    let others = links
        .into_iter()
        .filter(|link| link.kind != benggala::model::PageKind::Article);
    let address = |link: benggala::model::Link| {
        let address = link.url.as_str();
        address
            .trim_start_matches("https://news.example")
            .to_string()
    };
    others.map(address).collect()
}

#[test]
fn further_pages_are_found_by_their_number_or_relation() {
    for (at, html, expected) in [
        (
            "/",
            "<a href=/page/2/>2</a><a href=/page/3/>3</a>",
            "/page/2/",
        ),
        (
            "/",
            "<a href='?page=2'>older</a><a href='?page=9'>9</a>",
            "/?page=2",
        ),
        ("/", "<a href=/kanal?p=2>2</a>", ""),
        ("/", "<link rel='prefetch NEXT' href=/older>", "/older"),
        (
            "/",
            "<a rel=next href=https://other.example/page/2>2</a>",
            "",
        ),
        ("/", "<a href=/2023/05/>May</a>", "/2023/05/"),
        ("/", "<a href=/arsip/2023>2023</a>", "/arsip/2023"),
        (
            "/",
            "<a href='/indeks?date=2023-05-17'>a day</a>",
            "/indeks?date=2023-05-17",
        ),
        (
            "/",
            "<a href=/2023/05/17/kabar>no list</a><a href=/2023/>a year</a>",
            "/2023/",
        ),
        (
            "/",
            "<a href=/promo/1234567/>no page</a><a href=/55/77/>no month</a>",
            "",
        ),
        (
            "/page/2/",
            "<a href=/page/1/>1</a><a href=/page/3/>3</a><a href=/page/9/>9</a>",
            "/page/3/",
        ),
        (
            "/kanal?page=2&q=a",
            "<a href='?q=a&page=3'>3</a>",
            "/kanal?q=a&page=3",
        ),
        (
            "/indeks",
            "<a href=/indeks/2>2</a><a href=/lain/2>2</a>",
            "/indeks/2",
        ),
    ] {
        assert_eq!(ways(at, html, None).join(" "), expected, "{at} {html}");
    }
}

#[test]
fn sitemaps_are_those_of_robots_else_those_in_the_usual_places() {
    let named = "Sitemap: /2021.xml\nSitemap: https://maps.example/a.xml\n";
    assert_eq!(
        ways("/", "", Some(named)),
        ["/2021.xml", "https://maps.example/a.xml"]
    );
    assert_eq!(
        ways("/", "", Some("")),
        ["/sitemap.xml", "/sitemap_index.xml"]
    );
    assert!(ways("/", "", None).is_empty());
}

#[test]
fn the_older_pages_of_a_feed_are_those_that_it_names() {
    let atom = |links: &str| {
        format!(
            "<feed xmlns='http://www.w3.org/2005/Atom'><title>T</title>{links}\
             <entry><id>1</id><link href='/a'/><link rel='next' href='/b'/></entry></feed>"
        )
    };
    let rss = |links: &str| {
        format!(
            "<rss xmlns:atom='http://www.w3.org/2005/Atom' version='2.0'><channel>{links}\
             <item><link>https://news.example/a</link></item></channel></rss>"
        )
    };
    let json = |next: &str| {
        format!(
            "{{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":[{{\"id\":\"1\",\
             \"url\":\"https://news.example/a\"}}]{next}}}"
        )
    };
    for (feed, expected) in [
        (
            atom("<link rel='next' href='/feed?page=2'/><link rel='last' href='/feed?page=9'/>"),
            "/feed?page=2",
        ),
        (
            atom(
                "<link rel='self' href='/feed'/><link rel='prev-archive' href='/2023/feed'/><link rel='next-archive' href='/2025/feed'/>",
            ),
            "/2023/feed",
        ),
        (
            atom("<link rel='http://www.iana.org/assignments/relation/prev-archive' href='old'/>"),
            "/old",
        ),
        (
            atom("<link rel='next' href='https://other.example/feed?page=2'/>"),
            "",
        ),
        (atom("<link rel='next' href='/feed'/>"), ""),
        (
            atom("<link rel='next'/><link rel='previous' href='/x'/>"),
            "",
        ),
        (
            atom("").replace(
                "<title>",
                "<link rel='next' href='older'/><title xml:base='/x/'>",
            ),
            "/older",
        ),
        (
            rss("<atom:link rel='Next' href='https://news.example/feed?paged=2'/>"),
            "/feed?paged=2",
        ),
        (rss("<link>https://news.example/</link>"), ""),
        (
            json(",\"next_url\":\"/feed.json?before=7\""),
            "/feed.json?before=7",
        ),
        (json(",\"next_url\":7"), ""),
        (json(""), ""),
    ] {
        assert_eq!(ways("/feed", &feed, None).join(" "), expected, "{feed}");
    }
}

#[test]
fn a_sitemap_that_nobody_names_is_guessed() {
    let url = |path: &str| super::page("").final_url.join(path).unwrap();
    let robots = b"User-agent: *\nDisallow:\nSitemap: /sitemap_index.xml\n";
    for (path, robots, guessed) in [
        ("/sitemap.xml", &b""[..], true),
        ("/sitemap.xml", robots, true),
        ("/sitemap_index.xml", robots, false),
        ("/news/sitemap.xml", b"", false),
        ("/sitemap.xml?page=2", b"", false),
    ] {
        assert_eq!(is_guessed_sitemap(&url(path), robots), guessed, "{path}");
    }
}
