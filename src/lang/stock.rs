//! Lines that are made of stock phrases from their first word to their last.

use super::{
    pack::{Pack, StockFamily},
    phrase::{Tail, WordKey},
};
use crate::{model::Span, text::Text};

/// What the words `line` of a text belong to, if they are made of stock phrases of one of `packs`.
pub fn stock_family<'p, P>(
    packs: &P,
    text: &Text<'_>,
    keys: &[WordKey],
    line: &Span,
) -> Option<StockFamily>
where
    P: Iterator<Item = &'p Pack> + Clone,
{
    let keys = &keys[..line.end];
    let accept = |tail, end| match tail {
        Tail::Anything => true,
        Tail::Nothing => ends_phrase(text, end, line),
        Tail::Colon => {
            end > 0
                && text
                    .gap_before(end)
                    .trim_start()
                    .starts_with([':', '\u{ff1a}'])
        }
    };
    let mut at = line.start;
    let mut first = None;
    while at < line.end {
        let hit = packs
            .clone()
            .flat_map(|pack| pack.stock.at(keys, at, &accept))
            .max_by_key(|hit| (hit.phrase.tail != Tail::Nothing, hit.end))?;
        first = first.or(Some(hit.family));
        at = match hit.phrase.tail {
            Tail::Nothing => hit.end,
            Tail::Colon | Tail::Anything => line.end,
        };
    }
    first
}

/// Whether a phrase may end before the word at `end`: at the end of the line, or where the next
/// word begins like a sentence or a label.
fn ends_phrase(text: &Text<'_>, end: usize, line: &Span) -> bool {
    end >= line.end
        || text.word(end).starts_with(char::is_uppercase)
        || !text.gap_after(end - 1).trim().is_empty()
}
