//! Notices in the place of an article: pages that are not there, works on the site, log-ins, consent.

use super::subject::{FURNITURE, Subject};
use crate::{
    extract::blocks::phrases,
    lang::{PageList, PageWords},
};

/// Notices are shorter than this, in bytes; those that ask for consent may be twice as long.
const NOTICE_BYTES_MAX: usize = 1_500;

/// Whether the page is a notice, on a page that JSON-LD does not call an article.
pub(super) fn is_notice(subject: &Subject<'_>, body_text: usize) -> bool {
    if body_text > 2 * NOTICE_BYTES_MAX || subject.json_ld.article.is_some() {
        return false;
    }
    let is_short = body_text <= NOTICE_BYTES_MAX;
    (is_short && (is_titled(subject) || is_not_there(subject) || is_log_in(subject)))
        || is_of(subject, CONSENT)
}

/// Numbers of HTTP for what is not there (RFC 9110, 15.5.5 and 15.5.11).
const GONE: [&str; 2] = ["404", "410"];

/// Proposals of something else that a page needs beside a title that says more than that it is not there.
const INSTEAD_MIN: usize = 2;
/// The same where the title does not say so, and the most text that may hold them, in bytes.
const INSTEAD_MIN_UNTOLD: usize = 4;
const UNTOLD_BYTES_MAX: usize = 400;

/// The parts of a title between the marks that set a site's name apart, and the whole.
fn parts(title: &str) -> impl Iterator<Item = &str> {
    let split = [" | ", " - ", " – "];
    let parts = split.into_iter().flat_map(move |mark| title.split(mark));
    parts.map(|part| part.trim().trim_end_matches(['.', '!', '…']))
}

/// What the document is called, in lower case. A log-in box may bring a heading of its own to any page.
fn document_title(subject: &Subject<'_>) -> Option<String> {
    let collected = subject.collected;
    let title = collected.document_title().or(collected.heading());
    title.map(str::to_lowercase)
}

/// Whether the document is called as notices are.
fn is_titled(subject: &Subject<'_>) -> bool {
    let is_notice = |part: &str| subject.words.is(PageList::Notices, part);
    document_title(subject).is_some_and(|title| parts(&title).any(is_notice))
}

/// Whether a title says that the page is not there, and nothing else, or the text agrees.
fn is_not_there(subject: &Subject<'_>) -> bool {
    let collected = subject.collected;
    let titles = [collected.heading(), collected.document_title()];
    let mut titles = titles.into_iter().flatten().map(str::to_lowercase);
    let words = subject.words;
    let mut is_told = false;
    let is_bare = titles.any(|title| {
        is_told |= says_not_there(&title, words);
        parts(&title).any(|part| is_all_not_found(part, words))
    });
    let instead = instead(subject);
    is_bare
        || (is_told && instead >= INSTEAD_MIN)
        || (subject.body_bytes() <= UNTOLD_BYTES_MAX && instead >= INSTEAD_MIN_UNTOLD)
}

/// Whether a title says that the page is not there and nothing else.
fn is_all_not_found(title: &str, words: &PageWords) -> bool {
    let bare = without_number(title, words);
    GONE.contains(&bare.as_str()) || words.is(PageList::NotFound, &bare)
}

/// A title without the number of an error and the word for it; a lone number stays.
fn without_number(title: &str, words: &PageWords) -> String {
    let is_word = |word: &&str| {
        let bare = word.trim_matches(|c: char| !c.is_alphabetic());
        !bare.is_empty() && !words.is(PageList::Error, bare)
    };
    let left: Vec<&str> = title.split_whitespace().filter(is_word).collect();
    match left.is_empty() {
        true => title.matches(|c: char| c.is_ascii_digit()).collect(),
        false => left.join(" "),
    }
}

/// Longest title that says so, in bytes: headlines are longer.
const TITLE_BYTES_MAX: usize = 90;

fn says_not_there(title: &str, words: &PageWords) -> bool {
    let has_error = || words.stands_in(PageList::Error, title);
    let gives = |gone: &&str| {
        let mut numbers = title.split(|c: char| !c.is_ascii_digit());
        numbers.any(|number| number == *gone) && (has_error() || title.starts_with(gone))
    };
    title.len() < TITLE_BYTES_MAX
        && (words.stands_in(PageList::NotFound, title) || GONE.iter().any(gives))
}

fn instead(subject: &Subject<'_>) -> usize {
    let text: String = subject
        .chosen()
        .map(|(_, text)| text.to_lowercase() + "\n")
        .collect();
    subject.words.count_in(PageList::Instead, &text)
}

/// What a text asks of its readers: some words in a paragraph, and how notices address them.
/// Articles about the matter speak of others.
#[derive(Clone, Copy)]
struct Matter {
    words: PageList,
    /// One of these must stand somewhere in the text.
    must: PageList,
    /// In a paragraph, of the words and of those by which readers are addressed.
    words_min: usize,
    tone_min: usize,
}

const CONSENT: Matter = Matter {
    words: PageList::Consent,
    must: PageList::ConsentMust,
    words_min: 2,
    tone_min: 1,
};

const LOG_IN: Matter = Matter {
    words: PageList::LogIn,
    must: PageList::LogInMust,
    words_min: 2,
    tone_min: 1,
};

/// Whether a title is this and little more: headlines go on.
fn is_short_of(title: &str, opening: &str) -> bool {
    title.starts_with(opening) && title.len() <= opening.len() + 30
}

/// Whether the text asks for a name and a password; a title that does makes up for its tone.
fn is_log_in(subject: &Subject<'_>) -> bool {
    let is_titled = document_title(subject).is_some_and(|title| {
        let mut openings = subject.words.of(PageList::LogInTitles).iter();
        openings.any(|opening| parts(&title).any(|part| is_short_of(part, opening)))
    });
    let titled = Matter {
        words_min: 1,
        tone_min: 0,
        ..LOG_IN
    };
    is_of(subject, if is_titled { titled } else { LOG_IN })
}

/// Whether most of a short text asks its readers for something. Boxes around it do not count against
/// that.
fn is_of(subject: &Subject<'_>, matter: Matter) -> bool {
    let words = subject.words;
    let (mut asking, mut other, mut is_met) = (0, 0, false);
    for (block, text) in subject.chosen() {
        let tone = phrases::address_words(text, words);
        let text = text.to_lowercase();
        is_met |= words.stands_in(matter.must, &text);
        let found = words.count_in(matter.words, &text);
        if found >= matter.words_min && tone.count() >= matter.tone_min {
            asking += block.len();
        } else if !subject.is_within(block, FURNITURE) {
            other += block.len();
        }
    }
    is_met && asking * 10 >= (asking + other) * 6
}
