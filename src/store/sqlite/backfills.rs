//! Backfills: begun, looked at and ended. How one goes on stands in `walk`.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{
    column::{Millis, Named},
    queue::refresh_host,
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

fn of(db: &Connection, source: i64) -> rusqlite::Result<Option<Walk>> {
    db.prepare_cached("SELECT * FROM backfills WHERE source_id = ?1")?
        .query_row([source], walk_of)
        .optional()
}

/// Drops some of what another order has left, and tells whether that was all.
pub(super) fn clear(
    db: &Connection,
    source: &str,
    order: &BackfillOrder,
    now: Timestamp,
) -> rusqlite::Result<bool> {
    let walk = match source_id(db, source)? {
        Some(id) => of(db, id)?.filter(|walk| !goes_on(walk, order)),
        None => None,
    };
    let Some(walk) = walk else { return Ok(true) };
    if walk.state != BackfillState::Done {
        take_home(db, walk.id)?;
        // Nobody may go on with half of it.
        set_state(db, walk.id, BackfillState::Done, now)?;
    }
    Ok(drop_links(db, walk.id)? < DROP_BATCH)
}

/// See [`crate::store::Store::start_backfill`]. What another order has left must be
/// [cleared](clear) before.
pub(super) fn start(
    db: &Connection,
    source: &str,
    order: &BackfillOrder,
    now: Timestamp,
) -> rusqlite::Result<Option<Backfill>> {
    let Some(source_id) = source_id(db, source)? else {
        return Ok(None);
    };
    let before = of(db, source_id)?.filter(|walk| goes_on(walk, order));
    let id = match before {
        Some(walk) => walk.id,
        None => begin(db, source_id, order, now)?,
    };
    set_state(db, id, BackfillState::Running, now)?;
    refill(db, id, now)?;
    of_source(db, source)
}

fn source_id(db: &Connection, name: &str) -> rusqlite::Result<Option<i64>> {
    db.prepare_cached("SELECT id FROM sources WHERE name = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()
}

/// A row for a new order, with nothing done yet.
fn begin(
    db: &Connection,
    source: i64,
    order: &BackfillOrder,
    now: Timestamp,
) -> rusqlite::Result<i64> {
    let limit = order
        .limit
        .map(|limit| i64::try_from(limit).unwrap_or(i64::MAX));
    let id = db
        .prepare_cached(
            "INSERT INTO backfills (source_id, since, article_limit, state, started_at, updated_at)
             VALUES (?1, ?2, ?3, 'running', ?4, ?4)
             ON CONFLICT (source_id) DO UPDATE
                SET since = excluded.since, article_limit = excluded.article_limit,
                    started_at = excluded.started_at, lists_read = 0, lists_failed = 0,
                    articles_read = 0, older = 0, older_in_a_row = 0, barren_in_a_row = 0, links = 0,
                    known = 0, failed = 0
             RETURNING id",
        )?
        .query_row(
            params![source, Millis(order.since), limit, Millis(now)],
            |row| row.get(0),
        )?;
    // A page that was under way may have brought more.
    drop_links(db, id)?;
    let starts = order.starts.iter().map(|(kind, url)| Met {
        url,
        kind: *kind,
        published: None,
    });
    add_links(db, id, 0, None, starts)?;
    Ok(id)
}

/// See [`crate::store::Store::stop_backfill`].
pub(super) fn stop(
    db: &Connection,
    source: &str,
    now: Timestamp,
) -> rusqlite::Result<Option<Backfill>> {
    let running = db
        .prepare_cached(
            "SELECT backfills.id FROM backfills JOIN sources ON sources.id = source_id
              WHERE name = ?1 AND state = 'running'",
        )?
        .query_row([source], |row| row.get(0))
        .optional()?;
    if let Some(id) = running {
        take_home(db, id)?;
        set_state(db, id, BackfillState::Stopped, now)?;
    }
    of_source(db, source)
}

/// A source that is asked at another address has another past.
pub(super) fn forget(db: &Connection, source: i64) -> rusqlite::Result<()> {
    let id = db
        .prepare_cached("SELECT id FROM backfills WHERE source_id = ?1")?
        .query_row([source], |row| row.get(0))
        .optional()?;
    let Some(id) = id else { return Ok(()) };
    take_home(db, id)?;
    for table in ["backfill_links WHERE backfill_id", "backfills WHERE id"] {
        db.prepare_cached(&format!("DELETE FROM {table} = ?1"))?
            .execute([id])?;
    }
    Ok(())
}

/// Takes what was not asked yet out of the queue again. What is under way ends as it would.
fn take_home(db: &Connection, id: i64) -> rusqlite::Result<()> {
    let hosts = db
        .prepare_cached(
            "SELECT DISTINCT host_id FROM urls WHERE backfill_id = ?1 AND state = 'queued'",
        )?
        .query_map([id], |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<i64>>>()?;
    for change in [
        "UPDATE backfill_links SET waiting = 1
          WHERE backfill_id = ?1 AND url IN
                (SELECT url FROM urls WHERE backfill_id = ?1 AND state = 'queued')",
        // Known and not to be read: the walk may come back to it.
        "UPDATE urls SET state = 'done', backfill_id = NULL
          WHERE backfill_id = ?1 AND state = 'queued' AND past",
        "UPDATE urls SET backfill_id = NULL WHERE backfill_id = ?1 AND state = 'queued'",
    ] {
        db.prepare_cached(change)?.execute([id])?;
    }
    hosts
        .into_iter()
        .try_for_each(|host| refresh_host(db, host))
}

/// Drops some of the links that backfills have left which are done; tells how many.
pub(super) fn prune(db: &Connection) -> rusqlite::Result<usize> {
    db.prepare_cached(
        "DELETE FROM backfill_links WHERE id IN (
             SELECT backfill_links.id FROM backfills
               JOIN backfill_links ON backfill_links.backfill_id = backfills.id
              WHERE state = 'done' LIMIT ?1)",
    )?
    .execute([DROP_BATCH])
}

/// See [`crate::store::Store::backfill`].
pub(super) fn of_source(db: &Connection, source: &str) -> rusqlite::Result<Option<Backfill>> {
    db.prepare_cached(&format!("{SEEN} WHERE sources.name = ?1"))?
        .query_row([source], read)
        .optional()
}

const SEEN: &str = "
    SELECT backfills.*, sources.name,
           (SELECT count(*) FROM urls
             WHERE backfill_id = backfills.id AND urls.state IN ('queued', 'leased')
               AND urls.kind = 'article') AS queued
      FROM backfills JOIN sources ON sources.id = source_id";

fn read(row: &Row<'_>) -> rusqlite::Result<Backfill> {
    let state = row.get::<_, Named<_>>("state")?.0;
    // What is left when it is done is waited for by nobody, and dropped little by little.
    let waiting = |column: &str| match state {
        BackfillState::Done => Ok(0),
        BackfillState::Running | BackfillState::Stopped => row.get(column),
    };
    Ok(Backfill {
        source: row.get("name")?,
        since: row.get::<_, Millis>("since")?.0,
        limit: row.get("article_limit")?,
        state,
        started_at: row.get::<_, Millis>("started_at")?.0,
        updated_at: row.get::<_, Millis>("updated_at")?.0,
        lists_read: row.get("lists_read")?,
        lists_failed: row.get("lists_failed")?,
        lists_waiting: waiting("lists_waiting")?,
        waiting: waiting("articles_waiting")?,
        queued: row.get("queued")?,
        read: row.get("articles_read")?,
        older: row.get("older")?,
        known: row.get("known")?,
        failed: row.get("failed")?,
    })
}
