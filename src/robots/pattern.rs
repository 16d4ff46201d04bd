//! Matches a rule's pattern against a URL, both in one normal form (RFC 9309, 2.2.2; RFC 3986,
//! 6.2.2).
//!
//! An octet is the same octet escaped or not: `%7E` is `~`, `%62` is `b`, `ö` is `%C3%B6`, and
//! `%2A` and `%24` are what stands for itself. Only `/` and `?` have a meaning of their own in a
//! URL and are not `%2F` and `%3F`, except within a query, where nothing is told by them: RFC
//! 9309 takes `?baz=https://foo.bar` and `?baz=https%3A%2F%2Ffoo.bar` for one.

use std::fmt::Write as _;

use memchr::memmem;

/// A pattern in normal form: a bare `*` stands for any octets, a `$` at the end for the end.
#[derive(Debug, PartialEq)]
pub(super) struct Pattern(Box<str>);

/// Path and query of a URL in normal form, in each spelling of the query's slashes and question
/// marks: as it came, all bare, all escaped.
#[derive(Debug)]
pub(super) struct Target(Vec<String>);

impl Pattern {
    pub(super) fn new(value: &[u8]) -> Pattern {
        let (value, end) = match value.strip_suffix(b"$") {
            Some(value) => (value, "$"),
            None => (value, ""),
        };
        let parts: Vec<String> = value.split(|&byte| byte == b'*').map(normal).collect();
        Pattern((parts.join("*") + end).into_boxed_str())
    }

    /// How specific it is.
    pub(super) fn octets(&self) -> usize {
        self.0.len()
    }

    /// Takes time linear in both lengths.
    pub(super) fn matches(&self, target: &Target) -> bool {
        target.0.iter().any(|text| self.matches_text(text))
    }

    /// Each part is looked for behind the one before it, as early as it can be had: taking it
    /// later leaves less room for the others, so that no choice needs to be taken back.
    fn matches_text(&self, text: &str) -> bool {
        let (pattern, to_the_end) = match self.0.strip_suffix('$') {
            Some(pattern) => (pattern, true),
            None => (&*self.0, false),
        };
        let mut parts = pattern.split('*');
        let first = parts.next().unwrap_or_default();
        let Some(mut rest) = text.strip_prefix(first) else {
            return false;
        };
        let last = if to_the_end { parts.next_back() } else { None };
        for part in parts {
            match memmem::find(rest.as_bytes(), part.as_bytes()) {
                Some(at) => rest = &rest[at + part.len()..],
                None => return false,
            }
        }
        match last {
            Some(last) => rest.ends_with(last),
            None => !to_the_end || rest.is_empty(),
        }
    }
}

impl Target {
    /// Of the path and query of a URL.
    pub(super) fn new(path_and_query: &str) -> Target {
        let text = normal(path_and_query.as_bytes());
        let mut spellings = Vec::new();
        if let Some((path, query)) = text.split_once('?') {
            let bare = query.replace("%2F", "/").replace("%3F", "?");
            let escaped = query.replace('/', "%2F").replace('?', "%3F");
            if bare != escaped {
                spellings.push(format!("{path}?{bare}"));
                spellings.push(format!("{path}?{escaped}"));
            }
        }
        spellings.push(text);
        Target(spellings)
    }
}

/// ASCII throughout, with every `*` and `$` escaped.
fn normal(raw: &[u8]) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((&first, after)) = rest.split_first() {
        let escaped = escaped_octet(rest);
        let octet = escaped.unwrap_or(first);
        let is_bare = match octet {
            b'/' | b'?' => escaped.is_none(),
            _ => stands_bare(octet),
        };
        if is_bare {
            text.push(char::from(octet));
        } else {
            // Writing into a string cannot fail.
            let _ = write!(text, "%{octet:02X}");
        }
        rest = if escaped.is_some() { &rest[3..] } else { after };
    }
    text
}

/// The octet that `%XX` at the start stands for.
fn escaped_octet(text: &[u8]) -> Option<u8> {
    let digits = text.strip_prefix(b"%")?.get(..2)?;
    let digits = str::from_utf8(digits).ok()?;
    // `from_str_radix` would take a sign for a digit.
    let is_hex = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    is_hex.then(|| u8::from_str_radix(digits, 16).ok())?
}

/// The unreserved and the reserved octets of RFC 3986, without those that mean something in a
/// pattern.
fn stands_bare(octet: u8) -> bool {
    octet.is_ascii_alphanumeric() || b"-._~:#[]@!&'()+,;=".contains(&octet)
}
