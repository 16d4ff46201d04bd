//! How sources stand: kept with every new article, made anew when one was judged again.

use super::{
    failure::Result,
    session::Db,
    value::{Json, Row, params},
};
use crate::{
    model::{Assessment, Timestamp},
    standing::{self, Observation, Standing},
    store::limits::STANDING_ARTICLES_MAX,
};

/// Takes a new article of `source` into account; its row is written already, and whoever writes has
/// the row of the source.
pub(super) async fn observe(
    db: &Db,
    source: i64,
    assessment: &Assessment,
    at: Timestamp,
) -> Result<()> {
    let standing = match kept(db, source).await? {
        None => anew(db, source).await?,
        Some(mut standing) => {
            let (verdict, log_ratio) = (assessment.verdict, assessment.log_ratio());
            standing.observe(&Observation {
                verdict,
                at,
                log_ratio,
            });
            standing
        }
    };
    keep(db, source, standing).await
}

async fn keep(db: &Db, source: i64, standing: Standing) -> Result<()> {
    let sql = "INSERT INTO standings (source_id, version, state) VALUES ($1, $2, $3)
               ON CONFLICT (source_id) DO UPDATE
                  SET version = excluded.version, state = excluded.state";
    let values = params![source, standing::VERSION, Json(standing)];
    db.change(sql, &values).await
}

/// Sees to it that the standing of every source is kept, so that no page has to add it up.
pub(super) async fn keep_missing(db: &Db) -> Result<()> {
    let sql = "SELECT id FROM sources
                WHERE NOT EXISTS (SELECT 1 FROM standings
                                   WHERE source_id = sources.id AND version = $1)
                ORDER BY id FOR NO KEY UPDATE";
    let missing: Vec<i64> = db.values(sql, &params![standing::VERSION]).await?;
    for source in missing {
        let standing = anew(db, source).await?;
        keep(db, source, standing).await?;
    }
    Ok(())
}

/// An article is judged again: if that changes what it says, what is kept of its source holds no
/// more. Comes before the new assessment is written.
pub(super) async fn revise(db: &Db, article: i64, assessment: &Assessment) -> Result<()> {
    let sql = "DELETE FROM standings WHERE source_id =
                   (SELECT source_id
                      FROM articles JOIN assessments ON assessments.id = assessment_id
                     WHERE articles.id = $1
                       AND (articles.verdict <> $2 OR log_ratio IS DISTINCT FROM $3))";
    let (verdict, log_ratio) = (assessment.verdict.as_str(), assessment.log_ratio());
    db.change(sql, &params![article, verdict, log_ratio]).await
}

/// See [`crate::store::Store::standing`].
pub(super) async fn get(db: &Db, source: &str) -> Result<Standing> {
    let sql = "SELECT id FROM sources WHERE name = $1";
    match db.maybe(sql, &params![source]).await? {
        Some(id) => of(db, id).await,
        None => Ok(Standing::default()),
    }
}

/// The standing of a source by its row.
pub(super) async fn of(db: &Db, source: i64) -> Result<Standing> {
    match kept(db, source).await? {
        Some(standing) => Ok(standing),
        None => anew(db, source).await,
    }
}

/// As it was kept; `None` where it has to be made anew.
pub(super) async fn kept(db: &Db, source: i64) -> Result<Option<Standing>> {
    let sql = "SELECT state FROM standings WHERE source_id = $1 AND version = $2";
    let read = |row: &Row| Ok(row.forgiving::<Json<Standing>>("state"));
    let found = db
        .optional(sql, &params![source, standing::VERSION], read)
        .await?;
    Ok(found.flatten().map(|state| state.0))
}

/// From the latest articles.
async fn anew(db: &Db, source: i64) -> Result<Standing> {
    let sql = "SELECT articles.verdict, articles.reason, fetched_at, log_ratio
                 FROM articles JOIN assessments ON assessments.id = assessment_id
                WHERE source_id = $1 AND NOT past
                ORDER BY articles.id DESC LIMIT $2";
    let mut articles = db
        .list(sql, &params![source, STANDING_ARTICLES_MAX], |row| {
            Ok(Observation {
                verdict: row.verdict()?,
                log_ratio: row.get("log_ratio")?,
                at: row.get("fetched_at")?,
            })
        })
        .await?;
    articles.reverse();
    let mut standing = Standing::default();
    for article in &articles {
        standing.observe(article);
    }
    Ok(standing)
}
