//! An article in the data that a page hands to its scripts: a string of markup, or a list of blocks.

use serde_json::{Map, Value};

use super::{
    markup::{BODY_BYTES_MIN, as_html, has_markup, prose_bytes},
    references,
};
use crate::extract::blocks::phrases;

/// The way down follows a part with this much of the running text of the whole.
const DENSEST_PERCENT: usize = 70;
/// Of two articles of one title in each other, the inner one has this much of the text, in percent.
const INNER_PERCENT: usize = 60;

/// The article of that title, or else where most of the running text is.
pub(super) fn body(data: &Value, title: Option<&str>) -> Option<String> {
    let referred = title.and_then(|title| references::article(data, title));
    let referred = referred.filter(|article| weight(article) >= BODY_BYTES_MIN);
    within(referred.as_ref().unwrap_or(data), title)
}

fn within(data: &Value, title: Option<&str>) -> Option<String> {
    let titled = title.and_then(|title| titled(data, title));
    let mut here = titled.map_or(data, |(_, value)| value);
    loop {
        let all = weight(here);
        let heaviest = parts(here).max_by_key(|part| weight(part));
        let markup = parts(here)
            .filter(|part| is_markup(part))
            .max_by_key(|part| weight(part));
        match heaviest {
            Some(part) if weight(part) * 100 >= all * DENSEST_PERCENT => here = part,
            _ => match markup {
                Some(part) if here.is_object() && weight(part) >= BODY_BYTES_MIN => here = part,
                _ => break,
            },
        }
    }
    let mut html = String::new();
    gather(here, &mut html);
    (!html.is_empty()).then_some(html)
}

fn is_markup(value: &Value) -> bool {
    value.as_str().is_some_and(has_markup)
}

/// The parts of an object or a list.
fn parts(value: &Value) -> Box<dyn Iterator<Item = &Value> + '_> {
    match value {
        Value::Array(items) => Box::new(items.iter()),
        Value::Object(fields) => Box::new(fields.values()),
        _ => Box::new(std::iter::empty()),
    }
}

/// Bytes of running text. serde_json does not nest deeper than 128 levels.
fn weight(value: &Value) -> usize {
    match value {
        Value::String(text) => prose_bytes(text),
        other => parts(other).map(weight).sum(),
    }
}

/// The innermost object that has the title in one of its fields, and enough text.
fn titled<'v>(value: &'v Value, title: &str) -> Option<(usize, &'v Value)> {
    let inner = parts(value).filter_map(|part| titled(part, title));
    let inner = inner.max_by_key(|(weight, _)| *weight);
    let has_title = value.as_object().is_some_and(|fields| {
        let mut texts = fields.values().filter_map(Value::as_str);
        texts.any(|text| phrases::same_words(text, title))
    });
    if !has_title {
        return inner;
    }
    let own = weight(value);
    match inner {
        Some((weight, _)) if weight * 100 >= own * INNER_PERCENT => inner,
        _ => (own >= BODY_BYTES_MIN).then_some((own, value)),
    }
}

/// Fields that hold the text of a block.
const TEXTS: [&str; 8] = [
    "text",
    "html",
    "value",
    "content",
    "body",
    "paragraph",
    "plaintext",
    "caption",
];
/// Fields that say what kind of block it is.
const KINDS: [&str; 6] = ["type", "nodeType", "_type", "__typename", "tag", "kind"];

/// Writes the text of blocks, each a paragraph.
fn gather(value: &Value, html: &mut String) {
    match value {
        Value::String(text) if prose_bytes(text) > 0 => html.push_str(&as_html(text)),
        Value::Object(fields) if is_block(fields) => {
            let mut text = String::new();
            join(value, &mut text);
            match has_markup(&text) {
                true => html.push_str(&text),
                false if text.trim().is_empty() => {}
                false => html.push_str(&format!("<p>{}</p>", text.trim())),
            }
        }
        other => parts(other).for_each(|part| gather(part, html)),
    }
}

/// Whether an object is one paragraph or heading: it says so, or holds runs of text.
fn is_block(fields: &Map<String, Value>) -> bool {
    let kinds = KINDS.iter().filter_map(|key| fields.get(*key)?.as_str());
    let names = [
        "paragraph",
        "heading",
        "header",
        "block",
        "text",
        "list-item",
        "listitem",
    ];
    let mut kinds = kinds.map(str::to_ascii_lowercase);
    kinds.any(|kind| {
        names.contains(&kind.as_str()) || matches!(&*kind, "p" | "h2" | "h3" | "h4" | "li")
    })
}

/// The runs of text in a block, as they follow each other.
fn join(value: &Value, text: &mut String) {
    match value {
        Value::Object(fields) => {
            for (key, part) in fields {
                match part {
                    Value::String(run) if TEXTS.contains(&key.as_str()) => text.push_str(run),
                    Value::String(_) => {}
                    _ => join(part, text),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| join(item, text)),
        _ => {}
    }
}
