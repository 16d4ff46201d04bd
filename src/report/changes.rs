//! What was changed in a text, paragraph by paragraph and word by word.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};
use unicode_segmentation::UnicodeSegmentation;

/// Paragraphs of a text that are compared one by one; longer texts are shown as a whole.
const PARAGRAPHS_MAX: usize = 1_000;

/// Words of one text that are compared one by one; paragraphs beyond are shown as a whole. The
/// time of a comparison grows with the square of it.
const WORDS_MAX: usize = 1_500;

/// What became of some words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// They are in both texts.
    Kept,
    /// Only in the earlier one.
    Removed,
    /// Only in the later one.
    Added,
}

/// Words with one fate, and the space after them.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Piece {
    /// What became of them.
    pub change: Change,
    /// The words.
    pub text: String,
}

/// The places that differ, in order: each a run of changed paragraphs, in pieces. Paragraphs that
/// are in both texts are left out.
pub fn changes(before: &str, after: &str) -> Vec<Vec<Piece>> {
    let (old, new) = (paragraphs(before), paragraphs(after));
    if old.len().max(new.len()) > PARAGRAPHS_MAX {
        return vec![replaced(before, after)];
    }
    let mut words_left = WORDS_MAX;
    let ops = capture_diff_slices(Algorithm::Myers, &old, &new);
    let changed = ops.iter().filter_map(|op| {
        let (old, new) = match op {
            DiffOp::Equal { .. } => return None,
            _ => (joined(&old, op.old_range()), joined(&new, op.new_range())),
        };
        Some(words(&old, &new, &mut words_left))
    });
    changed.collect()
}

fn paragraphs(text: &str) -> Vec<&str> {
    let paragraphs = text.split("\n\n").map(str::trim);
    paragraphs.filter(|text| !text.is_empty()).collect()
}

fn joined(paragraphs: &[&str], range: Range<usize>) -> String {
    paragraphs.get(range).unwrap_or_default().join("\n\n")
}

fn replaced(before: &str, after: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    push(&mut pieces, Change::Removed, before);
    push(&mut pieces, Change::Added, after);
    pieces
}

fn words(before: &str, after: &str, words_left: &mut usize) -> Vec<Piece> {
    let (old, new) = (tokens(before), tokens(after));
    let Some(left) = words_left.checked_sub(old.len().max(new.len())) else {
        return replaced(before, after);
    };
    *words_left = left;
    let bare = |tokens: &[&str]| -> Vec<String> {
        let bare = tokens.iter().map(|token| token.trim_end().to_string());
        bare.collect()
    };
    let mut pieces = Vec::new();
    for op in capture_diff_slices(Algorithm::Myers, &bare(&old), &bare(&new)) {
        let removed = old.get(op.old_range()).unwrap_or_default().concat();
        let added = new.get(op.new_range()).unwrap_or_default().concat();
        if let DiffOp::Equal { .. } = op {
            push(&mut pieces, Change::Kept, &added);
        } else {
            push(&mut pieces, Change::Removed, &removed);
            push(&mut pieces, Change::Added, &added);
        }
    }
    pieces
}

fn push(pieces: &mut Vec<Piece>, change: Change, text: &str) {
    if !text.is_empty() {
        pieces.push(Piece {
            change,
            text: text.to_string(),
        });
    }
}

/// Words and marks (UAX #29), each with the white space after it.
fn tokens(text: &str) -> Vec<&str> {
    let mut tokens: Vec<Range<usize>> = Vec::new();
    for (start, token) in text.split_word_bound_indices() {
        match tokens.last_mut() {
            Some(last) if token.trim().is_empty() => last.end = start + token.len(),
            _ => tokens.push(start..start + token.len()),
        }
    }
    tokens.into_iter().map(|range| &text[range]).collect()
}
