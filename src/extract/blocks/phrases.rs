//! Small judgements on single lines of text.

use crate::lang::{PageList, PageWords};
pub(in crate::extract) use crate::lines::shape::ends_sentence;

/// Whether two lines say the same but for case, spaces and punctuation.
pub(in crate::extract) fn same_words(a: &str, b: &str) -> bool {
    let mut letters = letters(a).peekable();
    letters.peek().is_some() && letters.eq(self::letters(b))
}

fn letters(text: &str) -> impl Iterator<Item = char> {
    let alphanumeric = text.chars().filter(|c| c.is_alphanumeric());
    alphanumeric.flat_map(char::to_lowercase).take(400)
}

/// Whether half of the words of `line` are in `other` too.
pub(in crate::extract) fn is_variant(line: &str, other: &str) -> bool {
    let other = other.to_lowercase();
    let (mut shared, mut all) = (0, 0);
    for word in line.to_lowercase().split_whitespace().take(60) {
        all += 1;
        shared += usize::from(other.contains(word));
    }
    shared * 2 >= all && all > 0
}

/// Longest line that can be a byline or a date line, in bytes.
const LINE_BYTES_MAX: usize = 140;
/// A line that names the author anywhere is shorter, in bytes; so is one that only opens a byline.
const NAMING_BYTES_MAX: usize = 100;
const BARE_BYTES_MAX: usize = 40;

/// Longest byline, in words.
const BYLINE_WORDS_MAX: usize = 12;

/// Marks that part the names of a byline from what else it says.
const PARTING: [char; 8] = [',', ';', '|', '•', '·', '/', '–', '—'];

/// Whether a line says who made the article: it opens as bylines do, and a name or a group follows,
/// or it is nothing but the opening.
pub(in crate::extract) fn opens_byline(text: &str, words: &PageWords) -> bool {
    let is_long = || text.split_whitespace().nth(BYLINE_WORDS_MAX).is_some();
    if text.len() > LINE_BYTES_MAX || ends_sentence(text) || is_long() {
        return false;
    }
    let opens = |opening: usize| {
        let behind = &text[opening..];
        opening > 0
            && (opens_with_name(behind, words)
                || words.ends(PageList::Groups, &behind.to_lowercase()))
    };
    // A single word may open a title: "Image Comics Closes".
    let otherwise = words.opening(PageList::CreditedOtherwise, text);
    opens(words.opening(PageList::Byline, text))
        || (text[..otherwise].trim_end().contains([' ', ':']) && opens(otherwise))
        || (text.len() <= BARE_BYTES_MAX && words.is(PageList::Byline, &text.to_lowercase()))
}

/// Whether `text` opens with a name: its capitals tell "Por Ana Silva" from "Por qué" and from "Von
/// Anfang an".
fn opens_with_name(text: &str, words: &PageWords) -> bool {
    let name = text.split(PARTING).next().unwrap_or_default();
    let mut parts = name.split_whitespace();
    let is_first = |word: &str| word.starts_with(|c: char| c.is_alphabetic() && !c.is_lowercase());
    let is_next = |word: &str| {
        let listed = [PageList::NameParticles, PageList::Roles];
        !word.starts_with(char::is_lowercase) || listed.iter().any(|list| words.is(*list, word))
    };
    parts.next().is_some_and(is_first) && parts.next().is_none_or(is_next)
}

/// Whether a line names the author: it opens as bylines do or is little more than the name.
pub(in crate::extract) fn is_byline(text: &str, byline: Option<&str>, words: &PageWords) -> bool {
    if text.len() >= NAMING_BYTES_MAX || ends_sentence(text) {
        return opens_byline(text, words);
    }
    let lower = text.to_lowercase();
    let named = byline.is_some_and(|names| {
        names
            .split(", ")
            .any(|name| name.len() > 3 && lower.contains(&name.to_lowercase()))
    });
    named || opens_byline(text, words)
}

/// Whether a line is little more than a date or a time.
pub(in crate::extract) fn is_date_line(text: &str) -> bool {
    if text.len() > LINE_BYTES_MAX {
        return false;
    }
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    if digits == 0 {
        return false;
    }
    let words = text.split_whitespace().count();
    let year = text
        .split(|c: char| !c.is_ascii_digit())
        .any(|run| run.len() == 4 && (run.starts_with("19") || run.starts_with("20")));
    let clock = text.split_whitespace().any(|word| {
        let mut parts = word.split([':', '.']);
        matches!((parts.next(), parts.next()), (Some(h), Some(m))
            if (1..=2).contains(&h.len()) && m.len() >= 2 && h.bytes().all(|b| b.is_ascii_digit())
                && m.as_bytes()[..2].iter().all(u8::is_ascii_digit))
    });
    (year && digits >= 5 && words <= 12) || (clock && words <= 8 && !ends_sentence(text))
}

/// The words of a text by which pages speak of themselves and to their readers, in lower case or as
/// they stand there. German tells you from her and them by the capital.
pub(in crate::extract) fn address_words<'t>(
    text: &'t str,
    words: &PageWords,
) -> impl Iterator<Item = &'t str> {
    let is_such = |word: &str| words.is(PageList::AddressWords, word);
    let all = text.split(|c: char| !c.is_alphanumeric());
    all.filter(move |word| is_such(word) || is_such(&word.to_lowercase()))
}

/// Whether a text has such a word.
pub(in crate::extract) fn addresses_readers(text: &str, words: &PageWords) -> bool {
    address_words(text, words).next().is_some()
}

/// A line without the punctuation around it.
pub(in crate::extract) fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| !is_of_word(c))
}

/// Whether a character belongs to a word: accents, vowel signs and tones of Indic scripts and Thai stand
/// behind their letter and are none.
pub(in crate::extract) fn is_of_word(c: char) -> bool {
    c.is_alphanumeric()
        || matches!(c, '\u{300}'..='\u{36f}' | '\u{900}'..='\u{dff}' | '\u{e31}'..='\u{e4e}')
}

/// Whether a short line is furniture: an advertising mark, a button, a picture credit.
pub(in crate::extract) fn is_furniture(text: &str, words: &PageWords) -> bool {
    if text.len() > LINE_BYTES_MAX {
        return false;
    }
    let lower = text.to_lowercase();
    words.is(PageList::Furniture, bare(&lower)) || words.opens(PageList::PictureCredits, &lower)
}

/// Whether a heading opens what follows an article and not a part of it.
pub(in crate::extract) fn opens_afterwards(heading: &str, words: &PageWords) -> bool {
    if heading.len() > LINE_BYTES_MAX {
        return false;
    }
    let lower = heading.to_lowercase();
    let bare = bare(&lower);
    let mut openings = words.beginnings(PageList::Afterwards, bare);
    words.is(PageList::Afterwards, bare) || openings.any(|opening| opening.ends_with(' '))
}
