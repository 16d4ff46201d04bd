//! A source and everything that was collected of it, taken out.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension};

use super::{failure::classify, file, retention};
use crate::store::{Forgotten, OpenError};

/// What else is to be said of an article than what age takes out of the store.
const OF_ARTICLES: [&str; 2] = [
    "DELETE FROM dismissals WHERE review_id IN (SELECT id FROM reviews WHERE article_id = ?1)",
    "DELETE FROM reviews WHERE article_id = ?1",
];

/// Tables that say something of a source, each before what it refers to.
const OF_SOURCES: [&str; 9] = [
    "DELETE FROM urls WHERE source_id = ?1",
    "UPDATE urls SET backfill_id = NULL
      WHERE backfill_id IN (SELECT id FROM backfills WHERE source_id = ?1)",
    "DELETE FROM backfill_links WHERE backfill_id IN (SELECT id FROM backfills WHERE source_id = ?1)",
    "DELETE FROM backfills WHERE source_id = ?1",
    "DELETE FROM standings WHERE source_id = ?1",
    "DELETE FROM shelf_counts WHERE source_id = ?1",
    "DELETE FROM source_days WHERE source_id = ?1",
    "DELETE FROM opinion_calls WHERE source = (SELECT name FROM sources WHERE id = ?1)",
    "DELETE FROM sources WHERE id = ?1",
];

/// See [`crate::store::forget_source`].
pub(in crate::store) fn forget(
    path: &Path,
    source: &str,
    is_for_show: bool,
) -> Result<Option<Forgotten>, OpenError> {
    file::exists(path)?;
    let (mut db, lock) = file::open(path)?;
    let forgotten = take_out(&mut db, source, is_for_show);
    let forgotten = forgotten.map_err(|error| classify(path, &error))?;
    drop(db);
    drop(lock);
    Ok(forgotten)
}

/// In one transaction, so that nothing is half forgotten.
fn take_out(
    db: &mut Connection,
    source: &str,
    is_for_show: bool,
) -> rusqlite::Result<Option<Forgotten>> {
    let change = db.transaction()?;
    let id: Option<i64> = change
        .query_row("SELECT id FROM sources WHERE name = ?1", [source], |row| {
            row.get(0)
        })
        .optional()?;
    let Some(id) = id else {
        return Ok(None);
    };
    let count = |sql: &str| change.query_row(sql, [id], |row| row.get::<_, u64>(0));
    let forgotten = Forgotten {
        articles: count("SELECT count(*) FROM articles WHERE source_id = ?1")?,
        reviews: count(
            "SELECT count(*) FROM reviews JOIN articles ON articles.id = reviews.article_id
              WHERE articles.source_id = ?1",
        )?,
        urls: count("SELECT count(*) FROM urls WHERE source_id = ?1")?,
    };
    if !is_for_show {
        for article in ids(&change, id)? {
            take_out_article(&change, article)?;
        }
        for sql in OF_SOURCES {
            change.execute(sql, [id])?;
        }
        change.commit()?;
    }
    Ok(Some(forgotten))
}

fn ids(db: &Connection, source: i64) -> rusqlite::Result<Vec<i64>> {
    db.prepare("SELECT id FROM articles WHERE source_id = ?1")?
        .query_map([source], |row| row.get(0))?
        .collect()
}

fn take_out_article(db: &Connection, article: i64) -> rusqlite::Result<()> {
    for sql in OF_ARTICLES {
        db.prepare_cached(sql)?.execute([article])?;
    }
    retention::drop_article(db, article)
}
