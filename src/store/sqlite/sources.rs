//! The sources of the configuration and how they do.

use std::{
    collections::{BTreeSet, HashMap},
    time::Duration,
};

use rusqlite::{Connection, OptionalExtension, named_params, params};

use super::{
    backfills,
    column::{Address, Json, Kind, Millis, Readable, forgiving, time, unreadable},
    parked,
    queue::{authority, host_id, refresh_host},
    sites,
};
use crate::{
    frontier::Rhythm,
    model::{LinkCounts, PageKind, Poll, Source, Timestamp},
    site,
    store::SourceRow,
};

/// The latest articles of a source whose boilerplate is averaged.
const AVERAGED_MAX: usize = 50;

/// See [`crate::store::Store::put_sources`].
pub(super) fn put(db: &Connection, sources: &[Source], now: Timestamp) -> rusqlite::Result<()> {
    let names: BTreeSet<&str> = sources.iter().map(|source| source.name.as_str()).collect();
    let mut hosts = BTreeSet::new();
    for (id, name) in enabled(db)? {
        if !names.contains(name.as_str()) {
            set_enabled(db, id, false)?;
            hosts.extend(recurring_hosts(db, id)?);
        }
    }
    for source in sources {
        let (id, kind) = put_one(db, source, now, &mut hosts)?;
        set_enabled(db, id, true)?;
        hosts.extend(recurring_hosts(db, id)?);
        hosts.insert(queue_own(db, id, source, kind, now)?);
    }
    for host in hosts {
        refresh_host(db, host)?;
    }
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
    db.prepare_cached(
        "UPDATE urls SET wanted = ?2
          WHERE source_id = ?1 AND kind <> 'article' AND wanted <> ?2",
    )?
    .execute(params![source, enabled])?;
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

/// See [`crate::store::Store::sources`].
pub(super) fn list(db: &Connection) -> rusqlite::Result<Readable<SourceRow>> {
    let mut verdicts = verdict_counts(db)?;
    let template_lines = sites::template_lines(db)?;
    let mut boilerplate = db.prepare_cached(BOILERPLATE)?;
    let mut walled = walled(db)?;
    let mut parked = parked::by_source(db)?;
    let intervals = expected_intervals(db)?;
    let mut links = links(db)?;
    let mut backfills = backfills::all(db)?;
    let mut sources = db.prepare_cached(
        "SELECT sources.id, sources.name, sources.url, sources.kind, sources.enabled,
                sources.since, sources.last_success, sources.last_article, sources.failures,
                sources.error, urls.next_at
           FROM sources
           LEFT JOIN urls ON urls.url = sources.url AND urls.source_id = sources.id
                AND urls.wanted AND urls.state IN ('queued', 'leased')
          ORDER BY sources.name",
    )?;
    let rows = sources.query_map([], |row| {
        let id: i64 = row.get("id")?;
        let [passed, flagged, abstained, not_articles] = verdicts.remove(&id).unwrap_or_default();
        let url = row.get::<_, Address>("url")?.0;
        let site = site::name(&url).and_then(|name| template_lines.get(name));
        Ok(SourceRow {
            name: row.get("name")?,
            boilerplate: boilerplate.query_row(params![id, AVERAGED_MAX], |row| row.get(0))?,
            template_lines: site.copied().unwrap_or_default(),
            url,
            kind: row.get::<_, Kind>("kind")?.0,
            enabled: row.get("enabled")?,
            since: row.get::<_, Millis>("since")?.0,
            last_success: time(row, "last_success")?,
            links: links.remove(&id),
            last_article: time(row, "last_article")?,
            next_at: time(row, "next_at")?,
            failures: row.get("failures")?,
            error: row.get("error")?,
            expected_interval: intervals.get(&id).copied(),
            passed,
            flagged,
            abstained,
            not_articles,
            walled: walled.remove(&id).unwrap_or_default(),
            parked: parked.remove(&id).unwrap_or_default(),
            backfill: backfills.remove(&id),
        })
    })?;
    Readable::take(rows, usize::MAX)
}

const BOILERPLATE: &str = "
    SELECT avg(boilerplate) FROM (
        SELECT assessments.boilerplate
          FROM articles JOIN assessments ON assessments.id = articles.assessment_id
         WHERE articles.source_id = ?1 AND articles.verdict <> 'abstain'
         ORDER BY articles.id DESC LIMIT ?2)";

/// Source -> pages that have met a bot wall since its last article came.
fn walled(db: &Connection) -> rusqlite::Result<HashMap<i64, u64>> {
    db.prepare_cached(
        "SELECT urls.source_id, count(*) AS walled
           FROM urls JOIN sources ON sources.id = urls.source_id
          WHERE urls.outcome = 'challenge' AND urls.fetched_at > coalesce(sources.last_article, 0)
          GROUP BY urls.source_id",
    )?
    .query_map([], |row| Ok((row.get("source_id")?, row.get("walled")?)))?
    .collect()
}

/// Source -> what its addresses listed when they last answered.
fn links(db: &Connection) -> rusqlite::Result<HashMap<i64, LinkCounts>> {
    let mut links = HashMap::new();
    let mut polls = db.prepare_cached(
        "SELECT source_id, last_poll FROM urls
          WHERE kind <> 'article' AND wanted AND last_poll IS NOT NULL",
    )?;
    let mut rows = polls.query([])?;
    while let Some(row) = rows.next()? {
        if let Some(Json::<Poll>(poll)) = forgiving(row, "last_poll") {
            *links.entry(row.get("source_id")?).or_default() += poll.links;
        }
    }
    Ok(links)
}

/// What the addresses of one source listed when they last answered.
pub(super) fn links_of(db: &Connection, source: i64) -> rusqlite::Result<LinkCounts> {
    let mut links = LinkCounts::default();
    let mut polls = db.prepare_cached(
        "SELECT last_poll FROM urls
          WHERE source_id = ?1 AND kind <> 'article' AND wanted AND last_poll IS NOT NULL",
    )?;
    for poll in polls.query_map([source], |row| Ok(forgiving(row, "last_poll")))? {
        if let Some(Json::<Poll>(poll)) = poll? {
            links += poll.links;
        }
    }
    Ok(links)
}

/// Source -> the mean time between two articles. What is asked of a source overlaps (a feed and the
/// front page that names it), so the liveliest counts.
fn expected_intervals(db: &Connection) -> rusqlite::Result<HashMap<i64, Duration>> {
    let mut intervals = HashMap::new();
    let mut rhythms = db.prepare_cached(
        "SELECT source_id, rhythm FROM urls WHERE kind <> 'article' AND rhythm IS NOT NULL",
    )?;
    let mut rows = rhythms.query([])?;
    while let Some(row) = rows.next()? {
        let rhythm = forgiving(row, "rhythm").map(|Json::<Rhythm>(rhythm)| rhythm);
        if let Some(found) = rhythm.and_then(|rhythm| rhythm.expected_interval()) {
            let interval = intervals.entry(row.get("source_id")?).or_insert(found);
            *interval = found.min(*interval);
        }
    }
    Ok(intervals)
}

/// Source -> articles that passed, were flagged, could not be judged, were none.
fn verdict_counts(db: &Connection) -> rusqlite::Result<HashMap<i64, [u64; 4]>> {
    db.prepare_cached(
        "SELECT source_id,
                count(*) FILTER (WHERE verdict = 'pass') AS passed,
                count(*) FILTER (WHERE verdict = 'flag') AS flagged,
                count(*) FILTER (WHERE verdict = 'abstain') AS abstained,
                count(*) FILTER (WHERE reason = 'not-an-article') AS not_articles
           FROM articles GROUP BY source_id",
    )?
    .query_map([], |row| {
        let counts = [
            row.get("passed")?,
            row.get("flagged")?,
            row.get("abstained")?,
            row.get("not_articles")?,
        ];
        Ok((row.get("source_id")?, counts))
    })?
    .collect()
}
