//! The schema and how an older one becomes the present one.

use rusqlite::{Connection, TransactionBehavior};

use super::{search, standings};

/// The scripts, each with the schema that it leads to, in their order; schema 0 is the empty file. A
/// script that has been released is never changed again.
const MIGRATIONS: [(i64, &str); 14] = [
    (1, include_str!("schema/1.sql")),
    (2, include_str!("schema/2.sql")),
    (3, include_str!("schema/3.sql")),
    (4, include_str!("schema/4.sql")),
    (5, include_str!("schema/5.sql")),
    (6, include_str!("schema/6.sql")),
    (7, include_str!("schema/7.sql")),
    (8, include_str!("schema/8.sql")),
    (9, include_str!("schema/9.sql")),
    (10, include_str!("schema/10.sql")),
    (11, include_str!("schema/11.sql")),
    (12, include_str!("schema/12.sql")),
    (14, include_str!("schema/14.sql")),
    (15, include_str!("schema/15.sql")),
];

/// The schema that this version writes, kept in `PRAGMA user_version`.
pub(super) const VERSION: i64 = MIGRATIONS[MIGRATIONS.len() - 1].0;

/// Says in `PRAGMA application_id` that a file is ours: "bngg".
const APPLICATION_ID: i64 = 0x626e_6767;

/// What a database file holds.
pub(super) enum Contents {
    /// Ours, or nothing yet; with the schema version.
    Ours(i64),
    /// Tables of another program.
    Foreign,
}

/// Reads whose file it is.
pub(super) fn contents(db: &Connection) -> rusqlite::Result<Contents> {
    let version: i64 = db.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let application: i64 = db.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let tables: i64 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if application == APPLICATION_ID || (tables == 0 && application == 0 && version == 0) {
        Ok(Contents::Ours(version))
    } else {
        Ok(Contents::Foreign)
    }
}

/// Runs the scripts that are missing, each in one transaction: an interrupted one leaves nothing.
pub(super) fn migrate(db: &mut Connection, found: i64) -> rusqlite::Result<()> {
    for (version, script) in MIGRATIONS {
        if version <= found {
            continue;
        }
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        transaction.execute_batch(script)?;
        transaction.pragma_update(None, "user_version", version)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
        transaction.commit()?;
    }
    complete(db)
}

/// Makes what follows from the tables and may be missing.
pub(super) fn complete(db: &mut Connection) -> rusqlite::Result<()> {
    make_searchable(db)?;
    let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    standings::keep_missing(&transaction)?;
    transaction.commit()
}

/// What was read before there was a search: about a minute for a million articles. Interrupted, it
/// goes on at the next start.
fn make_searchable(db: &mut Connection) -> rusqlite::Result<()> {
    loop {
        let transaction = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let filled = search::fill(&transaction)?;
        transaction.commit()?;
        if filled == 0 {
            return Ok(());
        }
    }
}
