//! RSS 0.9x, 1.0, 2.0, Atom (RFC 4287) and JSON Feed 1.x: the links and dates of their entries.
//!
//! Read as a stream, so that a feed that is cut short or broken in the middle still yields what
//! stands before, and so that full texts, which most feeds carry, are never held in memory.

use std::{cmp::Reverse, fmt, ops::ControlFlow};

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use url::Url;

use super::{Found, Links, autodiscover::looks_like, date, decode, problem, xml, xml::Node};
use crate::model::{Page, PageKind, Problem, Timestamp};

/// Entries kept of one feed, the newest first. The busiest agencies list some hundred.
pub const ENTRIES_MAX: usize = 1_000;

/// Entries read at all: what a feed holds beyond is an archive or an attack.
const READ_MAX: usize = 30_000;

/// Bytes of a link or date; longer ones are neither.
const FIELD_MAX: usize = 8 * 1_024;

/// What matters of an entry. All as written.
#[derive(Debug, Default)]
struct Entry {
    /// `feedburner:origLink`: the article behind a link that counts clicks.
    original: Option<String>,
    link: Option<String>,
    /// `guid` unless it says that it is no link, or `rdf:about`.
    permalink: Option<String>,
    published: Option<String>,
    updated: Option<String>,
    /// Of relative links (XML Base), where given.
    base: Option<String>,
}

impl Entry {
    fn href(&self) -> Option<&str> {
        [&self.original, &self.link, &self.permalink]
            .into_iter()
            .find_map(|href| href.as_deref())
    }

    fn date(&self) -> Option<Timestamp> {
        [&self.published, &self.updated]
            .into_iter()
            .find_map(|text| date::parse(text.as_deref()?))
    }
}

pub(super) fn read(page: &Page) -> Found {
    let (text, mut problems) = decode::text(page);
    let (entries, wrong) = match looks_like(&text) {
        Some(PageKind::Feed) if text.trim_start().starts_with('{') => json_entries(&text),
        Some(PageKind::Feed) => xml_entries(&text),
        _ => (Vec::new(), Some(problem("this is no feed"))),
    };
    problems.extend(wrong);
    if entries.len() >= READ_MAX {
        problems.push(problem(format!("read only the first {READ_MAX} entries")));
    }
    let mut dated: Vec<(Option<Timestamp>, &Entry)> =
        entries.iter().map(|entry| (entry.date(), entry)).collect();
    // The sort is stable: what bears no date stays in the feed's order, after what does.
    dated.sort_by_key(|&(date, _)| Reverse(date));
    let mut links = Links::new(page, ENTRIES_MAX);
    for (date, entry) in dated {
        let Some(href) = entry.href() else { continue };
        let base = entry
            .base
            .as_deref()
            .and_then(|base| page.final_url.join(base).ok());
        links.add(
            href,
            base.as_ref().unwrap_or(&page.final_url),
            PageKind::Article,
            date,
        );
    }
    (links.found, problems)
}

fn xml_entries(text: &str) -> (Vec<Entry>, Option<Problem>) {
    let mut reader = XmlReader::default();
    let wrong = xml::walk(text, |path, node| reader.step(path, &node));
    (reader.entries, wrong)
}

/// Follows the stream and keeps its place in it.
#[derive(Default)]
struct XmlReader {
    entries: Vec<Entry>,
    current: Entry,
    /// The text of the field that is open.
    field: String,
    /// Whether the `guid` that is open is a link (RSS 2.0: by default it is).
    is_permalink: bool,
    base: Option<String>,
}

impl XmlReader {
    fn step(&mut self, path: &[String], node: &Node<'_>) -> ControlFlow<()> {
        let name = path.last().map_or("", String::as_str);
        let parent = path.len().checked_sub(2).map_or("", |at| path[at].as_str());
        match node {
            Node::Open(attributes) if is_entry(name) => {
                self.current = Entry {
                    permalink: attributes.get("about"),
                    base: attributes.get("base").or_else(|| self.base.clone()),
                    ..Entry::default()
                };
            }
            Node::Open(attributes) if is_entry(parent) => self.open(name, attributes),
            Node::Open(attributes) if matches!(name, "feed" | "rss" | "channel" | "rdf") => {
                self.base = attributes.get("base").or_else(|| self.base.take());
            }
            Node::Text(text)
                if is_entry(parent)
                    && is_field(name)
                    && self.field.len() + text.len() <= FIELD_MAX =>
            {
                self.field.push_str(text);
            }
            Node::Close if is_entry(name) => {
                self.entries.push(std::mem::take(&mut self.current));
                if self.entries.len() >= READ_MAX {
                    return ControlFlow::Break(());
                }
            }
            Node::Close if is_entry(parent) => self.close(name),
            _ => {}
        }
        ControlFlow::Continue(())
    }

    fn open(&mut self, name: &str, attributes: &xml::Attributes<'_>) {
        self.field.clear();
        match name {
            // Atom: the link is an attribute; of several, the one without a special role.
            "link" => {
                let role = attributes.get("rel");
                let is_page = role.is_none_or(|rel| rel.trim().eq_ignore_ascii_case("alternate"));
                if is_page && self.current.link.is_none() {
                    self.current.link = attributes.get("href").filter(|href| !href.is_empty());
                }
            }
            "guid" => {
                let says = attributes.get("isPermaLink");
                self.is_permalink = says.is_none_or(|is| !is.trim().eq_ignore_ascii_case("false"));
            }
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        let field = self.field.trim();
        if field.is_empty() {
            return;
        }
        let place = match name {
            "link" => &mut self.current.link,
            "origlink" => &mut self.current.original,
            "guid" | "id" if !is_http(field) => return,
            "guid" if self.is_permalink => &mut self.current.permalink,
            "id" => &mut self.current.permalink,
            "pubdate" | "published" | "date" | "issued" | "created" => &mut self.current.published,
            "updated" | "modified" => &mut self.current.updated,
            _ => return,
        };
        place.get_or_insert_with(|| field.to_string());
    }
}

fn is_entry(name: &str) -> bool {
    matches!(name, "item" | "entry")
}

fn is_field(name: &str) -> bool {
    matches!(
        name,
        "link"
            | "origlink"
            | "guid"
            | "id"
            | "pubdate"
            | "published"
            | "date"
            | "issued"
            | "created"
            | "updated"
            | "modified"
    )
}

fn is_http(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"))
}

fn json_entries(text: &str) -> (Vec<Entry>, Option<Problem>) {
    let mut entries = Vec::new();
    let result = JsonFeed(&mut entries).deserialize(&mut serde_json::Deserializer::from_str(text));
    let wrong = result.err().filter(|_| entries.len() < READ_MAX);
    (
        entries,
        wrong.map(|why| problem(format!("bad JSON: {why}"))),
    )
}

/// Reads a JSON Feed straight into the list, so that an error later on loses nothing.
struct JsonFeed<'a>(&'a mut Vec<Entry>);

impl<'de> DeserializeSeed<'de> for JsonFeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for JsonFeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON Feed")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "items" {
                map.next_value_seed(JsonItems(self.0))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

struct JsonItems<'a>(&'a mut Vec<Entry>);

impl<'de> DeserializeSeed<'de> for JsonItems<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for JsonItems<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of items")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while let Some(item) = items.next_element::<serde_json::Value>()? {
            let text = |key: &str| item.get(key)?.as_str().map(str::to_string);
            self.0.push(Entry {
                link: text("url").or_else(|| text("external_url")),
                permalink: text("id").filter(|id| is_http(id)),
                published: text("date_published"),
                updated: text("date_modified"),
                ..Entry::default()
            });
            if self.0.len() >= READ_MAX {
                return Err(serde::de::Error::custom("too many items"));
            }
        }
        Ok(())
    }
}
