//! The end of what is old, by age and by room, a batch in each transaction: other writes go in between.
//! Decisions, standings and what is counted by day stay.

use rusqlite::{Connection, params};

use super::{column::Millis, copies, search, upkeep};
use crate::{
    model::Timestamp,
    store::{Keep, Stored},
};

/// Articles dropped in one transaction: each is taken out of a dozen indexes and the search, while
/// completions wait. A judgement; the cost of other sizes was not measured.
const ARTICLES_BATCH: usize = 10;
/// Smaller rows dropped in one transaction.
const ROWS_BATCH: usize = 500;

/// Pages of the file given back in one transaction: 2 MiB.
const FREE_BATCH: i64 = 512;
/// Free pages that stay for what comes next: a tenth of the file.
const FREE_SHARE: i64 = 10;

/// Drops one batch of one kind of what is older than it is kept; `None` once nothing is.
pub(super) fn drop_old(db: &Connection, keep: &Keep) -> rusqlite::Result<Option<(Stored, usize)>> {
    first(&[
        (Stored::Versions, &|| rows(db, VERSIONS, keep.versions)),
        (Stored::Conclusions, &|| {
            rows(db, CONCLUSIONS, keep.versions)
        }),
        (Stored::Notifications, &|| rows(db, REFUSED, keep.versions)),
        (Stored::Articles, &|| articles(db, keep.articles)),
        (Stored::Urls, &|| rows(db, URLS, keep.urls)),
    ])
}

/// Drops one batch of the oldest of what can be missed best, whatever its age but for articles read
/// after `spared`; `None` if nothing of that is left.
pub(super) fn drop_for_room(
    db: &Connection,
    spared: Timestamp,
) -> rusqlite::Result<Option<(Stored, usize)>> {
    let any = Some(Timestamp::MAX_UTC);
    first(&[
        (Stored::Pages, &|| {
            upkeep::prune_pages(db, Timestamp::MAX_UTC)
        }),
        (Stored::Versions, &|| rows(db, VERSIONS, any)),
        (Stored::Conclusions, &|| rows(db, CONCLUSIONS, any)),
        (Stored::Fingerprints, &|| copies::forget(db, spared)),
        (Stored::Articles, &|| articles(db, Some(spared))),
    ])
}

type Drop<'a> = (Stored, &'a dyn Fn() -> rusqlite::Result<usize>);

/// The first that drops something.
fn first(kinds: &[Drop<'_>]) -> rusqlite::Result<Option<(Stored, usize)>> {
    for (kind, drop) in kinds {
        let dropped = drop()?;
        if dropped > 0 {
            return Ok(Some((*kind, dropped)));
        }
    }
    Ok(None)
}

const VERSIONS: &str = "DELETE FROM versions WHERE id IN (
     SELECT id FROM versions WHERE until < ?1 ORDER BY until LIMIT ?2)";

/// Conclusions that others have replaced.
const CONCLUSIONS: &str = "DELETE FROM assessments WHERE id IN (
     SELECT id FROM assessments
      WHERE until IS NOT NULL AND until < ?1 ORDER BY until LIMIT ?2)";

/// Notifications that their receiver does not want.
const REFUSED: &str = "DELETE FROM outbox WHERE id IN (
     SELECT id FROM outbox WHERE refused IS NOT NULL AND next_at < ?1 LIMIT ?2)";

/// Addresses of articles that nobody lists any more: one that is listed again later is new.
const URLS: &str = "DELETE FROM urls WHERE id IN (
     SELECT id FROM urls
      WHERE kind = 'article' AND state IN ('done', 'gone') AND listed_at < ?1
        AND coalesce(fetched_at, 0) < ?1 AND parked IS NULL
      ORDER BY listed_at LIMIT ?2)";

/// Deletes a batch of small rows from before then by one of the statements above.
fn rows(db: &Connection, sql: &str, before: Option<Timestamp>) -> rusqlite::Result<usize> {
    let Some(before) = before else { return Ok(0) };
    db.prepare_cached(sql)?
        .execute(params![Millis(before), ROWS_BATCH])
}

/// Articles that were first read before then, but for those that somebody has decided on.
fn articles(db: &Connection, before: Option<Timestamp>) -> rusqlite::Result<usize> {
    let Some(before) = before else { return Ok(0) };
    let old = db
        .prepare_cached(
            "SELECT id FROM articles
              WHERE fetched_at < ?1
                AND NOT EXISTS (SELECT 1 FROM reviews WHERE article_id = articles.id)
              ORDER BY fetched_at LIMIT ?2",
        )?
        .query_map(params![Millis(before), ARTICLES_BATCH], |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<i64>>>()?;
    for article in &old {
        drop_article(db, *article)?;
    }
    Ok(old.len())
}

/// Takes an article out with all that is concluded of it and kept beside; nobody has decided on it.
pub(super) fn drop_article(db: &Connection, article: i64) -> rusqlite::Result<()> {
    copies::leave(db, article)?;
    for table in [
        "pages",
        "article_rules",
        "versions",
        "aliases",
        "shelves",
        "assessments",
    ] {
        db.prepare_cached(&format!("DELETE FROM {table} WHERE article_id = ?1"))?
            .execute([article])?;
    }
    search::remove(db, article)?;
    db.prepare_cached("DELETE FROM articles WHERE id = ?1")?
        .execute([article])?;
    Ok(())
}

/// Gives pages back that nothing needs, if there are many; tells whether there may be more.
pub(super) fn give_back(db: &Connection) -> rusqlite::Result<bool> {
    let pragma = |name: &str| db.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let (pages, free) = (pragma("page_count")?, pragma("freelist_count")?);
    let spare = free - pages / FREE_SHARE;
    if spare < FREE_BATCH {
        return Ok(false);
    }
    // Each step gives one page back.
    let mut vacuum = db.prepare(&format!("PRAGMA incremental_vacuum({FREE_BATCH})"))?;
    let mut rows = vacuum.query([])?;
    while rows.next()?.is_some() {}
    // A file that was made before there was this has to be compacted once.
    Ok(pragma("freelist_count")? < free)
}
