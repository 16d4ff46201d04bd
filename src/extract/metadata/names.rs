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
/// Words of one name.
const NAME_WORDS_MAX: usize = 6;

/// `By: Ann Lee` as `By Ann Lee`.
fn without_colons(text: &str) -> Cow<'_, str> {
    if text.contains(": ") {
        Cow::Owned(text.replace(" : ", " ").replace(": ", " "))
    } else {
        Cow::Borrowed(text)
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
    let text = text.trim_start_matches(['✉', '-', '–', '—', '|', '•', '·', ' ']);
    let is_comment = words.ends(PageList::CommentEnds, text);
    if text.len() > LINE_BYTES_MAX || text.contains("://") || is_comment {
        return Vec::new();
    }
    let mut names: Vec<String> = text
        .split([',', ';', '\n'])
        .enumerate()
        .filter(|(number, part)| *number == 0 || !(names_a_role(part, words) || is_acronym(part)))
        .filter_map(|(_, part)| name(part, vocabulary))
        .take(AUTHORS_MAX)
        .collect();
    names.dedup();
    names
}

/// Whether a line is one name of a person and nothing else.
pub(super) fn is_one_name(text: &str, vocabulary: &Vocabulary<'_>) -> bool {
    clean(text, vocabulary) == [text]
}

/// `Ann Lee, Senior Reporter`, `Ann Lee, Rural Affairs Correspondent`: what a part says of the name
/// before it.
fn names_a_role(part: &str, words: &PageWords) -> bool {
    let is_role = |word: &str| words.is(PageList::Roles, &word.to_lowercase());
    let mut ends = part.split_whitespace();
    ends.next().is_some_and(is_role) || ends.next_back().is_some_and(is_role)
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
    let part = part[opening..].trim_start_matches("& ").trim();
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
    let name = words.join(" ");
    let name = name.trim_end_matches([':', '.', '|', '•']);
    let is_nobody = || listed.is(PageList::Nobody, &name.to_lowercase());
    (is_name(name, &words, dates) && !is_nobody()).then(|| name.to_string())
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
    let is_role = words.len() > 1 && listed.is(PageList::Roles, &bare);
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
        && !(words.len() == 1 && (name.matches('.').count() > 1 || dates.is_month(name)))
        && !(opens_with_digit && words.iter().any(|word| dates.is_month(word)))
        && !(opens_with_digit
            && words
                .get(1)
                .is_some_and(|word| word.starts_with(char::is_lowercase)))
        && dates.text(name).is_none()
}
