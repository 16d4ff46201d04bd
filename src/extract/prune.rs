//! One pass over the text of a page, before any tree is built, that leaves out what never holds
//! article text: scripts, styles, SVG, comments, templates, frames. The tree of what remains is
//! built in about two thirds of the time. JSON-LD is set aside on the way.

use memchr::{memchr, memmem};

/// A page without its dead weight.
#[derive(Debug, Default)]
pub(super) struct Pruned<'a> {
    /// What is left to parse.
    pub(super) html: String,
    /// The contents of `<script type="application/ld+json">`, in order.
    pub(super) json_ld: Vec<&'a str>,
}

/// A tag has more attributes than the limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooManyAttributes;

/// JSON-LD blocks that are kept; the rest of a page with more is noise.
const JSON_LD_MAX: usize = 32;

/// Elements that are left out with their contents. The HTML parser reads the contents of the
/// first group as text, so that the first end tag closes them; the others nest.
const RAW: [&str; 6] = [
    "script", "style", "noscript", "iframe", "noembed", "noframes",
];
const NESTED: [&str; 4] = ["svg", "template", "canvas", "object"];
/// Of these, an unclosed one makes the rest of the page its own: code is no article.
const SWALLOWING: [&str; 2] = ["script", "style"];
/// Elements whose contents are text and stay.
const TEXT: [&str; 3] = ["title", "textarea", "xmp"];

/// Prunes `page`. Where an end is missing, only the opening mark goes: a forgotten end must not
/// swallow the article behind it.
pub(super) fn prune(page: &str, attributes_max: usize) -> Result<Pruned<'_>, TooManyAttributes> {
    let mut pruner = Pruner {
        page,
        at: 0,
        kept_to: 0,
        unclosed: Vec::new(),
        out: Pruned {
            html: String::with_capacity(page.len() / 2),
            json_ld: Vec::new(),
        },
    };
    while let Some(open) = memchr(b'<', &page.as_bytes()[pruner.at..]) {
        pruner.at += open;
        pruner.step(attributes_max)?;
    }
    pruner.keep_to(page.len());
    Ok(pruner.out)
}

struct Pruner<'a> {
    page: &'a str,
    /// Where the scan stands: at a `<`.
    at: usize,
    /// The page up to here is copied or left out.
    kept_to: usize,
    /// End marks that do not occur any more: looked for once, or the scan would be quadratic.
    unclosed: Vec<&'static str>,
    out: Pruned<'a>,
}

impl<'a> Pruner<'a> {
    /// Reads one markup construct at `at` and moves past it.
    fn step(&mut self, attributes_max: usize) -> Result<(), TooManyAttributes> {
        let bytes = self.page.as_bytes();
        match bytes.get(self.at + 1) {
            Some(b'!') => self.comment(),
            Some(c) if c.is_ascii_alphabetic() => self.start_tag(attributes_max)?,
            _ => self.at += 1,
        }
        Ok(())
    }

    fn comment(&mut self) {
        let rest = &self.page.as_bytes()[self.at..];
        if !rest.starts_with(b"<!--") {
            self.at += 2;
            return;
        }
        let start = self.at;
        let empty = rest[4..].starts_with(b">") || rest[4..].starts_with(b"->");
        let end = if empty {
            memchr(b'>', rest).map(|n| start + n + 1)
        } else {
            self.find_once("-->", |page, from| {
                memmem::find(&page.as_bytes()[from..], b"-->").map(|n| from + n + 3)
            })
        };
        self.keep_to(start);
        // An unclosed comment loses its mark only, so that what follows is read.
        let end = end.unwrap_or(start + 4);
        self.kept_to = end;
        self.at = end;
    }

    fn start_tag(&mut self, attributes_max: usize) -> Result<(), TooManyAttributes> {
        let start = self.at;
        let tag = Tag::read(self.page, start);
        if tag.attributes > attributes_max {
            return Err(TooManyAttributes);
        }
        self.at = tag.end;
        let is = |names: &[&'static str]| {
            names
                .iter()
                .copied()
                .find(|name| tag.name.eq_ignore_ascii_case(name))
        };
        if let Some(name) = is(&RAW) {
            if let Some((inner, end)) = self.find_once(name, |page, from| end_tag(page, name, from))
            {
                if name == "script" {
                    self.json_ld(&tag, inner);
                }
                self.leave_out(start, end);
            } else if !SWALLOWING.contains(&name) {
                self.leave_out(start, tag.end);
            }
        } else if let Some(name) = is(&NESTED) {
            if tag.self_closing && name == "svg" {
                self.leave_out(start, tag.end);
            } else if name == "template" && tag.text.contains("shadowroot") {
                // A declarative shadow root is shown where it stands.
                self.leave_out(start, tag.end);
            } else {
                let end = self.find_once(name, |page, from| nested(page, name, from));
                self.leave_out(start, end.unwrap_or(tag.end));
            }
        } else if let Some(name) = is(&TEXT)
            && let Some((_, end)) = self.find_once(name, |page, from| end_tag(page, name, from))
        {
            self.at = end;
        }
        Ok(())
    }

    fn json_ld(&mut self, tag: &Tag<'_>, inner: std::ops::Range<usize>) {
        let linked_data = memmem::find(tag.text.as_bytes(), b"ld+json").is_some();
        if linked_data && self.out.json_ld.len() < JSON_LD_MAX {
            self.out.json_ld.push(&self.page[inner]);
        }
    }

    /// Looks from `at` on, unless the same mark was missed before.
    fn find_once<T>(
        &mut self,
        mark: &'static str,
        find: impl FnOnce(&'a str, usize) -> Option<T>,
    ) -> Option<T> {
        if self.unclosed.contains(&mark) {
            return None;
        }
        let found = find(self.page, self.at);
        if found.is_none() {
            self.unclosed.push(mark);
        }
        found
    }

    fn keep_to(&mut self, end: usize) {
        self.out.html.push_str(&self.page[self.kept_to..end]);
        self.kept_to = end;
    }

    fn leave_out(&mut self, start: usize, end: usize) {
        self.keep_to(start);
        self.kept_to = end;
        self.at = end;
    }
}

/// A start tag as the tokenizer reads it (HTML 13.2.5.6 on).
struct Tag<'a> {
    name: &'a str,
    text: &'a str,
    end: usize,
    attributes: usize,
    self_closing: bool,
}

impl<'a> Tag<'a> {
    /// Reads the tag whose `<` is at `start`; one that never ends is read to the end of the page.
    fn read(page: &'a str, start: usize) -> Tag<'a> {
        let bytes = page.as_bytes();
        let name_end = bytes[start + 1..]
            .iter()
            .position(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/'))
            .map_or(bytes.len(), |n| start + 1 + n);
        let (mut at, mut attributes, mut self_closing) = (name_end, 0, false);
        while let Some(&byte) = bytes.get(at) {
            at += 1;
            match byte {
                b'>' => break,
                b'/' => self_closing = bytes.get(at) == Some(&b'>'),
                byte if byte.is_ascii_whitespace() => {}
                _ => {
                    attributes += 1;
                    at = attribute_end(bytes, at);
                }
            }
        }
        Tag {
            name: &page[start + 1..name_end],
            text: &page[start..at],
            end: at,
            attributes,
            self_closing,
        }
    }
}

/// The end of the attribute whose name's first byte stands before `at`.
fn attribute_end(bytes: &[u8], mut at: usize) -> usize {
    let skip_space = |mut at: usize| {
        while bytes.get(at).is_some_and(u8::is_ascii_whitespace) {
            at += 1;
        }
        at
    };
    while let Some(byte) = bytes.get(at) {
        if byte.is_ascii_whitespace() || matches!(byte, b'=' | b'>' | b'/') {
            break;
        }
        at += 1;
    }
    let after_name = skip_space(at);
    if bytes.get(after_name) != Some(&b'=') {
        return at;
    }
    at = skip_space(after_name + 1);
    match bytes.get(at) {
        Some(&quote @ (b'"' | b'\'')) => {
            memchr(quote, &bytes[at + 1..]).map_or(bytes.len(), |n| at + n + 2)
        }
        _ => {
            while let Some(byte) = bytes.get(at) {
                if byte.is_ascii_whitespace() || *byte == b'>' {
                    break;
                }
                at += 1;
            }
            at
        }
    }
}

/// The contents before the next `</name`, and the end of that tag.
fn end_tag(page: &str, name: &str, from: usize) -> Option<(std::ops::Range<usize>, usize)> {
    let bytes = page.as_bytes();
    let mut at = from;
    loop {
        at += memmem::find(&bytes[at..], b"</")?;
        if names_tag(bytes, at + 2, name) {
            let end = memchr(b'>', &bytes[at..]).map_or(bytes.len(), |n| at + n + 1);
            return Some((from..at, end));
        }
        at += 2;
    }
}

/// The end of the `</name>` that balances a start tag before `from`.
fn nested(page: &str, name: &str, from: usize) -> Option<usize> {
    let bytes = page.as_bytes();
    let (mut at, mut depth) = (from, 1usize);
    loop {
        at += memchr(b'<', &bytes[at..])?;
        if names_tag(bytes, at + 1, name) {
            let tag = Tag::read(page, at);
            depth += usize::from(!tag.self_closing);
            at = tag.end;
        } else if bytes.get(at + 1) == Some(&b'/') && names_tag(bytes, at + 2, name) {
            depth -= 1;
            at = memchr(b'>', &bytes[at..]).map_or(bytes.len(), |n| at + n + 1);
            if depth == 0 {
                return Some(at);
            }
        } else {
            at += 1;
        }
    }
}

fn names_tag(bytes: &[u8], at: usize, name: &str) -> bool {
    bytes
        .get(at..at + name.len())
        .is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()))
        && bytes
            .get(at + name.len())
            .is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/'))
}
