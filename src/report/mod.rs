//! Conclusions in, text out.
//!
//! Every form of output is made from the same few views, which borrow from the nouns of
//! [`crate::model`] or from whatever a store keeps of them.

pub mod atom;
pub mod backfill;
pub mod changes;
pub mod colour;
pub mod excerpt;
pub mod explain;
pub mod highlight;
pub mod html;
pub mod json;
pub mod legend;
pub mod lessons;
pub mod manner;
pub mod opml;
pub mod parquet;
pub mod plot;
pub mod sources;
pub mod table;
pub mod terminal;
pub mod tongue;
pub mod warc;
pub mod wording;
pub mod wrapped;

use serde_json::Value;
use url::Url;

use self::changes::Piece;

use crate::model::{
    Article, Assessment, Backfill, Date, Evidence, LinkCounts, PageKind, Pause, Provenance, Review,
    RulesHash, Scores, Shelf, SourceDay, SourceStanding, Span, Timestamp, Verdict,
};
use crate::text::Text;

/// One finding, wherever it is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark<'a> {
    /// The rule's name.
    pub rule: &'a str,
    /// How plainly it is broken.
    pub grade: &'a str,
    /// Bytes of the body.
    pub span: Span,
    /// What is wrong here.
    pub note: &'a str,
    /// The words, where they are no part of the body; then `span` only tells where they stood.
    pub left_out: Option<&'a str>,
    /// Who said that it is none: it counts no more.
    pub dismissed_by: Option<&'a str>,
}

/// One document and what was concluded about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Document<'a> {
    /// What the caller knows it by, given back unchanged; null if nothing.
    pub id: Value,
    /// Its canonical URL.
    pub url: Option<&'a str>,
    /// Metadata.
    pub title: Option<&'a str>,
    /// Metadata.
    pub byline: Option<&'a str>,
    /// Metadata.
    pub published: Option<Date>,
    /// The primary subtag of its language.
    pub lang: Option<&'a str>,
    /// Paragraphs separated by a blank line.
    pub body: &'a str,
    /// The conclusion.
    pub verdict: Verdict,
    /// The numbers behind it.
    pub scores: Scores,
    /// The words behind it, by position.
    pub marks: Vec<Mark<'a>>,
    /// Traces of translation in the page.
    pub provenance: &'a [Provenance],
    /// What was weighed for and against translation.
    pub evidence: &'a [Evidence],
}

impl<'a> Document<'a> {
    /// The view of an inspected article.
    pub fn new(id: Value, article: &'a Article, assessment: &'a Assessment) -> Document<'a> {
        let counted = assessment.findings.iter().map(|finding| (finding, None));
        let aside = assessment.dismissed.iter();
        let aside = aside.map(|aside| (&aside.finding, Some(aside.by.as_str())));
        let marks = counted.chain(aside).map(|(finding, dismissed_by)| Mark {
            rule: finding.rule,
            grade: finding.grade,
            span: finding.span.clone(),
            note: &finding.note,
            left_out: finding.left_out.as_deref(),
            dismissed_by,
        });
        Document {
            id,
            url: article.url.as_ref().map(Url::as_str),
            title: article.title.as_deref(),
            byline: article.byline.as_deref(),
            published: article.published,
            lang: article.lang.as_ref().map(|lang| lang.as_str()),
            body: &article.body,
            verdict: assessment.verdict,
            scores: assessment.scores,
            marks: marks.collect(),
            provenance: &article.provenance,
            evidence: &assessment.evidence,
        }
    }

    /// The words that a mark points at; empty if it points outside the body.
    pub fn words(&self, mark: &Mark<'a>) -> &'a str {
        mark.left_out
            .or_else(|| self.body.get(mark.span.clone()))
            .unwrap_or_default()
    }

    /// The length of its text, as it is held against thresholds.
    fn length(&self) -> usize {
        Text::new(self.body).length()
    }

    /// The title, or what comes nearest to one.
    pub fn heading(&self) -> &'a str {
        let title = self.title.filter(|title| !title.trim().is_empty());
        title.or(self.url).unwrap_or("(no title)")
    }
}

/// An article that was collected, with all that is kept about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry<'a> {
    /// Its row.
    pub id: i64,
    /// The name of the source that led to it first.
    pub source: &'a str,
    /// First seen.
    pub fetched_at: Timestamp,
    /// The article and the conclusion; its `id` is the row again.
    pub document: Document<'a>,
    /// The rules that the conclusion was made with.
    pub rules: RulesHash,
    /// What reviewers said, oldest first.
    pub reviews: &'a [Review],
    /// Where it lies.
    pub shelf: Shelf,
    /// The articles with the same text, this one among them.
    pub cluster: Option<ClusterView<'a>>,
    /// How many other addresses lead to it.
    pub aliases: u64,
}

impl Entry<'_> {
    /// Whether somebody has decided on the whole of it.
    fn is_decided(&self) -> bool {
        let mut holding = self.reviews.iter().filter(|review| review.ended.is_none());
        holding.any(|review| review.finding.is_none())
    }
}

/// Articles that carry one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClusterView<'a> {
    /// What a list of them asks for.
    pub id: i64,
    /// How many there are.
    pub articles: u64,
    /// On how many sources.
    pub sources: u64,
    /// The one that was read first.
    pub first: i64,
    /// Its source.
    pub first_source: &'a str,
    /// When that was.
    pub first_at: Timestamp,
}

/// An article with the same text as another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CopyView<'a> {
    /// Its row.
    pub id: i64,
    /// Its canonical URL.
    pub url: &'a str,
    /// The name of the source that led to it first.
    pub source: &'a str,
    /// Metadata.
    pub title: Option<&'a str>,
    /// First seen.
    pub fetched_at: Timestamp,
}

/// What an article said before, and what was changed then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionView<'a> {
    /// When it was first read.
    pub from: Timestamp,
    /// When it was read to say something else.
    pub until: Timestamp,
    /// The headline.
    pub title: Option<&'a str>,
    /// Paragraphs separated by a blank line.
    pub body: &'a str,
    /// The headline and the text, as far as the version after it differs.
    pub changes: Vec<Vec<Piece>>,
}

/// Where else the text of an article stood, and how it changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrailView<'a> {
    /// Other articles with this text, oldest first; perhaps not all.
    pub copies: Vec<CopyView<'a>>,
    /// Other addresses that lead to it, oldest first; perhaps not all.
    pub aliases: Vec<&'a str>,
    /// Oldest first; perhaps not all.
    pub versions: Vec<VersionView<'a>>,
}

/// A source and how it does.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceView<'a> {
    /// Its unique name.
    pub name: &'a str,
    /// Where it is asked.
    pub url: &'a Url,
    /// Whose workers watch it; `None`: those of no group.
    pub group: Option<&'a str>,
    /// What it has turned out to be.
    pub kind: PageKind,
    /// False once it has left the configuration, or while nobody is at work who watches it.
    pub enabled: bool,
    /// Set while somebody has paused it.
    pub paused: Option<&'a Pause>,
    /// Its latest days, oldest first, as far as they were looked up.
    pub days: Vec<SourceDay>,
    /// Flagged, and nobody has decided.
    pub waiting: u64,
    /// Flagged, rightly.
    pub confirmed: u64,
    /// Flagged, wrongly.
    pub dismissed: u64,
    /// Its articles.
    pub standing: SourceStanding,
    /// When it last answered well.
    pub last_success: Option<Timestamp>,
    /// What its addresses listed when they last answered; `None` before the first.
    pub links: Option<LinkCounts>,
    /// When its last new article came.
    pub last_article: Option<Timestamp>,
    /// When it is asked next.
    pub next_at: Option<Timestamp>,
    /// Failed polls in a row.
    pub failures: u32,
    /// How the last poll failed.
    pub error: Option<&'a str>,
    /// The mean of `scores.boilerplate` over its latest judged articles.
    pub boilerplate: Option<f64>,
    /// Lines known to be the template of its site.
    pub template_lines: u64,
    /// Pages that held no article.
    pub not_articles: u64,
    /// Pages that have met a bot wall since the last article came through.
    pub walled: u64,
    /// Pages that are set aside: reading them ended the daemon, or their rows cannot be read.
    pub parked: u64,
    /// The latest walk through its past.
    pub backfill: Option<&'a Backfill>,
}

/// How many documents ended in which way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct VerdictCounts {
    /// Flagged.
    pub flagged: u64,
    /// Passed.
    pub passed: u64,
    /// Not judged.
    pub abstained: u64,
    /// Not even read.
    pub failed: u64,
}

impl VerdictCounts {
    /// Counts one verdict.
    pub fn add(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Flag => self.flagged += 1,
            Verdict::Pass => self.passed += 1,
            Verdict::Abstain(_) => self.abstained += 1,
        }
    }

    /// Documents in all.
    pub fn total(&self) -> u64 {
        self.flagged + self.passed + self.abstained + self.failed
    }
}
