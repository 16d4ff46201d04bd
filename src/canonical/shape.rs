//! What the spelling of an address tells of its page before anybody fetches it.

use percent_encoding::percent_decode_str;
use url::Url;

/// Endings of files that are pages.
const PAGE_FILES: &[&str] = &[
    "asp", "aspx", "cfm", "cgi", "cms", "do", "dll", "ece", "htm", "html", "jsp", "php", "php3",
    "php5", "phtml", "pl", "shtml", "xhtml",
];

/// Of these, programs that make many pages: their query tells which.
const SCRIPT_FILES: &[&str] = &[
    "asp", "aspx", "cfm", "cgi", "do", "dll", "jsp", "php", "php3", "php5", "phtml", "pl",
];

/// Names of the files that a server sends for their folder.
const FOLDER_FILES: &[&str] = &["default", "home", "index", "main"];

/// Parameters that number articles on sites without readable addresses.
const NUMBERING: &[&str] = &[
    "aid",
    "art",
    "article",
    "article_id",
    "articleid",
    "artid",
    "id",
    "idnews",
    "itemid",
    "news",
    "news_id",
    "newsid",
    "nid",
    "p",
    "pid",
    "sid",
    "story",
    "storyid",
    "tid",
];

/// Digits of a number that an article may bear; of fewer, a page of a list.
const NUMBER_DIGITS: usize = 3;

/// Digits of a number that hardly anything but an article bears.
const LONG_NUMBER_DIGITS: usize = 5;

/// The parts of an address that tell of its page. Lower case, with percent-encoding undone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shape {
    segments: Vec<String>,
    slug: String,
    ending: String,
    numbering_parameter: Option<usize>,
}

impl Shape {
    /// The shape of `url`.
    pub fn of(url: &Url) -> Shape {
        let segments: Vec<String> = url
            .path()
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(|segment| {
                percent_decode_str(segment)
                    .decode_utf8_lossy()
                    .to_lowercase()
            })
            .collect();
        let last = segments.last().map_or("", String::as_str);
        let (slug, ending) = match last.rsplit_once('.') {
            Some((slug, ending)) if is_ending(ending) => (slug, ending),
            _ => (last, ""),
        };
        Shape {
            slug: slug.to_string(),
            ending: ending.to_string(),
            numbering_parameter: url
                .query_pairs()
                .filter(|(name, _)| NUMBERING.contains(&name.to_ascii_lowercase().as_str()))
                .filter(|(_, value)| numbers(value))
                .map(|(_, value)| value.len())
                .max(),
            segments,
        }
    }

    /// The segments of the path that are not empty.
    pub fn segments(&self) -> &[String] {
        &self.segments
    }

    /// The last segment, without the ending of a file.
    pub fn slug(&self) -> &str {
        &self.slug
    }

    /// What follows the last dot of the last segment, if that is the ending of a file; else empty.
    pub fn ending(&self) -> &str {
        &self.ending
    }

    /// Whether it ends as the file of a page does.
    pub fn is_page_file(&self) -> bool {
        PAGE_FILES.contains(&self.ending.as_str())
    }

    /// Whether many pages may share the path, and the query tells which is meant.
    pub fn is_script(&self) -> bool {
        self.segments.is_empty() || SCRIPT_FILES.contains(&self.ending.as_str())
    }

    /// Whether it is what a server sends for a folder: `/`, `/news/index.html`.
    pub fn is_folder_file(&self) -> bool {
        self.segments.is_empty() || (self.is_page_file() && FOLDER_FILES.contains(&self.slug()))
    }

    /// The length of the parameter that numbers the article, where there is one: `?p=412`.
    pub fn numbering_parameter(&self) -> Option<usize> {
        self.numbering_parameter
    }

    /// What the page is called: the slug, or the last segment before it that is no mere number.
    pub fn name(&self) -> &str {
        let is_called = |name: &str| name.chars().any(char::is_alphabetic);
        let before = self.segments.iter().rev().skip(1).map(String::as_str);
        std::iter::once(self.slug())
            .chain(before)
            .find(|name| is_called(name))
            .unwrap_or_default()
    }

    /// The words of a name: `new-bridge-opens` has three.
    pub fn words(name: &str) -> impl Iterator<Item = &str> {
        name.split(|c: char| !c.is_alphanumeric() && !is_mark(c))
            .filter(|word| !word.is_empty())
    }

    /// `/2024/05/17/`, `/2024/05/`, `2024-05-17`, `202405` or `20240517` somewhere in the path.
    pub fn is_dated(&self) -> bool {
        self.segments.iter().any(|segment| holds_date(segment))
            || holds_date(&self.segments.join("/"))
    }

    /// Whether one of the last two segments holds a number of five digits or more, or a token that
    /// mixes letters and digits. The digits of a date are no number of an article.
    pub fn is_numbered(&self) -> bool {
        let last = self.segments.iter().rev().take(2);
        last.into_iter().any(|segment| has_long_number(segment))
    }

    /// Whether the slug is, or begins or ends with, a number of three digits or more that is no
    /// year: `412`, `412-bridge-opens`, `bridge-opens-412`, `article412`.
    pub fn has_short_number(&self) -> bool {
        let is_number =
            |digits: &str| digits.len() >= NUMBER_DIGITS && !(digits.len() == 4 && is_year(digits));
        let slug = self.slug.as_str();
        let tail = &slug[slug.trim_end_matches(|c: char| c.is_ascii_digit()).len()..];
        let head =
            &slug[..slug.len() - slug.trim_start_matches(|c: char| c.is_ascii_digit()).len()];
        is_number(tail) || is_number(head)
    }
}

fn is_ending(text: &str) -> bool {
    (1..=5).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric())
        && text.bytes().any(|b| b.is_ascii_alphabetic())
}

fn numbers(value: &str) -> bool {
    value.bytes().any(|b| b.is_ascii_digit()) || value.contains('-')
}

/// Vowel signs and joiners stand inside words of South and Southeast Asian and Arabic scripts.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{610}'..='\u{6ff}' | '\u{900}'..='\u{eff}'
        | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{200c}' | '\u{200d}')
}

fn is_year(text: &str) -> bool {
    text.len() == 4 && ("1990".."2100").contains(&text)
}

fn holds_date(path: &str) -> bool {
    let numbers: Vec<&str> = path
        .split(|c: char| !c.is_ascii_digit())
        .filter(|number| !number.is_empty())
        .collect();
    let is_month = |text: &str| text.len() <= 2 && matches!(text.parse(), Ok(1..=12));
    numbers
        .windows(2)
        .any(|pair| is_year(pair[0]) && is_month(pair[1]))
        || numbers.iter().any(|number| {
            matches!(number.len(), 6 | 8)
                && is_year(&number[..4])
                && is_month(&number[4..6])
                && (number.len() == 6 || ("01".."32").contains(&&number[6..]))
        })
}

fn has_long_number(segment: &str) -> bool {
    segment.split(['-', '_', '.', ',']).any(|part| {
        let digits = part.bytes().filter(u8::is_ascii_digit).count();
        let letters = part.bytes().filter(u8::is_ascii_alphabetic).count();
        let is_number = digits >= LONG_NUMBER_DIGITS && letters <= 2;
        let is_token = digits >= 2 && letters >= 2 && part.len() >= 8;
        (is_number || is_token)
            && part.len() == digits + letters
            && !(letters == 0 && holds_date(part))
    })
}
