//! What was read out of a page.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use url::Url;

use super::{Date, Lang, Reason, Span};

/// The role of a block in the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BlockKind {
    /// Running text.
    Paragraph,
    /// A sub-heading.
    Heading,
    /// An item of a list.
    ListItem,
    /// A block quotation.
    Quote,
    /// A row of a table.
    Row,
    /// Preformatted text.
    Preformatted,
    /// A line of the page that was left in the body, as a rule found afterwards.
    Residue,
}

/// One paragraph-like piece of the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Block {
    /// Where in `body`.
    pub span: Span,
    /// What it is.
    pub kind: BlockKind,
    /// Bytes of its text that stand inside links.
    pub link_bytes: usize,
}

/// A line inside the article that readers are served and that is none of it: the extractor left
/// it out of the body.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The byte of `body` before which it stood.
    pub at: usize,
    /// Its text.
    pub text: String,
    /// The articles of its site that it is known to have stood on; 0 where it is not known as a
    /// line of the site's template.
    pub articles: u32,
    /// Bytes of it that stand inside links.
    #[serde(default)]
    pub link_bytes: usize,
}

/// What one article showed of its site: what [`crate::site::SiteMemory`] learns from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sighting {
    /// A hash of the address.
    pub url: u64,
    /// A hash of the text that a slightly changed one mostly shares.
    pub body: u64,
    /// Fingerprints of the lines in and about the body, each once. Bounded by the extractor.
    pub lines: Vec<u64>,
}

/// A trace in the page itself that says its text was translated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provenance {
    /// Kebab-case name of the trace.
    pub rule: String,
    /// What was seen.
    pub note: String,
}

/// How much a hint at translation is worth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum HintGrade {
    /// A habit of sites that many translate by machine, and some by people.
    Hint,
    /// The mark of an engine that worked on this page or site; the text may be another one.
    Sign,
}

/// Something in the page that makes translation likelier and proves nothing. It is no trace of it:
/// what is of the site is on all its pages, and is not counted anew with each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// Kebab-case name of the hint.
    pub rule: String,
    /// What was seen.
    pub note: String,
    /// How much it is worth.
    pub grade: HintGrade,
}

/// What was read out of an article page.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Article {
    /// The canonical URL that the page names, or the one it was fetched from.
    pub url: Option<Url>,
    /// Without the site's name.
    pub title: Option<String>,
    /// Authors, joined by ", ".
    pub byline: Option<String>,
    /// As exactly as the page says it.
    pub published: Option<Date>,
    /// Last modification.
    pub modified: Option<Date>,
    /// As declared by the caller or the page, or identified from the text.
    pub lang: Option<Lang>,
    /// The section or category.
    pub section: Option<String>,
    /// The lead image.
    pub image: Option<Url>,
    /// Where the article goes on, if it is cut in pages.
    pub next: Option<Url>,
    /// Paragraphs separated by one blank line.
    pub body: String,
    /// What `body` is made of, in order, without gaps but for the blank lines.
    pub blocks: Vec<Block>,
    /// Lines between the first and the last block of `body`, or directly after it in the same
    /// container, that were left out of it. Bounded by the extractor.
    pub left_out: Vec<LeftOut>,
    /// Bytes of the text that the page shows in all, `body` included; `None` without a page.
    pub page_bytes: Option<usize>,
    /// For the memory of the site; `None` where there is nothing to learn from.
    pub sighting: Option<Sighting>,
    /// Traces of translation in the page.
    pub provenance: Vec<Provenance>,
    /// What hints at it besides; not kept with the article.
    pub hints: Vec<Hint>,
    /// The site asks that no copy of the page be kept.
    pub noarchive: bool,
    /// Field name -> where its value came from: `json-ld`, `opengraph`, `meta`, `page`, …
    pub origins: BTreeMap<String, String>,
}

/// How a text repeats one that is known: the `kind` label of `benggala_duplicates_total`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CopyKind {
    /// Word by word.
    Exact,
    /// With changes.
    Near,
}

impl CopyKind {
    /// The metric label.
    pub const fn as_str(self) -> &'static str {
        match self {
            CopyKind::Exact => "exact",
            CopyKind::Near => "near",
        }
    }
}

/// Why there is no body to judge, with what metadata could be read all the same.
#[derive(Debug, Clone, PartialEq)]
pub struct NoArticle {
    /// Never `UnknownLanguage`.
    pub reason: Reason,
    /// Metadata; its `body` is empty.
    pub article: Box<Article>,
}
