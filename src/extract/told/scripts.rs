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
        let found = values(script.inner).filter_map(|data| state::body(&data, title));
        let found = found.max_by_key(|html| text_bytes(html));
        found.or_else(|| literals::body(script.inner, title))
    });
    bodies.max_by_key(|html| text_bytes(html))
}

/// Values in one script that are looked at.
const VALUES_MAX: usize = 256;

/// The JSON that a script is, or that it keeps in variables and passes to its functions, one after the other.
fn values(script: &str) -> impl Iterator<Item = Value> {
    let mut at = 0;
    let next = move || {
        let start = opening(script, at)?;
        let here = &script[start..];
        let mut values = serde_json::Deserializer::from_str(here).into_iter::<Value>();
        let value = values.next()?;
        // Where it turned out to be code, what stands in that is not looked at again.
        at = start
            + match &value {
                Ok(_) => values.byte_offset(),
                Err(error) => place(here, error).max(1),
            };
        Some(value.ok())
    };
    std::iter::from_fn(next).take(VALUES_MAX).flatten()
}

/// Where the next object or list begins that a script is, assigns or passes on.
fn opening(script: &str, from: usize) -> Option<usize> {
    let rest = script.as_bytes().get(from..)?;
    let mut brackets = memchr::memchr2_iter(b'{', b'[', rest).map(|at| from + at);
    brackets.find(|at| {
        let before = script[..*at].trim_end();
        before.is_empty() || before.ends_with(['=', '('])
    })
}

/// Where in a text an error was met, in bytes.
fn place(text: &str, error: &serde_json::Error) -> usize {
    let lines = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1));
    lines.map(str::len).sum::<usize>() + error.column()
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
