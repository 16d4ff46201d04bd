//! How many bytes are for what.
//!
//! What counts is what is kept: the server's files also hold rows that nobody sees any more, which it
//! uses anew, and give room back late or never. A limit that went by the files would drop everything
//! while it waits for them to shrink.

use super::{failure::Result, session::Db, value::params};
use crate::store::{PerKind, Stored};

/// Bytes of a row of `urls` and of a fingerprint beside its sketch, with their indexes, as
/// `pg_total_relation_size` tells them of 100,000 addresses of ninety characters and 5,000 articles of
/// 400 words each; and of a notification of some findings.
const URL: u64 = 590;
const FINGERPRINT_KEYS: u64 = 1_630;
const NOTIFICATION: u64 = 2_000;
/// The same of what else there is for such an article: its place on a shelf, its words for the search,
/// indexes, less what the server saves by packing its body.
const ARTICLE_REST: u64 = 9_000;

/// Bytes that are in use.
pub(super) async fn used(db: &Db) -> Result<u64> {
    sizes(db).await.map(|sizes| sizes.total())
}

/// Bytes by kind. What is not counted one by one, the indexes and the search above all, is reckoned from
/// the rows, and is the rest.
pub(super) async fn sizes(db: &Db) -> Result<PerKind> {
    let mut sizes = PerKind::default();
    let sql = "SELECT kind, rows::bigint, bytes::bigint FROM kept_now";
    let kept = db.list(sql, &params![], |row| {
        let kind: String = row.get("kind")?;
        // What is being counted by others may be below nothing for a moment.
        let (rows, bytes): (i64, i64) = (row.get("rows")?, row.get("bytes")?);
        Ok((
            kind,
            rows.max(0).unsigned_abs(),
            bytes.max(0).unsigned_abs(),
        ))
    });
    let (mut urls, mut articles) = (0, 0);
    for (name, rows, bytes) in kept.await? {
        if name.starts_with("urls:") {
            urls += rows;
        }
        match Stored::ALL.into_iter().find(|kind| kind.as_str() == name) {
            Some(Stored::Fingerprints) => {
                sizes.set(Stored::Fingerprints, bytes + rows * FINGERPRINT_KEYS);
            }
            Some(kind) => sizes.set(kind, bytes),
            None => {}
        }
        if name == Stored::Articles.as_str() {
            articles = rows;
        }
    }
    sizes.set(Stored::Urls, urls * URL);
    let waiting: u64 = db.value("SELECT count(*) FROM outbox", &params![]).await?;
    sizes.set(Stored::Notifications, waiting * NOTIFICATION);
    sizes.set(Stored::Rest, articles * ARTICLE_REST);
    Ok(sizes)
}
