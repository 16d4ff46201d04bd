//! The file as tables, for a copy.

use std::path::Path;

use rusqlite::{
    Connection, OptionalExtension, ToSql, params_from_iter,
    types::{ToSqlOutput, Value, ValueRef},
};

use super::{
    failure::classify,
    file::{self, Lock},
    schema,
};
use crate::store::{
    OpenError,
    tables::{Cell, Cells, Table, Tables, UNFINISHED, after},
};

/// The file to copy from: nobody else may have it, so that it stays as it is.
pub(in crate::store) fn read(path: &Path) -> Result<Box<dyn Tables>, OpenError> {
    file::exists(path)?;
    write(path)
}

/// The file to copy to, made if there is none.
pub(in crate::store) fn write(path: &Path) -> Result<Box<dyn Tables>, OpenError> {
    let (db, lock) = file::open(path)?;
    Ok(Box::new(SqliteTables {
        path: path.to_path_buf(),
        db,
        lock,
    }))
}

struct SqliteTables {
    path: std::path::PathBuf,
    db: Connection,
    lock: Lock,
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Cell::Null => ToSqlOutput::Owned(Value::Null),
            Cell::Int(value) => (*value).into(),
            Cell::Real(value) => (*value).into(),
            Cell::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Cell::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}

impl From<Value> for Cell {
    fn from(value: Value) -> Cell {
        match value {
            Value::Null => Cell::Null,
            Value::Integer(value) => Cell::Int(value),
            Value::Real(value) => Cell::Real(value),
            Value::Text(text) => Cell::text(text),
            Value::Blob(bytes) => Cell::Bytes(bytes),
        }
    }
}

impl SqliteTables {
    fn run<T>(&mut self, work: impl FnOnce(&mut Connection) -> rusqlite::Result<T>) -> Done<T> {
        let done = work(&mut self.db);
        done.map_err(|error| classify(&self.path, &error).into())
    }
}

type Done<T> = Result<T, OpenError>;

fn list(db: &Connection, sql: &str, width: usize, values: &[Cell]) -> rusqlite::Result<Vec<Cells>> {
    let cells = |row: &rusqlite::Row<'_>| {
        let cells = (0..width).map(|at| Ok(row.get::<_, Value>(at)?.into()));
        cells.collect()
    };
    db.prepare_cached(sql)?
        .query_map(params_from_iter(values), cells)?
        .collect()
}

impl Tables for SqliteTables {
    fn columns(&mut self, table: &Table) -> Done<Vec<String>> {
        self.run(|db| {
            // Generated columns are not told of.
            db.prepare("SELECT name FROM pragma_table_info(?1)")?
                .query_map([table.name], |row| row.get(0))?
                .collect()
        })
    }

    fn count(&mut self, table: &Table) -> Done<u64> {
        let sql = format!("SELECT count(*) FROM {}", table.name);
        self.run(|db| db.query_row(&sql, [], |row| row.get(0)))
    }

    fn rows(
        &mut self,
        table: &Table,
        columns: &[String],
        after_key: Option<&[Cell]>,
    ) -> Done<Vec<Cells>> {
        let sql = format!(
            "SELECT {} FROM {} {} ORDER BY {} LIMIT {}",
            columns.join(", "),
            table.name,
            after(table, after_key.is_some(), |at| format!("?{at}")),
            table.key.join(", "),
            table.batch
        );
        let key = after_key.unwrap_or_default();
        self.run(|db| list(db, &sql, columns.len(), key))
    }

    fn last(&mut self, table: &Table) -> Done<Option<Cells>> {
        let order = table.key.join(" DESC, ");
        let key = table.key.join(", ");
        let sql = format!(
            "SELECT {key} FROM {} ORDER BY {order} DESC LIMIT 1",
            table.name
        );
        self.run(|db| Ok(list(db, &sql, table.key.len(), &[])?.pop()))
    }

    fn add(&mut self, table: &Table, columns: &[String], rows: &[Cells]) -> Done<()> {
        let signs = vec!["?"; columns.len()].join(", ");
        let names = columns.join(", ");
        let sql = format!("INSERT INTO {} ({names}) VALUES ({signs})", table.name);
        self.run(|db| {
            let transaction = db.transaction()?;
            let mut insert = transaction.prepare_cached(&sql)?;
            for row in rows {
                insert.execute(params_from_iter(row))?;
            }
            drop(insert);
            transaction.commit()
        })
    }

    fn clear(&mut self, table: &Table) -> Done<()> {
        let sql = format!("DELETE FROM {}", table.name);
        self.run(|db| db.execute(&sql, []).map(drop))
    }

    fn unfinished(&mut self) -> Done<Option<String>> {
        self.run(|db| {
            let known = "SELECT 1 FROM sqlite_schema WHERE name = ?1";
            if !db.prepare(known)?.exists([UNFINISHED])? {
                return Ok(None);
            }
            let sql = format!("SELECT source FROM {UNFINISHED}");
            db.query_row(&sql, [], |row| row.get(0)).optional()
        })
    }

    fn begin(&mut self, from: &str) -> Done<()> {
        self.run(|db| {
            let transaction = db.transaction()?;
            let sql = format!("CREATE TABLE {UNFINISHED} (source TEXT NOT NULL)");
            transaction.execute(&sql, [])?;
            let sql = format!("INSERT INTO {UNFINISHED} (source) VALUES (?1)");
            transaction.execute(&sql, [from])?;
            transaction.commit()
        })
    }

    fn finish(&mut self) -> Done<()> {
        self.run(|db| {
            schema::complete(db)?;
            db.execute_batch(&format!(
                "DROP TABLE {UNFINISHED}; PRAGMA wal_checkpoint(TRUNCATE)"
            ))
        })
    }

    fn close(self: Box<Self>) -> Done<()> {
        let SqliteTables { path, db, lock } = *self;
        let closed = db.close();
        drop(lock);
        closed.map_err(|(_, error)| classify(&path, &error).into())
    }
}
