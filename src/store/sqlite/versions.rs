//! What articles said before they were corrected.

use rusqlite::{Connection, params};

use super::{
    column::{Millis, unreadable},
    packed::{self, pack},
};
use crate::{
    model::{Article, Timestamp},
    store::{VersionRow, limits::VERSIONS_MAX},
};

/// Keeps what an article said until `until`.
pub(super) fn put(
    db: &Connection,
    article: i64,
    said: &Article,
    until: Timestamp,
) -> rusqlite::Result<()> {
    let body = pack(said.body.as_bytes())?;
    db.prepare_cached(
        "INSERT INTO versions (article_id, until, title, bytes, body) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![
        article,
        Millis(until),
        said.title,
        body.bytes,
        body.blob
    ])?;
    db.prepare_cached(
        "DELETE FROM versions WHERE id IN (
             SELECT id FROM (
                 SELECT id FROM versions WHERE article_id = ?1 ORDER BY id DESC LIMIT -1 OFFSET ?2)
              WHERE id <> (SELECT min(id) FROM versions WHERE article_id = ?1))",
    )?
    .execute(params![article, VERSIONS_MAX - 1])?;
    Ok(())
}

/// The earlier texts of an article, oldest first.
pub(super) fn list(db: &Connection, article: i64) -> rusqlite::Result<Vec<VersionRow>> {
    db.prepare_cached(
        "SELECT until, title, bytes, body FROM versions WHERE article_id = ?1 ORDER BY id",
    )?
    .query_map([article], |row| {
        let body = packed::read(row, "body", "bytes")?;
        let body = String::from_utf8(body.to_vec())
            .map_err(|why| unreadable("text", &article.to_string(), &why))?;
        Ok(VersionRow {
            until: row.get::<_, Millis>("until")?.0,
            title: row.get("title")?,
            body,
        })
    })?
    .collect()
}
