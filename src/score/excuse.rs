//! What excuses a machine's words: somebody else speaks them, or the text is about such words.

use super::Draft;
use crate::{lang::ResidueFamily, model::Span};

/// Words about machines, templates and code from which a whole text is about them. Fewer excuse what
/// stands in their own paragraph: a text about an assistant can hold an assistant's mark by mistake.
const TOPIC_MIN: usize = 3;

/// Where a text speaks of machines, templates or program code.
#[derive(Debug)]
pub(super) struct Topic {
    /// Byte offsets of the words that say so.
    words: Vec<usize>,
}

impl Topic {
    /// Looks for such words outside of `found`, which may hold some itself, and of what an assistant says
    /// of itself: "as an AI language model" tells who wrote the text, not what it is about.
    pub(super) fn new(draft: &Draft<'_>, found: &[Span]) -> Topic {
        let books: Vec<_> = draft.packs().map(|pack| &pack.residue).collect();
        let accept = |_, _| true;
        let mut words = Vec::new();
        let mut others = found.to_vec();
        for at in 0..draft.keys.len() {
            let start = draft.text.words[at].start;
            let hits = books
                .iter()
                .flat_map(|book| book.at(&draft.keys, at, &accept));
            for hit in hits {
                match hit.family {
                    ResidueFamily::Topic => words.push(start),
                    ResidueFamily::Assistant if !is_cited(draft, start) => {
                        others.push(draft.span(at, hit.end));
                    }
                    _ => {}
                }
            }
        }
        words.dedup();
        words.retain(|at| !others.iter().any(|span| span.contains(at)));
        Topic { words }
    }

    /// Whether what stands at the byte `at` may be an example: the text, the paragraph, or the one
    /// before it that ends in a colon speaks of such things.
    pub(super) fn excuses(&self, draft: &Draft<'_>, at: usize) -> bool {
        let paragraphs = &draft.text.paragraphs;
        let index = paragraphs.partition_point(|paragraph| paragraph.end <= at);
        let own = paragraphs.get(index);
        let announcing = index
            .checked_sub(1)
            .and_then(|before| paragraphs.get(before))
            .filter(|paragraph| draft.text.raw[(*paragraph).clone()].ends_with(':'));
        let speaks = |span: &Span| self.words.iter().any(|word| span.contains(word));
        self.words.len() >= TOPIC_MIN || own.is_some_and(speaks) || announcing.is_some_and(speaks)
    }
}

/// Whether somebody else speaks the words from the byte `at` on: they stand in quotation marks or in
/// a bracket that was not opened for them.
pub(super) fn is_cited(draft: &Draft<'_>, at: usize) -> bool {
    let before = draft.text.raw.get(..at).unwrap_or_default();
    let opened = before.trim_end().ends_with(['(', '[', '*', '{']);
    draft.quotation(at).is_some()
        || (draft.is_quoted(at) && !opened)
        || draft.text.is_single_quoted(at)
}

/// Words of who speaks before the word that says so: "…, the old clerk said".
const SPEAKER_WORDS: usize = 3;

/// Whether the sentence of the byte `at` goes on behind a comma with who says it: "I cannot help you,
/// said the clerk". What a colon announces is another's.
pub(super) fn is_reported(draft: &Draft<'_>, at: usize) -> bool {
    let Some(pack) = draft.pack else { return false };
    let first = draft.text.words.partition_point(|word| word.end <= at);
    let end = draft.sentence(&(first..first + 1)).end;
    let says = |word: usize| pack.speech.contains(&draft.text.word(word).to_lowercase());
    (first + 1..end)
        .take_while(|word| !draft.text.gap_before(*word).contains(':'))
        .filter(|word| draft.text.gap_before(*word).trim() == ",")
        .any(|word| (word..end.min(word + 1 + SPEAKER_WORDS)).any(says))
}

/// Whether a line of dialogue, which a dash opens, holds the byte `at`.
pub(super) fn is_dialogue(draft: &Draft<'_>, at: usize) -> bool {
    let before = draft.text.paragraph_before(at).unwrap_or_default();
    before.starts_with(['—', '–', '―']) || before.starts_with("- ")
}
