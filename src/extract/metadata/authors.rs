//! Who wrote the article: names from the places that have them, without what stands around them.

use scraper::ElementRef;

use super::{
    fields::Said,
    jsonld::Entry,
    marks::Marks,
    names::{OPENINGS, clean, opening, without_colons},
};
use crate::extract::blocks::phrases;

/// Names that are gathered from the tree for each kind of mark.
const MARKED_MAX: usize = 12;
/// Names of one article.
pub(in crate::extract) const AUTHORS_MAX: usize = 12;
/// Names that stand together are at most so many nodes apart.
const TOGETHER_NODES: usize = 40;

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
pub(in crate::extract) struct Marked {
    found: Vec<(Mark, usize, Vec<String>)>,
    /// The node after what readers write.
    comments_end: usize,
}

/// Ids and classes of the element that holds what readers write.
const COMMENTS: [&str; 5] = [
    "comments",
    "comments-area",
    "comment-list",
    "commentlist",
    "disqus_thread",
];

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
    pub(in crate::extract) fn element(
        &mut self,
        whole: ElementRef<'_>,
        marks: &Marks<'_>,
        at: usize,
    ) {
        let element = whole.value();
        if at >= self.comments_end && holds_comments(element, marks) {
            self.comments_end = at + whole.descendants().count();
        }
        if at < self.comments_end || matches!(element.name(), "meta" | "body" | "html") {
            return;
        }
        let leads_to_author = || AUTHOR_PATHS.iter().any(|path| marks.href.contains(path));
        let mark = if marks.is_author || (!marks.href.is_empty() && leads_to_author()) {
            Some(Mark::Named)
        } else if marks.speaks.authors {
            class_mark(marks.class)
        } else {
            None
        };
        if let Some(mark) = mark
            && self.has_room(mark)
            && let Some(text) = super::fields::text_of(whole)
        {
            self.push(mark, at, &text);
        }
    }

    /// Looks at one piece of text.
    pub(in crate::extract) fn line(&mut self, text: &str, at: usize) {
        let text = text.trim();
        if at >= self.comments_end
            && (8..=60).contains(&text.len())
            && self.has_room(Mark::Line)
            && opening(&without_colons(text)) > 0
            && !phrases::ends_sentence(text)
        {
            self.push(Mark::Line, at, text);
        }
    }

    fn has_room(&self, mark: Mark) -> bool {
        self.found.iter().filter(|(own, ..)| *own == mark).count() < MARKED_MAX
    }

    fn push(&mut self, mark: Mark, at: usize, text: &str) {
        let mut names = clean(text);
        if mark >= Mark::Near {
            // Weak marks stand on whole sentences too.
            names.retain(|name| name.starts_with(|c: char| !c.is_lowercase()));
        }
        if !names.is_empty() {
            self.found.push((mark, at, names));
        }
    }

    /// The names with the surest mark that stand together.
    fn best(&self) -> Vec<String> {
        let Some(mark) = self.found.iter().map(|(mark, ..)| *mark).min() else {
            return Vec::new();
        };
        let mut names = Vec::new();
        let mut last = None;
        for (_, at, found) in self.found.iter().filter(|(own, ..)| *own == mark) {
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

fn holds_comments(element: &scraper::node::Element, marks: &Marks<'_>) -> bool {
    let named = |names: &str| {
        let mut words = names.split_ascii_whitespace();
        words.any(|word| COMMENTS.contains(&word))
    };
    (marks.speaks.comments || !marks.id.is_empty())
        && matches!(element.name(), "div" | "section" | "ol" | "ul")
        && (named(marks.id) || named(marks.class))
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
const METAS: [&str; 8] = [
    "author",
    "article:author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "byl",
    "twitter:data1",
];

/// The names joined by commas, and where they came from. A full name is believed before a lone
/// word, which may be an account; the site itself is no author.
pub(in crate::extract) fn byline(
    said: &Said,
    entry: Option<&Entry>,
    site: Option<&str>,
) -> Option<(String, &'static str)> {
    let told = entry.map(|e| e.texts("author")).unwrap_or_default();
    let cited: Vec<String> = said.cited_authors().map(in_order).collect();
    let metas = METAS.iter().filter_map(|name| {
        let written = *name != "twitter:data1"
            || said.meta("twitter:label1").is_some_and(|label| {
                let label = label.to_lowercase();
                OPENINGS
                    .iter()
                    .any(|word| label.starts_with(word.trim_end()))
            });
        Some((gather([said.meta(name).filter(|_| written)?]), "meta"))
    });
    let marked = said.marked_authors().best();
    let places: Vec<(Vec<String>, &'static str)> = std::iter::once((gather(told), "json-ld"))
        .chain([(gather(cited.iter().map(String::as_str)), "meta")])
        .chain(metas)
        .chain([(gather(marked.iter().map(String::as_str)), "page")])
        .collect();
    let of_site = |name: &String| site.is_some_and(|site| phrases::same_words(site, name));
    let people: Vec<(Vec<String>, &'static str)> = places
        .iter()
        .map(|(names, origin)| {
            let people = names.iter().filter(|name| !of_site(name));
            (people.cloned().collect::<Vec<_>>(), *origin)
        })
        .filter(|(names, _)| !names.is_empty())
        .collect();
    people
        .iter()
        .find(|(names, _)| names.iter().any(|name| is_full(name)))
        .or(people.first())
        .or_else(|| {
            // A site that signs as itself, or is called after the one who writes it.
            let mut signed = places.iter().filter(|(_, origin)| *origin != "page");
            signed.find(|(names, _)| !names.is_empty())
        })
        .map(|(names, origin)| (names.join(", "), *origin))
}

/// All names in some values, each once. A lone word beside a full name that has it is dropped.
fn gather<'a>(values: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in values.into_iter().flat_map(clean) {
        if !names.contains(&name) && names.len() < AUTHORS_MAX {
            names.push(name);
        }
    }
    let all = names.clone();
    names.retain(|name| {
        name.contains(' ')
            || !all
                .iter()
                .any(|other| other.contains(' ') && other.split(' ').any(|word| word == name))
    });
    names
}

/// `Smith, Ann` as `Ann Smith`: both forms are allowed in `citation_author`.
fn in_order(cited: &str) -> String {
    match cited.split_once(',') {
        Some((last, first)) if !first.contains(',') => format!("{} {}", first.trim(), last.trim()),
        _ => cited.to_string(),
    }
}

/// More than one word, or a script that puts none between names.
fn is_full(name: &str) -> bool {
    name.contains([' ', '·']) || !name.is_ascii()
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
