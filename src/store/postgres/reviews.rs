//! What reviewers said, as it is kept.

use std::collections::HashMap;

use super::{
    failure::Result,
    session::Db,
    value::{Named, Row, params},
};
use crate::{
    model::{
        Context, Decision, Dismissal, Ended, Review, ReviewedFinding, RulePrecision, Timestamp,
    },
    store::limits::DISMISSALS_MAX,
};

const REVIEWS: &str = "
    SELECT article_id, decision, by, at, note, rule, words, ended_at, ended_by FROM reviews";

/// The decision on a whole article that holds, of its reviews.
pub(super) fn standing_of(reviews: &[Review]) -> Option<Decision> {
    let mut holding = reviews.iter().rev();
    let last = holding.find(|review| review.finding.is_none() && review.ended.is_none());
    last.map(|review| review.decision)
}

/// The same by the row of the article.
pub(super) async fn standing(db: &Db, article: i64) -> Result<Option<Decision>> {
    let sql = "SELECT decision FROM reviews
                WHERE article_id = $1 AND rule IS NULL AND ended_at IS NULL
                ORDER BY id DESC LIMIT 1";
    let last: Option<Named<Decision>> = db.maybe(sql, &params![article]).await?;
    Ok(last.map(|decision| decision.0))
}

/// The reviews of articles, oldest first.
pub(super) async fn of(db: &Db, articles: &[i64]) -> Result<HashMap<i64, Result<Vec<Review>>>> {
    let sql = format!("{REVIEWS} WHERE article_id = ANY($1) ORDER BY id");
    let rows = db
        .list(&sql, &params![articles.to_vec()], |row| {
            Ok((row.get("article_id")?, read(row)))
        })
        .await?;
    let mut known = HashMap::new();
    for (article, review) in rows {
        let own = known.entry(article).or_insert_with(|| Ok(Vec::new()));
        match (own, review) {
            (Ok(reviews), Ok(review)) => reviews.push(review),
            (own, Err(why)) => *own = Err(why),
            (Err(_), Ok(_)) => {}
        }
    }
    Ok(known)
}

fn read(row: &Row) -> Result<Review> {
    let decision: Named<Decision> = row.get("decision")?;
    let (rule, words): (Option<String>, Option<String>) = (row.get("rule")?, row.get("words")?);
    let (ended_at, ended_by): (Option<Timestamp>, _) = (row.get("ended_at")?, row.get("ended_by")?);
    Ok(Review {
        decision: decision.0,
        by: row.get("by")?,
        at: row.get("at")?,
        note: row.get("note")?,
        finding: rule.map(|rule| ReviewedFinding {
            rule,
            text: words.unwrap_or_default(),
        }),
        ended: ended_at.map(|at| Ended { at, by: ended_by }),
    })
}

/// One of them.
pub(super) async fn get(db: &Db, review: i64) -> Result<Review> {
    let sql = format!("{REVIEWS} WHERE id = $1");
    db.one(&sql, &params![review], read).await
}

/// What was said under this key, and of which article.
pub(super) async fn with_key(db: &Db, key: &str) -> Result<Option<(i64, Review)>> {
    let sql = format!("{REVIEWS} WHERE key = $1");
    let read = |row: &Row| Ok((row.get("article_id")?, read(row)?));
    db.optional(&sql, &params![key], read).await
}

/// Keeps a review; tells its row.
pub(super) async fn insert(
    db: &Db,
    article: i64,
    review: &Review,
    key: Option<&str>,
    batch: Option<i64>,
) -> Result<i64> {
    let finding = review.finding.as_ref();
    let sql = "INSERT INTO reviews (article_id, decision, by, at, note, rule, words, batch, key)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) RETURNING id";
    let values = params![
        article,
        review.decision.as_str(),
        &review.by,
        review.at,
        &review.note,
        finding.map(|finding| &finding.rule),
        finding.map(|finding| &finding.text),
        batch,
        key,
    ];
    db.value(sql, &values).await
}

/// A review holds no more.
pub(super) async fn end(db: &Db, review: i64, by: &str, at: Timestamp) -> Result<()> {
    let sql = "UPDATE reviews SET ended_at = $2, ended_by = $3
                WHERE id = $1 AND ended_at IS NULL";
    db.change(sql, &params![review, at, by]).await
}

/// What was said of a whole article holds no more: it says something else.
pub(super) async fn corrected(db: &Db, article: i64, at: Timestamp) -> Result<()> {
    let sql = "UPDATE reviews SET ended_at = $2
                WHERE article_id = $1 AND rule IS NULL AND ended_at IS NULL";
    db.change(sql, &params![article, at]).await
}

/// See [`crate::store::Store::dismissals`].
pub(super) async fn dismissals(db: &Db, site: &str) -> Result<Vec<Dismissal>> {
    let sql = "SELECT rule, words, before, after, by FROM dismissals
                WHERE site = $1 ORDER BY review_id DESC LIMIT $2";
    db.list(sql, &params![site, DISMISSALS_MAX], |row| {
        let context = Context {
            words: row.get("words")?,
            before: row.get("before")?,
            after: row.get("after")?,
        };
        Ok(Dismissal {
            rule: row.get("rule")?,
            context,
            by: row.get("by")?,
        })
    })
    .await
}

/// See [`crate::store::Store::precision`]. What was said of one finding counts for its rule; where
/// nothing was, what was said of the article counts for all its rules.
pub(super) async fn precision(db: &Db) -> Result<Vec<RulePrecision>> {
    let sql = "
        SELECT rule, count(*) FILTER (WHERE said = 'confirmed') AS confirmed,
               count(*) FILTER (WHERE said = 'dismissed') AS dismissed
          FROM (SELECT rule, decision AS said FROM reviews
                 WHERE rule IS NOT NULL AND ended_at IS NULL
                UNION ALL
                SELECT own.rule, shelf
                  FROM shelves JOIN article_rules AS own USING (article_id)
                 WHERE shelf IN ('confirmed', 'dismissed')
                   AND NOT EXISTS (SELECT 1 FROM reviews
                                    WHERE reviews.article_id = own.article_id
                                      AND reviews.rule = own.rule AND ended_at IS NULL)) AS words
         GROUP BY rule ORDER BY rule";
    db.list(sql, &params![], |row| {
        let (confirmed, dismissed) = (row.get("confirmed")?, row.get("dismissed")?);
        Ok(RulePrecision {
            rule: row.get("rule")?,
            confirmed,
            dismissed,
        })
    })
    .await
}
