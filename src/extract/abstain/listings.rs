//! Lists of stories: section fronts, pages of a tag or an author, search results, archives.

use super::subject::{FURNITURE, Subject};
use crate::{
    extract::blocks::{Families, TextBlock},
    lang::PageList,
};

/// Linked blocks from which a page may be a list of stories, by how much else speaks for it.
const STORIES_MIN: usize = 8;
const STORIES_MIN_WITHOUT_TEXT: usize = 5;
const STORIES_MIN_OF_ARCHIVE: usize = 3;

/// Running text without a linked block in between: more than a teaser, in bytes.
const STRETCH_BYTES: usize = 700;
/// Running text that is no teaser, in bytes: more than a front has beside its teasers, and more
/// than a line, or an archive in its introduction.
const OWN_BYTES: usize = 250;
const OWN_BYTES_OF_LINE: usize = 150;
const OWN_BYTES_OF_ARCHIVE: usize = 500;

/// The first text behind a headline, so near, is its teaser if it is no longer than this, in bytes.
const TEASER_BLOCKS: usize = 3;
const TEASER_BYTES_MAX: usize = 300;

/// A linked line is a headline from so many bytes on, and from this share of it linked.
const HEADLINE_BYTES_MIN: usize = 20;
const HEADLINE_LINKED: f64 = 0.7;

/// Boxes whose links lead away from articles too.
const AROUND: Families = Families::NAVIGATION
    .with(Families::SIDE)
    .with(Families::RELATED)
    .with(Families::SHARE)
    .with(Families::META)
    .with(Families::AUTHOR)
    .with(Families::COMMENTS)
    .with(Families::HIDDEN);

/// What stands where.
#[derive(Debug, Default)]
struct Outline {
    /// Linked headlines that no box sets apart from the page's own content.
    stories: usize,
    /// Those amid the chosen body, and the chosen blocks between them.
    stories_amid: usize,
    texts_amid: usize,
    /// The longest stretch of chosen text without a headline in between, in bytes.
    longest: usize,
    /// Running text that is nobody's teaser, in bytes.
    own: usize,
}

impl Outline {
    fn of(subject: &Subject<'_>) -> Outline {
        let mut outline = Outline::default();
        let blocks = &subject.cut.blocks;
        let chosen = &subject.body.blocks;
        let (Some(&first), Some(&last)) = (chosen.first(), chosen.last()) else {
            return outline;
        };
        let (mut stretch, mut untold) = (0, None);
        for (index, block) in blocks.iter().enumerate() {
            let is_amid = (first..=last).contains(&index);
            let headlines = headlines(subject, block);
            if headlines > 0 {
                let is_around = subject.is_within(block, AROUND);
                outline.stories += if is_around { 0 } else { headlines };
                outline.stories_amid += if is_amid { headlines } else { 0 };
                (stretch, untold) = (0, Some(index));
            } else if is_amid && chosen.binary_search(&index).is_ok() {
                outline.texts_amid += 1;
                stretch += block.len();
                outline.longest = outline.longest.max(stretch);
                if subject.is_prose(block) {
                    let is_near = untold.take().is_some_and(|at| index - at <= TEASER_BLOCKS);
                    let is_teaser = is_near && block.len() <= TEASER_BYTES_MAX;
                    let is_own = !is_teaser
                        && !subject.is_within(block, FURNITURE)
                        && !subject.is_colophon(index);
                    outline.own += if is_own { block.len() } else { 0 };
                }
            }
        }
        outline
    }
}

/// How many linked headlines a block is: a list without markup runs them into one line. A paragraph
/// that is one link stands between others of its kind, in an article.
fn headlines(subject: &Subject<'_>, block: &TextBlock) -> usize {
    let is_paragraph = || subject.cut.containers[block.container].element.name() == "p";
    let is_linked = block.len() >= HEADLINE_BYTES_MIN && block.link_share() > HEADLINE_LINKED;
    match is_linked && !is_paragraph() {
        true => (block.len() / HEADLINE_BYTES_MIN).min(block.links).max(1),
        false => 0,
    }
}

/// Whether the page is a list of stories: many linked headlines with little but teasers between
/// them, on a page that claims no article. What says that it is an archive makes up for headlines.
pub(super) fn is_listing(subject: &Subject<'_>) -> bool {
    let is_front = subject.path.len() <= 1;
    if subject.claims_story() && !is_front {
        return false;
    }
    let is_archive = is_front || is_archive(subject);
    if subject.claims_article() && !is_archive {
        return false;
    }
    let outline = Outline::of(subject);
    let (stories, own) = (outline.stories, outline.own);
    let is_between = outline.stories_amid >= STORIES_MIN
        && outline.texts_amid <= 2 * outline.stories_amid
        && own < OWN_BYTES;
    let is_many = stories >= STORIES_MIN && own < OWN_BYTES;
    let is_bare = stories >= STORIES_MIN_WITHOUT_TEXT && own < OWN_BYTES_OF_LINE;
    let is_told = is_archive && stories >= STORIES_MIN_OF_ARCHIVE && own < OWN_BYTES_OF_ARCHIVE;
    (is_between || is_many || is_bare || is_told) && outline.longest < STRETCH_BYTES
}

/// Whether address, JSON-LD or title say that articles are listed here.
fn is_archive(subject: &Subject<'_>) -> bool {
    let mut segments = subject.path.split('/').filter(|part| !part.is_empty());
    let is_title = |title: Option<&str>| {
        title.is_some_and(|title| {
            let title = title.to_lowercase();
            subject.words.opens(PageList::ListingTitles, &title)
        })
    };
    subject.json_ld.lists
        || segments.any(|part| {
            let part = part.to_ascii_lowercase();
            subject.words.is(PageList::ListingPaths, &part)
        })
        || is_title(subject.collected.heading())
        || is_title(subject.collected.document_title())
}
