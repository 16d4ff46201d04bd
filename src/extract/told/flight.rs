//! The elements that a page of Next.js writes for its scripts (`self.__next_f.push`), as HTML again.
//!
//! The strings of all pushes are one stream of rows: an id, a colon, and JSON to the end of the line, or
//! `T`, a length in hexadecimal and so many bytes of text. An element is a list: `$`, its name, its key
//! and its properties; `$L2` and `$2` stand for the row 2.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{
    markup::{BODY_BYTES_MIN, text_bytes},
    scripts::inner_texts,
    state,
};

/// What opens each push.
const PUSH: &str = "self.__next_f.push(";
/// Bytes of the stream, rows, elements that are written, and how deep they stand in each other.
const STREAM_BYTES_MAX: usize = 8 << 20;
const ROWS_MAX: usize = 2_000;
const ELEMENTS_MAX: usize = 20_000;
const LEVELS_MAX: usize = 60;

/// Bytes that are written of one row.
const HTML_BYTES_MAX: usize = 2 << 20;

/// Elements whose tags are written; of all others what stands in them is.
const TAGS: [&str; 20] = [
    "article",
    "main",
    "section",
    "div",
    "p",
    "h1",
    "h2",
    "h3",
    "h4",
    "ul",
    "ol",
    "li",
    "blockquote",
    "figure",
    "figcaption",
    "nav",
    "footer",
    "header",
    "aside",
    "br",
];

/// The longest article among the rows of a page.
pub(super) fn body(page: &str, title: Option<&str>) -> Option<String> {
    let stream = stream(page);
    if stream.is_empty() {
        return None;
    }
    let rows = rows(&stream);
    let by_id: HashMap<&str, &Row<'_>> = rows.iter().map(|(id, row)| (*id, row)).collect();
    let mut left = ELEMENTS_MAX;
    let bodies = rows.iter().filter_map(|(_, row)| {
        let Row::Data(data) = row else {
            return None;
        };
        let mut writer = Writer {
            rows: &by_id,
            html: String::new(),
            left,
        };
        writer.write(data, 0);
        left = writer.left;
        let is_body = text_bytes(&writer.html) >= BODY_BYTES_MIN && writer.html.contains("<p>");
        match is_body {
            true => Some(writer.html),
            false => state::body(data, title),
        }
    });
    bodies.max_by_key(|html| text_bytes(html))
}

/// The strings of all pushes, one after the other.
fn stream(page: &str) -> String {
    let mut stream = String::new();
    for script in inner_texts(page) {
        let Some(pushed) = script.trim_start().strip_prefix(PUSH) else {
            continue;
        };
        let read = serde_json::Deserializer::from_str(pushed)
            .into_iter::<Value>()
            .next();
        let Some(Ok(Value::Array(parts))) = read else {
            continue;
        };
        let text = parts.get(1).and_then(Value::as_str).unwrap_or_default();
        if stream.len() + text.len() > STREAM_BYTES_MAX {
            break;
        }
        stream.push_str(text);
    }
    stream
}

enum Row<'s> {
    Data(Value),
    Text(&'s str),
}

/// The rows of a stream with their ids, in order.
fn rows(stream: &str) -> Vec<(&str, Row<'_>)> {
    let mut rows = Vec::new();
    let mut rest = stream;
    while let Some((id, row)) = rest.split_once(':')
        && rows.len() < ROWS_MAX
    {
        let text = row.strip_prefix('T').and_then(|row| row.split_once(','));
        let sized = text.and_then(|(length, text)| {
            let length = usize::from_str_radix(length, 16).ok()?;
            text.split_at_checked(length)
        });
        let id = id.trim_start();
        if let Some((text, behind)) = sized {
            rows.push((id, Row::Text(text)));
            rest = behind;
            continue;
        }
        let (line, behind) = row.split_once('\n').unwrap_or((row, ""));
        if let Ok(data) = serde_json::from_str(line) {
            rows.push((id, Row::Data(data)));
        }
        rest = behind;
    }
    rows
}

struct Writer<'r> {
    rows: &'r HashMap<&'r str, &'r Row<'r>>,
    html: String,
    /// Elements that may still be written.
    left: usize,
}

impl Writer<'_> {
    fn write(&mut self, value: &Value, level: usize) {
        if level > LEVELS_MAX || self.left == 0 || self.html.len() > HTML_BYTES_MAX {
            return;
        }
        match value {
            Value::String(text) => self.text(text, level),
            Value::Array(parts) => match parts.as_slice() {
                [
                    Value::String(mark),
                    Value::String(name),
                    _,
                    Value::Object(properties),
                    ..,
                ] if mark == "$" => {
                    self.left -= 1;
                    self.element(name, properties, level);
                }
                items => items.iter().for_each(|item| self.write(item, level + 1)),
            },
            _ => {}
        }
    }

    fn element(&mut self, name: &str, properties: &Map<String, Value>, level: usize) {
        let tag = TAGS.iter().find(|tag| **tag == name);
        if let Some(tag) = tag {
            self.html.push_str(&format!("<{tag}>"));
        }
        if let Some(children) = properties.get("children") {
            self.write(children, level + 1);
        }
        let set = properties.get("dangerouslySetInnerHTML");
        if let Some(Value::String(markup)) = set.and_then(|set| set.get("__html")) {
            let markup = self.text_row(markup).unwrap_or(markup).to_string();
            self.html.push_str(&markup);
        }
        if let Some(tag) = tag {
            self.html.push_str(&format!("</{tag}>"));
        }
    }

    /// The text of the row that a string stands for.
    fn text_row(&self, reference: &str) -> Option<&str> {
        match self.rows.get(reference.strip_prefix('$')?)? {
            Row::Text(text) => Some(text),
            Row::Data(_) => None,
        }
    }

    fn text(&mut self, text: &str, level: usize) {
        let Some(reference) = text.strip_prefix('$') else {
            self.html.push_str(&text.replace('<', "&lt;"));
            return;
        };
        let id = reference.strip_prefix('L').unwrap_or(reference);
        match self.rows.get(id) {
            Some(Row::Text(text)) => self.html.push_str(&text.replace('<', "&lt;")),
            Some(Row::Data(data)) => {
                self.left = self.left.saturating_sub(1);
                self.write(data, level + 1);
            }
            // A dollar sign is doubled.
            None if reference.starts_with('$') => self.html.push_str(reference),
            None => {}
        }
    }
}
