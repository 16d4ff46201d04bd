//! Second opinions: those that were given, and what became of the articles that they are about.

use super::{
    articles,
    failure::Result,
    locks, outbox,
    session::{Alone, Db},
    standings,
    value::{Json, params},
};
use crate::{
    model::{Opinion, OpinionKey, Timestamp, Verdict},
    opinion::{AnswerBefore, Exhausted, Limits, Spent},
    store::{Heard, Hearing},
};

/// Opinions dropped in one transaction.
pub(super) const PRUNE_BATCH: u64 = 2_000;

/// See [`crate::store::Store::opinion`].
pub(super) async fn get(db: &Db, key: OpinionKey) -> Result<Option<Opinion>> {
    let sql = "SELECT opinion FROM opinions WHERE key = $1";
    let found: Option<Json<Opinion>> = db.maybe(sql, &params![key.0.as_slice()]).await?;
    Ok(found.map(|opinion| opinion.0))
}

/// See [`crate::store::Store::hear`].
pub(super) async fn hear(db: &Db, hearing: &Hearing, notify: &[String]) -> Result<Heard> {
    let sql = "INSERT INTO opinions (key, at, opinion) VALUES ($1, $2, $3)
               ON CONFLICT (key) DO UPDATE SET at = excluded.at, opinion = excluded.opinion";
    let values = params![hearing.key.0.as_slice(), hearing.at, Json(&hearing.opinion)];
    db.execute(sql, &values).await?;
    locks::articles(db, &[hearing.article]).await?;
    let Some(before) = articles::get(db, hearing.article).await? else {
        return Ok(Heard::default());
    };
    if !hearing.is_about(&before) {
        return Ok(Heard::default());
    }
    let (assessment, at) = (&hearing.assessment, hearing.at);
    articles::put_assessment(db, hearing.article, assessment, at).await?;
    let newly_flagged = assessment.verdict == Verdict::Flag && before.verdict != Verdict::Flag;
    if newly_flagged && let Some(row) = articles::get(db, hearing.article).await? {
        let standing = standings::get(db, &row.source).await?.summary();
        outbox::flagged(db, notify, &row, &standing, at).await?;
    }
    Ok(Heard {
        accepted: true,
        newly_flagged,
    })
}

/// See [`crate::store::Store::take_opinion_call`]. One at a time, over all workers: the limits are theirs
/// together.
pub(super) async fn take_call(
    db: &Db,
    source: Option<&str>,
    limits: Limits,
    now: Timestamp,
) -> Result<Option<Exhausted>> {
    db.alone(Alone::OpinionCalls, "").await?;
    let (today, source) = (limits.zone.day(now), source.unwrap_or_default());
    let sql = "SELECT coalesce(sum(calls), 0)::bigint AS today,
                      coalesce(sum(calls) FILTER (WHERE source = $2), 0)::bigint AS of_source
                 FROM opinion_calls WHERE day = $1";
    let spent = db
        .one(sql, &params![today, source], |row| {
            let of_source = row.get("of_source")?;
            Ok(Spent {
                of_source: if source.is_empty() { 0 } else { of_source },
                today: row.get("today")?,
            })
        })
        .await?;
    let reached = limits.reached(spent);
    if reached.is_none() {
        let sql = "DELETE FROM opinion_calls WHERE day < $1";
        db.execute(sql, &params![today]).await?;
        let sql = "INSERT INTO opinion_calls AS known (day, source, calls) VALUES ($1, $2, 1)
                   ON CONFLICT (day, source) DO UPDATE SET calls = known.calls + 1";
        db.execute(sql, &params![today, source]).await?;
    }
    Ok(reached)
}

/// See [`crate::store::Store::opinion_answers`].
pub(super) async fn answers(db: &Db, adviser: u64) -> Result<Vec<AnswerBefore>> {
    let sql = "SELECT text, first, latest, asked_at FROM opinion_answers WHERE adviser = $1";
    db.list(sql, &params![hexadecimal(adviser)], |row| {
        let (first, latest): (Json<_>, Json<_>) = (row.get("first")?, row.get("latest")?);
        Ok(AnswerBefore {
            first: first.0,
            latest: latest.0,
            text: row.get("text")?,
            asked_at: row.get("asked_at")?,
        })
    })
    .await
}

/// See [`crate::store::Store::put_opinion_answer`].
pub(super) async fn put_answer(
    db: &Db,
    adviser: u64,
    text: &str,
    quotes: &[String],
    at: Timestamp,
) -> Result<()> {
    let sql = "INSERT INTO opinion_answers (adviser, text, first, latest, asked_at)
               VALUES ($1, $2, $3, $3, $4)
               ON CONFLICT (adviser, text) DO UPDATE
                  SET latest = excluded.latest, asked_at = excluded.asked_at";
    let values = params![hexadecimal(adviser), text, Json(quotes), at];
    db.execute(sql, &values).await?;
    Ok(())
}

fn hexadecimal(adviser: u64) -> String {
    format!("{adviser:016x}")
}

/// Drops up to [`PRUNE_BATCH`] opinions that were given before `before`.
pub(super) async fn prune(db: &Db, before: Timestamp) -> Result<u64> {
    let sql = "DELETE FROM opinions WHERE key IN (
                   SELECT key FROM opinions WHERE at < $1 ORDER BY at LIMIT $2)";
    db.execute(sql, &params![before, PRUNE_BATCH]).await
}

/// Forgets advisers that nobody has asked since `before`.
pub(super) async fn prune_answers(db: &Db, before: Timestamp) -> Result<u64> {
    let sql = "DELETE FROM opinion_answers WHERE adviser IN (
                   SELECT adviser FROM opinion_answers
                    GROUP BY adviser HAVING max(asked_at) < $1)";
    db.execute(sql, &params![before]).await
}
