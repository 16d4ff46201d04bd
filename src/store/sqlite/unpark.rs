//! What is set aside, shown and taken up again.

use rusqlite::{Connection, params};

use super::{
    column::{Millis, forgiving, row_limit},
    queue::refresh_host,
};
use crate::{model::Timestamp, store::ParkedRow};

/// URLs that are taken up again at once: the rest with the next call.
const UNPARKED_MAX: usize = 1_000;

/// See [`crate::store::Store::parked`].
pub(super) fn list(
    db: &Connection,
    after: Option<&str>,
    limit: usize,
) -> rusqlite::Result<Vec<ParkedRow>> {
    db.prepare_cached(
        "SELECT urls.url, sources.name, urls.parked, urls.error, urls.fetched_at
           FROM urls JOIN sources ON sources.id = urls.source_id
          WHERE urls.parked IS NOT NULL AND urls.url > ?1 ORDER BY urls.url LIMIT ?2",
    )?
    .query_map(
        params![after.unwrap_or_default(), row_limit(limit)],
        |row| {
            Ok(ParkedRow {
                url: row.get("url")?,
                source: row.get("name")?,
                reason: row.get("parked")?,
                error: row.get("error")?,
                fetched_at: forgiving::<Millis>(row, "fetched_at").map(|at| at.0),
            })
        },
    )?
    .collect()
}

/// See [`crate::store::Store::unpark`]; at most [`UNPARKED_MAX`] at once.
pub(super) fn unpark(db: &Connection, url: Option<&str>, now: Timestamp) -> rusqlite::Result<u64> {
    let parked = db
        .prepare_cached(
            "SELECT id, host_id FROM urls
              WHERE parked IS NOT NULL AND (?1 IS NULL OR url = ?1) LIMIT ?2",
        )?
        .query_map(params![url, UNPARKED_MAX], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?
        .collect::<rusqlite::Result<Vec<(i64, i64)>>>()?;
    for (url, host) in &parked {
        db.prepare_cached(
            "UPDATE urls
                SET parked = NULL, lost = 0, suspect = 0, attempts = 0, next_at = ?2,
                    state = CASE state WHEN 'leased' THEN state ELSE 'queued' END
              WHERE id = ?1",
        )?
        .execute(params![url, Millis(now)])?;
        refresh_host(db, *host)?;
    }
    Ok(parked.len() as u64)
}
