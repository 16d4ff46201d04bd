//! "Dear {{name}}", "[insert quote here]", a bare "%s", "Published by undefined", "Lorem ipsum"

use super::{
    About, Counts, Detector, Draft, Example, Family, Grade,
    detector::fill,
    excuse::{Topic, is_cited},
};
use crate::{
    lang::key,
    model::{Finding, Span},
    text::head,
};

/// See [`ABOUT`].
pub(super) struct UnfilledPlaceholder;

/// Bytes between the brackets, at most.
const INSIDE_MAX: usize = 60;
/// Placeholders in one text, at most: beyond, or with `{%`, the text explains
/// templates.
const FINDINGS_MAX: usize = 4;
/// What a program writes where a value is missing.
const MISSING: [&str; 3] = ["undefined", "NaN", "null"];
/// What the name of a value in capitals says of it: `FIRST_NAME`. Programs have names in capitals for
/// much else.
const VALUES: [&str; 24] = [
    "NAME", "TITLE", "DATE", "TIME", "CITY", "TOWN", "PLACE", "LOCATION", "COUNTRY", "COMPANY",
    "PERSON", "AUTHOR", "SOURCE", "EMAIL", "ADDRESS", "PHONE", "PRICE", "AMOUNT", "NUMBER", "NAMA",
    "NOMBRE", "NOM", "NOME", "STADT",
];
/// Signs of program code, and how many of them make a text one about it.
const CODE: [&str; 9] = ["()", " = ", "==", "=>", "->", "::", "();", "</", "{\n"];
const CODE_MIN: usize = 3;
/// Words after which a value must follow, in English, where "undefined" is a word as well.
const AWAITING: [&str; 9] = [
    "by",
    "on",
    "at",
    "from",
    "of",
    "for",
    "to",
    "published",
    "updated",
];

const STRONG: Grade = Grade::strong(0.5, Counts::new(0, 0, 0))
    .when("marks that only a program fills, or its word for a missing value");
const WEAK: Grade =
    Grade::weak(0.1, Counts::new(0, 0, 0)).when("words in capitals between square brackets");

const NOTE: &str = "the placeholder “{}” was not filled in";

const ABOUT: About = About {
    rule: "unfilled-placeholder",
    summary: "a template's placeholder reached the reader",
    why: "the text was put together by a machine and nobody read it",
    family: Family::Boilerplate,
    grades: &[STRONG, WEAK],
    notes: &[NOTE],
    flags: &[
        Example {
            lang: "en",
            text: "Dear [[{{first_name}}]], prices rose by [[%s]] percent, said [[[insert name here]]].",
        },
        Example {
            lang: "en",
            text: "The ferry was late, said [[[SPOKESPERSON NAME]]] at [[undefined]].",
        },
    ],
    passes: &[
        Example {
            lang: "en",
            text: "A set is written {a, b}. “I love [your] town,” he said; 5 %s is no word, nor is 100%so.",
        },
        Example {
            lang: "en",
            text: "The template greets with {{first_name}}, and its role is undefined.",
        },
    ],
};

impl Detector for UnfilledPlaceholder {
    fn about(&self) -> &'static About {
        &ABOUT
    }

    fn detect(&self, draft: &Draft<'_>, found: &mut Vec<Finding>) {
        let raw = draft.text.raw;
        let marks = memchr::memchr3_iter(b'{', b'%', b'[', raw.as_bytes())
            .chain(memchr::memchr3_iter(b'$', b'_', b'<', raw.as_bytes()))
            .filter_map(|at| placeholder(draft, at));
        let words = (0..draft.text.words.len()).filter_map(|at| missing(draft, at));
        let mut hits: Vec<(Span, Grade)> = marks
            .chain(words)
            .filter(|(span, _)| !is_cited(draft, span.start))
            .take(FINDINGS_MAX + 1)
            .collect();
        hits.sort_by_key(|(span, _)| (span.start, usize::MAX - span.end));
        hits.dedup_by(|next, kept| next.0.start < kept.0.end);
        let explains = memchr::memmem::find(raw.as_bytes(), b"{%").is_some() || is_code(raw);
        if hits.is_empty() || hits.len() > FINDINGS_MAX || explains {
            return;
        }
        let spans: Vec<Span> = hits.iter().map(|(span, _)| span.clone()).collect();
        let topic = Topic::new(draft, &spans);
        let hits = hits
            .into_iter()
            .filter(|(span, _)| !topic.excuses(draft, span.start));
        found.extend(hits.map(|(span, grade)| Finding {
            rule: ABOUT.rule,
            grade: grade.name,
            note: fill(NOTE, &[&raw[span.clone()]]),
            left_out: None,
            span,
        }));
    }
}

/// Whether a text holds program code.
fn is_code(raw: &str) -> bool {
    let signs = CODE
        .iter()
        .flat_map(|sign| memchr::memmem::find_iter(raw.as_bytes(), sign));
    signs.take(CODE_MIN).count() == CODE_MIN
}

/// Whether a name in capitals is that of a value to fill in.
fn is_value(name: &str) -> bool {
    is_upper_name(name) && name.split('_').any(|part| VALUES.contains(&part))
}

fn placeholder(draft: &Draft<'_>, at: usize) -> Option<(Span, Grade)> {
    let (before, rest) = draft.text.raw.split_at_checked(at)?;
    let strong = match rest.as_bytes().first()? {
        b'{' => braces(before, rest),
        b'$' => shell(rest),
        b'%' => directive(before, rest),
        b'_' => underscored(before, rest),
        b'<' => angles(draft, rest),
        _ => brackets(draft, rest),
    };
    let weak = || Some((capitals(before, rest)?, WEAK));
    let (len, grade) = strong.map(|len| (len, STRONG)).or_else(weak)?;
    Some((at..at + len, grade))
}

/// Where `close` begins in `rest`, unless more than [`INSIDE_MAX`] bytes stand before it: what is never
/// closed must not be read to the end of the text at every sign that opens something.
fn up_to(close: &str, rest: &str) -> Option<usize> {
    head(rest, INSIDE_MAX + close.len()).find(close)
}

/// `{{ name }}`, `{name}` and `{0}`; a letter or a backslash before belongs to a formula.
fn braces(before: &str, rest: &str) -> Option<usize> {
    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | ' ' | '|');
    if let Some(inside) = rest.strip_prefix("{{") {
        let end = up_to("}}", inside).filter(|&end| end > 0)?;
        return inside[..end].chars().all(is_name).then_some(end + 4);
    }
    let end = up_to("}", rest)?;
    let inside = &rest[1..end];
    let number = matches!(inside.len(), 1 | 2) && inside.bytes().all(|b| b.is_ascii_digit());
    let free = !before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '\\' | '{' | '$'));
    (free && (number || is_identifier(inside))).then_some(end + 1)
}

/// A word of at least three letters as programs write them.
fn is_identifier(text: &str) -> bool {
    let letters = text.bytes().filter(u8::is_ascii_alphabetic).count();
    let fits = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.');
    letters >= 3 && text.bytes().all(fits) && text.starts_with(|c: char| c.is_ascii_alphabetic())
}

/// `${name}`
fn shell(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix("${")?;
    let end = up_to("}", inside)?;
    is_identifier(&inside[..end]).then_some(end + 3)
}

/// `%s`, `%1$s`, `%(name)s` or `%NAME%` as a word of its own.
fn directive(before: &str, rest: &str) -> Option<usize> {
    if !before.is_empty() && !before.ends_with(char::is_whitespace) {
        return None;
    }
    if before.trim_end().ends_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let fixed = ["%s", "%d", "%1$s", "%2$s", "%1$d", "%2$d"]
        .into_iter()
        .find(|directive| rest.starts_with(directive))
        .map(str::len);
    let named = || {
        let end = up_to(")s", rest.strip_prefix("%(")?)?;
        is_identifier(rest.get(2..end + 2)?).then_some(end + 4)
    };
    let upper = || {
        let end = up_to("%", &rest[1..])?;
        is_upper_name(&rest[1..=end]).then_some(end + 2)
    };
    let len = fixed.or_else(named).or_else(upper)?;
    let next = rest[len..].chars().next();
    next.is_none_or(|c| !c.is_alphanumeric()).then_some(len)
}

/// Three or more capitals, with `_` between words.
fn is_upper_name(text: &str) -> bool {
    let capitals = text.bytes().filter(u8::is_ascii_uppercase).count();
    capitals >= 3
        && capitals + text.matches('_').count() == text.len()
        && !text.starts_with('_')
        && !text.ends_with('_')
}

/// `__NAME__` as a word of its own.
fn underscored(before: &str, rest: &str) -> Option<usize> {
    if !before.is_empty() && !before.ends_with(|c: char| c.is_whitespace() || c == '(') {
        return None;
    }
    let inside = rest.strip_prefix("__")?;
    let end = up_to("__", inside)?;
    let next = inside[end + 2..].chars().next();
    let ends = next.is_none_or(|c| !c.is_alphanumeric() && c != '_');
    (ends && is_value(&inside[..end])).then_some(end + 4)
}

/// `<insert name>`, `<<NAME>>`
fn angles(draft: &Draft<'_>, rest: &str) -> Option<usize> {
    if let Some(inside) = rest.strip_prefix("<<") {
        let end = up_to(">>", inside)?;
        return is_identifier(&inside[..end]).then_some(end + 4);
    }
    asks(draft, rest, ">")
}

/// `[insert name here]`; one word in brackets is an editor's.
fn brackets(draft: &Draft<'_>, rest: &str) -> Option<usize> {
    const OBJECT: &str = "[object Object]";
    rest.starts_with(OBJECT)
        .then_some(OBJECT.len())
        .or_else(|| asks(draft, rest, "]"))
}

/// Two words or more up to `close`, the first of which asks to fill in something.
fn asks(draft: &Draft<'_>, rest: &str, close: &str) -> Option<usize> {
    let end = up_to(close, rest).filter(|&end| end >= 2)?;
    let mut words = rest[1..end].split_whitespace();
    let first = key(words.next()?);
    words.next()?;
    let asks = draft.packs().any(|pack| pack.placeholder.contains(&first));
    asks.then_some(end + 1)
}

/// `[COMPANY NAME]`: two words in capitals or more; one is the sign of a wire or a column, and so are
/// several that open a line, unless they ask for a value: `[BREAKING NEWS]`.
fn capitals(before: &str, rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix('[')?;
    let end = up_to("]", inside)?;
    let inside = &inside[..end];
    let mut words = inside.split([' ', '_']);
    let upper = |word: &str| word.len() > 1 && word.chars().all(char::is_uppercase);
    let several = inside.contains([' ', '_']);
    let opens =
        before.trim_end_matches(' ').is_empty() || before.trim_end_matches(' ').ends_with('\n');
    let label = opens && !inside.split([' ', '_']).any(|word| VALUES.contains(&word));
    (several && words.all(upper) && !label).then_some(end + 2)
}

/// A program's word for a missing value, where a value must stand; "Lorem ipsum".
fn missing(draft: &Draft<'_>, at: usize) -> Option<(Span, Grade)> {
    let text = draft.text;
    let word = text.word(at);
    let next = text.word(at + 1);
    if word.eq_ignore_ascii_case("lorem") && next.eq_ignore_ascii_case("ipsum") {
        return Some((draft.span(at, at + 2), STRONG));
    }
    if word.contains('_') && is_value(word) {
        let lonely =
            |gap: &str| gap.contains(char::is_whitespace) && !gap.contains(['@', '#', '/']);
        let fits = lonely(text.gap_before(at)) && lonely(text.gap_after(at));
        return fits.then(|| (draft.span(at, at + 1), STRONG));
    }
    if !MISSING.contains(&word) {
        return None;
    }
    let lang = draft.lang.as_ref()?.as_str();
    let is_word = matches!((word, lang), ("undefined" | "null", "en") | ("null", "de"));
    let fits = !is_word || next == word || (awaits(draft, at) && is_cut_off(draft, at));
    fits.then(|| (draft.span(at, at + 1), STRONG))
}

/// Whether something must be named at the word `at`.
fn awaits(draft: &Draft<'_>, at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| draft.text.word(before));
    let gap = draft.text.gap_before(at);
    let announced = before.is_none_or(|word| AWAITING.contains(&word.to_lowercase().as_str()));
    (announced && gap.chars().all(char::is_whitespace)) || gap.contains([':', '|', '$', '€'])
}

/// Whether the sentence does not go on with what "undefined" might describe.
fn is_cut_off(draft: &Draft<'_>, at: usize) -> bool {
    let gap = draft.text.gap_after(at).trim_start_matches([' ', '\u{a0}']);
    let next = draft.text.word(at + 1);
    !gap.is_empty()
        || next.is_empty()
        || next.starts_with(|c: char| c.is_ascii_digit())
        || AWAITING.contains(&next)
}
