//! The links that a page announces: new, known, or to be remembered only.

use std::collections::{BTreeSet, HashMap};

use rusqlite::{Connection, OptionalExtension, named_params, params};

use super::{
    column::{Dated, Json, Kind, Millis, Named, forgiving, time},
    queue::{host_id, refresh_host},
};
use crate::{
    model::{FetchOutcome, Link, PageKind, Poll, Timestamp},
    store::{
        Completion, Lease,
        listing::{Added, KnownLink, ListedAgain, URL_MAX},
        place::authority,
    },
};

/// Queues the links that are new, and notes those that are to be known only.
pub(super) fn add_links(
    db: &Connection,
    led_here: i64,
    completion: &Completion,
) -> rusqlite::Result<Added> {
    let mut names = HashMap::new();
    let mut hosts = BTreeSet::new();
    let mut added = Added::default();
    let rows = [
        (&completion.links, "queued"),
        (&completion.known, "done"),
        (&completion.remembered, "done"),
    ];
    let links = rows
        .iter()
        .flat_map(|(links, state)| links.iter().map(move |link| (link, *state)));
    for (link, state) in links {
        let authority = authority(&link.url).filter(|_| link.url.as_str().len() <= URL_MAX);
        let Some(authority) = authority else {
            continue;
        };
        if let Some(known) = known(db, link)? {
            let again = known.again(link, state, completion, &mut added);
            hosts.insert(known.host);
            if see_again(db, link, &known, &again, completion.at)? {
                continue;
            }
        }
        let (source, enabled) = match names.get(&link.source) {
            Some(found) => *found,
            None => {
                let found = owner(db, &link.source, led_here)?;
                names.insert(link.source.clone(), found);
                found
            }
        };
        let host = host_id(db, &authority)?;
        let wanted = enabled || link.kind == PageKind::Article;
        let at = Millis(completion.at);
        if add_link(db, link, host, (source, wanted), state, at)? {
            added.count_new(link, state);
        } else if wanted {
            revive(db, link, source, at)?;
        }
        hosts.insert(host);
    }
    for host in hosts {
        refresh_host(db, host)?;
    }
    Ok(added)
}

/// Writes down what it means that a link is listed again. `false` if more is to be done.
fn see_again(
    db: &Connection,
    link: &Link,
    known: &KnownLink,
    again: &ListedAgain,
    at: Timestamp,
) -> rusqlite::Result<bool> {
    if known.is_listed_anew(at) {
        db.prepare_cached("UPDATE urls SET listed_at = ?2 WHERE id = ?1")?
            .execute(params![known.id, Millis(at)])?;
    }
    if again.is_news {
        become_news(db, link, Millis(at))?;
    }
    if let Some(from) = again.wake {
        wake(db, known.id, from)?;
    }
    Ok(again.is_settled)
}

/// The source that a link names, else the one that led here; and whether it is enabled.
fn owner(db: &Connection, name: &str, led_here: i64) -> rusqlite::Result<(i64, bool)> {
    db.prepare_cached(
        "SELECT id, enabled FROM sources WHERE name = ?1 OR id = ?2 ORDER BY name = ?1 DESC LIMIT 1",
    )?
    .query_row(params![name, led_here], |row| Ok((row.get(0)?, row.get(1)?)))
}

fn add_link(
    db: &Connection,
    link: &Link,
    host: i64,
    (source, wanted): (i64, bool),
    state: &str,
    at: Millis,
) -> rusqlite::Result<bool> {
    let added = db
        .prepare_cached(
            "INSERT INTO urls (url, host_id, source_id, kind, wanted, state, next_at,
                               discovered_at, listed_at, published)
             VALUES (:url, :host, :source, :kind, :wanted, :state, :at, :at, :at, :published)
             ON CONFLICT (url) DO NOTHING",
        )?
        .execute(named_params! {
            ":url": link.url.as_str(),
            ":host": host,
            ":source": source,
            ":kind": Kind(link.kind),
            ":wanted": wanted,
            ":state": state,
            ":at": at,
            ":published": link.published.map(Dated),
        })?;
    Ok(added > 0)
}

/// A part of a source that left the configuration is found again by one that is in it.
fn revive(db: &Connection, link: &Link, source: i64, at: Millis) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE urls
            SET wanted = 1, source_id = ?2, next_at = ?3,
                state = CASE state WHEN 'leased' THEN state ELSE 'queued' END
          WHERE url = ?1 AND NOT wanted AND parked IS NULL",
    )?
    .execute(params![link.url.as_str(), source, at])?;
    Ok(())
}

fn known(db: &Connection, link: &Link) -> rusqlite::Result<Option<KnownLink>> {
    db.prepare_cached(
        "SELECT id, host_id, wanted, state, outcome, status, attempts, fetched_at, discovered_at,
                parked IS NOT NULL AS is_parked, listed_at, past
           FROM urls WHERE url = ?1",
    )?
    .query_row([link.url.as_str()], |row| {
        let outcome: Option<Named<FetchOutcome>> = forgiving(row, "outcome");
        Ok(KnownLink {
            id: row.get("id")?,
            host: row.get("host_id")?,
            wanted: row.get("wanted")?,
            state: row.get("state")?,
            outcome: outcome.map(|outcome| outcome.0),
            status: row.get("status")?,
            attempts: row.get("attempts")?,
            fetched_at: time(row, "fetched_at")?,
            known_since: row.get::<_, Millis>("discovered_at")?.0,
            is_parked: row.get("is_parked")?,
            listed_at: row.get::<_, Millis>("listed_at")?.0,
            is_past: row.get("past")?,
        })
    })
    .optional()
}

fn wake(db: &Connection, url: i64, at: Timestamp) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE urls SET state = 'queued', next_at = ?2 WHERE id = ?1")?
        .execute(params![url, Millis(at)])?;
    Ok(())
}

/// Notes what a poll listed.
pub(super) fn put_poll(
    db: &Connection,
    lease: &Lease,
    poll: Poll,
    added: Added,
) -> rusqlite::Result<Poll> {
    let poll = added.poll(poll);
    db.prepare_cached("UPDATE urls SET last_poll = ?2 WHERE id = ?1")?
        .execute(params![lease.id, Json(poll)])?;
    Ok(poll)
}

/// What was in the queue for a backfill alone is announced now: an article goes before the past, and
/// a page of links is asked again and again.
fn become_news(db: &Connection, link: &Link, at: Millis) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE urls
            SET past = 0,
                next_at = CASE WHEN kind = 'article' OR state = 'queued' THEN next_at ELSE ?2 END,
                state = CASE WHEN kind = 'article' OR state = 'leased' THEN state ELSE 'queued' END
          WHERE url = ?1 AND past",
    )?
    .execute(params![link.url.as_str(), at])?;
    Ok(())
}
