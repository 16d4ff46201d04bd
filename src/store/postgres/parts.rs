//! The parts of `pages`, each of about a month, so that what is old goes at once: a table that is dropped
//! leaves nothing for the server to sweep up.
//!
//! `pages_from_N` has the pages of the articles from number N on, up to where the next one begins. The
//! last one is open; it gets its end while it is still empty, which reads nothing. `pages_past` has what
//! is before the first of them: it takes over where a part goes, with what of it is still young, for an
//! article of any age may be read again.

use chrono::TimeDelta;

use super::{
    clock,
    failure::Result,
    session::{Alone, Db},
    value::params,
};
use crate::model::Timestamp;

/// What is before the first part.
pub(super) const PAST: &str = "pages_past";

/// A part is made for as many articles as were read in this time …
const MONTH: TimeDelta = TimeDelta::days(30);
/// … and for this many at least.
const ARTICLES_MIN: i64 = 1_000;
/// The open part gets its end when this share of the one before it is free.
const AHEAD: i64 = 10;

/// Young pages that are moved when a part goes: this many, and this share of its articles, at most.
const YOUNG_MAX: i64 = 1_000;
const YOUNG_SHARE: i64 = 20;

/// How long that moment is waited for in which nobody else is at a table: who comes later waits as well.
const MOMENT: &str = "SAVEPOINT moment; SET LOCAL lock_timeout = '300ms'";

/// Keeps everybody from a table, to change what it is made of. While somebody reads all tables (`pg_dump`)
/// that cannot be had, which is no failure: it is done another time.
async fn hold(db: &Db, table: &str) -> Result<bool> {
    db.batch(MOMENT).await?;
    let lock = format!("LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE");
    match db.batch(&lock).await {
        Ok(()) => Ok(true),
        Err(why) if why.is_of_lock() => {
            db.batch("ROLLBACK TO SAVEPOINT moment").await?;
            Ok(false)
        }
        Err(why) => Err(why),
    }
}

/// The first articles of the parts.
async fn firsts(db: &Db) -> Result<Vec<i64>> {
    let sql = "SELECT substring(relname FROM '^pages_from_([0-9]+)$')::bigint AS first
                 FROM pg_inherits JOIN pg_class ON oid = inhrelid
                WHERE inhparent = 'pages'::regclass AND relname LIKE 'pages\\_from\\_%'
                ORDER BY first";
    db.values(sql, &params![]).await
}

async fn last_article(db: &Db) -> Result<i64> {
    let sql = "SELECT coalesce(max(id), 0) FROM articles";
    db.value(sql, &params![]).await
}

/// Gives the open part an end, and begins the next one, when articles are about to reach it.
pub(super) async fn begin_next(db: &Db) -> Result<()> {
    db.alone(Alone::PageParts, "").await?;
    let Some(open) = firsts(db).await?.pop() else {
        return Ok(());
    };
    let last = last_article(db).await?;
    let sql = "SELECT id FROM articles WHERE fetched_at >= $1 ORDER BY fetched_at, id LIMIT 1";
    let month = clock::now(db).await? - MONTH;
    let of_month: Option<i64> = db.maybe(sql, &params![month]).await?;
    let articles = ARTICLES_MIN.max(last - of_month.unwrap_or(last));
    if last + articles / AHEAD < open || !hold(db, "pages").await? {
        return Ok(());
    }
    let end = open.max(last + 1) + articles;
    db.batch(&format!(
        "ALTER TABLE pages DETACH PARTITION pages_from_{open};
         ALTER TABLE pages ATTACH PARTITION pages_from_{open} FOR VALUES FROM ({open}) TO ({end});
         CREATE TABLE pages_from_{end} PARTITION OF pages FOR VALUES FROM ({end}) TO (MAXVALUE)"
    ))
    .await
}

/// Takes the first part out of the pages if what it has was fetched before then, but for a few pages of
/// articles that were read again, which are moved. Tells whether it did.
pub(super) async fn take_out(db: &Db, before: Timestamp) -> Result<bool> {
    db.alone(Alone::PageParts, "").await?;
    let [first, end, ..] = firsts(db).await?[..] else {
        return Ok(false);
    };
    if last_article(db).await? < end {
        return Ok(false);
    }
    let part = format!("pages_from_{first}");
    let allowed = YOUNG_MAX.min((end - first) / YOUNG_SHARE);
    let sql = format!("SELECT 1 FROM {part} WHERE fetched_at >= $1 LIMIT $2");
    let young = db.rows(&sql, &params![before, allowed + 1]).await?.len();
    if young as i64 > allowed || !hold(db, "pages").await? {
        return Ok(false);
    }
    db.batch(&format!(
        "ALTER TABLE pages DETACH PARTITION {part};
         ALTER TABLE pages DETACH PARTITION {PAST};
         ALTER TABLE pages ATTACH PARTITION {PAST} FOR VALUES FROM (MINVALUE) TO ({end})"
    ))
    .await?;
    let moved = format!("INSERT INTO pages SELECT * FROM {part} WHERE fetched_at >= $1");
    db.execute(&moved, &params![before]).await?;
    Ok(true)
}

/// Ends a part that was taken out: tells how many of its pages were fetched before then, or `None` where
/// there is no such part, or somebody is reading it.
pub(super) async fn drop_one(db: &Db, before: Timestamp) -> Result<Option<u64>> {
    db.alone(Alone::PageParts, "").await?;
    let sql = "SELECT relname::text FROM pg_class
                WHERE relnamespace = current_schema()::regnamespace AND relkind = 'r'
                  AND NOT relispartition AND relname ~ '^pages_from_[0-9]+$'
                ORDER BY relname LIMIT 1";
    let Some(part) = db.maybe::<String>(sql, &params![]).await? else {
        return Ok(None);
    };
    if !hold(db, &part).await? {
        return Ok(None);
    }
    db.take_time().await?;
    // What was moved has been counted once more where it is now.
    let counted = format!(
        "INSERT INTO changes
         SELECT 'pages', -count(*),
                -coalesce(sum(octet_length(body) + octet_length(headers::text)), 0)
           FROM {part}"
    );
    db.execute(&counted, &params![]).await?;
    let old = format!("SELECT count(*) FROM {part} WHERE fetched_at < $1");
    let old: u64 = db.value(&old, &params![before]).await?;
    db.batch(&format!("DROP TABLE {part}")).await?;
    Ok(Some(old))
}
