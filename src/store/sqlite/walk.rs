//! A walk through a source's past as it goes on: what the end of a lease means for it, and what is
//! asked for next.
//!
//! A few articles at a time move from `backfill_links` into the queue, and a page of links only when
//! no article is left to ask for, so that neither the queue nor what is known ahead grows with the
//! past of a site. Whatever ends the lease of one of them moves the next ones, in the same
//! transaction. How much and in which order is for [`crate::frontier::backfill`] to say.

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};
use url::Url;

use super::{
    column::{Address, Dated, Kind, Millis, Named},
    queue::{host_id, refresh_host},
};
use crate::{
    frontier::backfill::{
        ARTICLES_QUEUED_MAX, BARREN_MAX, LINKS_MAX, LISTS_MAX, OLDER_MAX, RANK_ARTICLE,
        RANK_FURTHER_PAGE, RANK_OLDER_FEED, RANK_START, rank,
    },
    model::{BackfillState, Date, Link, PageKind, Timestamp},
    store::{
        BackfillTask, Completion, Fate, Lease, ListReading,
        place::authority,
        walking::{Brought, InQueue, Waiting, Walk},
    },
};

/// Links of a backfill dropped in one transaction: other writes go in between.
pub(super) const DROP_BATCH: usize = 1_000;

/// A walk as it stands in its row.
pub(super) fn walk_of(row: &Row<'_>) -> rusqlite::Result<Walk> {
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

pub(super) fn set_state(
    db: &Connection,
    id: i64,
    state: BackfillState,
    now: Timestamp,
) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE backfills SET state = ?2, updated_at = ?3 WHERE id = ?1")?
        .execute(params![id, state.as_str(), Millis(now)])?;
    Ok(())
}

/// A link that a backfill meets.
pub(super) struct Met<'a> {
    pub(super) url: &'a Url,
    pub(super) kind: PageKind,
    pub(super) published: Option<Date>,
}

/// Notes what a page of kind `from` leads to, or where the walk begins, and has not been met before;
/// tells how many pages of links and articles there were.
pub(super) fn add_links<'a>(
    db: &Connection,
    id: i64,
    depth: u32,
    from: Option<PageKind>,
    links: impl Iterator<Item = Met<'a>>,
) -> rusqlite::Result<[usize; 2]> {
    let mut insert = db.prepare_cached(
        "INSERT INTO backfill_links (backfill_id, url, kind, rank, depth, published)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
    )?;
    let [mut lists, mut articles] = [0, 0];
    for link in links {
        let rank = rank(link.kind, from);
        let added = insert.execute(params![
            id,
            link.url.as_str(),
            Kind(link.kind),
            rank,
            depth,
            link.published.map(Dated)
        ])?;
        match rank {
            RANK_ARTICLE => articles += added,
            _ => lists += added,
        }
    }
    db.prepare_cached(
        "UPDATE backfills
            SET lists_waiting = lists_waiting + ?2, articles_waiting = articles_waiting + ?3
          WHERE id = ?1",
    )?
    .execute(params![id, lists, articles])?;
    Ok([lists, articles])
}

/// Drops some of the links of a backfill that needs them no more; tells how many. A million at once
/// would keep everybody else waiting.
pub(super) fn drop_links(db: &Connection, id: i64) -> rusqlite::Result<usize> {
    db.prepare_cached(
        "DELETE FROM backfill_links WHERE id IN (
             SELECT id FROM backfill_links WHERE backfill_id = ?1 LIMIT ?2)",
    )?
    .execute(params![id, DROP_BATCH])
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
        (_, ListReading::Absent) => {}
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
    let brought = Brought::by(task, lease, completion);
    count(db, task.id, brought.column())?;
    if brought == Brought::Nothing {
        return Ok(());
    }
    let is_older = brought == Brought::Older;
    let ranks = [RANK_FURTHER_PAGE, RANK_OLDER_FEED];
    end_pages_after(db, task.id, ranks, OLDER_MAX, "older_in_a_row", is_older)
}

fn note_list(
    db: &Connection,
    task: BackfillTask,
    lease: &Lease,
    links: &[Link],
) -> rusqlite::Result<()> {
    count(db, task.id, "lists_read")?;
    let (depth, from) = (task.depth.saturating_add(1), lease.link.kind);
    let met = links.iter().map(|link| Met {
        url: &link.url,
        kind: link.kind,
        published: link.published,
    });
    let [lists, articles] = add_links(db, task.id, depth, Some(from), met)?;
    db.prepare_cached("UPDATE backfills SET links = links + ?2 WHERE id = ?1")?
        .execute(params![task.id, lists + articles])?;
    let Some(rank) = rank_of(db, task.id, &lease.link.url)? else {
        return Ok(());
    };
    if rank < RANK_FURTHER_PAGE {
        return Ok(());
    }
    let in_vain = articles == 0;
    end_pages_after(
        db,
        task.id,
        [rank, rank],
        BARREN_MAX,
        "barren_in_a_row",
        in_vain,
    )
}

fn rank_of(db: &Connection, id: i64, url: &Url) -> rusqlite::Result<Option<u8>> {
    db.prepare_cached("SELECT rank FROM backfill_links WHERE backfill_id = ?1 AND url = ?2")?
        .query_row(params![id, url.as_str()], |row| row.get(0))
        .optional()
}

/// Counts in `column` how often in a row something was in vain; after `most` the pages of these ranks
/// that are not read yet are left.
fn end_pages_after(
    db: &Connection,
    id: i64,
    ranks: [u8; 2],
    most: u64,
    column: &str,
    in_vain: bool,
) -> rusqlite::Result<()> {
    let in_a_row: u64 = db
        .prepare_cached(&format!(
            "UPDATE backfills SET {column} = CASE ?2 WHEN 1 THEN {column} + 1 ELSE 0 END
              WHERE id = ?1 RETURNING {column}"
        ))?
        .query_row(params![id, in_vain], |row| row.get(0))?;
    if in_a_row < most {
        return Ok(());
    }
    db.prepare_cached(
        "UPDATE backfill_links SET waiting = 0
          WHERE backfill_id = ?1 AND waiting AND rank BETWEEN ?2 AND ?3",
    )?
    .execute(params![id, ranks[0], ranks[1]])?;
    // What follows is judged by itself.
    db.prepare_cached(&format!("UPDATE backfills SET {column} = 0 WHERE id = ?1"))?
        .execute([id])?;
    Ok(())
}

/// Moves what may be asked next into the queue; ends a backfill that has nothing left.
pub(super) fn refill(db: &Connection, id: i64, now: Timestamp) -> rusqlite::Result<()> {
    let walk = db
        .prepare_cached("SELECT * FROM backfills WHERE id = ?1")?
        .query_row([id], walk_of)?;
    if walk.state != BackfillState::Running {
        return Ok(());
    }
    db.prepare_cached("UPDATE backfills SET updated_at = ?2 WHERE id = ?1")?
        .execute(params![id, Millis(now)])?;
    let mut queued = in_queue(db, id)?;
    let left = walk.limit.map_or(u64::MAX, |limit| {
        limit.saturating_sub(walk.read + queued.all)
    });
    let room = ARTICLES_QUEUED_MAX.saturating_sub(queued.all).min(left);
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
        drop_links(db, id)?;
        set_state(db, id, BackfillState::Done, now)?;
    }
    Ok(())
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
        && let Some(link) = take(db, walk.id, [RANK_ARTICLE, RANK_ARTICLE])?
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
    while let Some(list) = take(db, walk.id, [RANK_START, RANK_OLDER_FEED])? {
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
