//! "Dear {{name}}", "[insert quote here]", a bare "%s", "Published by undefined", "Lorem ipsum"

use std::collections::BTreeSet;

use super::{
    About, Counts, Detector, Draft, Example, Family, Grade,
    detector::fill,
    excuse::{Topic, is_cited},
};
use crate::{
    lang::{Pack, key},
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
/// Placeholders of one text that are looked at.
const LOOKED_AT_MAX: usize = 100;
/// What a program writes where a value is missing.
const MISSING: [&str; 3] = ["undefined", "NaN", "null"];
/// What spreadsheets write in a cell that has no value, in the languages of the packs.
const CELLS: [&str; 14] = [
    "#REF!",
    "#VALUE!",
    "#DIV/0!",
    "#NAME?",
    "#NUM!",
    "#N/A",
    "#NULL!",
    "#BEZUG!",
    "#WERT!",
    "#VALEUR!",
    "#NOM?",
    "#VALOR!",
    "#ЗНАЧ!",
    "#ССЫЛКА!",
];
/// Words of a quotation that shows a placeholder rather than to use one, at most.
const SHOWN_WORDS_MAX: usize = 8;
/// What stands before a value without a space: signs of currencies, brackets, elided articles, quotation
/// marks.
const BEFORE_VALUE: [char; 18] = [
    '(', '$', '€', '£', '¥', '₽', '₹', '#', '№', '\'', '’', '-', '–', '"', '“', '„', '«', '‘',
];
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
/// Languages in which "null" is a word: zero, or void.
const NULL_IS_WORD: [&str; 7] = ["en", "de", "nb", "no", "da", "sv", "et"];
/// Words after which a value must follow, in English, where "undefined" is a word as well.
const AWAITING: [&str; 13] = [
    "by",
    "on",
    "at",
    "from",
    "of",
    "for",
    "to",
    "published",
    "updated",
    "cost",
    "costs",
    "about",
    "than",
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
        let hits = hits(draft);
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

/// The placeholders of a text that nobody cites, in order, none within another.
fn hits(draft: &Draft<'_>) -> Vec<(Span, Grade)> {
    let raw = draft.text.raw;
    let marks = memchr::memchr3_iter(b'{', b'%', b'[', raw.as_bytes())
        .chain(memchr::memchr3_iter(b'$', b'_', b'<', raw.as_bytes()))
        .chain(memchr::memchr3_iter(b'*', b'@', b'#', raw.as_bytes()))
        .filter_map(|at| placeholder(draft, at));
    let words = (0..draft.text.words.len()).filter_map(|at| missing(draft, at));
    let (cited, mut hits): (Vec<_>, Vec<_>) = marks
        .chain(words)
        .take(LOOKED_AT_MAX)
        .partition(|(span, _)| is_cited(draft, span.start));
    let shown = cited.into_iter().filter(|(span, _)| is_shown(draft, span));
    let shown: BTreeSet<&str> = shown.map(|(span, _)| &raw[span]).collect();
    hits.retain(|(span, _)| !shown.contains(&raw[span.clone()]));
    hits.sort_by_key(|(span, _)| (span.start, usize::MAX - span.end));
    hits.dedup_by(|next, kept| next.0.start < kept.0.end);
    hits
}

/// Whether a short quotation shows what stands at `span`: the text speaks of such signs, wherever else
/// it has this one.
fn is_shown(draft: &Draft<'_>, span: &Span) -> bool {
    let quoted = draft.quotation(span.start);
    quoted.is_some_and(|quoted| draft.text.words_in(&quoted).len() <= SHOWN_WORDS_MAX)
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
        b'*' => merge_field(rest),
        b'@' => fenced(before, rest, "@@"),
        b'#' => cell(rest).or_else(|| fenced(before, rest, "##")),
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
    if let Some(inside) = rest.strip_prefix("{{") {
        let end = up_to("}}", inside)?;
        let names = inside[..end].contains(char::is_alphanumeric) && !inside[..end].contains('\n');
        return (names && !before.ends_with('{')).then_some(end + 4);
    }
    let end = up_to("}", rest)?;
    let inside = &rest[1..end];
    let number = matches!(inside.len(), 1 | 2) && inside.bytes().all(|b| b.is_ascii_digit());
    let free = !before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '\\' | '{' | '$'));
    let name = inside.trim_start_matches(['$', ':', '@']);
    (free && (number || is_identifier(name) || is_choice(inside))).then_some(end + 1)
}

/// `count, plural, …` of a message that depends on a number or a choice.
fn is_choice(inside: &str) -> bool {
    let mut parts = inside.split(',').map(str::trim);
    let named = parts.next().is_some_and(is_identifier);
    let kinds = [
        "plural",
        "select",
        "selectordinal",
        "number",
        "date",
        "time",
    ];
    named && parts.next().is_some_and(|kind| kinds.contains(&kind))
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

/// `%s`, `%1$s`, `%.2f`, `%(name)s`, `%{name}`, `%NAME%` or `%%Name%%` as a word of its own, or where a
/// currency or a bracket stands before a value.
fn directive(before: &str, rest: &str) -> Option<usize> {
    let code = ["Rp", "RM", "R$", "S/"];
    let bound = before.chars().next_back().filter(|c| !c.is_whitespace());
    let priced = code.iter().any(|code| before.ends_with(code));
    if bound.is_some_and(|c| !BEFORE_VALUE.contains(&c)) && !priced {
        return None;
    }
    if before.trim_end().ends_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let named = || {
        let (open, close) = match rest.as_bytes().get(1)? {
            b'(' => ("%(", ")s"),
            b'{' => ("%{", "}"),
            _ => return None,
        };
        let end = up_to(close, rest.strip_prefix(open)?)?;
        is_identifier(rest.get(2..end + 2)?).then_some(end + 2 + close.len())
    };
    let upper = || {
        let end = up_to("%", &rest[1..])?;
        is_upper_name(&rest[1..=end]).then_some(end + 2)
    };
    let len = printf(rest)
        .or_else(named)
        .or_else(upper)
        .or_else(|| fenced(before, rest, "%%"))?;
    let next = rest[len..].chars().next();
    next.is_none_or(|c| !c.is_alphanumeric()).then_some(len)
}

/// The length of a directive of C's `printf` and its descendants: `%s`, `%2$d`, `%.1f`, `%ld`, `%@`.
fn printf(rest: &str) -> Option<usize> {
    let inside = &rest[1..];
    let is_digit = |c: char| c.is_ascii_digit();
    let after = inside.trim_start_matches(is_digit);
    let inside = after.strip_prefix('$').unwrap_or(inside);
    let precise = inside
        .strip_prefix('.')
        .map(|digits| digits.trim_start_matches(is_digit));
    let kind = match precise {
        Some(after) => after.strip_prefix('f'),
        None => ["s", "d", "ld", "lu", "i", "u", "@"]
            .into_iter()
            .find_map(|kind| inside.strip_prefix(kind)),
    };
    Some(rest.len() - kind?.len())
}

/// `*|FNAME|*`
fn merge_field(rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix("*|")?;
    let end = up_to("|*", inside)?;
    is_upper_name(&inside[..end]).then_some(end + 4)
}

/// `@@NAME@@`, `##NAME##`, `%%FirstName%%`, by the sign on both sides, as a word of its own.
fn fenced(before: &str, rest: &str, sign: &str) -> Option<usize> {
    let inside = rest.strip_prefix(sign)?;
    let end = up_to(sign, inside)?;
    let free = !before.ends_with(|c: char| c.is_alphanumeric() || sign.contains(c));
    let named = is_upper_name(&inside[..end]) || (sign == "%%" && is_identifier(&inside[..end]));
    (free && named).then_some(end + 2 * sign.len())
}

/// A spreadsheet's word for no value.
fn cell(rest: &str) -> Option<usize> {
    let cell = CELLS.iter().find(|cell| rest.starts_with(*cell))?;
    let next = rest[cell.len()..].chars().next();
    next.is_none_or(|c| !c.is_alphanumeric())
        .then_some(cell.len())
}

/// Three or more capitals, with `_` between words.
fn is_upper_name(text: &str) -> bool {
    let fits = |c: char| c.is_uppercase() || c == '_' || c.is_ascii_digit();
    text.chars().filter(|c| c.is_uppercase()).count() >= 3
        && text.chars().all(fits)
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
    (ends && is_upper_name(&inside[..end])).then_some(end + 4)
}

/// `<insert name>`, `<<NAME>>`, `<%= name %>`, `<?= $name ?>`
fn angles(draft: &Draft<'_>, rest: &str) -> Option<usize> {
    for (open, close) in [("<%", "%>"), ("<?", "?>")] {
        if let Some(inside) = rest.strip_prefix(open) {
            return Some(up_to(close, inside)? + open.len() + close.len());
        }
    }
    if let Some(inside) = rest.strip_prefix("<<") {
        let end = up_to(">>", inside)?;
        return is_identifier(&inside[..end]).then_some(end + 4);
    }
    asks(draft, rest, ">")
}

/// `[insert name here]`, `[object Object]`, `[first_name]`, `[[first_name]]`; one plain word in brackets is
/// an editor's.
fn brackets(draft: &Draft<'_>, rest: &str) -> Option<usize> {
    let inside = rest.trim_start_matches('[');
    let depth = rest.len() - inside.len();
    let end = up_to("]", inside)?;
    let name = &inside[..end];
    let closes = inside[end..].starts_with(&"]]"[..depth.min(2)]);
    let joined = is_identifier(name) && name.contains('_') && !is_upper_name(name);
    let object = name
        .strip_prefix("object ")
        .is_some_and(|kind| is_identifier(kind) && kind.starts_with(char::is_uppercase));
    if depth <= 2 && closes && (joined || object) {
        return Some(2 * depth + end);
    }
    asks(draft, rest, "]").or_else(|| blank(draft, rest))
}

/// `[Your Name]`, `[nama kota]`: two words or more for what is to be filled in, and grammar. With one such
/// word, "[its name]", an editor may speak.
fn blank(draft: &Draft<'_>, rest: &str) -> Option<usize> {
    let inside = rest.strip_prefix('[')?;
    let end = up_to("]", inside)?;
    let inside = &inside[..end];
    // In capitals it may be the sign of a wire.
    if !inside.contains(char::is_lowercase) {
        return None;
    }
    let words: Vec<_> = inside.split_whitespace().map(key).collect();
    let of_values = |pack: &Pack| {
        let values = words
            .iter()
            .filter(|word| pack.blanks.contains(*word))
            .count();
        let grammar = words
            .iter()
            .filter(|word| !pack.blanks.contains(*word) && pack.function_words.contains(*word));
        values > 1 && values + grammar.count() == words.len()
    };
    draft.packs().any(of_values).then_some(end + 2)
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
    if word == "Invalid" && next == "Date" && text.gap_after(at) == " " {
        return Some((draft.span(at, at + 2), STRONG));
    }
    if !MISSING.contains(&word) {
        return None;
    }
    let lang = draft.lang.as_ref()?.as_str();
    let is_word = match word {
        "undefined" => lang == "en",
        "null" => NULL_IS_WORD.contains(&lang),
        _ => false,
    };
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
