//! What articles said before they were corrected.

use super::{
    failure::{Failure, Result, unreadable},
    packed,
    session::Db,
    value::params,
};
use crate::{
    model::{Article, Timestamp},
    store::{VersionRow, limits::VERSIONS_MAX, packed::Packed},
};

/// Keeps what an article said until `until`.
pub(super) async fn put(db: &Db, article: i64, said: &Article, until: Timestamp) -> Result<()> {
    let body = Packed::new(said.body.as_bytes());
    let body = body.map_err(|why| Failure::Unreadable(format!("zstd: {why}")))?;
    let sql = "INSERT INTO versions (article_id, until, title, bytes, body)
               VALUES ($1, $2, $3, $4, $5)";
    let title = said.title.as_deref();
    let values = params![article, until, title, body.bytes, body.blob];
    db.change(sql, &values).await?;
    let sql = "DELETE FROM versions WHERE id IN (
                   SELECT id FROM versions
                    WHERE article_id = $1
                      AND id <> (SELECT min(id) FROM versions WHERE article_id = $1)
                    ORDER BY id DESC OFFSET $2)";
    db.change(sql, &params![article, VERSIONS_MAX - 1]).await
}

/// The earlier texts of an article, oldest first.
pub(super) async fn list(db: &Db, article: i64) -> Result<Vec<VersionRow>> {
    let sql = "SELECT until, title, bytes, body FROM versions WHERE article_id = $1 ORDER BY id";
    db.list(sql, &params![article], |row| {
        let body = packed::read(row, "body", "bytes")?.to_vec();
        let body = String::from_utf8(body);
        Ok(VersionRow {
            until: row.get("until")?,
            title: row.get("title")?,
            body: body.map_err(|why| unreadable("text", &article.to_string(), &why))?,
        })
    })
    .await
}
