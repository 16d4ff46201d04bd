//! What an answer is, whatever it was asked for as.

use std::{borrow::Cow, ops::ControlFlow};

use url::Url;

use super::{decode, json_feed, links::problem, xml, xml::Node};
use crate::{
    canonical::canonical,
    model::{Page, PageKind, Problem},
    text::head,
};

/// Bytes within which a document shows what it is: a few comments may come first.
const SHOWS_WITHIN: usize = 16 << 10;

/// How the XML of a feed or a sitemap begins, in lower case.
const XML_STARTS: &[&str] = &[
    "<?xml",
    "<rss",
    "<feed",
    "<rdf:rdf",
    "<urlset",
    "<sitemapindex",
];

/// What stands before these is a web page that speaks of a feed, and no junk before one.
const HTML_STARTS: &[&str] = &["<html", "<head", "<body"];

/// How a document is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LinkFormat {
    XmlFeed,
    JsonFeed,
    XmlSitemap,
    /// One URL a line.
    UrlList,
    /// A web page, as far as it is anything.
    Html,
}

/// A body as text.
pub(super) struct LinkDocument<'a> {
    whole: Cow<'a, str>,
    /// Where it begins, in bytes: before that lies what does not belong to it.
    start: usize,
    pub(super) format: LinkFormat,
    /// What was lost on the way.
    pub(super) problems: Vec<Problem>,
}

impl<'a> LinkDocument<'a> {
    pub(super) fn of(page: &'a Page) -> LinkDocument<'a> {
        let (whole, mut problems) = decode::text(page);
        let visible = whole.trim_start_matches(is_invisible);
        let mut start = whole.len() - visible.len();
        let format = format_of(visible).or_else(|| {
            let (skipped, format) = after_junk(visible)?;
            start += skipped;
            problems.push(problem(format!(
                "skipped {skipped} bytes before the document"
            )));
            Some(format)
        });
        LinkDocument {
            whole,
            start,
            format: format.unwrap_or(LinkFormat::Html),
            problems,
        }
    }

    pub(super) fn text(&self) -> &str {
        self.whole.get(self.start..).unwrap_or_default()
    }

    pub(super) fn kind(&self) -> PageKind {
        match self.format {
            LinkFormat::XmlFeed | LinkFormat::JsonFeed => PageKind::Feed,
            LinkFormat::XmlSitemap | LinkFormat::UrlList => PageKind::Sitemap,
            LinkFormat::Html => PageKind::Listing,
        }
    }
}

/// What the body is, whatever it was asked for as: a feed, a sitemap, or else a page to be listed.
pub fn sniff(page: &Page) -> PageKind {
    LinkDocument::of(page).kind()
}

/// Byte order marks (some servers send two), and what editors leave before the first character.
fn is_invisible(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}' | '\u{2060}' | '\0')
}

/// By the first element, the members of JSON, or a first line that is a URL.
fn format_of(text: &str) -> Option<LinkFormat> {
    match text.bytes().next()? {
        b'{' => json_feed::read(text)
            .0
            .is_feed()
            .then_some(LinkFormat::JsonFeed),
        b'<' => xml_format(text),
        _ => is_url_list(text).then_some(LinkFormat::UrlList),
    }
}

fn xml_format(text: &str) -> Option<LinkFormat> {
    let mut format = None;
    xml::walk(head(text, SHOWS_WITHIN), |path, node| {
        if let (Node::Open(_), [root]) = (node, path) {
            format = match root.as_str() {
                "rss" | "feed" | "rdf" | "channel" | "entry" => Some(LinkFormat::XmlFeed),
                "urlset" | "sitemapindex" => Some(LinkFormat::XmlSitemap),
                _ => None,
            };
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    });
    format
}

/// The first line that is neither empty nor a comment is a URL.
fn is_url_list(text: &str) -> bool {
    let mut lines = head(text, SHOWS_WITHIN).lines().map(str::trim);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
    first
        .and_then(|line| Url::parse(line).ok())
        .is_some_and(|url| canonical(&url).is_some())
}

/// Where XML begins behind the warnings of a program, the length of a chunk or the like.
fn after_junk(text: &str) -> Option<(usize, LinkFormat)> {
    // Lower-casing ASCII moves no byte.
    let start = head(text, SHOWS_WITHIN).to_ascii_lowercase();
    let at = XML_STARTS
        .iter()
        .filter_map(|start_tag| start.find(start_tag))
        .min()?;
    if HTML_STARTS.iter().any(|tag| start[..at].contains(tag)) {
        return None;
    }
    Some((at, xml_format(&text[at..])?))
}
