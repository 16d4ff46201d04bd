//! The end of what is old, by age and by room, a batch in each transaction: other writes go in between.
//! Decisions, standings and what is counted by day stay.

use super::{copies, failure::Result, locks, session::Db, upkeep, value::params};
use crate::{
    model::Timestamp,
    store::{Keep, Stored},
};

/// Articles dropped in one transaction.
const ARTICLES_BATCH: usize = 50;
/// Smaller rows dropped in one transaction.
const ROWS_BATCH: usize = 2_000;

/// Drops one batch of one kind of what is older than it is kept; `None` once nothing is.
pub(super) async fn drop_old(db: &Db, keep: &Keep) -> Result<Option<(Stored, usize)>> {
    let of_rows = [
        (Stored::Versions, VERSIONS, keep.versions),
        (Stored::Conclusions, CONCLUSIONS, keep.versions),
        (Stored::Notifications, REFUSED, keep.versions),
        (Stored::Urls, URLS, keep.urls),
    ];
    for (kind, sql, before) in of_rows {
        if let dropped @ 1.. = rows(db, sql, before).await? {
            return Ok(Some((kind, dropped)));
        }
    }
    let dropped = articles(db, keep.articles).await?;
    Ok((dropped > 0).then_some((Stored::Articles, dropped)))
}

/// Drops one batch of the oldest of what can be missed best, whatever its age but for articles read
/// after `spared`; `None` if nothing of that is left.
pub(super) async fn drop_for_room(db: &Db, spared: Timestamp) -> Result<Option<(Stored, usize)>> {
    let any = Timestamp::MAX_UTC;
    if let dropped @ 1.. = upkeep::prune_pages(db, "pages", any).await? {
        return Ok(Some((Stored::Pages, as_rows(dropped))));
    }
    for (kind, sql) in [
        (Stored::Versions, VERSIONS),
        (Stored::Conclusions, CONCLUSIONS),
    ] {
        if let dropped @ 1.. = rows(db, sql, Some(any)).await? {
            return Ok(Some((kind, dropped)));
        }
    }
    if let dropped @ 1.. = copies::forget(db, spared).await? {
        return Ok(Some((Stored::Fingerprints, as_rows(dropped))));
    }
    let dropped = articles(db, Some(spared)).await?;
    Ok((dropped > 0).then_some((Stored::Articles, dropped)))
}

fn as_rows(dropped: u64) -> usize {
    usize::try_from(dropped).unwrap_or(usize::MAX)
}

const VERSIONS: &str = "
    DELETE FROM versions WHERE id IN (
        SELECT id FROM versions WHERE until < $1 ORDER BY until LIMIT $2)";

/// Conclusions that others have replaced.
const CONCLUSIONS: &str = "
    DELETE FROM assessments WHERE id IN (
        SELECT id FROM assessments
         WHERE until IS NOT NULL AND until < $1 ORDER BY until LIMIT $2)";

/// Notifications that their receiver does not want.
const REFUSED: &str = "
    DELETE FROM outbox WHERE id IN (
        SELECT id FROM outbox WHERE refused IS NOT NULL AND next_at < $1 LIMIT $2)";

/// Addresses of articles that nobody lists any more: one that is listed again later is new. One that is
/// being changed is passed over.
const URLS: &str = "
    DELETE FROM urls WHERE id IN (
        SELECT id FROM urls
         WHERE kind = 'article' AND state IN ('done', 'gone') AND listed_at < $1
           AND coalesce(fetched_at, 0) < $1 AND parked IS NULL
         ORDER BY listed_at LIMIT $2 FOR UPDATE SKIP LOCKED)";

/// Deletes a batch of small rows from before then by one of the statements above.
async fn rows(db: &Db, sql: &str, before: Option<Timestamp>) -> Result<usize> {
    match before {
        None => Ok(0),
        Some(before) => {
            let dropped = db.execute(sql, &params![before, ROWS_BATCH]).await?;
            Ok(as_rows(dropped))
        }
    }
}

/// Articles that were first read before then, but for those that somebody has decided on.
async fn articles(db: &Db, before: Option<Timestamp>) -> Result<usize> {
    let Some(before) = before else { return Ok(0) };
    let sql = "SELECT id FROM articles
                WHERE fetched_at < $1
                  AND NOT EXISTS (SELECT 1 FROM reviews WHERE article_id = articles.id)
                ORDER BY fetched_at, id LIMIT $2";
    let old: Vec<i64> = db.values(sql, &params![before, ARTICLES_BATCH]).await?;
    locks::articles(db, &old).await?;
    drop_articles(db, &old).await
}

/// Takes articles out with all that is concluded of them and kept beside; nobody has decided on them, and
/// whoever asks has locked them.
pub(super) async fn drop_articles(db: &Db, articles: &[i64]) -> Result<usize> {
    for article in articles {
        copies::leave(db, *article).await?;
    }
    let values = params![articles.to_vec()];
    for table in [
        "pages",
        "article_rules",
        "versions",
        "aliases",
        "shelves",
        "articles_text",
        "assessments",
    ] {
        let sql = format!("DELETE FROM {table} WHERE article_id = ANY($1)");
        db.execute(&sql, &values).await?;
    }
    let sql = "DELETE FROM articles WHERE id = ANY($1)";
    db.execute(sql, &values).await.map(as_rows)
}
