//! The scripts of a page, and the article in their data.

use memchr::memmem;
use serde_json::Value;

use super::{literals, markup::text_bytes, state};

/// Scripts that are looked at, and bytes of one.
const SCRIPTS_MAX: usize = 200;
const SCRIPT_BYTES_MAX: usize = 8 << 20;
/// A shorter script holds no article, in bytes.
const SCRIPT_BYTES_MIN: usize = 300;

/// One `<script>`: its tag and what stands in it.
struct Script<'p> {
    tag: &'p str,
    inner: &'p str,
}

fn scripts(page: &str) -> impl Iterator<Item = Script<'_>> {
    let starts = memmem::find_iter(page.as_bytes(), b"<script");
    starts.take(SCRIPTS_MAX).filter_map(|start| {
        let inner = start + page[start..].find('>')? + 1;
        let end = inner + page[inner..].find("</script")?;
        Some(Script {
            tag: &page[start..inner],
            inner: &page[inner..end],
        })
    })
}

/// What stands in all scripts that are no larger than others are read.
pub(super) fn inner_texts(page: &str) -> impl Iterator<Item = &str> {
    let inner = scripts(page).map(|script| script.inner);
    inner.filter(|inner| inner.len() <= SCRIPT_BYTES_MAX)
}

/// The longest article in the data of scripts.
pub(super) fn body(page: &str, title: Option<&str>) -> Option<String> {
    let sizes = SCRIPT_BYTES_MIN..=SCRIPT_BYTES_MAX;
    let scripts = scripts(page)
        .filter(|script| sizes.contains(&script.inner.len()) && !script.tag.contains("ld+json"));
    let bodies = scripts.filter_map(|script| {
        let data = data(script.inner);
        let found = data.and_then(|data| state::body(&data, title));
        found.or_else(|| literals::body(script.inner, title))
    });
    bodies.max_by_key(|html| text_bytes(html))
}

/// The JSON that a script is, or that it keeps in a variable.
fn data(script: &str) -> Option<Value> {
    let text = script.trim_start();
    let start = match text.starts_with(['{', '[']) {
        true => 0,
        false => {
            let assigned = text.find('=')? + 1;
            let value = text[assigned..].trim_start();
            value
                .starts_with(['{', '['])
                .then(|| text.len() - value.len())?
        }
    };
    serde_json::Deserializer::from_str(&text[start..])
        .into_iter::<Value>()
        .next()?
        .ok()
}

/// All of a page before its body.
pub(super) fn head(page: &str) -> &str {
    let end = memmem::find(page.as_bytes(), b"<body");
    &page[..end.unwrap_or(0)]
}

/// The contents of the scripts that hold JSON-LD.
pub(in crate::extract) fn linked_data(page: &str) -> Vec<&str> {
    let linked = scripts(page).filter(|script| script.tag.contains("ld+json"));
    linked.map(|script| script.inner).collect()
}
