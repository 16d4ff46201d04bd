//! Who may do what at a time. Every lock here ends with its transaction.

use super::{failure::Result, session::Db, value::params};
use crate::copies::Fingerprint;

/// Lets only one at a time look for copies of a text and write it: whoever has a key in common with it
/// waits, everybody else does not. Those who wait for several do so in one order.
pub(super) async fn copies_of(db: &Db, fingerprint: &Fingerprint) -> Result<()> {
    let mut keys: Vec<i64> = fingerprint.keys().iter().map(|key| *key as i64).collect();
    // Elements have 48 bits: a digest with the sign set is none of them.
    let [a, b, c, d, e, f, g, h, ..] = fingerprint.digest.0;
    keys.push(i64::from_be_bytes([a, b, c, d, e, f, g, h]) | i64::MIN);
    keys.sort_unstable();
    keys.dedup();
    let sql = "SELECT pg_advisory_xact_lock(key) FROM unnest($1::bigint[]) AS key";
    db.change(sql, &params![keys]).await
}

/// Keeps articles and their sources as they are until we have changed them: the sources first, as a
/// completion does, and both in the order of their rows.
pub(super) async fn articles(db: &Db, articles: &[i64]) -> Result<()> {
    let of_sources = "SELECT 1 FROM sources
         WHERE id IN (SELECT source_id FROM articles WHERE id = ANY($1))
         ORDER BY id FOR NO KEY UPDATE";
    db.change(of_sources, &params![articles.to_vec()]).await?;
    let own = "SELECT 1 FROM articles WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE";
    db.change(own, &params![articles.to_vec()]).await?;
    Ok(())
}
