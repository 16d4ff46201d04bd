//! Title, authors, dates and the rest, from the most to the least explicit place that has them.

use std::collections::HashMap;

use chrono::{DateTime, FixedOffset};
use scraper::{ElementRef, Html, Node};
use url::Url;

use super::{dates, jsonld::Entry, phrases};
use crate::model::{Article, Lang};

/// Longest title, byline or section that is believed, in bytes.
const FIELD_BYTES_MAX: usize = 400;

/// What the page's tree says, read in one pass.
#[derive(Debug, Default)]
pub(super) struct Said {
    /// `meta`: name, property or itemprop in lower case -> the first content.
    meta: HashMap<String, String>,
    canonical: Option<String>,
    html_lang: Option<String>,
    title: Option<String>,
    headings: Vec<String>,
    /// From microdata, `rel=author` and author classes.
    authors: Vec<String>,
    published: Option<String>,
    modified: Option<String>,
    /// The first `time` with a date.
    time: Option<String>,
}

impl Said {
    /// A `meta` content by its lower-case name.
    pub(super) fn meta(&self, name: &str) -> Option<&str> {
        self.meta.get(name).map(String::as_str)
    }

    /// The first heading of level one, or the document title.
    pub(super) fn heading(&self) -> Option<&str> {
        self.headings
            .first()
            .or(self.title.as_ref())
            .map(String::as_str)
    }

    /// The document title.
    pub(super) fn document_title(&self) -> Option<&str> {
        self.title.as_deref()
    }
}

/// Reads all that metadata can be made of out of the tree.
pub(super) fn read(page: &Html) -> Said {
    let mut said = Said::default();
    for node in page.tree.nodes() {
        let (Node::Element(element), Some(whole)) = (node.value(), ElementRef::wrap(node)) else {
            continue;
        };
        match element.name() {
            "html" => said.html_lang = element.attr("lang").map(str::to_string),
            "meta" => said.meta_tag(element),
            "link" if element.attr("rel") == Some("canonical") => {
                said.canonical = element.attr("href").map(str::to_string);
            }
            "title" if said.title.is_none() => said.title = text_of(whole),
            "h1" if said.headings.len() < 4 => said.headings.extend(text_of(whole)),
            "time" if said.time.is_none() => {
                said.time = element.attr("datetime").map(str::to_string);
            }
            _ => {}
        }
        said.marked(whole);
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
            self.meta
                .entry(name.to_ascii_lowercase())
                .or_insert_with(|| content.trim().to_string());
        }
    }

    /// Microdata and the usual marks of authors and dates.
    fn marked(&mut self, whole: ElementRef<'_>) {
        let element = whole.value();
        let stamp = || {
            element
                .attr("datetime")
                .or_else(|| element.attr("content"))
                .map(str::to_string)
                .or_else(|| text_of(whole))
        };
        let mut names_author = false;
        for (name, value) in element.attrs() {
            match (name, value) {
                ("itemprop", "datePublished") if self.published.is_none() => {
                    self.published = stamp();
                }
                ("itemprop", "dateModified") if self.modified.is_none() => {
                    self.modified = stamp();
                }
                ("itemprop" | "rel", "author") => names_author = true,
                ("class", class) => names_author |= is_author_class(class),
                _ => {}
            }
        }
        if names_author
            && self.authors.len() < AUTHORS_MAX
            && element.name() != "meta"
            && let Some(name) = text_of(whole).and_then(|name| author_name(&name))
        {
            self.authors.push(name);
        }
    }
}

/// Names that are gathered before the likeliest are taken.
const AUTHORS_MAX: usize = 8;

/// Classes that hold an author's name and nothing else.
const AUTHOR_CLASSES: [&str; 8] = [
    "author-name",
    "author__name",
    "article-author",
    "byline-name",
    "byline__name",
    "byline",
    "author",
    "fn",
];

fn is_author_class(class: &str) -> bool {
    class
        .split_ascii_whitespace()
        .any(|token| AUTHOR_CLASSES.contains(&token))
}

/// The text of a short element; `None` where it is empty or long.
fn text_of(element: ElementRef<'_>) -> Option<String> {
    let mut text = String::new();
    for piece in element.text().take(40) {
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
type Found<T> = Option<(T, &'static str)>;

/// Fills all metadata of an article but the language of its text.
pub(super) fn fill(article: &mut Article, said: &Said, entry: Option<&Entry>, url: &Url) {
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
    set!(title, title(said, entry, url));
    set!(byline, byline(said, entry));
    set!(published, published(said, entry, url));
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

fn title(said: &Said, entry: Option<&Entry>, url: &Url) -> Found<String> {
    let site = said
        .meta("og:site_name")
        .or_else(|| entry.and_then(|e| e.text("publisher")));
    let candidates = [
        (entry.and_then(|e| e.text("headline")), "json-ld"),
        (said.meta("og:title"), "opengraph"),
        (said.meta("twitter:title"), "meta"),
        (said.heading(), "page"),
        (said.title.as_deref(), "page"),
    ];
    let told: Vec<String> = candidates
        .iter()
        .filter_map(|(text, _)| Some(plain((*text)?)))
        .collect();
    // The only heading of its level is what readers see; search engines are told variants of it.
    if let [heading] = &said.headings[..]
        && heading.len() > HEADING_BYTES_MIN
        && told
            .iter()
            .any(|text| text != heading && phrases::is_variant(heading, text))
    {
        return Some((without_site(heading, site, url).to_string(), "page"));
    }
    candidates.into_iter().find_map(|(text, origin)| {
        let text = plain(text?);
        let bare = without_site(&text, site, url);
        let found = said
            .headings
            .iter()
            // A heading that a candidate only decorates is the title as readers see it.
            .find(|heading| heading.len() > 12 && phrases::same_words(heading, bare))
            .map_or_else(|| bare.to_string(), Clone::clone);
        (!found.is_empty() && found.len() <= FIELD_BYTES_MAX).then_some((found, origin))
    })
}

/// A shorter heading is more likely a section's name than a title, in bytes.
const HEADING_BYTES_MIN: usize = 15;

/// Cuts ` | Site` off the end and `Site: ` off the front, where that part names the site.
fn without_site<'a>(title: &'a str, site: Option<&str>, url: &Url) -> &'a str {
    const MARKS: [&str; 9] = [
        " | ", " - ", " – ", " — ", " · ", " :: ", " » ", " • ", " / ",
    ];
    let host: String = url
        .host_str()
        .unwrap_or_default()
        .trim_start_matches("www.")
        .into();
    let names_site = |part: &str| {
        let part = letters(part);
        let host = letters(&host);
        !part.is_empty()
            && (site.is_some_and(|site| letters(site) == part)
                || (part.len() >= 3 && (host.contains(&part) || part.contains(&host))))
    };
    for mark in MARKS {
        if let Some((head, tail)) = title.rsplit_once(mark)
            && names_site(tail)
            && head.len() >= 8
        {
            return without_site(head.trim(), site, url);
        }
        if let Some((head, tail)) = title.split_once(mark)
            && names_site(head)
            && tail.len() >= 8
        {
            return tail.trim();
        }
    }
    title.trim()
}

fn letters(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Characters of a field that are read: a bound on the parser below.
const PLAIN_CHARS_MAX: usize = 1_000;

/// Character references that are escaped twice, and tags, as some JSON-LD has them.
fn plain(text: &str) -> String {
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

fn byline(said: &Said, entry: Option<&Entry>) -> Found<String> {
    let names = |values: Vec<&str>| -> Option<String> {
        let mut names: Vec<String> = Vec::new();
        for name in values.into_iter().filter_map(author_name) {
            if !names.contains(&name) && names.len() < 12 {
                names.push(name);
            }
        }
        (!names.is_empty()).then(|| names.join(", "))
    };
    let told = entry.map(|e| e.texts("author")).unwrap_or_default();
    let metas = [
        "author",
        "article:author",
        "parsely-author",
        "sailthru.author",
        "dc.creator",
    ];
    names(told)
        .map(|found| (found, "json-ld"))
        .or_else(|| {
            let values = metas
                .iter()
                .filter_map(|name| said.meta(name))
                .take(1)
                .collect();
            names(values).map(|found| (found, "meta"))
        })
        .or_else(|| {
            let values = said.authors.iter().map(String::as_str).take(3).collect();
            names(values).map(|found| (found, "page"))
        })
}

/// The name without "By"; `None` for what is no name.
fn author_name(text: &str) -> Option<String> {
    let text = plain(text);
    let lower = text.to_lowercase();
    let start = ["by ", "von ", "par ", "por ", "oleh ", "oleh: ", "by: "]
        .iter()
        .find(|word| lower.starts_with(*word))
        .map_or(0, |word| word.len());
    let name = text.get(start..)?.trim();
    let words = name.split_whitespace().count();
    let fits = (2..=100).contains(&name.len()) && words <= 12 && !name.contains("://");
    (fits && name.chars().any(char::is_alphabetic)).then(|| name.to_string())
}

fn published(said: &Said, entry: Option<&Entry>, url: &Url) -> Found<DateTime<FixedOffset>> {
    let metas = [
        "article:published_time",
        "og:published_time",
        "datepublished",
        "parsely-pub-date",
        "sailthru.date",
        "publishdate",
        "pubdate",
        "publish-date",
        "publication_date",
        "dc.date.issued",
        "dcterms.created",
        "dc.date",
        "cxenseparse:recs:publishtime",
        "date",
    ];
    let told = entry.and_then(|e| e.text("datePublished").or_else(|| e.text("dateCreated")));
    first_date([(told, "json-ld")])
        .or_else(|| {
            first_date(
                metas
                    .iter()
                    .map(|name| (said.meta(name), meta_origin(name))),
            )
        })
        .or_else(|| first_date([(said.published.as_deref(), "microdata")]))
        .or_else(|| first_date([(said.time.as_deref(), "page")]))
        .or_else(|| dates::in_path(url.path()).map(|date| (date, "url")))
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
