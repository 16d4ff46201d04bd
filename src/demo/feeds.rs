//! Lists of articles -> RSS, Atom, sitemaps, robots.txt.

use std::time::Duration;

use super::{
    content::Door,
    theme::{Edition, iso},
};
use askama::Template;

/// An article in a feed or sitemap.
struct FeedItem<'a> {
    url: String,
    title: &'a str,
    byline: &'a str,
    section: &'a str,
    summary: &'a str,
    rfc2822: String,
    rfc3339: String,
}

/// A feed or sitemap, whatever its format.
struct Channel<'a> {
    title: &'a str,
    tagline: &'a str,
    lang: &'a str,
    base: &'a str,
    own: String,
    rfc2822: String,
    rfc3339: String,
    residue: &'a str,
    entries: Vec<FeedItem<'a>>,
}

#[derive(Template)]
#[template(path = "demo/rss.xml")]
struct Rss<'a> {
    channel: Channel<'a>,
}

#[derive(Template)]
#[template(path = "demo/feed.atom.xml")]
struct Atom<'a> {
    channel: Channel<'a>,
}

#[derive(Template)]
#[template(path = "demo/news-sitemap.xml")]
struct NewsSitemap<'a> {
    channel: Channel<'a>,
}

/// The paper's feed or sitemap with its media type; `None` if its door is the front page.
pub(super) fn door(edition: Edition<'_>) -> Option<(&'static str, askama::Result<String>)> {
    let channel = channel(edition);
    match edition.paper.door {
        Door::Rss => Some((
            "application/rss+xml; charset=utf-8",
            Rss { channel }.render(),
        )),
        Door::Atom => Some((
            "application/atom+xml; charset=utf-8",
            Atom { channel }.render(),
        )),
        Door::NewsSitemap => Some((
            "application/xml; charset=utf-8",
            NewsSitemap { channel }.render(),
        )),
        Door::FrontPage => None,
    }
}

fn channel(edition: Edition<'_>) -> Channel<'_> {
    let silent_at = edition.paper.falls_silent.map(u64::from);
    let is_silent = silent_at.is_some_and(|at| Duration::from_secs(at) <= edition.elapsed);
    let listed = edition.published().filter(|_| !is_silent);
    let entries = listed.map(|article| {
        let date = edition.date(article);
        FeedItem {
            url: edition.url(&article.path).into(),
            title: &article.title,
            byline: &article.byline,
            section: &article.section,
            summary: article.summary(),
            rfc2822: date.to_rfc2822(),
            rfc3339: iso(date),
        }
    });
    Channel {
        title: &edition.paper.title,
        tagline: &edition.paper.tagline,
        lang: edition.paper.lang.as_str(),
        base: edition.base.as_str(),
        own: edition.url(edition.paper.door.path()).into(),
        rfc2822: edition.updated().to_rfc2822(),
        rfc3339: iso(edition.updated().fixed_offset()),
        residue: &edition.paper.feed_residue,
        entries: entries.collect(),
    }
}

/// RFC 9309, with the sitemap if there is one.
pub(super) fn robots(edition: Edition<'_>) -> String {
    let mut text = String::from("User-agent: *\n");
    for prefix in &edition.paper.disallow {
        text += &format!("Disallow: {prefix}\n");
    }
    if edition.paper.disallow.is_empty() {
        text += "Disallow:\n";
    }
    if edition.paper.door == Door::NewsSitemap {
        text += &format!("\nSitemap: {}\n", edition.url(edition.paper.door.path()));
    }
    text
}
