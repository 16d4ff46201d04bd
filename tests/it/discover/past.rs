//! Where the past of a site lies.

use benggala::discover::past;

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
