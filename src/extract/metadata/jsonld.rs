//! The article in a page's JSON-LD (schema.org), read with patience: pages wrap it in
//! graphs and lists, and some write it with raw line breaks or trailing commas.

use std::collections::HashMap;

use serde_json::{Map, Value};

/// One node of JSON-LD that describes something; all types of schema.org are kinds of `Thing`.
#[derive(Debug, Default)]
pub(in crate::extract) struct Thing(Value);

/// What a page's JSON-LD describes.
#[derive(Debug, Default)]
pub(in crate::extract) struct JsonLd {
    /// The article itself.
    pub(in crate::extract) article: Option<Thing>,
    /// Whatever else has a date of its own: the page, a recipe, a video.
    pub(super) page: Option<Thing>,
    /// Whether the page is called a list of others, and no article.
    pub(in crate::extract) lists: bool,
    /// What it offers instead of an article, if it does.
    pub(in crate::extract) offer: Option<Offer>,
}

/// What a page may offer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::extract) enum Offer {
    /// A thing, with its price.
    Product,
    /// Work.
    Job,
}

/// Nodes that are looked at before giving up.
const NODES_MAX: usize = 2_000;

impl JsonLd {
    /// Finds the article itself among everything else that the `scripts` of a page describe.
    pub(in crate::extract) fn read(scripts: &[&str]) -> JsonLd {
        let values: Vec<Value> = scripts.iter().filter_map(|text| parse(text)).collect();
        let mut found = Nodes::default();
        let mut waiting: Vec<&Value> = values.iter().rev().collect();
        for _ in 0..NODES_MAX {
            match waiting.pop() {
                Some(Value::Array(items)) => waiting.extend(items.iter().rev()),
                Some(value @ Value::Object(fields)) => {
                    found.add(value, fields);
                    let nested = ["@graph", "mainEntity", "mainEntityOfPage", "hasPart"];
                    waiting.extend(nested.iter().rev().filter_map(|key| fields.get(*key)));
                }
                Some(_) => {}
                None => break,
            }
        }
        JsonLd {
            article: found.best.map(|(_, value)| found.thing(value)),
            page: found.dated.map(|value| found.thing(value)),
            lists: found.lists && found.best.is_none(),
            offer: found.offer.filter(|_| found.best.is_none()),
        }
    }
}

/// What the nodes looked at so far are.
#[derive(Default)]
struct Nodes<'v> {
    /// The node that is most surely the article, and how surely.
    best: Option<(u32, &'v Value)>,
    /// The first other node with a date.
    dated: Option<&'v Value>,
    lists: bool,
    offer: Option<Offer>,
    /// Names by `@id`.
    people: HashMap<&'v str, &'v Value>,
}

impl<'v> Nodes<'v> {
    fn add(&mut self, value: &'v Value, fields: &'v Map<String, Value>) {
        let rank = rank(value);
        if rank > self.best.map_or(0, |(known, _)| known) {
            self.best = Some((rank, value));
        }
        if rank == 0 && self.dated.is_none() && has_date(value) {
            self.dated = Some(value);
        }
        self.lists |= is_list(value);
        self.offer = self.offer.or(offer(value));
        if let (Some(Value::String(id)), Some(name)) = (fields.get("@id"), fields.get("name")) {
            self.people.entry(id).or_insert(name);
        }
    }

    /// A node whose authors all have their names.
    fn thing(&self, value: &Value) -> Thing {
        let mut value = value.clone();
        if let Some(author) = value.get_mut("author") {
            name_references(author, &self.people);
        }
        Thing(value)
    }
}

/// Types of schema.org for pages that list others.
const LISTS: [&str; 3] = ["CollectionPage", "SearchResultsPage", "ProfilePage"];

fn is_list(value: &Value) -> bool {
    let kinds = strings(value.get("@type"));
    kinds.iter().any(|kind| LISTS.contains(kind))
}

fn offer(value: &Value) -> Option<Offer> {
    let kinds = strings(value.get("@type"));
    match kinds.first().copied()? {
        "JobPosting" => Some(Offer::Job),
        "Product" if value.get("offers").is_some() => Some(Offer::Product),
        _ => None,
    }
}

fn has_date(value: &Value) -> bool {
    ["datePublished", "dateCreated", "dateModified"]
        .iter()
        .any(|key| value.get(key).is_some_and(Value::is_string))
}

/// Writes the names of people that are described elsewhere into references to them.
fn name_references(author: &mut Value, people: &HashMap<&str, &Value>) {
    match author {
        Value::Array(items) => {
            for item in items {
                name_references(item, people);
            }
        }
        Value::Object(fields) if !fields.contains_key("name") => {
            let name = fields
                .get("@id")
                .and_then(Value::as_str)
                .and_then(|id| people.get(id));
            if let Some(name) = name {
                fields.insert("name".to_string(), (*name).clone());
            }
        }
        _ => {}
    }
}

/// How surely a node is the article: 0 is not at all.
fn rank(value: &Value) -> u32 {
    let is_article = strings(value.get("@type")).iter().any(|kind| {
        let kind = kind.rsplit('/').next().unwrap_or(kind);
        kind.ends_with("Article")
            || matches!(
                kind,
                "BlogPosting" | "LiveBlogPosting" | "Report" | "SocialMediaPosting" | "Review"
            )
    });
    if !is_article {
        return 0;
    }
    let has = |key: &str| u32::from(value.get(key).is_some());
    1 + 2 * has("headline") + 4 * has("articleBody") + has("datePublished")
}

fn parse(text: &str) -> Option<Value> {
    let text = text.trim().trim_end_matches(';');
    let text = text.strip_prefix("<!--").unwrap_or(text);
    let text = text.strip_suffix("-->").unwrap_or(text);
    let text = text.strip_prefix("//<![CDATA[").unwrap_or(text);
    let text = text.strip_suffix("//]]>").unwrap_or(text).trim();
    serde_json::from_str(text)
        .or_else(|_| serde_json::from_str(&mended(text)))
        .ok()
}

/// Line breaks in strings are escaped, other control characters become spaces, commas before a closing bracket go.
fn mended(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut in_string, mut escaped) = (false, false);
    for c in text.chars() {
        if in_string {
            match c {
                '\n' => out.push_str("\\n"),
                c if c.is_control() => out.push(' '),
                c => out.push(c),
            }
            in_string = escaped || c != '"';
            escaped = !escaped && c == '\\';
            continue;
        }
        if matches!(c, ']' | '}') {
            let bare = out.trim_end().len();
            if out[..bare].ends_with(',') {
                out.truncate(bare - 1);
            }
        }
        in_string = c == '"';
        out.push(c);
    }
    out
}

/// A string, the strings of a list, or the names of objects.
pub(super) fn strings(value: Option<&Value>) -> Vec<&str> {
    match value {
        Some(Value::String(text)) => vec![text.as_str()],
        Some(Value::Array(items)) => items.iter().flat_map(|item| strings(Some(item))).collect(),
        Some(Value::Object(fields)) => strings(fields.get("name")),
        _ => Vec::new(),
    }
}

impl Thing {
    /// The first string of a field.
    pub(in crate::extract) fn text(&self, key: &str) -> Option<&str> {
        strings(self.0.get(key))
            .into_iter()
            .map(str::trim)
            .find(|text| !text.is_empty())
    }

    /// All strings of a field.
    pub(super) fn texts(&self, key: &str) -> Vec<&str> {
        strings(self.0.get(key))
    }

    /// The first address of a field: a string, or the `url` or `@id` of an object.
    pub(super) fn address(&self, key: &str) -> Option<&str> {
        fn first(value: &Value) -> Option<&str> {
            match value {
                Value::String(text) => Some(text),
                Value::Array(items) => items.iter().find_map(first),
                Value::Object(fields) => fields
                    .get("url")
                    .or_else(|| fields.get("contentUrl"))
                    .or_else(|| fields.get("@id"))
                    .and_then(first),
                _ => None,
            }
        }
        first(self.0.get(key)?)
    }
}
