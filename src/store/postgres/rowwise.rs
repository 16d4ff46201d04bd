//! The database as tables, for a copy.

use deadpool_postgres::Pool;
use tokio::runtime::Runtime;

use super::{
    care::{self, Schema},
    failure::{Failure, Result},
    schema, search,
    session::{Db, Mode},
    upkeep,
    value::{Row, Value, params},
};
use crate::{
    model::PostgresUrl,
    store::{
        OpenError,
        tables::{Cell, Cells, Table, Tables, UNFINISHED, after},
    },
};

/// Articles made searchable in one transaction.
const FILL_BATCH: usize = 200;

/// The database to copy from, as it is now: whoever goes on writing is not seen.
pub(in crate::store) fn read(url: &PostgresUrl) -> std::result::Result<Box<dyn Tables>, OpenError> {
    let mut tables = PostgresTables::connect(url)?;
    tables.look(Schema::UpToDate)?;
    let pool = tables.pool.clone();
    let moment = tables.run(async |_| {
        let db = Db::begin(&pool, Mode::Read).await?;
        db.take_time().await?;
        db.batch("SET LOCAL idle_in_transaction_session_timeout = 0")
            .await?;
        Ok(db)
    })?;
    tables.moment = Some(moment);
    Ok(Box::new(tables))
}

/// The database to copy to, whose schema is made if there is none.
pub(in crate::store) fn write(
    url: &PostgresUrl,
) -> std::result::Result<Box<dyn Tables>, OpenError> {
    let tables = PostgresTables::connect(url)?;
    tables
        .runtime
        .block_on(schema::migrate(&tables.pool, &tables.shown))?;
    Ok(Box::new(tables))
}

struct PostgresTables {
    runtime: Runtime,
    pool: Pool,
    shown: String,
    /// The one moment of which everything is read.
    moment: Option<Db>,
}

type Done<T> = std::result::Result<T, OpenError>;

impl PostgresTables {
    fn connect(url: &PostgresUrl) -> Done<PostgresTables> {
        let (runtime, pool) = care::connect(url)?;
        Ok(PostgresTables {
            runtime,
            pool,
            shown: url.to_string(),
            moment: None,
        })
    }

    fn look(&self, schema: Schema) -> Done<()> {
        let look = care::look(&self.pool, &self.shown, schema);
        self.runtime.block_on(look)
    }

    fn run<T>(&self, work: impl AsyncFnOnce(&Pool) -> Result<T>) -> Done<T> {
        let done = self.runtime.block_on(work(&self.pool));
        done.map_err(|why| OpenError::Failed(why.to_error(&self.shown)))
    }

    /// In the moment, or in a transaction of its own.
    fn ask<T>(&self, work: impl AsyncFnOnce(&Db) -> Result<T>) -> Done<T> {
        self.run(async |pool| match &self.moment {
            Some(db) => work(db).await,
            None => {
                let db = Db::begin(pool, Mode::Read).await?;
                let done = work(&db).await?;
                db.commit().await?;
                Ok(done)
            }
        })
    }

    fn change<T>(&self, work: impl AsyncFnOnce(&Db) -> Result<T>) -> Done<T> {
        self.run(async |pool| {
            let db = Db::begin(pool, Mode::Write).await?;
            db.take_time().await?;
            let done = work(&db).await?;
            db.commit().await?;
            Ok(done)
        })
    }
}

impl From<Value> for Cell {
    fn from(value: Value) -> Cell {
        match value {
            Value::Bool(value) => Cell::Int(value.into()),
            Value::Int(value) => Cell::Int(value),
            Value::Real(value) => Cell::Real(value),
            Value::Text(text) => Cell::Text(text),
            Value::Bytes(bytes) => Cell::Bytes(bytes),
            // No table has a column of many.
            Value::Null | Value::Ints(_) | Value::Texts(_) => Cell::Null,
        }
    }
}

impl From<&Cell> for Value {
    fn from(cell: &Cell) -> Value {
        match cell {
            Cell::Null => Value::Null,
            Cell::Int(value) => Value::Int(*value),
            Cell::Real(value) => Value::Real(*value),
            Cell::Text(text) => Value::Text(text.clone()),
            Cell::Bytes(bytes) => Value::Bytes(bytes.clone()),
        }
    }
}

async fn list(db: &Db, sql: &str, width: usize, values: &[Value]) -> Result<Vec<Cells>> {
    let cells = |row: &Row| (0..width).map(|at| row.cell(at).map(Cell::from)).collect();
    db.list(sql, values, cells).await
}

/// A row as `COPY` reads it (PostgreSQL 15, "COPY", Text Format).
fn line(row: &[Cell], out: &mut String) {
    for (at, cell) in row.iter().enumerate() {
        if at > 0 {
            out.push('\t');
        }
        match cell {
            Cell::Null => out.push_str("\\N"),
            Cell::Int(value) => out.push_str(&value.to_string()),
            Cell::Real(value) => out.push_str(&value.to_string()),
            Cell::Bytes(bytes) => {
                out.push_str("\\\\x");
                data_encoding::HEXLOWER.encode_append(bytes, out);
            }
            Cell::Text(text) => out.extend(text.chars().flat_map(escaped)),
        }
    }
    out.push('\n');
}

fn escaped(c: char) -> impl Iterator<Item = char> {
    let (first, second) = match c {
        '\\' => ('\\', Some('\\')),
        '\n' => ('\\', Some('n')),
        '\r' => ('\\', Some('r')),
        '\t' => ('\\', Some('t')),
        c => (c, None),
    };
    [Some(first), second].into_iter().flatten()
}

impl Tables for PostgresTables {
    fn columns(&mut self, table: &Table) -> Done<Vec<String>> {
        let sql = "SELECT column_name::text FROM information_schema.columns
                    WHERE table_schema = current_schema() AND table_name = $1
                      AND is_generated = 'NEVER'";
        self.ask(async |db| db.values(sql, &params![table.name]).await)
    }

    fn count(&mut self, table: &Table) -> Done<u64> {
        let sql = format!("SELECT count(*) FROM {}", table.name);
        self.ask(async |db| db.value(&sql, &params![]).await)
    }

    fn rows(
        &mut self,
        table: &Table,
        columns: &[String],
        after_key: Option<&[Cell]>,
    ) -> Done<Vec<Cells>> {
        let order = table.key.join(", ");
        let beyond = after(table, after_key.is_some(), |at| format!("${at}"));
        let sql = format!(
            "SELECT {} FROM {} {beyond} ORDER BY {order} LIMIT {}",
            columns.join(", "),
            table.name,
            table.batch
        );
        let key: Vec<Value> = after_key
            .unwrap_or_default()
            .iter()
            .map(Value::from)
            .collect();
        self.ask(async |db| list(db, &sql, columns.len(), &key).await)
    }

    fn last(&mut self, table: &Table) -> Done<Option<Cells>> {
        let (key, order) = (table.key.join(", "), table.key.join(" DESC, "));
        let sql = format!(
            "SELECT {key} FROM {} ORDER BY {order} DESC LIMIT 1",
            table.name
        );
        self.ask(async |db| Ok(list(db, &sql, table.key.len(), &[]).await?.pop()))
    }

    fn add(&mut self, table: &Table, columns: &[String], rows: &[Cells]) -> Done<()> {
        let sql = format!("COPY {} ({}) FROM STDIN", table.name, columns.join(", "));
        let mut lines = String::new();
        for row in rows {
            line(row, &mut lines);
        }
        self.change(async |db| {
            db.copy_in(&sql, lines).await?;
            upkeep::add_up(db).await
        })
    }

    fn clear(&mut self, table: &Table) -> Done<()> {
        let sql = format!("DELETE FROM {}", table.name);
        self.change(async |db| db.execute(&sql, &params![]).await.map(drop))
    }

    fn unfinished(&mut self) -> Done<Option<String>> {
        self.ask(async |db| {
            let known = "SELECT 1 FROM information_schema.tables
                          WHERE table_schema = current_schema() AND table_name = $1";
            if !db.exists(known, &params![UNFINISHED]).await? {
                return Ok(None);
            }
            let sql = format!("SELECT source FROM {UNFINISHED}");
            db.maybe(&sql, &params![]).await
        })
    }

    fn begin(&mut self, from: &str) -> Done<()> {
        self.change(async |db| {
            let sql = format!("CREATE TABLE {UNFINISHED} (source text NOT NULL)");
            db.batch(&sql).await?;
            let sql = format!("INSERT INTO {UNFINISHED} (source) VALUES ($1)");
            db.execute(&sql, &params![from]).await.map(drop)
        })
    }

    fn finish(&mut self) -> Done<()> {
        while self.change(async |db| search::fill(db, FILL_BATCH).await)? == FILL_BATCH {}
        self.change(async |db| {
            set_identities(db).await?;
            db.batch(&format!("DROP TABLE {UNFINISHED}")).await
        })?;
        // What was copied at once is looked at once, so that the first queries are planned well.
        self.run(async |pool| {
            let client = pool.get().await?;
            let analyzed = client.batch_execute("ANALYZE").await;
            analyzed.map_err(Failure::from)
        })
    }

    fn close(self: Box<Self>) -> Done<()> {
        let PostgresTables {
            runtime,
            pool,
            moment,
            ..
        } = *self;
        runtime.block_on(async {
            if let Some(db) = moment {
                db.roll_back().await;
            }
            pool.close();
        });
        Ok(())
    }
}

/// New rows come after those that were copied.
async fn set_identities(db: &Db) -> Result<()> {
    let sql = "SELECT table_name::text FROM information_schema.columns
                WHERE table_schema = current_schema() AND is_identity = 'YES'
                  AND column_name = 'id'";
    for table in db.values::<String>(sql, &params![]).await? {
        let sql = format!(
            "SELECT setval(pg_get_serial_sequence('{table}', 'id'),
                           greatest((SELECT max(id) FROM {table}), 1))"
        );
        db.execute(&sql, &params![]).await?;
    }
    Ok(())
}
