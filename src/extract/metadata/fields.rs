//! Title, authors, dates and the rest, from the most to the least explicit place that has them.

use std::collections::HashMap;

use chrono::{DateTime, FixedOffset};
use html5ever::local_name;
use memchr::memmem;
use scraper::{ElementRef, Html, Node};
use url::Url;

use super::{
    authors::{self, Marked},
    dates,
    jsonld::{Described, Entry},
    marks::Marks,
    stamps::{self, Stamps},
    titles::{self, Heading, Site},
};
use crate::{
    extract::blocks::phrases,
    model::{Article, Lang},
};

/// Longest title, byline or section that is believed, in bytes.
pub(in crate::extract) const FIELD_BYTES_MAX: usize = 400;

/// What the page's tree says, read in one pass.
#[derive(Debug, Default)]
pub(in crate::extract) struct Said {
    /// `meta`: name, property or itemprop in lower case -> the first content.
    meta: HashMap<String, String>,
    canonical: Option<String>,
    html_lang: Option<String>,
    title: Option<String>,
    headings: Vec<Heading>,
    authors: Marked,
    /// The authors of a paper, one `citation_author` each.
    cited: Vec<String>,
    published: Option<String>,
    modified: Option<String>,
    /// Dates that readers see.
    stamps: Stamps,
}

impl Said {
    /// A `meta` content by its lower-case name.
    pub(in crate::extract) fn meta(&self, name: &str) -> Option<&str> {
        self.meta.get(name).map(String::as_str)
    }

    /// The first heading of level one, or the document title.
    pub(in crate::extract) fn heading(&self) -> Option<&str> {
        let first = self.headings.first().map(Heading::text);
        first.or(self.document_title())
    }

    /// The headings of level one.
    pub(in crate::extract) fn headings(&self) -> &[Heading] {
        &self.headings
    }

    /// Who is marked as an author.
    pub(in crate::extract) fn marked_authors(&self) -> &Marked {
        &self.authors
    }

    /// Who is cited as an author.
    pub(in crate::extract) fn cited_authors(&self) -> impl Iterator<Item = &str> {
        self.cited.iter().map(String::as_str)
    }

    /// The document title.
    pub(in crate::extract) fn document_title(&self) -> Option<&str> {
        self.title.as_deref()
    }
}

/// Reads all that metadata can be made of out of the tree.
pub(in crate::extract) fn read(page: &Html) -> Said {
    let mut said = Said::default();
    for (at, node) in page.root_element().descendants().enumerate() {
        if let Node::Text(text) = node.value() {
            said.stamps.line(text, at);
            said.authors.line(text, at);
        }
        let (Node::Element(element), Some(whole)) = (node.value(), ElementRef::wrap(node)) else {
            continue;
        };
        let marks = Marks::of(element);
        match element.name.local {
            local_name!("html") => {
                said.html_lang = element.attr("lang").map(str::to_string);
                said.stamps
                    .language(element.attr("lang").unwrap_or_default());
            }
            local_name!("meta") => said.meta_tag(element),
            local_name!("link") if element.attr("rel") == Some("canonical") => {
                said.canonical = element.attr("href").map(str::to_string);
            }
            local_name!("title") if said.title.is_none() => said.title = text_of(whole),
            local_name!("h1") if said.headings.len() < 4 => {
                said.headings.extend(Heading::new(whole));
            }
            _ => {}
        }
        if let Some(heading) = said.heading_kind(whole) {
            said.stamps.heading(heading, at);
        }
        if marks.has_properties || marks.speaks.publication {
            said.marked(whole);
        }
        said.authors.element(whole, &marks, at);
        said.stamps.element(whole, &marks, at);
    }
    said
}

impl Said {
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
                if self.cited.len() < authors::AUTHORS_MAX {
                    self.cited.push(content);
                }
                return;
            }
            self.meta.entry(name).or_insert(content);
        }
    }

    /// How surely an element is the article's heading.
    fn heading_kind(&self, whole: ElementRef<'_>) -> Option<stamps::Heading> {
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
            (true, true) => Some(stamps::Heading::TitleOfLevelOne),
            (false, true) => Some(stamps::Heading::Title),
            (true, false) => Some(stamps::Heading::LevelOne),
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

/// A shorter heading may be in a document's title by chance, in bytes.
const TITLE_BYTES_MIN: usize = 15;

/// Nodes of an element whose text is wanted: nested elements of one class must not be read over
/// and over.
const FIELD_NODES_MAX: usize = 80;

/// The text of a short element; `None` where it is empty or long.
pub(in crate::extract) fn text_of(element: ElementRef<'_>) -> Option<String> {
    let mut text = String::new();
    let nodes = element.descendants().take(FIELD_NODES_MAX);
    for piece in nodes.filter_map(|node| node.value().as_text()) {
        for word in piece.split_whitespace() {
            if !text.is_empty() {
                text.push(' ');
            }
            text.push_str(word);
        }
        if text.len() > FIELD_BYTES_MAX {
            return None;
        }
    }
    (!text.is_empty()).then_some(text)
}

/// A field and where it came from.
pub(in crate::extract) type Found<T> = Option<(T, &'static str)>;

/// Fills all metadata of an article but the language of its text.
pub(in crate::extract) fn fill(
    article: &mut Article,
    said: &Said,
    described: &Described,
    page: &str,
    url: &Url,
) {
    let entry = described.article.as_ref();
    let site = Site::new(said, entry, url);
    let mut origins = std::mem::take(&mut article.origins);
    let mut note = |field: &str, origin: &str| {
        origins.insert(field.to_string(), origin.to_string());
    };
    macro_rules! set {
        ($field:ident, $found:expr) => {
            if let Some((value, origin)) = $found {
                article.$field = Some(value);
                note(stringify!($field), origin);
            }
        };
    }
    set!(url, address(said, entry, url));
    set!(title, titles::title(said, entry, &site));
    set!(byline, authors::byline(said, entry, site.name));
    set!(published, published(said, described, page, url));
    set!(modified, modified(said, entry));
    set!(lang, language(said, entry));
    set!(section, section(said, entry));
    set!(image, image(said, entry, url));
    article.origins = origins;
}

fn address(said: &Said, entry: Option<&Entry>, url: &Url) -> Found<Url> {
    let places = [
        (said.canonical.as_deref(), "page"),
        (said.meta("og:url"), "opengraph"),
        (entry.and_then(|e| e.address("mainEntityOfPage")), "json-ld"),
    ];
    places
        .into_iter()
        .find_map(|(text, origin)| {
            let found = url.join(text?.trim()).ok()?;
            let usable = matches!(found.scheme(), "http" | "https")
                && found.host_str().is_some()
                // A canonical address that is the front page says nothing of the article.
                && (found.path().len() > 1 || url.path().len() <= 1);
            usable.then_some((found, origin))
        })
        .or_else(|| Some((url.clone(), "url")))
}

/// Characters of a field that are read: a bound on the parser below.
const PLAIN_CHARS_MAX: usize = 1_000;

/// Character references that are escaped twice, and tags, as some JSON-LD has them.
pub(in crate::extract) fn plain(text: &str) -> String {
    let text = text
        .char_indices()
        .nth(PLAIN_CHARS_MAX)
        .map_or(text, |(end, _)| &text[..end]);
    if !text.contains(['&', '<']) {
        return text.split_whitespace().collect::<Vec<_>>().join(" ");
    }
    let fragment = Html::parse_fragment(text);
    let joined: String = fragment.root_element().text().collect();
    joined.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `meta` names that hold the date of publication.
const PUBLISHED_METAS: [&str; 37] = [
    "article:published_time",
    "og:published_time",
    "article:published",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "publishdate",
    "publish_date",
    "pubdate",
    "publish-date",
    "published",
    "published_date",
    "publication_date",
    "citation_publication_date",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dcterms.date",
    "dc.date",
    "cxenseparse:recs:publishtime",
    "cludo:date",
    "og:article:published_time",
    "og:publish_date",
    "og:pubdate",
    "rnews:datepublished",
    "prism.publicationdate",
    "bt:pubdate",
    "mediator_published_time",
    "article_date_original",
    "originalpublicationdate",
    "publicationdate",
    "published-date",
    "citation_date",
    "dc.date.created",
    "dc.created",
    "date_published",
    "date",
];

fn published(
    said: &Said,
    described: &Described,
    page: &str,
    url: &Url,
) -> Found<DateTime<FixedOffset>> {
    let date_of = |entry: &Option<Entry>, is_iso: bool| {
        let entry = entry.as_ref()?;
        let text = entry.text("datePublished").or(entry.text("dateCreated"))?;
        let date = dates::parse(text).filter(|_| dates::is_iso(text) == is_iso);
        date.map(|date| (date, "json-ld"))
    };
    let metas = || {
        PUBLISHED_METAS
            .iter()
            .map(|name| (said.meta(name), meta_origin(name)))
    };
    let microdata = || [(said.published.as_deref(), "microdata")];
    let found = date_of(&described.article, true)
        .or_else(|| first_date(metas()))
        .or_else(|| first_date(microdata()))
        .or_else(|| date_of(&described.page, true))
        .or_else(|| dates::in_path(url.path()).map(|date| (date, "url")))
        .or_else(|| said.stamps.published().map(|date| (date, "page")))
        .or_else(|| date_of(&described.article, false))
        .or_else(|| dates::embedded(page).map(|date| (date, "script")))
        .or_else(|| {
            // It was published by then: better than no day at all, and the origin says so.
            let known = modified(said, described.article.as_ref())
                .or_else(|| modified(said, described.page.as_ref()));
            known.map(|(date, _)| (date, "modified"))
        })
        .or_else(|| said.stamps.updated().map(|date| (date, "modified")));
    let (date, origin) = found?;
    let told = metas().chain(microdata());
    let told = told.filter_map(|(text, _)| dates::parse(text?));
    Some((in_own_zone(date, told.chain(said.stamps.dates())), origin))
}

/// The same moment in the zone of the newsroom, where one of the dates has it: the day that readers
/// are told is that of the zone.
fn in_own_zone(
    date: DateTime<FixedOffset>,
    mut others: impl Iterator<Item = DateTime<FixedOffset>>,
) -> DateTime<FixedOffset> {
    if date.offset().local_minus_utc() != 0 {
        return date;
    }
    others
        .find(|other| *other == date && other.offset().local_minus_utc() != 0)
        .unwrap_or(date)
}

fn modified(said: &Said, entry: Option<&Entry>) -> Found<DateTime<FixedOffset>> {
    let metas = [
        "article:modified_time",
        "og:updated_time",
        "datemodified",
        "last-modified",
    ];
    first_date([(entry.and_then(|e| e.text("dateModified")), "json-ld")])
        .or_else(|| {
            first_date(
                metas
                    .iter()
                    .map(|name| (said.meta(name), meta_origin(name))),
            )
        })
        .or_else(|| first_date([(said.modified.as_deref(), "microdata")]))
}

fn first_date<'a>(
    places: impl IntoIterator<Item = (Option<&'a str>, &'static str)>,
) -> Found<DateTime<FixedOffset>> {
    places
        .into_iter()
        .find_map(|(text, origin)| Some((dates::parse(text?)?, origin)))
}

fn meta_origin(name: &str) -> &'static str {
    if name.starts_with("og:") || name.starts_with("article:") {
        "opengraph"
    } else {
        "meta"
    }
}

fn language(said: &Said, entry: Option<&Entry>) -> Found<Lang> {
    let places = [
        (said.html_lang.as_deref(), "page"),
        (entry.and_then(|e| e.text("inLanguage")), "json-ld"),
        (said.meta("og:locale"), "opengraph"),
        (said.meta("content-language"), "meta"),
    ];
    places
        .into_iter()
        .find_map(|(tag, origin)| Some((Lang::new(tag?)?, origin)))
}

fn section(said: &Said, entry: Option<&Entry>) -> Found<String> {
    let places = [
        (entry.and_then(|e| e.text("articleSection")), "json-ld"),
        (said.meta("article:section"), "opengraph"),
        (said.meta("parsely-section"), "meta"),
    ];
    places.into_iter().find_map(|(text, origin)| {
        let text = plain(text?);
        (!text.is_empty() && text.len() <= FIELD_BYTES_MAX).then_some((text, origin))
    })
}

fn image(said: &Said, entry: Option<&Entry>, url: &Url) -> Found<Url> {
    let places = [
        (said.meta("og:image"), "opengraph"),
        (entry.and_then(|e| e.address("image")), "json-ld"),
        (said.meta("twitter:image"), "meta"),
    ];
    places.into_iter().find_map(|(text, origin)| {
        let found = url.join(text?.trim()).ok()?;
        matches!(found.scheme(), "http" | "https").then_some((found, origin))
    })
}
