//! How our nouns stand in columns. Each type is a thin wrapper that reads and writes one way.

use std::{fmt::Display, str::FromStr};

use chrono::DateTime;
use rusqlite::{
    Error, Row, ToSql,
    types::{FromSql, FromSqlError, FromSqlResult, ToSqlOutput, ValueRef},
};
use serde::{Serialize, de::DeserializeOwned};
use url::Url;

use crate::model::{Date, PageKind, Reason, Timestamp, Verdict};

/// An instant as milliseconds since 1970 UTC.
#[derive(Debug, Clone, Copy)]
pub(super) struct Millis(pub(super) Timestamp);

impl ToSql for Millis {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.timestamp_millis().into())
    }
}

impl FromSql for Millis {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let millis = value.as_i64()?;
        let time = DateTime::from_timestamp_millis(millis);
        time.map(Millis).ok_or(FromSqlError::OutOfRange(millis))
    }
}

/// A day or a moment as its text.
pub(super) struct Dated(pub(super) Date);

impl ToSql for Dated {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.to_string().into())
    }
}

impl FromSql for Dated {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = value.as_str()?;
        Date::from_str(text)
            .map(Dated)
            .map_err(|why| unreadable("a date", text, &why))
    }
}

/// A URL as text.
pub(super) struct Address(pub(super) Url);

impl FromSql for Address {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = value.as_str()?;
        Url::from_str(text)
            .map(Address)
            .map_err(|why| unreadable("a URL", text, &why))
    }
}

/// A page kind by its name.
pub(super) struct Kind(pub(super) PageKind);

impl ToSql for Kind {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.as_str().into())
    }
}

impl FromSql for Kind {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let name = value.as_str()?;
        PageKind::parse(name)
            .map(Kind)
            .ok_or_else(|| unreadable("a page kind", name, &"unknown"))
    }
}

/// Anything that serde knows, as JSON text.
pub(super) struct Json<T>(pub(super) T);

impl<T: Serialize> ToSql for Json<T> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        match serde_json::to_string(&self.0) {
            Ok(text) => Ok(text.into()),
            Err(why) => Err(rusqlite::Error::ToSqlConversionFailure(Box::new(why))),
        }
    }
}

impl<T: DeserializeOwned> FromSql for Json<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let text = value.as_str()?;
        serde_json::from_str(text)
            .map(Json)
            .map_err(|why| unreadable("JSON", text, &why))
    }
}

/// A unit variant by the name that serde gives it.
pub(super) struct Named<T>(pub(super) T);

impl<T: DeserializeOwned> FromSql for Named<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        let name = value.as_str()?;
        serde_json::from_value(name.into())
            .map(Named)
            .map_err(|why| unreadable("a name", name, &why))
    }
}

/// An optional time.
pub(super) fn time(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<Millis>>(column)?.map(|millis| millis.0))
}

/// The verdict in the columns `verdict` and `reason`.
pub(super) fn verdict(row: &Row<'_>) -> rusqlite::Result<Verdict> {
    let name: String = row.get("verdict")?;
    match name.as_str() {
        "pass" => Ok(Verdict::Pass),
        "flag" => Ok(Verdict::Flag),
        _ => Ok(Verdict::Abstain(row.get::<_, Named<Reason>>("reason")?.0)),
    }
}

/// A `LIMIT`, which SQLite counts with a sign.
pub(super) fn row_limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// The error for what stands in a column but should not.
pub(super) fn unreadable(what: &str, text: &str, why: &dyn Display) -> FromSqlError {
    let start: String = text.chars().take(80).collect();
    FromSqlError::Other(format!("`{start}` is not {what}: {why}").into())
}

/// Whether an error says that what stands in a row is not what should.
pub(super) fn is_unreadable(error: &Error) -> bool {
    matches!(
        error,
        Error::FromSqlConversionFailure(..)
            | Error::InvalidColumnType(..)
            | Error::IntegralValueOutOfRange(..)
            | Error::Utf8Error(..)
    )
}

/// What can be done without, and is written anew in time.
pub(super) fn forgiving<T: FromSql>(row: &Row<'_>, column: &str) -> Option<T> {
    row.get(column).unwrap_or_else(|why| {
        tracing::error!(column, %why, "a part of a row cannot be read and is left out");
        None
    })
}

/// Rows, but for those that cannot be read.
pub(super) struct Readable<T> {
    pub(super) rows: Vec<T>,
    /// Why the first of the others cannot.
    pub(super) unreadable: Option<Error>,
}

impl<T> Readable<T> {
    /// The first `limit` that can be read; any other error ends it.
    pub(super) fn take(
        rows: impl Iterator<Item = rusqlite::Result<T>>,
        limit: usize,
    ) -> rusqlite::Result<Readable<T>> {
        let mut readable = Readable {
            rows: Vec::new(),
            unreadable: None,
        };
        for row in rows {
            if readable.rows.len() >= limit {
                break;
            }
            match row {
                Err(why) if is_unreadable(&why) => {
                    readable.unreadable.get_or_insert(why);
                }
                row => readable.rows.push(row?),
            }
        }
        Ok(readable)
    }
}
