//! Names of people out of the lines that they stand in.

use std::borrow::Cow;

use super::field::plain;
use crate::dates::Reader;

/// Names of one article.
pub(super) const AUTHORS_MAX: usize = 12;
/// Words of one name.
const NAME_WORDS_MAX: usize = 6;

/// What stands before names, in lower case; a colon in it does not count.
pub(super) const OPENINGS: [&str; 40] = [
    "written by ",
    "posts by ",
    "eingestellt von ",
    "erstellt von ",
    "veröffentlicht von ",
    "alles von ",
    "artikel von ",
    "beiträge von ",
    "rezept von ",
    "publié par ",
    "publicado por ",
    "auteur ",
    "posted by ",
    "published by ",
    "words by ",
    "guide by ",
    "story by ",
    "article by ",
    "text by ",
    "reviewed by ",
    "view all posts by ",
    "geschrieben von ",
    "ditulis oleh ",
    "escrito por ",
    "laporan ",
    "reporter ",
    "penulis ",
    "autor ",
    "autorin ",
    "author ",
    "text ",
    "oleh ",
    "by ",
    "von ",
    "par ",
    "por ",
    "di ",
    "insights from ",
    "and ",
    "& ",
];

/// Bytes of `text` that only open a byline.
pub(super) fn opening(text: &str) -> usize {
    // Nearly every line of a page is asked, and few begin with the right letter.
    let first = text.as_bytes().first().map(u8::to_ascii_lowercase);
    let opens = |word: &str| {
        let head = text.get(..word.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(word))
    };
    OPENINGS
        .iter()
        .filter(|word| word.as_bytes().first() == first.as_ref() && opens(word))
        .map(|word| word.len())
        .max()
        .unwrap_or(0)
}

/// What no author is called, in lower case.
const NOBODY: [&str; 43] = [
    "as",
    "about",
    "learn more",
    "am",
    "pm",
    "uhr",
    "paid",
    "posted",
    "read",
    "read more",
    "more",
    "mehr",
    "von",
    "von der redaktion",
    "profil",
    "auteur",
    "autor",
    "veröffentlicht",
    "wordpressadmin",
    "author",
    "the author",
    "authors",
    "admin",
    "administrator",
    "editor",
    "staff",
    "guest",
    "written by",
    "posted by",
    "by",
    "redaksi",
    "redaktion",
    "contributor",
    "about the author",
    "view more posts",
    "view all posts",
    "more posts",
    "unknown",
    "anonymous",
    "none",
    "null",
    "posted in",
    "share",
];

/// Words from which on a line says what the person is, not who.
const ROLES: [&str; 33] = [
    "director",
    "manager",
    "head",
    "consultant",
    "coordinator",
    "specialist",
    "analyst",
    "ceo",
    "photographer",
    "updated",
    "published",
    "posted",
    "contributor",
    "contributing",
    "senior",
    "editor",
    "former",
    "founder",
    "reporter",
    "writer",
    "staff",
    "correspondent",
    "journalist",
    "wartawan",
    "redakteur",
    "redakteurin",
    "editorial",
    "chief",
    "last",
    "reviewed",
    "follow",
    "on",
    "kontributor",
];

/// Last words of what a group of people signs with.
const GROUPS: [&str; 7] = [
    "team",
    "staff",
    "desk",
    "editors",
    "board",
    "newsroom",
    "redaktion",
];

/// Words in lower case that stand inside names and lists of names.
const PARTICLES: [&str; 43] = [
    "von", "van", "vom", "zu", "zur", "zum", "der", "den", "de", "del", "della", "di", "da", "do",
    "dos", "das", "du", "des", "la", "le", "les", "el", "al", "bin", "bint", "ibn", "ter", "ten",
    "of", "for", "the", "with", "mit", "and", "und", "et", "y", "e", "dan", "en", "och", "og", "i",
];

/// Openings of parts that name someone who did something else, in lower case.
const OTHERS: [&str; 9] = [
    "photo",
    "foto",
    "image",
    "illustrat",
    "video by",
    "updated",
    "edited by",
    "design by",
    "fact-checked",
];

/// `By: Ann Lee` as `By Ann Lee`.
pub(super) fn without_colons(text: &str) -> Cow<'_, str> {
    if text.contains(": ") {
        Cow::Owned(text.replace(" : ", " ").replace(": ", " "))
    } else {
        Cow::Borrowed(text)
    }
}

/// The names in one line.
pub(super) fn clean(text: &str, dates: &Reader<'_>) -> Vec<String> {
    let text = plain(text);
    let text = without_colons(&text);
    let text = text.trim_start_matches(['✉', '-', '–', '—', '|', '•', '·', ' ']);
    let is_comment = [" says", " sagt"].iter().any(|end| text.ends_with(end));
    if text.len() > 200 || text.contains("://") || is_comment {
        return Vec::new();
    }
    let mut names: Vec<String> = text
        .split([',', ';', '\n'])
        .enumerate()
        .filter(|(number, part)| *number == 0 || !opens_with_role(part))
        .filter_map(|(_, part)| name(part, dates))
        .take(AUTHORS_MAX)
        .collect();
    names.dedup();
    names
}

/// `Ann Lee, Senior Reporter`: what a part says of the name before it.
fn opens_with_role(part: &str) -> bool {
    let first = part.split_whitespace().next().unwrap_or_default();
    ROLES.contains(&first.to_lowercase().as_str())
}

/// One name up to the first word that is none.
fn name(part: &str, dates: &Reader<'_>) -> Option<String> {
    let part = part.trim();
    let part = part[opening(part)..].trim();
    let lower = part.to_lowercase();
    if OTHERS.iter().any(|opening| lower.starts_with(opening)) {
        return None;
    }
    let is_group = GROUPS.iter().any(|end| lower.ends_with(end));
    let mut words: Vec<&str> = Vec::new();
    for word in part.split_whitespace().skip_while(|word| opens_date(word)) {
        if word.starts_with('(') && word.ends_with([')', '.']) {
            continue;
        }
        match end_before(&words, word, is_group) {
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
    is_name(name, &words, dates).then(|| name.to_string())
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
fn end_before(words: &[&str], word: &str, is_group: bool) -> Option<End> {
    if word.contains('@') {
        return Some(End::Mark);
    }
    let first = words.first()?;
    let bare = word
        .trim_matches(|c: char| !c.is_alphanumeric())
        .to_lowercase();
    let is_mark = matches!(word, "|" | "•" | "·" | "∙" | "-" | "–" | "—");
    let is_role = words.len() > 1 && ROLES.contains(&bare.as_str());
    let is_prose = first.starts_with(char::is_uppercase)
        && word.starts_with(char::is_lowercase)
        && !PARTICLES.contains(&bare.as_str());
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
        && !NOBODY.contains(&name.to_lowercase().as_str())
}
