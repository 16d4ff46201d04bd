//! The title of an article among all that a page calls itself.

use scraper::ElementRef;
use url::Url;

use super::{
    fields::{FIELD_BYTES_MAX, Found, Said, plain, text_of},
    jsonld::Entry,
};
use crate::extract::blocks::phrases;

/// A heading of level one.
#[derive(Debug)]
pub(in crate::extract) struct Heading {
    text: String,
    /// Its pieces of text: a kicker or a date often stands in the same heading as the title.
    parts: Vec<String>,
}

/// Pieces of a heading that are told apart.
const HEADING_PARTS_MAX: usize = 8;

impl Heading {
    pub(in crate::extract) fn new(whole: ElementRef<'_>) -> Option<Heading> {
        let parts = whole.text().map(plain).filter(|part| !part.is_empty());
        Some(Heading {
            text: plain(&text_of(whole)?),
            parts: parts.take(HEADING_PARTS_MAX).collect(),
        })
    }

    pub(in crate::extract) fn text(&self) -> &str {
        &self.text
    }

    /// Whether all its parts from one on, or up to one, say what `title` says, and the rest more.
    fn has_part(&self, title: &str) -> bool {
        let says = |parts: &[String]| phrases::same_words(&parts.concat(), title);
        (1..self.parts.len()).any(|cut| says(&self.parts[cut..]) || says(&self.parts[..cut]))
    }
}

/// What the site is called.
pub(in crate::extract) struct Site<'a> {
    pub(in crate::extract) name: Option<&'a str>,
    /// The letters of its name, and of its host without `www.`.
    name_letters: String,
    host_letters: String,
}

impl<'a> Site<'a> {
    pub(in crate::extract) fn new(said: &'a Said, entry: Option<&'a Entry>, url: &Url) -> Site<'a> {
        let name = said
            .meta("og:site_name")
            .or_else(|| entry.and_then(|e| e.text("publisher")));
        let host = url.host_str().unwrap_or_default();
        Site {
            name,
            name_letters: letters(name.unwrap_or_default()),
            host_letters: letters(host.trim_start_matches("www.")),
        }
    }

    /// Whether `text` is the name, or most of the address.
    fn is_called(&self, text: &str) -> bool {
        let text = letters(text);
        !text.is_empty()
            && (text == self.name_letters || (text.len() >= 3 && self.host_letters.contains(&text)))
    }

    /// Cuts ` | Site` off the end and `Site: ` off the front, where that part names the site.
    fn cut_off<'t>(&self, title: &'t str) -> &'t str {
        let is_named = |part: &str| {
            let whole = || letters(part);
            self.is_called(part) || (part.len() >= 3 && whole().contains(&self.host_letters))
        };
        for mark in SITE_MARKS {
            if let Some((head, tail)) = title.rsplit_once(mark)
                && head.len() >= CUT_BYTES_MIN
                && is_named(tail)
            {
                return self.cut_off(head.trim());
            }
            if let Some((head, tail)) = title.split_once(mark)
                && tail.len() >= CUT_BYTES_MIN
                && is_named(head)
            {
                return tail.trim();
            }
        }
        title.trim()
    }
}

/// Marks between a title and the name of its site.
const SITE_MARKS: [&str; 9] = [
    " | ", " - ", " – ", " — ", " · ", " :: ", " » ", " • ", " / ",
];

/// What is left of a title without its site is not shorter, in bytes.
const CUT_BYTES_MIN: usize = 8;

/// Where a title may stand, told before shown.
fn titles<'a>(said: &'a Said, entry: Option<&'a Entry>) -> [(Option<&'a str>, &'static str); 5] {
    [
        (entry.and_then(|e| e.text("headline")), "json-ld"),
        (said.meta("og:title"), "opengraph"),
        (said.meta("twitter:title"), "meta"),
        (said.heading(), "page"),
        (said.document_title(), "page"),
    ]
}

/// The title without the site's name.
pub(in crate::extract) fn title(
    said: &Said,
    entry: Option<&Entry>,
    site: &Site<'_>,
) -> Found<String> {
    let told: Vec<(String, &str)> = titles(said, entry)
        .into_iter()
        .filter_map(|(text, origin)| Some((plain(text?), origin)))
        .filter(|(text, _)| !text.is_empty() && text.len() <= FIELD_BYTES_MAX)
        .collect();
    if let [heading] = said.headings()
        && let Some(found) = in_heading(heading, &told, site)
    {
        return Some(found);
    }
    // The site's name is no title while there is another.
    let named = |(text, _): &&(String, &str)| !site.is_called(text);
    let (text, origin) = told.iter().find(named).or(told.first())?;
    let bare = site.cut_off(text);
    let heading = said
        .headings()
        .iter()
        // A heading that a candidate only decorates is the title as readers see it.
        .find(|heading| heading.text.len() > 12 && phrases::same_words(&heading.text, bare));
    let found = heading.map_or(bare, |heading| &heading.text);
    Some((found.to_string(), origin))
}

/// The title that the only heading of its level holds. It is what readers see; search engines are
/// told variants of it. Where it holds more than a title, what it holds is told elsewhere.
fn in_heading(
    heading: &Heading,
    told: &[(String, &'static str)],
    site: &Site<'_>,
) -> Found<String> {
    let part = told.iter().find_map(|(text, origin)| {
        let bare = site.cut_off(text);
        let holds = bare.len() > HEADING_BYTES_MIN && heading.has_part(bare);
        holds.then(|| (bare.to_string(), *origin))
    });
    part.or_else(|| {
        let is_title = heading.text.len() > HEADING_BYTES_MIN
            && !site.is_called(&heading.text)
            && told
                .iter()
                .any(|(text, _)| *text != heading.text && phrases::is_variant(&heading.text, text));
        is_title.then(|| (site.cut_off(&heading.text).to_string(), "page"))
    })
}

/// A shorter heading is more likely a section's name than a title, in bytes.
const HEADING_BYTES_MIN: usize = 15;

fn letters(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}
