//! How much a link looks like one to an article. The weights were set by hand so that two good
//! signs suffice, or one and two weak ones; no single word of an address rules a link out.

use std::collections::HashMap;

use url::Url;

use super::{
    gather::FrontLink,
    headline::{HEADLINE, LONG_HEADLINE},
};
use crate::{
    canonical::Shape,
    discover::words::{self, WordMeaning},
};

/// From this weight on a link is taken for an article.
const ARTICLE_AT: i32 = 4;

/// Endings of files that are no page.
const MEDIA: &[&str] = &[
    "7z", "apk", "atom", "avi", "avif", "bmp", "css", "csv", "doc", "docx", "epub", "exe", "gif",
    "gz", "ico", "ics", "jpeg", "jpg", "js", "json", "m3u8", "m4a", "mov", "mp3", "mp4", "ogg",
    "pdf", "png", "ppt", "pptx", "rar", "rss", "svg", "tif", "tiff", "txt", "wav", "webm", "webp",
    "wmv", "xls", "xlsx", "xml", "zip",
];

/// So many links whose addresses are built alike speak for each other …
const SIBLINGS_MIN: usize = 3;

/// … and so many do so aloud.
const SIBLINGS_MANY: usize = 5;

/// The part of the siblings, in percent, that must bear headlines.
const SIBLINGS_HEADED: usize = 80;

/// So many words before a date tell an article: `/how-to-mend-a-net/2024/10`.
const DATED_WORDS: usize = 3;

/// Characters of a slug without spaces that count as one word.
const UNSPACED_WORD: usize = 2;

/// The addresses among `links` that look like those of articles, in order.
pub(super) fn articles(links: Vec<FrontLink>) -> impl Iterator<Item = Url> {
    let siblings = Siblings::of(&links);
    links
        .into_iter()
        .filter(move |link| weight(link) + siblings.vote(link) >= ARTICLE_AT && !is_no_page(link))
        .map(|link| link.url)
}

fn is_no_page(link: &FrontLink) -> bool {
    let mut segments = link.shape.segments().iter();
    let is_front_page = link.shape.is_folder_file() && link.shape.numbering_parameter().is_none();
    // A template that nobody filled in: `/news/{{path}}`.
    let is_unfilled = segments.clone().any(|segment| segment.contains('{'));
    is_front_page
        || is_unfilled
        || MEDIA.contains(&link.shape.ending())
        || segments.any(|segment| words::meaning(segment) == Some(WordMeaning::Machine))
}

fn weight(link: &FrontLink) -> i32 {
    by_text(link) + by_address(link) + by_words(link)
}

fn by_text(link: &FrontLink) -> i32 {
    let headline = match link.width {
        LONG_HEADLINE.. => 3,
        HEADLINE.. => 2,
        _ => 0,
    };
    // A section is headed, too, but by one word.
    let heading = match link.is_headed && headline > 0 {
        true if link.is_plain_word() => 1,
        true => 2,
        false => 0,
    };
    headline + heading + 3 * i32::from(link.is_listed) - 3 * i32::from(link.in_menu)
}

fn by_address(link: &FrontLink) -> i32 {
    let shape = &link.shape;
    let number = match (shape.is_numbered(), shape.has_short_number()) {
        (true, _) => 3,
        (false, true) => 2,
        (false, false) => 0,
    };
    // A date alone names an archive.
    let is_dated = shape.is_dated()
        && (shape.is_numbered()
            || shape.slug().chars().any(char::is_alphabetic)
            || words_of(shape.name()) >= DATED_WORDS);
    let parameter = match shape.numbering_parameter() {
        Some(3..) => 2,
        _ => 0,
    };
    3 * i32::from(is_dated)
        + by_slug(link)
        + number
        + parameter
        + i32::from(shape.is_page_file())
        + i32::from(shape.segments().len() >= 3)
        - 2 * i32::from(is_page_of_list(link))
}

/// Whether the last segment is a number that no article bears: a page, a year, a day.
fn is_page_of_list(link: &FrontLink) -> bool {
    let slug = link.shape.slug();
    let is_number = !slug.is_empty() && slug.bytes().all(|b| b.is_ascii_digit());
    is_number && !link.shape.is_numbered() && !link.shape.has_short_number()
}

/// Words joined by hyphens: a headline has many, a section at most two.
fn by_slug(link: &FrontLink) -> i32 {
    let name = link.shape.name();
    match words_of(name) {
        6.. => 4,
        4..6 => 3,
        3 => 1,
        2 if !name.is_ascii() => 1,
        _ => 0,
    }
}

/// The words of a name, those of scripts without spaces by the number of characters.
fn words_of(name: &str) -> usize {
    let words = Shape::words(name).count();
    let outside_ascii = name.chars().filter(|c| !c.is_ascii()).count();
    words.max(outside_ascii / UNSPACED_WORD * usize::from(words == 1))
}

fn by_words(link: &FrontLink) -> i32 {
    let is_below_articles = folders(link)
        .iter()
        .any(|word| words::meaning(word) == Some(WordMeaning::Article));
    i32::from(is_below_articles)
        - 2 * i32::from(says(link, WordMeaning::Section))
        - 7 * i32::from(is_list(link))
        - 8 * i32::from(says(link, WordMeaning::Media))
}

/// Whether its words say that it lists, explains or sells.
fn is_list(link: &FrontLink) -> bool {
    says(link, WordMeaning::List) || says(link, WordMeaning::Comments)
}

/// Whether a folder of the path, or the page itself, is called by a word of this meaning.
fn says(link: &FrontLink, meaning: WordMeaning) -> bool {
    let is_it = |word: &str| words::meaning(word) == Some(meaning);
    folders(link).iter().any(|word| is_it(word)) || is_it(link.shape.slug())
}

/// The segments before the last.
fn folders(link: &FrontLink) -> &[String] {
    let segments = link.shape.segments();
    &segments[..segments.len().saturating_sub(1)]
}

/// Links whose addresses are built alike: how many there are, and how many bear headlines.
struct Siblings(HashMap<String, (usize, usize)>);

impl Siblings {
    fn of(links: &[FrontLink]) -> Siblings {
        let mut counts: HashMap<String, (usize, usize)> = HashMap::new();
        for link in links.iter().filter(|link| has_vote(link)) {
            let (all, headed) = counts.entry(pattern(link)).or_default();
            *all += 1;
            *headed += usize::from(link.width >= HEADLINE);
        }
        Siblings(counts)
    }

    /// What its like say for a link. Sections and pages about the paper are built alike, too, but
    /// their links bear no headlines.
    fn vote(&self, link: &FrontLink) -> i32 {
        if !has_vote(link) {
            return 0;
        }
        let (all, headed) = self.0.get(&pattern(link)).copied().unwrap_or_default();
        match all {
            SIBLINGS_MANY.. if headed * 100 >= all * SIBLINGS_HEADED => 2,
            SIBLINGS_MIN.. if headed == all => 1,
            _ => 0,
        }
    }
}

fn has_vote(link: &FrontLink) -> bool {
    !(link.in_menu || link.is_plain_word() || is_page_of_list(link) || is_list(link))
}

/// How an address is built: which of its segments hold numbers, and what the last is made of.
fn pattern(link: &FrontLink) -> String {
    let shape = &link.shape;
    let mut pattern = link.url.host_str().unwrap_or_default().to_string();
    for folder in folders(link) {
        let is_number = folder.bytes().all(|b| b.is_ascii_digit());
        pattern.push_str(if is_number { "/#" } else { "/*" });
    }
    let slug = shape.slug();
    let last = if slug.bytes().all(|b| b.is_ascii_digit()) {
        "#"
    } else if Shape::words(slug).count() > 1 {
        "a-b"
    } else if slug.bytes().any(|b| b.is_ascii_digit()) {
        "a1"
    } else {
        "a"
    };
    let query = if link.url.query().is_some() { "?" } else { "" };
    format!("{pattern}/{last}.{}{query}", shape.ending())
}
