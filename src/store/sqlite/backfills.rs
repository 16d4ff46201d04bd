//! Backfills: the walk through a source's past.
//!
//! What a walk has found stands in `backfill_links`. A few articles at a time move from there into
//! the queue, and a page of links only when no article is left to ask for, so that neither the
//! queue nor what is known ahead grows with the past of a site. Whatever ends the lease of one of
//! them moves the next ones, in the same transaction.

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};
use url::Url;

use super::{
    column::{Address, Dated, Kind, Millis, Named},
    queue::{authority, host_id, refresh_host},
};
use crate::{
    model::{Backfill, BackfillState, Date, Link, PageKind, Reason, Timestamp, Verdict},
    store::{BackfillOrder, BackfillTask, Completion, Fate, Lease, ListReading},
};

/// Articles of one backfill in the queue at a time.
const QUEUED_MAX: u64 = 50;

/// Pages of links that one backfill reads.
const LISTS_MAX: u64 = 5_000;

/// Links that one backfill knows of.
const LINKS_MAX: u64 = 1_000_000;

/// Pages for people list the newest first: after so many articles in a row that were too old once
/// they were read, there is nothing left on the pages behind.
const OLDER_MAX: u64 = 30;

/// After so many pages for people in a row that named nothing new, there is nothing left either.
const BARREN_MAX: u64 = 3;

/// What a backfill asks for first: lower ranks go first.
fn rank(kind: PageKind, depth: u32) -> u8 {
    match kind {
        PageKind::Article => 0,
        _ if depth == 0 => 1,
        PageKind::Sitemap | PageKind::Feed => 2,
        PageKind::Listing | PageKind::Auto | PageKind::Robots => 3,
    }
}

/// A backfill as it goes on.
struct Walk {
    id: i64,
    source: i64,
    since: Timestamp,
    limit: Option<u64>,
    state: BackfillState,
    lists: u64,
    links: u64,
    read: u64,
}

impl Walk {
    fn of(row: &Row<'_>) -> rusqlite::Result<Walk> {
        Ok(Walk {
            id: row.get("id")?,
            source: row.get("source_id")?,
            since: row.get::<_, Millis>("since")?.0,
            limit: row.get("article_limit")?,
            state: row.get::<_, Named<_>>("state")?.0,
            lists: row.get::<_, u64>("lists_read")? + row.get::<_, u64>("lists_failed")?,
            links: row.get("links")?,
            read: row.get("articles_read")?,
        })
    }
}

/// See [`crate::store::Store::start_backfill`].
pub(super) fn start(
    db: &Connection,
    source: &str,
    order: &BackfillOrder,
    now: Timestamp,
) -> rusqlite::Result<Option<Backfill>> {
    let Some(source_id) = source_id(db, source)? else {
        return Ok(None);
    };
    let before = db
        .prepare_cached("SELECT * FROM backfills WHERE source_id = ?1")?
        .query_row([source_id], Walk::of)
        .optional()?;
    let goes_on = before.as_ref().is_some_and(|walk| {
        let is_same = walk.since == order.since && walk.limit == order.limit;
        is_same && walk.state != BackfillState::Done
    });
    let id = match before {
        Some(walk) if goes_on => walk.id,
        Some(walk) => {
            take_home(db, walk.id)?;
            db.prepare_cached("DELETE FROM backfill_links WHERE backfill_id = ?1")?
                .execute([walk.id])?;
            begin(db, source_id, order, now)?
        }
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
    for (kind, url) in &order.starts {
        add_link(db, id, url, *kind, 0, None)?;
    }
    Ok(id)
}

fn set_state(
    db: &Connection,
    id: i64,
    state: BackfillState,
    now: Timestamp,
) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE backfills SET state = ?2, updated_at = ?3 WHERE id = ?1")?
        .execute(params![id, state.as_str(), Millis(now)])?;
    Ok(())
}

/// Whether the backfill has not met it before.
fn add_link(
    db: &Connection,
    id: i64,
    url: &Url,
    kind: PageKind,
    depth: u32,
    published: Option<Date>,
) -> rusqlite::Result<bool> {
    let added = db
        .prepare_cached(
            "INSERT INTO backfill_links (backfill_id, url, kind, rank, depth, published)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            id,
            url.as_str(),
            Kind(kind),
            rank(kind, depth),
            depth,
            published.map(Dated)
        ])?;
    Ok(added > 0)
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

/// See [`crate::store::Store::backfill`].
pub(super) fn of_source(db: &Connection, source: &str) -> rusqlite::Result<Option<Backfill>> {
    db.prepare_cached(
        "SELECT backfills.*,
                (SELECT count(*) FROM backfill_links
                  WHERE backfill_id = backfills.id AND waiting AND rank > 0) AS lists_waiting,
                (SELECT count(*) FROM backfill_links
                  WHERE backfill_id = backfills.id AND waiting AND rank = 0) AS waiting,
                (SELECT count(*) FROM urls
                  WHERE backfill_id = backfills.id AND state IN ('queued', 'leased')
                    AND kind = 'article') AS queued
           FROM backfills JOIN sources ON sources.id = source_id
          WHERE name = ?1",
    )?
    .query_row([source], |row| {
        Ok(Backfill {
            source: source.to_string(),
            since: row.get::<_, Millis>("since")?.0,
            limit: row.get("article_limit")?,
            state: row.get::<_, Named<_>>("state")?.0,
            started_at: row.get::<_, Millis>("started_at")?.0,
            updated_at: row.get::<_, Millis>("updated_at")?.0,
            lists_read: row.get("lists_read")?,
            lists_failed: row.get("lists_failed")?,
            lists_waiting: row.get("lists_waiting")?,
            waiting: row.get("waiting")?,
            queued: row.get("queued")?,
            read: row.get("articles_read")?,
            older: row.get("older")?,
            known: row.get("known")?,
            failed: row.get("failed")?,
        })
    })
    .optional()
}

/// Takes what the end of a lease means for a backfill, and asks for more.
pub(super) fn note(
    db: &Connection,
    lease: &Lease,
    completion: &Completion,
) -> rusqlite::Result<()> {
    let Some(task) = lease.backfill else {
        return ask_in_full(db, lease, completion.at);
    };
    match (lease.link.kind, &completion.list) {
        // One that is news as well is read again, for corrections.
        (PageKind::Article, _)
            if completion.visit.is_none() && matches!(completion.fate, Fate::Again { .. }) =>
        {
            return Ok(());
        }
        (PageKind::Article, _) => note_article(db, task, lease, completion)?,
        (_, ListReading::Pending) => return Ok(()),
        (_, ListReading::Read(links)) => note_list(db, task, lease, links)?,
        (_, ListReading::GivenUp) => count(db, task.id, "lists_failed")?,
    }
    db.prepare_cached("UPDATE urls SET backfill_id = NULL WHERE id = ?1")?
        .execute([lease.id])?;
    refill(db, task.id, completion.at)
}

/// A page of links that was under way when a backfill asked for it is asked again, for all of it.
fn ask_in_full(db: &Connection, lease: &Lease, at: Timestamp) -> rusqlite::Result<()> {
    if lease.link.kind == PageKind::Article {
        return Ok(());
    }
    db.prepare_cached(
        "UPDATE urls SET etag = NULL, last_modified = NULL, next_at = ?2
          WHERE id = ?1 AND backfill_id IS NOT NULL AND state = 'queued'",
    )?
    .execute(params![lease.id, Millis(at)])?;
    Ok(())
}

fn count(db: &Connection, id: i64, column: &str) -> rusqlite::Result<()> {
    db.prepare_cached(&format!(
        "UPDATE backfills SET {column} = {column} + 1 WHERE id = ?1"
    ))?
    .execute([id])?;
    Ok(())
}

fn note_article(
    db: &Connection,
    task: BackfillTask,
    lease: &Lease,
    completion: &Completion,
) -> rusqlite::Result<()> {
    let published = completion
        .visit
        .as_ref()
        .and_then(|visit| visit.article.published.or(lease.link.published));
    let is_article = completion.visit.as_ref().is_some_and(|visit| {
        !matches!(
            visit.assessment.verdict,
            Verdict::Abstain(
                Reason::NotAnArticle | Reason::Empty | Reason::NotHtml | Reason::Failed
            )
        )
    });
    let is_older = published.is_some_and(|published| published.instant() < task.since);
    let column = match (is_article, is_older) {
        (false, _) => "failed",
        (true, true) => "older",
        (true, false) => "articles_read",
    };
    count(db, task.id, column)?;
    if !is_article {
        return Ok(());
    }
    let in_a_row: u64 = db
        .prepare_cached(
            "UPDATE backfills SET older_in_a_row = CASE ?2 WHEN 1 THEN older_in_a_row + 1 ELSE 0 END
              WHERE id = ?1 RETURNING older_in_a_row",
        )?
        .query_row(params![task.id, is_older], |row| row.get(0))?;
    match in_a_row >= OLDER_MAX {
        true => drop_pages(db, task.id),
        false => Ok(()),
    }
}

fn note_list(
    db: &Connection,
    task: BackfillTask,
    lease: &Lease,
    links: &[Link],
) -> rusqlite::Result<()> {
    count(db, task.id, "lists_read")?;
    let (mut added, mut articles) = (0, 0);
    let depth = task.depth.saturating_add(1);
    for link in links {
        if add_link(db, task.id, &link.url, link.kind, depth, link.published)? {
            added += 1;
            articles += i64::from(link.kind == PageKind::Article);
        }
    }
    db.prepare_cached("UPDATE backfills SET links = links + ?2 WHERE id = ?1")?
        .execute(params![task.id, added])?;
    if rank(lease.link.kind, task.depth) < 3 {
        return Ok(());
    }
    let in_a_row: u64 = db
        .prepare_cached(
            "UPDATE backfills SET barren_in_a_row = CASE ?2 WHEN 0 THEN barren_in_a_row + 1 ELSE 0 END
              WHERE id = ?1 RETURNING barren_in_a_row",
        )?
        .query_row(params![task.id, articles], |row| row.get(0))?;
    match in_a_row >= BARREN_MAX {
        true => drop_pages(db, task.id),
        false => Ok(()),
    }
}

/// Leaves the pages for people that are not read yet.
fn drop_pages(db: &Connection, id: i64) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE backfill_links SET waiting = 0 WHERE backfill_id = ?1 AND waiting AND rank = 3",
    )?
    .execute([id])?;
    Ok(())
}

/// Moves what may be asked next into the queue; ends a backfill that has nothing left.
fn refill(db: &Connection, id: i64, now: Timestamp) -> rusqlite::Result<()> {
    let walk = db
        .prepare_cached("SELECT * FROM backfills WHERE id = ?1")?
        .query_row([id], Walk::of)?;
    if walk.state != BackfillState::Running {
        return Ok(());
    }
    db.prepare_cached("UPDATE backfills SET updated_at = ?2 WHERE id = ?1")?
        .execute(params![id, Millis(now)])?;
    let mut queued = in_queue(db, id)?;
    let left = walk.limit.map_or(u64::MAX, |limit| {
        limit.saturating_sub(walk.read + queued.all)
    });
    let room = QUEUED_MAX.saturating_sub(queued.all).min(left);
    let moved = move_articles(db, &walk, room, now)?;
    queued.all += moved;
    queued.fresh += moved;
    let is_full = walk
        .limit
        .is_some_and(|limit| walk.read + queued.all >= limit);
    if !is_full && queued.fresh == 0 && move_list(db, &walk, now)? {
        queued.all += 1;
    }
    if queued.all == 0 {
        db.prepare_cached("DELETE FROM backfill_links WHERE backfill_id = ?1")?
            .execute([id])?;
        set_state(db, id, BackfillState::Done, now)?;
    }
    Ok(())
}

/// What of a backfill stands in the queue or is under way.
struct InQueue {
    all: u64,
    /// That was not tried yet.
    fresh: u64,
}

fn in_queue(db: &Connection, id: i64) -> rusqlite::Result<InQueue> {
    db.prepare_cached(
        "SELECT count(*), count(*) FILTER (WHERE attempts = 0) FROM urls
          WHERE backfill_id = ?1 AND state IN ('queued', 'leased')",
    )?
    .query_row([id], |row| {
        Ok(InQueue {
            all: row.get(0)?,
            fresh: row.get(1)?,
        })
    })
}

/// A link that waits for its turn.
struct Waiting {
    url: Url,
    kind: PageKind,
    published: Option<Date>,
}

/// The first link that waits of these ranks, which no longer does.
fn take(db: &Connection, id: i64, ranks: [u8; 2]) -> rusqlite::Result<Option<Waiting>> {
    db.prepare_cached(
        "UPDATE backfill_links SET waiting = 0 WHERE id = (
             SELECT id FROM backfill_links
              WHERE backfill_id = ?1 AND waiting AND rank BETWEEN ?2 AND ?3
              ORDER BY rank, published DESC, id LIMIT 1)
         RETURNING url, kind, published",
    )?
    .query_row(params![id, ranks[0], ranks[1]], |row| {
        Ok(Waiting {
            url: row.get::<_, Address>("url")?.0,
            kind: row.get::<_, Kind>("kind")?.0,
            published: row
                .get::<_, Option<Dated>>("published")?
                .map(|dated| dated.0),
        })
    })
    .optional()
}

/// Queues up to `room` articles; tells how many.
fn move_articles(db: &Connection, walk: &Walk, room: u64, now: Timestamp) -> rusqlite::Result<u64> {
    let (mut moved, mut known) = (0, 0);
    while moved < room
        && let Some(link) = take(db, walk.id, [0, 0])?
    {
        match queue(db, walk, &link, now)? {
            true => moved += 1,
            false => known += 1,
        }
    }
    if known > 0 {
        db.prepare_cached("UPDATE backfills SET known = known + ?2 WHERE id = ?1")?
            .execute(params![walk.id, known])?;
    }
    Ok(moved)
}

/// Queues the next page of links, unless there is none or enough was read.
fn move_list(db: &Connection, walk: &Walk, now: Timestamp) -> rusqlite::Result<bool> {
    if walk.lists >= LISTS_MAX || walk.links >= LINKS_MAX {
        return Ok(false);
    }
    while let Some(list) = take(db, walk.id, [1, 3])? {
        if queue(db, walk, &list, now)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Queues a link for a backfill. An article that was read is left as it is; one that waits as news
/// counts for the backfill, too. A page of links that is asked again and again is asked now, in full.
fn queue(db: &Connection, walk: &Walk, link: &Waiting, now: Timestamp) -> rusqlite::Result<bool> {
    let Some(authority) = authority(&link.url) else {
        return Ok(false);
    };
    let host = host_id(db, &authority)?;
    let changed = db
        .prepare_cached(
            "INSERT INTO urls (url, host_id, source_id, kind, state, next_at, discovered_at,
                               published, past, backfill_id)
             VALUES (:url, :host, :source, :kind, 'queued', :now, :now, :published, 1, :backfill)
             ON CONFLICT (url) DO UPDATE
                SET backfill_id = excluded.backfill_id, etag = NULL, last_modified = NULL,
                    past = past OR state = 'done',
                    next_at = CASE state WHEN 'queued' THEN min(next_at, excluded.next_at)
                              ELSE excluded.next_at END,
                    attempts = 0,
                    state = CASE state WHEN 'leased' THEN state ELSE 'queued' END
              WHERE wanted AND (kind = 'article') = (excluded.kind = 'article')
                AND (kind <> 'article' OR (state IN ('queued', 'done') AND first_read IS NULL))",
        )?
        .execute(named_params! {
            ":url": link.url.as_str(),
            ":host": host,
            ":source": walk.source,
            ":kind": Kind(link.kind),
            ":now": Millis(now),
            ":published": link.published.map(Dated),
            ":backfill": walk.id,
        })?;
    refresh_host(db, host)?;
    Ok(changed > 0)
}
