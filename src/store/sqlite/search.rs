//! The words of articles, to be found. SQLite cuts them at everything that is no letter or digit.
//!
//! An index is written down as a whole with every savepoint, and merged with what was written before.
//! So the words of a batch of writes wait in a temporary table, which goes back with a savepoint as all
//! else does, and enter the index together, in the same transaction.

use rusqlite::{Connection, params};

use crate::store::words::{searchable, terms};

/// Articles made searchable in one transaction after a migration.
const FILL_BATCH: usize = 500;

/// Makes the table in which words wait; once for a connection that writes articles.
pub(super) fn prepare(db: &Connection) -> rusqlite::Result<()> {
    db.execute_batch(
        "CREATE TEMP TABLE words_waiting (article_id INTEGER PRIMARY KEY, words TEXT NOT NULL)",
    )
}

/// Makes an article searchable by its `words`, or by what it says now instead of what it said, once
/// [`settle`] follows.
pub(super) fn put(db: &Connection, article: i64, words: &str) -> rusqlite::Result<()> {
    db.prepare_cached("INSERT OR REPLACE INTO words_waiting (article_id, words) VALUES (?1, ?2)")?
        .execute(params![article, words])?;
    Ok(())
}

/// Takes an article out.
pub(super) fn remove(db: &Connection, article: i64) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM words_waiting WHERE article_id = ?1")?
        .execute([article])?;
    db.prepare_cached("DELETE FROM articles_text WHERE rowid = ?1")?
        .execute([article])?;
    Ok(())
}

/// Takes the words that wait into the index; the last thing before a commit.
pub(super) fn settle(db: &Connection) -> rusqlite::Result<()> {
    if !db
        .prepare_cached("SELECT 1 FROM words_waiting")?
        .exists([])?
    {
        return Ok(());
    }
    for step in [
        "INSERT OR REPLACE INTO articles_text (rowid, words)
         SELECT article_id, words FROM words_waiting ORDER BY article_id",
        "DELETE FROM words_waiting",
    ] {
        db.prepare_cached(step)?.execute([])?;
    }
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
    let mut index =
        db.prepare_cached("INSERT INTO articles_text (rowid, words) VALUES (?1, ?2)")?;
    let mut filled = 0;
    while let Some(row) = rows.next()? {
        let (title, body): (Option<String>, String) = (row.get("title")?, row.get("body")?);
        index.execute(params![
            row.get::<_, i64>("id")?,
            searchable(title.as_deref(), &body)
        ])?;
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
