//! Front pages and section pages: which of their links lead to articles.
//!
//! Nothing tells but the shape of the address and the text of the link, so both are weighed. What
//! is taken for an article and is none costs one fetch; the extractor then says so.

use std::collections::HashMap;

use html5ever::tokenizer::Tag;
use url::Url;

use super::{Found, Links, decode, tokens};
use crate::{
    canonical::{canonical, same_site},
    model::{Page, PageKind},
};

/// Links taken from one page, from the top: a front page shows a few hundred.
pub const LINKS_MAX: usize = 500;

/// Different addresses looked at on one page.
const CANDIDATES_MAX: usize = 20_000;

/// Bytes of link text that are counted.
const TEXT_MAX: usize = 1_000;

/// From this weight on a link is taken for an article (see [`weight`]).
const ARTICLE_AT: i32 = 4;

/// Path segments, whole, of pages that list, explain or sell. Lower case, sorted.
const NOT_ARTICLES: &[&str] = &[
    "about",
    "about-us",
    "account",
    "advertise",
    "agb",
    "archive",
    "archives",
    "archiv",
    "author",
    "authors",
    "autor",
    "autorzy",
    "cart",
    "categories",
    "category",
    "contact",
    "contact-us",
    "contributor",
    "contributors",
    "cookie-policy",
    "cookies",
    "datenschutz",
    "events",
    "faq",
    "feed",
    "feeds",
    "foto",
    "galeri",
    "gallery",
    "games",
    "gdpr",
    "hashtag",
    "help",
    "impressum",
    "indeks",
    "index",
    "jobs",
    "kategori",
    "kategorie",
    "kontak",
    "kontakt",
    "label",
    "live-tv",
    "login",
    "logout",
    "mitarbeiter",
    "newsletter",
    "newsletters",
    "page",
    "pages",
    "pedoman-media-siber",
    "penulis",
    "people",
    "photos",
    "podcast",
    "podcasts",
    "privacy",
    "privacy-policy",
    "profile",
    "profil",
    "redaksi",
    "register",
    "regulamin",
    "rss",
    "schlagwort",
    "search",
    "shop",
    "signin",
    "signup",
    "sitemap",
    "staff",
    "subscribe",
    "subscription",
    "suche",
    "szukaj",
    "tag",
    "tagi",
    "tags",
    "tema",
    "temas",
    "temat",
    "tentang-kami",
    "terms",
    "terms-and-conditions",
    "terms-of-service",
    "terms-of-use",
    "thema",
    "topic",
    "topics",
    "topik",
    "user",
    "users",
    "video",
    "videos",
    "weather",
    "wp-admin",
    "wp-content",
    "wp-json",
    "wp-login.php",
];

/// Endings of files that are no page.
const MEDIA: &[&str] = &[
    "7z", "apk", "atom", "avi", "avif", "bmp", "css", "csv", "doc", "docx", "epub", "exe", "gif",
    "gz", "ico", "ics", "jpeg", "jpg", "js", "json", "m3u8", "m4a", "mov", "mp3", "mp4", "ogg",
    "pdf", "png", "ppt", "pptx", "rar", "rss", "svg", "tif", "tiff", "txt", "wav", "webm", "webp",
    "wmv", "xls", "xlsx", "xml", "zip",
];

/// Endings of pages.
const PAGES: &[&str] = &[
    "asp", "aspx", "cms", "ece", "htm", "html", "jsp", "php", "shtml",
];

/// Parameters that number articles on sites without readable addresses.
const ID_PARAMETERS: &[&str] = &["aid", "article", "articleid", "id", "newsid", "nid", "p"];

pub(super) fn read(page: &Page) -> Found {
    let (text, mut problems) = decode::text(page);
    let (anchors, wrong) = tokens::read(&text, Anchors::new(page));
    problems.extend(wrong);
    let mut links = Links::new(page, LINKS_MAX);
    for candidate in anchors.candidates() {
        if weight(&candidate) >= ARTICLE_AT {
            links.add_url(candidate.url, PageKind::Article, None);
        }
    }
    (links.found, problems)
}

/// Moves `base` to where a `<base>` element says.
pub(super) fn rebase(base: &mut Url, tag: &Tag) {
    if let Some(url) = tokens::attribute(tag, "href").and_then(|href| base.join(href).ok()) {
        *base = url;
    }
}

/// An address on the page, and the best that was seen of the links to it.
struct Candidate {
    url: Url,
    /// Characters of the longest link text.
    text: usize,
    /// Whether every link to it stands in a menu or a footer.
    in_menu: bool,
}

/// Gathers the links of a page while it streams by.
struct Anchors<'a> {
    page: &'a Page,
    base: Url,
    places: HashMap<Url, usize>,
    found: Vec<Candidate>,
    /// The link that is open, as an index into `found`, and its text so far.
    open: Option<(usize, String)>,
    /// Menus and footers that are open.
    menus: usize,
}

impl<'a> Anchors<'a> {
    fn new(page: &'a Page) -> Anchors<'a> {
        Anchors {
            page,
            base: page.final_url.clone(),
            places: HashMap::new(),
            found: Vec::new(),
            open: None,
            menus: 0,
        }
    }

    fn candidates(mut self) -> Vec<Candidate> {
        self.end_link();
        self.found
    }

    fn start_link(&mut self, tag: &Tag) {
        self.end_link();
        let Some(href) = tokens::attribute(tag, "href") else {
            return;
        };
        let Some(url) = self.base.join(href).ok().as_ref().and_then(canonical) else {
            return;
        };
        let is_itself = url == self.page.final_url || url == self.page.link.url;
        if is_itself || !same_site(&url, &self.page.final_url) {
            return;
        }
        let at = match self.places.get(&url) {
            Some(&at) => at,
            None if self.found.len() >= CANDIDATES_MAX => return,
            None => {
                self.places.insert(url.clone(), self.found.len());
                self.found.push(Candidate {
                    url,
                    text: 0,
                    in_menu: true,
                });
                self.found.len() - 1
            }
        };
        self.found[at].in_menu &= self.menus > 0;
        self.open = Some((at, String::new()));
    }

    fn end_link(&mut self) {
        if let Some((at, text)) = self.open.take() {
            let words: Vec<&str> = text.split_whitespace().collect();
            let length = words.join(" ").chars().count();
            let candidate = &mut self.found[at];
            candidate.text = candidate.text.max(length);
        }
    }
}

impl tokens::Sink for Anchors<'_> {
    fn open(&mut self, name: &str, tag: &Tag) {
        match name {
            "a" => self.start_link(tag),
            "base" => rebase(&mut self.base, tag),
            "nav" | "footer" => self.menus += 1,
            // Some sites put the headline beside the link and into its label.
            "img" => self.text(tokens::attribute(tag, "alt").unwrap_or_default()),
            _ => {}
        }
    }

    fn close(&mut self, name: &str) {
        match name {
            "a" => self.end_link(),
            "nav" | "footer" => self.menus = self.menus.saturating_sub(1),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if let Some((_, known)) = &mut self.open
            && known.len() + text.len() <= TEXT_MAX
        {
            known.push_str(text);
        }
    }
}

/// How much a link looks like one to an article. The weights were set by hand so that two good
/// signs suffice, or one and two weak ones.
fn weight(candidate: &Candidate) -> i32 {
    let path = candidate.url.path().to_ascii_lowercase();
    let segments: Vec<&str> = path
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    let Some(last) = segments.last() else {
        return by_query(&candidate.url) + by_text(candidate);
    };
    let (slug, ending) = last.rsplit_once('.').unwrap_or((last, ""));
    let is_page = PAGES.contains(&ending);
    if MEDIA.contains(&ending)
        || segments
            .iter()
            .any(|segment| NOT_ARTICLES.contains(segment))
    {
        return i32::MIN;
    }
    let has_date = dated(&path);
    let mut sum = by_text(candidate) + by_query(&candidate.url);
    sum += if has_date { 3 } else { 0 };
    sum += by_slug(if is_page { slug } else { last });
    // The digits of a date are no number of an article.
    let numbered = segments.iter().rev().take(2).any(|segment| has_id(segment));
    sum += if numbered { 3 } else { 0 };
    sum += i32::from(is_page);
    sum += i32::from(segments.len() >= 3);
    sum
}

fn by_text(candidate: &Candidate) -> i32 {
    let headline = match candidate.text {
        0..25 => 0,
        25..50 => 2,
        _ => 3,
    };
    headline - if candidate.in_menu { 3 } else { 0 }
}

fn by_query(url: &Url) -> i32 {
    let numbered = url.query_pairs().any(|(name, value)| {
        ID_PARAMETERS.contains(&name.to_ascii_lowercase().as_str())
            && value.len() >= 3
            && value.bytes().all(|b| b.is_ascii_digit())
    });
    if numbered { 2 } else { 0 }
}

/// Words joined by hyphens: a headline has many, a section at most two.
fn by_slug(slug: &str) -> i32 {
    match slug
        .split(['-', '_'])
        .filter(|word| !word.is_empty())
        .count()
    {
        0..4 => 0,
        4..6 => 3,
        _ => 4,
    }
}

/// `/2024/05/17/`, `/2024/05/`, `2024-05-17` or `20240517` somewhere in the path.
fn dated(path: &str) -> bool {
    let numbers: Vec<&str> = path
        .split(|c: char| !c.is_ascii_digit())
        .filter(|number| !number.is_empty())
        .collect();
    let year = |text: &str| text.len() == 4 && ("1990".."2100").contains(&text);
    let month = |text: &str| text.len() <= 2 && matches!(text.parse(), Ok(1..=12));
    numbers
        .windows(2)
        .any(|pair| year(pair[0]) && month(pair[1]))
        || numbers.iter().any(|n| {
            n.len() == 8 && year(&n[..4]) && month(&n[4..6]) && ("01".."32").contains(&&n[6..])
        })
}

/// A number of five digits or more, or a token that mixes letters and digits.
fn has_id(segment: &str) -> bool {
    segment.split(['-', '_', '.', ',']).any(|part| {
        let digits = part.bytes().filter(u8::is_ascii_digit).count();
        let letters = part.bytes().filter(u8::is_ascii_alphabetic).count();
        let is_number = digits >= 5 && letters <= 2;
        let is_token = digits >= 2 && letters >= 2 && part.len() >= 8;
        (is_number || is_token)
            && part.len() == digits + letters
            && !(part.len() == 8 && dated(part))
    })
}
