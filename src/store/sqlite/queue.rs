//! The URL queue: claims, leases, and the hosts they must be spread over.

use std::{collections::HashMap, time::Duration};

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};
use url::Url;

use super::{
    column::{Address, Dated, Json, Kind, Millis, forgiving, is_unreadable, row_limit, time},
    packed, parked, past,
};
use crate::{
    frontier::{Moved, Rhythm, Unread},
    model::{Link, Poll, RobotsRecord, RobotsRules, Timestamp},
    store::{
        Claim, Lease,
        place::{authority, origin},
    },
};

/// The longest lease: keeps `now + lease` within what a time can be.
const LEASE_MAX: Duration = Duration::from_secs(7 * 24 * 3600);

/// Values of `urls.turn`: pages that are polled, articles, the past.
const TURNS: u8 = 3;

/// Leases what is due: one URL of each host, the host that has waited longest first, then a second
/// one of each, until the limits are reached.
pub(super) fn claim(db: &Connection, claim: &Claim) -> rusqlite::Result<Vec<Lease>> {
    expire(db, claim.now)?;
    let hosts = match &claim.backfill_of {
        None => due_by_host(db, claim)?,
        Some(source) => past_by_host(db, claim, source)?,
    };
    let deepest = hosts.iter().map(|(_, urls)| urls.len()).max().unwrap_or(0);
    let chosen: Vec<i64> = (0..deepest)
        .flat_map(|pass| hosts.iter().filter_map(move |(_, urls)| urls.get(pass)))
        .take(claim.limit)
        .copied()
        .collect();
    let mut leases = Vec::with_capacity(chosen.len());
    let mut robots = HashMap::new();
    for url in parked::one_at_a_time(db, chosen, claim.now)? {
        match lease(db, url, claim, &mut robots) {
            Err(why) if is_unreadable(&why) => parked::set_aside(db, url, &why)?,
            lease => leases.push(lease?),
        }
    }
    for (host, _) in hosts {
        refresh_host(db, host)?;
    }
    Ok(leases)
}

/// Hosts and what may be asked of each, in order.
type DueByHost = Vec<(i64, Vec<i64>)>;

fn due_by_host(db: &Connection, claim: &Claim) -> rusqlite::Result<DueByHost> {
    let mut hosts = Vec::new();
    let mut due_hosts =
        db.prepare_cached("SELECT id FROM hosts WHERE ready_at <= ?1 ORDER BY ready_at, id")?;
    let mut rows = due_hosts.query([Millis(claim.now)])?;
    while hosts.len() < claim.limit
        && let Some(row) = rows.next()?
    {
        let host: i64 = row.get(0)?;
        let room = claim.per_host.saturating_sub(leased(db, host, claim)?);
        let urls = due_urls(db, host, claim, room.min(claim.limit))?;
        if !urls.is_empty() {
            hosts.push((host, urls));
        }
    }
    Ok(hosts)
}

/// The same of what a backfill asks for: it has few URLs in the queue, so all are looked at.
fn past_by_host(db: &Connection, claim: &Claim, source: &str) -> rusqlite::Result<DueByHost> {
    let mut hosts: DueByHost = Vec::new();
    for (host, url) in past::due(db, source, claim)? {
        match hosts.iter_mut().find(|(known, _)| *known == host) {
            Some((_, urls)) => urls.push(url),
            None => hosts.push((host, vec![url])),
        }
    }
    for (host, urls) in &mut hosts {
        urls.truncate(claim.per_host.saturating_sub(leased(db, *host, claim)?));
    }
    Ok(hosts)
}

/// URLs of a host that are under way; as many as there can be where they are another worker's, for one who
/// wants to be alone.
fn leased(db: &Connection, host: i64, claim: &Claim) -> rusqlite::Result<usize> {
    let (all, others): (usize, usize) = db
        .prepare_cached(
            "SELECT count(*), count(*) FILTER (WHERE worker <> ?2) FROM urls
              WHERE host_id = ?1 AND state = 'leased'",
        )?
        .query_row(params![host, claim.worker], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })?;
    match claim.alone && others > 0 {
        true => Ok(usize::MAX),
        false => Ok(all),
    }
}

/// Polls of sources before articles, these before the past, then what has waited longest. A query
/// each, so that each walks its index from the first row it wants to the last.
fn due_urls(db: &Connection, host: i64, claim: &Claim, limit: usize) -> rusqlite::Result<Vec<i64>> {
    let mut query = db.prepare_cached(
        "SELECT id FROM urls
          WHERE state = 'queued' AND wanted
            AND host_id = ?1 AND turn = ?2 AND next_at <= ?3
            AND (SELECT group_name IS ?5 FROM sources WHERE sources.id = urls.source_id)
          ORDER BY next_at, id LIMIT ?4",
    )?;
    let mut urls = Vec::new();
    for turn in 0..TURNS {
        let left = limit.saturating_sub(urls.len());
        let values = params![host, turn, Millis(claim.now), row_limit(left), claim.group];
        let found = query.query_map(values, |row| row.get(0))?;
        for url in found {
            urls.push(url?);
        }
    }
    Ok(urls)
}

/// What is known of the robots.txt of origins. One claim takes many URLs of one host.
type RobotsOf = HashMap<String, Option<RobotsRecord>>;

fn lease(
    db: &Connection,
    url: i64,
    claim: &Claim,
    known: &mut RobotsOf,
) -> rusqlite::Result<Lease> {
    let until = claim.now + claim.lease.min(LEASE_MAX);
    db.prepare_cached(
        "UPDATE urls
            SET state = 'leased', worker = :worker, fence = fence + 1, lease_until = :until,
                lost = lost + 1
          WHERE id = :id",
    )?
    .execute(named_params! {":id": url, ":worker": claim.worker, ":until": Millis(until)})?;
    let mut lease = db
        .prepare_cached(
            "SELECT urls.id, urls.worker, urls.fence, urls.url, sources.name AS source, urls.kind,
                    urls.published, urls.attempts, urls.etag, urls.last_modified, hosts.failures,
                    urls.discovered_at, urls.first_read, urls.rhythm, urls.moved, urls.last_poll,
                    CASE sources.asked_day WHEN :day THEN sources.asked ELSE 0 END AS asked
               FROM urls
               JOIN hosts ON hosts.id = urls.host_id
               JOIN sources ON sources.id = urls.source_id
              WHERE urls.id = :id",
        )?
        .query_row(
            named_params! {":id": url, ":day": claim.zone.day(claim.now)},
            read_lease,
        )?;
    lease.robots = robots(db, &lease.link.url, known)?;
    lease.backfill = past::task(db, url)?;
    Ok(lease)
}

fn read_lease(row: &Row<'_>) -> rusqlite::Result<Lease> {
    Ok(Lease {
        id: row.get("id")?,
        worker: row.get("worker")?,
        fence: row.get("fence")?,
        link: Link {
            url: row.get::<_, Address>("url")?.0,
            source: row.get("source")?,
            kind: row.get::<_, Kind>("kind")?.0,
            published: forgiving::<Dated>(row, "published").map(|date| date.0),
        },
        attempts: row.get("attempts")?,
        etag: row.get("etag")?,
        last_modified: row.get("last_modified")?,
        robots: None,
        host_failures: row.get("failures")?,
        asked_today: row.get("asked")?,
        known_since: row.get::<_, Millis>("discovered_at")?.0,
        first_read: time(row, "first_read")?,
        rhythm: forgiving::<Json<Rhythm>>(row, "rhythm")
            .map_or_else(Rhythm::default, |json| json.0),
        moved: forgiving::<Json<Moved>>(row, "moved").map(|json| json.0),
        backfill: None,
        last_poll: forgiving::<Json<Poll>>(row, "last_poll").map(|json| json.0),
    })
}

fn robots(
    db: &Connection,
    url: &Url,
    known: &mut RobotsOf,
) -> rusqlite::Result<Option<RobotsRecord>> {
    let Some(origin) = origin(url) else {
        return Ok(None);
    };
    if let Some(robots) = known.get(&origin) {
        return Ok(robots.clone());
    }
    let robots = stored_robots(db, &origin)?;
    known.insert(origin, robots.clone());
    Ok(robots)
}

fn stored_robots(db: &Connection, origin: &str) -> rusqlite::Result<Option<RobotsRecord>> {
    let found = db
        .prepare_cached("SELECT fetched_at, kind, text, bytes FROM robots WHERE origin = ?1")?
        .query_row([origin], |row| read_robots(row, origin))
        .optional();
    match found {
        // It is asked for anew.
        Err(why) if is_unreadable(&why) => {
            tracing::error!(origin, %why, "a stored robots.txt cannot be read and is left out");
            Ok(None)
        }
        found => found,
    }
}

fn read_robots(row: &Row<'_>, origin: &str) -> rusqlite::Result<RobotsRecord> {
    let kind: String = row.get("kind")?;
    let rules = match kind.as_str() {
        "unavailable" => RobotsRules::Unavailable,
        "unreachable" => RobotsRules::Unreachable,
        _ => RobotsRules::Text(packed::read(row, "text", "bytes")?),
    };
    Ok(RobotsRecord {
        origin: origin.to_string(),
        fetched_at: row.get::<_, Millis>("fetched_at")?.0,
        rules,
    })
}

/// The host's row, made on demand.
pub(super) fn host_id(db: &Connection, authority: &str) -> rusqlite::Result<i64> {
    let known = db
        .prepare_cached("SELECT id FROM hosts WHERE authority = ?1")?
        .query_row([authority], |row| row.get(0))
        .optional()?;
    match known {
        Some(id) => Ok(id),
        None => {
            db.prepare_cached("INSERT INTO hosts (authority) VALUES (?1)")?
                .execute([authority])?;
            Ok(db.last_insert_rowid())
        }
    }
}

/// Brings `ready_at` up to date; due after every change to the host or its URLs.
pub(super) fn refresh_host(db: &Connection, host: i64) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE hosts SET ready_at = max(next_at, (
             SELECT min(first) FROM (
                 SELECT min(next_at) AS first FROM urls
                  WHERE state = 'queued' AND wanted AND host_id = ?1 AND turn = 0
                 UNION ALL
                 SELECT min(next_at) FROM urls
                  WHERE state = 'queued' AND wanted AND host_id = ?1 AND turn = 1
                 UNION ALL
                 SELECT min(next_at) FROM urls
                  WHERE state = 'queued' AND wanted AND host_id = ?1 AND turn = 2
             )))
          WHERE id = ?1",
    )?
    .execute([host])?;
    Ok(())
}

/// See [`crate::store::Store::next_due`]. A lease that runs out is a URL that falls due.
pub(super) fn next_due(
    db: &Connection,
    group: Option<&str>,
) -> rusqlite::Result<Option<Timestamp>> {
    let host = db
        .prepare_cached(
            "SELECT ready_at FROM hosts
              WHERE ready_at IS NOT NULL AND NOT EXISTS (
                  SELECT 1 FROM urls WHERE host_id = hosts.id AND state = 'leased')
                AND EXISTS (
                  SELECT 1 FROM urls
                   WHERE state = 'queued' AND wanted AND host_id = hosts.id AND turn IN (0, 1, 2)
                     AND next_at <= hosts.ready_at
                     AND (SELECT group_name IS ?1 FROM sources WHERE sources.id = urls.source_id))
              ORDER BY ready_at LIMIT 1",
        )?
        .query_row([group], |row| row.get::<_, Millis>(0))
        .optional()?;
    let lease = db
        .prepare_cached("SELECT min(lease_until) FROM urls WHERE state = 'leased'")?
        .query_row([], |row| row.get::<_, Option<Millis>>(0))?;
    let times = [host, lease];
    Ok(times.into_iter().flatten().map(|millis| millis.0).min())
}

/// See [`crate::store::Store::unread`].
pub(super) fn unread(db: &Connection, links: &[Link]) -> rusqlite::Result<Unread> {
    let mut query =
        db.prepare_cached("SELECT state = 'done' AND fetched_at IS NULL FROM urls WHERE url = ?1")?;
    let mut unread = Unread::default();
    for link in links {
        let is_remembered = query
            .query_row([link.url.as_str()], |row| row.get(0))
            .optional()?;
        let set = match is_remembered {
            None => &mut unread.unseen,
            Some(true) => &mut unread.remembered,
            Some(false) => continue,
        };
        set.insert(link.url.clone());
    }
    Ok(unread)
}

/// Whether a lease is still its owner's; then with the host and the source of its URL.
pub(super) fn held(db: &Connection, lease: &Lease) -> rusqlite::Result<Option<(i64, i64)>> {
    db.prepare_cached(
        "SELECT host_id, source_id FROM urls
          WHERE id = ?1 AND worker = ?2 AND fence = ?3 AND state = 'leased'",
    )?
    .query_row(params![lease.id, lease.worker, lease.fence], |row| {
        Ok((row.get(0)?, row.get(1)?))
    })
    .optional()
}

/// See [`crate::store::Store::put_off`].
pub(super) fn put_off(db: &Connection, lease: &Lease, until: Timestamp) -> rusqlite::Result<()> {
    give_back(db, lease, Some(until))
}

/// Puts leases back as they were before the claim; their hosts rest.
pub(super) fn release(db: &Connection, leases: &[Lease], now: Timestamp) -> rusqlite::Result<()> {
    for lease in leases {
        if let Some((host, _)) = held(db, lease)? {
            db.prepare_cached("UPDATE hosts SET next_at = max(next_at, ?2 + delay) WHERE id = ?1")?
                .execute(params![host, Millis(now)])?;
            give_back(db, lease, None)?;
        }
    }
    Ok(())
}

/// See [`crate::store::Store::note_host`].
pub(super) fn note_host(
    db: &Connection,
    url: &Url,
    delay: Duration,
    now: Timestamp,
) -> rusqlite::Result<Option<Timestamp>> {
    let Some(authority) = authority(url) else {
        return Ok(None);
    };
    let host = host_id(db, &authority)?;
    let next_at = db
        .prepare_cached("SELECT next_at FROM hosts WHERE id = ?1")?
        .query_row([host], |row| row.get::<_, Millis>(0))?;
    if next_at.0 > now {
        return Ok(Some(next_at.0));
    }
    let delay = delay.min(LEASE_MAX);
    let millis = i64::try_from(delay.as_millis()).unwrap_or(i64::MAX);
    db.prepare_cached("UPDATE hosts SET next_at = ?2, delay = ?3 WHERE id = ?1")?
        .execute(params![host, Millis(now + delay), millis])?;
    refresh_host(db, host)?;
    Ok(None)
}

/// Puts a lease back unless it has passed to somebody else, due when it was or at another time.
fn give_back(db: &Connection, lease: &Lease, due: Option<Timestamp>) -> rusqlite::Result<()> {
    let Some((host, _)) = held(db, lease)? else {
        return Ok(());
    };
    db.prepare_cached(
        "UPDATE urls
            SET state = 'queued', worker = NULL, lease_until = NULL, lost = max(0, lost - 1),
                next_at = coalesce(?2, next_at)
          WHERE id = ?1",
    )?
    .execute(params![lease.id, due.map(Millis)])?;
    refresh_host(db, host)
}

/// Puts back the leases that ran out by `now`, and counts them.
pub(super) fn expire(db: &Connection, now: Timestamp) -> rusqlite::Result<u64> {
    let expired = put_back(db, now, now)?;
    if expired > 0 {
        db.prepare_cached("UPDATE tallies SET urls = urls + ?1 WHERE tally = 'expired'")?
            .execute([row_limit(expired)])?;
    }
    Ok(expired as u64)
}

/// Puts back the leases that run out by `until`. Whoever had them has not said a word.
fn put_back(db: &Connection, until: Timestamp, now: Timestamp) -> rusqlite::Result<usize> {
    let back = db
        .prepare_cached(
            "UPDATE urls SET state = 'queued', worker = NULL, lease_until = NULL
              WHERE state = 'leased' AND lease_until <= ?1
              RETURNING id, host_id, lost",
        )?
        .query_map([Millis(until)], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?
        .collect::<rusqlite::Result<Vec<(i64, i64, u32)>>>()?;
    for (url, host, lost) in &back {
        if *lost >= parked::LOST_MAX {
            parked::park_lost(db, *url, now)?;
        }
        refresh_host(db, *host)?;
    }
    Ok(back.len())
}

/// Puts back every lease, also those that still run: their owners died with the process before.
/// When they last asked is not known, so their hosts rest from `now` on.
pub(super) fn take_back(db: &mut Connection, now: Timestamp) -> rusqlite::Result<()> {
    let change = db.transaction()?;
    change.execute(
        "UPDATE hosts SET next_at = max(next_at, ?1 + delay)
          WHERE id IN (SELECT host_id FROM urls WHERE state = 'leased')",
        [Millis(now)],
    )?;
    change.execute("UPDATE urls SET suspect = 1 WHERE state = 'leased'", [])?;
    put_back(&change, DateTime::<Utc>::MAX_UTC, now)?;
    change.commit()
}
