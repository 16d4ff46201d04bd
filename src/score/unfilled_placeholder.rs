//! "Dear {{name}}", "[insert quote here]", a bare "%s"

use super::{About, Counts, Detector, Draft, Example, Family, Grade};
use crate::{
    lang::key,
    model::{Finding, Span},
};

/// See [`ABOUT`].
pub(super) struct UnfilledPlaceholder;

/// Bytes between the brackets, at most.
const INSIDE_MAX: usize = 60;
/// Placeholders in one text, at most: beyond, or with `{%`, the text explains
/// templates.
const FINDINGS_MAX: usize = 4;

const STRONG: Grade = Grade::strong(0.5, Counts::new(0, 0, 0));

const ABOUT: About = About {
    rule: "unfilled-placeholder",
    summary: "a template's placeholder reached the reader",
    why: "the text was put together by a machine and nobody read it",
    family: Family::Boilerplate,
    grades: &[STRONG],
    flags: &[Example {
        lang: "en",
        text: "Dear [[{{first_name}}]], prices rose by [[%s]] percent, said [[[insert name here]]].",
    }],
    passes: &[Example {
        lang: "en",
        text: "A set is written {a, b}. “I love [your] town,” he said; 5 %s is no word, nor is 100%so.",
    }],
};

impl Detector for UnfilledPlaceholder {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn detect(&self, draft: &Draft<'_>, found: &mut Vec<Finding>) {
        let raw = draft.text.raw;
        let spans: Vec<Span> = memchr::memchr3_iter(b'{', b'%', b'[', raw.as_bytes())
            .filter_map(|at| placeholder(draft, at))
            .take(FINDINGS_MAX + 1)
            .collect();
        if spans.len() > FINDINGS_MAX || memchr::memmem::find(raw.as_bytes(), b"{%").is_some() {
            return;
        }
        found.extend(spans.into_iter().map(|span| Finding {
            rule: ABOUT.rule,
            grade: STRONG.name,
            note: format!("the placeholder “{}” was not filled in", &raw[span.clone()]),
            left_out: None,
            span,
        }));
    }
}

fn placeholder(draft: &Draft<'_>, at: usize) -> Option<Span> {
    let rest = &draft.text.raw[at..];
    let len = match rest.as_bytes()[0] {
        b'{' => braces(rest)?,
        b'%' => directive(&draft.text.raw[..at], rest)?,
        _ => brackets(draft, rest)?,
    };
    (!draft.is_quoted(at)).then_some(at..at + len)
}

/// `{{ name }}`
fn braces(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix("{{")?;
    let end = inside
        .find("}}")
        .filter(|&end| (1..=INSIDE_MAX).contains(&end))?;
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | ' ' | '|');
    inside[..end].chars().all(is_name).then_some(end + 4)
}

/// `%s` or `%1$s` as a word of its own.
fn directive(before: &str, rest: &str) -> Option<usize> {
    if !before.is_empty() && !before.ends_with(char::is_whitespace) {
        return None;
    }
    if before.trim_end().ends_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let len = ["%s", "%d", "%1$s", "%2$s", "%1$d", "%2$d"]
        .into_iter()
        .find(|directive| rest.starts_with(directive))?
        .len();
    let next = rest[len..].chars().next();
    next.is_none_or(|c| !c.is_alphanumeric()).then_some(len)
}

/// `[insert name here]`; one word in brackets is an editor's.
fn brackets(draft: &Draft<'_>, rest: &str) -> Option<usize> {
    let end = rest
        .find(']')
        .filter(|&end| (2..=INSIDE_MAX).contains(&end))?;
    let mut words = rest[1..end].split_whitespace();
    let first = key(words.next()?);
    words.next()?;
    let asks = draft.packs().any(|pack| pack.placeholder.contains(&first));
    asks.then_some(end + 1)
}
