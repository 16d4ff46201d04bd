//! JSON Feed 1.x: read straight into a list, so that an error later on loses nothing.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{entry::ENTRIES_READ_MAX, links::problem};
use crate::model::Problem;

/// How the address of the version begins, in `version`.
const VERSION: &str = "jsonfeed.org/version/";

/// What was read of a feed, in the order of the document.
#[derive(Debug, Default)]
pub(super) struct JsonFeed {
    version: String,
    /// Where its older items are.
    pub(super) next_url: Option<String>,
    pub(super) items: Vec<JsonItem>,
}

/// An item, its members as written.
#[derive(Debug)]
pub(super) struct JsonItem {
    pub(super) url: Option<String>,
    pub(super) external_url: Option<String>,
    pub(super) id: Option<String>,
    pub(super) date_published: Option<String>,
    pub(super) date_modified: Option<String>,
}

impl JsonFeed {
    /// Whether it is one: by its version, which may stand anywhere, or by items that have what only
    /// those of a feed have.
    pub(super) fn is_feed(&self) -> bool {
        let is_dated = |item: &JsonItem| item.url.is_some() && item.date_published.is_some();
        self.version.contains(VERSION) || self.items.iter().any(is_dated)
    }
}

/// What could be read of `text`, and why no more could.
pub(super) fn read(text: &str) -> (JsonFeed, Option<Problem>) {
    let mut feed = JsonFeed::default();
    let result = Members(&mut feed).deserialize(&mut serde_json::Deserializer::from_str(text));
    let wrong = result
        .err()
        .filter(|_| feed.items.len() < ENTRIES_READ_MAX)
        .map(|why| problem(format!("bad JSON: {why}")));
    (feed, wrong)
}

struct Members<'a>(&'a mut JsonFeed);

impl<'de> DeserializeSeed<'de> for Members<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Members<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON Feed")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "items" => map.next_value_seed(Items(&mut self.0.items))?,
                "version" => {
                    let version = map.next_value::<serde_json::Value>()?;
                    self.0.version = version.as_str().unwrap_or_default().to_string();
                }
                "next_url" => {
                    let next = map.next_value::<serde_json::Value>()?;
                    self.0.next_url = next.as_str().map(str::to_string);
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

struct Items<'a>(&'a mut Vec<JsonItem>);

impl<'de> DeserializeSeed<'de> for Items<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Items<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of items")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while let Some(item) = items.next_element::<serde_json::Value>()? {
            let text = |key: &str| item.get(key)?.as_str().map(str::to_string);
            self.0.push(JsonItem {
                url: text("url"),
                external_url: text("external_url"),
                id: text("id"),
                date_published: text("date_published"),
                date_modified: text("date_modified"),
            });
            if self.0.len() >= ENTRIES_READ_MAX {
                return Err(serde::de::Error::custom("too many items"));
            }
        }
        Ok(())
    }
}
