//! Fingerprints of texts, found by their keys, and the clusters of articles that carry one text.
//!
//! What is found depends on what is written already: a store with several writers has to let only
//! one of them look up and write at a time.

use std::collections::HashMap;

use rusqlite::{Connection, OptionalExtension, Row, params};
use url::Url;

use super::column::{Address, Millis, row_limit, unreadable};
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
pub(super) const FORGET_BATCH: usize = 200;

/// Replaces the fingerprint of an article, finds its copies among the others and joins them.
pub(super) fn put(
    db: &Connection,
    article: i64,
    fingerprint: Option<&Fingerprint>,
) -> rusqlite::Result<Option<CopyKind>> {
    forget_one(db, article)?;
    let Some(fingerprint) = fingerprint else {
        return Ok(None);
    };
    let exact = with_digest(db, fingerprint.digest)?;
    let near = similar(db, fingerprint)?;
    add(db, article, fingerprint)?;
    for other in exact.iter().chain(&near) {
        join(db, article, *other)?;
    }
    Ok(match (exact, near.as_slice()) {
        (Some(_), _) => Some(CopyKind::Exact),
        (None, [_, ..]) => Some(CopyKind::Near),
        (None, []) => None,
    })
}

fn add(db: &Connection, article: i64, fingerprint: &Fingerprint) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO fingerprints (article_id, read_at, digest, sketch)
         SELECT id, last_fetched_at, ?2, ?3 FROM articles WHERE id = ?1",
    )?
    .execute(params![
        article,
        fingerprint.digest.0,
        fingerprint.sketch_bytes()
    ])?;
    let mut insert =
        db.prepare_cached("INSERT INTO fingerprint_keys (key, article_id) VALUES (?1, ?2)")?;
    for key in fingerprint.keys() {
        insert.execute(params![key, article])?;
    }
    Ok(())
}

fn forget_one(db: &Connection, article: i64) -> rusqlite::Result<()> {
    let Some(fingerprint) = get(db, article)? else {
        return Ok(());
    };
    let mut delete =
        db.prepare_cached("DELETE FROM fingerprint_keys WHERE key = ?1 AND article_id = ?2")?;
    for key in fingerprint.keys() {
        delete.execute(params![key, article])?;
    }
    db.prepare_cached("DELETE FROM fingerprints WHERE article_id = ?1")?
        .execute([article])?;
    Ok(())
}

/// Takes an article that is about to go out of everything here. A cluster that one article is left of is
/// none.
pub(super) fn leave(db: &Connection, article: i64) -> rusqlite::Result<()> {
    forget_one(db, article)?;
    let Some(cluster) = cluster_of(db, article)? else {
        return Ok(());
    };
    db.prepare_cached("DELETE FROM copies WHERE article_id = ?1")?
        .execute([article])?;
    let left: u64 = db
        .prepare_cached("SELECT count(*) FROM copies WHERE cluster_id = ?1")?
        .query_row([cluster], |row| row.get(0))?;
    if left > 1 {
        return summarise(db, cluster);
    }
    db.prepare_cached("DELETE FROM copies WHERE cluster_id = ?1")?
        .execute([cluster])?;
    db.prepare_cached("DELETE FROM clusters WHERE id = ?1")?
        .execute([cluster])?;
    Ok(())
}

fn get(db: &Connection, article: i64) -> rusqlite::Result<Option<Fingerprint>> {
    db.prepare_cached("SELECT digest, sketch FROM fingerprints WHERE article_id = ?1")?
        .query_row([article], |row| {
            let sketch: Vec<u8> = row.get("sketch")?;
            let found = Fingerprint::from_bytes(WordsDigest(row.get("digest")?), &sketch);
            let what = || unreadable("a sketch", &article.to_string(), &"not ascending").into();
            found.ok_or_else(what)
        })
        .optional()
}

/// An article with the same words.
fn with_digest(db: &Connection, digest: WordsDigest) -> rusqlite::Result<Option<i64>> {
    db.prepare_cached(
        "SELECT article_id FROM fingerprints WHERE digest = ?1 ORDER BY article_id DESC LIMIT 1",
    )?
    .query_row([digest.0], |row| row.get(0))
    .optional()
}

/// Articles whose text is a copy of this one.
fn similar(db: &Connection, fingerprint: &Fingerprint) -> rusqlite::Result<Vec<i64>> {
    let mut postings = db.prepare_cached(
        "SELECT article_id FROM fingerprint_keys WHERE key = ?1 ORDER BY article_id DESC LIMIT ?2",
    )?;
    let mut shared: HashMap<i64, usize> = HashMap::new();
    for key in fingerprint.keys() {
        let articles = postings.query_map(params![key, POSTINGS_MAX], |row| row.get(0))?;
        for article in articles {
            *shared.entry(article?).or_default() += 1;
        }
    }
    let mut candidates: Vec<(usize, i64)> = shared
        .into_iter()
        .map(|(article, keys)| (keys, article))
        .collect();
    candidates.sort_unstable_by(|a, b| b.cmp(a));
    let mut copies = Vec::new();
    for (_, article) in candidates.into_iter().take(CANDIDATES_MAX) {
        if get(db, article)?.is_some_and(|other| fingerprint.is_copy_of(&other)) {
            copies.push(article);
        }
    }
    Ok(copies)
}

/// Makes two articles members of one cluster, unless that would be too large.
fn join(db: &Connection, article: i64, other: i64) -> rusqlite::Result<()> {
    let cluster = match (cluster_of(db, article)?, cluster_of(db, other)?) {
        (Some(mine), Some(theirs)) if mine == theirs => return Ok(()),
        (Some(mine), Some(theirs)) => {
            if size(db, mine)? + size(db, theirs)? > CLUSTER_MAX {
                return Ok(());
            }
            unite(db, mine.max(theirs), mine.min(theirs))?;
            mine.min(theirs)
        }
        (Some(cluster), None) | (None, Some(cluster)) if size(db, cluster)? >= CLUSTER_MAX => {
            return Ok(());
        }
        (Some(cluster), None) => enter(db, cluster, &[other])?,
        (None, Some(cluster)) => enter(db, cluster, &[article])?,
        (None, None) => {
            let first = article.min(other);
            db.prepare_cached(
                "INSERT INTO clusters (id, first_id, articles, sources) VALUES (?1, ?1, 0, 0)",
            )?
            .execute([first])?;
            enter(db, first, &[article, other])?
        }
    };
    summarise(db, cluster)
}

fn cluster_of(db: &Connection, article: i64) -> rusqlite::Result<Option<i64>> {
    db.prepare_cached("SELECT cluster_id FROM copies WHERE article_id = ?1")?
        .query_row([article], |row| row.get(0))
        .optional()
}

fn size(db: &Connection, cluster: i64) -> rusqlite::Result<u64> {
    db.prepare_cached("SELECT articles FROM clusters WHERE id = ?1")?
        .query_row([cluster], |row| row.get(0))
}

fn enter(db: &Connection, cluster: i64, articles: &[i64]) -> rusqlite::Result<i64> {
    let mut insert =
        db.prepare_cached("INSERT INTO copies (article_id, cluster_id) VALUES (?1, ?2)")?;
    for article in articles {
        insert.execute(params![article, cluster])?;
    }
    Ok(cluster)
}

fn unite(db: &Connection, from: i64, into: i64) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE copies SET cluster_id = ?2 WHERE cluster_id = ?1")?
        .execute([from, into])?;
    db.prepare_cached("DELETE FROM clusters WHERE id = ?1")?
        .execute([from])?;
    Ok(())
}

/// Keeps what lists show of a cluster.
fn summarise(db: &Connection, cluster: i64) -> rusqlite::Result<()> {
    db.prepare_cached(
        "UPDATE clusters
            SET (articles, sources) = (
                    SELECT count(*), count(DISTINCT articles.source_id)
                      FROM copies JOIN articles ON articles.id = copies.article_id
                     WHERE copies.cluster_id = ?1),
                first_id = (
                    SELECT articles.id
                      FROM copies JOIN articles ON articles.id = copies.article_id
                     WHERE copies.cluster_id = ?1
                     ORDER BY articles.fetched_at, articles.id LIMIT 1)
          WHERE id = ?1",
    )?
    .execute([cluster])?;
    Ok(())
}

/// An article of this source, on the same site, with exactly these words.
pub(super) fn same_text(
    db: &Connection,
    source: i64,
    url: &Url,
    digest: WordsDigest,
) -> rusqlite::Result<Option<i64>> {
    // Left to itself, SQLite would go through all articles of the source, which come in that order.
    let mut query = db.prepare_cached(
        "SELECT articles.id, articles.url
           FROM fingerprints INDEXED BY fingerprints_by_digest
                CROSS JOIN articles ON articles.id = fingerprints.article_id
          WHERE fingerprints.digest = ?1 AND articles.source_id = ?2
          ORDER BY articles.id LIMIT ?3",
    )?;
    let mut rows = query.query(params![digest.0, source, POSTINGS_MAX])?;
    while let Some(row) = rows.next()? {
        if same_site(&row.get::<_, Address>("url")?.0, url) {
            return row.get("id").map(Some);
        }
    }
    Ok(None)
}

/// Notes another address of an article, while there is room.
pub(super) fn add_alias(
    db: &Connection,
    url: &Url,
    article: i64,
    at: Timestamp,
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO aliases (url, article_id, at)
         SELECT ?1, ?2, ?3
          WHERE (SELECT count(*) FROM (
                    SELECT 1 FROM aliases WHERE article_id = ?2 LIMIT ?4)) < ?4
         ON CONFLICT (url) DO NOTHING",
    )?
    .execute(params![url.as_str(), article, Millis(at), ALIASES_MAX])?;
    Ok(())
}

/// The article that this address was found to be another one of.
pub(super) fn aliased(db: &Connection, url: &Url) -> rusqlite::Result<Option<i64>> {
    db.prepare_cached("SELECT article_id FROM aliases WHERE url = ?1")?
        .query_row([url.as_str()], |row| row.get(0))
        .optional()
}

/// The address has an article of its own by now.
pub(super) fn remove_alias(db: &Connection, url: &Url) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM aliases WHERE url = ?1")?
        .execute([url.as_str()])?;
    Ok(())
}

/// Other addresses of an article, oldest first.
pub(super) fn aliases(db: &Connection, article: i64, limit: usize) -> rusqlite::Result<Vec<Url>> {
    db.prepare_cached("SELECT url FROM aliases WHERE article_id = ?1 ORDER BY at, url LIMIT ?2")?
        .query_map(params![article, row_limit(limit)], |row| {
            Ok(row.get::<_, Address>("url")?.0)
        })?
        .collect()
}

/// How many other addresses an article has.
pub(super) fn count_aliases(db: &Connection, article: i64) -> rusqlite::Result<u64> {
    db.prepare_cached("SELECT count(*) FROM aliases WHERE article_id = ?1")?
        .query_row([article], |row| row.get(0))
}

/// The cluster of an article.
pub(super) fn cluster(db: &Connection, article: i64) -> rusqlite::Result<Option<Cluster>> {
    db.prepare_cached(
        "SELECT clusters.id, clusters.articles, clusters.sources, clusters.first_id,
                sources.name, articles.fetched_at
           FROM copies
           JOIN clusters ON clusters.id = copies.cluster_id
           JOIN articles ON articles.id = clusters.first_id
           JOIN sources ON sources.id = articles.source_id
          WHERE copies.article_id = ?1",
    )?
    .query_row([article], |row| {
        Ok(Cluster {
            id: row.get("id")?,
            articles: row.get("articles")?,
            sources: row.get("sources")?,
            first: row.get("first_id")?,
            first_source: row.get("name")?,
            first_at: row.get::<_, Millis>("fetched_at")?.0,
        })
    })
    .optional()
}

/// The other articles of its cluster, oldest first.
pub(super) fn others(
    db: &Connection,
    article: i64,
    limit: usize,
) -> rusqlite::Result<Vec<CopyRow>> {
    db.prepare_cached(
        "SELECT articles.id, articles.url, sources.name AS source, articles.title,
                articles.fetched_at
           FROM copies
           JOIN articles ON articles.id = copies.article_id
           JOIN sources ON sources.id = articles.source_id
          WHERE copies.cluster_id = (SELECT cluster_id FROM copies WHERE article_id = ?1)
            AND articles.id <> ?1
          ORDER BY articles.fetched_at, articles.id LIMIT ?2",
    )?
    .query_map(params![article, row_limit(limit)], read_copy)?
    .collect()
}

fn read_copy(row: &Row<'_>) -> rusqlite::Result<CopyRow> {
    Ok(CopyRow {
        article: row.get("id")?,
        url: row.get::<_, Address>("url")?.0,
        source: row.get("source")?,
        title: row.get("title")?,
        fetched_at: row.get::<_, Millis>("fetched_at")?.0,
    })
}

/// Drops up to [`FORGET_BATCH`] fingerprints of texts read before `before`, or that are more than
/// [`FINGERPRINTS_MAX`] articles behind the newest.
pub(super) fn forget(db: &Connection, before: Timestamp) -> rusqlite::Result<usize> {
    let mut old = db
        .prepare_cached("SELECT article_id FROM fingerprints WHERE read_at < ?1 LIMIT ?2")?
        .query_map(params![Millis(before), FORGET_BATCH], |row| row.get(0))?
        .collect::<rusqlite::Result<Vec<i64>>>()?;
    if old.is_empty() {
        old = db
            .prepare_cached(
                "SELECT article_id FROM fingerprints
                  WHERE article_id <= (SELECT max(article_id) FROM fingerprints) - ?1 LIMIT ?2",
            )?
            .query_map(params![FINGERPRINTS_MAX, FORGET_BATCH], |row| row.get(0))?
            .collect::<rusqlite::Result<Vec<i64>>>()?;
    }
    for article in &old {
        forget_one(db, *article)?;
    }
    Ok(old.len())
}
