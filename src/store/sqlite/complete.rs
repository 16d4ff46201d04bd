//! The end of a lease: everything a fetch led to, as one.

use std::collections::{BTreeSet, HashMap};

use rusqlite::{Connection, named_params, params};
use url::Url;

use super::{
    column::{Dated, Json, Kind, Millis},
    outbox,
    packed::Packed,
    queue::{authority, day, held, host_id, origin, refresh_host},
    standings,
    visit::NewVisit,
};
use crate::{
    copies::Fingerprint,
    model::{FetchOutcome, Link, PageKind, RobotsRecord, RobotsRules, Verdict},
    store::{Completed, Completion, Fate, Lease},
};

/// Bytes of a URL: longer ones are traps, and no server need take them (RFC 9110, 4.1, asks for
/// 8,000; no news site comes near a quarter).
const URL_MAX: usize = 2_048;

/// A completion whose pages are packed already.
#[derive(Debug)]
pub(super) struct Ending {
    completion: Completion,
    page: Option<Packed>,
    /// Of the visit's text.
    fingerprint: Option<Fingerprint>,
    robots: Vec<Option<Packed>>,
}

impl Ending {
    /// Packs what is large. Takes milliseconds: not for the async threads, nor for the writer.
    pub(super) fn new(completion: Completion) -> rusqlite::Result<Ending> {
        let page = match &completion.visit {
            Some(visit) if !visit.article.noarchive => Some(Packed::new(&visit.page.body)?),
            _ => None,
        };
        let visit = completion.visit.as_ref();
        let fingerprint = visit.and_then(|visit| Fingerprint::of(&visit.article));
        let robots = completion.robots.iter().map(|robots| match &robots.rules {
            RobotsRules::Text(text) => Packed::new(text).map(Some),
            RobotsRules::Unavailable | RobotsRules::Unreachable => Ok(None),
        });
        Ok(Ending {
            robots: robots.collect::<rusqlite::Result<_>>()?,
            page,
            fingerprint,
            completion,
        })
    }
}

/// See [`crate::store::Store::complete`].
pub(super) fn complete(
    db: &Connection,
    lease: &Lease,
    ending: &Ending,
    notify: &[String],
) -> rusqlite::Result<Completed> {
    let Some((host, source)) = held(db, lease)? else {
        return Ok(Completed::default());
    };
    let completion = &ending.completion;
    end_lease(db, lease, completion)?;
    note_host(db, host, completion)?;
    note_asked(db, source, completion)?;
    note_poll(db, lease, source, completion)?;
    for (robots, text) in completion.robots.iter().zip(&ending.robots) {
        put_robots(db, robots, text.as_ref())?;
    }
    let (links_new, links_known) = add_links(db, source, completion)?;
    refresh_host(db, host)?;

    let mut completed = Completed {
        accepted: true,
        links_new,
        links_known,
        ..Completed::default()
    };
    if let Some(visit) = &completion.visit {
        let reading = NewVisit {
            visit,
            page: ending.page.as_ref(),
            fingerprint: ending.fingerprint.as_ref(),
            again: lease.first_read.is_some(),
        };
        let outcome = reading.put(db, source)?;
        completed.article = Some(outcome.article);
        completed.article_new = outcome.new;
        completed.copy = outcome.copy;
        completed.corrected = outcome.corrected;
        if outcome.new {
            standings::observe(db, source, &visit.assessment, visit.page.fetched_at)?;
        }
        if outcome.new && visit.assessment.verdict == Verdict::Flag {
            let standing = standings::of(db, source)?.summary();
            let payload = outbox::payload(outcome.article, &lease.link.source, visit, &standing);
            outbox::put(db, notify, &payload, completion.at)?;
        }
    }
    Ok(completed)
}

fn end_lease(db: &Connection, lease: &Lease, completion: &Completion) -> rusqlite::Result<()> {
    let (state, next_at, attempts) = match completion.fate {
        Fate::Done => ("done", None, None),
        Fate::Gone => ("gone", None, None),
        Fate::Again { at, attempts } => ("queued", Some(Millis(at)), Some(attempts)),
    };
    db.prepare_cached(
        "UPDATE urls
            SET state = :state, worker = NULL, lease_until = NULL,
                next_at = coalesce(:next_at, next_at), attempts = coalesce(:attempts, attempts),
                kind = coalesce(:kind, kind), etag = :etag, last_modified = :last_modified,
                fetched_at = :at, outcome = :outcome, status = :status, error = :error,
                rhythm = coalesce(:rhythm, rhythm), moved = :moved,
                first_read = CASE :outcome WHEN 'ok' THEN coalesce(first_read, :at)
                             ELSE first_read END
          WHERE id = :id",
    )?
    .execute(named_params! {
        ":state": state,
        ":next_at": next_at,
        ":attempts": attempts,
        ":kind": completion.kind.map(Kind),
        ":etag": completion.etag,
        ":last_modified": completion.last_modified,
        ":at": Millis(completion.at),
        ":outcome": completion.outcome.as_str(),
        ":status": completion.status,
        ":error": completion.error,
        ":rhythm": completion.rhythm.as_ref().map(Json),
        ":moved": completion.moved.as_ref().map(Json),
        ":id": lease.id,
    })?;
    Ok(())
}

/// Another worker may have asked for a longer pause meanwhile: the later time holds.
fn note_host(db: &Connection, host: i64, completion: &Completion) -> rusqlite::Result<()> {
    let delay = completion
        .host_delay
        .map(|delay| i64::try_from(delay.as_millis()).unwrap_or(i64::MAX));
    db.prepare_cached(
        "UPDATE hosts SET next_at = max(next_at, ?2), failures = ?3, delay = coalesce(?4, delay)
          WHERE id = ?1",
    )?
    .execute(params![
        host,
        Millis(completion.host_next_at),
        completion.host_failures,
        delay
    ])?;
    Ok(())
}

/// Counts the request, unless none was sent.
fn note_asked(db: &Connection, source: i64, completion: &Completion) -> rusqlite::Result<()> {
    if matches!(
        completion.outcome,
        FetchOutcome::Cancelled | FetchOutcome::Blocked
    ) {
        return Ok(());
    }
    db.prepare_cached(
        "UPDATE sources
            SET asked = CASE asked_day WHEN ?2 THEN asked + 1 ELSE 1 END, asked_day = ?2
          WHERE id = ?1",
    )?
    .execute(params![source, day(completion.at)])?;
    Ok(())
}

/// Keeps the health of the source, if it is its own address that was asked and not a part of it.
fn note_poll(
    db: &Connection,
    lease: &Lease,
    source: i64,
    completion: &Completion,
) -> rusqlite::Result<()> {
    let url = lease.link.url.as_str();
    if let Some(kind) = completion.kind {
        db.prepare_cached("UPDATE sources SET kind = ?3 WHERE id = ?1 AND url = ?2")?
            .execute(params![source, url, Kind(kind)])?;
    }
    match completion.outcome {
        // That says nothing of the source.
        FetchOutcome::Cancelled => Ok(0),
        FetchOutcome::Ok | FetchOutcome::NotModified if completion.error.is_none() => db
            .prepare_cached(
                "UPDATE sources SET last_success = ?3, failures = 0, error = NULL
                  WHERE id = ?1 AND url = ?2",
            )?
            .execute(params![source, url, Millis(completion.at)]),
        outcome => db
            .prepare_cached(
                "UPDATE sources SET failures = failures + 1, error = ?3
                  WHERE id = ?1 AND url = ?2",
            )?
            .execute(params![
                source,
                url,
                completion.error.as_deref().unwrap_or(outcome.as_str())
            ]),
    }?;
    Ok(())
}

fn put_robots(
    db: &Connection,
    robots: &RobotsRecord,
    text: Option<&Packed>,
) -> rusqlite::Result<()> {
    let kind = match robots.rules {
        RobotsRules::Text(_) => "text",
        RobotsRules::Unavailable => "unavailable",
        RobotsRules::Unreachable => "unreachable",
    };
    let url = Url::parse(&robots.origin).ok();
    let origin = url.and_then(|url| origin(&url));
    db.prepare_cached(
        "INSERT INTO robots (origin, fetched_at, kind, text, bytes) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (origin) DO UPDATE
            SET fetched_at = excluded.fetched_at, kind = excluded.kind,
                text = excluded.text, bytes = excluded.bytes",
    )?
    .execute(params![
        origin.as_deref().unwrap_or(&robots.origin),
        Millis(robots.fetched_at),
        kind,
        text.map(|text| &text.blob),
        text.map_or(0, |text| text.bytes),
    ])?;
    Ok(())
}

/// Queues the links that are new; tells how many were new and how many known.
fn add_links(
    db: &Connection,
    led_here: i64,
    completion: &Completion,
) -> rusqlite::Result<(usize, usize)> {
    let mut names = HashMap::new();
    let mut hosts = BTreeSet::new();
    let (mut new, mut known) = (0, 0);
    for link in &completion.links {
        let authority = authority(&link.url).filter(|_| link.url.as_str().len() <= URL_MAX);
        let Some(authority) = authority else {
            continue;
        };
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
        if add_link(db, link, host, source, wanted, Millis(completion.at))? {
            new += 1;
        } else {
            known += 1;
            if wanted && link.kind != PageKind::Article {
                revive(db, link, source, Millis(completion.at))?;
            }
        }
        hosts.insert(host);
    }
    for host in hosts {
        refresh_host(db, host)?;
    }
    Ok((new, known))
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
    source: i64,
    wanted: bool,
    at: Millis,
) -> rusqlite::Result<bool> {
    let added = db
        .prepare_cached(
            "INSERT INTO urls (url, host_id, source_id, kind, wanted, state, next_at,
                               discovered_at, published)
             VALUES (:url, :host, :source, :kind, :wanted, 'queued', :at, :at, :published)
             ON CONFLICT (url) DO NOTHING",
        )?
        .execute(named_params! {
            ":url": link.url.as_str(),
            ":host": host,
            ":source": source,
            ":kind": Kind(link.kind),
            ":wanted": wanted,
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
          WHERE url = ?1 AND NOT wanted",
    )?
    .execute(params![link.url.as_str(), source, at])?;
    Ok(())
}
