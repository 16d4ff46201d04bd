//! The schema and how an older one becomes the present one.

use deadpool_postgres::Pool;

use super::{
    failure::{Failure, Result},
    session::{Db, Mode},
    standings,
    value::params,
};
use crate::store::{OpenError, StoreError};

/// The scripts, each with the schema that it leads to, in their order. A script that has been released
/// is never changed again, and leaves what workers of the version before still need: they go on.
const MIGRATIONS: [(i64, &str); 4] = [
    (1, include_str!("schema/1.sql")),
    (2, include_str!("schema/2.sql")),
    (3, include_str!("schema/3.sql")),
    (4, include_str!("schema/4.sql")),
];

/// The schema that this version writes.
pub(super) const VERSION: i64 = MIGRATIONS[MIGRATIONS.len() - 1].0;

/// Of the advisory lock that one worker migrates under while others wait; its second half is 1 (2 is
/// for adding up counts). "bngg".
const LOCK: i64 = 0x626e_6767;

/// Says whose database it is, and of which schema: one row.
const OURS: &str = "
    CREATE TABLE IF NOT EXISTS benggala (
        only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
        schema   bigint  NOT NULL
    )";

/// What a database holds.
enum Contents {
    /// Nothing yet, or ours with its schema.
    Ours(i64),
    /// Tables of another program.
    Foreign,
}

async fn contents(db: &Db) -> Result<Contents> {
    let is_ours: bool = db
        .value(
            "SELECT to_regclass(current_schema() || '.benggala') IS NOT NULL",
            &params![],
        )
        .await?;
    if is_ours {
        let found: Option<i64> = db.maybe("SELECT schema FROM benggala", &params![]).await?;
        return Ok(Contents::Ours(found.unwrap_or(0)));
    }
    let tables: i64 = db
        .value(
            "SELECT count(*) FROM pg_class
              WHERE relnamespace = current_schema()::regnamespace AND relkind IN ('r', 'p', 'v')",
            &params![],
        )
        .await?;
    Ok(match tables {
        0 => Contents::Ours(0),
        _ => Contents::Foreign,
    })
}

/// How often it is begun anew where others are in the way, who do not know of it.
const TRIES_MAX: u32 = 5;

/// Brings the schema up to date: one worker at a time, each script in one transaction.
pub(super) async fn migrate(pool: &Pool, shown: &str) -> std::result::Result<(), OpenError> {
    let failed = |failure: Failure| OpenError::Failed(failure.to_error(shown));
    let mut tries = 1;
    loop {
        let db = Db::begin(pool, Mode::Write).await.map_err(failed)?;
        match run(&db).await {
            Err(why) if why.is_passing() && tries < TRIES_MAX => {
                db.roll_back().await;
                tries += 1;
            }
            found => return end(&db, found.map_err(failed)?, shown).await,
        }
    }
}

/// Makes it last, unless the database is none for us.
async fn end(db: &Db, found: Contents, shown: &str) -> std::result::Result<(), OpenError> {
    let known = match found {
        Contents::Foreign => Err(foreign(shown)),
        Contents::Ours(found) => is_known(found, shown),
    };
    match known {
        Ok(()) => {
            let committed = db.commit().await;
            committed.map_err(|why| OpenError::Failed(why.to_error(shown)))
        }
        Err(why) => {
            db.roll_back().await;
            Err(why)
        }
    }
}

/// What was found, after whatever was missing has been run.
async fn run(db: &Db) -> Result<Contents> {
    db.take_time().await?;
    db.batch("SET LOCAL lock_timeout = 0").await?;
    db.execute(
        "SELECT pg_advisory_xact_lock($1::bigint::integer, 1)",
        &params![LOCK],
    )
    .await?;
    let found = contents(db).await?;
    let Contents::Ours(version) = found else {
        return Ok(found);
    };
    if version >= VERSION {
        return Ok(found);
    }
    db.batch(OURS).await?;
    for (version, script) in MIGRATIONS.iter().filter(|(each, _)| *each > version) {
        db.batch(script).await?;
        db.execute(
            "INSERT INTO benggala (schema) VALUES ($1)
             ON CONFLICT (only_row) DO UPDATE SET schema = excluded.schema",
            &params![*version],
        )
        .await?;
    }
    standings::keep_missing(db).await?;
    Ok(Contents::Ours(VERSION))
}

/// Whether the schema is there and can be read.
pub(super) async fn look(pool: &Pool, shown: &str) -> std::result::Result<(), OpenError> {
    match found(pool, shown).await? {
        found if found < VERSION => Err(OpenError::Older {
            path: shown.to_string(),
            found,
            known: VERSION,
        }),
        _ => Ok(()),
    }
}

/// The schema that is there, which is none that this version does not know.
pub(super) async fn found(pool: &Pool, shown: &str) -> std::result::Result<i64, OpenError> {
    let failed = |failure: Failure| OpenError::Failed(failure.to_error(shown));
    let db = Db::begin(pool, Mode::Read).await.map_err(failed)?;
    let found = contents(&db).await.map_err(failed)?;
    db.roll_back().await;
    match found {
        Contents::Foreign => Err(foreign(shown)),
        Contents::Ours(0) => Err(OpenError::Absent(shown.to_string())),
        Contents::Ours(found) => is_known(found, shown).map(|()| found),
    }
}

fn is_known(found: i64, shown: &str) -> std::result::Result<(), OpenError> {
    match found > VERSION {
        true => Err(OpenError::Newer {
            path: shown.to_string(),
            found,
            known: VERSION,
        }),
        false => Ok(()),
    }
}

fn foreign(shown: &str) -> OpenError {
    OpenError::Failed(StoreError::Open {
        path: shown.to_string(),
        why: "the database holds tables of another program; give this one a database of its own"
            .to_string(),
    })
}
