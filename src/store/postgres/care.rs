//! The whole database: checked, copied, made smaller.

use deadpool_postgres::Pool;
use tokio::runtime::{Builder, Runtime};
use url::Url;

use super::{
    articles,
    failure::Result,
    pool, schema,
    session::{Db, Mode},
    value::{FromValue, Json, Row, params},
};
use crate::{
    frontier::{Moved, Rhythm},
    model::{Date, PageKind, Poll, PostgresUrl, Timestamp},
    store::{Damage, OpenError, Schemas, StoreError},
};

/// Rows that are read at a time.
const BATCH: usize = 1_000;

/// What is done to the schema before anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Schema {
    /// It must be there as this version knows it.
    AsItIs,
    /// It must be there, and is brought up to date.
    UpToDate,
}

/// Does something with the database as a whole, on this thread.
pub(super) fn with<T>(
    url: &PostgresUrl,
    schema: Schema,
    work: impl AsyncFnOnce(&Pool) -> Result<T>,
) -> std::result::Result<T, OpenError> {
    let shown = url.to_string();
    let (runtime, pool) = connect(url)?;
    runtime.block_on(async {
        look(&pool, &shown, schema).await?;
        let done = work(&pool).await;
        pool.close();
        done.map_err(|failure| OpenError::Failed(failure.to_error(&shown)))
    })
}

/// Connections for this thread.
pub(super) fn connect(url: &PostgresUrl) -> std::result::Result<(Runtime, Pool), OpenError> {
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|why| StoreError::Database(why.to_string()))?;
    let pool = {
        let _inside = runtime.enter();
        pool::connect(url).map_err(|failure| failure.to_error(&url.to_string()))?
    };
    Ok((runtime, pool))
}

/// Sees that the store is there.
pub(super) async fn look(
    pool: &Pool,
    shown: &str,
    schema: Schema,
) -> std::result::Result<(), OpenError> {
    match schema::look(pool, shown).await {
        Err(OpenError::Older { .. }) if schema == Schema::UpToDate => {
            schema::migrate(pool, shown).await
        }
        looked => looked,
    }
}

/// See [`crate::store::check`]. The server checks what refers to what itself; whether its files are sound
/// is what `pg_amcheck` tells.
pub(in crate::store) fn check(url: &PostgresUrl) -> std::result::Result<Damage, OpenError> {
    with(url, Schema::AsItIs, async |pool| {
        let db = Db::begin(pool, Mode::Read).await?;
        db.take_time().await?;
        let mut damage = Damage::default();
        read_urls(&db, &mut damage).await?;
        read_articles(&db, &mut damage).await?;
        let sql = "SELECT url, coalesce(error, parked) AS why FROM urls
                    WHERE parked IS NOT NULL ORDER BY url";
        let parked = db.list(sql, &params![], |row| {
            Ok((row.get("url")?, row.get("why")?))
        });
        damage.parked = parked.await?;
        db.roll_back().await;
        Ok(damage)
    })
}

async fn read_urls(db: &Db, damage: &mut Damage) -> Result<()> {
    let sql = "SELECT id, url, kind, published, rhythm, moved, last_poll, next_at, discovered_at
                 FROM urls WHERE id > $1 ORDER BY id LIMIT $2";
    let mut after: i64 = 0;
    loop {
        let faults = |row: &Row| {
            let columns = [
                column::<Url>(row, "url"),
                column::<PageKind>(row, "kind"),
                column::<Option<Date>>(row, "published"),
                column::<Option<Json<Rhythm>>>(row, "rhythm"),
                column::<Option<Json<Moved>>>(row, "moved"),
                column::<Option<Json<Poll>>>(row, "last_poll"),
                column::<Timestamp>(row, "next_at"),
                column::<Timestamp>(row, "discovered_at"),
            ];
            Ok((row.get::<i64>("id")?, columns))
        };
        let rows = db.list(sql, &params![after, BATCH], faults).await?;
        damage.urls += rows.len() as u64;
        for (id, columns) in &rows {
            for fault in columns.iter().flatten() {
                damage.add(format!("urls {id}: {fault}"));
            }
        }
        match rows.last() {
            Some((last, _)) => after = *last,
            None => return Ok(()),
        }
    }
}

/// Why a column cannot be read, if it cannot.
fn column<T: FromValue>(row: &Row, name: &str) -> Option<String> {
    let why = row.get::<T>(name).err()?;
    Some(format!("{name}: {}", why.to_error("")))
}

async fn read_articles(db: &Db, damage: &mut Damage) -> Result<()> {
    let sql = "SELECT id FROM articles WHERE id > $1 ORDER BY id LIMIT $2";
    let mut after: i64 = 0;
    loop {
        let ids: Vec<i64> = db.values(sql, &params![after, BATCH]).await?;
        let Some(last) = ids.last() else {
            return Ok(());
        };
        after = *last;
        damage.articles += ids.len() as u64;
        for id in ids {
            let read = [
                articles::get(db, id).await.map(|row| row.is_some()),
                articles::page(db, id).await.map(|_| true),
            ];
            for read in read {
                match read {
                    Ok(true) => {}
                    Ok(false) => damage.add(format!("articles {id}: it has no conclusion")),
                    Err(why) if why.is_unreadable() => {
                        damage.add(format!("articles {id}: {}", why.to_error("")));
                    }
                    Err(why) => return Err(why),
                }
            }
        }
    }
}

/// See [`crate::store::compact`]. Tables are written anew, while nobody else is connected.
pub(in crate::store) fn compact(url: &PostgresUrl) -> std::result::Result<(u64, u64), OpenError> {
    let shown = url.to_string();
    let sizes = with(url, Schema::UpToDate, async |pool| {
        let db = Db::begin(pool, Mode::Read).await?;
        let others = "SELECT count(*) FROM pg_stat_activity
                       WHERE datname = current_database() AND pid <> pg_backend_pid()
                         AND backend_type = 'client backend'";
        let others: u64 = db.value(others, &params![]).await?;
        db.commit().await?;
        if others > 0 {
            return Ok(None);
        }
        let before = size(pool).await?;
        let client = pool.get().await?;
        client.batch_execute("SET statement_timeout = 0").await?;
        client.batch_execute("VACUUM (FULL, ANALYZE)").await?;
        drop(client);
        Ok(Some((before, size(pool).await?)))
    })?;
    sizes.ok_or(OpenError::Locked(shown))
}

async fn size(pool: &Pool) -> Result<u64> {
    let db = Db::begin(pool, Mode::Read).await?;
    let sql = "SELECT pg_database_size(current_database())";
    let bytes = db.value(sql, &params![]).await?;
    db.commit().await?;
    Ok(bytes)
}

/// See [`crate::store::migrate`]. Workers of the version before go on beside it.
pub(in crate::store) fn migrate(
    url: &PostgresUrl,
    is_for_show: bool,
) -> std::result::Result<Schemas, OpenError> {
    let shown = url.to_string();
    let (runtime, pool) = connect(url)?;
    runtime.block_on(async {
        let found = schema::found(&pool, &shown).await?;
        if found < schema::VERSION && !is_for_show {
            schema::migrate(&pool, &shown).await?;
        }
        pool.close();
        Ok(Schemas {
            found,
            known: schema::VERSION,
        })
    })
}
