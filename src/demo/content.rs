//! The papers and their articles: data under `articles/`, embedded in the binary. All of it is
//! invented, and written for this program.

use std::{borrow::Cow, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;

use crate::model::{BlockKind, Lang, PageKind};

/// One file a paper, in the order in which they are shown.
const PAPERS: [&str; 7] = [
    include_str!("articles/harian-pagi.toml"),
    include_str!("articles/the-lighthouse.toml"),
    include_str!("articles/kabar-kilat.toml"),
    include_str!("articles/dunia-terkini.toml"),
    include_str!("articles/rusak-news.toml"),
    include_str!("articles/night-post.toml"),
    include_str!("articles/quay-almanac.toml"),
];

/// A news site of the demo: one file under `articles/`.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// Kebab-case; the name of the source.
    pub name: String,
    /// As its masthead says it.
    pub title: String,
    /// The line below the masthead.
    pub tagline: String,
    /// The language of its articles.
    pub lang: Lang,
    /// Whether the source is announced with its language, or the language is left to find out.
    pub announced: bool,
    /// Where its articles are found.
    pub door: Door,
    /// The look of its pages.
    pub theme: Theme,
    /// Whether it sends ETag and Last-Modified and answers 304.
    pub validators: bool,
    /// Path prefixes that its robots.txt forbids.
    #[serde(default)]
    pub disallow: Vec<String>,
    /// How many seconds after the newsroom opened its feed or sitemap lists nothing any more.
    #[serde(default)]
    pub falls_silent: Option<u32>,
    /// Raw XML put at the end of its feed, well-formed or not.
    #[serde(default)]
    pub feed_residue: String,
    /// The text of its page "about us".
    pub about: String,
    /// Newest first.
    #[serde(rename = "article")]
    pub articles: Vec<PaperArticle>,
}

/// What a reader of links is given: the address of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Door {
    /// RSS 2.0.
    Rss,
    /// Atom (RFC 4287).
    Atom,
    /// A sitemap with Google News' extension.
    NewsSitemap,
    /// The front page.
    FrontPage,
}

impl Door {
    /// Where it is on the paper's site.
    pub fn path(self) -> &'static str {
        match self {
            Door::Rss => "/rss.xml",
            Door::Atom => "/feed.atom",
            Door::NewsSitemap => "/news-sitemap.xml",
            Door::FrontPage => "/",
        }
    }

    /// The kind of the source.
    pub fn kind(self) -> PageKind {
        match self {
            Door::Rss | Door::Atom => PageKind::Feed,
            Door::NewsSitemap => PageKind::Sitemap,
            Door::FrontPage => PageKind::Listing,
        }
    }
}

/// The look of a paper's pages: one template under `templates/demo/` each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Theme {
    /// Semantic HTML, JSON-LD, a sidebar.
    Broadsheet,
    /// Sparse HTML with OpenGraph and microdata.
    Gazette,
    /// A blog theme that puts its prompts and its comment form into the article's container.
    Crowded,
    /// Bare `div`s without any metadata.
    Bare,
}

/// One article, or one address that is listed as if it were one.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaperArticle {
    /// Unique within the paper.
    pub path: String,
    /// The headline.
    pub title: String,
    /// The author.
    pub byline: String,
    /// A word, as in the navigation.
    pub section: String,
    /// How many minutes before the newsroom opened it was published.
    #[serde(default)]
    pub minutes: u32,
    /// How many seconds after the newsroom opened it is published; 0 for what is out at once.
    #[serde(default)]
    pub appears: u32,
    /// Keywords, shown below the text by some themes.
    #[serde(default)]
    pub tags: Vec<String>,
    /// How the server answers for it.
    #[serde(default)]
    pub answer: Behaviour,
    /// Whether the text carries the `<font>` wrappers that a browser's translator leaves in what
    /// is copied out of it.
    #[serde(default)]
    pub pasted_translation: bool,
    /// What the paper takes back later.
    #[serde(default)]
    pub corrected: Option<Correction>,
    /// Blocks separated by blank lines; `## ` starts a heading, `> ` a quotation, `- ` an item.
    #[serde(default)]
    pub body: String,
}

/// Words of an article that are replaced after it was published.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Correction {
    /// How many seconds after the newsroom opened.
    pub appears: u32,
    /// What it said until then.
    pub before: String,
    /// What it says from then on.
    pub after: String,
}

/// How the server answers for an article.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Behaviour {
    /// With its page.
    #[default]
    Page,
    /// 500.
    ServerError,
    /// 404.
    Missing,
    /// 302 to another address of the same page, which leads back.
    RedirectLoop,
    /// 429 with Retry-After the first time, then its page.
    ThrottledOnce,
    /// The first half of a gzip stream, as if it were all of it.
    CutGzip,
    /// A body that drips and does not end for ten minutes.
    Endless,
    /// 200, and a page that says "not found".
    SoftNotFound,
    /// 200 and a page that wants a browser.
    BotWall,
    /// Its page in ISO 8859-1, declared as UTF-8.
    Latin1,
    /// 200 and nothing.
    Empty,
    /// A PDF, declared as HTML.
    Pdf,
}

/// One piece of an article's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaperBlock<'a> {
    /// Paragraph, Heading, Quote or ListItem.
    pub kind: BlockKind,
    /// Plain text; may contain what looks like markup, and is escaped wherever it is shown.
    pub text: &'a str,
}

impl PaperArticle {
    /// The text in order.
    pub fn blocks(&self) -> impl Iterator<Item = PaperBlock<'_>> {
        blocks(&self.body)
    }

    /// What it says `elapsed` after the opening: its body, corrected when it is time.
    pub fn text(&self, elapsed: Duration) -> Cow<'_, str> {
        match &self.corrected {
            Some(corrected) if Duration::from_secs(corrected.appears.into()) <= elapsed => {
                Cow::Owned(self.body.replace(&corrected.before, &corrected.after))
            }
            _ => Cow::Borrowed(&self.body),
        }
    }

    /// The first paragraph.
    pub fn summary(&self) -> &str {
        self.blocks()
            .find(|block| block.kind == BlockKind::Paragraph)
            .map_or("", |block| block.text)
    }

    /// Whether `elapsed` after the opening it is out.
    pub fn is_out(&self, elapsed: Duration) -> bool {
        Duration::from_secs(self.appears.into()) <= elapsed
    }

    /// Its date, for a newsroom opened at `opened`.
    pub fn published(&self, opened: DateTime<Utc>) -> DateTime<Utc> {
        opened + TimeDelta::seconds(self.appears.into()) - TimeDelta::minutes(self.minutes.into())
    }
}

impl Paper {
    /// What is out `elapsed` after the opening, newest first.
    pub fn published(&self, elapsed: Duration) -> impl Iterator<Item = &PaperArticle> {
        self.articles.iter().filter(move |a| a.is_out(elapsed))
    }

    /// The sections in alphabetical order.
    pub fn sections(&self) -> Vec<&str> {
        let mut sections: Vec<&str> = self.articles.iter().map(|a| a.section.as_str()).collect();
        sections.sort_unstable();
        sections.dedup();
        sections
    }
}

/// Cuts a text at its blank lines; see [`PaperArticle::body`] for the marks.
pub(super) fn blocks(text: &str) -> impl Iterator<Item = PaperBlock<'_>> {
    const MARKS: [(&str, BlockKind); 3] = [
        ("## ", BlockKind::Heading),
        ("> ", BlockKind::Quote),
        ("- ", BlockKind::ListItem),
    ];
    text.split("\n\n")
        .map(str::trim)
        .filter(|block| !block.is_empty())
        .map(|block| {
            MARKS
                .iter()
                .find_map(|&(mark, kind)| {
                    block
                        .strip_prefix(mark)
                        .map(|text| PaperBlock { kind, text })
                })
                .unwrap_or(PaperBlock {
                    kind: BlockKind::Paragraph,
                    text: block,
                })
        })
}

/// Reads the embedded papers. Fails only if one of the files under `articles/` is not what
/// [`Paper`] says.
pub fn papers() -> Result<Vec<Paper>, toml::de::Error> {
    PAPERS
        .iter()
        .map(|text| {
            let mut paper: Paper = toml::from_str(text)?;
            paper
                .articles
                .sort_by_key(|a| (std::cmp::Reverse(a.appears), a.minutes));
            Ok(paper)
        })
        .collect()
}
