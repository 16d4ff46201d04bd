//! What reviewers decide: it is kept, moves the article, is remembered for its site, and can be taken
//! back.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, params};

use super::{articles, column::Millis, outbox, reviews, shelves};
use crate::{
    model::{Decision, Finding, Review, Timestamp, Verdict},
    score, site,
    store::{
        ArticleQuery, ArticleRow, Batch, JudgedBy, Ruled, Ruling, Withdrawal, news,
        ruling::{find, judged_again, reviewed, said_before},
    },
};

/// See [`crate::store::Store::decide`].
pub(super) fn decide(
    db: &Connection,
    article: i64,
    ruling: &Ruling,
    notify: &[String],
) -> rusqlite::Result<Ruled> {
    if let Some(key) = &ruling.key
        && let Some((of, review)) = reviews::with_key(db, key)?
    {
        return Ok(said_before(ruling, article, of, review));
    }
    let Some(row) = articles::get(db, article)? else {
        return Ok(Ruled::NoArticle);
    };
    let mut review = ruling.review.clone();
    let finding = match &ruling.finding {
        None => None,
        Some((rule, span)) => match find(&row, rule, span) {
            None => return Ok(Ruled::NoFinding),
            found => found,
        },
    };
    review.finding = finding.as_ref().map(|finding| reviewed(&row, finding));
    let id = reviews::insert(db, article, &review, ruling.key.as_deref(), None)?;
    if let Some(finding) = &finding {
        forget(db, &row, finding, None)?;
        if review.decision == Decision::Dismissed {
            remember(db, id, &row, finding, &review.by)?;
        }
        judge_again(db, article, &ruling.judged_by, review.at)?;
    } else {
        shelves::put(db, article, row.verdict)?;
    }
    let review = reviews::get(db, id)?;
    tell(db, article, &review, notify)?;
    Ok(Ruled::Done(review))
}

fn remember(
    db: &Connection,
    review: i64,
    row: &ArticleRow,
    finding: &Finding,
    by: &str,
) -> rusqlite::Result<()> {
    let Some(site) = site::name(&row.url) else {
        return Ok(());
    };
    let context = score::context(&row.body, finding);
    db.prepare_cached(
        "INSERT INTO dismissals (review_id, site, rule, words, before, after, by)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        review,
        site,
        finding.rule,
        context.words,
        context.before,
        context.after,
        by
    ])?;
    Ok(())
}

/// Drops what is remembered of these words on this site; tells the reviews that said it and their articles.
/// Where somebody takes it back, the reviews end.
fn forget(
    db: &Connection,
    row: &ArticleRow,
    finding: &Finding,
    ended: Option<(&str, Timestamp)>,
) -> rusqlite::Result<BTreeMap<i64, i64>> {
    let Some(site) = site::name(&row.url) else {
        return Ok(BTreeMap::new());
    };
    let context = score::context(&row.body, finding);
    let said: Vec<i64> = db
        .prepare_cached(
            "DELETE FROM dismissals
              WHERE site = ?1 AND rule = ?2 AND words = ?3 AND before = ?4 AND after = ?5
             RETURNING review_id",
        )?
        .query_map(
            params![
                site,
                finding.rule,
                context.words,
                context.before,
                context.after
            ],
            |row| row.get(0),
        )?
        .collect::<rusqlite::Result<_>>()?;
    let mut articles = BTreeMap::new();
    for review in said {
        if let Some((by, at)) = ended {
            reviews::end(db, review, by, at)?;
        }
        let article = db
            .prepare_cached("SELECT article_id FROM reviews WHERE id = ?1")?
            .query_row([review], |row| row.get(0))?;
        articles.insert(review, article);
    }
    Ok(articles)
}

/// Draws the conclusion about an article anew, by what is remembered of its site now.
fn judge_again(
    db: &Connection,
    article: i64,
    judged_by: &JudgedBy,
    at: Timestamp,
) -> rusqlite::Result<()> {
    let Some(row) = articles::get(db, article)? else {
        return Ok(());
    };
    let remembered = match site::name(&row.url) {
        Some(site) => reviews::dismissals(db, site)?,
        None => Vec::new(),
    };
    match judged_again(&row, &remembered, judged_by) {
        None => Ok(()),
        Some(now) => articles::put_assessment(db, article, &now, at),
    }
}

/// See [`crate::store::Store::withdraw`].
pub(super) fn withdraw(
    db: &Connection,
    article: i64,
    withdrawal: &Withdrawal,
    notify: &[String],
) -> rusqlite::Result<Ruled> {
    let Some(row) = articles::get(db, article)? else {
        return Ok(Ruled::NoArticle);
    };
    let (by, at) = (withdrawal.by.as_str(), withdrawal.at);
    let ended = if let Some((rule, span)) = &withdrawal.finding {
        let Some(finding) = find(&row, rule, span) else {
            return Ok(Ruled::NoFinding);
        };
        let ended = forget(db, &row, &finding, Some((by, at)))?;
        let articles: BTreeSet<i64> = ended.values().copied().chain([article]).collect();
        for article in articles {
            judge_again(db, article, &withdrawal.judged_by, at)?;
        }
        ended.into_keys().next_back()
    } else {
        let last = db
            .prepare_cached(
                "SELECT id FROM reviews WHERE article_id = ?1 AND rule IS NULL
                    AND ended_at IS NULL ORDER BY id DESC LIMIT 1",
            )?
            .query_row([article], |row| row.get(0))
            .optional()?;
        if let Some(last) = last {
            reviews::end(db, last, by, at)?;
            shelves::put(db, article, row.verdict)?;
        }
        last
    };
    let Some(ended) = ended else {
        return Ok(Ruled::NoFinding);
    };
    let review = reviews::get(db, ended)?;
    tell(db, article, &review, notify)?;
    Ok(Ruled::Done(review))
}

/// See [`crate::store::Store::decide_all`].
pub(super) fn decide_all(
    db: &Connection,
    query: &ArticleQuery,
    review: &Review,
    notify: &[String],
) -> rusqlite::Result<Batch> {
    let mut batch = Batch::default();
    for article in shelves::list(db, query)? {
        let Some(verdict) = verdict_of(db, article)? else {
            continue;
        };
        let id = reviews::insert(db, article, review, None, Some(batch.id))?;
        if batch.articles == 0 {
            batch.id = id;
            db.prepare_cached("UPDATE reviews SET batch = id WHERE id = ?1")?
                .execute([id])?;
        }
        batch.articles += 1;
        shelves::put(db, article, verdict)?;
        tell(db, article, review, notify)?;
    }
    Ok(batch)
}

/// See [`crate::store::Store::withdraw_all`].
pub(super) fn withdraw_all(
    db: &Connection,
    batch: i64,
    by: &str,
    at: Timestamp,
) -> rusqlite::Result<u64> {
    let articles: Vec<i64> = db
        .prepare_cached(
            "UPDATE reviews SET ended_at = ?2, ended_by = ?3
              WHERE batch = ?1 AND ended_at IS NULL RETURNING article_id",
        )?
        .query_map(params![batch, Millis(at), by], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    for article in &articles {
        if let Some(verdict) = verdict_of(db, *article)? {
            shelves::put(db, *article, verdict)?;
        }
    }
    Ok(articles.len() as u64)
}

fn verdict_of(db: &Connection, article: i64) -> rusqlite::Result<Option<Verdict>> {
    db.prepare_cached("SELECT verdict, reason FROM articles WHERE id = ?1")?
        .query_row([article], super::column::verdict)
        .optional()
}

/// Puts the news in for every channel.
fn tell(db: &Connection, article: i64, review: &Review, notify: &[String]) -> rusqlite::Result<()> {
    if notify.is_empty() {
        return Ok(());
    }
    if let Some(row) = articles::get(db, article)? {
        let at = review.ended.as_ref().map_or(review.at, |ended| ended.at);
        outbox::put(db, notify, &news::decided(&row, review), at)?;
    }
    Ok(())
}
