//! What reviewers said, as it is kept.

use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use super::column::{Millis, Named, time};
use crate::{
    model::{
        Context, Decision, Dismissal, Ended, Review, ReviewedFinding, RulePrecision, Timestamp,
    },
    store::limits::DISMISSALS_MAX,
};

/// The decision on a whole article that holds.
pub(super) fn standing(db: &Connection, article: i64) -> rusqlite::Result<Option<Decision>> {
    db.prepare_cached(
        "SELECT decision FROM reviews
          WHERE article_id = ?1 AND rule IS NULL AND ended_at IS NULL ORDER BY id DESC LIMIT 1",
    )?
    .query_row([article], |row| Ok(row.get::<_, Named<_>>(0)?.0))
    .optional()
}

/// The reviews of an article, oldest first.
pub(super) fn list(db: &Connection, article: i64) -> rusqlite::Result<Vec<Review>> {
    db.prepare_cached(&format!("{REVIEWS} WHERE article_id = ?1 ORDER BY id"))?
        .query_map([article], read)?
        .collect()
}

const REVIEWS: &str =
    "SELECT decision, by, at, note, rule, words, ended_at, ended_by, article_id FROM reviews";

fn read(row: &Row<'_>) -> rusqlite::Result<Review> {
    let rule: Option<String> = row.get("rule")?;
    let text: Option<String> = row.get("words")?;
    let by = row.get("ended_by")?;
    Ok(Review {
        decision: row.get::<_, Named<_>>("decision")?.0,
        by: row.get("by")?,
        at: row.get::<_, Millis>("at")?.0,
        note: row.get("note")?,
        finding: rule.map(|rule| ReviewedFinding {
            rule,
            text: text.unwrap_or_default(),
        }),
        ended: time(row, "ended_at")?.map(|at| Ended { at, by }),
    })
}

/// One of them.
pub(super) fn get(db: &Connection, review: i64) -> rusqlite::Result<Review> {
    db.prepare_cached(&format!("{REVIEWS} WHERE id = ?1"))?
        .query_row([review], read)
}

/// What was said under this key, and of which article.
pub(super) fn with_key(db: &Connection, key: &str) -> rusqlite::Result<Option<(i64, Review)>> {
    db.prepare_cached(&format!("{REVIEWS} WHERE key = ?1"))?
        .query_row([key], |row| Ok((row.get("article_id")?, read(row)?)))
        .optional()
}

/// Keeps a review; tells its row.
pub(super) fn insert(
    db: &Connection,
    article: i64,
    review: &Review,
    key: Option<&str>,
    batch: Option<i64>,
) -> rusqlite::Result<i64> {
    let finding = review.finding.as_ref();
    db.prepare_cached(
        "INSERT INTO reviews (article_id, decision, by, at, note, rule, words, batch, key)
         VALUES (:article, :decision, :by, :at, :note, :rule, :words, :batch, :key)",
    )?
    .execute(named_params! {
        ":article": article,
        ":decision": review.decision.as_str(),
        ":by": review.by,
        ":at": Millis(review.at),
        ":note": review.note,
        ":rule": finding.map(|finding| &finding.rule),
        ":words": finding.map(|finding| &finding.text),
        ":batch": batch,
        ":key": key,
    })?;
    Ok(db.last_insert_rowid())
}

/// A review holds no more.
pub(super) fn end(db: &Connection, review: i64, by: &str, at: Timestamp) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE reviews SET ended_at = ?2, ended_by = ?3 WHERE id = ?1 AND ended_at IS NULL",
    )?
    .execute(params![review, Millis(at), by])?;
    Ok(())
}

/// What was said of a whole article holds no more: it says something else.
pub(super) fn corrected(db: &Connection, article: i64, at: Timestamp) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE reviews SET ended_at = ?2
          WHERE article_id = ?1 AND rule IS NULL AND ended_at IS NULL",
    )?
    .execute(params![article, Millis(at)])?;
    Ok(())
}

/// See [`crate::store::Store::dismissals`].
pub(super) fn dismissals(db: &Connection, site: &str) -> rusqlite::Result<Vec<Dismissal>> {
    db.prepare_cached(
        "SELECT rule, words, before, after, by FROM dismissals
          WHERE site = ?1 ORDER BY review_id DESC LIMIT ?2",
    )?
    .query_map(params![site, DISMISSALS_MAX], |row| {
        Ok(Dismissal {
            rule: row.get("rule")?,
            context: Context {
                words: row.get("words")?,
                before: row.get("before")?,
                after: row.get("after")?,
            },
            by: row.get("by")?,
        })
    })?
    .collect()
}

/// See [`crate::store::Store::precision`]. What was said of one finding counts for its rule; where
/// nothing was, what was said of the article counts for all its rules.
pub(super) fn precision(db: &Connection) -> rusqlite::Result<Vec<RulePrecision>> {
    db.prepare_cached(
        "SELECT rule, count(*) FILTER (WHERE decision = 'confirmed') AS confirmed,
                count(*) FILTER (WHERE decision = 'dismissed') AS dismissed
           FROM (SELECT rule, decision FROM reviews WHERE rule IS NOT NULL AND ended_at IS NULL
                 UNION ALL
                 SELECT article_rules.rule, shelves.shelf
                   FROM shelves CROSS JOIN article_rules
                     ON article_rules.article_id = shelves.article_id
                  WHERE shelves.shelf IN ('confirmed', 'dismissed')
                    AND NOT EXISTS (SELECT 1 FROM reviews
                                     WHERE reviews.article_id = shelves.article_id
                                       AND reviews.rule = article_rules.rule
                                       AND reviews.ended_at IS NULL))
          GROUP BY rule ORDER BY rule",
    )?
    .query_map([], |row| {
        Ok(RulePrecision {
            rule: row.get("rule")?,
            confirmed: row.get("confirmed")?,
            dismissed: row.get("dismissed")?,
        })
    })?
    .collect()
}
