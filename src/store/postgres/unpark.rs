//! What is set aside, shown and taken up again.

use super::{
    failure::Result,
    queue::{lock_hosts, refresh_hosts},
    session::Db,
    value::params,
};
use crate::{model::Timestamp, store::ParkedRow};

/// URLs that are taken up again at once: the rest with the next call.
const UNPARKED_MAX: usize = 1_000;

/// See [`crate::store::Store::parked`].
pub(super) async fn list(db: &Db, after: Option<&str>, limit: usize) -> Result<Vec<ParkedRow>> {
    db.list(
        "SELECT urls.url, sources.name, urls.parked, urls.error, urls.fetched_at
           FROM urls JOIN sources ON sources.id = urls.source_id
          WHERE urls.parked IS NOT NULL AND urls.url > $1 ORDER BY urls.url LIMIT $2",
        &params![after.unwrap_or_default(), limit],
        |row| {
            Ok(ParkedRow {
                url: row.get("url")?,
                source: row.get("name")?,
                reason: row.get("parked")?,
                error: row.get("error")?,
                fetched_at: row.forgiving("fetched_at"),
            })
        },
    )
    .await
}

/// See [`crate::store::Store::unpark`]; at most [`UNPARKED_MAX`] at once.
pub(super) async fn unpark(db: &Db, url: Option<&str>, now: Timestamp) -> Result<u64> {
    let parked: Vec<(i64, i64)> = db
        .list(
            "SELECT id, host_id FROM urls
              WHERE parked IS NOT NULL AND ($1::text IS NULL OR url = $1) LIMIT $2",
            &params![url, UNPARKED_MAX],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .await?;
    let (urls, hosts): (Vec<i64>, Vec<i64>) = parked.into_iter().unzip();
    lock_hosts(db, &hosts).await?;
    let taken_up = db
        .execute(
            "UPDATE urls
                SET parked = NULL, lost = 0, suspect = false, attempts = 0, next_at = $2,
                    state = CASE state WHEN 'leased' THEN state ELSE 'queued' END
              WHERE id = ANY($1) AND parked IS NOT NULL",
            &params![urls, now],
        )
        .await?;
    refresh_hosts(db, &hosts).await?;
    Ok(taken_up)
}
