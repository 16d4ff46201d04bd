//! Backfills: begun, looked at and ended. How one goes on stands in `walk`.

use super::{
    failure::Result,
    queue::{lock_hosts, refresh_hosts},
    session::Db,
    value::{Named, Row, params},
    walk::{DROP_BATCH, Met, add_links, drop_links, refill, set_state, walk_of},
};
use crate::{
    model::{Backfill, BackfillState, Timestamp},
    store::{BackfillOrder, walking::Walk},
};

/// Whether a backfill goes on with an order: the same one, not done yet.
fn goes_on(walk: &Walk, order: &BackfillOrder) -> bool {
    let is_same = walk.since == order.since && walk.limit == order.limit;
    is_same && walk.state != BackfillState::Done
}

async fn of(db: &Db, source: i64) -> Result<Option<Walk>> {
    db.optional(
        "SELECT * FROM backfills WHERE source_id = $1",
        &params![source],
        walk_of,
    )
    .await
}

/// Drops some of what another order has left, and tells whether that was all.
pub(super) async fn clear(
    db: &Db,
    source: &str,
    order: &BackfillOrder,
    now: Timestamp,
) -> Result<bool> {
    let walk = match source_id(db, source).await? {
        Some(id) => of(db, id).await?.filter(|walk| !goes_on(walk, order)),
        None => None,
    };
    let Some(walk) = walk else { return Ok(true) };
    if walk.state != BackfillState::Done {
        take_home(db, walk.id).await?;
        // Nobody may go on with half of it.
        set_state(db, walk.id, BackfillState::Done, now).await?;
    }
    Ok(drop_links(db, walk.id).await? < DROP_BATCH)
}

/// See [`crate::store::Store::start_backfill`]. What another order has left must be
/// [cleared](clear) before.
pub(super) async fn start(
    db: &Db,
    source: &str,
    order: &BackfillOrder,
    now: Timestamp,
) -> Result<Option<Backfill>> {
    let Some(source_id) = source_id(db, source).await? else {
        return Ok(None);
    };
    let before = of(db, source_id).await?.filter(|walk| goes_on(walk, order));
    let id = match before {
        Some(walk) => walk.id,
        None => begin(db, source_id, order, now).await?,
    };
    set_state(db, id, BackfillState::Running, now).await?;
    refill(db, id, now).await?;
    of_source(db, source).await
}

async fn source_id(db: &Db, name: &str) -> Result<Option<i64>> {
    db.maybe("SELECT id FROM sources WHERE name = $1", &params![name])
        .await
}

/// A row for a new order, with nothing done yet.
async fn begin(db: &Db, source: i64, order: &BackfillOrder, now: Timestamp) -> Result<i64> {
    let limit = order
        .limit
        .map(|limit| i64::try_from(limit).unwrap_or(i64::MAX));
    let id = db.value("INSERT INTO backfills (source_id, since, article_limit, state, started_at, updated_at)
             VALUES ($1, $2, $3, 'running', $4, $4)
             ON CONFLICT (source_id) DO UPDATE
                SET since = excluded.since, article_limit = excluded.article_limit,
                    started_at = excluded.started_at, lists_read = 0, lists_failed = 0,
                    articles_read = 0, older = 0, older_in_a_row = 0, barren_in_a_row = 0, links = 0,
                    known = 0, failed = 0
             RETURNING id", &params![source, order.since, limit, now]).await?;
    // A page that was under way may have brought more.
    drop_links(db, id).await?;
    let starts = order.starts.iter().map(|(kind, url)| Met {
        url,
        kind: *kind,
        published: None,
    });
    add_links(db, id, 0, None, starts).await?;
    Ok(id)
}

/// See [`crate::store::Store::stop_backfill`].
pub(super) async fn stop(db: &Db, source: &str, now: Timestamp) -> Result<Option<Backfill>> {
    let running = db
        .maybe(
            "SELECT backfills.id FROM backfills JOIN sources ON sources.id = source_id
              WHERE name = $1 AND state = 'running'",
            &params![source],
        )
        .await?;
    if let Some(id) = running {
        take_home(db, id).await?;
        set_state(db, id, BackfillState::Stopped, now).await?;
    }
    of_source(db, source).await
}

/// A source that is asked at another address has another past.
pub(super) async fn forget(db: &Db, source: i64) -> Result<()> {
    let id = db
        .maybe(
            "SELECT id FROM backfills WHERE source_id = $1",
            &params![source],
        )
        .await?;
    let Some(id) = id else { return Ok(()) };
    take_home(db, id).await?;
    for table in ["backfill_links WHERE backfill_id", "backfills WHERE id"] {
        db.execute(&format!("DELETE FROM {table} = $1"), &params![id])
            .await?;
    }
    Ok(())
}

/// Takes what was not asked yet out of the queue again. What is under way ends as it would.
async fn take_home(db: &Db, id: i64) -> Result<()> {
    let hosts = db
        .values(
            "SELECT DISTINCT host_id FROM urls WHERE backfill_id = $1 AND state = 'queued'",
            &params![id],
        )
        .await?;
    lock_hosts(db, &hosts).await?;
    for change in [
        "UPDATE backfill_links SET waiting = true
          WHERE backfill_id = $1 AND url IN
                (SELECT url FROM urls WHERE backfill_id = $1 AND state = 'queued')",
        // Known and not to be read: the walk may come back to it.
        "UPDATE urls SET state = 'done', backfill_id = NULL
          WHERE backfill_id = $1 AND state = 'queued' AND past",
        "UPDATE urls SET backfill_id = NULL WHERE backfill_id = $1 AND state = 'queued'",
    ] {
        db.execute(change, &params![id]).await?;
    }
    refresh_hosts(db, &hosts).await
}

/// Drops some of the links that backfills have left which are done; tells how many.
pub(super) async fn prune(db: &Db) -> Result<u64> {
    db.execute(
        "DELETE FROM backfill_links WHERE id IN (
             SELECT backfill_links.id FROM backfills
               JOIN backfill_links ON backfill_links.backfill_id = backfills.id
              WHERE state = 'done' LIMIT $1)",
        &params![DROP_BATCH],
    )
    .await
}

/// See [`crate::store::Store::backfill`].
pub(super) async fn of_source(db: &Db, source: &str) -> Result<Option<Backfill>> {
    db.optional(
        &format!("{SEEN} WHERE sources.name = $1"),
        &params![source],
        read,
    )
    .await
}

const SEEN: &str = "
    SELECT backfills.*, sources.name,
           (SELECT count(*) FROM urls
             WHERE backfill_id = backfills.id AND urls.state IN ('queued', 'leased')
               AND urls.kind = 'article') AS queued
      FROM backfills JOIN sources ON sources.id = source_id";

fn read(row: &Row) -> Result<Backfill> {
    let state = row.get::<Named<_>>("state")?.0;
    let count = |column: &str| row.get::<u64>(column);
    // What is left when it is done is waited for by nobody, and dropped little by little.
    let waiting = |column: &str| match state {
        BackfillState::Done => Ok(0),
        BackfillState::Running | BackfillState::Stopped => count(column),
    };
    Ok(Backfill {
        source: row.get("name")?,
        since: row.get("since")?,
        limit: row.get("article_limit")?,
        state,
        started_at: row.get("started_at")?,
        updated_at: row.get("updated_at")?,
        lists_read: count("lists_read")?,
        lists_failed: count("lists_failed")?,
        lists_waiting: waiting("lists_waiting")?,
        waiting: waiting("articles_waiting")?,
        queued: count("queued")?,
        read: count("articles_read")?,
        older: count("older")?,
        known: count("known")?,
        failed: count("failed")?,
    })
}
