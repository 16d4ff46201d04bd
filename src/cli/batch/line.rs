//! One line of input: a document, or what is wrong with it.

use std::path::PathBuf;

use serde_json::{Map, Value};

/// The keys that are read.
pub(super) const KEYS: [&str; 6] = ["id", "url", "lang", "html", "file", "text"];

/// What a document looks like.
const FORM: &str = r#"a line must be an object such as {"id": 1, "text": "…"}"#;

/// A document, as far as the line names one.
#[derive(Debug, Default)]
pub(super) struct Line {
    pub(super) id: Option<Value>,
    pub(super) url: Option<String>,
    pub(super) lang: Option<String>,
    pub(super) html: Option<String>,
    pub(super) file: Option<PathBuf>,
    pub(super) text: Option<String>,
    /// Keys that nothing reads.
    pub(super) unread: Vec<String>,
}

/// Why a line is no document, with its `id` as far as it has one.
#[derive(Debug)]
pub(super) struct NoDocument {
    pub(super) id: Option<Value>,
    pub(super) why: String,
}

impl Line {
    /// Reads a line.
    pub(super) fn parse(text: &str) -> Result<Line, NoDocument> {
        let none = |why| NoDocument { id: None, why };
        let mut object = match serde_json::from_str(text.trim_end()) {
            Ok(Value::Object(object)) => object,
            Ok(_) => return Err(none(format!("not a document: {FORM}"))),
            Err(error) => {
                let column = error.column();
                return Err(none(format!(
                    "not a document: no JSON at character {column}; {FORM}"
                )));
            }
        };
        let id = object.remove("id").filter(|id| !id.is_null());
        match Line::of(object) {
            Ok(line) => Ok(Line { id, ..line }),
            Err(why) => Err(NoDocument { id, why }),
        }
    }

    fn of(mut object: Map<String, Value>) -> Result<Line, String> {
        let mut text = |key: &str| match object.remove(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(format!("`{key}` must be text in quotes")),
        };
        Ok(Line {
            url: text("url")?,
            lang: text("lang")?,
            html: text("html")?,
            file: text("file")?.map(PathBuf::from),
            text: text("text")?,
            id: None,
            unread: object.into_iter().map(|(key, _)| key).collect(),
        })
    }
}
