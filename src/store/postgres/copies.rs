//! Fingerprints of texts, found by their keys, and the clusters of articles that carry one text.
//!
//! What is found depends on what is written already: only one at a time looks up and writes texts that
//! have a key in common ([`locks::copies_of`]), and only one at a time changes a cluster.

use std::collections::HashMap;

use url::Url;

use super::{
    failure::{Result, unreadable},
    locks,
    session::Db,
    value::{Row, params},
};
use crate::{
    canonical::same_site,
    copies::{Fingerprint, WordsDigest},
    model::{CopyKind, Timestamp},
    store::{
        Cluster, CopyRow,
        limits::{ALIASES_MAX, CANDIDATES_MAX, CLUSTER_MAX, FINGERPRINTS_MAX, POSTINGS_MAX},
    },
};

/// Fingerprints dropped in one transaction: other writes go in between.
pub(super) const FORGET_BATCH: u64 = 200;

/// Replaces the fingerprint of an article, finds its copies among the others and joins them.
pub(super) async fn put(
    db: &Db,
    article: i64,
    fingerprint: Option<&Fingerprint>,
) -> Result<Option<CopyKind>> {
    forget_some(db, &[article]).await?;
    let Some(fingerprint) = fingerprint else {
        return Ok(None);
    };
    locks::copies_of(db, fingerprint).await?;
    let exact = with_digest(db, fingerprint.digest).await?;
    let near = similar(db, fingerprint).await?;
    add(db, article, fingerprint).await?;
    let others: Vec<i64> = exact.into_iter().chain(near.iter().copied()).collect();
    if !others.is_empty() {
        hold_clusters(db, &[others.as_slice(), &[article]].concat()).await?;
    }
    for other in others {
        join(db, article, other).await?;
    }
    Ok(match (exact, near.as_slice()) {
        (Some(_), _) => Some(CopyKind::Exact),
        (None, [_, ..]) => Some(CopyKind::Near),
        (None, []) => None,
    })
}

fn keys(fingerprint: &Fingerprint) -> Vec<i64> {
    // They have 48 bits.
    let keys = fingerprint.keys().iter();
    keys.map(|key| i64::try_from(*key).unwrap_or(i64::MAX))
        .collect()
}

async fn add(db: &Db, article: i64, fingerprint: &Fingerprint) -> Result<()> {
    let sql = "INSERT INTO fingerprints (article_id, read_at, digest, sketch)
               SELECT id, last_fetched_at, $2, $3 FROM articles WHERE id = $1";
    let (digest, sketch) = (fingerprint.digest.0.as_slice(), fingerprint.sketch_bytes());
    db.change(sql, &params![article, digest, sketch]).await?;
    let sql = "INSERT INTO fingerprint_keys (key, article_id)
               SELECT key, $2::bigint FROM unnest($1::bigint[]) AS key";
    db.change(sql, &params![keys(fingerprint), article]).await
}

/// Drops fingerprints with their keys.
async fn forget_some(db: &Db, articles: &[i64]) -> Result<()> {
    let sql = "SELECT article_id, digest, sketch FROM fingerprints WHERE article_id = ANY($1)";
    let known = db
        .list(sql, &params![articles.to_vec()], |row| {
            Ok((row.get::<i64>("article_id")?, read(row)?))
        })
        .await?;
    for (article, fingerprint) in known {
        let sql = "DELETE FROM fingerprint_keys WHERE key = ANY($1) AND article_id = $2";
        db.change(sql, &params![keys(&fingerprint), article])
            .await?;
    }
    let sql = "DELETE FROM fingerprints WHERE article_id = ANY($1)";
    db.change(sql, &params![articles.to_vec()]).await
}

fn read(row: &Row) -> Result<Fingerprint> {
    let (digest, sketch): (Vec<u8>, Vec<u8>) = (row.get("digest")?, row.get("sketch")?);
    let digest = <[u8; 16]>::try_from(digest).ok();
    let found = digest.and_then(|digest| Fingerprint::from_bytes(WordsDigest(digest), &sketch));
    found.ok_or_else(|| {
        let article = row.get::<i64>("article_id").unwrap_or_default();
        unreadable("a sketch", &article.to_string(), &"not ascending")
    })
}

/// An article with the same words.
async fn with_digest(db: &Db, digest: WordsDigest) -> Result<Option<i64>> {
    let sql = "SELECT article_id FROM fingerprints
                WHERE digest = $1 ORDER BY article_id DESC LIMIT 1";
    db.maybe(sql, &params![digest.0.as_slice()]).await
}

/// Articles whose text is a copy of this one.
async fn similar(db: &Db, fingerprint: &Fingerprint) -> Result<Vec<i64>> {
    let sql = "
        SELECT article_id, digest, sketch
          FROM (SELECT own.article_id, count(*) AS shared
                  FROM unnest($1::bigint[]) AS asked (key)
                 CROSS JOIN LATERAL (
                       SELECT article_id FROM fingerprint_keys
                        WHERE fingerprint_keys.key = asked.key
                        ORDER BY article_id DESC LIMIT $2) AS own
                 GROUP BY own.article_id
                 ORDER BY shared DESC, own.article_id DESC LIMIT $3) AS candidates
          JOIN fingerprints USING (article_id)
         ORDER BY shared DESC, article_id DESC";
    let values = params![keys(fingerprint), POSTINGS_MAX, CANDIDATES_MAX];
    let candidates = db.list(sql, &values, |row| Ok((row.get("article_id")?, read(row)?)));
    let copies = candidates.await?.into_iter();
    let copies = copies.filter(|(_, other)| fingerprint.is_copy_of(other));
    Ok(copies.map(|(article, _)| article).collect())
}

/// Keeps others from changing the clusters of these articles.
async fn hold_clusters(db: &Db, articles: &[i64]) -> Result<()> {
    let members = "SELECT DISTINCT cluster_id FROM copies
                    WHERE article_id = ANY($1) ORDER BY cluster_id";
    let mut known: Vec<i64> = db.values(members, &params![articles.to_vec()]).await?;
    loop {
        let sql = "SELECT 1 FROM clusters WHERE id = ANY($1) ORDER BY id FOR UPDATE";
        db.change(sql, &params![known.clone()]).await?;
        // Whoever was waited for may have moved them.
        let now: Vec<i64> = db.values(members, &params![articles.to_vec()]).await?;
        if now == known {
            return Ok(());
        }
        known = now;
    }
}

/// Makes two articles members of one cluster, unless that would be too large.
async fn join(db: &Db, article: i64, other: i64) -> Result<()> {
    let (mine, theirs) = (cluster_of(db, article).await?, cluster_of(db, other).await?);
    let cluster = match (mine, theirs) {
        (Some(mine), Some(theirs)) if mine == theirs => return Ok(()),
        (Some(mine), Some(theirs)) => {
            if size(db, mine).await? + size(db, theirs).await? > CLUSTER_MAX {
                return Ok(());
            }
            unite(db, mine.max(theirs), mine.min(theirs)).await?;
            mine.min(theirs)
        }
        (Some(cluster), None) | (None, Some(cluster)) => {
            if size(db, cluster).await? >= CLUSTER_MAX {
                return Ok(());
            }
            let outside = if mine.is_none() { article } else { other };
            enter(db, cluster, vec![outside]).await?;
            cluster
        }
        (None, None) => {
            let first = article.min(other);
            let sql = "INSERT INTO clusters (id, first_id, articles, sources)
                       VALUES ($1, $1, 0, 0)";
            db.change(sql, &params![first]).await?;
            enter(db, first, vec![article, other]).await?;
            first
        }
    };
    summarise(db, cluster).await
}

async fn cluster_of(db: &Db, article: i64) -> Result<Option<i64>> {
    let sql = "SELECT cluster_id FROM copies WHERE article_id = $1";
    db.maybe(sql, &params![article]).await
}

async fn size(db: &Db, cluster: i64) -> Result<u64> {
    let sql = "SELECT articles FROM clusters WHERE id = $1";
    db.value(sql, &params![cluster]).await
}

async fn enter(db: &Db, cluster: i64, articles: Vec<i64>) -> Result<()> {
    let sql = "INSERT INTO copies (article_id, cluster_id)
               SELECT article, $2::bigint FROM unnest($1::bigint[]) AS article";
    db.change(sql, &params![articles, cluster]).await
}

async fn unite(db: &Db, from: i64, into: i64) -> Result<()> {
    let sql = "UPDATE copies SET cluster_id = $2 WHERE cluster_id = $1";
    db.change(sql, &params![from, into]).await?;
    let sql = "DELETE FROM clusters WHERE id = $1";
    db.change(sql, &params![from]).await
}

/// Keeps what lists show of a cluster.
async fn summarise(db: &Db, cluster: i64) -> Result<()> {
    let sql = "
        WITH members AS (
             SELECT id, source_id, fetched_at FROM articles
              WHERE id IN (SELECT article_id FROM copies WHERE cluster_id = $1))
        UPDATE clusters
           SET articles = (SELECT count(*) FROM members),
               sources = (SELECT count(DISTINCT source_id) FROM members),
               first_id = (SELECT id FROM members ORDER BY fetched_at, id LIMIT 1)
         WHERE id = $1";
    db.change(sql, &params![cluster]).await
}

/// Takes an article that is about to go out of everything here. A cluster that one article is left of is
/// none.
pub(super) async fn leave(db: &Db, article: i64) -> Result<()> {
    forget_some(db, &[article]).await?;
    hold_clusters(db, &[article]).await?;
    let Some(cluster) = cluster_of(db, article).await? else {
        return Ok(());
    };
    let sql = "DELETE FROM copies WHERE article_id = $1";
    db.change(sql, &params![article]).await?;
    let sql = "SELECT count(*) FROM copies WHERE cluster_id = $1";
    if db.value::<u64>(sql, &params![cluster]).await? > 1 {
        return summarise(db, cluster).await;
    }
    let sql = "DELETE FROM copies WHERE cluster_id = $1";
    db.change(sql, &params![cluster]).await?;
    let sql = "DELETE FROM clusters WHERE id = $1";
    db.change(sql, &params![cluster]).await
}

/// An article of this source, on the same site, with exactly these words.
pub(super) async fn same_text(
    db: &Db,
    source: i64,
    url: &Url,
    digest: WordsDigest,
) -> Result<Option<i64>> {
    let sql = "SELECT id, url FROM fingerprints JOIN articles ON id = article_id
                WHERE digest = $1 AND source_id = $2 ORDER BY id LIMIT $3";
    let values = params![digest.0.as_slice(), source, POSTINGS_MAX];
    let found: Vec<(i64, Url)> = db
        .list(sql, &values, |row| Ok((row.get("id")?, row.get("url")?)))
        .await?;
    let mut on_site = found.iter().filter(|(_, other)| same_site(other, url));
    Ok(on_site.next().map(|(article, _)| *article))
}

/// Notes another address of an article, while there is room.
pub(super) async fn add_alias(db: &Db, url: &Url, article: i64, at: Timestamp) -> Result<()> {
    let sql = "INSERT INTO aliases (url, article_id, at)
               SELECT $1, $2::bigint, $3::bigint
                WHERE (SELECT count(*) FROM aliases WHERE article_id = $2) < $4
               ON CONFLICT (url) DO NOTHING";
    db.change(sql, &params![url, article, at, ALIASES_MAX])
        .await
}

/// The article that this address was found to be another one of.
pub(super) async fn aliased(db: &Db, url: &Url) -> Result<Option<i64>> {
    let sql = "SELECT article_id FROM aliases WHERE url = $1";
    db.maybe(sql, &params![url]).await
}

/// The address has an article of its own by now.
pub(super) async fn remove_alias(db: &Db, url: &Url) -> Result<()> {
    db.change("DELETE FROM aliases WHERE url = $1", &params![url])
        .await?;
    Ok(())
}

/// Other addresses of an article, oldest first.
pub(super) async fn aliases(db: &Db, article: i64, limit: usize) -> Result<Vec<Url>> {
    let sql = "SELECT url FROM aliases WHERE article_id = $1 ORDER BY at, url LIMIT $2";
    db.values(sql, &params![article, limit]).await
}

const CLUSTERS: &str = "
    SELECT copies.article_id, clusters.id, clusters.articles, clusters.sources, first_id,
           sources.name, articles.fetched_at
      FROM copies
      JOIN clusters ON clusters.id = cluster_id
      JOIN articles ON articles.id = first_id
      JOIN sources ON sources.id = source_id
     WHERE copies.article_id = ANY($1)";

/// The clusters of articles, by their rows.
pub(super) async fn clusters(db: &Db, articles: &[i64]) -> Result<HashMap<i64, Result<Cluster>>> {
    let rows = db
        .list(CLUSTERS, &params![articles.to_vec()], |row| {
            Ok((row.get("article_id")?, read_cluster(row)))
        })
        .await?;
    Ok(rows.into_iter().collect())
}

fn read_cluster(row: &Row) -> Result<Cluster> {
    Ok(Cluster {
        id: row.get("id")?,
        first: row.get("first_id")?,
        first_source: row.get("name")?,
        first_at: row.get("fetched_at")?,
        articles: row.get("articles")?,
        sources: row.get("sources")?,
    })
}

/// The cluster of an article.
pub(super) async fn cluster(db: &Db, article: i64) -> Result<Option<Cluster>> {
    let mut clusters = clusters(db, &[article]).await?;
    clusters.remove(&article).transpose()
}

/// The other articles of its cluster, oldest first.
pub(super) async fn others(db: &Db, article: i64, limit: usize) -> Result<Vec<CopyRow>> {
    let sql = "SELECT articles.id, articles.url, name, title, fetched_at
                 FROM copies
                 JOIN articles ON articles.id = article_id
                 JOIN sources ON sources.id = source_id
                WHERE cluster_id = (SELECT cluster_id FROM copies WHERE article_id = $1)
                  AND articles.id <> $1
                ORDER BY fetched_at, articles.id LIMIT $2";
    db.list(sql, &params![article, limit], |row| {
        Ok(CopyRow {
            article: row.get("id")?,
            source: row.get("name")?,
            url: row.get("url")?,
            title: row.get("title")?,
            fetched_at: row.get("fetched_at")?,
        })
    })
    .await
}

/// Drops up to [`FORGET_BATCH`] fingerprints of texts read before `before`, or that are more than
/// [`FINGERPRINTS_MAX`] articles behind the newest.
pub(super) async fn forget(db: &Db, before: Timestamp) -> Result<u64> {
    let sql = "SELECT article_id FROM fingerprints
                WHERE read_at < $1 ORDER BY read_at LIMIT $2 FOR UPDATE SKIP LOCKED";
    let mut old: Vec<i64> = db.values(sql, &params![before, FORGET_BATCH]).await?;
    if old.is_empty() {
        let sql = "SELECT article_id FROM fingerprints
                    WHERE article_id <= (SELECT max(article_id) FROM fingerprints) - $1::bigint
                    ORDER BY article_id LIMIT $2";
        let values = params![FINGERPRINTS_MAX, FORGET_BATCH];
        old = db.values(sql, &values).await?;
    }
    forget_some(db, &old).await?;
    Ok(old.len() as u64)
}
