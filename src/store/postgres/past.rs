//! What of the queue is there for a backfill.

use super::{failure::Result, session::Db, value::params};
use crate::store::{BackfillTask, Claim};

/// What a backfill wants of a URL that is being leased.
pub(super) async fn task(db: &Db, url: i64) -> Result<Option<BackfillTask>> {
    db.optional(
        "SELECT backfills.id, since, coalesce(depth, 0) AS depth, past
           FROM urls JOIN backfills ON backfills.id = urls.backfill_id
           LEFT JOIN backfill_links
                ON backfill_links.backfill_id = backfills.id AND backfill_links.url = urls.url
          WHERE urls.id = $1",
        &params![url],
        |row| {
            Ok(BackfillTask {
                id: row.get("id")?,
                since: row.get("since")?,
                depth: row.get("depth")?,
                past: row.get("past")?,
            })
        },
    )
    .await
}

/// What of the backfill of a source is due, with its host.
pub(super) async fn due(db: &Db, source: &str, claim: &Claim) -> Result<Vec<(i64, i64)>> {
    db.list(
        "SELECT urls.host_id, urls.id
           FROM sources
           JOIN backfills ON backfills.source_id = sources.id
           JOIN urls ON urls.backfill_id = backfills.id
           JOIN hosts ON hosts.id = urls.host_id
          WHERE sources.name = $1 AND sources.group_name IS NOT DISTINCT FROM $3::text
            AND urls.state = 'queued' AND urls.wanted
            AND urls.next_at <= $2 AND hosts.next_at <= $2
          ORDER BY urls.turn, urls.next_at, urls.id",
        &params![source, claim.now, claim.group.as_deref()],
        |row| Ok((row.get("host_id")?, row.get("id")?)),
    )
    .await
}
