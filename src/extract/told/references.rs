//! What a cache of objects says by references to others (Apollo's `__ref`), put in their places.

use std::collections::HashMap;

use serde_json::{Map, Value};

use crate::extract::blocks::phrases;

/// Objects that are looked at and put in places, bytes of text that count as one, and how deep
/// references go.
const OBJECTS_MAX: usize = 20_000;
const TEXT_BYTES: usize = 256;
const LEVELS_MAX: usize = 8;

/// The object of that title with others in the places of the references to them; `None` where data has
/// no references.
pub(super) fn article(data: &Value, title: &str) -> Option<Value> {
    let mut gathered = Gathered {
        title,
        article: None,
        has_references: false,
        objects: HashMap::new(),
        left: OBJECTS_MAX,
    };
    gathered.gather(data);
    let article = gathered.article.filter(|_| gathered.has_references)?;
    let mut resolver = Resolver {
        objects: gathered.objects,
        left: OBJECTS_MAX,
    };
    Some(resolver.resolve(article, 0))
}

/// The objects of some data.
struct Gathered<'v, 't> {
    title: &'t str,
    /// The first that has the title in one of its fields.
    article: Option<&'v Value>,
    has_references: bool,
    /// By the keys that references name.
    objects: HashMap<&'v str, &'v Value>,
    left: usize,
}

impl<'v> Gathered<'v, '_> {
    fn gather(&mut self, value: &'v Value) {
        if self.left == 0 {
            return;
        }
        self.left -= 1;
        match value {
            Value::Array(items) => items.iter().for_each(|item| self.gather(item)),
            Value::Object(fields) => {
                let mut texts = fields.values().filter_map(Value::as_str);
                if self.article.is_none() && texts.any(|text| phrases::same_words(text, self.title))
                {
                    self.article = Some(value);
                }
                self.has_references |= fields.contains_key(REFERENCE);
                for (key, part) in fields {
                    if part.is_object() && key.contains(':') {
                        self.objects.entry(key).or_insert(part);
                    }
                    self.gather(part);
                }
            }
            _ => {}
        }
    }
}

/// The field that holds the key of another object.
const REFERENCE: &str = "__ref";

struct Resolver<'v> {
    objects: HashMap<&'v str, &'v Value>,
    left: usize,
}

impl<'v> Resolver<'v> {
    fn resolve(&mut self, value: &'v Value, level: usize) -> Value {
        if self.left == 0 {
            return Value::Null;
        }
        self.left -= 1;
        match value {
            Value::Array(items) => {
                let items = items.iter().map(|item| self.resolve(item, level));
                Value::Array(items.collect())
            }
            Value::Object(fields) => self.object(fields, level),
            Value::String(text) => {
                self.left = self.left.saturating_sub(text.len() / TEXT_BYTES);
                value.clone()
            }
            other => other.clone(),
        }
    }

    fn object(&mut self, fields: &'v Map<String, Value>, level: usize) -> Value {
        let key = fields.get(REFERENCE).and_then(Value::as_str);
        if let Some(key) = key {
            return match self.objects.get(key).copied() {
                Some(object) if level < LEVELS_MAX => self.resolve(object, level + 1),
                _ => Value::Null,
            };
        }
        let parts = fields
            .iter()
            .map(|(key, part)| (key.clone(), self.resolve(part, level)));
        Value::Object(parts.collect())
    }
}
