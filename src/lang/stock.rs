//! Lines that are made of stock phrases from their first word to their last.

use super::{
    pack::{Pack, StockFamily},
    phrase::{Tail, WordKey},
};
use crate::{model::Span, text::Text};

/// A question that is as long as this, in words, may lead to a prompt.
const QUESTION_WORDS_MAX: usize = 20;

/// What the words `line` of a text belong to, if they are made of stock phrases of one of `packs`, or ask
/// a question and then ask the reader for something in such a phrase.
pub fn stock_family<'p, P>(
    packs: &P,
    text: &Text<'_>,
    keys: &[WordKey],
    line: &Span,
) -> Option<StockFamily>
where
    P: Iterator<Item = &'p Pack> + Clone,
{
    made_of(packs, text, keys, line).or_else(|| {
        let prompt = behind_question(text, line)?;
        made_of(packs, text, keys, &prompt).filter(|family| family.asks())
    })
}

/// What follows the questions that a line begins with.
fn behind_question(text: &Text<'_>, line: &Span) -> Option<Span> {
    let most = line.end.min(line.start + QUESTION_WORDS_MAX + 1);
    let is_behind = |at: &usize| text.gap_before(*at).contains(['?', '\u{ff1f}', '\u{61f}']);
    let start = (line.start + 1..most).rev().find(is_behind)?;
    Some(start..line.end)
}

fn made_of<'p, P>(packs: &P, text: &Text<'_>, keys: &[WordKey], line: &Span) -> Option<StockFamily>
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
