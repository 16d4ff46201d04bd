//! How much there is, and the end of what is old.

use std::time::Duration;

use super::{failure::Result, session::Db, value::params};
use crate::{
    model::Timestamp,
    store::{Counts, Unswept},
};

/// Pages dropped in one transaction: nobody waits long for their rows.
pub(super) const PRUNE_BATCH: u64 = 200;

/// Rows of the tables; what cannot be told at once is counted in an index.
pub(super) async fn counts(db: &Db, now: Timestamp) -> Result<Counts> {
    let sql = "
        SELECT (SELECT count(*) FROM urls
                 WHERE state = 'queued' AND wanted AND NOT past AND next_at <= $1) AS due,
               (SELECT greatest(0, $1 - min(next_at)) FROM urls
                 WHERE state = 'queued' AND wanted AND NOT past) AS late,
               (SELECT count(*) FROM hosts) AS hosts,
               (SELECT count(*) FROM hosts WHERE failures > 0) AS hosts_failing,
               (SELECT coalesce(sum(articles), 0)::bigint FROM shelf_counts) AS articles,
               (SELECT count(*) FROM outbox WHERE refused IS NULL) AS outbox,
               (SELECT count(*) FROM outbox WHERE refused IS NOT NULL) AS refused,
               (SELECT count(*) FROM urls WHERE parked IS NOT NULL) AS parked";
    let counted = db
        .one(sql, &params![now], |row| {
            Ok(Counts {
                due: row.get("due")?,
                lag_seconds: row.get::<Option<u64>>("late")?.unwrap_or_default() / 1_000,
                hosts: row.get("hosts")?,
                hosts_failing: row.get("hosts_failing")?,
                articles: row.get("articles")?,
                outbox: row.get("outbox")?,
                refused: row.get("refused")?,
                parked: row.get("parked")?,
                ..Counts::default()
            })
        })
        .await?;
    let tally = async |state: &str| -> Result<u64> {
        let sql = "SELECT greatest(0, rows) FROM kept_now WHERE kind = 'urls:' || $1";
        let urls: Option<u64> = db.maybe(sql, &params![state]).await?;
        Ok(urls.unwrap_or_default())
    };
    Ok(Counts {
        unswept: unswept(db).await?,
        waiting: tally("queued").await?.saturating_sub(counted.due),
        leased: tally("leased").await?,
        done: tally("done").await?,
        gone: tally("gone").await?,
        expired: tally("expired").await?,
        ..counted
    })
}

/// As the server reckons. Sessions of other roles are seen by members of `pg_read_all_stats` alone.
async fn unswept(db: &Db) -> Result<Unswept> {
    let sql = "SELECT coalesce(max(extract(epoch FROM clock_timestamp() - xact_start)), 0)::bigint
                 FROM pg_stat_activity WHERE datname = current_database()";
    let oldest: i64 = db.value(sql, &params![]).await?;
    let mut unswept = Unswept {
        oldest_transaction: Duration::from_secs(oldest.max(0).unsigned_abs()),
        ..Unswept::default()
    };
    let sql = "SELECT n_live_tup, n_dead_tup FROM pg_stat_user_tables
                WHERE schemaname = current_schema() AND relname = $1";
    for (table, rows) in Unswept::TABLES.iter().zip(&mut unswept.rows) {
        let table = params![*table];
        let found = db.optional(sql, &table, |row| {
            Ok((row.get("n_live_tup")?, row.get("n_dead_tup")?))
        });
        *rows = found.await?.unwrap_or_default();
    }
    Ok(unswept)
}

/// Adds up what was counted, so that what is counted is read quickly.
pub(super) async fn add_up(db: &Db) -> Result<()> {
    db.execute("SELECT add_up()", &params![]).await?;
    Ok(())
}

/// Writes a little, as any change does.
pub(super) async fn touch(db: &Db) -> Result<()> {
    db.execute(
        "INSERT INTO changes VALUES ('urls:expired', 0, 0)",
        &params![],
    )
    .await?;
    Ok(())
}

/// Drops up to [`PRUNE_BATCH`] pages of a table, which is all of them or a part, fetched before `before`.
pub(super) async fn prune_pages(db: &Db, table: &str, before: Timestamp) -> Result<u64> {
    db.execute(
        &format!(
            "DELETE FROM {table} WHERE article_id IN (
                 SELECT article_id FROM {table} WHERE fetched_at < $1 ORDER BY fetched_at LIMIT $2
                    FOR UPDATE SKIP LOCKED)"
        ),
        &params![before, PRUNE_BATCH],
    )
    .await
}

/// Drops every robots.txt that nobody has asked for since `before`.
pub(super) async fn prune_robots(db: &Db, before: Timestamp) -> Result<u64> {
    db.execute("DELETE FROM robots WHERE fetched_at < $1", &params![before])
        .await
}
