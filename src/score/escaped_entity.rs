//! "Q&amp;amp;A": an HTML entity that readers see as such.

use super::{
    About, Counts, Detector, Draft, Example, Family, Grade, detector::fill, excuse::Topic,
    stray_markup::tag,
};
use crate::{
    model::{Finding, Span},
    text::head,
};

/// See [`ABOUT`].
pub(super) struct EscapedEntity;

/// Names that news texts need, in any case; a list keeps "R&D;" and the like out.
const NAMES: [&str; 62] = [
    "amp", "apos", "gt", "hellip", "laquo", "ldquo", "lsquo", "lt", "mdash", "nbsp", "ndash",
    "quot", "raquo", "rdquo", "rsquo", "shy", "euro", "copy", "bdquo", "zwnj", "sbquo", "iexcl",
    "iquest", "deg", "middot", "bull", "trade", "reg", "agrave", "aacute", "acirc", "atilde",
    "auml", "aring", "aelig", "ccedil", "egrave", "eacute", "ecirc", "euml", "igrave", "iacute",
    "icirc", "iuml", "ntilde", "ograve", "oacute", "ocirc", "otilde", "ouml", "oslash", "oelig",
    "ugrave", "uacute", "ucirc", "uuml", "szlig", "yacute", "pound", "sect", "ordm", "ordf",
];
/// Bytes behind an ampersand, escaped itself, that may name another entity.
const DOUBLED_MAX: usize = 9;
/// Digits of a numeric entity, at most.
const DIGITS_MAX: usize = 6;
/// Entities in one text, at most: beyond, one says it all.
const FINDINGS_MAX: usize = 5;
/// Entities that are looked at, those in escaped tags with them.
const LOOKED_AT_MAX: usize = 40;

const STRONG: Grade = Grade::strong(0.3, Counts::new(0, 0, 0)).when("a whole tag");
const WEAK: Grade = Grade::weak(0.1, Counts::new(2, 1, 5)).when("a character");

const NOTE: &str = "“{}” is an HTML entity shown as text";

const ABOUT: About = About {
    rule: "escaped-entity",
    summary: "an HTML entity that reached the reader as text",
    why: "the text went through a machine that escaped it twice, and nobody looked at the result",
    family: Family::Boilerplate,
    grades: &[STRONG, WEAK],
    notes: &[NOTE],
    flags: &[
        Example {
            lang: "en",
            text: "He said [[&quot;]]yes[[&amp;quot;]] and left for Q[[&#038;]]A.",
        },
        Example {
            lang: "en",
            text: "The tide rose.[[&lt;br /&gt;]] The pier did not.",
        },
    ],
    passes: &[Example {
        lang: "en",
        text: "Spending on R&D; sales at H&M; see http://example.com/?a=1&amp;b=2 for more.",
    }],
};

impl Detector for EscapedEntity {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn detect(&self, draft: &Draft<'_>, found: &mut Vec<Finding>) {
        let raw = draft.text.raw;
        let mut entities: Vec<(Span, Grade)> = memchr::memchr_iter(b'&', raw.as_bytes())
            .filter_map(|at| escaped(raw, at))
            .filter(|(span, _)| !is_in_url(&raw[..span.start]))
            .take(LOOKED_AT_MAX)
            .collect();
        entities.dedup_by(|(next, _), (kept, _)| next.start < kept.end);
        entities.truncate(FINDINGS_MAX);
        if entities.is_empty() {
            return;
        }
        let spans: Vec<Span> = entities.iter().map(|(span, _)| span.clone()).collect();
        let topic = Topic::new(draft, &spans);
        let entities = entities
            .into_iter()
            .filter(|(span, _)| !topic.excuses(draft, span.start));
        found.extend(entities.map(|(span, grade)| Finding {
            rule: ABOUT.rule,
            grade: grade.name,
            note: fill(NOTE, &[&raw[span.clone()]]),
            left_out: None,
            span,
        }));
    }
}

/// The tag or the entity that begins at the byte `at`.
fn escaped(raw: &str, at: usize) -> Option<(Span, Grade)> {
    let rest = &raw[at..];
    let tag = ["&lt;", "&amp;lt;", "&#60;", "&#x3C;"]
        .into_iter()
        .zip(["&gt;", "&amp;gt;", "&#62;", "&#x3E;"])
        .find_map(|(open, close)| Some((tag(rest, open, close)?, STRONG)));
    let (len, grade) = tag.or_else(|| Some((entity(rest)?, WEAK)))?;
    Some((at..at + len, grade))
}

/// The length of the entity that `text` begins with, escaped once or more often.
fn entity(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('&')?;
    let end = inside.bytes().take(8).position(|b| b == b';')?;
    let name = &inside[..end];
    let number = name
        .strip_prefix('#')
        .map(|n| n.strip_prefix(['x', 'X']).unwrap_or(n));
    let known = match number {
        Some(digits) => {
            (2..=DIGITS_MAX).contains(&digits.len())
                && digits.bytes().all(|b| b.is_ascii_hexdigit())
        }
        None => NAMES.iter().any(|known| known.eq_ignore_ascii_case(name)),
    };
    if !known {
        return None;
    }
    // "&amp;quot;" is one entity, escaped twice.
    let doubled = (name == "amp")
        .then(|| format!("&{}", head(&inside[end + 1..], DOUBLED_MAX)))
        .and_then(|next| entity(&next));
    Some(end + 2 + doubled.map_or(0, |len| len - 1))
}

/// Whether the word that `before` ends in began like an address.
fn is_in_url(before: &str) -> bool {
    before
        .rsplit(char::is_whitespace)
        .next()
        .is_some_and(|word| word.contains("://") || word.contains("www."))
}
