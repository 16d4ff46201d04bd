//! Connections, and transactions on them.

use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use deadpool_postgres::{Object, Pool};
use futures_util::SinkExt;
use tokio_postgres::types::ToSql;

use super::{
    failure::{Failure, Result, said},
    value::{FromValue, Row, Value},
};

/// How a transaction begins. What is written is checked row by row, so that the newest version counts;
/// what is read is one moment, however many queries it takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Read,
    Write,
}

impl Mode {
    const fn begin(self) -> &'static str {
        match self {
            Mode::Read => "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY",
            Mode::Write => "BEGIN TRANSACTION ISOLATION LEVEL READ COMMITTED READ WRITE",
        }
    }
}

/// What only one may change at a time: it is read, changed here and written again.
#[derive(Debug, Clone, Copy)]
pub(super) enum Alone {
    /// All sources.
    Sources = 1,
    /// What is asked one at a time.
    Suspects,
    /// What was learned of a site.
    Site,
    /// What was learned of a language.
    Usage,
    /// What second opinions cost.
    OpinionCalls,
}

/// Of the advisory locks; the second half says of what. "bngh", after that of the schema.
const LOCKS: i64 = 0x626e_6768;

/// A transaction under way. Statements are prepared once for each connection.
#[derive(Debug)]
pub(super) struct Db {
    /// `None` once it is dropped.
    client: Option<Object>,
    is_ended: AtomicBool,
}

/// Whoever goes away in the middle takes the connection with him: the server takes everything back.
impl Drop for Db {
    fn drop(&mut self) {
        if let Some(client) = self.client.take()
            && !self.is_ended.load(Ordering::Relaxed)
        {
            drop(Object::take(client));
        }
    }
}

impl Db {
    /// Waits for a connection, however long that takes: that is what keeps us from asking for more than
    /// the server can do.
    pub(super) async fn begin(pool: &Pool, mode: Mode) -> Result<Db> {
        let db = Db {
            client: Some(pool.get().await?),
            is_ended: AtomicBool::new(false),
        };
        db.batch(mode.begin()).await?;
        Ok(db)
    }

    /// Makes it last. Where the connection is lost meanwhile, nobody knows whether it does: that is not
    /// tried again, for it might be done twice.
    pub(super) async fn commit(&self) -> Result<()> {
        self.batch("COMMIT").await.map_err(|why| match why {
            Failure::Server(error) if error.code().is_none() => Failure::Unknown(said(&error)),
            known => known,
        })?;
        self.is_ended.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Takes everything back, and keeps the connection if it is well.
    pub(super) async fn roll_back(&self) {
        if self.batch("ROLLBACK").await.is_ok() {
            self.is_ended.store(true, Ordering::Relaxed);
        }
    }

    fn client(&self) -> Result<&Object> {
        self.client.as_ref().ok_or(Failure::Closed)
    }

    /// Statements without values.
    pub(super) async fn batch(&self, sql: &str) -> Result<()> {
        Ok(self.client()?.batch_execute(sql).await?)
    }

    /// Runs a `COPY … FROM STDIN` of these lines.
    pub(super) async fn copy_in(&self, sql: &str, lines: String) -> Result<()> {
        let sink = self.client()?.copy_in::<_, Bytes>(sql).await?;
        let mut sink = std::pin::pin!(sink);
        sink.send(Bytes::from(lines)).await?;
        sink.finish().await?;
        Ok(())
    }

    /// Runs a statement; tells how many rows it has changed.
    pub(super) async fn execute(&self, sql: &str, values: &[Value]) -> Result<u64> {
        let client = self.client()?;
        let statement = client.prepare_cached(sql).await?;
        Ok(client.execute(&statement, &references(values)).await?)
    }

    /// Waits until nobody else changes that of this name, and keeps others from it until the end. Two
    /// names may share a lock: that only makes one wait.
    pub(super) async fn alone(&self, what: Alone, name: &str) -> Result<()> {
        let sql = "SELECT pg_advisory_xact_lock($1::bigint::integer, hashtext($2))";
        self.execute(sql, &[(LOCKS + what as i64).into(), name.into()])
            .await?;
        Ok(())
    }

    /// Every row that is found, to be read by a query of its own for each.
    pub(super) async fn rows(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>> {
        let client = self.client()?;
        let statement = client.prepare_cached(sql).await?;
        let rows = client.query(&statement, &references(values)).await?;
        Ok(rows.into_iter().map(Row).collect())
    }

    /// Every row that is found.
    pub(super) async fn list<T>(
        &self,
        sql: &str,
        values: &[Value],
        read: impl FnMut(&Row) -> Result<T>,
    ) -> Result<Vec<T>> {
        self.rows(sql, values).await?.iter().map(read).collect()
    }

    /// The first row, if there is any.
    pub(super) async fn optional<T>(
        &self,
        sql: &str,
        values: &[Value],
        read: impl FnOnce(&Row) -> Result<T>,
    ) -> Result<Option<T>> {
        self.rows(sql, values).await?.first().map(read).transpose()
    }

    /// The first row, which must be there.
    pub(super) async fn one<T>(
        &self,
        sql: &str,
        values: &[Value],
        read: impl FnOnce(&Row) -> Result<T>,
    ) -> Result<T> {
        let found = self.optional(sql, values, read).await?;
        found.ok_or_else(|| Failure::Unreadable("a row that should be there is not".to_string()))
    }

    /// The first column of the first row, which must be there.
    pub(super) async fn value<T: FromValue>(&self, sql: &str, values: &[Value]) -> Result<T> {
        self.one(sql, values, |row| row.get(0)).await
    }

    /// The first column of the first row, if there is any.
    pub(super) async fn maybe<T: FromValue>(
        &self,
        sql: &str,
        values: &[Value],
    ) -> Result<Option<T>> {
        self.optional(sql, values, |row| row.get(0)).await
    }

    /// The first column of every row.
    pub(super) async fn values<T: FromValue>(&self, sql: &str, values: &[Value]) -> Result<Vec<T>> {
        self.list(sql, values, |row| row.get(0)).await
    }

    /// Whether there is any row.
    pub(super) async fn exists(&self, sql: &str, values: &[Value]) -> Result<bool> {
        Ok(!self.rows(sql, values).await?.is_empty())
    }
}

fn references(values: &[Value]) -> Vec<&(dyn ToSql + Sync)> {
    values
        .iter()
        .map(|value| value as &(dyn ToSql + Sync))
        .collect()
}
