//! Names that the page's tree marks as those of authors.

use scraper::ElementRef;

use super::{
    attributes::Attributes,
    field::lines_of,
    names::{JOINING, clean, signature},
    vocabulary::Vocabulary,
};
use crate::{
    extract::blocks::phrases,
    lang::{PageList, PageWords},
};

/// Names that are gathered from the tree for each kind of mark.
const MARKED_MAX: usize = 12;
/// Names that stand together are at most so many nodes apart.
const TOGETHER_NODES: usize = 40;

/// A piece of text from this length on, in bytes, is no label: names on both sides of it do not stand
/// together. So many are remembered.
const PROSE_BYTES_MIN: usize = 120;
const PROSE_MAX: usize = 2_000;

/// A name stands at most so many nodes behind its label or the name before, and is no longer, in bytes.
const LABEL_NODES: usize = 4;
const NAME_BYTES_MAX: usize = 60;
/// Bytes of a line with a date and a byline, and the digits of a date.
const HEAD_LINE_BYTES_MAX: usize = 160;
const DATE_DIGITS_MIN: usize = 5;
/// What may stand before a label.
const PARTING: [char; 8] = ['|', '•', '·', '-', '–', '—', '/', ' '];
/// How surely a mark is on an author's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Certainty {
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
pub(super) struct MarkedAuthors {
    found: Vec<(Certainty, usize, Vec<String>)>,
    /// The node after what readers write.
    comments_end: usize,
    /// Nodes of running text.
    prose: Vec<usize>,
    /// The node of a label that names are to follow: "Penulis:".
    label: Option<usize>,
    /// The node of the last name behind one.
    named: Option<usize>,
}

/// Ids and classes of the element that holds what readers write.
const COMMENTS: [&str; 5] = [
    "comments",
    "comments-area",
    "comment-list",
    "commentlist",
    "disqus_thread",
];

/// Classes that hold an author's name and nothing else; those of other languages than English as whole
/// names, for `firma` and `autor` stand in many.
const NAME_CLASSES: [&str; 26] = [
    "author-name",
    "author__name",
    "article-author",
    "byline-name",
    "byline__name",
    "byline",
    "author",
    "entry-author-name",
    "auteur",
    "autor",
    "autore",
    "autores",
    "autor-nome",
    "autor-nombre",
    "avtor",
    "firma",
    "forfatter",
    "författare",
    "muhabir",
    "nama-penulis",
    "penulis",
    "reporter-name",
    "tac-gia",
    "tacgia",
    "writer",
    "yazar",
];

impl MarkedAuthors {
    /// Looks at one element; `at` counts nodes in document order.
    pub(super) fn element(
        &mut self,
        whole: ElementRef<'_>,
        attributes: &Attributes<'_>,
        at: usize,
        vocabulary: &Vocabulary<'_>,
    ) {
        let element = whole.value();
        if at >= self.comments_end && holds_comments(element, attributes) {
            self.comments_end = at + whole.descendants().count();
        }
        if at < self.comments_end || matches!(element.name(), "meta" | "body" | "html") {
            return;
        }
        let leads = path_mark(attributes.href, vocabulary.words);
        let mark = if attributes.is_author {
            Some(Certainty::Named)
        } else if leads.is_some() {
            leads
        } else if attributes.speaks.authors {
            class_mark(attributes.class)
        } else {
            None
        };
        if let Some(mark) = mark
            && self.has_room(mark)
            && let Some(text) = lines_of(whole)
        {
            self.push(mark, at, &text, vocabulary);
        }
    }

    /// Looks at one piece of text.
    pub(super) fn line(&mut self, text: &str, at: usize, vocabulary: &Vocabulary<'_>) {
        let text = text.trim();
        if text.len() >= PROSE_BYTES_MIN && self.prose.len() < PROSE_MAX {
            self.prose.push(at);
        }
        if at < self.comments_end || text.is_empty() {
            return;
        }
        if let Some(name) = signature(text).filter(|_| self.has_room(Certainty::Line)) {
            self.push(Certainty::Line, at, name, vocabulary);
        }
        self.labelled(text, at, vocabulary);
        self.after_date(text, at, vocabulary);
        if is_line_of_names(text)
            && self.has_room(Certainty::Line)
            && opens_byline(text, vocabulary.words)
            && !phrases::ends_sentence(text)
        {
            self.push(Certainty::Line, at, text, vocabulary);
        }
    }

    /// A byline behind a date in the same line: "11 February 2025 by Ann Lee".
    fn after_date(&mut self, text: &str, at: usize, vocabulary: &Vocabulary<'_>) {
        let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
        if text.len() > HEAD_LINE_BYTES_MAX || digits(text) < DATE_DIGITS_MIN {
            return;
        }
        let starts = text.match_indices([' ', '\u{3000}']);
        let mut starts = starts.map(|(start, mark)| start + mark.len());
        let byline = starts.find(|start| {
            let rest = &text[*start..];
            digits(&text[..*start]) >= DATE_DIGITS_MIN
                && digits(rest) == 0
                && is_line_of_names(rest)
                // A lone word may be a place.
                && (rest.trim().matches(' ').count() > 1 || !rest.is_ascii())
                && opens_byline(rest, vocabulary.words)
        });
        if let Some(start) = byline.filter(|_| self.has_room(Certainty::Line)) {
            self.push(Certainty::Line, at, &text[start..], vocabulary);
        }
    }

    /// A piece of text right behind a label of its own, or behind one that this stands with.
    fn labelled(&mut self, text: &str, at: usize, vocabulary: &Vocabulary<'_>) {
        let label = self.label.take();
        if text.len() > NAME_BYTES_MAX {
            return;
        }
        let bare = text.trim_start_matches(PARTING).to_lowercase();
        let bare = bare.trim_end_matches([' ', ':', '：']);
        let joins = JOINING.contains(&bare);
        if joins || is_label(bare, vocabulary.words) {
            let is_open = self.named.is_some_and(|name| at - name <= LABEL_NODES);
            self.label = (!joins || is_open).then_some(at);
            return;
        }
        let is_near = label.is_some_and(|label| at - label <= LABEL_NODES);
        // A lone word may be the next button.
        let is_full = text.contains(' ') || !text.is_ascii();
        if is_near && is_full && self.has_room(Certainty::Line) {
            self.push(Certainty::Line, at, text, vocabulary);
            self.named = Some(at);
        }
    }

    fn has_room(&self, mark: Certainty) -> bool {
        self.found.iter().filter(|(own, ..)| *own == mark).count() < MARKED_MAX
    }

    fn push(&mut self, mark: Certainty, at: usize, text: &str, vocabulary: &Vocabulary<'_>) {
        let mut names = clean(text, vocabulary);
        if mark >= Certainty::Near {
            // Weak marks stand on whole sentences too.
            names.retain(|name| name.starts_with(|c: char| !c.is_lowercase()));
        }
        if !names.is_empty() {
            self.found.push((mark, at, names));
        }
    }

    /// The names with the surest mark that stand together.
    pub(super) fn best(&self) -> Vec<String> {
        let first_prose = self.prose.first().copied().unwrap_or(usize::MAX);
        let is_above = |(mark, at, _): &&(Certainty, usize, Vec<String>)| {
            *mark <= Certainty::Class && *at < first_prose
        };
        // What stands above the text is its byline; a surer mark below it may be another's.
        let above = self
            .found
            .iter()
            .filter(is_above)
            .map(|(mark, ..)| *mark)
            .min();
        let Some(mark) = above.or(self.found.iter().map(|(mark, ..)| *mark).min()) else {
            return Vec::new();
        };
        let mut names = Vec::new();
        let mut last = None;
        for (_, at, found) in self.found.iter().filter(|(own, ..)| *own == mark) {
            let is_apart = |last: usize| {
                let next = self.prose.partition_point(|prose| *prose <= last);
                at - last > TOGETHER_NODES || self.prose.get(next).is_some_and(|prose| prose < at)
            };
            if last.is_some_and(is_apart) {
                break;
            }
            last = Some(*at);
            names.extend(found.iter().cloned());
        }
        without_repeats(&mut names);
        names
    }
}

/// Whether a piece of text has the length of a byline. Scripts without spaces name in one line who
/// did what: "文：…　写真：…".
fn is_line_of_names(text: &str) -> bool {
    let max = match text.contains('：') {
        true => 2 * NAME_BYTES_MAX,
        false => NAME_BYTES_MAX,
    };
    (8..=max).contains(&text.len())
}

fn holds_comments(element: &scraper::node::Element, attributes: &Attributes<'_>) -> bool {
    let named = |names: &str| {
        let mut words = names.split_ascii_whitespace();
        words.any(|word| COMMENTS.contains(&word))
    };
    (attributes.speaks.comments || !attributes.id.is_empty())
        && matches!(element.name(), "div" | "section" | "ol" | "ul")
        && (named(attributes.id) || named(attributes.class))
}

/// Whether names follow such a word, which some packs list with its colon.
fn is_label(bare: &str, words: &PageWords) -> bool {
    words.is(PageList::Byline, bare) || words.is(PageList::Byline, &format!("{bare}:"))
}

/// Whether a line opens as bylines do and goes on as names do, be it in lower case.
fn opens_byline(text: &str, words: &PageWords) -> bool {
    let opening = words.opening(PageList::Byline, text);
    opening > 0 && text[opening..].starts_with(char::is_alphanumeric)
}

/// What a part of an address says, neither the first nor the last: some languages call a page of authors
/// by a word that other pages have too.
fn path_mark(href: &str, words: &PageWords) -> Option<Certainty> {
    let (_, rest) = href.split_once('/')?;
    let (inner, _) = rest.rsplit_once('/')?;
    let parts = inner.split('/');
    let listed = parts.filter(|part| words.is(PageList::AuthorPaths, part));
    let marks = listed.map(|part| match part.starts_with("aut") {
        true => Certainty::Named,
        false => Certainty::Near,
    });
    marks.min()
}

fn class_mark(class: &str) -> Option<Certainty> {
    class
        .split_ascii_whitespace()
        .filter_map(|token| {
            let token = token.to_ascii_lowercase();
            if NAME_CLASSES.contains(&token.as_str()) {
                return Some(Certainty::Class);
            }
            let other = ["comment", "bio", "image", "avatar", "social", "box"];
            let near = (token.contains("author") || token.contains("byline"))
                && !other.iter().any(|word| token.contains(word));
            near.then_some(Certainty::Near)
        })
        .min()
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
