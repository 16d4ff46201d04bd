//! A text as it is sent and searched: one line, composed, without what nobody sees.

use icu_normalizer::ComposingNormalizerBorrowed;
use unicode_segmentation::UnicodeSegmentation;

use crate::model::Span;

/// A text in NFC (UAX #15), its white space folded to single blanks, its control, bidirectional and
/// invisible characters taken out; and where each piece of it stood.
#[derive(Debug, Clone)]
pub(super) struct Folded {
    pub(super) text: String,
    pieces: Vec<Piece>,
}

/// What a reader takes for one character.
#[derive(Debug, Clone)]
struct Piece {
    /// Where it begins in the folded text.
    at: usize,
    /// Where it stood.
    raw: Span,
}

impl Folded {
    /// Folds `raw`. A composition never joins two grapheme clusters, so each is composed by itself.
    pub(super) fn new(raw: &str) -> Folded {
        let nfc = ComposingNormalizerBorrowed::new_nfc();
        let mut folded = Folded {
            text: String::with_capacity(raw.len()),
            pieces: Vec::new(),
        };
        let mut blank: Option<Span> = None;
        for (from, cluster) in raw.grapheme_indices(true) {
            let to = from + cluster.len();
            if cluster.chars().all(char::is_whitespace) {
                let start = blank.as_ref().map_or(from, |span| span.start);
                blank = Some(start..to);
                continue;
            }
            let seen: String = cluster.chars().filter(|c| !is_unseen(*c)).collect();
            if seen.is_empty() {
                continue;
            }
            if let Some(span) = blank.take().filter(|_| !folded.text.is_empty()) {
                folded.push(" ", span);
            }
            folded.push(&nfc.normalize(&seen), from..to);
        }
        folded
    }

    fn push(&mut self, text: &str, raw: Span) {
        self.pieces.push(Piece {
            at: self.text.len(),
            raw,
        });
        self.text.push_str(text);
    }

    /// Every place where `quote`, which is folded too, stands letter by letter and in whole words;
    /// in bytes of the raw text.
    pub(super) fn places<'f>(&'f self, quote: &'f str) -> impl Iterator<Item = Span> + 'f {
        let found = self.text.match_indices(quote);
        found.filter_map(move |(start, _)| {
            let end = start + quote.len();
            let first = self.piece_at(start)?;
            let last = match end == self.text.len() {
                true => self.pieces.len(),
                false => self.piece_at(end)?,
            };
            let is_cut = self.is_inside_word(start) || self.is_inside_word(end);
            let last = self.pieces.get(last.checked_sub(1)?)?;
            (!is_cut).then(|| self.pieces[first].raw.start..last.raw.end)
        })
    }

    fn piece_at(&self, at: usize) -> Option<usize> {
        self.pieces.binary_search_by_key(&at, |piece| piece.at).ok()
    }

    /// Whether letters that make one word stand on both sides. Scripts without cases part their words
    /// in too many ways to tell.
    fn is_inside_word(&self, at: usize) -> bool {
        let cased = |c: char| c.is_lowercase() || c.is_uppercase();
        let before = self.text[..at].chars().next_back();
        let after = self.text[at..].chars().next();
        before.is_some_and(cased) && after.is_some_and(cased)
    }
}

/// One line of text, as it is sent and compared.
pub(super) fn folded(raw: &str) -> String {
    Folded::new(raw).text
}

/// Controls, what turns the direction of writing, and what has no width or no shape: with it a page
/// could say to a machine what its readers do not see. The joiners that Persian and Hindi are
/// written with stay.
fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
                | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{fe00}'..='\u{fe0f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e0fff}'
        )
}
