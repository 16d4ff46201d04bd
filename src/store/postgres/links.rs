//! The links that a page announces: new, known, or to be remembered only.

use std::collections::{BTreeSet, HashMap};

use chrono::TimeDelta;

use super::{
    failure::Result,
    queue::make_hosts,
    session::Db,
    value::{Json, Named, Row, params},
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

/// Queues the links that are new, and notes those that are to be known only. Their hosts are locked.
pub(super) async fn add_links(
    db: &Db,
    hosts: &HashMap<String, i64>,
    led_here: i64,
    completion: &Completion,
) -> Result<Added> {
    let mut names = HashMap::new();
    let mut added = Added::default();
    let links = links_of(completion);
    let urls = links.iter().map(|(link, _)| link.url.to_string()).collect();
    let mut known = known(db, urls).await?;
    for (link, state) in links {
        let Some(host) = host_of(hosts, link) else {
            continue;
        };
        if let Some(known) = known.get(link.url.as_str()) {
            note_listed(db, known, completion.at).await?;
            if see_again(db, link, known, state, completion, &mut added).await? {
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
        if add_link(db, link, host, (source, wanted), state, at).await? {
            added.count_new(link, state);
        } else if wanted {
            revive(db, link, source, at).await?;
        }
        // It may be listed twice.
        let again = self::known(db, vec![link.url.to_string()]).await?;
        known.extend(again);
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

/// Notes that a link is still listed, so that it is remembered. Not at every poll: most links are known.
async fn note_listed(db: &Db, known: &KnownLink, at: Timestamp) -> Result<()> {
    if at - known.listed_at > LISTED_ANEW {
        db.execute(
            "UPDATE urls SET listed_at = $2 WHERE id = $1",
            &params![known.id, at],
        )
        .await?;
    }
    Ok(())
}

/// Counts a link that was known, and wakes an article that is to be read after all or once more.
/// `false` for a part of a source that rests.
async fn see_again(
    db: &Db,
    link: &Link,
    known: &KnownLink,
    state: &str,
    completion: &Completion,
    added: &mut Added,
) -> Result<bool> {
    let is_article = link.kind == PageKind::Article;
    if known.is_past && (!(is_article && known.is_unread()) || state == "queued") {
        become_news(db, link, completion.at).await?;
    }
    if is_article && known.is_unread() && state == "queued" {
        wake(db, known.id, completion.at).await?;
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
        try_again(db, known, completion).await?;
    }
    Ok(is_article || known.wanted)
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
) -> Result<bool> {
    let added = db
        .execute(
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
        .await?;
    Ok(added > 0)
}

/// A part of a source that left the configuration is found again by one that is in it.
async fn revive(db: &Db, link: &Link, source: i64, at: Timestamp) -> Result<()> {
    db.execute(
        "UPDATE urls
            SET wanted = true, source_id = $2, next_at = $3,
                state = CASE state WHEN 'leased' THEN state ELSE 'queued' END
          WHERE url = $1 AND NOT wanted AND parked IS NULL",
        &params![link.url.as_str(), source, at],
    )
    .await?;
    Ok(())
}

/// A link that was announced before.
struct KnownLink {
    id: i64,
    wanted: bool,
    state: String,
    outcome: Option<FetchOutcome>,
    status: Option<u16>,
    attempts: u32,
    fetched_at: Option<Timestamp>,
    known_since: Timestamp,
    is_parked: bool,
    listed_at: Timestamp,
    is_past: bool,
}

impl KnownLink {
    /// Whether it is known and not to be read.
    fn is_unread(&self) -> bool {
        self.state == "done" && self.fetched_at.is_none()
    }
}

/// Those of these links that were announced before, by address.
async fn known(db: &Db, urls: Vec<String>) -> Result<HashMap<String, KnownLink>> {
    if urls.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = db
        .list(
            "SELECT url, id, wanted, state, outcome, status, attempts, fetched_at, discovered_at,
                    parked IS NOT NULL AS is_parked, listed_at, past
               FROM urls WHERE url = ANY($1)",
            &params![urls],
            |row| Ok((row.get("url")?, read_known(row)?)),
        )
        .await?;
    Ok(rows.into_iter().collect())
}

fn read_known(row: &Row) -> Result<KnownLink> {
    let outcome: Option<Named<FetchOutcome>> = row.forgiving("outcome");
    Ok(KnownLink {
        id: row.get("id")?,
        wanted: row.get("wanted")?,
        state: row.get("state")?,
        outcome: outcome.map(|outcome| outcome.0),
        status: row.get("status")?,
        attempts: row.get("attempts")?,
        fetched_at: row.get("fetched_at")?,
        known_since: row.get("discovered_at")?,
        is_parked: row.get("is_parked")?,
        listed_at: row.get("listed_at")?,
        is_past: row.get("past")?,
    })
}

/// An article that rests after failures and is listed again is tried again, when the schedule says.
async fn try_again(db: &Db, link: &KnownLink, completion: &Completion) -> Result<()> {
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
        wake(db, link.id, at).await?;
    }
    Ok(())
}

async fn wake(db: &Db, url: i64, at: Timestamp) -> Result<()> {
    db.execute(
        "UPDATE urls SET state = 'queued', next_at = $2 WHERE id = $1",
        &params![url, at],
    )
    .await?;
    Ok(())
}

/// Notes what a poll listed. Links that were known and not to be read count as old.
pub(super) async fn put_poll(db: &Db, lease: &Lease, poll: Poll, added: Added) -> Result<Poll> {
    let (new, known) = added.articles;
    let links = LinkCounts {
        new,
        known: poll.links.known + known,
        old: poll.links.old + added.remembered,
        ..poll.links
    };
    let poll = Poll { links, ..poll };
    db.execute(
        "UPDATE urls SET last_poll = $2 WHERE id = $1",
        &params![lease.id, Json(poll)],
    )
    .await?;
    Ok(poll)
}

/// What was in the queue for a backfill alone is announced now: an article goes before the past, and
/// a page of links is asked again and again.
async fn become_news(db: &Db, link: &Link, at: Timestamp) -> Result<()> {
    db.execute(
        "UPDATE urls
            SET past = false,
                next_at = CASE WHEN kind = 'article' OR state = 'queued' THEN next_at ELSE $2 END,
                state = CASE WHEN kind = 'article' OR state = 'leased' THEN state ELSE 'queued' END
          WHERE url = $1 AND past",
        &params![link.url.as_str(), at],
    )
    .await?;
    Ok(())
}
