//! Connections, and transactions on them.

use std::{
    future::ready,
    pin::{Pin, pin},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use deadpool_postgres::{Object, Pool};
use futures_util::{
    SinkExt,
    future::{try_join_all, try_join3},
};
use tokio::time::{Instant, sleep_until};
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
    /// The parts that pages lie in.
    PageParts,
}

/// Of the advisory locks; the second half says of what. "bngh", after that of the schema.
const LOCKS: i64 = 0x626e_6768;

/// Of the advisory locks of those who number something; the second half says after what.
const NUMBERING: i64 = LOCKS + 100;
/// As much of a number as goes into a lock: nobody is further behind.
const NUMBERS: i64 = 0x7fff_ffff;

/// How long the server may be silent: it ends a statement itself before (`statement_timeout`).
const SILENT_MAX: Duration = Duration::from_secs(35);

/// Changes that wait to be sent together; as many as are sent in their order however they are polled.
const WAITING_MAX: usize = 25;

/// A change whose result nobody needs.
#[derive(Debug)]
struct Change {
    sql: String,
    values: Vec<Value>,
}

/// What is not sent yet. It goes with the next statement that somebody waits for, in its order: the
/// server works through all of them, and the way there and back is gone once.
#[derive(Debug, Default)]
struct Waiting {
    begin: Option<&'static str>,
    changes: Vec<Change>,
}

/// A transaction under way. Statements are prepared once for each connection.
#[derive(Debug)]
pub(super) struct Db {
    /// `None` once it is dropped.
    client: Option<Object>,
    waiting: Mutex<Waiting>,
    /// When the server was asked or has answered last.
    heard: Mutex<Instant>,
    is_unhurried: AtomicBool,
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
            waiting: Mutex::default(),
            heard: Mutex::new(Instant::now()),
            is_unhurried: AtomicBool::new(false),
            is_ended: AtomicBool::new(false),
        };
        db.waiting().begin = Some(mode.begin());
        Ok(db)
    }

    /// Makes it last. Where the connection is lost meanwhile, nobody knows whether it does: that is not
    /// tried again, for it might be done twice.
    pub(super) async fn commit(&self) -> Result<()> {
        // What fails of the changes is tried again: nothing is committed yet.
        self.send().await?;
        self.batch("COMMIT").await.map_err(|why| match why {
            Failure::Server(error) if error.code().is_none() => Failure::Unknown(said(&error)),
            Failure::Silent => Failure::Unknown(Failure::Silent.said()),
            known => known,
        })?;
        self.is_ended.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Takes everything back, and keeps the connection if it is well.
    pub(super) async fn roll_back(&self) {
        self.waiting().changes.clear();
        if self.batch("ROLLBACK").await.is_ok() {
            self.is_ended.store(true, Ordering::Relaxed);
        }
    }

    /// For what may take any time, such as a check of everything: neither the server nor we end it.
    pub(super) async fn take_time(&self) -> Result<()> {
        self.batch("SET LOCAL statement_timeout = 0").await?;
        self.is_unhurried.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Waits for all that is asked, as long as the server answers one thing after the other. One that is
    /// silent for longer than it may work on a statement does not answer any more, or the way to it is
    /// cut: the connection goes with the transaction.
    async fn answered<T>(&self, mut asked: Pin<Box<impl Future<Output = Result<T>>>>) -> Result<T> {
        self.hear();
        loop {
            let heard = self.heard();
            tokio::select! {
                said = &mut asked => return said,
                () = sleep_until(heard + SILENT_MAX) => {}
            }
            if self.heard() == heard && !self.is_unhurried.load(Ordering::Relaxed) {
                return Err(Failure::Silent);
            }
        }
    }

    fn heard(&self) -> Instant {
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hear(&self) {
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn client(&self) -> Result<&Object> {
        self.client.as_ref().ok_or(Failure::Closed)
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends what waits, and `last` after it in the same breath. If one fails, the server refuses all
    /// that come after it, and the first failure is told.
    async fn send_with<T>(
        &self,
        client: &Object,
        last: impl Future<Output = std::result::Result<T, tokio_postgres::Error>>,
    ) -> Result<T> {
        let Waiting { begin, changes } = std::mem::take(&mut *self.waiting());
        let mut prepared = Vec::with_capacity(changes.len());
        for change in &changes {
            prepared.push(client.prepare_cached(&change.sql).await?);
            self.hear();
        }
        let begin = async {
            match begin {
                Some(begin) => client.batch_execute(begin).await,
                None => Ok(()),
            }
        };
        let changes = changes
            .iter()
            .zip(&prepared)
            .map(|(change, statement)| async {
                let values = references(&change.values);
                let done = client.execute(statement, &values).await;
                self.hear();
                done
            });
        // Each is sent when it is first looked at, which is in this order.
        let sent = Box::pin(try_join3(begin, try_join_all(changes), last));
        let (_, _, done) = sent.await?;
        Ok(done)
    }

    /// Sends what waits.
    async fn send(&self) -> Result<()> {
        if self.waiting().changes.is_empty() {
            return Ok(());
        }
        let sent = self.send_with(self.client()?, ready(Ok(())));
        self.answered(Box::pin(sent)).await
    }

    /// Statements without values.
    pub(super) async fn batch(&self, sql: &str) -> Result<()> {
        let client = self.client()?;
        let sent = self.send_with(client, client.batch_execute(sql));
        self.answered(Box::pin(sent)).await
    }

    /// Changes something, sooner or later: before whatever is asked next, and before the end.
    pub(super) async fn change(&self, sql: &str, values: &[Value]) -> Result<()> {
        let waiting = {
            let mut waiting = self.waiting();
            waiting.changes.push(Change {
                sql: sql.to_string(),
                values: values.to_vec(),
            });
            waiting.changes.len()
        };
        match waiting < WAITING_MAX {
            true => Ok(()),
            false => self.send().await,
        }
    }

    /// Runs a `COPY … FROM STDIN` of these lines.
    pub(super) async fn copy_in(&self, sql: &str, lines: String) -> Result<()> {
        let client = self.client()?;
        self.answered(Box::pin(async {
            let sink = self
                .send_with(client, client.copy_in::<_, Bytes>(sql))
                .await?;
            let mut sink = pin!(sink);
            sink.send(Bytes::from(lines)).await?;
            sink.finish().await?;
            Ok(())
        }))
        .await
    }

    /// Runs a statement; tells how many rows it has changed.
    pub(super) async fn execute(&self, sql: &str, values: &[Value]) -> Result<u64> {
        let client = self.client()?;
        self.answered(Box::pin(async {
            let statement = client.prepare_cached(sql).await?;
            let values = references(values);
            self.send_with(client, client.execute(&statement, &values))
                .await
        }))
        .await
    }

    /// Says until the end that whatever is numbered from now on comes after `id`; whoever asks
    /// [`Db::numbered_after`] is told.
    pub(super) async fn number_after(&self, sql_of_id: &str) -> Result<()> {
        let sql = format!(
            "SELECT pg_advisory_xact_lock_shared($1::bigint::integer, (({sql_of_id}) & {NUMBERS})::integer)"
        );
        self.change(&sql, &[NUMBERING.into()]).await
    }

    /// The id that everybody has got past who is numbering at this moment; at most that of `sql_of_id`.
    pub(super) async fn numbered_after(&self, sql_of_id: &str) -> Result<i64> {
        // The lock is taken before the number and the last number is read before the locks, so that
        // nobody is passed over.
        let sql = format!(
            "SELECT least(last.id, (
                        SELECT min(last.id - ((last.id - objid::bigint) & {NUMBERS})) FROM pg_locks
                         WHERE locktype = 'advisory' AND classid::bigint = $1 AND objsubid = 2
                           AND database = (SELECT oid FROM pg_database
                                            WHERE datname = current_database())))
               FROM ({sql_of_id}) AS last (id)"
        );
        self.value(&sql, &[NUMBERING.into()]).await
    }

    /// Waits until nobody else changes that of this name, and keeps others from it until the end. Two
    /// names may share a lock: that only makes one wait.
    pub(super) async fn alone(&self, what: Alone, name: &str) -> Result<()> {
        let sql = "SELECT pg_advisory_xact_lock($1::bigint::integer, hashtext($2))";
        self.change(sql, &[(LOCKS + what as i64).into(), name.into()])
            .await
    }

    /// Every row that is found, to be read by a query of its own for each.
    pub(super) async fn rows(&self, sql: &str, values: &[Value]) -> Result<Vec<Row>> {
        let client = self.client()?;
        let rows = self.answered(Box::pin(async {
            let statement = client.prepare_cached(sql).await?;
            let values = references(values);
            self.send_with(client, client.query(&statement, &values))
                .await
        }));
        Ok(rows.await?.into_iter().map(Row).collect())
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
