//! The end of a lease: everything a fetch led to, as one.

use url::Url;

use super::{
    articles,
    failure::Result,
    links::{add_links, hosts_of, put_poll},
    outbox,
    queue::{hold, host_of, refresh_hosts},
    session::Db,
    sources::links_of,
    standings,
    value::{Json, params},
    visit, walk,
};
use crate::{
    model::{FetchOutcome, RobotsRecord, RobotsRules, Verdict},
    store::{Completed, Completion, Fate, Lease, ending::Ending, packed::Packed, place::origin},
};

/// See [`crate::store::Store::complete`].
pub(super) async fn complete(
    db: &Db,
    lease: &Lease,
    ending: &Ending,
    notify: &[String],
) -> Result<Completed> {
    let completion = &ending.completion;
    let Some(host) = host_of(db, lease).await? else {
        return Ok(Completed::default());
    };
    let hosts = hosts_of(db, completion).await?;
    let all: Vec<i64> = hosts.values().copied().chain([host]).collect();
    let Some(source) = hold(db, lease, &all).await? else {
        return Ok(Completed::default());
    };
    end_lease(db, lease, completion).await?;
    if matches!(completion.fate, Fate::Gone { .. }) && completion.outcome != FetchOutcome::Blocked {
        read_in_full(db, source).await?;
    }
    note_host(db, host, completion).await?;
    note_asked(db, source, completion).await?;
    note_poll(db, lease, source, completion).await?;
    for (robots, text) in completion.robots.iter().zip(&ending.robots) {
        put_robots(db, robots, text.as_ref()).await?;
    }
    let added = add_links(db, &hosts, source, completion).await?;
    walk::note(db, lease, completion).await?;
    refresh_hosts(db, &all).await?;
    let poll = match completion.poll {
        Some(poll) => Some(put_poll(db, lease, poll, added).await?),
        None => None,
    };

    let mut completed = Completed {
        accepted: true,
        links_new: added.new,
        links_known: added.known,
        poll,
        source_links: links_of(db, source).await?,
        ..Completed::default()
    };
    if let Some(reading) = ending.visit(lease) {
        let outcome = visit::put(db, &reading, source).await?;
        outcome.tell(&mut completed);
        if !outcome.new {
            return Ok(completed);
        }
        if !lease.is_past() {
            observe(db, lease, source, completion, notify).await?;
        }
        if reading.visit.assessment.verdict == Verdict::Flag
            && let Some(row) = articles::get(db, outcome.article).await?
        {
            let standing = standings::of(db, source).await?.summary();
            outbox::flagged(db, notify, &row, &standing, completion.at).await?;
        }
    }
    Ok(completed)
}

/// Takes the new article into account, and tells what that has changed about its source.
async fn observe(
    db: &Db,
    lease: &Lease,
    source: i64,
    completion: &Completion,
    notify: &[String],
) -> Result<()> {
    let Some(visit) = &completion.visit else {
        return Ok(());
    };
    let (assessment, read_at) = (&visit.assessment, visit.page.fetched_at);
    if notify.is_empty() {
        return standings::observe(db, source, assessment, read_at).await;
    }
    // Where it has to be made anew, what it was before this article is not known.
    let Some(before) = standings::kept(db, source).await? else {
        return standings::observe(db, source, assessment, read_at).await;
    };
    let before = before.summary();
    standings::observe(db, source, assessment, read_at).await?;
    let now = standings::of(db, source).await?.summary();
    let source = (source, lease.link.source.as_str());
    outbox::stands(db, notify, source, (&before, &now), completion.at).await
}

async fn end_lease(db: &Db, lease: &Lease, completion: &Completion) -> Result<()> {
    let (state, next_at, attempts) = match completion.fate {
        Fate::Done => ("done", None, None),
        Fate::Gone { attempts } => ("gone", None, Some(attempts)),
        Fate::Again { at, attempts } => ("queued", Some(at), Some(attempts)),
    };
    db.change(
        "UPDATE urls
            SET state = $1, worker = NULL, lease_until = NULL, lost = 0, suspect = false,
                parked = NULL,
                next_at = coalesce($2, next_at), attempts = coalesce($3, attempts),
                kind = coalesce($4, kind),
                etag = CASE WHEN $5 AND etag IS NULL THEN NULL ELSE $6 END,
                last_modified = CASE WHEN $5 AND last_modified IS NULL THEN NULL
                                ELSE $7 END,
                fetched_at = $8, outcome = $9, status = $10, error = $11,
                rhythm = coalesce($12, rhythm), moved = $13,
                first_read = CASE $9 WHEN 'ok' THEN coalesce(first_read, $8)
                             ELSE first_read END
          WHERE id = $14",
        &params![
            state,
            next_at,
            attempts,
            completion.kind,
            completion.outcome != FetchOutcome::Ok,
            completion.etag.as_ref(),
            completion.last_modified.as_ref(),
            completion.at,
            completion.outcome.as_str(),
            completion.status,
            completion.error.as_ref(),
            completion.rhythm.as_ref().map(Json),
            completion.moved.as_ref().map(Json),
            lease.id
        ],
    )
    .await
}

/// Makes the next polls of a source ask for the whole answer: "not modified" would not tell that an
/// article which has just failed is listed still.
async fn read_in_full(db: &Db, source: i64) -> Result<()> {
    db.change(
        "UPDATE urls SET etag = NULL, last_modified = NULL
          WHERE source_id = $1 AND kind <> 'article'",
        &params![source],
    )
    .await
}

/// Another worker may have asked for a longer pause meanwhile: the later time holds.
async fn note_host(db: &Db, host: i64, completion: &Completion) -> Result<()> {
    let delay = completion
        .host_delay
        .map(|delay| i64::try_from(delay.as_millis()).unwrap_or(i64::MAX));
    db.change("UPDATE hosts SET next_at = greatest(next_at, $2), failures = $3, delay = coalesce($4, delay)
          WHERE id = $1", &params![
        host,
        completion.host_next_at,
        completion.host_failures,
        delay
    ]).await?;
    Ok(())
}

/// Counts the request, unless none was sent.
async fn note_asked(db: &Db, source: i64, completion: &Completion) -> Result<()> {
    if matches!(
        completion.outcome,
        FetchOutcome::Cancelled
            | FetchOutcome::Local
            | FetchOutcome::Blocked
            | FetchOutcome::RobotsUnreachable
    ) {
        return Ok(());
    }
    db.change(
        "UPDATE sources
            SET asked = CASE asked_day WHEN $2 THEN asked + 1 ELSE 1 END, asked_day = $2
          WHERE id = $1",
        &params![source, completion.zone.day(completion.at)],
    )
    .await
}

/// Keeps the health of the source, if it is its own address that was asked and not a part of it.
async fn note_poll(db: &Db, lease: &Lease, source: i64, completion: &Completion) -> Result<()> {
    let url = lease.link.url.as_str();
    if let Some(kind) = completion.kind {
        db.change(
            "UPDATE sources SET kind = $3 WHERE id = $1 AND url = $2",
            &params![source, url, kind],
        )
        .await?;
    }
    match completion.outcome {
        // That says nothing of the source.
        FetchOutcome::Cancelled | FetchOutcome::Local => Ok(()),
        FetchOutcome::Ok | FetchOutcome::NotModified if completion.error.is_none() => {
            db.change(
                "UPDATE sources SET last_success = $3, failures = 0, error = NULL
                  WHERE id = $1 AND url = $2",
                &params![source, url, completion.at],
            )
            .await
        }
        outcome => {
            db.change(
                "UPDATE sources SET failures = failures + 1, error = $3
                  WHERE id = $1 AND url = $2",
                &params![
                    source,
                    url,
                    completion.error.as_deref().unwrap_or(outcome.as_str())
                ],
            )
            .await
        }
    }
}

async fn put_robots(db: &Db, robots: &RobotsRecord, text: Option<&Packed>) -> Result<()> {
    let kind = match robots.rules {
        RobotsRules::Text(_) => "text",
        RobotsRules::Unavailable => "unavailable",
        RobotsRules::Unreachable => "unreachable",
    };
    let url = Url::parse(&robots.origin).ok();
    let origin = url.and_then(|url| origin(&url));
    db.change(
        "INSERT INTO robots (origin, fetched_at, kind, text, bytes) VALUES ($1, $2, $3, $4, $5)
         ON CONFLICT (origin) DO UPDATE
            SET fetched_at = excluded.fetched_at, kind = excluded.kind,
                text = excluded.text, bytes = excluded.bytes",
        &params![
            origin.as_deref().unwrap_or(&robots.origin),
            robots.fetched_at,
            kind,
            text.map(|text| &text.blob),
            text.map_or(0, |text| text.bytes),
        ],
    )
    .await
}
