//! Pages without an article: bot walls, errors and notices that answer 200, walls of consent and
//! log-in, lists of stories, pages with next to no running text.
//! Each needs two kinds of evidence, for a real article may speak of any of them.

mod listings;
mod notices;
mod walls;

use super::{
    blocks::{Cut, Families, TextBlock, phrases},
    body::Body,
    metadata::{Said, dates, jsonld::Described},
};
use crate::model::{BlockKind, Reason};

pub(super) use walls::has_wall_mark;

/// What the judgement is made from.
pub(super) struct Evidence<'e> {
    /// The page as text, scripts and all.
    pub(super) page: &'e str,
    /// Its blocks.
    pub(super) cut: &'e Cut<'e>,
    /// The chosen body.
    pub(super) body: &'e Body,
    /// Its tree's metadata.
    pub(super) said: &'e Said,
    /// What its JSON-LD describes.
    pub(super) described: &'e Described,
    /// The path of its address.
    pub(super) path: &'e str,
}

/// Why the page is no article, if it is none.
pub(super) fn reason(evidence: &Evidence<'_>) -> Option<Reason> {
    if walls::is_bot_wall(evidence) {
        return Some(Reason::Challenge);
    }
    let body_text = evidence.body_bytes();
    let none = body_text < BODY_BYTES_MIN
        || notices::is_notice(evidence, body_text)
        || listings::is_listing(evidence)
        || is_without_prose(evidence, body_text);
    none.then_some(Reason::NotAnArticle)
}

/// The shortest item of news is longer than this, in bytes.
const BODY_BYTES_MIN: usize = 100;
/// The running text of an article on a page that says it is something else, in bytes.
const PROSE_BYTES_MIN_AGAINST: usize = 250;
/// So much text in labels and cells is worth reading, in bytes.
const LABELS_BYTES_MAX: usize = 3_000;
/// With this much running text, what boxes are called is no longer held against it, in bytes.
const PROSE_BYTES_SURE: usize = 700;

/// Boxes that hold running text on pages without an article too.
const FURNITURE: Families = Families::NAVIGATION
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

impl Evidence<'_> {
    fn body_bytes(&self) -> usize {
        let blocks = &self.cut.blocks;
        self.body.blocks.iter().map(|&b| blocks[b].len()).sum()
    }

    /// The chosen blocks with their texts.
    fn chosen(&self) -> impl Iterator<Item = (&TextBlock, &str)> {
        self.body.blocks.iter().map(|&index| {
            let block = &self.cut.blocks[index];
            (block, self.cut.text_of(block))
        })
    }

    /// Whether a block is a sentence or more, and not one link.
    fn is_prose(&self, block: &TextBlock) -> bool {
        let long = block.len() >= PROSE_LINE_BYTES;
        block.heading == 0
            && block.kind != BlockKind::Row
            && block.link_share() <= 0.5
            && (long
                || (block.len() >= SENTENCE_BYTES_MIN
                    && phrases::ends_sentence(self.cut.text_of(block))))
    }

    /// Whether a block stands in one of `families`.
    fn is_within(&self, block: &TextBlock, families: Families) -> bool {
        self.cut.families_above(block.container).meets(families)
    }

    /// Whether metadata says that this is an article.
    fn claims_article(&self) -> bool {
        self.claims_story()
            || self
                .said
                .meta("og:type")
                .is_some_and(|kind| kind.contains("article"))
    }

    /// Whether it says so in a way that lists of articles do not use; a date in its address does too.
    fn claims_story(&self) -> bool {
        self.described.article.is_some()
            || self.said.meta("article:published_time").is_some()
            || is_dated_slug(self.path)
    }

    /// Whether metadata says that this is something else.
    fn claims_another_thing(&self) -> bool {
        let others = ["product", "profile", "video"];
        let kind = self.said.meta("og:type").unwrap_or_default();
        self.described.lists || others.iter().any(|other| kind.starts_with(other))
    }

    /// Whether a block ends the page behind a row of links: what is said there is of the publisher.
    fn is_colophon(&self, index: usize) -> bool {
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

/// Tables, pictures, players and labels with less running text than the shortest item of news, on a
/// page that claims no article.
fn is_without_prose(evidence: &Evidence<'_>, body_text: usize) -> bool {
    if evidence.claims_article() || body_text > LABELS_BYTES_MAX {
        return false;
    }
    let (mut all, mut own) = (0, 0);
    for &index in &evidence.body.blocks {
        let block = &evidence.cut.blocks[index];
        if evidence.is_prose(block) && !evidence.is_colophon(index) {
            all += block.len();
            own += match evidence.is_within(block, FURNITURE) {
                true => 0,
                false => block.len(),
            };
        }
    }
    let min = match evidence.claims_another_thing() {
        true => PROSE_BYTES_MIN_AGAINST,
        false => BODY_BYTES_MIN,
    };
    all < min || (all < PROSE_BYTES_SURE && own < min)
}
