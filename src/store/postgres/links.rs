//! The links that a page announces: new, known, or to be remembered only.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{
    failure::Result,
    queue::make_hosts,
    session::Db,
    value::{Json, Named, Row, params},
};
use crate::{
    model::{FetchOutcome, Link, PageKind, Poll, Timestamp},
    store::{
        Completion, Lease,
        listing::{Added, KnownLink, ListedAgain, URL_MAX},
        place::authority,
    },
};

/// Queues the links that are new, and notes those that are to be known only. Their hosts are locked.
pub(super) async fn add_links(
    db: &Db,
    hosts: &HashMap<String, i64>,
    led_here: i64,
    completion: &Completion,
) -> Result<Added> {
    let mut names = HashMap::new();
    let mut added = Added::default();
    let mut seen = HashSet::new();
    let links = links_of(completion);
    let urls = links.iter().map(|(link, _)| link.url.to_string()).collect();
    let mut known = known(db, urls).await?;
    for (link, state) in links {
        let Some(host) = host_of(hosts, link) else {
            continue;
        };
        if !seen.insert(link.url.as_str()) {
            // It is listed twice.
            let again = self::known(db, vec![link.url.to_string()]).await?;
            known.extend(again);
        }
        let known = known.get(link.url.as_str());
        if let Some(known) = known {
            let again = known.again(link, state, completion, &mut added);
            see_again(db, link, known, &again, completion.at).await?;
            if again.is_settled {
                continue;
            }
        }
        let (source, enabled) = match names.get(&link.source) {
            Some(found) => *found,
            None => {
                let found = owner(db, &link.source, led_here).await?;
                names.insert(link.source.clone(), found);
                found
            }
        };
        let wanted = enabled || link.kind == PageKind::Article;
        let at = completion.at;
        if known.is_none() {
            add_link(db, link, host, (source, wanted), state, at).await?;
            added.count_new(link, state);
        } else if wanted {
            revive(db, link, source, at).await?;
        }
    }
    Ok(added)
}

/// What is announced, and the state that it begins in.
fn links_of(completion: &Completion) -> Vec<(&Link, &'static str)> {
    let rows = [
        (&completion.links, "queued"),
        (&completion.known, "done"),
        (&completion.remembered, "done"),
    ];
    let links = rows.into_iter();
    links
        .flat_map(|(links, state)| links.iter().map(move |link| (link, state)))
        .filter(|(link, _)| link.url.as_str().len() <= URL_MAX)
        .collect()
}

/// The hosts of these links by name, made on demand.
pub(super) async fn hosts_of(db: &Db, completion: &Completion) -> Result<HashMap<String, i64>> {
    let names: BTreeSet<String> = links_of(completion)
        .into_iter()
        .filter_map(|(link, _)| authority(&link.url))
        .collect();
    let names: Vec<String> = names.into_iter().collect();
    make_hosts(db, &names).await
}

fn host_of(hosts: &HashMap<String, i64>, link: &Link) -> Option<i64> {
    hosts.get(&authority(&link.url)?).copied()
}

/// Writes down what it means that a link is listed again.
async fn see_again(
    db: &Db,
    link: &Link,
    known: &KnownLink,
    again: &ListedAgain,
    at: Timestamp,
) -> Result<()> {
    if known.is_listed_anew(at) {
        let sql = "UPDATE urls SET listed_at = $2 WHERE id = $1";
        db.change(sql, &params![known.id, at]).await?;
    }
    if again.is_news {
        become_news(db, link, at).await?;
    }
    match again.wake {
        Some(from) => wake(db, known.id, from).await,
        None => Ok(()),
    }
}

/// The source that a link names, else the one that led here; and whether it is enabled.
async fn owner(db: &Db, name: &str, led_here: i64) -> Result<(i64, bool)> {
    db.one("SELECT id, enabled FROM sources WHERE name = $1 OR id = $2 ORDER BY name = $1 DESC LIMIT 1", &params![name, led_here], |row| Ok((row.get(0)?, row.get(1)?))).await
}

async fn add_link(
    db: &Db,
    link: &Link,
    host: i64,
    (source, wanted): (i64, bool),
    state: &str,
    at: Timestamp,
) -> Result<()> {
    db.change(
        "INSERT INTO urls (url, host_id, source_id, kind, wanted, state, next_at,
                               discovered_at, listed_at, published)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $7, $8)
             ON CONFLICT (url) DO NOTHING",
        &params![
            link.url.as_str(),
            host,
            source,
            link.kind,
            wanted,
            state,
            at,
            link.published
        ],
    )
    .await
}

/// A part of a source that left the configuration is found again by one that is in it.
async fn revive(db: &Db, link: &Link, source: i64, at: Timestamp) -> Result<()> {
    db.change(
        "UPDATE urls
            SET wanted = true, source_id = $2, next_at = $3,
                state = CASE state WHEN 'leased' THEN state ELSE 'queued' END
          WHERE url = $1 AND NOT wanted AND parked IS NULL",
        &params![link.url.as_str(), source, at],
    )
    .await
}

/// Those of these links that were announced before, by address.
async fn known(db: &Db, urls: Vec<String>) -> Result<HashMap<String, KnownLink>> {
    if urls.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = db
        .list(
            "SELECT url, id, host_id, wanted, state, outcome, status, attempts, fetched_at, discovered_at,
                    parked IS NOT NULL AS is_parked, listed_at, past
               FROM urls WHERE url = ANY($1)",
            &params![urls],
            |row| Ok((row.get("url")?, read_known(row)?)),
        )
        .await?;
    Ok(rows.into_iter().collect())
}

fn read_known(row: &Row) -> Result<KnownLink> {
    let outcome = row.forgiving::<Named<FetchOutcome>>("outcome");
    Ok(KnownLink {
        id: row.get("id")?,
        host: row.get("host_id")?,
        wanted: row.get("wanted")?,
        state: row.get("state")?,
        outcome: outcome.map(|Named(outcome)| outcome),
        status: row.get("status")?,
        attempts: row.get("attempts")?,
        fetched_at: row.get("fetched_at")?,
        known_since: row.get("discovered_at")?,
        is_parked: row.get("is_parked")?,
        listed_at: row.get("listed_at")?,
        is_past: row.get("past")?,
    })
}

async fn wake(db: &Db, url: i64, at: Timestamp) -> Result<()> {
    db.change(
        "UPDATE urls SET state = 'queued', next_at = $2 WHERE id = $1",
        &params![url, at],
    )
    .await
}

/// Notes what a poll listed.
pub(super) async fn put_poll(db: &Db, lease: &Lease, poll: Poll, added: Added) -> Result<Poll> {
    let poll = added.poll(poll);
    let sql = "UPDATE urls SET last_poll = $2 WHERE id = $1";
    db.change(sql, &params![lease.id, Json(poll)]).await?;
    Ok(poll)
}

/// What was in the queue for a backfill alone is announced now: an article goes before the past, and
/// a page of links is asked again and again.
async fn become_news(db: &Db, link: &Link, at: Timestamp) -> Result<()> {
    db.change(
        "UPDATE urls
            SET past = false,
                next_at = CASE WHEN kind = 'article' OR state = 'queued' THEN next_at ELSE $2 END,
                state = CASE WHEN kind = 'article' OR state = 'leased' THEN state ELSE 'queued' END
          WHERE url = $1 AND past",
        &params![link.url.as_str(), at],
    )
    .await
}
