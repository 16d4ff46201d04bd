//! How sources are watched: their days, and what is polled for them.

use super::{
    failure::Result,
    session::Db,
    value::{Json, params},
};
use crate::{
    model::{Lang, Poll, SourceDay, Timestamp},
    store::{Overview, PollRow, limits::NAMES_MAX, place::day},
};

/// See [`crate::store::Store::histories`].
pub(super) async fn history(db: &Db, source: &str, since: Timestamp) -> Result<Vec<SourceDay>> {
    let sum = |verdict: &str| {
        format!("coalesce(sum(articles) FILTER (WHERE verdict = '{verdict}'), 0)::bigint")
    };
    let sql = format!(
        "SELECT day, {} AS passed, {} AS flagged, {} AS abstained
           FROM source_days
          WHERE source_id = (SELECT id FROM sources WHERE name = $1)
            AND day >= $2 AND articles > 0
          GROUP BY day ORDER BY day",
        sum("pass"),
        sum("flag"),
        sum("abstain")
    );
    db.list(&sql, &params![source, day(since)], |row| {
        let (passed, flagged) = (row.get("passed")?, row.get("flagged")?);
        Ok(SourceDay {
            day: row.get("day")?,
            passed,
            flagged,
            abstained: row.get("abstained")?,
        })
    })
    .await
}

/// See [`crate::store::Store::polls`].
pub(super) async fn polls(db: &Db, source: &str, limit: usize) -> Result<Vec<PollRow>> {
    let sql = "SELECT urls.url, kind, fetched_at, outcome, status, error, last_poll, urls.next_at,
                      delay, hosts.failures
                 FROM urls JOIN hosts ON hosts.id = host_id
                WHERE source_id = (SELECT id FROM sources WHERE name = $1) AND kind <> 'article'
                ORDER BY fetched_at DESC NULLS LAST, urls.id LIMIT $2";
    db.list(sql, &params![source, limit], |row| {
        let poll: Option<Json<Poll>> = row.get("last_poll")?;
        Ok(PollRow {
            url: row.get("url")?,
            kind: row.get("kind")?,
            links: poll.map(|poll| poll.0.links),
            fetched_at: row.get("fetched_at")?,
            next_at: row.get("next_at")?,
            outcome: row.get("outcome")?,
            status: row.get("status")?,
            error: row.get("error")?,
            delay_ms: row.get("delay")?,
            host_failures: row.get("failures")?,
        })
    })
    .await
}

/// See [`crate::store::Store::overview`].
pub(super) async fn overview(db: &Db, settled: i64) -> Result<Overview> {
    let names = "SELECT name FROM sources ORDER BY name LIMIT $1";
    let newest = "SELECT coalesce(max(article_id), 0) FROM shelves WHERE article_id <= $1";
    let answer = "SELECT max(last_success) FROM sources";
    let next = "SELECT min(urls.next_at)
                  FROM sources JOIN urls ON urls.url = sources.url AND source_id = sources.id
                 WHERE enabled AND wanted AND state = 'queued'";
    Ok(Overview {
        sources: db.values(names, &params![NAMES_MAX]).await?,
        languages: languages(db).await?,
        newest: db.value(newest, &params![settled]).await?,
        last_answer: db.value(answer, &params![]).await?,
        next_poll: db.value(next, &params![]).await?,
    })
}

/// Steps from one language to the next, however many articles there are of each.
async fn languages(db: &Db) -> Result<Vec<Lang>> {
    let sql = "WITH RECURSIVE langs (lang) AS (
                   (SELECT lang FROM shelves WHERE lang IS NOT NULL ORDER BY lang LIMIT 1)
                   UNION ALL
                   SELECT (SELECT next.lang FROM shelves AS next
                            WHERE next.lang > langs.lang ORDER BY next.lang LIMIT 1)
                     FROM langs WHERE langs.lang IS NOT NULL)
               SELECT lang FROM langs WHERE lang IS NOT NULL LIMIT 200";
    let names: Vec<String> = db.values(sql, &params![]).await?;
    Ok(names.iter().filter_map(|name| Lang::new(name)).collect())
}
