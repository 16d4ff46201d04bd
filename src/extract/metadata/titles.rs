//! The title of an article among all that a page calls itself.

use url::Url;

use super::{
    collected::Collected,
    field::{FIELD_BYTES_MAX, FieldValue, letters, plain},
    heading::Heading,
    jsonld::Thing,
};
use crate::{
    extract::blocks::phrases,
    lang::{PageList, PageWords},
};

/// What the site is called.
pub(super) struct SiteName<'a> {
    name: Option<&'a str>,
    collected: &'a Collected,
    /// Parts of the path of the address, in letters.
    sections: Vec<String>,
    words: &'a PageWords,
    /// The letters of its name, and of its host without `www.`.
    name_letters: String,
    host_letters: String,
}

impl<'a> SiteName<'a> {
    pub(super) fn new(
        collected: &'a Collected,
        thing: Option<&'a Thing>,
        url: &Url,
        words: &'a PageWords,
    ) -> SiteName<'a> {
        let name = collected
            .meta("og:site_name")
            .or_else(|| thing.and_then(|e| e.text("publisher")));
        let host = url.host_str().unwrap_or_default();
        let parts = url.path_segments().into_iter().flatten();
        let told = thing.and_then(|e| e.text("articleSection"));
        let told = told.or(collected.meta("article:section"));
        SiteName {
            name,
            collected,
            sections: parts
                .chain(told)
                .map(letters)
                .filter(|part| part.len() > 2)
                .collect(),
            words,
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

    /// Whether an author's name is that of the site: also where only the document's title says so, at
    /// its end.
    pub(super) fn signs_as(&self, name: &str) -> bool {
        let tail = self.collected.document_title().and_then(|title| {
            let mut tails = SITE_MARKS.iter().filter_map(|mark| title.rsplit_once(mark));
            tails.next().map(|(_, tail)| tail)
        });
        let names = [self.name, tail];
        names
            .into_iter()
            .flatten()
            .any(|site| phrases::same_words(site, name))
    }

    /// A title without what pages put behind it: the name of the site, sections, the number of the page.
    fn bare<'t>(&self, title: &'t str) -> &'t str {
        let mut bare = self.cut_off(title);
        for _ in 0..TAILS_MAX {
            let mut cuts = SITE_MARKS.iter().filter_map(|mark| bare.rsplit_once(mark));
            let Some((head, _)) = cuts.find(|(head, tail)| {
                head.len() >= CUT_BYTES_MIN && (self.is_section(tail) || self.is_page_number(tail))
            }) else {
                break;
            };
            bare = self.cut_off(head.trim());
        }
        bare
    }

    fn is_section(&self, tail: &str) -> bool {
        let tail = letters(tail);
        self.collected.menu.contains(&tail) || self.sections.contains(&tail)
    }

    /// "Page 2", "Halaman all".
    fn is_page_number(&self, tail: &str) -> bool {
        let number = self.words.opening(PageList::PageNumbers, tail);
        number > 0 && tail.len() - number <= NUMBER_BYTES_MAX && !tail[number..].contains(' ')
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
        match title.split_once(": ") {
            Some((head, tail)) if tail.len() >= CUT_BYTES_MIN && self.is_all_of(head) => {
                tail.trim()
            }
            _ => title.trim(),
        }
    }

    /// Whether `text` is the name or nearly all of the host: a headline may open with the name of a town
    /// that the host has too.
    fn is_all_of(&self, text: &str) -> bool {
        let bytes = letters(text).len();
        self.is_called(text)
            && (bytes == self.name_letters.len() || bytes * 3 >= self.host_letters.len() * 2)
    }
}

/// Marks between a title and the name of its site.
const SITE_MARKS: [&str; 19] = [
    " | ", " - ", " – ", " — ", " · ", " :: ", " » ", " • ", " / ", " « ", " ‹ ", " › ", " > ",
    " ~ ", " ― ", "｜", "丨", "|", "_",
];

/// Tails of a title that are cut off: sections, and the number of the page.
const TAILS_MAX: usize = 3;
/// What numbers a page is no longer, in bytes.
const NUMBER_BYTES_MAX: usize = 6;

/// What is left of a title without its site is not shorter, in bytes.
const CUT_BYTES_MIN: usize = 8;

/// Where a title may stand, told before shown.
fn titles<'a>(
    collected: &'a Collected,
    thing: Option<&'a Thing>,
) -> [(Option<&'a str>, &'static str); 5] {
    [
        (thing.and_then(|e| e.text("headline")), "json-ld"),
        (collected.meta("og:title"), "opengraph"),
        (collected.meta("twitter:title"), "meta"),
        (collected.heading(), "page"),
        (collected.document_title(), "page"),
    ]
}

/// The title without the site's name.
pub(super) fn title(
    collected: &Collected,
    thing: Option<&Thing>,
    site: &SiteName<'_>,
) -> FieldValue<String> {
    let told: Vec<(String, &str)> = titles(collected, thing)
        .into_iter()
        .filter_map(|(text, origin)| Some((plain(text?), origin)))
        .filter(|(text, _)| !text.is_empty() && text.len() <= FIELD_BYTES_MAX)
        .collect();
    if let [heading] = collected.headings.as_slice()
        && let Some(found) = in_heading(heading, &told, site)
    {
        return Some(found);
    }
    // The site's name is no title while there is another.
    let named = |(text, _): &&(String, &str)| !site.is_called(text);
    let (text, origin) = told.iter().find(named).or(told.first())?;
    let bare = site.bare(text);
    let heading = collected
        .headings
        .iter()
        // A heading that a candidate only decorates is the title as readers see it.
        .find(|heading| heading.text().len() > 12 && phrases::same_words(heading.text(), bare));
    let found = heading.map_or(bare, |heading| heading.text());
    Some((found.to_string(), origin))
}

/// What a line of a page without a heading has of a title that no line has whole: behind or before it may
/// stand the name of a site that nothing else tells.
pub(in crate::extract) fn shown<'t, 'l>(
    title: &'t str,
    collected: &Collected,
    lines: &(impl Iterator<Item = &'l str> + Clone),
) -> Option<&'t str> {
    let is_shown = |part: &str| lines.clone().any(|line| phrases::same_words(line, part));
    let cuts = |marks: &[&str]| {
        let cuts = marks.iter().flat_map(|mark| title.match_indices(mark));
        let mut cuts: Vec<_> = cuts.map(|(at, mark)| (at, at + mark.len())).collect();
        cuts.sort_unstable();
        cuts
    };
    let (ends, starts) = (
        cuts(&SITE_MARKS),
        cuts(&[&SITE_MARKS[..], &[": "]].concat()),
    );
    if !collected.headings.is_empty() || starts.is_empty() || is_shown(title) {
        return None;
    }
    let heads = ends.iter().rev().map(|(end, _)| title[..*end].trim());
    let tails = starts.iter().map(|(_, start)| title[*start..].trim());
    let mut long = heads
        .chain(tails)
        .filter(|part| part.len() > HEADING_BYTES_MIN);
    long.find(|part| is_shown(part))
}

/// The title that the only heading of its level holds. It is what readers see; search engines are
/// told variants of it. Where it holds more than a title, what it holds is told elsewhere.
fn in_heading(
    heading: &Heading,
    told: &[(String, &'static str)],
    site: &SiteName<'_>,
) -> FieldValue<String> {
    let part = told.iter().find_map(|(text, origin)| {
        let bare = site.bare(text);
        let holds = bare.len() > HEADING_BYTES_MIN && heading.has_part(bare);
        holds.then(|| (bare.to_string(), *origin))
    });
    part.or_else(|| {
        let is_title = heading.text().len() > HEADING_BYTES_MIN
            && !site.is_called(heading.text())
            && told.iter().any(|(text, _)| {
                *text != heading.text() && phrases::is_variant(heading.text(), text)
            });
        is_title.then(|| (site.bare(heading.text()).to_string(), "page"))
    })
}

/// A shorter heading is more likely a section's name than a title, in bytes.
const HEADING_BYTES_MIN: usize = 15;
