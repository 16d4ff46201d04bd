//! The words of articles, to be found. SQLite cuts them at everything that is no letter or digit.

use rusqlite::{Connection, params};

use crate::store::words::{searchable, terms};

/// Articles made searchable in one transaction after a migration.
const FILL_BATCH: usize = 500;

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
        put(db, row.get("id")?, &searchable(title.as_deref(), &body))?;
        filled += 1;
    }
    Ok(filled)
}

/// What somebody asked for as FTS5 reads it; `None` where nothing is left to look for.
pub(super) fn question(asked: &str) -> Option<String> {
    let terms: Vec<String> = terms(asked)
        .iter()
        .map(|term| {
            format!(
                "\"{}\"{}",
                term.words,
                if term.is_start { " *" } else { "" }
            )
        })
        .collect();
    (!terms.is_empty()).then(|| terms.join(" "))
}
