//! XML as the web has it: a stream of well-nested nodes out of a document that need not be well
//! formed. No tree is built and no entity of the document's own is expanded, so the work and the
//! memory are bounded by the length of the text.

use std::{borrow::Cow, ops::ControlFlow};

use quick_xml::{
    Reader,
    escape::{resolve_predefined_entity, unescape},
    events::{BytesRef, BytesStart, Event},
};

use super::links::problem;
use crate::model::Problem;

/// Elements nested deeper are skipped: feeds and sitemaps need six levels.
const DEPTH_MAX: usize = 256;

/// Elements that never stand inside their like. When one opens, an open one has lost its end tag.
const NEVER_NESTED: &[&str] = &["entry", "item", "sitemap", "url"];

/// A step through the document. The path ends with the element that it is about.
pub(super) enum Node<'a> {
    /// A start tag, with its attributes.
    Open(&'a Attributes<'a>),
    /// Text with its references resolved, possibly in several pieces.
    Text(&'a str),
    /// An end tag, or where one is missing.
    Close,
}

/// The attributes of a start tag.
pub(super) struct Attributes<'a>(&'a BytesStart<'a>);

impl Attributes<'_> {
    /// The value of the first attribute of this name (its prefix aside), references resolved.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        // Looking for duplicates takes the square of their number.
        let found = self
            .0
            .attributes()
            .with_checks(false)
            .flatten()
            .find(|attribute| {
                let key = attribute.key.local_name();
                key.as_ref().eq_ignore_ascii_case(name.as_bytes())
            })?;
        let raw = String::from_utf8_lossy(&found.value).into_owned();
        Some(match unescape(&raw) {
            Ok(Cow::Owned(value)) => value,
            Ok(Cow::Borrowed(_)) | Err(_) => raw,
        })
    }
}

/// Walks through `text`, telling `visit` the path (local names in lower case, outermost first) and
/// the node at its end, until it breaks off. Returns what was wrong with the document, if anything
/// was, in one sentence.
pub(super) fn walk(
    text: &str,
    mut visit: impl FnMut(&[String], Node<'_>) -> ControlFlow<()>,
) -> Option<Problem> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.allow_dangling_amp = true;
    config.allow_unmatched_ends = true;
    config.check_end_names = false;
    config.expand_empty_elements = true;
    let mut path: Vec<String> = Vec::new();
    let mut wrong = None;
    loop {
        let before = reader.buffer_position();
        let flow = match reader.read_event() {
            Ok(Event::Eof) => break,
            Ok(event) => step(&event, &mut path, &mut visit),
            Err(why) => {
                let place = reader.error_position();
                wrong.get_or_insert_with(|| problem(format!("bad XML at byte {place}: {why}")));
                if reader.buffer_position() <= before {
                    break;
                }
                ControlFlow::Continue(())
            }
        };
        if flow.is_break() {
            return wrong;
        }
    }
    if let Some(open) = path.last() {
        wrong.get_or_insert_with(|| problem(format!("the document ends inside <{open}>")));
        let _ = close_to(0, &mut path, &mut visit);
    }
    wrong
}

fn step(
    event: &Event<'_>,
    path: &mut Vec<String>,
    visit: &mut impl FnMut(&[String], Node<'_>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    match event {
        Event::Start(start) => open(start, path, visit),
        Event::End(end) => {
            let name = lower(end.local_name().as_ref());
            match path.iter().rposition(|open| *open == name) {
                Some(at) => close_to(at, path, visit),
                None => ControlFlow::Continue(()),
            }
        }
        Event::Text(text) => visit(path, Node::Text(&String::from_utf8_lossy(text))),
        Event::CData(data) => visit(path, Node::Text(&String::from_utf8_lossy(data))),
        Event::GeneralRef(reference) => visit(path, Node::Text(&resolved(reference))),
        _ => ControlFlow::Continue(()),
    }
}

fn open(
    start: &BytesStart<'_>,
    path: &mut Vec<String>,
    visit: &mut impl FnMut(&[String], Node<'_>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    let name = lower(start.local_name().as_ref());
    if name.is_empty() {
        // A bare `<` in a text, taken for a tag up to the next `>`: that of an end tag, mostly.
        let swallowed = lower(start)
            .rsplit_once("</")
            .map(|(_, end)| end.to_string());
        let at = path
            .iter()
            .rposition(|open| Some(open) == swallowed.as_ref());
        return at.map_or(ControlFlow::Continue(()), |at| close_to(at, path, visit));
    }
    if NEVER_NESTED.contains(&name.as_str())
        && let Some(at) = path.iter().position(|open| *open == name)
    {
        close_to(at, path, visit)?;
    }
    if path.len() >= DEPTH_MAX {
        return ControlFlow::Continue(());
    }
    path.push(name);
    visit(path, Node::Open(&Attributes(start)))
}

/// Closes the innermost elements until `len` are left open.
fn close_to(
    len: usize,
    path: &mut Vec<String>,
    visit: &mut impl FnMut(&[String], Node<'_>) -> ControlFlow<()>,
) -> ControlFlow<()> {
    while path.len() > len {
        visit(path, Node::Close)?;
        path.pop();
    }
    ControlFlow::Continue(())
}

/// A character for a character reference or one of the five predefined entities. Any other entity
/// stays as it is written: often it is no entity but a URL's `&copy=1;`, and never is it expanded.
fn resolved(reference: &BytesRef<'_>) -> String {
    if let Ok(Some(c)) = reference.resolve_char_ref() {
        return c.to_string();
    }
    let name = String::from_utf8_lossy(reference);
    match resolve_predefined_entity(&name) {
        Some(text) => text.to_string(),
        None => format!("&{name};"),
    }
}

fn lower(name: &[u8]) -> String {
    String::from_utf8_lossy(name).to_ascii_lowercase()
}
