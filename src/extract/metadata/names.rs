//! Names of people out of the lines that they stand in.

use std::borrow::Cow;

use super::{field::plain, vocabulary::Vocabulary};
use crate::{
    dates::Reader,
    extract::blocks::phrases,
    lang::{PageList, PageWords},
};

/// Names of one article.
pub(super) const AUTHORS_MAX: usize = 12;
/// Longest line of names, in bytes.
const LINE_BYTES_MAX: usize = 200;
/// Letters of a name in scripts that put none between names.
const SIGNATURE_LETTERS: std::ops::RangeInclusive<usize> = 2..=6;
/// Words of one name.
const NAME_WORDS_MAX: usize = 6;

/// What stands in small letters before surnames. `PageList::NameParticles` has what titles and the names of
/// groups have too: "Table of Contents".
pub(super) const PARTICLES: [&str; 22] = [
    "al", "bin", "binti", "da", "das", "de", "del", "den", "der", "di", "do", "dos", "du", "el",
    "la", "le", "ten", "ter", "van", "von", "y", "zu",
];

/// What joins two names.
pub(super) const JOINING: [&str; 13] = [
    "&", "and", "dan", "e", "en", "et", "i", "og", "och", "u", "und", "y", "и",
];

/// `By: Ann Lee` as `By Ann Lee`.
fn without_colons(text: &str) -> Cow<'_, str> {
    if text.contains(": ") {
        Cow::Owned(text.replace(" : ", " ").replace(": ", " "))
    } else {
        Cow::Borrowed(text)
    }
}

/// A line without what stands in brackets: `Ann Lee (Oslo, special correspondent)`.
fn without_brackets(text: &str) -> Cow<'_, str> {
    let Some((before, rest)) = text.split_once(" (") else {
        return Cow::Borrowed(text);
    };
    match rest.split_once(')') {
        Some((_, after)) => Cow::Owned(format!("{before}{after}")),
        None => Cow::Borrowed(text),
    }
}

/// A line up to the label of one who did something else: "Ann Lee Photo: Bob Ray".
fn without_others<'t>(text: &'t str, words: &PageWords) -> &'t str {
    if text.len() > LINE_BYTES_MAX || !text.contains([':', '：']) {
        return text;
    }
    let starts = text.match_indices([' ', '\u{3000}', '/', '／', '|', '、']);
    let mut starts = starts.map(|(at, mark)| (at, at + mark.len()));
    let is_other = |(_, start): &(usize, usize)| {
        let rest = &text[*start..];
        let label = &rest[..words.opening(PageList::CreditedOtherwise, rest)];
        label.contains([':', '：'])
    };
    starts.find(is_other).map_or(text, |(end, _)| &text[..end])
}

/// The names in one line.
pub(super) fn clean(text: &str, vocabulary: &Vocabulary<'_>) -> Vec<String> {
    let words = vocabulary.words;
    let lines: Vec<String> = text.lines().map(plain).collect();
    let text = lines.join("\n");
    let text = &text[words.opening(PageList::Byline, &text)..];
    let text = without_colons(without_others(text, words));
    let text = without_brackets(&text);
    let text = text.trim_start_matches(['✉', '-', '–', '—', '|', '•', '·', ' ']);
    let is_comment = words.ends(PageList::CommentEnds, text);
    if text.len() > LINE_BYTES_MAX || text.contains("://") || is_comment {
        return Vec::new();
    }
    let mut names: Vec<String> = text
        .split([',', ';', '\n'])
        .enumerate()
        .filter(|(number, part)| *number == 0 || !(names_a_role(part, words) || is_acronym(part)))
        .flat_map(|(_, part)| joined(part.trim()))
        .filter_map(|part| name(part, vocabulary))
        .take(AUTHORS_MAX)
        .collect();
    names.dedup();
    names
}

/// The two sides of a word that joins two full names: "Tekst: Ann Lee en Bob Ray". A word that joins
/// the parts of one name does not: "Ramón y Cajal", "Ministry of Trade and Foreign Affairs".
fn joined(names: &str) -> Vec<&str> {
    let is_full = |side: &str| {
        let words = side.split_whitespace();
        let is_capital = |word: &str| word.starts_with(char::is_uppercase);
        words.clone().count() > 1
            && side.split_whitespace().next_back().is_some_and(is_capital)
            && words
                .clone()
                .all(|word| is_capital(word) || PARTICLES.contains(&word))
    };
    let marks = JOINING.iter().flat_map(|mark| {
        let found = names.match_indices(mark);
        found.map(|(at, mark)| (at, at + mark.len()))
    });
    let mut sides = marks.filter_map(|(end, start)| {
        let (before, after) = (
            names[..end].strip_suffix(' ')?,
            names[start..].strip_prefix(' ')?,
        );
        (is_full(before) && is_full(after)).then(|| vec![before, after])
    });
    sides.next().unwrap_or_else(|| vec![names])
}

/// Whether a line is one name of a person and nothing else.
pub(super) fn is_one_name(text: &str, vocabulary: &Vocabulary<'_>) -> bool {
    clean(text, vocabulary) == [text]
}

/// `Ann Lee, Senior Reporter`, `Ann Lee, Rural Affairs Correspondent`: what a part says of the name
/// before it.
fn names_a_role(part: &str, words: &PageWords) -> bool {
    if is_of_east_asia(part.trim()) {
        return false;
    }
    let is_role = |word: &str| words.is(PageList::Roles, &word.to_lowercase());
    let mut ends = part.split_whitespace();
    ends.next().is_some_and(is_role) || ends.next_back().is_some_and(is_role)
}

/// Whether it begins in a script in which a whole name is one word.
fn is_of_east_asia(text: &str) -> bool {
    text.starts_with(|c| matches!(c, '\u{3040}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}'))
}

/// `Ann Lee, CNN`: the short form of the one who sent her.
fn is_acronym(part: &str) -> bool {
    let part = part.trim();
    (2..=6).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// One name up to the first word that is none.
fn name(part: &str, vocabulary: &Vocabulary<'_>) -> Option<String> {
    let Vocabulary {
        dates,
        words: listed,
    } = vocabulary;
    let part = part.trim();
    let opening = |list| listed.opening(list, part);
    let opening = opening(PageList::Byline).max(opening(PageList::BeforeName));
    let part = behind_newsroom(part[opening..].trim_start_matches("& ").trim());
    let lower = part.to_lowercase();
    if listed.opens(PageList::CreditedOtherwise, &lower) {
        return None;
    }
    let is_group = listed.ends(PageList::Groups, &lower);
    let mut words: Vec<&str> = Vec::new();
    for word in part.split_whitespace().skip_while(|word| opens_date(word)) {
        if word.starts_with('(') && word.ends_with([')', '.']) {
            continue;
        }
        match end_before(&words, word, is_group, listed) {
            None => words.push(word),
            Some(End::Date) if words.last().is_some_and(|last| dates.is_month(last)) => {
                words.pop();
                break;
            }
            // `Posted in`, `Insights from`: the opening of a sentence is no name.
            Some(End::Prose) if words.len() < 2 => return None,
            Some(_) => break,
        }
    }
    let is_spaced = words.len() > 1
        && is_of_east_asia(part)
        && words.iter().all(|word| word.chars().count() == 1);
    let name = words.join(if is_spaced { "" } else { " " });
    let name = name.trim_end_matches([':', '.', '|', '•']);
    let is_nobody = || listed.is(PageList::Nobody, &name.to_lowercase());
    (is_name(name, &words, dates) && !is_nobody()).then(|| name.to_string())
}

/// "江湾晚报记者 王小明": what stands behind the newsroom and the word for its reporters.
fn behind_newsroom(part: &str) -> &str {
    let named = part.split_once("记者 ").or(part.split_once("記者 "));
    match named {
        Some((before, rest)) if before.is_empty() || is_of_east_asia(before) => rest.trim_start(),
        _ => part,
    }
}

/// A mark, a time or a year that stands before a name, as in `2024 Ann Lee`. A shorter number may
/// be part of one.
fn opens_date(word: &str) -> bool {
    let is_bare = !word.contains(char::is_alphabetic);
    is_bare && (word.len() >= 4 || !word.ends_with(|c: char| c.is_ascii_digit()))
}

/// What ends a name.
enum End {
    Date,
    Role,
    Mark,
    Prose,
}

/// What ends a name before `word`, if anything does.
fn end_before(words: &[&str], word: &str, is_group: bool, listed: &PageWords) -> Option<End> {
    if word.contains('@') {
        return Some(End::Mark);
    }
    let first = words.first()?;
    let bare = phrases::bare(word).to_lowercase();
    let is_mark = matches!(word, "|" | "•" | "·" | "∙" | "-" | "–" | "—");
    let has_name = words.len() > 1 || is_of_east_asia(first);
    let is_role = has_name && listed.is(PageList::Roles, &bare);
    let is_prose = first.starts_with(char::is_uppercase)
        && word.starts_with(char::is_lowercase)
        && !listed.is(PageList::NameParticles, &bare);
    if word.bytes().any(|b| b.is_ascii_digit()) {
        Some(End::Date)
    } else if is_mark {
        Some(End::Mark)
    } else if is_role && !is_group {
        Some(End::Role)
    } else if is_prose && !is_group {
        Some(End::Prose)
    } else {
        None
    }
}

fn is_name(name: &str, words: &[&str], dates: &Reader<'_>) -> bool {
    let opens_with_digit = name.starts_with(|c: char| c.is_ascii_digit());
    (2..=80).contains(&name.len())
        && words.len() <= 2 * NAME_WORDS_MAX
        && name.chars().any(char::is_alphabetic)
        && !name.contains(['{', '}', '<', '>', '_', '=', '©'])
        && !is_korean_sentence(name, words)
        && !(words.len() == 1 && (name.matches('.').count() > 1 || dates.is_month(name)))
        && !(opens_with_digit && words.iter().any(|word| dates.is_month(word)))
        && !(opens_with_digit
            && words
                .get(1)
                .is_some_and(|word| word.starts_with(char::is_lowercase)))
        && dates.text(name).is_none()
}

/// "기사는 … 했습니다": a sentence that ends in its verb, where a name has three words at most.
fn is_korean_sentence(name: &str, words: &[&str]) -> bool {
    words.len() > 3 && name.ends_with(['다', '요'])
}

/// The name with which a piece of a Chinese or Japanese text is signed: "…。【佐藤花】" at its end,
/// "記者王小明／台南報導" at its beginning, "聞き手は川田一" alone.
pub(super) fn signature(text: &str) -> Option<&str> {
    let bracketed = || {
        text.strip_suffix('】')?
            .rsplit_once('【')
            .map(|(_, name)| name)
    };
    let reported = || {
        let rest = text.strip_prefix("記者").or(text.strip_prefix("记者"))?;
        rest.split_once(['／', '/']).map(|(name, _)| name)
    };
    let asked = || {
        text.strip_prefix("聞き手は")
            .or(text.strip_prefix("聞き手・"))
    };
    let found = bracketed().or_else(reported).or_else(asked)?;
    let is_name = |c: char| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}');
    let is_short = SIGNATURE_LETTERS.contains(&found.chars().count());
    (is_short && found.chars().all(is_name)).then_some(found)
}
