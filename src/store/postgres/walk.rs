//! A walk through a source's past as it goes on: what the end of a lease means for it, and what is
//! asked for next.
//!
//! A few articles at a time move from `backfill_links` into the queue, and a page of links only when
//! no article is left to ask for, so that neither the queue nor what is known ahead grows with the
//! past of a site. Whatever ends the lease of one of them moves the next ones, in the same
//! transaction. How much and in which order is for [`crate::frontier::backfill`] to say.

use url::Url;

use super::{
    failure::Result,
    queue::{host_id, lock_hosts, refresh_host},
    session::Db,
    value::{Named, Row, params},
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
pub(super) const DROP_BATCH: u64 = 1_000;

/// A walk as it stands in its row.
pub(super) fn walk_of(row: &Row) -> Result<Walk> {
    Ok(Walk {
        id: row.get("id")?,
        source: row.get("source_id")?,
        since: row.get("since")?,
        limit: row.get("article_limit")?,
        state: row.get::<Named<_>>("state")?.0,
        lists: row.get::<u64>("lists_read")? + row.get::<u64>("lists_failed")?,
        links: row.get("links")?,
        read: row.get("articles_read")?,
    })
}

pub(super) async fn set_state(
    db: &Db,
    id: i64,
    state: BackfillState,
    now: Timestamp,
) -> Result<()> {
    db.change(
        "UPDATE backfills SET state = $2, updated_at = $3 WHERE id = $1",
        &params![id, state.as_str(), now],
    )
    .await
}

/// A link that a backfill meets.
pub(super) struct Met<'a> {
    pub(super) url: &'a Url,
    pub(super) kind: PageKind,
    pub(super) published: Option<Date>,
}

/// Notes what a page of kind `from` leads to, or where the walk begins, and has not been met before;
/// tells how many pages of links and articles there were.
pub(super) async fn add_links<'a>(
    db: &Db,
    id: i64,
    depth: u32,
    from: Option<PageKind>,
    links: impl Iterator<Item = Met<'a>>,
) -> Result<[u64; 2]> {
    let [mut lists, mut articles] = [0u64, 0];
    for link in links {
        let rank = rank(link.kind, from);
        let added = db
            .execute(
                "INSERT INTO backfill_links (backfill_id, url, kind, rank, depth, published)
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING",
                &params![id, link.url, link.kind, rank, depth, link.published],
            )
            .await?;
        match rank {
            RANK_ARTICLE => articles += added,
            _ => lists += added,
        }
    }
    db.change(
        "UPDATE backfills
            SET lists_waiting = lists_waiting + $2, articles_waiting = articles_waiting + $3
          WHERE id = $1",
        &params![id, lists, articles],
    )
    .await?;
    Ok([lists, articles])
}

/// Drops some of the links of a backfill that needs them no more; tells how many. A million at once
/// would keep everybody else waiting.
pub(super) async fn drop_links(db: &Db, id: i64) -> Result<u64> {
    db.execute(
        "DELETE FROM backfill_links WHERE id IN (
             SELECT id FROM backfill_links WHERE backfill_id = $1 LIMIT $2)",
        &params![id, DROP_BATCH],
    )
    .await
}

/// Takes what the end of a lease means for a backfill, and asks for more.
pub(super) async fn note(db: &Db, lease: &Lease, completion: &Completion) -> Result<()> {
    let Some(task) = lease.backfill else {
        return ask_in_full(db, lease, completion.at).await;
    };
    match (lease.link.kind, &completion.list) {
        // One that is news as well is read again, for corrections.
        (PageKind::Article, _)
            if completion.visit.is_none() && matches!(completion.fate, Fate::Again { .. }) =>
        {
            return Ok(());
        }
        (PageKind::Article, _) => note_article(db, task, lease, completion).await?,
        (_, ListReading::Pending) => return Ok(()),
        (_, ListReading::Read(links)) => note_list(db, task, lease, links).await?,
        (_, ListReading::GivenUp) => count(db, task.id, "lists_failed").await?,
        (_, ListReading::Absent) => {}
    }
    db.change(
        "UPDATE urls SET backfill_id = NULL WHERE id = $1",
        &params![lease.id],
    )
    .await?;
    refill(db, task.id, completion.at).await
}

/// A page of links that was under way when a backfill asked for it is asked again, for all of it.
async fn ask_in_full(db: &Db, lease: &Lease, at: Timestamp) -> Result<()> {
    if lease.link.kind == PageKind::Article {
        return Ok(());
    }
    db.change(
        "UPDATE urls SET etag = NULL, last_modified = NULL, next_at = $2
          WHERE id = $1 AND backfill_id IS NOT NULL AND state = 'queued'",
        &params![lease.id, at],
    )
    .await
}

async fn count(db: &Db, id: i64, column: &str) -> Result<()> {
    db.change(
        &format!("UPDATE backfills SET {column} = {column} + 1 WHERE id = $1"),
        &params![id],
    )
    .await
}

async fn note_article(
    db: &Db,
    task: BackfillTask,
    lease: &Lease,
    completion: &Completion,
) -> Result<()> {
    let brought = Brought::by(task, lease, completion);
    count(db, task.id, brought.column()).await?;
    if brought == Brought::Nothing {
        return Ok(());
    }
    let is_older = brought == Brought::Older;
    let ranks = [RANK_FURTHER_PAGE, RANK_OLDER_FEED];
    end_pages_after(db, task.id, ranks, OLDER_MAX, "older_in_a_row", is_older).await
}

async fn note_list(db: &Db, task: BackfillTask, lease: &Lease, links: &[Link]) -> Result<()> {
    count(db, task.id, "lists_read").await?;
    let (depth, from) = (task.depth.saturating_add(1), lease.link.kind);
    let met = links.iter().map(|link| Met {
        url: &link.url,
        kind: link.kind,
        published: link.published,
    });
    let [lists, articles] = add_links(db, task.id, depth, Some(from), met).await?;
    db.change(
        "UPDATE backfills SET links = links + $2 WHERE id = $1",
        &params![task.id, lists + articles],
    )
    .await?;
    match rank_of(db, task.id, &lease.link.url).await? {
        Some(rank) if rank >= RANK_FURTHER_PAGE => {
            let (ranks, in_vain) = ([rank, rank], articles == 0);
            end_pages_after(db, task.id, ranks, BARREN_MAX, "barren_in_a_row", in_vain).await
        }
        _ => Ok(()),
    }
}

async fn rank_of(db: &Db, id: i64, url: &Url) -> Result<Option<u8>> {
    db.maybe(
        "SELECT rank FROM backfill_links WHERE backfill_id = $1 AND url = $2",
        &params![id, url.as_str()],
    )
    .await
}

/// Counts in `column` how often in a row something was in vain; after `most` the pages of these ranks
/// that are not read yet are left.
async fn end_pages_after(
    db: &Db,
    id: i64,
    ranks: [u8; 2],
    most: u64,
    column: &str,
    in_vain: bool,
) -> Result<()> {
    let in_a_row: u64 = db
        .value(
            &format!(
                "UPDATE backfills SET {column} = CASE WHEN $2 THEN {column} + 1 ELSE 0 END
              WHERE id = $1 RETURNING {column}"
            ),
            &params![id, in_vain],
        )
        .await?;
    if in_a_row < most {
        return Ok(());
    }
    db.change(
        "UPDATE backfill_links SET waiting = false
          WHERE backfill_id = $1 AND waiting AND rank BETWEEN $2 AND $3",
        &params![id, ranks[0], ranks[1]],
    )
    .await?;
    // What follows is judged by itself.
    db.change(
        &format!("UPDATE backfills SET {column} = 0 WHERE id = $1"),
        &params![id],
    )
    .await
}

/// Moves what may be asked next into the queue; ends a backfill that has nothing left.
pub(super) async fn refill(db: &Db, id: i64, now: Timestamp) -> Result<()> {
    let walk = db
        .one(
            "SELECT * FROM backfills WHERE id = $1 FOR NO KEY UPDATE",
            &params![id],
            walk_of,
        )
        .await?;
    if walk.state != BackfillState::Running {
        return Ok(());
    }
    db.change(
        "UPDATE backfills SET updated_at = $2 WHERE id = $1",
        &params![id, now],
    )
    .await?;
    let mut queued = in_queue(db, id).await?;
    let left = walk.limit.map_or(u64::MAX, |limit| {
        limit.saturating_sub(walk.read + queued.all)
    });
    let room = ARTICLES_QUEUED_MAX.saturating_sub(queued.all).min(left);
    let moved = move_articles(db, &walk, room, now).await?;
    queued.all += moved;
    queued.fresh += moved;
    let is_full = walk
        .limit
        .is_some_and(|limit| walk.read + queued.all >= limit);
    if !is_full && queued.fresh == 0 && move_list(db, &walk, now).await? {
        queued.all += 1;
    }
    if queued.all == 0 {
        drop_links(db, id).await?;
        set_state(db, id, BackfillState::Done, now).await?;
    }
    Ok(())
}

async fn in_queue(db: &Db, id: i64) -> Result<InQueue> {
    db.one(
        "SELECT count(*), count(*) FILTER (WHERE attempts = 0) FROM urls
          WHERE backfill_id = $1 AND state IN ('queued', 'leased')",
        &params![id],
        |row| {
            Ok(InQueue {
                all: row.get(0)?,
                fresh: row.get(1)?,
            })
        },
    )
    .await
}

/// The first link that waits of these ranks, which no longer does.
async fn take(db: &Db, id: i64, ranks: [u8; 2]) -> Result<Option<Waiting>> {
    db.optional(
        "UPDATE backfill_links SET waiting = false WHERE id = (
             SELECT id FROM backfill_links
              WHERE backfill_id = $1 AND waiting AND rank BETWEEN $2 AND $3
              ORDER BY rank, published DESC NULLS LAST, id LIMIT 1)
         RETURNING url, kind, published",
        &params![id, ranks[0], ranks[1]],
        |row| {
            Ok(Waiting {
                url: row.get("url")?,
                kind: row.get("kind")?,
                published: row.get("published")?,
            })
        },
    )
    .await
}

/// Queues up to `room` articles; tells how many.
async fn move_articles(db: &Db, walk: &Walk, room: u64, now: Timestamp) -> Result<u64> {
    let (mut moved, mut known) = (0, 0);
    while moved < room
        && let Some(link) = take(db, walk.id, [RANK_ARTICLE, RANK_ARTICLE]).await?
    {
        match queue(db, walk, &link, now).await? {
            true => moved += 1,
            false => known += 1,
        }
    }
    if known > 0 {
        db.change(
            "UPDATE backfills SET known = known + $2 WHERE id = $1",
            &params![walk.id, known],
        )
        .await?;
    }
    Ok(moved)
}

/// Queues the next page of links, unless there is none or enough was read.
async fn move_list(db: &Db, walk: &Walk, now: Timestamp) -> Result<bool> {
    if walk.lists >= LISTS_MAX || walk.links >= LINKS_MAX {
        return Ok(false);
    }
    while let Some(list) = take(db, walk.id, [RANK_START, RANK_OLDER_FEED]).await? {
        if queue(db, walk, &list, now).await? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Queues a link for a backfill. An article that was read is left as it is; one that waits as news
/// counts for the backfill, too. A page of links that is asked again and again is asked now, in full.
async fn queue(db: &Db, walk: &Walk, link: &Waiting, now: Timestamp) -> Result<bool> {
    let Some(authority) = authority(&link.url) else {
        return Ok(false);
    };
    let host = host_id(db, &authority).await?;
    lock_hosts(db, &[host]).await?;
    let changed = db
        .execute(
            "INSERT INTO urls (url, host_id, source_id, kind, state, next_at, discovered_at,
                               published, past, backfill_id)
             VALUES ($1, $2, $3, $4, 'queued', $5, $5, $6, true, $7)
             ON CONFLICT (url) DO UPDATE
                SET backfill_id = excluded.backfill_id, etag = NULL, last_modified = NULL,
                    past = urls.past OR urls.state = 'done',
                    next_at = CASE urls.state
                              WHEN 'queued' THEN least(urls.next_at, excluded.next_at)
                              ELSE excluded.next_at END,
                    attempts = 0,
                    state = CASE urls.state WHEN 'leased' THEN urls.state ELSE 'queued' END
              WHERE urls.wanted AND (urls.kind = 'article') = (excluded.kind = 'article')
                AND (urls.kind <> 'article'
                     OR (urls.state IN ('queued', 'done') AND urls.first_read IS NULL))",
            &params![
                &link.url,
                host,
                walk.source,
                link.kind,
                now,
                link.published,
                walk.id
            ],
        )
        .await?;
    refresh_host(db, host).await?;
    Ok(changed > 0)
}
