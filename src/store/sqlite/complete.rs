//! The end of a lease: everything a fetch led to, as one.

use std::collections::{BTreeSet, HashMap};

use rusqlite::{Connection, OptionalExtension, named_params, params};
use url::Url;

use super::{
    column::{Dated, Json, Kind, Millis, Named, time},
    outbox,
    packed::Packed,
    queue::{authority, day, held, host_id, origin, refresh_host},
    sources::links_of,
    standings,
    visit::NewVisit,
};
use crate::{
    copies::Fingerprint,
    frontier::{self, Asked},
    model::{
        FetchOutcome, Link, LinkCounts, PageKind, Poll, RobotsRecord, RobotsRules, Timestamp,
        Verdict,
    },
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
    if matches!(completion.fate, Fate::Gone { .. }) && completion.outcome != FetchOutcome::Blocked {
        read_in_full(db, source)?;
    }
    note_host(db, host, completion)?;
    note_asked(db, source, completion)?;
    note_poll(db, lease, source, completion)?;
    for (robots, text) in completion.robots.iter().zip(&ending.robots) {
        put_robots(db, robots, text.as_ref())?;
    }
    let added = add_links(db, source, completion)?;
    refresh_host(db, host)?;
    let poll = completion.poll.map(|poll| put_poll(db, lease, poll, added));

    let mut completed = Completed {
        accepted: true,
        links_new: added.new,
        links_known: added.known,
        poll: poll.transpose()?,
        source_links: links_of(db, source)?,
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
        Fate::Gone { attempts } => ("gone", None, Some(attempts)),
        Fate::Again { at, attempts } => ("queued", Some(Millis(at)), Some(attempts)),
    };
    db.prepare_cached(
        "UPDATE urls
            SET state = :state, worker = NULL, lease_until = NULL,
                next_at = coalesce(:next_at, next_at), attempts = coalesce(:attempts, attempts),
                kind = coalesce(:kind, kind),
                etag = CASE WHEN :is_same AND etag IS NULL THEN NULL ELSE :etag END,
                last_modified = CASE WHEN :is_same AND last_modified IS NULL THEN NULL
                                ELSE :last_modified END,
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
        // What `read_in_full` took away meanwhile stays away.
        ":is_same": completion.outcome != FetchOutcome::Ok,
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

/// Makes the next polls of a source ask for the whole answer: "not modified" would not tell that an
/// article which has just failed is listed still.
fn read_in_full(db: &Connection, source: i64) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE urls SET etag = NULL, last_modified = NULL
          WHERE source_id = ?1 AND kind <> 'article'",
    )?
    .execute([source])?;
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
        FetchOutcome::Cancelled | FetchOutcome::Blocked | FetchOutcome::RobotsUnreachable
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

/// What became of links.
#[derive(Debug, Clone, Copy, Default)]
struct Added {
    new: usize,
    known: usize,
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
fn add_links(db: &Connection, led_here: i64, completion: &Completion) -> rusqlite::Result<Added> {
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
    if known.state == "gone" {
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
                               discovered_at, published)
             VALUES (:url, :host, :source, :kind, :wanted, :state, :at, :at, :published)
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
          WHERE url = ?1 AND NOT wanted",
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
}

impl KnownLink {
    /// Whether it is known and not to be read.
    fn is_unread(&self) -> bool {
        self.state == "done" && self.fetched_at.is_none()
    }
}

fn known(db: &Connection, link: &Link) -> rusqlite::Result<Option<KnownLink>> {
    db.prepare_cached(
        "SELECT id, host_id, wanted, state, outcome, status, attempts, fetched_at, discovered_at
           FROM urls WHERE url = ?1",
    )?
    .query_row([link.url.as_str()], |row| {
        let outcome: Option<Named<FetchOutcome>> = row.get("outcome")?;
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
fn put_poll(db: &Connection, lease: &Lease, poll: Poll, added: Added) -> rusqlite::Result<Poll> {
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
