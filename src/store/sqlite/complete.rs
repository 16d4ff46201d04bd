//! The end of a lease: everything a fetch led to, as one.

use rusqlite::{Connection, named_params, params};
use url::Url;

use super::{
    articles,
    column::{Json, Kind, Millis},
    links::{add_links, put_poll},
    outbox,
    queue::{held, refresh_host},
    sources::links_of,
    standings, visit, walk,
};
use crate::{
    model::{FetchOutcome, RobotsRecord, RobotsRules, Verdict},
    store::{Completed, Completion, Fate, Lease, ending::Ending, packed::Packed, place::origin},
};

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
    walk::note(db, lease, completion)?;
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
    if let Some(reading) = ending.visit(lease) {
        let outcome = visit::put(db, &reading, source)?;
        outcome.tell(&mut completed);
        if !outcome.new {
            return Ok(completed);
        }
        if !lease.is_past() {
            observe(db, lease, source, completion, notify)?;
        }
        if reading.visit.assessment.verdict == Verdict::Flag
            && let Some(row) = articles::get(db, outcome.article)?
        {
            let standing = standings::of(db, source)?.summary();
            outbox::flagged(db, notify, &row, &standing, completion.at)?;
        }
    }
    Ok(completed)
}

/// Takes the new article into account, and tells what that has changed about its source.
fn observe(
    db: &Connection,
    lease: &Lease,
    source: i64,
    completion: &Completion,
    notify: &[String],
) -> rusqlite::Result<()> {
    let Some(visit) = &completion.visit else {
        return Ok(());
    };
    let (assessment, read_at) = (&visit.assessment, visit.page.fetched_at);
    if notify.is_empty() {
        return standings::observe(db, source, assessment, read_at);
    }
    // Where it has to be made anew, what it was before this article is not known.
    let Some(before) = standings::kept(db, source)? else {
        return standings::observe(db, source, assessment, read_at);
    };
    let before = before.summary();
    standings::observe(db, source, assessment, read_at)?;
    let now = standings::of(db, source)?.summary();
    let source = (source, lease.link.source.as_str());
    outbox::stands(db, notify, source, (&before, &now), completion.at)
}

fn end_lease(db: &Connection, lease: &Lease, completion: &Completion) -> rusqlite::Result<()> {
    let (state, next_at, attempts) = match completion.fate {
        Fate::Done => ("done", None, None),
        Fate::Gone { attempts } => ("gone", None, Some(attempts)),
        Fate::Again { at, attempts } => ("queued", Some(Millis(at)), Some(attempts)),
    };
    db.prepare_cached(
        "UPDATE urls
            SET state = :state, worker = NULL, lease_until = NULL, lost = 0, suspect = 0,
                parked = NULL,
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
        FetchOutcome::Cancelled
            | FetchOutcome::Local
            | FetchOutcome::Blocked
            | FetchOutcome::RobotsUnreachable
    ) {
        return Ok(());
    }
    db.prepare_cached(
        "UPDATE sources
            SET asked = CASE asked_day WHEN ?2 THEN asked + 1 ELSE 1 END, asked_day = ?2
          WHERE id = ?1",
    )?
    .execute(params![source, completion.zone.day(completion.at)])?;
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
        FetchOutcome::Cancelled | FetchOutcome::Local => Ok(0),
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
