//! How the parts of an article stand in columns of JSON, whatever the store.

use serde::{Deserialize, Serialize};
use url::Url;

use super::rows::StoredFinding;
use crate::model::{Article, Assessment, Block, BlockKind, Date, Link, PageKind};

/// A [`Block`].
pub(super) type StoredBlock = (usize, usize, BlockKind, usize);

/// The blocks of an article on their way into the store.
pub(super) fn blocks(article: &Article) -> Vec<StoredBlock> {
    let stored = |block: &Block| {
        let Block {
            span,
            kind,
            link_bytes,
        } = block;
        (span.start, span.end, *kind, *link_bytes)
    };
    article.blocks.iter().map(stored).collect()
}

/// The same on their way out.
pub(super) fn to_blocks(stored: Vec<StoredBlock>) -> Vec<Block> {
    let block = |(start, end, kind, link_bytes)| Block {
        span: start..end,
        kind,
        link_bytes,
    };
    stored.into_iter().map(block).collect()
}

/// The [`Link`] of a page.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredLink {
    pub(super) url: Url,
    source: String,
    kind: PageKind,
    published: Option<Date>,
}

impl From<&Link> for StoredLink {
    fn from(link: &Link) -> StoredLink {
        StoredLink {
            url: link.url.clone(),
            source: link.source.clone(),
            kind: link.kind,
            published: link.published,
        }
    }
}

impl From<StoredLink> for Link {
    fn from(stored: StoredLink) -> Link {
        Link {
            url: stored.url,
            source: stored.source,
            kind: stored.kind,
            published: stored.published,
        }
    }
}

/// The findings of an assessment, those that count and those that were dismissed, in the order of the
/// text.
pub(super) fn findings(assessment: &Assessment) -> Vec<StoredFinding> {
    let counted = assessment.findings.iter().map(|finding| (finding, None));
    let aside = assessment.dismissed.iter();
    let aside = aside.map(|aside| (&aside.finding, Some(aside.by.as_str())));
    let mut findings: Vec<_> = counted
        .chain(aside)
        .map(|(finding, by)| StoredFinding::new(finding, by))
        .collect();
    findings.sort_by_key(|finding| (finding.span.start, finding.span.end));
    findings
}
