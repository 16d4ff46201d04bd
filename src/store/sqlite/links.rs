//! The links that a page announces: new, known, or to be remembered only.

use std::collections::{BTreeSet, HashMap};

use chrono::TimeDelta;
use rusqlite::{Connection, OptionalExtension, named_params, params};

use super::{
    column::{Dated, Json, Kind, Millis, Named, forgiving, time},
    queue::{host_id, refresh_host},
};
use crate::{
    frontier::{self, Asked},
    model::{FetchOutcome, Link, LinkCounts, PageKind, Poll, Timestamp},
    store::{Completion, Lease, place::authority},
};

/// Bytes of a URL: longer ones are traps, and no server need take them (RFC 9110, 4.1, asks for
/// 8,000; no news site comes near a quarter).
const URL_MAX: usize = 2_048;

/// How exactly it is known when a link was last listed.
const LISTED_ANEW: TimeDelta = TimeDelta::days(7);

/// What became of links.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Added {
    pub(super) new: usize,
    pub(super) known: usize,
    /// Of these, the articles that are new, and those that were known.
    articles: (u64, u64),
    /// Articles that are known and not to be read.
    remembered: u64,
}

impl Added {
    fn count_new(&mut self, link: &Link, state: &str) {
        if state == "queued" {
            self.new += 1;
            self.articles.0 += u64::from(link.kind == PageKind::Article);
        }
    }
}

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
            note_listed(db, &known, completion.at)?;
            let is_settled = see_again(db, link, &known, state, completion, &mut added)?;
            hosts.insert(known.host);
            if is_settled {
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

/// Notes that a link is still listed, so that it is remembered. Not at every poll: most links are known.
fn note_listed(db: &Connection, known: &KnownLink, at: Timestamp) -> rusqlite::Result<()> {
    if at - known.listed_at > LISTED_ANEW {
        db.prepare_cached("UPDATE urls SET listed_at = ?2 WHERE id = ?1")?
            .execute(params![known.id, Millis(at)])?;
    }
    Ok(())
}

/// Counts a link that was known, and wakes an article that is to be read after all or once more.
/// `false` for a part of a source that rests.
fn see_again(
    db: &Connection,
    link: &Link,
    known: &KnownLink,
    state: &str,
    completion: &Completion,
    added: &mut Added,
) -> rusqlite::Result<bool> {
    let is_article = link.kind == PageKind::Article;
    if !(is_article && known.is_unread()) || state == "queued" {
        become_news(db, link, Millis(completion.at))?;
    }
    if is_article && known.is_unread() && state == "queued" {
        wake(db, known.id, completion.at)?;
        added.count_new(link, state);
        return Ok(true);
    }
    if is_article && known.is_unread() {
        added.remembered += 1;
        return Ok(true);
    }
    added.known += 1;
    added.articles.1 += u64::from(is_article);
    if known.state == "gone" && !known.is_parked {
        try_again(db, known, completion)?;
    }
    Ok(is_article || known.wanted)
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

/// A link that was announced before.
struct KnownLink {
    id: i64,
    host: i64,
    wanted: bool,
    state: String,
    outcome: Option<FetchOutcome>,
    status: Option<u16>,
    attempts: u32,
    fetched_at: Option<Timestamp>,
    known_since: Timestamp,
    is_parked: bool,
    listed_at: Timestamp,
}

impl KnownLink {
    /// Whether it is known and not to be read.
    fn is_unread(&self) -> bool {
        self.state == "done" && self.fetched_at.is_none()
    }
}

fn known(db: &Connection, link: &Link) -> rusqlite::Result<Option<KnownLink>> {
    db.prepare_cached(
        "SELECT id, host_id, wanted, state, outcome, status, attempts, fetched_at, discovered_at,
                parked IS NOT NULL AS is_parked, listed_at
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
        })
    })
    .optional()
}

/// An article that rests after failures and is listed again is tried again, when the schedule says.
fn try_again(db: &Connection, link: &KnownLink, completion: &Completion) -> rusqlite::Result<()> {
    let (Some(outcome), Some(failed_at)) = (link.outcome, link.fetched_at) else {
        return Ok(());
    };
    let now = completion.at;
    let asked = Asked {
        kind: PageKind::Article,
        outcome,
        status: link.status,
        attempts: link.attempts,
        known_for: (now - link.known_since).to_std().unwrap_or_default(),
    };
    if let Some(at) = frontier::relisted(&asked, failed_at, now, &completion.schedule) {
        wake(db, link.id, at)?;
    }
    Ok(())
}

fn wake(db: &Connection, url: i64, at: Timestamp) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE urls SET state = 'queued', next_at = ?2 WHERE id = ?1")?
        .execute(params![url, Millis(at)])?;
    Ok(())
}

/// Notes what a poll listed. Links that were known and not to be read count as old.
pub(super) fn put_poll(
    db: &Connection,
    lease: &Lease,
    poll: Poll,
    added: Added,
) -> rusqlite::Result<Poll> {
    let (new, known) = added.articles;
    let links = LinkCounts {
        new,
        known: poll.links.known + known,
        old: poll.links.old + added.remembered,
        ..poll.links
    };
    let poll = Poll { links, ..poll };
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
