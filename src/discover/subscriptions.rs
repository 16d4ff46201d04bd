//! What somebody follows already, as other programs hand it on: OPML, CSV, or an address a line.

use std::ops::ControlFlow;

use url::Url;

use super::xml::{self, Node};
use crate::model::PageKind;

/// Subscriptions of one list that are read: as many as a configuration may have.
pub const SUBSCRIPTIONS_MAX: usize = 100_000;

/// Something that somebody follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    /// What it is called there; empty for no name.
    pub name: String,
    /// Where it is.
    pub url: Url,
    /// What it is said to be.
    pub kind: PageKind,
}

/// An entry of a list that names no web address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoSubscription {
    /// The line of that number, from 1.
    Line(usize),
    /// An outline of OPML, by its name.
    Outline(String),
}

/// What an entry is.
type Entry = Result<Subscription, NoSubscription>;

/// Reads a list, whichever of the three it is; also tells which of its entries name no web address.
pub fn subscriptions(text: &str) -> (Vec<Subscription>, Vec<NoSubscription>) {
    let text = text.trim_start_matches('\u{feff}');
    let read = match text.trim_start().starts_with('<') {
        true => opml(text),
        false => lines(text),
    };
    let (mut found, mut refused) = (Vec::new(), Vec::new());
    for entry in read {
        match entry {
            Ok(subscription) => found.push(subscription),
            Err(none) => refused.push(none),
        }
    }
    (found, refused)
}

/// The outlines with an `xmlUrl` (OPML 2.0, "Subscription lists"), however deep they are filed.
fn opml(text: &str) -> Vec<Entry> {
    let mut found = Vec::new();
    // What is wrong behind the last entry that could be read takes nothing from those before.
    let _ = xml::walk(text, |path, node| {
        if let Node::Open(attributes) = node
            && path.last().is_some_and(|name| name == "outline")
            && let Some(url) = attributes.get("xmlUrl")
        {
            let name = attributes.get("title").or_else(|| attributes.get("text"));
            let name = name.unwrap_or_default();
            let kind = attributes.get("type").unwrap_or_default();
            let entry = subscription(&name, &url, &kind);
            found.push(entry.ok_or_else(|| NoSubscription::Outline(name.to_string())));
        }
        match found.len() < SUBSCRIPTIONS_MAX {
            true => ControlFlow::Continue(()),
            false => ControlFlow::Break(()),
        }
    });
    found
}

/// An entry a line, `#` before what is none. In CSV the address is the field that is one, and the name
/// the first other one; a line of column names is no entry.
fn lines(text: &str) -> Vec<Entry> {
    let lines = (1..).zip(text.lines().map(str::trim));
    let mut given = lines
        .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
        .peekable();
    let is_header = given
        .peek()
        .is_some_and(|(_, first)| !first.contains("://"));
    let entries = given.skip(usize::from(is_header));
    let read = entries.map(|(number, line)| of_line(line).ok_or(NoSubscription::Line(number)));
    read.take(SUBSCRIPTIONS_MAX).collect()
}

fn of_line(line: &str) -> Option<Subscription> {
    if !line.contains([',', ';', '\t', '"']) {
        return subscription("", line, "");
    }
    let fields = fields(line);
    let at = fields
        .iter()
        .position(|field| web_address(field).is_some())?;
    let mut others = fields.iter().enumerate();
    let name = others.find(|(n, field)| *n != at && !field.is_empty());
    subscription(name.map_or("", |(_, name)| name), &fields[at], "")
}

/// The fields of a line of CSV (RFC 4180), with whichever separator spreadsheets write.
fn fields(line: &str) -> Vec<String> {
    let mut fields = vec![String::new()];
    let mut is_quoted = false;
    for letter in line.chars() {
        match letter {
            '"' => is_quoted = !is_quoted,
            ',' | ';' | '\t' if !is_quoted => fields.push(String::new()),
            letter => {
                if let Some(field) = fields.last_mut() {
                    field.push(letter);
                }
            }
        }
    }
    fields
        .iter()
        .map(|field| field.trim().to_string())
        .collect()
}

fn subscription(name: &str, url: &str, kind: &str) -> Option<Subscription> {
    let kind = kind.to_ascii_lowercase();
    let said = PageKind::of_sources().find(|known| known.as_str() == kind);
    Some(Subscription {
        name: name.split_whitespace().collect::<Vec<_>>().join(" "),
        url: web_address(url)?,
        kind: match kind.as_str() {
            "rss" | "atom" => PageKind::Feed,
            _ => said.unwrap_or(PageKind::Auto),
        },
    })
}

fn web_address(text: &str) -> Option<Url> {
    let url = Url::parse(text.trim()).ok()?;
    let is_open = url.username().is_empty() && url.password().is_none();
    let is_web = matches!(url.scheme(), "http" | "https") && url.host_str().is_some();
    (is_web && is_open).then_some(url)
}
