//! What of the queue is there for a backfill.

use rusqlite::{Connection, OptionalExtension, params};

use super::column::Millis;
use crate::store::{BackfillTask, Claim};

/// What a backfill wants of a URL that is being leased.
pub(super) fn task(db: &Connection, url: i64) -> rusqlite::Result<Option<BackfillTask>> {
    db.prepare_cached(
        "SELECT backfills.id, since, coalesce(depth, 0) AS depth, past
           FROM urls JOIN backfills ON backfills.id = urls.backfill_id
           LEFT JOIN backfill_links
                ON backfill_links.backfill_id = backfills.id AND backfill_links.url = urls.url
          WHERE urls.id = ?1",
    )?
    .query_row([url], |row| {
        Ok(BackfillTask {
            id: row.get("id")?,
            since: row.get::<_, Millis>("since")?.0,
            depth: row.get("depth")?,
            past: row.get("past")?,
        })
    })
    .optional()
}

/// What of the backfill of a source is due, with its host.
pub(super) fn due(
    db: &Connection,
    source: &str,
    claim: &Claim,
) -> rusqlite::Result<Vec<(i64, i64)>> {
    db.prepare_cached(
        "SELECT urls.host_id, urls.id
           FROM sources
           JOIN backfills ON backfills.source_id = sources.id
           JOIN urls ON urls.backfill_id = backfills.id
           JOIN hosts ON hosts.id = urls.host_id
          WHERE sources.name = ?1 AND sources.group_name IS ?3 AND urls.state = 'queued' AND urls.wanted
            AND urls.next_at <= ?2 AND hosts.next_at <= ?2
          ORDER BY urls.turn, urls.next_at, urls.id",
    )?
    .query_map(params![source, Millis(claim.now), claim.group], |row| {
        Ok((row.get("host_id")?, row.get("id")?))
    })?
    .collect()
}
