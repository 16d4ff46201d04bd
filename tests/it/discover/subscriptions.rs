//! Lists of what somebody follows, as other programs write them.

use benggala::{
    discover::{NoSubscription, Subscription, subscriptions},
    model::PageKind,
    report::opml,
};
use url::Url;

fn one(name: &str, url: &str, kind: PageKind) -> Subscription {
    Subscription {
        name: name.to_string(),
        url: Url::parse(url).unwrap(),
        kind,
    }
}

#[test]
fn opml_csv_and_plain_lists_are_read() {
    let (a, b) = ("https://a.example/rss?x=1&y=2", "https://b.example/");
    let (feed, auto) = (PageKind::Feed, PageKind::Auto);
    let tables = [
        (
            "<?xml version='1.0'?><opml version='1.0'><body><outline text='Kabar'>\
             <outline text='A &amp; co' type='rss' xmlUrl='https://a.example/rss?x=1&amp;y=2'/>\
             <outline title='B' text='x' xmlURL='https://b.example/' type='sitemap'/>\
             <outline text='no' xmlUrl='ftp://c.example/'/></outline>",
            vec![one("A & co", a, feed), one("B", b, PageKind::Sitemap)],
            vec![NoSubscription::Outline("no".to_string())],
        ),
        (
            "\u{feff}name;url\n\"A; co\";https://a.example/rss?x=1&y=2\n\nhttps://b.example/;\nC;none\n",
            vec![one("A; co", a, auto), one("", b, auto)],
            vec![NoSubscription::Line(5)],
        ),
        (
            "# mine\nhttps://a.example/rss?x=1&y=2\n  https://b.example/  \nb.example\nhttps://u:p@c.example/\n",
            vec![one("", a, auto), one("", b, auto)],
            vec![NoSubscription::Line(4), NoSubscription::Line(5)],
        ),
        ("", vec![], vec![]),
        ("<opml><body></body></opml>", vec![], vec![]),
        (
            "<opml><outline xmlUrl='https://b.example/' <<",
            vec![],
            vec![],
        ),
    ];
    for (text, expected, refused) in tables {
        assert_eq!(subscriptions(text), (expected, refused), "{text}");
    }
}

#[test]
fn what_is_written_is_read_again() {
    let sources = [
        one(
            "A & <co> \"x\"",
            "https://a.example/?x=1&y=2",
            PageKind::Feed,
        ),
        one("peta", "https://b.example/map.xml", PageKind::Sitemap),
        one("c", "https://c.example/", PageKind::Auto),
    ];
    let listed = sources.iter().map(|s| (s.name.as_str(), s.kind, &s.url));
    let text = opml::list(listed).unwrap();
    assert_eq!(subscriptions(&text), (sources.to_vec(), vec![]), "{text}");
}
