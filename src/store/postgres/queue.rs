//! The URL queue: claims, leases, and the hosts they must be spread over.

use std::{collections::HashMap, time::Duration};

use url::Url;

use super::{
    failure::{Failure, Result},
    packed, parked, past,
    session::Db,
    value::{Json, Row, params},
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

/// Leases what is due: one URL of each host, the host that has waited longest first, then a second
/// one of each, until the limits are reached.
///
/// The hosts are locked first, and whoever leases or gives back a URL has locked its host: what the
/// statements after that see of these hosts holds until the end. A host that somebody else has locked
/// is passed over.
pub(super) async fn claim(db: &Db, claim: &Claim) -> Result<Vec<Lease>> {
    expire(db, claim.now).await?;
    let due = match &claim.backfill_of {
        None => due_by_host(db, claim).await?,
        Some(source) => past_by_host(db, claim, source).await?,
    };
    let mut hosts: Vec<i64> = due.iter().map(|(host, _, _)| *host).collect();
    hosts.sort_unstable();
    hosts.dedup();
    let chosen: Vec<i64> = due
        .into_iter()
        .map(|(_, url, _)| url)
        .take(claim.limit)
        .collect();
    let chosen = parked::one_at_a_time(db, chosen, claim.now).await?;
    let leases = lease(db, &chosen, claim).await?;
    refresh_hosts(db, &hosts).await?;
    Ok(leases)
}

/// A host, a URL of it, and how many of the same host go before it.
type Due = (i64, i64, usize);

/// Whether a URL is of a source of the group that stands in this parameter. A look-up for each row that is
/// met, so that no plan reads rows that nobody meets.
fn is_of_group(parameter: &str) -> String {
    format!(
        "(SELECT group_name IS NOT DISTINCT FROM {parameter}::text
            FROM sources WHERE sources.id = urls.source_id)"
    )
}

/// Whether a host has a URL of that group which may be asked at that time.
fn has_of_group(parameter: &str, at: &str) -> String {
    format!(
        "(SELECT true FROM urls
           WHERE state = 'queued' AND wanted AND host_id = hosts.id AND turn IN (0, 1, 2)
             AND next_at <= {at} AND {} LIMIT 1)",
        is_of_group(parameter)
    )
}

/// Hosts of which something may be asked now, those first that have waited longest.
async fn due_hosts(db: &Db, claim: &Claim) -> Result<Vec<i64>> {
    let sql = format!(
        "SELECT id FROM hosts
              WHERE ready_at <= $1
                AND (SELECT count(*) FROM urls WHERE host_id = hosts.id AND state = 'leased') < $2
                AND NOT EXISTS (SELECT 1 FROM urls WHERE $5 AND host_id = hosts.id
                                   AND state = 'leased' AND worker <> $4)
                AND {}
              ORDER BY ready_at, id LIMIT $3
                FOR NO KEY UPDATE SKIP LOCKED",
        has_of_group("$6", "$1")
    );
    let values = params![
        claim.now,
        claim.per_host,
        claim.limit,
        &claim.worker,
        claim.alone,
        claim.group.as_deref()
    ];
    db.values(&sql, &values).await
}

/// What may be asked now, the first of each host before the second of any.
async fn due_by_host(db: &Db, claim: &Claim) -> Result<Vec<Due>> {
    let hosts = due_hosts(db, claim).await?;
    let is_of_group = is_of_group("$7");
    // Polls of sources before articles, these before the past, then what has waited longest. A query
    // each, so that each walks its index from the first row it wants to the last.
    let turn = |turn: u8| {
        format!(
            "(SELECT id, turn, next_at FROM urls
               WHERE state = 'queued' AND wanted
                 AND host_id = host.id AND turn = {turn} AND next_at <= $2 AND {is_of_group}
               ORDER BY next_at, id LIMIT $5)"
        )
    };
    let sql = format!(
        "SELECT host.id, due.id, due.pass
           FROM unnest($1::bigint[]) WITH ORDINALITY AS host (id, place)
          CROSS JOIN LATERAL (
                SELECT id, row_number() OVER (ORDER BY turn, next_at, id) - 1 AS pass
                  FROM ({} UNION ALL {} UNION ALL {}) AS turns
                 ORDER BY turn, next_at, id
                 LIMIT least($5, greatest(0, $3 - (SELECT count(*) FROM urls
                         WHERE host_id = host.id AND state = 'leased')))) AS due
          WHERE NOT EXISTS (SELECT 1 FROM urls
                             WHERE $6 AND host_id = host.id AND state = 'leased'
                               AND worker <> $4)
          ORDER BY due.pass, host.place",
        turn(0),
        turn(1),
        turn(2)
    );
    let values = params![
        hosts,
        claim.now,
        claim.per_host,
        &claim.worker,
        claim.limit,
        claim.alone,
        claim.group.as_deref()
    ];
    db.list(&sql, &values, read_due).await
}

fn read_due(row: &Row) -> Result<Due> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?))
}

/// The same of what a backfill asks for: it has few URLs in the queue, so all are looked at.
async fn past_by_host(db: &Db, claim: &Claim, source: &str) -> Result<Vec<Due>> {
    let mut hosts = Vec::new();
    for (host, _) in past::due(db, source, claim).await? {
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    let free: Vec<i64> = db
        .values(
            "SELECT id FROM hosts WHERE id = ANY($1) FOR NO KEY UPDATE SKIP LOCKED",
            &params![hosts.clone()],
        )
        .await?;
    let mut room = Vec::new();
    for host in hosts.iter().filter(|host| free.contains(host)) {
        room.push((
            *host,
            claim
                .per_host
                .saturating_sub(leased(db, *host, claim).await?),
            0,
        ));
    }
    let mut due = Vec::new();
    for (host, url) in past::due(db, source, claim).await? {
        if let Some((_, room, taken)) = room.iter_mut().find(|(known, ..)| *known == host)
            && taken < room
        {
            due.push((host, url, *taken));
            *taken += 1;
        }
    }
    due.sort_by_key(|(_, _, pass)| *pass);
    Ok(due)
}

/// URLs of a host that are under way; as many as there can be where they are another worker's, for one who
/// wants to be alone.
async fn leased(db: &Db, host: i64, claim: &Claim) -> Result<usize> {
    let sql = "SELECT count(*), count(*) FILTER (WHERE worker <> $2) FROM urls
                WHERE host_id = $1 AND state = 'leased'";
    let read = |row: &Row| Ok((row.get(0)?, row.get::<usize>(1)?));
    match db.one(sql, &params![host, &claim.worker], read).await? {
        (_, others) if claim.alone && others > 0 => Ok(usize::MAX),
        (all, _) => Ok(all),
    }
}

/// Leases these URLs, and tells of them in their order; one whose row cannot be read is set aside.
async fn lease(db: &Db, urls: &[i64], claim: &Claim) -> Result<Vec<Lease>> {
    let until = claim.now + claim.lease.min(LEASE_MAX);
    db.change(
        "UPDATE urls
            SET state = 'leased', worker = $2, fence = fence + 1, lease_until = $3, lost = lost + 1
          WHERE id = ANY($1) AND state = 'queued'",
        &params![urls.to_vec(), &claim.worker, until],
    )
    .await?;
    let rows = db
        .list(
            "SELECT urls.id, urls.worker, urls.fence, urls.url, sources.name AS source, urls.kind,
                    urls.published, urls.attempts, urls.etag, urls.last_modified, hosts.failures,
                    urls.discovered_at, urls.first_read, urls.rhythm, urls.moved, urls.last_poll,
                    CASE sources.asked_day WHEN $2 THEN sources.asked ELSE 0 END AS asked
               FROM unnest($1::bigint[]) WITH ORDINALITY AS chosen (id, place)
               JOIN urls ON urls.id = chosen.id
               JOIN hosts ON hosts.id = urls.host_id
               JOIN sources ON sources.id = urls.source_id
              WHERE urls.state = 'leased' AND urls.worker = $3
              ORDER BY chosen.place",
            &params![urls.to_vec(), claim.zone.day(claim.now), &claim.worker],
            |row| Ok((row.get::<i64>("id")?, read_lease(row))),
        )
        .await?;
    let mut leases = Vec::with_capacity(rows.len());
    for (url, lease) in rows {
        match lease {
            Err(why) if why.is_unreadable() => parked::set_aside(db, url, &why).await?,
            lease => leases.push(lease?),
        }
    }
    for lease in &mut leases {
        lease.robots = robots(db, &lease.link.url).await?;
        lease.backfill = past::task(db, lease.id).await?;
    }
    Ok(leases)
}

fn read_lease(row: &Row) -> Result<Lease> {
    Ok(Lease {
        id: row.get("id")?,
        worker: row.get("worker")?,
        fence: row.get("fence")?,
        link: Link {
            url: row.get("url")?,
            source: row.get("source")?,
            kind: row.get("kind")?,
            published: row.forgiving("published"),
        },
        attempts: row.get("attempts")?,
        etag: row.get("etag")?,
        last_modified: row.get("last_modified")?,
        robots: None,
        host_failures: row.get("failures")?,
        asked_today: row.get("asked")?,
        known_since: row.get("discovered_at")?,
        first_read: row.get("first_read")?,
        rhythm: row
            .forgiving::<Json<Rhythm>>("rhythm")
            .map_or_else(Rhythm::default, |json| json.0),
        moved: row.forgiving::<Json<Moved>>("moved").map(|json| json.0),
        backfill: None,
        last_poll: row.forgiving::<Json<Poll>>("last_poll").map(|json| json.0),
    })
}

async fn robots(db: &Db, url: &Url) -> Result<Option<RobotsRecord>> {
    let Some(origin) = origin(url) else {
        return Ok(None);
    };
    let sql = "SELECT fetched_at, kind, text, bytes FROM robots WHERE origin = $1";
    let read = |row: &Row| read_robots(row, &origin);
    match db.optional(sql, &params![&origin], read).await {
        // It is asked for anew.
        Err(Failure::Unreadable(why)) => {
            tracing::error!(
                origin,
                why,
                "a stored robots.txt cannot be read and is left out"
            );
            Ok(None)
        }
        found => found,
    }
}

fn read_robots(row: &Row, origin: &str) -> Result<RobotsRecord> {
    let kind: String = row.get("kind")?;
    let rules = match kind.as_str() {
        "unavailable" => RobotsRules::Unavailable,
        "unreachable" => RobotsRules::Unreachable,
        _ => RobotsRules::Text(packed::read(row, "text", "bytes")?),
    };
    Ok(RobotsRecord {
        origin: origin.to_string(),
        fetched_at: row.get("fetched_at")?,
        rules,
    })
}

/// The rows of these hosts by name, made on demand. In their order, so that two who make the same ones do
/// not wait for each other in a circle.
pub(super) async fn make_hosts(db: &Db, authorities: &[String]) -> Result<HashMap<String, i64>> {
    let known = hosts(db, authorities).await?;
    let mut missing: Vec<String> = authorities
        .iter()
        .filter(|authority| !known.contains_key(*authority))
        .cloned()
        .collect();
    if missing.is_empty() {
        return Ok(known);
    }
    missing.sort_unstable();
    db.change(
        "INSERT INTO hosts (authority) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING",
        &params![missing],
    )
    .await?;
    hosts(db, authorities).await
}

async fn hosts(db: &Db, authorities: &[String]) -> Result<HashMap<String, i64>> {
    if authorities.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = db
        .list(
            "SELECT authority, id FROM hosts WHERE authority = ANY($1)",
            &params![authorities],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .await?;
    Ok(rows.into_iter().collect())
}

/// The host's row, made on demand.
pub(super) async fn host_id(db: &Db, authority: &str) -> Result<i64> {
    let found = make_hosts(db, &[authority.to_string()]).await?;
    let none = || Failure::Unreadable(format!("the host {authority} has no row"));
    found.get(authority).copied().ok_or_else(none)
}

/// Waits for these hosts, in an order that all keep, and keeps others from them and their URLs until
/// the end of the transaction.
pub(super) async fn lock_hosts(db: &Db, hosts: &[i64]) -> Result<()> {
    db.change(
        "SELECT id FROM hosts WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE",
        &params![hosts.to_vec()],
    )
    .await
}

/// Brings `ready_at` up to date; due after every change to the host or its URLs.
pub(super) async fn refresh_host(db: &Db, host: i64) -> Result<()> {
    refresh_hosts(db, &[host]).await
}

/// The same for several. What is queued of a group waits while nobody of it is at work, so that no other
/// group walks past it with each claim.
pub(super) async fn refresh_hosts(db: &Db, hosts: &[i64]) -> Result<()> {
    let first = |turn: u8| {
        format!(
            "(SELECT next_at FROM urls
               WHERE state = 'queued' AND wanted AND host_id = host.id AND turn = {turn}
                 AND (SELECT enabled OR group_name IS NULL
                        FROM sources WHERE sources.id = urls.source_id)
               ORDER BY next_at LIMIT 1)"
        )
    };
    let sql = format!(
        "UPDATE hosts SET ready_at = CASE WHEN first.at IS NOT NULL
                                     THEN greatest(next_at, first.at) END
           FROM unnest($1::bigint[]) AS host (id)
          CROSS JOIN LATERAL (SELECT least({}, {}, {}) AS at) AS first
          WHERE hosts.id = host.id",
        first(0),
        first(1),
        first(2)
    );
    db.change(&sql, &params![hosts.to_vec()]).await
}

/// See [`crate::store::Store::next_due`]. A lease that runs out is a URL that falls due.
pub(super) async fn next_due(db: &Db, group: Option<&str>) -> Result<Option<Timestamp>> {
    let sql = format!(
        "SELECT least(
             (SELECT ready_at FROM hosts
               WHERE ready_at IS NOT NULL AND NOT EXISTS (
                   SELECT 1 FROM urls WHERE host_id = hosts.id AND state = 'leased')
                 AND {}
               ORDER BY ready_at LIMIT 1),
             (SELECT min(lease_until) FROM urls WHERE state = 'leased'))",
        has_of_group("$1", "hosts.ready_at")
    );
    db.value(&sql, &params![group]).await
}

/// See [`crate::store::Store::unread`].
pub(super) async fn unread(db: &Db, links: &[Link]) -> Result<Unread> {
    let urls: Vec<String> = links.iter().map(|link| link.url.to_string()).collect();
    let known: HashMap<String, bool> = db
        .list(
            "SELECT url, state = 'done' AND fetched_at IS NULL FROM urls WHERE url = ANY($1)",
            &params![urls],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .await?
        .into_iter()
        .collect();
    let mut unread = Unread::default();
    for link in links {
        let set = match known.get(link.url.as_str()) {
            None => &mut unread.unseen,
            Some(true) => &mut unread.remembered,
            Some(false) => continue,
        };
        set.insert(link.url.clone());
    }
    Ok(unread)
}

/// The host of a lease that is its owner's at this moment: whoever has lost it writes nothing at all.
pub(super) async fn host_of(db: &Db, lease: &Lease) -> Result<Option<i64>> {
    db.maybe(
        "SELECT host_id FROM urls WHERE id = $1 AND worker = $2 AND fence = $3 AND state = 'leased'",
        &params![lease.id, &lease.worker, lease.fence],
    )
    .await
}

/// Locks the host of a lease, and others with it; tells the source of its URL if it is still its
/// owner's. From then on it stays that.
pub(super) async fn hold(db: &Db, lease: &Lease, hosts: &[i64]) -> Result<Option<i64>> {
    lock_hosts(db, hosts).await?;
    db.maybe(
        "SELECT source_id FROM urls
          WHERE id = $1 AND worker = $2 AND fence = $3 AND state = 'leased' FOR NO KEY UPDATE",
        &params![lease.id, &lease.worker, lease.fence],
    )
    .await
}

/// The same for a lease alone; tells its host.
async fn held(db: &Db, lease: &Lease) -> Result<Option<i64>> {
    let Some(host) = host_of(db, lease).await? else {
        return Ok(None);
    };
    let source = hold(db, lease, &[host]).await?;
    Ok(source.map(|_| host))
}

/// See [`crate::store::Store::put_off`].
pub(super) async fn put_off(db: &Db, lease: &Lease, until: Timestamp) -> Result<()> {
    give_back(db, lease, Some(until)).await
}

/// Puts leases back as they were before the claim; their hosts rest.
pub(super) async fn release(db: &Db, leases: &[Lease], now: Timestamp) -> Result<()> {
    let ids: Vec<i64> = leases.iter().map(|lease| lease.id).collect();
    let hosts: Vec<i64> = db
        .values(
            "SELECT DISTINCT host_id FROM urls WHERE id = ANY($1)",
            &params![ids],
        )
        .await?;
    lock_hosts(db, &hosts).await?;
    for lease in leases {
        if let Some(host) = held(db, lease).await? {
            db.change(
                "UPDATE hosts SET next_at = greatest(next_at, $2 + delay) WHERE id = $1",
                &params![host, now],
            )
            .await?;
            give_back(db, lease, None).await?;
        }
    }
    Ok(())
}

/// See [`crate::store::Store::note_host`].
pub(super) async fn note_host(
    db: &Db,
    url: &Url,
    delay: Duration,
    now: Timestamp,
) -> Result<Option<Timestamp>> {
    let Some(authority) = authority(url) else {
        return Ok(None);
    };
    let host = host_id(db, &authority).await?;
    lock_hosts(db, &[host]).await?;
    let next_at: Timestamp = db
        .value("SELECT next_at FROM hosts WHERE id = $1", &params![host])
        .await?;
    if next_at > now {
        return Ok(Some(next_at));
    }
    let delay = delay.min(LEASE_MAX);
    let millis = i64::try_from(delay.as_millis()).unwrap_or(i64::MAX);
    db.change(
        "UPDATE hosts SET next_at = $2, delay = $3 WHERE id = $1",
        &params![host, now + delay, millis],
    )
    .await?;
    refresh_host(db, host).await?;
    Ok(None)
}

/// Puts a lease back unless it has passed to somebody else, due when it was or at another time.
async fn give_back(db: &Db, lease: &Lease, due: Option<Timestamp>) -> Result<()> {
    let Some(host) = held(db, lease).await? else {
        return Ok(());
    };
    db.change(
        "UPDATE urls
            SET state = 'queued', worker = NULL, lease_until = NULL, lost = greatest(0, lost - 1),
                next_at = coalesce($2, next_at)
          WHERE id = $1",
        &params![lease.id, due],
    )
    .await?;
    refresh_host(db, host).await
}

/// Puts back the leases that ran out by `now`, and counts them. Whoever had them has not said a word.
/// What somebody else puts back or ends at this moment is passed over.
pub(super) async fn expire(db: &Db, now: Timestamp) -> Result<u64> {
    let hosts: Vec<i64> = db
        .values(
            "SELECT id FROM hosts
              WHERE id IN (SELECT host_id FROM urls WHERE state = 'leased' AND lease_until <= $1)
              ORDER BY id FOR NO KEY UPDATE SKIP LOCKED",
            &params![now],
        )
        .await?;
    if hosts.is_empty() {
        return Ok(0);
    }
    let back: Vec<(i64, u32)> = db
        .list(
            "UPDATE urls
                SET state = 'queued', worker = NULL, lease_until = NULL,
                    suspect = suspect OR lost >= $3
              WHERE host_id = ANY($1) AND state = 'leased' AND lease_until <= $2
             RETURNING id, lost",
            &params![hosts.clone(), now, parked::SUSPECT_FROM],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .await?;
    for (url, _) in back.iter().filter(|(_, lost)| *lost >= parked::LOST_MAX) {
        parked::park_lost(db, *url, now).await?;
    }
    refresh_hosts(db, &hosts).await?;
    db.change(
        "INSERT INTO changes VALUES ('urls:expired', $1, 0)",
        &params![back.len()],
    )
    .await?;
    Ok(back.len() as u64)
}
