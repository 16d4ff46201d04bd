//! The words of articles, to be found: cut and folded here, so that the same question finds the same
//! articles in every store; the server only keeps where they stand and looks them up.

use std::{collections::BTreeMap, fmt::Write};

use icu_normalizer::DecomposingNormalizerBorrowed;

use super::{failure::Result, session::Db, value::params};
use crate::store::words::{searchable, terms};

/// Characters of a word: the server takes up to 2,046 bytes.
const WORD_MAX: usize = 500;
/// The last place that the server can tell: phrases after it are not found.
const PLACE_MAX: usize = 16_383;
/// Places of one word that the server keeps.
const PLACES_MAX: usize = 255;

/// Makes an article searchable by its `words`, or by what it says now instead of what it said.
pub(super) async fn put(db: &Db, article: i64, words: &str) -> Result<()> {
    let words = vector(words);
    let sql = "INSERT INTO articles_text (article_id, words) VALUES ($1, $2::text::tsvector)
               ON CONFLICT (article_id) DO UPDATE SET words = excluded.words";
    db.change(sql, &params![article, words]).await
}

/// Makes searchable what is not yet, the oldest first, at most so many; tells how many.
pub(super) async fn fill(db: &Db, limit: usize) -> Result<usize> {
    let sql = "SELECT id, title, body FROM articles
                WHERE id > (SELECT coalesce(max(article_id), 0) FROM articles_text)
                ORDER BY id LIMIT $1";
    let unread: Vec<(i64, Option<String>, String)> = db
        .list(sql, &params![limit], |row| {
            Ok((row.get("id")?, row.get("title")?, row.get("body")?))
        })
        .await?;
    for (article, title, body) in &unread {
        put(db, *article, &searchable(title.as_deref(), body)).await?;
    }
    Ok(unread.len())
}

/// What somebody asked for as a `tsquery`; empty where nothing is left to look for, which finds nothing.
pub(super) fn question(asked: &str) -> String {
    let terms = terms(asked);
    let phrases = terms.iter().filter_map(|term| {
        let words: Vec<String> = cut(&term.words).map(|word| format!("'{word}'")).collect();
        let end = if term.is_start { ":*" } else { "" };
        (!words.is_empty()).then(|| format!("({}{end})", words.join(" <-> ")))
    });
    phrases.collect::<Vec<_>>().join(" & ")
}

/// Words with their places, as a `tsvector` is written.
fn vector(text: &str) -> String {
    let mut places: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, word) in cut(text).enumerate() {
        let of_word = places.entry(word).or_default();
        if of_word.len() < PLACES_MAX {
            of_word.push((at + 1).min(PLACE_MAX));
        }
    }
    let mut vector = String::new();
    for (word, mut places) in places {
        places.dedup();
        let places: Vec<String> = places.iter().map(usize::to_string).collect();
        // Writing to a string does not fail.
        let _ = write!(vector, "'{word}':{} ", places.join(","));
    }
    vector
}

/// Runs of letters and digits, small and without their accents. None holds anything that the server
/// reads as a sign.
fn cut(text: &str) -> impl Iterator<Item = String> {
    let folded = DecomposingNormalizerBorrowed::new_nfd()
        .normalize(text)
        .to_lowercase();
    let plain: String = folded.chars().filter(|c| !is_accent(*c)).collect();
    let words: Vec<String> = plain
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(WORD_MAX).collect())
        .collect();
    words.into_iter()
}

/// Combining diacritical marks.
fn is_accent(c: char) -> bool {
    matches!(c, '\u{0300}'..='\u{036f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}')
}
