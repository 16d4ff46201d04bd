//! Where a site keeps its feeds and sitemaps.

use benggala::discover::{elsewhere, usual_places};
use benggala::model::{Link, PageKind};
use url::Url;

use super::{page, read, shown};

/// Addresses without the host of the page.
fn short(links: &[Link]) -> Vec<&str> {
    links
        .iter()
        .map(|link| link.url.as_str().trim_start_matches("https://news.example"))
        .collect()
}

/// The feeds that the page names, in order.
#[track_caller]
fn names(html: &str, feeds: &[&str]) {
    let (mut links, problems) = read(PageKind::Auto, &page(html.to_string()));
    links.retain(|link| link.kind == PageKind::Feed);
    assert_eq!(short(&links), feeds, "{html}");
    assert_eq!(problems, [], "{html}");
}

#[test]
fn feeds_are_named_as_the_standards_have_it() {
    for html in [
        "<link rel=alternate type=application/rss+xml href=/a>",
        "<link rel='feed alternate' type=application/rdf+xml href=/a>",
        "<link rel=ALTERNATE type='Application/Atom+XML;charset=utf-8' href=/a>",
        "<link rel=alternate type=application/feed+json href=/a>",
        "<link rel=alternate type='application/rss&#43;xml' href=/a>",
        "<base><base href=/ target=_top><base href=/y/>\
         <link rel=alternate type=application/rss+xml href=a>",
        "<link rel=stylesheet type=text/css href=/feed><link rel=alternate href=/a \
         type=application/rss+xml><link rel=alternate type=text/html hreflang=de href=/feed>",
    ] {
        names(html, &["/a"]);
    }
    names("<link rel=feed href=/news.rss>", &["/news.rss"]);
}

#[test]
fn feeds_are_named_as_sites_do() {
    for html in [
        "<body><link rel=alternate type=application/rss+xml href=/a>",
        "<link rel=alternate type='application/rss xml' href=/a>",
        "<link rel=alternate type=text/rss href=/a>",
        "<link rel=alternate type=application/x.atom+xml href=/a>",
        "<link type=application/rss+xml href=/a>",
        "<link rel=service.feed type=application/atom+xml href=/a>",
        "<link rel=alternate type=application/rss+xml href=feed://news.example/a>",
        "<link rel=alternate type=application/rss+xml href=feed:https://news.example/a>",
        "<a type=application/rss+xml rel=alternate href=/a>RSS</a>",
    ] {
        names(html, &["/a"]);
    }
    for (html, feed) in [
        ("<link rel=alternate type=text/xml href=/feed>", "/feed"),
        (
            "<link rel=alternate type=application/xml href=/news/rss>",
            "/news/rss",
        ),
        (
            "<link rel=alternate type=application/json href=/feed.json>",
            "/feed.json",
        ),
        (
            "<link rel=alternate href='/index.php?format=feed'>",
            "/index.php?format=feed",
        ),
        (
            "<link rel=alternate type=text/xml href='/spip.php?page=backend'>",
            "/spip.php?page=backend",
        ),
        ("<a href=/news.rss>RSS</a>", "/news.rss"),
        (
            "<a href=/harbour/atom.xml>Follow us</a>",
            "/harbour/atom.xml",
        ),
        ("<a href=/harbour/feed/>Follow us</a>", "/harbour/feed/"),
        ("<a href=/rss/harbour.xml>Harbour</a>", "/rss/harbour.xml"),
        (
            "<a href='/feed/atom?'>Atom</a><link rel=alternate href='/feed/atom?'>",
            "/feed/atom",
        ),
        (
            "<a href=https://feeds.feedburner.com/harbour.rss>RSS</a>",
            "https://feeds.feedburner.com/harbour.rss",
        ),
        (
            "<link rel=alternate type=application/rss+xml href=https://feeds.elsewhere.example/a>",
            "https://feeds.elsewhere.example/a",
        ),
    ] {
        names(html, &[feed]);
    }
    names(
        "<link rel=alternate type=application/rss+xml href=/a><a href=/b.rss>RSS</a>",
        &["/a"],
    );
}

#[test]
fn much_is_named_that_is_no_feed() {
    for html in [
        "<link rel=alternate type=application/json href=/wp-json/wp/v2/pages/7>",
        "<link rel=alternate type=application/json+oembed href='/oembed?url=a'>",
        "<link rel=alternate type=text/xml+oembed href='/oembed?format=xml'>",
        "<link rel=sitemap type=application/xml href=/sitemap.xml>",
        "<link rel=alternate type=application/rss+xml href=''>",
        "<link rel=alternate type=application/rss+xml>",
        "<a href=https://friend.example/feed/>A friend</a>",
        "<a href=/feedback/>Write to us</a>",
        "<a href=/rss>Our feeds</a>",
    ] {
        names(html, &[]);
    }
}

#[test]
fn a_page_without_feeds_may_name_a_sitemap() {
    let html = "<link rel=sitemap type=application/xml href=/maps/all.xml>\
        <a href=/2024/05/31/ferry-returns>Ferry returns after a long winter</a>";
    let named = "article https://news.example/2024/05/31/ferry-returns -\n\
        sitemap https://news.example/maps/all.xml -\n";
    assert_eq!(shown(&read(PageKind::Auto, &page(html))), named);
}

#[test]
fn feeds_of_comments_are_the_last_choice() {
    let feed =
        |attributes: &str| format!("<link rel=alternate type=application/rss+xml {attributes}>");
    for (pair, chosen) in [
        (["href=/comments/feed/", "href=/feed/"], "/feed/"),
        (
            ["href='/?feed=comments-rss2'", "href='/?feed=rss2'"],
            "/?feed=rss2",
        ),
        (
            ["title='Hafen: Kommentare' href=/b", "title=Hafen href=/a"],
            "/a",
        ),
        (
            [
                "href=/feeds/7/comments/default",
                "href=/feeds/posts/default",
            ],
            "/feeds/posts/default",
        ),
    ] {
        names(&pair.map(feed).concat(), &[chosen]);
    }
    // names that only sound like it, and a paper of that name
    for alone in [
        "title=Commentary href=/commentary/feed",
        "title='The Harbour Comment' href=/feed",
        "href=/comments/feed/",
    ] {
        let href = alone.split("href=").nth(1).expect("an address");
        names(&feed(alone), &[href]);
    }
    let both = [
        "href=https://comment.example/feed",
        "href=/komentar-hari-ini/feed",
    ];
    names(
        &both.map(feed).concat(),
        &["/komentar-hari-ini/feed", "https://comment.example/feed"],
    );
}

#[test]
fn feeds_are_named_in_headers_too() {
    for (header, feeds) in [
        (
            r#"</a>; rel="alternate"; type="application/rss+xml""#,
            &["/a"][..],
        ),
        (
            r#"</?a,b;c>; type="application/atom+xml"; title="Harbour, Post; all"; rel=alternate"#,
            &["/?a,b;c"],
        ),
        (
            r#"</style.css>; rel=preload, </feed>; rel="alternate feed", </x.js>"#,
            &["/feed"],
        ),
        (r#"</wp-json/>; rel="https://api.w.org/""#, &[]),
        (
            r#"</comments/feed>; rel=feed, </feed>; rel=feed"#,
            &["/feed"],
        ),
        ("nonsense; rel=feed", &[]),
        ("<https://news.example/", &[]),
    ] {
        let mut page = page("<html><p>Welcome");
        page.headers
            .0
            .push(("link".to_string(), header.to_string()));
        let (links, _) = read(PageKind::Auto, &page);
        assert_eq!(short(&links), feeds, "{header}");
    }
}

#[test]
fn where_sites_keep_what_they_do_not_name() {
    let at = |place: &str| {
        let page = Url::parse(place).expect("a URL");
        let places = usual_places(&page).into_iter();
        places
            .map(|(kind, url)| format!("{} {}", kind.as_str(), url.path()))
            .collect::<Vec<_>>()
    };
    let root = at("https://news.example/");
    assert!(root.contains(&"feed /feed".to_string()), "{root:?}");
    assert!(
        root.contains(&"sitemap /sitemap.xml".to_string()),
        "{root:?}"
    );
    let blog = at("https://news.example/blog/?page=2");
    assert!(blog.contains(&"feed /blog/feed".to_string()), "{blog:?}");
    assert!(
        blog.contains(&"sitemap /sitemap.xml".to_string()),
        "{blog:?}"
    );
}

/// A robots.txt may name a sitemap on another host, which then speaks for the site.
#[test]
fn a_sitemap_on_a_host_for_sitemaps_speaks_for_one_site() {
    let mut page = page(
        "<urlset><url><loc>https://www.paper.example/a</loc></url>\
         <url><loc>https://sport.paper.example/b</loc></url>\
         <url><loc>https://www.paper.example/c</loc></url>\
         <url><loc>https://elsewhere.example/d</loc></url></urlset>",
    );
    page.final_url = Url::parse("https://sitemaps.host.example/paper.xml").expect("a URL");
    page.link.url = page.final_url.clone();
    let found = read(PageKind::Sitemap, &page);
    assert_eq!(
        shown(&found),
        "article https://www.paper.example/a -\narticle https://sport.paper.example/b -\n\
         article https://www.paper.example/c -\n! left out 1 URLs of other sites\n"
    );
}

#[test]
fn headlines_of_other_sites_on_a_front_page_are_counted() {
    let found = read(
        PageKind::Listing,
        &page(
            "<main><h2><a href='/2024/05/31/ferry-runs-again-after-the-long-storm'>The ferry runs again after \
             the long storm</a></h2>\
             <h2><a href='https://sister.example/2024/05/31/a-bridge-for-the-island-at-last'>A bridge for the \
             island at last, says the council</a></h2></main>\
             <footer><a href='https://social.example/harbour'>Follow us</a>\
             <a href='https://shop.example/'>Shop</a></footer>",
        ),
    );
    assert_eq!(
        shown(&found),
        "article https://news.example/2024/05/31/ferry-runs-again-after-the-long-storm -\n\
         ! left out 1 links to articles of other sites\n"
    );
    assert_eq!(found.1[0].foreign, 1);
}

#[test]
fn links_of_a_feed_to_other_sites_are_told_from_its_own() {
    let link = |address: &str| Link {
        url: Url::parse(address).expect("a URL"),
        ..page("").link
    };
    let links = |addresses: &[&str]| -> Vec<Link> {
        let links = addresses.iter().map(|address| link(address));
        links
            .map(|link| Link {
                kind: PageKind::Article,
                ..link
            })
            .collect()
    };
    for (addresses, foreign) in [
        (
            &["https://news.example/a", "https://www.news.example/b"][..],
            0,
        ),
        (
            &[
                "https://news.example/a",
                "https://other.example/b",
                "https://third.example/c",
            ],
            2,
        ),
        // A host for feeds speaks for the site that it lists most of.
        (
            &[
                "https://a.example/1",
                "https://a.example/2",
                "https://b.example/1",
            ],
            1,
        ),
        (&[], 0),
    ] {
        assert_eq!(
            elsewhere(&page(""), &links(addresses)),
            foreign,
            "{addresses:?}"
        );
    }
}

/// Of an archive only the first few parts are asked again and again: they must be the newest.
#[test]
fn the_newest_parts_of_an_archive_come_first() {
    for (maps, newest) in [
        // nothing tells the order: both ends, the last first
        ("/1 /2 /3 /4", "/4 /1 /3 /2"),
        (
            "/posts-2022-11.xml /posts-2023-01.xml /posts-2022-12.xml",
            "/posts-2023-01.xml /posts-2022-12.xml /posts-2022-11.xml",
        ),
        (
            "/map?y=2023&m=9 /map?y=2023&m=10 /map?y=2024&m=1",
            "/map?y=2024&m=1 /map?y=2023&m=10 /map?y=2023&m=9",
        ),
        (
            "/2021.xml /pages.xml /2022.xml",
            "/2022.xml /2021.xml /pages.xml",
        ),
        (
            "/20240530.xml /20240601.xml /202404.xml",
            "/20240601.xml /20240530.xml /202404.xml",
        ),
        // a date that is given goes before what the address says
        ("/2024.xml /old.xml@2024-05-31", "/old.xml /2024.xml"),
        // the same date on all tells nothing
        (
            "/2022.xml@2024-05-31 /2023.xml@2024-05-31",
            "/2023.xml /2022.xml",
        ),
        ("/only.xml", "/only.xml"),
    ] {
        let entries: String = maps
            .split(' ')
            .map(|map| {
                let (place, date) = map.split_once('@').unwrap_or((map, ""));
                let place = place.replace('&', "&amp;");
                format!("<sitemap><loc>{place}</loc><lastmod>{date}</lastmod></sitemap>")
            })
            .collect();
        let body = format!("<sitemapindex>{entries}</sitemapindex>");
        let (links, _) = read(PageKind::Sitemap, &page(body));
        assert_eq!(short(&links).join(" "), newest, "{maps}");
    }
}
