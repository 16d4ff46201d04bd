//! Articles and lists of articles -> HTML.

use std::time::Duration;

use askama::Template;
use chrono::{DateTime, Datelike, FixedOffset, SecondsFormat, Timelike, Utc};
use serde_json::json;
use url::Url;

use super::content::{Paper, PaperArticle, PaperBlock, Theme, blocks};
use crate::model::BlockKind;

/// A paper at one moment: all that a page can be made of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edition<'a> {
    pub(super) paper: &'a Paper,
    /// `http://127.0.0.1:port/`.
    pub(super) base: &'a Url,
    /// When the newsroom opened.
    pub(super) opened: DateTime<Utc>,
    /// Since then.
    pub(super) elapsed: Duration,
}

/// Western Indonesian Time, in seconds east of Greenwich.
const WIB: i32 = 7 * 3600;

/// How many links a sidebar or a block of related articles has.
const RELATED_MAX: usize = 5;

impl<'a> Edition<'a> {
    /// The absolute address of a path on the paper's site.
    pub(super) fn url(&self, path: &str) -> Url {
        let mut url = self.base.clone();
        url.set_path(path);
        url
    }

    /// What is out, newest first.
    pub(super) fn published(&self) -> impl Iterator<Item = &'a PaperArticle> + use<'a> {
        self.paper.published(self.elapsed)
    }

    /// When the newest article came out.
    pub(super) fn updated(&self) -> DateTime<Utc> {
        self.published()
            .map(|article| article.published(self.opened))
            .max()
            .unwrap_or(self.opened)
    }

    /// The date of an article in the paper's own zone.
    pub(super) fn date(&self, article: &PaperArticle) -> DateTime<FixedOffset> {
        let seconds = match self.paper.lang.as_str() {
            "id" => WIB,
            _ => 0,
        };
        let at = article.published(self.opened);
        FixedOffset::east_opt(seconds).map_or(at.fixed_offset(), |zone| at.with_timezone(&zone))
    }

    fn teaser(&self, article: &'a PaperArticle) -> Teaser<'a> {
        Teaser {
            path: &article.path,
            title: &article.title,
            section: &article.section,
            summary: article.summary(),
            date: long_date(self.date(article), self.paper.lang.as_str()),
        }
    }
}

/// An article in a list.
struct Teaser<'a> {
    path: &'a str,
    title: &'a str,
    section: &'a str,
    summary: &'a str,
    date: String,
}

/// The middle of a page.
enum Shown<'a> {
    /// A front page or a section.
    List {
        heading: &'a str,
        teasers: Vec<Teaser<'a>>,
    },
    /// One article.
    Article(Box<ArticleView<'a>>),
    /// A page about the paper, or one that says that there is none.
    Text {
        heading: &'a str,
        blocks: Vec<PaperBlock<'a>>,
    },
}

/// An article as its page shows it.
struct ArticleView<'a> {
    title: &'a str,
    byline: &'a str,
    section: &'a str,
    summary: &'a str,
    tags: &'a [String],
    url: String,
    image: String,
    date: String,
    iso: String,
    json_ld: String,
    pasted_translation: bool,
    blocks: Vec<PaperBlock<'a>>,
}

/// One page, whatever its theme.
struct View<'a> {
    paper: &'a Paper,
    title: &'a str,
    sections: Vec<(&'a str, String)>,
    related: Vec<Teaser<'a>>,
    year: i32,
    shown: Shown<'a>,
}

#[derive(Template)]
#[template(path = "demo/broadsheet.html")]
struct Broadsheet<'a> {
    view: View<'a>,
}

#[derive(Template)]
#[template(path = "demo/gazette.html")]
struct Gazette<'a> {
    view: View<'a>,
}

#[derive(Template)]
#[template(path = "demo/crowded.html")]
struct Crowded<'a> {
    view: View<'a>,
}

#[derive(Template)]
#[template(path = "demo/bare.html")]
struct Bare<'a> {
    view: View<'a>,
}

/// The page of one article.
pub(super) fn article_page(edition: Edition<'_>, article: &PaperArticle) -> askama::Result<String> {
    let date = edition.date(article);
    let text = article.text(edition.elapsed);
    let shown = ArticleView {
        title: &article.title,
        byline: &article.byline,
        section: &article.section,
        summary: article.summary(),
        tags: &article.tags,
        url: edition.url(&article.path).into(),
        image: edition.url(PICTURE_PATH).into(),
        date: long_date(date, edition.paper.lang.as_str()),
        iso: iso(date),
        json_ld: json_ld(edition, article),
        pasted_translation: article.pasted_translation,
        blocks: blocks(&text).collect(),
    };
    // Only what was out at the opening: a page that changed with every new article would never
    // be answered with 304.
    let related = edition
        .paper
        .published(Duration::ZERO)
        .filter(|other| other.path != article.path)
        .map(|other| edition.teaser(other))
        .take(RELATED_MAX)
        .collect();
    render(
        edition,
        &article.title,
        related,
        Shown::Article(Box::new(shown)),
    )
}

/// The front page, or one section of it if `section` is given.
pub(super) fn list_page(edition: Edition<'_>, section: Option<&str>) -> askama::Result<String> {
    let teasers = edition
        .published()
        .filter(|article| section.is_none_or(|section| article.section == section))
        .map(|article| edition.teaser(article))
        .collect();
    let heading = section.unwrap_or(&edition.paper.tagline);
    let shown = Shown::List { heading, teasers };
    render(edition, heading, Vec::new(), shown)
}

/// A page of plain text.
pub(super) fn text_page(edition: Edition<'_>, heading: &str, text: &str) -> askama::Result<String> {
    let blocks = blocks(text).collect();
    let shown = Shown::Text { heading, blocks };
    render(edition, heading, Vec::new(), shown)
}

fn render<'a>(
    edition: Edition<'a>,
    title: &'a str,
    related: Vec<Teaser<'a>>,
    shown: Shown<'a>,
) -> askama::Result<String> {
    let sections = edition.paper.sections().into_iter();
    let view = View {
        paper: edition.paper,
        title,
        sections: sections.map(|s| (s, section_path(s))).collect(),
        related,
        year: edition.opened.year(),
        shown,
    };
    match edition.paper.theme {
        Theme::Broadsheet => Broadsheet { view }.render(),
        Theme::Gazette => Gazette { view }.render(),
        Theme::Crowded => Crowded { view }.render(),
        Theme::Bare => Bare { view }.render(),
    }
}

/// Where the list of a section is: `/rubrik/seni-budaya/`.
pub(super) fn section_path(section: &str) -> String {
    let slug = section.to_lowercase().replace(' ', "-");
    format!("/rubrik/{slug}/")
}

/// Where the picture of every article is.
pub(super) const PICTURE_PATH: &str = "/gambar/utama.svg";

/// The picture: a horizon, drawn by hand.
pub(super) const PICTURE: &str = concat!(
    r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 240" role="img">"##,
    r##"<rect width="640" height="240" fill="#dfe7ea"/><circle cx="470" cy="92" r="34" fill="#f2c14e"/>"##,
    r##"<path d="M0 170q80-60 160 0t160 0 160 0 160 0v70H0z" fill="#3b6978"/></svg>"##,
);

/// A script element must not be closed from inside: `<` is written as an escape.
fn json_ld(edition: Edition<'_>, article: &PaperArticle) -> String {
    json!({
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.title,
        "datePublished": iso(edition.date(article)),
        "dateModified": iso(edition.date(article)),
        "author": [{"@type": "Person", "name": article.byline}],
        "publisher": {"@type": "Organization", "name": edition.paper.title},
        "image": [edition.url(PICTURE_PATH).as_str()],
        "mainEntityOfPage": edition.url(&article.path).as_str(),
        "articleSection": article.section,
        "inLanguage": edition.paper.lang.as_str(),
    })
    .to_string()
    .replace('<', "\\u003c")
}

/// RFC 3339 with whole seconds and the paper's own zone.
pub(super) fn iso(at: DateTime<FixedOffset>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// As a reader of the language writes it: `Senin, 23 November 2026, 15.07 WIB`.
fn long_date(at: DateTime<FixedOffset>, lang: &str) -> String {
    const DAYS: [&str; 7] = [
        "Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu",
    ];
    const MONTHS: [&str; 12] = [
        "Januari",
        "Februari",
        "Maret",
        "April",
        "Mei",
        "Juni",
        "Juli",
        "Agustus",
        "September",
        "Oktober",
        "November",
        "Desember",
    ];
    if lang != "id" {
        return at.format("%-d %B %Y, %H:%M").to_string();
    }
    let weekday = DAYS
        .get(at.weekday().num_days_from_monday() as usize)
        .unwrap_or(&"");
    let month = MONTHS.get(at.month0() as usize).unwrap_or(&"");
    format!(
        "{weekday}, {} {month} {}, {:02}.{:02} WIB",
        at.day(),
        at.year(),
        at.hour(),
        at.minute()
    )
}
