//! What was flagged, as an Atom feed (RFC 4287).

use quick_xml::{
    Writer,
    events::{BytesDecl, BytesText, Event},
};
use url::Url;

use super::{Entry, excerpt::Excerpt, wording};
use crate::model::Timestamp;

/// Findings told of in one entry.
const FINDINGS_MAX: usize = 10;

/// Columns of text around the words of a finding.
const EXCERPT_COLUMNS: usize = 160;

/// The feed itself. Readers know a feed by its address; this says only that it is one of ours.
const FEED_ID: &str = "tag:benggala.invalid,2025:flagged";

/// Stands for the host of an article that has no name (RFC 2606: it never will).
const NO_HOST: &str = "benggala.invalid";

/// The feed's media type.
pub const MEDIA_TYPE: &str = "application/atom+xml; charset=utf-8";

/// The feed of `entries`, newest first. `base` is the address of the review page, without the last
/// slash; `now` dates a feed that holds nothing.
///
/// # Errors
/// None in practice: memory is all it writes to.
pub fn feed(entries: &[Entry<'_>], base: &str, now: Timestamp) -> std::io::Result<String> {
    let updated = entries.iter().map(|entry| entry.fetched_at).max();
    let this = format!("{base}/feed.atom");
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 1);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
    xml.create_element("feed")
        .with_attributes([
            ("xmlns", "http://www.w3.org/2005/Atom"),
            ("xmlns:dc", "http://purl.org/dc/elements/1.1/"),
        ])
        .write_inner_content(|xml| {
            leaf(xml, "id", FEED_ID)?;
            leaf(xml, "title", "Flagged by benggala")?;
            leaf(xml, "updated", &updated.unwrap_or(now).to_rfc3339())?;
            link(xml, "self", &this)?;
            link(xml, "alternate", &format!("{base}/"))?;
            xml.create_element("author")
                .write_inner_content(|xml| leaf(xml, "name", "benggala"))?;
            entries.iter().try_for_each(|e| entry(xml, e, base))
        })?;
    Ok(String::from_utf8_lossy(&xml.into_inner()).into_owned())
}

fn entry(xml: &mut Writer<Vec<u8>>, entry: &Entry<'_>, base: &str) -> std::io::Result<()> {
    let document = &entry.document;
    let page = format!("{base}/articles/{}", entry.id);
    xml.create_element("entry").write_inner_content(|xml| {
        leaf(xml, "id", &id(entry))?;
        leaf(xml, "title", document.heading())?;
        leaf(xml, "updated", &entry.fetched_at.to_rfc3339())?;
        if let Some(published) = document.published {
            // RFC 4287 knows moments only, and a day is no midnight.
            match published.moment() {
                Some(moment) => leaf(xml, "published", &moment.to_rfc3339())?,
                None => leaf(xml, "dc:date", &published.day().to_string())?,
            }
        }
        link(xml, "alternate", &page)?;
        if let Some(url) = document.url {
            link(xml, "via", url)?;
        }
        xml.create_element("author")
            .write_inner_content(|xml| leaf(xml, "name", entry.source))?;
        xml.create_element("summary")
            .with_attribute(("type", "text"))
            .write_text_content(BytesText::new(&clean(&summary(entry))))?;
        Ok(())
    })?;
    Ok(())
}

/// Who an article is, wherever the feed is read from: a `tag:` of its own host, the day it was first
/// read and its number here (RFC 4151).
fn id(entry: &Entry<'_>) -> String {
    let url = entry.document.url.and_then(|url| Url::parse(url).ok());
    let host = url.as_ref().and_then(Url::domain).unwrap_or(NO_HOST);
    let day = entry.fetched_at.format("%Y-%m-%d");
    format!("tag:{host},{day}:benggala/{}", entry.id)
}

/// The words that gave it away, one finding a line.
fn summary(entry: &Entry<'_>) -> String {
    let document = &entry.document;
    let traces = document.provenance.iter().map(|trace| trace.note.clone());
    let counting = document
        .marks
        .iter()
        .filter(|mark| mark.dismissed_by.is_none());
    let findings = counting.filter_map(|mark| {
        let excerpt = Excerpt::of(document.body, mark, EXCERPT_COLUMNS)?;
        Some(format!("{}: “{}”", mark.note, excerpt.words))
    });
    let lines: Vec<String> = traces.chain(findings).take(FINDINGS_MAX).collect();
    if lines.is_empty() {
        wording::scores(document, None)
    } else {
        lines.join("\n")
    }
}

fn leaf(xml: &mut Writer<Vec<u8>>, name: &str, text: &str) -> std::io::Result<()> {
    xml.create_element(name)
        .write_text_content(BytesText::new(&clean(text)))?;
    Ok(())
}

fn link(xml: &mut Writer<Vec<u8>>, rel: &str, href: &str) -> std::io::Result<()> {
    xml.create_element("link")
        .with_attributes([("rel", rel), ("href", clean(href).as_str())])
        .write_empty()?;
    Ok(())
}

/// Without the characters that XML 1.0 (2.2) cannot hold in any form.
fn clean(text: &str) -> String {
    let allowed = |c: &char| !matches!(c, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}');
    text.chars().filter(allowed).collect()
}
