//! Who is at work with which sources, so that nobody puts to rest what another still watches.

use std::collections::BTreeSet;

use super::{addresses::NOW, failure::Result, session::Db, value::params};

/// Whoever has not said a word for so long is gone, in milliseconds: six times as long as workers are
/// silent.
const GONE_AFTER: i64 = 60_000;

/// Writes down that `me` is at work with these sources; tells which others those have who are at work
/// too.
pub(super) async fn begin(db: &Db, me: &str, names: &[String]) -> Result<BTreeSet<String>> {
    let sql = format!(
        "INSERT INTO workers (name, seen_at, sources) VALUES ($1, {NOW}, $2)
         ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at, sources = excluded.sources,
                is_ended = false"
    );
    db.execute(&sql, &params![me, names.to_vec()]).await?;
    let sql = format!(
        "SELECT DISTINCT source FROM workers CROSS JOIN unnest(sources) AS source
          WHERE name <> $1 AND seen_at > {NOW} - $3 AND NOT is_ended AND NOT source = ANY($2)"
    );
    let values = params![me, names.to_vec(), GONE_AFTER];
    let others: Vec<String> = db.values(&sql, &values).await?;
    Ok(others.into_iter().collect())
}

/// Says that `me` is at work still; false if nobody knew that it was.
pub(super) async fn go_on(db: &Db, me: &str) -> Result<bool> {
    let sql = format!("UPDATE workers SET seen_at = {NOW} WHERE name = $1");
    Ok(db.execute(&sql, &params![me]).await? > 0)
}

/// Forgets those who are gone; whether there were any.
pub(super) async fn forget_gone(db: &Db) -> Result<bool> {
    let sql = format!("DELETE FROM workers WHERE seen_at <= {NOW} - $1");
    Ok(db.execute(&sql, &params![GONE_AFTER]).await? > 0)
}

/// `me` is at work no more. Its sources stay as they are for a while: most often it comes back. Where it
/// does not, it is forgotten like any other.
pub(super) async fn end(db: &Db, me: &str) -> Result<()> {
    let sql = format!("UPDATE workers SET seen_at = {NOW}, is_ended = true WHERE name = $1");
    db.execute(&sql, &params![me]).await?;
    Ok(())
}
