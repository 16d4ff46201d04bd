//! Feeds and sitemaps of the kinds that readers of feeds were reported to stumble over.

use benggala::model::PageKind;

use super::{page, read};

/// The addresses that a document lists, without the host of these tests, and when they are dated.
fn listed(document: &str) -> String {
    let (links, _) = read(PageKind::Auto, &page(document.to_string()));
    let links = links.iter().map(|link| {
        let address = link.url.as_str().trim_start_matches("https://news.example");
        match link.published {
            Some(date) => format!("{address} {}", date.instant().format("%F")),
            None => address.to_string(),
        }
    });
    links.collect::<Vec<_>>().join(", ")
}

fn atom(entries: &str) -> String {
    format!("<feed xmlns='http://www.w3.org/2005/Atom'><title>Harbour</title>{entries}</feed>")
}

fn rss(items: &str) -> String {
    format!("<rss version='2.0'><channel><title>Harbour</title>{items}</channel></rss>")
}

#[test]
fn entries_of_atom_feeds_lead_to_their_pages() {
    for (entry, expected) in [
        // What a planet quotes of the feed that an entry came from is no link of the entry.
        (
            "<id>urn:1</id><source><link href='https://other.example/atom.xml'/></source><link href='/ferry'/>",
            "/ferry",
        ),
        (
            "<link rel='self' href='/atom.xml'/><id>https://news.example/ferry.html</id>",
            "/ferry.html",
        ),
        // No link at all, and an identifier that is a path.
        (
            "<id>/2024/05/31/ferry</id><content type='html' xml:base='/2024/05/31/ferry.html'>x</content>",
            "/2024/05/31/ferry",
        ),
        (
            "<link href='/blog/ferry'/><id>tag:news.example,2024:1</id>",
            "/blog/ferry",
        ),
        (
            "<link rel='alternate' type='text/html' href='/proxy/ferry'/><link rel='canonical' href='/ferry'/>",
            "/proxy/ferry",
        ),
        (
            "<link href='/ferry' type='text/html'/><author><uri>https://news.example/</uri></author>",
            "/ferry",
        ),
        (
            "<link href='/ferry'/><pubDate>Fri, 31 May 2024 10:00:00 GMT</pubDate>",
            "/ferry 2024-05-31",
        ),
    ] {
        assert_eq!(
            listed(&atom(&format!("<entry>{entry}</entry>"))),
            expected,
            "{entry}"
        );
    }
    // The first entry is as good as the others.
    let releases =
        "<entry><link href='/releases/2'/></entry><entry><link href='/releases/1'/></entry>";
    assert_eq!(listed(&atom(releases)), "/releases/2, /releases/1");
}

#[test]
fn items_of_rss_feeds_lead_to_their_pages() {
    for (item, expected) in [
        (
            "<guid isPermaLink='true'>https://news.example/ferry</guid>",
            "/ferry",
        ),
        // Said to be a link, and none.
        ("<guid>1558978626260</guid><link>/ferry</link>", "/ferry"),
        (
            "<guid isPermaLink='true'>N/A</guid><link>/ferry</link>",
            "/ferry",
        ),
        // Said to be none: as good as nothing, until there is nothing else.
        (
            "<guid ispermalink='false'>https://news.example/?p=8567</guid><link>/ferry</link>",
            "/ferry",
        ),
        (
            "<guid isPermaLink='false'>https://news.example/?p=8567</guid>",
            "/?p=8567",
        ),
        (
            "<guid isPermaLink='false'>tag:news.example,3338:news</guid>",
            "",
        ),
        ("<guid isPermaLink='false'>b09922bb99d345a0</guid>", ""),
        ("<guid></guid><link>/ferry</link>", "/ferry"),
        ("<link>\n  https://news.example/ferry\n</link>", "/ferry"),
        (
            "<link>/ferry</link><pubDate>2024/05/31 10:00:00</pubDate>",
            "/ferry 2024-05-31",
        ),
        (
            "<link>/ferry</link><title>A\u{8}\u{1e} & B &ecirc; \u{13}</title><pubDate>31 May 2024 10:00 +0000</pubDate>",
            "/ferry 2024-05-31",
        ),
    ] {
        assert_eq!(
            listed(&rss(&format!("<item>{item}</item>"))),
            expected,
            "{item}"
        );
    }
}

#[test]
fn sitemaps_of_plugins_that_fail_are_read_as_far_as_they_go() {
    for (map, expected) in [
        // A part without a name stands beside the others.
        (
            "<sitemapindex><sitemap><loc>https://news.example/.xml</loc></sitemap>\
             <sitemap><loc>https://news.example/post-sitemap.xml</loc></sitemap></sitemapindex>",
            "/post-sitemap.xml, /.xml",
        ),
        // Images with line breaks, bare signs and addresses of their own.
        (
            "<urlset><url><loc>/ferry</loc><image:image><image:loc>/ferry.jpg</image:loc><image:caption>The\nold\n\
             & the new</image:caption></image:image></url></urlset>",
            "/ferry",
        ),
        // A program ran out of memory.
        (
            "<urlset><url><loc>/ferry</loc></url><url><loc>/bri",
            "/ferry, /bri",
        ),
        (
            "<urlset><url><loc>/ferry</loc><lastmod>-0001-11-30T00:00:00+00:00</lastmod></url></urlset>",
            "/ferry",
        ),
        ("<urlset></urlset>", ""),
        ("", ""),
    ] {
        assert_eq!(listed(map), expected, "{map}");
    }
}
