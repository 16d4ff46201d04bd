//! How sources are watched: their days, and what is polled for them.

use rusqlite::{Connection, params};

use super::column::{Address, Json, Kind, Millis, row_limit, time};
use crate::{
    model::{Lang, Poll, SourceDay, Timestamp},
    store::{Overview, PollRow, limits::NAMES_MAX},
};

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// See [`crate::store::Store::histories`].
pub(super) fn history(
    db: &Connection,
    source: &str,
    since: Timestamp,
) -> rusqlite::Result<Vec<SourceDay>> {
    db.prepare_cached(
        "SELECT day, coalesce(sum(articles) FILTER (WHERE verdict = 'pass'), 0) AS passed,
                coalesce(sum(articles) FILTER (WHERE verdict = 'flag'), 0) AS flagged,
                coalesce(sum(articles) FILTER (WHERE verdict = 'abstain'), 0) AS abstained
           FROM source_days
          WHERE source_id = (SELECT id FROM sources WHERE name = ?1) AND day >= ?2
            AND articles > 0
          GROUP BY day ORDER BY day",
    )?
    .query_map(
        params![source, since.timestamp_millis().div_euclid(DAY)],
        |row| {
            Ok(SourceDay {
                day: row.get("day")?,
                passed: row.get("passed")?,
                flagged: row.get("flagged")?,
                abstained: row.get("abstained")?,
            })
        },
    )?
    .collect()
}

/// See [`crate::store::Store::polls`].
pub(super) fn polls(db: &Connection, source: &str, limit: usize) -> rusqlite::Result<Vec<PollRow>> {
    db.prepare_cached(
        "SELECT urls.url, urls.kind, urls.fetched_at, urls.outcome, urls.status, urls.error,
                urls.last_poll, urls.next_at, hosts.delay, hosts.failures
           FROM urls JOIN hosts ON hosts.id = urls.host_id
          WHERE urls.source_id = (SELECT id FROM sources WHERE name = ?1)
            AND urls.kind <> 'article'
          ORDER BY urls.fetched_at DESC, urls.id LIMIT ?2",
    )?
    .query_map(params![source, row_limit(limit)], |row| {
        Ok(PollRow {
            url: row.get::<_, Address>("url")?.0,
            kind: row.get::<_, Kind>("kind")?.0,
            fetched_at: time(row, "fetched_at")?,
            outcome: row.get("outcome")?,
            status: row.get("status")?,
            error: row.get("error")?,
            links: row
                .get::<_, Option<Json<Poll>>>("last_poll")?
                .map(|poll| poll.0.links),
            next_at: row.get::<_, Millis>("next_at")?.0,
            delay_ms: row.get("delay")?,
            host_failures: row.get("failures")?,
        })
    })?
    .collect()
}

/// See [`crate::store::Store::overview`].
pub(super) fn overview(db: &Connection) -> rusqlite::Result<Overview> {
    let sources = db
        .prepare_cached("SELECT name FROM sources ORDER BY name LIMIT ?1")?
        .query_map([row_limit(NAMES_MAX)], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let newest = db
        .prepare_cached("SELECT coalesce(max(article_id), 0) FROM shelves")?
        .query_row([], |row| row.get(0))?;
    let last_answer = db
        .prepare_cached("SELECT max(last_success) AS at FROM sources")?
        .query_row([], |row| time(row, "at"))?;
    let next_poll = db
        .prepare_cached(
            "SELECT min(urls.next_at) AS at FROM sources
               CROSS JOIN urls ON urls.url = sources.url
              WHERE sources.enabled AND urls.source_id = sources.id AND urls.wanted
                AND urls.state = 'queued'",
        )?
        .query_row([], |row| time(row, "at"))?;
    Ok(Overview {
        sources,
        languages: languages(db)?,
        newest,
        last_answer,
        next_poll,
    })
}

fn languages(db: &Connection) -> rusqlite::Result<Vec<Lang>> {
    // Steps from one language to the next, however many articles there are of each.
    let names: Vec<String> = db
        .prepare_cached(
            "WITH RECURSIVE langs (lang) AS (
                 SELECT min(lang) FROM shelves
                 UNION ALL
                 SELECT (SELECT min(lang) FROM shelves WHERE lang > langs.lang)
                   FROM langs WHERE lang IS NOT NULL LIMIT 200)
             SELECT lang FROM langs WHERE lang IS NOT NULL",
        )?
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    Ok(names.iter().filter_map(|name| Lang::new(name)).collect())
}
