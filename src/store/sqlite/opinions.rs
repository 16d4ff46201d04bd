//! Second opinions: those that were given, and what became of the articles that they are about.

use rusqlite::{Connection, OptionalExtension, params};

use super::{
    articles,
    column::{Json, Millis},
    outbox, standings,
};
use crate::{
    model::{Opinion, OpinionKey, Timestamp, Verdict},
    opinion::{AnswerBefore, Exhausted, Limits, Spent},
    store::{Heard, Hearing},
};

/// Opinions dropped in one transaction.
pub(super) const PRUNE_BATCH: usize = 2_000;

/// See [`crate::store::Store::opinion`].
pub(super) fn get(db: &Connection, key: OpinionKey) -> rusqlite::Result<Option<Opinion>> {
    db.prepare_cached("SELECT opinion FROM opinions WHERE key = ?1")?
        .query_row([key.0.as_slice()], |row| Ok(row.get::<_, Json<_>>(0)?.0))
        .optional()
}

/// See [`crate::store::Store::hear`].
pub(super) fn hear(
    db: &Connection,
    hearing: &Hearing,
    notify: &[String],
) -> rusqlite::Result<Heard> {
    db.prepare_cached("INSERT OR REPLACE INTO opinions (key, at, opinion) VALUES (?1, ?2, ?3)")?
        .execute(params![
            hearing.key.0.as_slice(),
            Millis(hearing.at),
            Json(&hearing.opinion)
        ])?;
    let Some(before) = articles::get(db, hearing.article)? else {
        return Ok(Heard::default());
    };
    if !hearing.is_about(&before) {
        return Ok(Heard::default());
    }
    articles::put_assessment(db, hearing.article, &hearing.assessment, hearing.at)?;
    let newly_flagged =
        hearing.assessment.verdict == Verdict::Flag && before.verdict != Verdict::Flag;
    if newly_flagged && let Some(row) = articles::get(db, hearing.article)? {
        let standing = standings::get(db, &row.source)?.summary();
        outbox::flagged(db, notify, &row, &standing, hearing.at)?;
    }
    Ok(Heard {
        accepted: true,
        newly_flagged,
    })
}

/// See [`crate::store::Store::take_opinion_call`].
pub(super) fn take_call(
    db: &Connection,
    source: Option<&str>,
    limits: Limits,
    now: Timestamp,
) -> rusqlite::Result<Option<Exhausted>> {
    let (today, source) = (limits.zone.day(now), source.unwrap_or_default());
    let spent = db
        .prepare_cached(
            "SELECT coalesce(sum(calls), 0) AS today,
                    coalesce(sum(calls) FILTER (WHERE source = ?2), 0) AS of_source
               FROM opinion_calls WHERE day = ?1",
        )?
        .query_row(params![today, source], |row| {
            let of_source = row.get("of_source")?;
            Ok(Spent {
                today: row.get("today")?,
                of_source: if source.is_empty() { 0 } else { of_source },
            })
        })?;
    let reached = limits.reached(spent);
    if reached.is_none() {
        db.prepare_cached("DELETE FROM opinion_calls WHERE day < ?1")?
            .execute([today])?;
        db.prepare_cached(
            "INSERT INTO opinion_calls (day, source, calls) VALUES (?1, ?2, 1)
             ON CONFLICT (day, source) DO UPDATE SET calls = calls + 1",
        )?
        .execute(params![today, source])?;
    }
    Ok(reached)
}

/// See [`crate::store::Store::opinion_answers`].
pub(super) fn answers(db: &Connection, adviser: u64) -> rusqlite::Result<Vec<AnswerBefore>> {
    db.prepare_cached(
        "SELECT text, first, latest, asked_at FROM opinion_answers WHERE adviser = ?1",
    )?
    .query_map([hexadecimal(adviser)], |row| {
        Ok(AnswerBefore {
            text: row.get("text")?,
            first: row.get::<_, Json<_>>("first")?.0,
            latest: row.get::<_, Json<_>>("latest")?.0,
            asked_at: row.get::<_, Millis>("asked_at")?.0,
        })
    })?
    .collect()
}

/// See [`crate::store::Store::put_opinion_answer`].
pub(super) fn put_answer(
    db: &Connection,
    adviser: u64,
    text: &str,
    quotes: &[String],
    at: Timestamp,
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO opinion_answers (adviser, text, first, latest, asked_at)
         VALUES (?1, ?2, ?3, ?3, ?4)
         ON CONFLICT (adviser, text) DO UPDATE
            SET latest = excluded.latest, asked_at = excluded.asked_at",
    )?
    .execute(params![
        hexadecimal(adviser),
        text,
        Json(quotes),
        Millis(at)
    ])?;
    Ok(())
}

fn hexadecimal(adviser: u64) -> String {
    format!("{adviser:016x}")
}

/// Drops up to [`PRUNE_BATCH`] opinions that were given before `before`.
pub(super) fn prune(db: &Connection, before: Timestamp) -> rusqlite::Result<usize> {
    db.prepare_cached(
        "DELETE FROM opinions WHERE key IN (
             SELECT key FROM opinions WHERE at < ?1 ORDER BY at LIMIT ?2)",
    )?
    .execute(params![Millis(before), PRUNE_BATCH])
}

/// Forgets advisers that nobody has asked since `before`.
pub(super) fn prune_answers(db: &Connection, before: Timestamp) -> rusqlite::Result<usize> {
    db.prepare_cached(
        "DELETE FROM opinion_answers WHERE adviser IN (
             SELECT adviser FROM opinion_answers GROUP BY adviser HAVING max(asked_at) < ?1)",
    )?
    .execute([Millis(before)])
}
