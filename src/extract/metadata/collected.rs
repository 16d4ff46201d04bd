//! All that metadata is made of, gathered from the tree in one pass.

use std::collections::{HashMap, HashSet, hash_map::Entry};

use ego_tree::NodeRef;
use html5ever::local_name;
use memchr::memmem;
use scraper::{ElementRef, Html, Node};

use super::{
    attributes::Attributes,
    author_marks::MarkedAuthors,
    field::{letters, text_of},
    heading::Heading,
    names::AUTHORS_MAX,
    placed_author::PlacedAuthor,
    stamps::{HeadingRank, Stamps},
    vocabulary::Vocabulary,
};
use crate::extract::{
    blocks::{is_hidden_box, phrases},
    html::HiddenNames,
};

/// Bytes of the names in several tags together.
const AUTHORS_BYTES_MAX: usize = 160;

/// What the page's tree says, read in one pass.
#[derive(Debug, Default)]
pub(in crate::extract) struct Collected {
    /// `meta`: name, property or itemprop in lower case -> the first content.
    meta: HashMap<String, String>,
    pub(super) canonical: Option<String>,
    pub(super) html_lang: Option<String>,
    title: Option<String>,
    /// The first headings of level one.
    pub(super) headings: Vec<Heading>,
    /// The longest lower heading that is part of the document's title.
    titled: Option<String>,
    /// What menus and breadcrumbs list, in letters only.
    pub(super) menu: HashSet<String>,
    /// The node after the menu that is being read.
    menu_end: usize,
    /// Who is marked as an author.
    pub(super) authors: MarkedAuthors,
    /// Who stands where authors do, though nothing says so.
    pub(super) placed: PlacedAuthor,
    /// The authors of a paper, one `citation_author` each.
    pub(super) cited: Vec<String>,
    /// Dates in microdata, RDFa and microformats.
    pub(super) published: Option<String>,
    pub(super) modified: Option<String>,
    /// Dates that readers see.
    pub(super) stamps: Stamps,
}

impl Collected {
    /// A `meta` content by its lower-case name.
    pub(in crate::extract) fn meta(&self, name: &str) -> Option<&str> {
        self.meta.get(name).map(String::as_str)
    }

    /// The first heading of level one that is the article's own, or the document title.
    pub(in crate::extract) fn heading(&self) -> Option<&str> {
        let title = self.document_title().map(letters).unwrap_or_default();
        let is_told = |heading: &&Heading| {
            let text = letters(heading.text());
            heading.is_proper && text.len() >= TITLE_BYTES_MIN && title.contains(&text)
        };
        // Of several, a promotion or the name of a section may stand first.
        let told = match self.headings.len() > 1 {
            true => self.headings.iter().find(is_told),
            false => None,
        };
        let first = told.or(self.headings.first()).map(Heading::text);
        first.or(self.titled.as_deref()).or(self.document_title())
    }

    /// The document title.
    pub(in crate::extract) fn document_title(&self) -> Option<&str> {
        self.title.as_deref()
    }
}

/// Reads all that metadata can be made of out of the tree.
pub(in crate::extract) fn collect(
    page: &Html,
    hidden: &HiddenNames,
    vocabulary: &Vocabulary<'_>,
) -> Collected {
    let mut collected = Collected::default();
    for (at, node) in page.root_element().descendants().enumerate() {
        if let Node::Text(text) = node.value() {
            collected.stamps.line(text, at, vocabulary);
            collected.authors.line(text, at, vocabulary);
            let is_linked = || is_in_link(node);
            collected.placed.piece(text, at, is_linked, vocabulary);
            collected.menu_entry(text, at);
        }
        let (Node::Element(element), Some(whole)) = (node.value(), ElementRef::wrap(node)) else {
            continue;
        };
        let attributes = Attributes::of(element);
        match element.name.local {
            local_name!("html") => {
                collected.html_lang = element.attr("lang").map(str::to_string);
            }
            local_name!("meta") => collected.meta_tag(element),
            local_name!("link") if element.attr("rel") == Some("canonical") => {
                collected.canonical = element.attr("href").map(str::to_string);
            }
            local_name!("title") if collected.title.is_none() => collected.title = text_of(whole),
            local_name!("h1") if collected.headings.len() < HEADINGS_MAX => {
                collected
                    .headings
                    .extend(Heading::new(whole, is_shown(whole, hidden)));
            }
            _ => {}
        }
        collected.menu(whole, &attributes, at);
        if let Some(heading) = collected.heading_kind(whole) {
            if collected.stamps.heading(heading, at) {
                collected.placed.headline(at + whole.descendants().count());
            }
            if heading == HeadingRank::Title && is_shown(whole, hidden) {
                collected.keep_titled(whole);
            }
        }
        if attributes.has_properties || attributes.speaks.publication {
            collected.marked(whole);
        }
        collected
            .authors
            .element(whole, &attributes, at, vocabulary);
        collected.stamps.element(whole, &attributes, at, vocabulary);
    }
    collected.keep_proper_headings();
    collected
}

/// Boxes around a piece of text in which a link is looked for.
const LINK_LEVELS: usize = 4;

fn is_in_link(text: NodeRef<'_, Node>) -> bool {
    let mut above = text.ancestors().take(LINK_LEVELS);
    above.any(|node| {
        let element = node.value().as_element();
        element.is_some_and(|element| element.name.local == local_name!("a"))
    })
}

/// Whether no box around an element hides it.
fn is_shown(whole: ElementRef<'_>, hidden: &HiddenNames) -> bool {
    let boxes = whole
        .ancestors()
        .filter_map(|node| node.value().as_element());
    let mut boxes = std::iter::once(whole.value()).chain(boxes);
    !boxes.any(|element| is_hidden_box(element, hidden))
}

/// Longest entry of a menu, in bytes, and how many are kept.
const ENTRY_BYTES_MAX: usize = 40;
const ENTRIES_MAX: usize = 300;

impl Collected {
    /// Notes where a menu or a trail of sections ends.
    fn menu(&mut self, whole: ElementRef<'_>, attributes: &Attributes<'_>, at: usize) {
        let is_trail = || attributes.class.contains("readcrumb");
        if at >= self.menu_end && (whole.value().name.local == local_name!("nav") || is_trail()) {
            self.menu_end = at + whole.descendants().count();
        }
    }

    fn menu_entry(&mut self, text: &str, at: usize) {
        if at < self.menu_end && self.menu.len() < ENTRIES_MAX && text.len() <= ENTRY_BYTES_MAX {
            self.menu.insert(letters(text));
            self.menu.remove("");
        }
    }

    fn keep_titled(&mut self, whole: ElementRef<'_>) {
        let known = self.titled.as_ref().map_or(0, String::len);
        self.titled = text_of(whole)
            .filter(|text| text.len() > known)
            .or(self.titled.take());
    }

    /// Headings that are hidden or lead elsewhere stay only where there is no other.
    fn keep_proper_headings(&mut self) {
        if self.titled.is_some() || self.headings.iter().any(|heading| heading.is_proper) {
            let title = self.title.as_deref().map(letters).unwrap_or_default();
            let titled = self.titled.as_deref().map_or(0, |text| letters(text).len());
            self.headings.retain(|heading| {
                let text = letters(heading.text());
                let is_told = text.len() >= TITLE_BYTES_MIN.max(titled) && title.contains(&text);
                heading.is_proper || is_told
            });
        }
    }

    fn meta_tag(&mut self, element: &scraper::node::Element) {
        let name = ["property", "name", "itemprop", "http-equiv"]
            .iter()
            .find_map(|key| element.attr(key));
        if let (Some(name), Some(content)) = (name, element.attr("content"))
            && !content.trim().is_empty()
            && self.meta.len() < 200
        {
            let (name, content) = (name.to_ascii_lowercase(), content.trim().to_string());
            if name == "citation_author" {
                // Google Scholar's tags name each author in a tag of its own.
                if self.cited.len() < AUTHORS_MAX {
                    self.cited.push(content);
                }
                return;
            }
            // Of several authors each may have a tag of its own; of all else the first one counts.
            let is_author = name == "article:author" || name == "author";
            match self.meta.entry(name) {
                Entry::Vacant(place) => {
                    place.insert(content);
                }
                // An address of a profile tells less than a name.
                Entry::Occupied(mut known) if is_author && known.get().contains("://") => {
                    known.insert(content);
                }
                Entry::Occupied(mut known)
                    if is_author
                        && content.starts_with(char::is_alphabetic)
                        && !content.contains("://")
                        && known.get().len() + content.len() < AUTHORS_BYTES_MAX =>
                {
                    known.get_mut().push_str("; ");
                    known.get_mut().push_str(&content);
                }
                Entry::Occupied(_) => {}
            }
        }
    }

    /// How surely an element is the article's heading.
    fn heading_kind(&self, whole: ElementRef<'_>) -> Option<HeadingRank> {
        let is_first = match whole.value().name.local {
            local_name!("h1") => true,
            local_name!("h2") | local_name!("h3") | local_name!("h4") => false,
            _ => return None,
        };
        let names = [self.document_title(), self.meta("og:title")];
        let is_title = text_of(whole).is_some_and(|text| {
            let says = |name: &&str| {
                memmem::find(name.as_bytes(), text.as_bytes()).is_some()
                    || phrases::same_words(name, &text)
            };
            text.len() >= TITLE_BYTES_MIN && names.iter().flatten().any(says)
        });
        match (is_first, is_title) {
            (true, true) => Some(HeadingRank::TitleOfLevelOne),
            (false, true) => Some(HeadingRank::Title),
            (true, false) => Some(HeadingRank::LevelOne),
            (false, false) => None,
        }
    }

    /// Microdata, RDFa and microformats of dates.
    fn marked(&mut self, whole: ElementRef<'_>) {
        let element = whole.value();
        let stamp = || {
            ["datetime", "content", "title"]
                .iter()
                .find_map(|key| element.attr(key))
                .map(str::to_string)
                .or_else(|| text_of(whole))
        };
        // `pubdate` was the mark of HTML5 drafts, the classes are those of h-entry and hAtom.
        let is_published = |class: &str| {
            let mut names = class.split_ascii_whitespace();
            names.any(|name| {
                name == "dt-published" || (name == "published" && element.name() == "abbr")
            })
        };
        for (name, value) in element.attrs() {
            match (name, value) {
                (
                    "itemprop" | "property",
                    "datePublished" | "schema:datePublished" | "schema:dateCreated",
                ) if self.published.is_none() => {
                    self.published = stamp();
                }
                ("pubdate", _) if self.published.is_none() && element.name() == "time" => {
                    self.published = stamp();
                }
                ("class", class) if self.published.is_none() && is_published(class) => {
                    self.published = stamp();
                }
                ("itemprop", "dateModified") if self.modified.is_none() => {
                    self.modified = stamp();
                }
                _ => {}
            }
        }
    }
}

/// Headings of level one that are kept.
const HEADINGS_MAX: usize = 8;

/// A shorter heading may be in a document's title by chance, in bytes.
const TITLE_BYTES_MIN: usize = 15;
