//! Who wrote the article: names from the places that have them, without what stands around them.

use scraper::ElementRef;

use super::{dates, jsonld::Entry, metadata::Said, phrases};

/// Names that are gathered from the tree before the likeliest are taken.
const MARKED_MAX: usize = 12;
/// Names of one article.
const AUTHORS_MAX: usize = 12;
/// Names that stand together are at most so many nodes apart.
const TOGETHER_NODES: usize = 40;
/// Words of one name.
const NAME_WORDS_MAX: usize = 6;

/// How surely a mark is on an author's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    /// `rel=author`, microdata, or a link to an author's page.
    Named,
    /// A class that holds a name and nothing else.
    Class,
    /// A class that speaks of authors or bylines.
    Near,
    /// A short line that opens as bylines do.
    Line,
}

/// Names that the page's tree marks as authors.
#[derive(Debug, Default)]
pub(super) struct Marked(Vec<(Mark, usize, Vec<String>)>);

/// Classes that hold an author's name and nothing else.
const NAME_CLASSES: [&str; 8] = [
    "author-name",
    "author__name",
    "article-author",
    "byline-name",
    "byline__name",
    "byline",
    "author",
    "entry-author-name",
];

/// Parts of the addresses of authors' pages.
const AUTHOR_PATHS: [&str; 8] = [
    "/author/",
    "/authors/",
    "/contributor/",
    "/contributors/",
    "/autor/",
    "/autoren/",
    "/penulis/",
    "/journalist/",
];

impl Marked {
    /// Looks at one element; `at` counts nodes in document order.
    pub(super) fn element(&mut self, whole: ElementRef<'_>, at: usize) {
        let element = whole.value();
        if self.0.len() >= MARKED_MAX || matches!(element.name(), "meta" | "body" | "html") {
            return;
        }
        let mark = element
            .attrs()
            .filter_map(|(name, value)| match name {
                "itemprop" | "rel" if value == "author" => Some(Mark::Named),
                "href" if AUTHOR_PATHS.iter().any(|path| value.contains(path)) => Some(Mark::Named),
                "class" => class_mark(value),
                _ => None,
            })
            .min();
        if let Some(mark) = mark
            && let Some(text) = super::metadata::text_of(whole)
        {
            self.push(mark, at, &text);
        }
    }

    /// Looks at one piece of text.
    pub(super) fn line(&mut self, text: &str, at: usize) {
        let text = text.trim();
        if self.0.len() < MARKED_MAX
            && (8..=60).contains(&text.len())
            && opening(&without_colons(text)) > 0
            && !phrases::ends_sentence(text)
        {
            self.push(Mark::Line, at, text);
        }
    }

    fn push(&mut self, mark: Mark, at: usize, text: &str) {
        let mut names = clean(text);
        if mark >= Mark::Near {
            // Weak marks stand on whole sentences too.
            names.retain(|name| name.starts_with(|c: char| !c.is_lowercase()));
        }
        if !names.is_empty() {
            self.0.push((mark, at, names));
        }
    }

    /// The names with the surest mark that stand together.
    fn best(&self) -> Vec<String> {
        let Some(mark) = self.0.iter().map(|(mark, ..)| *mark).min() else {
            return Vec::new();
        };
        let mut names = Vec::new();
        let mut last = None;
        for (_, at, found) in self.0.iter().filter(|(own, ..)| *own == mark) {
            if last.is_some_and(|last| at - last > TOGETHER_NODES) {
                break;
            }
            last = Some(*at);
            names.extend(found.iter().cloned());
        }
        without_repeats(&mut names);
        names
    }
}

fn class_mark(class: &str) -> Option<Mark> {
    class
        .split_ascii_whitespace()
        .filter_map(|token| {
            let token = token.to_ascii_lowercase();
            if NAME_CLASSES.contains(&token.as_str()) {
                return Some(Mark::Class);
            }
            let other = ["comment", "bio", "image", "avatar", "social", "box"];
            let near = (token.contains("author") || token.contains("byline"))
                && !other.iter().any(|word| token.contains(word));
            near.then_some(Mark::Near)
        })
        .min()
}

/// `meta` names that hold authors.
const METAS: [&str; 9] = [
    "author",
    "article:author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "citation_author",
    "byl",
    "twitter:data1",
];

/// The names joined by commas, and where they came from. A full name is believed before a lone
/// word, which may be an account; the site itself is no author.
pub(super) fn byline(
    said: &Said,
    entry: Option<&Entry>,
    site: Option<&str>,
) -> Option<(String, &'static str)> {
    let gather = |values: Vec<&str>| -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for name in values.into_iter().flat_map(clean) {
            let site = site.is_some_and(|site| phrases::same_words(site, &name));
            if !site && !names.contains(&name) && names.len() < AUTHORS_MAX {
                names.push(name);
            }
        }
        names
    };
    let told = gather(entry.map(|e| e.texts("author")).unwrap_or_default());
    let metas = METAS.iter().filter_map(|name| {
        let written = *name != "twitter:data1"
            || said.meta("twitter:label1").is_some_and(|label| {
                let label = label.to_lowercase();
                OPENINGS
                    .iter()
                    .any(|word| label.starts_with(word.trim_end()))
            });
        Some((gather(vec![said.meta(name).filter(|_| written)?]), "meta"))
    });
    let marked = said.marked_authors().best();
    let marked = gather(marked.iter().map(String::as_str).collect());
    let places: Vec<(Vec<String>, &'static str)> = std::iter::once((told, "json-ld"))
        .chain(metas)
        .chain([(marked, "page")])
        .filter(|(names, _)| !names.is_empty())
        .collect();
    places
        .iter()
        .find(|(names, _)| names.iter().any(|name| is_full(name)))
        .or(places.first())
        .map(|(names, origin)| (names.join(", "), *origin))
}

/// More than one word, or a script that puts none between names.
fn is_full(name: &str) -> bool {
    name.contains([' ', '·']) || !name.is_ascii()
}

/// What stands before names, in lower case; a colon in it does not count.
const OPENINGS: [&str; 29] = [
    "written by ",
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
fn opening(text: &str) -> usize {
    let lower = text.to_lowercase();
    OPENINGS
        .iter()
        .filter(|word| lower.starts_with(*word) && text.is_char_boundary(word.len()))
        .map(|word| word.len())
        .max()
        .unwrap_or(0)
}

/// What no author is called, in lower case.
const NOBODY: [&str; 24] = [
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
const ROLES: [&str; 24] = [
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

/// `By: Ann Lee` as `By Ann Lee`.
fn without_colons(text: &str) -> String {
    text.replace(" : ", " ").replace(": ", " ")
}

/// The names in one line.
fn clean(text: &str) -> Vec<String> {
    let text = super::metadata::plain(text)
        .replace(" : ", " ")
        .replace(": ", " ");
    let text = text.trim_start_matches(['✉', '-', '–', '—', '|', '•', '·', ' ']);
    if text.len() > 200 || text.contains("://") || text.ends_with(" says") {
        return Vec::new();
    }
    let mut names: Vec<String> = text
        .split([',', ';', '\n'])
        .filter_map(name)
        .take(AUTHORS_MAX)
        .collect();
    names.dedup();
    names
}

/// One name up to the first word that is none.
fn name(part: &str) -> Option<String> {
    let part = part.trim();
    let part = part[opening(part)..].trim();
    let mut words: Vec<&str> = Vec::new();
    for word in part.split_whitespace() {
        let bare = word
            .trim_matches(|c: char| !c.is_alphanumeric())
            .to_lowercase();
        if word.starts_with('(') && word.ends_with([')', '.']) {
            continue;
        }
        let stamp = !words.is_empty() && word.bytes().any(|b| b.is_ascii_digit());
        if stamp && words.last().is_some_and(|last| dates::is_month(last)) {
            words.pop();
        }
        let role = words.len() > 1 && ROLES.contains(&bare.as_str());
        let mark = matches!(word, "|" | "•" | "·" | "∙" | "-" | "–" | "—");
        if stamp || role || mark || word.contains('@') {
            break;
        }
        words.push(word);
    }
    let name = words.join(" ");
    let name = name.trim_end_matches([':', '.', '|', '•']);
    let fits = (2..=80).contains(&name.len())
        && words.len() <= 2 * NAME_WORDS_MAX
        && name.chars().any(char::is_alphabetic)
        && !name.contains(['{', '}', '<', '>', '_', '=', '©'])
        && !(words.len() == 1 && (name.matches('.').count() > 1 || dates::is_month(name)))
        && !NOBODY.contains(&name.to_lowercase().as_str());
    fits.then(|| name.to_string())
}

/// Leaves out what repeats a full name with more around it: `Ann Lee Founder` beside `Ann Lee`.
fn without_repeats(names: &mut Vec<String>) {
    let all = names.clone();
    names.retain(|name| {
        !all.iter().any(|other| {
            other.contains(' ') && other.len() < name.len() && name.contains(other.as_str())
        })
    });
}
