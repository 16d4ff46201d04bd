//! The sources of the configuration and how they do.

use std::{collections::BTreeSet, time::Duration};

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use super::{
    backfills,
    column::{Address, Json, Kind, Millis, Readable, forgiving, row_limit, time, unreadable},
    parked,
    queue::{host_id, refresh_host},
    shelves, sites,
};
use crate::{
    frontier::Rhythm,
    model::{LinkCounts, PageKind, Pause, Poll, Reason, Shelf, Source, Timestamp},
    site,
    store::{SourceRow, place::authority},
};

/// The latest articles of a source whose boilerplate is averaged.
const AVERAGED_MAX: usize = 50;

/// See [`crate::store::Store::put_sources`]. Nobody else is there who could watch those of other groups.
pub(super) fn put(
    db: &Connection,
    group: Option<&str>,
    sources: &[Source],
    now: Timestamp,
) -> rusqlite::Result<Vec<String>> {
    let name = |source: &Source| source.name.clone();
    let names: BTreeSet<String> = sources.iter().map(name).collect();
    let (own, others): (Vec<&Source>, Vec<&Source>) =
        sources.iter().partition(|source| source.is_of(group));
    for source in &own {
        take_over(db, source, &names)?;
    }
    let watched: BTreeSet<&str> = own.iter().map(|source| source.name.as_str()).collect();
    let mut hosts = waiting_hosts(db, group)?;
    for (id, name) in enabled(db)? {
        if !watched.contains(name.as_str()) {
            set_enabled(db, id, false)?;
            hosts.extend(recurring_hosts(db, id)?);
        }
    }
    for source in own {
        let (id, kind) = put_one(db, source, now, &mut hosts)?;
        set_enabled(db, id, true)?;
        hosts.extend(recurring_hosts(db, id)?);
        hosts.insert(queue_own(db, id, source, kind, now)?);
        // That has put it in the queue even if somebody has paused it.
        set_enabled(db, id, true)?;
    }
    for source in sources {
        set_group(db, source)?;
    }
    for host in hosts {
        refresh_host(db, host)?;
    }
    Ok(others.into_iter().map(name).collect())
}

/// The hosts on which something of a group waits: PostgreSQL, from which a copy may come, does not
/// have them ready while nobody of the group is at work.
fn waiting_hosts(db: &Connection, group: Option<&str>) -> rusqlite::Result<BTreeSet<i64>> {
    let Some(group) = group else {
        return Ok(BTreeSet::new());
    };
    db.prepare_cached(
        "SELECT DISTINCT host_id FROM urls
          WHERE state = 'queued' AND source_id IN
                (SELECT id FROM sources WHERE group_name = ?1 AND NOT enabled)",
    )?
    .query_map([group], |row| row.get(0))?
    .collect()
}

/// What is queued of a source goes with it to another group.
fn set_group(db: &Connection, source: &Source) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE sources SET group_name = ?2 WHERE name = ?1 AND group_name IS NOT ?2",
    )?
    .execute(params![source.name, source.group])?;
    Ok(())
}

/// A new name for what is known under another: the one that it says it had, or the one at its address.
/// All that was learned and decided goes with it. Not what is configured still.
fn take_over(
    db: &Connection,
    source: &Source,
    configured: &BTreeSet<String>,
) -> rusqlite::Result<()> {
    let known = "SELECT 1 FROM sources WHERE name = ?1";
    if db.prepare_cached(known)?.exists([&source.name])? {
        return Ok(());
    }
    let mut candidates = db.prepare_cached(
        "SELECT name FROM sources WHERE name = ?1 OR url = ?2
          ORDER BY name = ?1 DESC, enabled DESC, id DESC",
    )?;
    let was = source.was.as_deref().unwrap_or_default();
    let names = candidates.query_map([was, source.url.as_str()], |row| row.get(0))?;
    let names = names.collect::<rusqlite::Result<Vec<String>>>()?;
    let free = |name: &String| !configured.contains(name);
    let Some(old) = names.into_iter().find(free) else {
        return Ok(());
    };
    for table in ["sources SET name", "opinion_calls SET source"] {
        let column = table.rsplit(' ').next().unwrap_or_default();
        let sql = format!("UPDATE {table} = ?2 WHERE {column} = ?1");
        db.prepare_cached(&sql)?.execute([&old, &source.name])?;
    }
    tracing::info!(
        from = old,
        to = source.name,
        "a source goes on under another name"
    );
    Ok(())
}

fn enabled(db: &Connection) -> rusqlite::Result<Vec<(i64, String)>> {
    db.prepare_cached("SELECT id, name FROM sources WHERE enabled")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// A source that is not configured rests: its feeds, sitemaps and fronts wait, its articles do
/// not.
fn set_enabled(db: &Connection, source: i64, enabled: bool) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE sources SET enabled = ?2 WHERE id = ?1 AND enabled <> ?2")?
        .execute(params![source, enabled])?;
    let paused: bool = db
        .prepare_cached("SELECT paused_at IS NOT NULL FROM sources WHERE id = ?1")?
        .query_row([source], |row| row.get(0))?;
    set_wanted(db, source, enabled && !paused)
}

/// Whether what is polled for a source is polled.
fn set_wanted(db: &Connection, source: i64, wanted: bool) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE urls SET wanted = ?2
          WHERE source_id = ?1 AND kind <> 'article' AND wanted <> ?2",
    )?
    .execute(params![source, wanted])?;
    Ok(())
}

fn recurring_hosts(db: &Connection, source: i64) -> rusqlite::Result<Vec<i64>> {
    db.prepare_cached(
        "SELECT DISTINCT host_id FROM urls WHERE source_id = ?1 AND kind <> 'article'",
    )?
    .query_map([source], |row| row.get(0))?
    .collect()
}

/// Adds the source or takes over what changed; tells its row and the kind it is asked as.
fn put_one(
    db: &Connection,
    source: &Source,
    now: Timestamp,
    hosts: &mut BTreeSet<i64>,
) -> rusqlite::Result<(i64, PageKind)> {
    let known = db
        .prepare_cached("SELECT id, url, configured, kind FROM sources WHERE name = ?1")?
        .query_row([&source.name], |row| {
            let url: String = row.get("url")?;
            let configured = row.get::<_, Kind>("configured")?.0;
            Ok((
                row.get("id")?,
                url,
                configured,
                row.get::<_, Kind>("kind")?.0,
            ))
        })
        .optional()?;
    match known {
        Some((id, url, configured, kind))
            if url == source.url.as_str() && configured == source.kind =>
        {
            Ok((id, kind))
        }
        Some((id, url, ..)) => {
            if url != source.url.as_str() {
                hosts.extend(recurring_hosts(db, id)?);
                backfills::forget(db, id)?;
                forget_recurring(db, id)?;
            }
            change(db, id, source)?;
            Ok((id, source.kind))
        }
        None => Ok((insert(db, source, now)?, source.kind)),
    }
}

fn insert(db: &Connection, source: &Source, now: Timestamp) -> rusqlite::Result<i64> {
    db.prepare_cached(
        "INSERT INTO sources (name, url, configured, kind, enabled, since)
         VALUES (?1, ?2, ?3, ?3, 1, ?4)",
    )?
    .execute(params![
        source.name,
        source.url.as_str(),
        Kind(source.kind),
        Millis(now)
    ])?;
    Ok(db.last_insert_rowid())
}

/// What was learned at the old address says nothing of the new one.
fn change(db: &Connection, id: i64, source: &Source) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE sources SET url = ?2, configured = ?3, kind = ?3, failures = 0, error = NULL
          WHERE id = ?1",
    )?
    .execute(params![id, source.url.as_str(), Kind(source.kind)])?;
    Ok(())
}

/// Whoever holds a lease on one of them finds it gone, as if it had run out.
fn forget_recurring(db: &Connection, source: i64) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM urls WHERE source_id = ?1 AND kind <> 'article'")?
        .execute([source])?;
    Ok(())
}

/// Sees to it that the source's own URL is asked again and again; tells its host.
fn queue_own(
    db: &Connection,
    id: i64,
    source: &Source,
    kind: PageKind,
    now: Timestamp,
) -> rusqlite::Result<i64> {
    let Some(authority) = authority(&source.url) else {
        let url = source.url.as_str();
        return Err(unreadable("an address of a source", url, &"it has no host").into());
    };
    let host = host_id(db, &authority)?;
    db.prepare_cached(
        "INSERT INTO urls (url, host_id, source_id, kind, state, next_at, discovered_at)
         VALUES (:url, :host, :source, :kind, 'queued', :now, :now)
         ON CONFLICT (url) DO UPDATE
            SET source_id = excluded.source_id, kind = excluded.kind, wanted = 1, attempts = 0,
                etag = NULL, last_modified = NULL, next_at = excluded.next_at,
                state = CASE state WHEN 'leased' THEN state ELSE 'queued' END
          WHERE source_id <> excluded.source_id OR kind <> excluded.kind
             OR NOT wanted OR state IN ('done', 'gone')",
    )?
    .execute(named_params! {
        ":url": source.url.as_str(),
        ":host": host,
        ":source": id,
        ":kind": Kind(kind),
        ":now": Millis(now),
    })?;
    Ok(host)
}

/// See [`crate::store::Store::sources`]; those after the name `after`.
pub(super) fn list(
    db: &Connection,
    after: Option<&str>,
    limit: usize,
) -> rusqlite::Result<Readable<SourceRow>> {
    // No name is empty.
    let sql = format!("{ROWS} WHERE sources.name > ?1 ORDER BY sources.name LIMIT ?2");
    let mut sources = db.prepare_cached(&sql)?;
    let range = params![after.unwrap_or_default(), row_limit(limit)];
    let rows = sources.query_map(range, |row| read(db, row))?;
    Readable::take(rows, usize::MAX)
}

/// See [`crate::store::Store::source`].
pub(super) fn get(db: &Connection, name: &str) -> rusqlite::Result<Option<SourceRow>> {
    db.prepare_cached(&format!("{ROWS} WHERE sources.name = ?1"))?
        .query_row([name], |row| read(db, row))
        .optional()
}

const ROWS: &str = "
    SELECT sources.id, sources.name, sources.url, sources.group_name, sources.kind, sources.enabled, sources.since,
           sources.last_success, sources.last_article, sources.failures, sources.error,
           sources.boilerplate, sources.paused_at, sources.paused_by, sources.paused_why,
           urls.next_at
      FROM sources
      LEFT JOIN urls ON urls.url = sources.url AND urls.source_id = sources.id
           AND urls.wanted AND urls.state IN ('queued', 'leased')";

/// Everything that is counted is kept with what it counts: no row costs more for more articles.
fn read(db: &Connection, row: &Row<'_>) -> rusqlite::Result<SourceRow> {
    let id: i64 = row.get("id")?;
    let name: String = row.get("name")?;
    let counts = shelves::kept(db, id)?;
    let url = row.get::<_, Address>("url")?.0;
    let last_article = time(row, "last_article")?;
    let template_lines = site::name(&url).map(|name| sites::template_lines(db, name));
    let paused = time(row, "paused_at")?.map(|at| {
        Ok::<_, rusqlite::Error>(Pause {
            at,
            by: row.get("paused_by")?,
            why: row.get("paused_why")?,
        })
    });
    Ok(SourceRow {
        backfill: backfills::of_source(db, &name)?,
        name,
        boilerplate: row.get("boilerplate")?,
        template_lines: template_lines.transpose()?.unwrap_or_default(),
        url,
        group: row.get("group_name")?,
        kind: row.get::<_, Kind>("kind")?.0,
        enabled: row.get("enabled")?,
        paused: paused.transpose()?,
        since: row.get::<_, Millis>("since")?.0,
        last_success: time(row, "last_success")?,
        links: links(db, id)?,
        last_article,
        next_at: time(row, "next_at")?,
        failures: row.get("failures")?,
        error: row.get("error")?,
        expected_interval: expected_interval(db, id)?,
        passed: counts.of(Shelf::Passed),
        flagged: counts.flagged(),
        abstained: counts.not_judged(),
        not_articles: counts.of(Shelf::NotJudged(Reason::NotAnArticle)),
        waiting: counts.of(Shelf::Waiting),
        confirmed: counts.of(Shelf::Confirmed),
        dismissed: counts.of(Shelf::Dismissed),
        walled: walled(db, id, last_article)?,
        parked: parked::of_source(db, id)?,
    })
}

/// Keeps the mean boilerplate of the source of an article that was just judged.
pub(super) fn average(db: &Connection, article: i64) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE sources SET boilerplate = (SELECT avg(boilerplate) FROM (
             SELECT assessments.boilerplate
               FROM articles JOIN assessments ON assessments.id = articles.assessment_id
              WHERE articles.source_id = sources.id AND articles.verdict <> 'abstain'
              ORDER BY articles.id DESC LIMIT ?2))
          WHERE id = (SELECT source_id FROM articles WHERE id = ?1)",
    )?
    .execute(params![article, AVERAGED_MAX])?;
    Ok(())
}

/// Pages that have met a bot wall since the last article came.
fn walled(db: &Connection, source: i64, since: Option<Timestamp>) -> rusqlite::Result<u64> {
    db.prepare_cached(
        "SELECT count(*) FROM urls
          WHERE source_id = ?1 AND outcome = 'challenge' AND fetched_at > coalesce(?2, 0)",
    )?
    .query_row(params![source, since.map(Millis)], |row| row.get(0))
}

/// What the addresses of a source listed when they last answered; `None` before the first.
fn links(db: &Connection, source: i64) -> rusqlite::Result<Option<LinkCounts>> {
    let mut links = None;
    let mut polls = db.prepare_cached(
        "SELECT last_poll FROM urls
          WHERE source_id = ?1 AND kind <> 'article' AND wanted AND last_poll IS NOT NULL",
    )?;
    for poll in polls.query_map([source], |row| Ok(forgiving(row, "last_poll")))? {
        if let Some(Json::<Poll>(poll)) = poll? {
            *links.get_or_insert_with(LinkCounts::default) += poll.links;
        }
    }
    Ok(links)
}

/// The same, as far as it is known.
pub(super) fn links_of(db: &Connection, source: i64) -> rusqlite::Result<LinkCounts> {
    Ok(links(db, source)?.unwrap_or_default())
}

/// The mean time between two articles. What is asked of a source overlaps (a feed and the front page
/// that names it), so the liveliest counts.
fn expected_interval(db: &Connection, source: i64) -> rusqlite::Result<Option<Duration>> {
    let mut liveliest = None;
    let mut rhythms = db.prepare_cached(
        "SELECT rhythm FROM urls
          WHERE source_id = ?1 AND kind <> 'article' AND rhythm IS NOT NULL",
    )?;
    for rhythm in rhythms.query_map([source], |row| Ok(forgiving(row, "rhythm")))? {
        let rhythm = rhythm?.map(|Json::<Rhythm>(rhythm)| rhythm);
        let found = rhythm.and_then(|rhythm| rhythm.expected_interval());
        liveliest = match (liveliest, found) {
            (Some(one), Some(other)) => Some(std::cmp::min(one, other)),
            (one, other) => one.or(other),
        };
    }
    Ok(liveliest)
}

/// See [`crate::store::Store::pause`].
pub(super) fn pause(
    db: &Connection,
    source: &str,
    pause: Option<&Pause>,
) -> rusqlite::Result<bool> {
    let found = db
        .prepare_cached(
            "UPDATE sources SET paused_at = ?2, paused_by = ?3, paused_why = ?4
              WHERE name = ?1 RETURNING id, enabled",
        )?
        .query_row(
            params![
                source,
                pause.map(|pause| Millis(pause.at)),
                pause.map(|pause| &pause.by),
                pause.map(|pause| &pause.why)
            ],
            |row| Ok((row.get::<_, i64>("id")?, row.get::<_, bool>("enabled")?)),
        )
        .optional()?;
    let Some((id, enabled)) = found else {
        return Ok(false);
    };
    set_wanted(db, id, enabled && pause.is_none())?;
    for host in recurring_hosts(db, id)? {
        refresh_host(db, host)?;
    }
    Ok(true)
}

/// See [`crate::store::Store::poll_now`].
pub(super) fn poll_now(db: &Connection, source: &str, now: Timestamp) -> rusqlite::Result<bool> {
    let id = db
        .prepare_cached("SELECT id FROM sources WHERE name = ?1")?
        .query_row([source], |row| row.get(0))
        .optional()?;
    let Some(id) = id else {
        return Ok(false);
    };
    db.prepare_cached(
        "UPDATE urls SET next_at = min(next_at, ?2)
          WHERE source_id = ?1 AND kind <> 'article' AND state = 'queued'",
    )?
    .execute(params![id, Millis(now)])?;
    for host in recurring_hosts(db, id)? {
        refresh_host(db, host)?;
    }
    Ok(true)
}
