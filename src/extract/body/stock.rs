//! Lines of the page in the midst of a body: they are known by what they say.

use std::ops::{Range, RangeInclusive};

use super::{choose::Body, ground::LINKED_SHARE, mass::mass_of};
use crate::{
    extract::blocks::{Cut, TextBlock, phrases},
    lang::{Lexicon, Pack, PageList, PageWords, StockFamily, identify, keys, stock_family},
    model::Article,
    text::Text,
};

/// Longest line that is looked at, in bytes and in words: templates are terse. A character that is a word
/// by itself counts half.
const LINE_BYTES_MAX: usize = 300;
const LINE_WORDS_MAX: usize = 36;
/// How long appeals are, in bytes.
const APPEAL_BYTES: RangeInclusive<usize> = 30..=900;
/// A newspaper may name itself in them; a single word may be somebody's.
const QUOTES: [char; 7] = ['"', '“', '”', '„', '«', '「', '『'];
/// Around what is quoted as a whole; the same mark closes in one language what it opens in another.
const OPENING: [char; 9] = ['"', '“', '„', '”', '«', '»', '‘', '「', '『'];
const CLOSING: [char; 8] = ['"', '“', '”', '»', '«', '’', '」', '』'];
/// More than this part of a body, in percent, is never taken out of it.
const DROPPED_PERCENT_MAX: usize = 40;
/// Last lines of a body that may tell of its author, and the longest that is not set apart, in bytes.
const NOTES_MAX: usize = 2;
const NOTE_BYTES_MAX: usize = 200;
/// The longest text about the author that opens with the name, in bytes.
const PORTRAIT_BYTES_MAX: usize = 500;
/// The longest line that says that a machine has made a summary, with the summary in it, in bytes; and the
/// most that its box has of a body, in percent.
const SUMMARY_LINE_BYTES_MAX: usize = 900;
const SUMMARY_PERCENT_MAX: usize = 30;
/// The most blocks between it and the body.
const SUMMARY_APART_MAX: usize = 10;
/// Bytes of a body that tell its language.
const SAMPLE_BYTES: usize = 1_200;

/// The body without lines that are made of stock phrases of its language, that of its page where it is
/// too short to tell, and without what tells below it of its author.
pub(in crate::extract) fn without_stock(
    cut: &Cut<'_>,
    body: Body,
    article: &Article,
    lexicon: &Lexicon,
) -> Body {
    let found = identify(&sample(cut, &body), lexicon);
    let own = found
        .as_ref()
        .or(article.lang.as_ref())
        .and_then(|lang| lexicon.pack(lang));
    let templates = lexicon.template_pack();
    let packs: Vec<&Pack> = own.into_iter().chain(templates).collect();
    let mut blocks = Vec::new();
    let mut announced = false;
    let summaries = machine_summaries(cut, &body, lexicon.page_words());
    for &index in &body.blocks {
        if summaries.iter().any(|blocks| blocks.contains(&index)) {
            continue;
        }
        let block = &cut.blocks[index];
        let family = stock(cut, block, &packs);
        // "Read also", and the other stories in the next lines.
        let is_linked = block.link_share() > LINKED_SHARE;
        let is_announced = is_linked && (announced || is_pointed_out(cut.text_of(block)));
        announced = family == Some(StockFamily::ReadAlso) || is_announced;
        let is_prompt = || is_appeal(cut.text_of(block), lexicon.page_words());
        if family.is_none() && !is_announced && !is_prompt() {
            blocks.push(index);
        }
    }
    let byline = article.byline.as_deref().unwrap_or_default();
    blocks.truncate(blocks.len() - notes_below(cut, &blocks, byline, lexicon.page_words()));
    let bytes = |blocks: &[usize]| -> usize { blocks.iter().map(|&b| cut.blocks[b].len()).sum() };
    let (before, after) = (bytes(&body.blocks), bytes(&blocks));
    if blocks.len() == body.blocks.len() || (before - after) * 100 > before * DROPPED_PERCENT_MAX {
        return body;
    }
    let mass = blocks.iter().map(|&b| mass_of(&cut.blocks[b])).sum();
    Body { blocks, mass }
}

/// Boxes with a summary that a machine has made and that says so: nobody wrote it, and the article stands
/// below. A box that holds more than a part of the body is the article, which may speak of such summaries.
fn machine_summaries(cut: &Cut<'_>, body: &Body, words: &PageWords) -> Vec<Range<usize>> {
    let bytes = |blocks: &Range<usize>| -> usize {
        let within = body.blocks.iter().filter(|block| blocks.contains(block));
        within.map(|&block| cut.blocks[block].len()).sum()
    };
    let all = bytes(&(0..cut.blocks.len()));
    let says_so = |index: &usize| {
        let block = &cut.blocks[*index];
        block.len() <= SUMMARY_LINE_BYTES_MAX
            && words.count_apart_in(
                PageList::MachineSummaries,
                &cut.text_of(block).to_lowercase(),
            ) > 0
    };
    // The note alone may be a box in the box.
    let boxed = |index: usize| {
        let above = cut.ancestors(cut.blocks[index].container);
        let mut boxes = above.map(|container| cut.containers[container].blocks.clone());
        boxes.find(|blocks| blocks.len() > 1)
    };
    let [first, .., last] = body.blocks[..] else {
        return Vec::new();
    };
    let near =
        first.saturating_sub(SUMMARY_APART_MAX)..cut.blocks.len().min(last + SUMMARY_APART_MAX);
    let noted = near.filter(says_so).filter_map(boxed);
    noted
        .filter(|blocks| bytes(blocks) * 100 <= all * SUMMARY_PERCENT_MAX)
        .collect()
}

/// Whether a line opens with a mark that points: another story, where all of it is a link.
fn is_pointed_out(text: &str) -> bool {
    text.starts_with(['►', '▶', '▸', '▷', '●', '■', '◆', '»', '👉', '☞'])
}

/// Whether a paragraph asks its readers for money, a subscription or to follow: in such words and in
/// others that appeals have. What somebody is quoted with is none.
fn is_appeal(text: &str, words: &PageWords) -> bool {
    if !APPEAL_BYTES.contains(&text.len()) {
        return false;
    }
    let lower = text.to_lowercase();
    match words.count_apart_in(PageList::Appeals, &lower) {
        0 => false,
        1 if text.contains(QUOTES) => false,
        1 => {
            words.count_apart_in(PageList::AppealWords, &lower) > 0
                && phrases::addresses_readers(text, words)
        }
        _ => true,
    }
}

/// How many last lines tell who the author is: they open as such notes do, set apart in italics or as long
/// as notes are, or with the full name.
fn notes_below(cut: &Cut<'_>, blocks: &[usize], byline: &str, words: &PageWords) -> usize {
    let names = || byline.split(", ").filter(|name| name.contains(' '));
    let opens = |text: &str, name: &str| {
        let rest = text.strip_prefix(name);
        text.len() <= PORTRAIT_BYTES_MAX && rest.is_some_and(|rest| rest.starts_with(' '))
    };
    let last = blocks.iter().rev().take(NOTES_MAX);
    let is_note = |index: &&usize| {
        let block = &cut.blocks[**index];
        let is_italic = block.emphasis_bytes + 2 >= block.len();
        let max = match is_italic {
            true => LINE_BYTES_MAX,
            false => NOTE_BYTES_MAX,
        };
        let text = cut.text_of(block);
        let is_told = block.len() <= max && words.opening(PageList::AuthorNotes, text) > 0;
        is_told || (blocks.len() > NOTES_MAX && names().any(|name| opens(text, name)))
    };
    last.take_while(is_note).count()
}

fn sample(cut: &Cut<'_>, body: &Body) -> String {
    let mut sample = String::new();
    for &index in &body.blocks {
        sample.push_str(cut.text_of(&cut.blocks[index]));
        sample.push_str("\n\n");
        if sample.len() >= SAMPLE_BYTES {
            break;
        }
    }
    sample
}

fn stock(cut: &Cut<'_>, block: &TextBlock, packs: &[&Pack]) -> Option<StockFamily> {
    let raw = cut.text_of(block);
    // What stands in code marks declares something. A notice may stand in brackets as a whole.
    let inner = raw.trim_matches(['[', ']']);
    if block.len() > LINE_BYTES_MAX || inner.contains(['\n', '[', '{', '=']) {
        return None;
    }
    let keys = keys(raw);
    let begins = |pack: &&Pack| {
        keys.first()
            .is_some_and(|first| pack.stock.begins_with(*first))
    };
    let has_question = || raw.contains(['?', '\u{ff1f}', '\u{61f}']);
    if !packs.iter().any(begins) && !has_question() {
        return None;
    }
    let text = Text::new(raw);
    if text.length() > LINE_WORDS_MAX {
        return None;
    }
    let words = 0..text.words.len();
    let is_whole = words.end == keys.len();
    let family = || stock_family(&packs.iter().copied(), &text, &keys, &words);
    let family = is_whole.then(family).flatten();
    family.filter(|family| *family != StockFamily::ReadAlso || !is_said(block, raw))
}

/// Whether a line that opens as "read also" does leads nowhere: somebody is quoted with it, or asked.
fn is_said(block: &TextBlock, text: &str) -> bool {
    let is_quoted = text.starts_with(OPENING) && text.ends_with(CLOSING);
    let is_asked = text.ends_with(['?', '\u{ff1f}', '\u{61f}']);
    block.link_share() == 0.0 && !text.contains([':', '\u{ff1a}']) && (is_quoted || is_asked)
}
