//! What reviewers decide: it is kept, moves the article, is remembered for its site, and can be taken
//! back.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    articles,
    failure::Result,
    locks, outbox, reviews,
    session::Db,
    shelves,
    value::{Row, params},
};
use crate::{
    model::{Decision, Finding, Review, Timestamp, Verdict},
    score, site,
    store::{
        ArticleQuery, ArticleRow, Batch, JudgedBy, Ruled, Ruling, Withdrawal, news,
        ruling::{find, judged_again, reviewed, said_before},
    },
};

/// See [`crate::store::Store::decide`].
pub(super) async fn decide(
    db: &Db,
    article: i64,
    ruling: &Ruling,
    notify: &[String],
) -> Result<Ruled> {
    let key = ruling.key.as_deref();
    if let Some(key) = key
        && let Some((of, review)) = reviews::with_key(db, key).await?
    {
        return Ok(said_before(ruling, article, of, review));
    }
    locks::articles(db, &[article]).await?;
    let Some(row) = articles::get(db, article).await? else {
        return Ok(Ruled::NoArticle);
    };
    let finding = match &ruling.finding {
        None => None,
        Some((rule, span)) => match find(&row, rule, span) {
            None => return Ok(Ruled::NoFinding),
            found => found,
        },
    };
    let mut review = ruling.review.clone();
    review.finding = finding.as_ref().map(|finding| reviewed(&row, finding));
    let id = reviews::insert(db, article, &review, key, None).await?;
    match &finding {
        None => shelves::put(db, article, row.verdict).await?,
        Some(finding) => {
            forget(db, &row, finding, None).await?;
            if review.decision == Decision::Dismissed {
                remember(db, id, &row, finding, &review.by).await?;
            }
            judge_again(db, article, &ruling.judged_by, review.at).await?;
        }
    }
    let review = reviews::get(db, id).await?;
    tell(db, article, &review, notify).await?;
    Ok(Ruled::Done(review))
}

async fn remember(
    db: &Db,
    review: i64,
    row: &ArticleRow,
    finding: &Finding,
    by: &str,
) -> Result<()> {
    let Some(site) = site::name(&row.url) else {
        return Ok(());
    };
    let said = score::context(&row.body, finding);
    let sql = "INSERT INTO dismissals (review_id, site, rule, words, before, after, by)
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    let rule = finding.rule.to_string();
    let values = params![review, site, rule, said.words, said.before, said.after, by];
    db.execute(sql, &values).await?;
    Ok(())
}

/// Drops what is remembered of these words on this site; tells the reviews that said it and their articles.
/// Where somebody takes it back, the reviews end.
async fn forget(
    db: &Db,
    row: &ArticleRow,
    finding: &Finding,
    ended: Option<(&str, Timestamp)>,
) -> Result<BTreeMap<i64, i64>> {
    let Some(site) = site::name(&row.url) else {
        return Ok(BTreeMap::new());
    };
    let said = score::context(&row.body, finding);
    let sql = "DELETE FROM dismissals USING reviews
                WHERE site = $1 AND dismissals.rule = $2 AND dismissals.words = $3
                  AND before = $4 AND after = $5 AND reviews.id = review_id
               RETURNING review_id, article_id";
    let rule = finding.rule.to_string();
    let values = params![site, rule, said.words, said.before, said.after];
    let read = |row: &Row| Ok((row.get("review_id")?, row.get("article_id")?));
    let articles: BTreeMap<i64, i64> = db.list(sql, &values, read).await?.into_iter().collect();
    if let Some((by, at)) = ended {
        for review in articles.keys() {
            reviews::end(db, *review, by, at).await?;
        }
    }
    Ok(articles)
}

/// Draws the conclusion about an article anew, by what is remembered of its site now.
async fn judge_again(db: &Db, article: i64, judged_by: &JudgedBy, at: Timestamp) -> Result<()> {
    let Some(row) = articles::get(db, article).await? else {
        return Ok(());
    };
    let remembered = match site::name(&row.url) {
        Some(site) => reviews::dismissals(db, site).await?,
        None => Vec::new(),
    };
    match judged_again(&row, &remembered, judged_by) {
        Some(now) => articles::put_assessment(db, article, &now, at).await,
        None => Ok(()),
    }
}

/// See [`crate::store::Store::withdraw`].
pub(super) async fn withdraw(
    db: &Db,
    article: i64,
    withdrawal: &Withdrawal,
    notify: &[String],
) -> Result<Ruled> {
    let Some(row) = articles::get(db, article).await? else {
        return Ok(Ruled::NoArticle);
    };
    let ended = match &withdrawal.finding {
        None => withdraw_last(db, &row, withdrawal).await?,
        Some((rule, span)) => match find(&row, rule, span) {
            None => None,
            Some(finding) => withdraw_finding(db, &row, &finding, withdrawal).await?,
        },
    };
    let Some(ended) = ended else {
        return Ok(Ruled::NoFinding);
    };
    let review = reviews::get(db, ended).await?;
    tell(db, article, &review, notify).await?;
    Ok(Ruled::Done(review))
}

/// The last word on a whole article; tells the review that ended.
async fn withdraw_last(db: &Db, row: &ArticleRow, withdrawal: &Withdrawal) -> Result<Option<i64>> {
    locks::articles(db, &[row.id]).await?;
    let sql = "SELECT id FROM reviews
                WHERE article_id = $1 AND rule IS NULL AND ended_at IS NULL
                ORDER BY id DESC LIMIT 1";
    let last: Option<i64> = db.maybe(sql, &params![row.id]).await?;
    if let Some(last) = last {
        reviews::end(db, last, &withdrawal.by, withdrawal.at).await?;
        shelves::put(db, row.id, row.verdict).await?;
    }
    Ok(last)
}

/// What was said of a finding in these words, wherever on the site; tells the last review that ended.
async fn withdraw_finding(
    db: &Db,
    row: &ArticleRow,
    finding: &Finding,
    withdrawal: &Withdrawal,
) -> Result<Option<i64>> {
    let by = Some((withdrawal.by.as_str(), withdrawal.at));
    let ended = forget(db, row, finding, by).await?;
    let articles: BTreeSet<i64> = ended.values().copied().chain([row.id]).collect();
    let articles: Vec<i64> = articles.into_iter().collect();
    locks::articles(db, &articles).await?;
    for article in articles {
        judge_again(db, article, &withdrawal.judged_by, withdrawal.at).await?;
    }
    Ok(ended.into_keys().next_back())
}

/// See [`crate::store::Store::decide_all`].
pub(super) async fn decide_all(
    db: &Db,
    query: &ArticleQuery,
    review: &Review,
    notify: &[String],
) -> Result<Batch> {
    let mut batch = Batch::default();
    let articles = shelves::list(db, query).await?;
    locks::articles(db, &articles).await?;
    for article in articles {
        let Some(verdict) = verdict_of(db, article).await? else {
            continue;
        };
        let id = reviews::insert(db, article, review, None, Some(batch.id)).await?;
        if batch.articles == 0 {
            batch.id = id;
            let sql = "UPDATE reviews SET batch = id WHERE id = $1";
            db.execute(sql, &params![id]).await?;
        }
        batch.articles += 1;
        shelves::put(db, article, verdict).await?;
        tell(db, article, review, notify).await?;
    }
    Ok(batch)
}

/// See [`crate::store::Store::withdraw_all`].
pub(super) async fn withdraw_all(db: &Db, batch: i64, by: &str, at: Timestamp) -> Result<u64> {
    let sql = "SELECT article_id FROM reviews WHERE batch = $1 AND ended_at IS NULL";
    let articles: Vec<i64> = db.values(sql, &params![batch]).await?;
    locks::articles(db, &articles).await?;
    let sql = "UPDATE reviews SET ended_at = $2, ended_by = $3
                WHERE batch = $1 AND ended_at IS NULL RETURNING article_id";
    let articles: Vec<i64> = db.values(sql, &params![batch, at, by]).await?;
    for article in &articles {
        if let Some(verdict) = verdict_of(db, *article).await? {
            shelves::put(db, *article, verdict).await?;
        }
    }
    Ok(articles.len() as u64)
}

async fn verdict_of(db: &Db, article: i64) -> Result<Option<Verdict>> {
    let sql = "SELECT verdict, reason FROM articles WHERE id = $1";
    db.optional(sql, &params![article], |row| row.verdict())
        .await
}

/// Puts the news in for every channel.
async fn tell(db: &Db, article: i64, review: &Review, notify: &[String]) -> Result<()> {
    if notify.is_empty() {
        return Ok(());
    }
    let Some(row) = articles::get(db, article).await? else {
        return Ok(());
    };
    let at = review.ended.as_ref().map_or(review.at, |ended| ended.at);
    outbox::put(db, notify, &news::decided(&row, review), at).await
}
