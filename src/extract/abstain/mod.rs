//! In: a page, its blocks, its body and its metadata. Out: why it has no article, if it has none.
//!
//! Such pages are bot walls, errors and notices that answer 200, walls of consent and log-in, lists of
//! stories, pages of shops and jobs, pages with next to no running text. Each needs two kinds of evidence, for a real article
//! may speak of any of them.

mod listings;
mod notices;
mod scripts;
mod subject;
mod walls;

use self::subject::FURNITURE;
use crate::model::Reason;

pub(super) use self::{subject::Subject, walls::has_wall_mark};

/// Why the page is no article, if it is none.
pub(super) fn reason(subject: &Subject<'_>) -> Option<Reason> {
    if walls::is_bot_wall(subject) {
        return Some(Reason::Challenge);
    }
    let body_text = subject.body_bytes();
    let none = body_text < BODY_BYTES_MIN
        || notices::is_notice(subject, body_text)
        || listings::is_listing(subject)
        || subject.is_offer()
        || is_without_prose(subject, body_text);
    match none {
        true if body_text < BODY_BYTES_MIN && scripts::is_needed(subject) => {
            Some(Reason::NeedsScript)
        }
        true => Some(Reason::NotAnArticle),
        false => None,
    }
}

/// The shortest item of news is longer than this, in bytes.
const BODY_BYTES_MIN: usize = 100;
/// The running text of an article on a page that says it is something else, in bytes.
const PROSE_BYTES_MIN_AGAINST: usize = 250;
/// So much text in labels and cells is worth reading, in bytes.
const LABELS_BYTES_MAX: usize = 3_000;
/// With this much running text, what boxes are called is no longer held against it, in bytes.
const PROSE_BYTES_SURE: usize = 700;

/// Tables, pictures, players and labels with less running text than the shortest item of news, on a
/// page that claims no article.
fn is_without_prose(subject: &Subject<'_>, body_text: usize) -> bool {
    if subject.claims_article() || body_text > LABELS_BYTES_MAX {
        return false;
    }
    let (mut all, mut own) = (0, 0);
    for &index in &subject.body.blocks {
        let block = &subject.cut.blocks[index];
        if subject.is_prose(block) && !subject.is_colophon(index) {
            all += block.len();
            own += match subject.is_within(block, FURNITURE) {
                true => 0,
                false => block.len(),
            };
        }
    }
    let min = match subject.claims_another_thing() {
        true => PROSE_BYTES_MIN_AGAINST,
        false => BODY_BYTES_MIN,
    };
    all < min || (all < PROSE_BYTES_SURE && own < min)
}
