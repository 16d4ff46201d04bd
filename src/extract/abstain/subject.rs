//! The page that is judged, and what all judgements ask of it.

use crate::{
    dates,
    extract::{
        blocks::{Cut, Families, TextBlock, phrases},
        body::Body,
        metadata::{Collected, JsonLd, Offer},
    },
    lang::PageWords,
    model::BlockKind,
};

/// What the judgement is made from.
pub(in crate::extract) struct Subject<'e> {
    /// The page as text, scripts and all.
    pub(in crate::extract) page: &'e str,
    /// Its blocks.
    pub(in crate::extract) cut: &'e Cut<'e>,
    /// The chosen body.
    pub(in crate::extract) body: &'e Body,
    /// Its tree's metadata.
    pub(in crate::extract) collected: &'e Collected,
    /// What its JSON-LD describes.
    pub(in crate::extract) json_ld: &'e JsonLd,
    /// The path of its address.
    pub(in crate::extract) path: &'e str,
    /// The words of such pages.
    pub(in crate::extract) words: &'e PageWords,
}

/// Boxes that hold running text on pages without an article too.
pub(super) const FURNITURE: Families = Families::NAVIGATION
    .with(Families::SIDE)
    .with(Families::RELATED)
    .with(Families::SUBSCRIBE)
    .with(Families::CONSENT)
    .with(Families::ADVERT)
    .with(Families::FORM);

/// A line of this many bytes is running text even where no stop ends it.
const PROSE_LINE_BYTES: usize = 120;
/// A shorter line is a label, in bytes.
const SENTENCE_BYTES_MIN: usize = 40;

impl Subject<'_> {
    pub(super) fn body_bytes(&self) -> usize {
        let blocks = &self.cut.blocks;
        self.body.blocks.iter().map(|&b| blocks[b].len()).sum()
    }

    /// The chosen blocks with their texts.
    pub(super) fn chosen(&self) -> impl Iterator<Item = (&TextBlock, &str)> {
        self.body.blocks.iter().map(|&index| {
            let block = &self.cut.blocks[index];
            (block, self.cut.text_of(block))
        })
    }

    /// Whether a block is a sentence or more, and not one link.
    pub(super) fn is_prose(&self, block: &TextBlock) -> bool {
        let long = block.len() >= PROSE_LINE_BYTES;
        block.heading == 0
            && block.kind != BlockKind::Row
            && block.link_share() <= 0.5
            && (long
                || (block.len() >= SENTENCE_BYTES_MIN
                    && phrases::ends_sentence(self.cut.text_of(block))))
    }

    /// Whether a block stands in one of `families`.
    pub(super) fn is_within(&self, block: &TextBlock, families: Families) -> bool {
        self.cut.families_above(block.container).meets(families)
    }

    /// Whether metadata says that this is an article.
    pub(super) fn claims_article(&self) -> bool {
        self.claims_story()
            || self
                .collected
                .meta("og:type")
                .is_some_and(|kind| kind.contains("article"))
    }

    /// Whether it says so in a way that lists of articles do not use; a date in its address does too.
    pub(super) fn claims_story(&self) -> bool {
        self.json_ld.article.is_some()
            || self.collected.meta("article:published_time").is_some()
            || is_dated_slug(self.path)
    }

    /// Whether metadata says that this is something else.
    pub(super) fn claims_another_thing(&self) -> bool {
        let others = ["product", "profile", "video"];
        let kind = self.collected.meta("og:type").unwrap_or_default();
        self.json_ld.lists || others.iter().any(|other| kind.starts_with(other))
    }

    /// Whether it is the page of a shop or of a job; reviews of things on sale are told by more.
    pub(super) fn is_offer(&self) -> bool {
        let kind = self.collected.meta("og:type").unwrap_or_default();
        let is_one = match self.json_ld.offer {
            Some(Offer::Job) => true,
            Some(Offer::Product) => kind.contains("product"),
            None => false,
        };
        is_one && !self.claims_article()
    }

    /// Whether a block ends the page behind a row of links: what is said there is of the publisher.
    pub(super) fn is_colophon(&self, index: usize) -> bool {
        let blocks = &self.cut.blocks;
        let is_row = |block: &TextBlock| block.links > 1 && block.link_share() > 0.5;
        index + COLOPHON_BLOCKS >= blocks.len() && index > 0 && is_row(&blocks[index - 1])
    }
}

/// Blocks at the end of a page that may be its colophon.
const COLOPHON_BLOCKS: usize = 2;

/// Whether a path has a whole date in it and then something in words.
fn is_dated_slug(path: &str) -> bool {
    let last = path.trim_end_matches('/').rsplit('/').next();
    dates::in_path(path).is_some()
        && last.is_some_and(|slug| slug.bytes().filter(u8::is_ascii_alphabetic).count() >= 4)
}
