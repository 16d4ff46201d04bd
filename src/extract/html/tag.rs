//! Tags as the tokenizer reads them (HTML 13.2.5.6 on), without a token for each.

use std::ops::Range;

use memchr::{memchr, memmem};

/// Elements whose contents the HTML parser reads as code or leaves alone: their first end tag
/// closes them.
pub(super) const RAW: [&str; 6] = [
    "script", "style", "noscript", "iframe", "noembed", "noframes",
];
/// Elements whose contents are text, up to their first end tag.
pub(super) const TEXT: [&str; 3] = ["title", "textarea", "xmp"];

/// A tag: its name, and where it ends.
pub(super) struct Tag<'a> {
    pub(in crate::extract) name: &'a str,
    lower: Lower,
    /// From `<` on.
    pub(in crate::extract) text: &'a str,
    pub(in crate::extract) end: usize,
    /// How many.
    pub(in crate::extract) attributes: usize,
    pub(super) self_closing: bool,
    /// Where the attributes begin.
    name_end: usize,
    /// Whether a `>` ends it.
    pub(super) is_complete: bool,
}

/// A name in lower case; no name that is asked for is longer.
#[derive(Clone, Copy)]
pub(super) struct Lower {
    bytes: [u8; Lower::MAX],
    length: usize,
}

impl Lower {
    const MAX: usize = 17;

    /// A longer name becomes the empty one.
    pub(in crate::extract) fn new(name: &str) -> Lower {
        let mut bytes = [0; Lower::MAX];
        let length = if name.len() <= Lower::MAX {
            name.len()
        } else {
            0
        };
        for (lower, byte) in bytes.iter_mut().zip(name[..length].bytes()) {
            *lower = byte.to_ascii_lowercase();
        }
        Lower { bytes, length }
    }

    pub(in crate::extract) fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.length]
    }
}

/// One attribute of a tag.
pub(super) struct Attribute<'a> {
    pub(in crate::extract) name: &'a str,
    /// Where the value stands, without its quotes; empty where there is none.
    pub(in crate::extract) value: Range<usize>,
    /// Name, value and quotes.
    pub(in crate::extract) span: Range<usize>,
    /// Where the name ends.
    pub(super) name_end: usize,
}

impl<'a> Tag<'a> {
    /// Reads the tag whose name stands after `start`; one that never ends is read to the end of
    /// the page.
    pub(in crate::extract) fn read(page: &'a str, start: usize) -> Tag<'a> {
        let bytes = page.as_bytes();
        let name_end = bytes[start + 1..]
            .iter()
            .position(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/'))
            .map_or(bytes.len(), |n| start + 1 + n);
        let (mut at, mut attributes, mut self_closing) = (name_end, 0, false);
        let mut is_complete = false;
        while let Some(&byte) = bytes.get(at) {
            at += 1;
            match byte {
                b'>' => {
                    is_complete = true;
                    break;
                }
                b'/' => self_closing = bytes.get(at) == Some(&b'>'),
                byte if byte.is_ascii_whitespace() => {}
                _ => {
                    attributes += 1;
                    at = attribute(bytes, at).end;
                }
            }
        }
        Tag {
            name: &page[start + 1..name_end],
            lower: Lower::new(&page[start + 1..name_end]),
            text: &page[start..at],
            end: at,
            attributes,
            self_closing,
            name_end,
            is_complete,
        }
    }

    /// The name among `names`, all in lower case, that is its own.
    pub(in crate::extract) fn is_one_of(&self, names: &[&'static str]) -> Option<&'static str> {
        let own = self.lower.as_bytes();
        names.iter().copied().find(|name| name.as_bytes() == own)
    }

    /// Its attributes in order; `page` is what the tag was read from.
    pub(in crate::extract) fn attributes(
        &self,
        page: &'a str,
    ) -> impl Iterator<Item = Attribute<'a>> {
        let bytes = &page.as_bytes()[..self.end];
        let mut at = self.name_end;
        std::iter::from_fn(move || {
            loop {
                let start = at;
                let byte = *bytes.get(at)?;
                at += 1;
                if byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>') {
                    continue;
                }
                let found = attribute(bytes, at);
                at = found.end;
                return Some(Attribute {
                    name: &page[start..found.name_end],
                    value: found.value,
                    span: start..found.end,
                    name_end: found.name_end,
                });
            }
        })
    }
}

/// Where the parts of an attribute end.
struct Parts {
    name_end: usize,
    value: Range<usize>,
    end: usize,
}

/// The attribute whose name's first byte stands before `at`.
fn attribute(bytes: &[u8], mut at: usize) -> Parts {
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
    let name_end = at;
    let after_name = skip_space(at);
    if bytes.get(after_name) != Some(&b'=') {
        return Parts {
            name_end,
            value: at..at,
            end: at,
        };
    }
    at = skip_space(after_name + 1);
    let (value, end) = match bytes.get(at) {
        Some(&quote @ (b'"' | b'\'')) => match memchr(quote, &bytes[at + 1..]) {
            Some(length) => (at + 1..at + 1 + length, at + length + 2),
            None => (at + 1..bytes.len(), bytes.len()),
        },
        _ => {
            let start = at;
            while let Some(byte) = bytes.get(at) {
                if byte.is_ascii_whitespace() || *byte == b'>' {
                    break;
                }
                at += 1;
            }
            (start..at, at)
        }
    };
    Parts {
        name_end,
        value,
        end,
    }
}

/// The contents before the next `</name`, and the end of that tag.
pub(super) fn end_tag(page: &str, name: &str, from: usize) -> Option<(Range<usize>, usize)> {
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

/// Whether `name`, in lower case, is what stands at `at`, as a whole.
pub(super) fn names_tag(bytes: &[u8], at: usize, name: &str) -> bool {
    bytes
        .get(at..at + name.len())
        .is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()))
        && bytes
            .get(at + name.len())
            .is_none_or(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/'))
}
