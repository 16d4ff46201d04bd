//! How sources stand: kept with every new article, made anew when one was judged again.

use rusqlite::{Connection, OptionalExtension, params};

use super::column::{Json, Millis, forgiving, verdict};
use crate::{
    model::{Assessment, Timestamp},
    standing::{self, Observation, Standing},
    store::limits::STANDING_ARTICLES_MAX,
};

/// Takes a new article of `source` into account; its row is written already.
pub(super) fn observe(
    db: &Connection,
    source: i64,
    assessment: &Assessment,
    at: Timestamp,
) -> rusqlite::Result<()> {
    let standing = match kept(db, source)? {
        Some(mut standing) => {
            standing.observe(&Observation {
                verdict: assessment.verdict,
                at,
                log_ratio: assessment.log_ratio(),
            });
            standing
        }
        None => anew(db, source)?,
    };
    keep(db, source, standing)
}

fn keep(db: &Connection, source: i64, standing: Standing) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT OR REPLACE INTO standings (source_id, version, state) VALUES (?1, ?2, ?3)",
    )?
    .execute(params![source, standing::VERSION, Json(standing)])?;
    Ok(())
}

/// Sees to it that the standing of every source is kept, so that no page has to add it up.
pub(super) fn keep_missing(db: &Connection) -> rusqlite::Result<()> {
    let mut missing = db.prepare(
        "SELECT id FROM sources
          WHERE id NOT IN (SELECT source_id FROM standings WHERE version = ?1)",
    )?;
    let missing = missing.query_map([standing::VERSION], |row| row.get(0))?;
    for source in missing.collect::<rusqlite::Result<Vec<i64>>>()? {
        let standing = anew(db, source)?;
        keep(db, source, standing)?;
    }
    Ok(())
}

/// An article is judged again: if that changes what it says, what is kept of its source holds no
/// more. Comes before the new assessment is written.
pub(super) fn revise(
    db: &Connection,
    article: i64,
    assessment: &Assessment,
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "DELETE FROM standings WHERE source_id =
             (SELECT articles.source_id
                FROM articles JOIN assessments ON assessments.id = articles.assessment_id
               WHERE articles.id = ?1
                 AND (articles.verdict <> ?2 OR assessments.log_ratio IS NOT ?3))",
    )?
    .execute(params![
        article,
        assessment.verdict.as_str(),
        assessment.log_ratio()
    ])?;
    Ok(())
}

/// See [`crate::store::Store::standing`].
pub(super) fn get(db: &Connection, source: &str) -> rusqlite::Result<Standing> {
    let id = db
        .prepare_cached("SELECT id FROM sources WHERE name = ?1")?
        .query_row([source], |row| row.get(0))
        .optional()?;
    id.map_or_else(|| Ok(Standing::default()), |id| of(db, id))
}

/// The standing of a source by its row.
pub(super) fn of(db: &Connection, source: i64) -> rusqlite::Result<Standing> {
    kept(db, source)?.map_or_else(|| anew(db, source), Ok)
}

/// As it was kept; `None` where it has to be made anew.
pub(super) fn kept(db: &Connection, source: i64) -> rusqlite::Result<Option<Standing>> {
    db.prepare_cached("SELECT state FROM standings WHERE source_id = ?1 AND version = ?2")?
        .query_row(params![source, standing::VERSION], |row| {
            Ok(forgiving(row, "state").map(|Json::<Standing>(standing)| standing))
        })
        .optional()
        .map(Option::flatten)
}

/// From the latest [`STANDING_ARTICLES_MAX`] articles.
fn anew(db: &Connection, source: i64) -> rusqlite::Result<Standing> {
    let mut statement = db.prepare_cached(
        "SELECT verdict, reason, fetched_at, log_ratio FROM (
             SELECT articles.id, articles.verdict, articles.reason, articles.fetched_at,
                    assessments.log_ratio
               FROM articles JOIN assessments ON assessments.id = articles.assessment_id
              WHERE articles.source_id = ?1 AND NOT articles.past
              ORDER BY articles.id DESC LIMIT ?2)
          ORDER BY id",
    )?;
    let articles = statement.query_map(params![source, STANDING_ARTICLES_MAX], |row| {
        Ok(Observation {
            verdict: verdict(row)?,
            at: row.get::<_, Millis>("fetched_at")?.0,
            log_ratio: row.get("log_ratio")?,
        })
    })?;
    let mut standing = Standing::default();
    for article in articles {
        standing.observe(&article?);
    }
    Ok(standing)
}
