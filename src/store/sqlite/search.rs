//! The words of articles, to be found. SQLite cuts at everything that is no letter or digit; scripts
//! that put no space between words are cut at every letter instead, in what is kept and in what is
//! asked, so that a run of letters is found wherever it stands.

use rusqlite::{Connection, params};

/// Characters of an article that can be found: the rest of a longer one cannot.
const CHARACTERS_MAX: usize = 100_000;
/// Words and phrases of one question.
const TERMS_MAX: usize = 16;
/// Articles made searchable in one transaction after a migration.
const FILL_BATCH: usize = 500;

/// What of an article can be found.
pub(super) fn words(title: Option<&str>, body: &str) -> String {
    let title = title.unwrap_or_default();
    spaced(title.chars().chain(['\n']).chain(body.chars()))
}

/// Makes an article searchable by its `words`, or by what it says now instead of what it said.
pub(super) fn put(db: &Connection, article: i64, words: &str) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT OR REPLACE INTO articles_text (rowid, words) VALUES (?1, ?2)")?
        .execute(params![article, words])?;
    Ok(())
}

/// Makes searchable what was read before there was a search; tells how many were left, at most one
/// batch. The newest come last, so that an interrupted run goes on where it was.
pub(super) fn fill(db: &Connection) -> rusqlite::Result<usize> {
    let last: Option<i64> =
        db.query_row("SELECT max(rowid) FROM articles_text", [], |row| row.get(0))?;
    let mut unread = db.prepare_cached(
        "SELECT id, title, body FROM articles WHERE id > ?1 ORDER BY id LIMIT ?2",
    )?;
    let mut rows = unread.query(params![last.unwrap_or(-1), FILL_BATCH])?;
    let mut filled = 0;
    while let Some(row) = rows.next()? {
        let (title, body): (Option<String>, String) = (row.get("title")?, row.get("body")?);
        put(db, row.get("id")?, &words(title.as_deref(), &body))?;
        filled += 1;
    }
    Ok(filled)
}

/// What somebody asked for as FTS5 reads it: every word and every phrase in quotation marks, a `*`
/// after a word standing for its endings. `None` where nothing is left to look for.
pub(super) fn question(asked: &str) -> Option<String> {
    let mut terms = Vec::new();
    // What stands between quotation marks is every second piece.
    for (at, piece) in asked.split(['"', '“', '”', '„']).enumerate() {
        match at % 2 {
            1 => terms.extend(term(piece)),
            _ => terms.extend(piece.split_whitespace().filter_map(term)),
        }
    }
    terms.truncate(TERMS_MAX);
    (!terms.is_empty()).then(|| terms.join(" "))
}

fn term(words: &str) -> Option<String> {
    if !words.contains(char::is_alphanumeric) {
        return None;
    }
    let star = if words.ends_with('*') { " *" } else { "" };
    Some(format!("\"{}\"{star}", spaced(words.chars()).trim()))
}

fn spaced(text: impl Iterator<Item = char>) -> String {
    let mut out = String::new();
    for c in text.take(CHARACTERS_MAX) {
        match c {
            '"' | '\0' => out.push(' '),
            c if stands_alone(c) => out.extend([' ', c, ' ']),
            c => out.push(c),
        }
    }
    out
}

/// Scripts written without spaces (UAX #14, 5.1: ideographs, kana, and what a dictionary breaks).
fn stands_alone(c: char) -> bool {
    matches!(
        c,
        '\u{0e00}'..='\u{0eff}'       // Thai, Lao
            | '\u{1000}'..='\u{109f}' // Myanmar
            | '\u{1780}'..='\u{17ff}' // Khmer
            | '\u{3040}'..='\u{30ff}' // Kana
            | '\u{3400}'..='\u{9fff}' // Han
            | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{3fffd}'
    )
}
