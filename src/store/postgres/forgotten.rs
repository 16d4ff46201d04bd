//! A source and everything that was collected of it, taken out.

use super::{
    care,
    failure::Result,
    locks, retention,
    session::{Db, Mode},
    value::params,
};
use crate::{
    model::PostgresUrl,
    store::{Forgotten, OpenError},
};

/// What else is to be said of articles than what age takes out of the store.
const OF_ARTICLES: [&str; 2] = [
    "DELETE FROM dismissals WHERE review_id IN
         (SELECT id FROM reviews WHERE article_id = ANY($1))",
    "DELETE FROM reviews WHERE article_id = ANY($1)",
];

/// Tables that say something of a source, each before what it refers to.
const OF_SOURCES: [&str; 9] = [
    "DELETE FROM urls WHERE source_id = $1",
    "UPDATE urls SET backfill_id = NULL WHERE backfill_id IN
         (SELECT id FROM backfills WHERE source_id = $1)",
    "DELETE FROM backfill_links WHERE backfill_id IN
         (SELECT id FROM backfills WHERE source_id = $1)",
    "DELETE FROM backfills WHERE source_id = $1",
    "DELETE FROM standings WHERE source_id = $1",
    "DELETE FROM shelf_counts WHERE source_id = $1",
    "DELETE FROM source_days WHERE source_id = $1",
    "DELETE FROM opinion_calls WHERE source = (SELECT name FROM sources WHERE id = $1)",
    "DELETE FROM sources WHERE id = $1",
];

/// See [`crate::store::forget_source`]. Workers may go on meanwhile.
pub(in crate::store) fn forget(
    url: &PostgresUrl,
    source: &str,
    is_for_show: bool,
) -> std::result::Result<Option<Forgotten>, OpenError> {
    care::with(url, care::Schema::UpToDate, async |pool| {
        let db = Db::begin(pool, Mode::Write).await?;
        let forgotten = take_out(&db, source, is_for_show).await?;
        db.commit().await?;
        Ok(forgotten)
    })
}

/// In one transaction, so that nothing is half forgotten.
async fn take_out(db: &Db, source: &str, is_for_show: bool) -> Result<Option<Forgotten>> {
    let sql = "SELECT id FROM sources WHERE name = $1 FOR UPDATE";
    let Some(id) = db.maybe::<i64>(sql, &params![source]).await? else {
        return Ok(None);
    };
    let of_source = params![id];
    let reviews = "SELECT count(*) FROM reviews JOIN articles ON articles.id = article_id
                    WHERE source_id = $1";
    let articles = "SELECT id FROM articles WHERE source_id = $1 ORDER BY id";
    let articles: Vec<i64> = db.values(articles, &of_source).await?;
    let urls = "SELECT count(*) FROM urls WHERE source_id = $1";
    let forgotten = Forgotten {
        articles: articles.len() as u64,
        reviews: db.value(reviews, &of_source).await?,
        urls: db.value(urls, &of_source).await?,
    };
    if !is_for_show {
        locks::articles(db, &articles).await?;
        for sql in OF_ARTICLES {
            db.execute(sql, &params![articles.clone()]).await?;
        }
        retention::drop_articles(db, &articles).await?;
        for sql in OF_SOURCES {
            db.execute(sql, &of_source).await?;
        }
    }
    Ok(Some(forgotten))
}
