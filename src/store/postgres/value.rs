//! How our nouns stand in columns.
//!
//! tokio-postgres wants the exact type of each column from Rust. [`Value`] takes on that of the column
//! it goes to, so that a query need not say for each number how wide it is.

use std::{error::Error, str::FromStr};

use bytes::BytesMut;
use chrono::DateTime;
use serde::{Serialize, de::DeserializeOwned};
use tokio_postgres::row::RowIndex;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use url::Url;

use super::failure::{Failure, Result, unreadable};
use crate::model::{Date, PageKind, Reason, Timestamp, Verdict};

/// What goes into a column or comes out of it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
    Ints(Vec<i64>),
    Texts(Vec<String>),
}

type Boxed = Box<dyn Error + Sync + Send>;

impl ToSql for Value {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> std::result::Result<IsNull, Boxed> {
        match self {
            Value::Null => Ok(IsNull::Yes),
            Value::Bool(value) => value.to_sql(ty, out),
            Value::Int(value) => match *ty {
                Type::INT2 => i16::try_from(*value)?.to_sql(ty, out),
                Type::INT4 => i32::try_from(*value)?.to_sql(ty, out),
                #[expect(clippy::cast_precision_loss, reason = "as SQL itself does")]
                Type::FLOAT8 => (*value as f64).to_sql(ty, out),
                _ => value.to_sql(ty, out),
            },
            Value::Real(value) => value.to_sql(ty, out),
            Value::Text(value) => value.to_sql(&Type::TEXT, out),
            Value::Bytes(value) => value.to_sql(ty, out),
            Value::Ints(value) => value.to_sql(ty, out),
            Value::Texts(value) => value.to_sql(ty, out),
        }
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Value {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> std::result::Result<Value, Boxed> {
        Ok(match *ty {
            Type::BOOL => Value::Bool(bool::from_sql(ty, raw)?),
            Type::INT2 => Value::Int(i16::from_sql(ty, raw)?.into()),
            Type::INT4 => Value::Int(i32::from_sql(ty, raw)?.into()),
            Type::INT8 => Value::Int(i64::from_sql(ty, raw)?),
            Type::FLOAT4 => Value::Real(f32::from_sql(ty, raw)?.into()),
            Type::FLOAT8 => Value::Real(f64::from_sql(ty, raw)?),
            Type::BYTEA => Value::Bytes(raw.to_vec()),
            Type::INT8_ARRAY => Value::Ints(Vec::from_sql(ty, raw)?),
            Type::TEXT_ARRAY => Value::Texts(Vec::from_sql(ty, raw)?),
            _ => Value::Text(std::str::from_utf8(raw)?.to_string()),
        })
    }

    fn from_sql_null(_: &Type) -> std::result::Result<Value, Boxed> {
        Ok(Value::Null)
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

/// The values of a statement, in the order of `$1`, `$2` and so on.
macro_rules! params {
    ($($value:expr),* $(,)?) => {
        [$($crate::store::postgres::value::Value::from($value)),*]
    };
}
pub(super) use params;

macro_rules! integers {
    ($($int:ty),*) => {$(
        impl From<$int> for Value {
            /// What no column can hold is as much as one can.
            fn from(value: $int) -> Value {
                Value::Int(i64::try_from(value).unwrap_or(i64::MAX))
            }
        }

        impl From<&$int> for Value {
            fn from(value: &$int) -> Value {
                Value::from(*value)
            }
        }

        impl FromValue for $int {
            fn from_value(value: Value) -> Result<$int> {
                match value {
                    Value::Int(found) => <$int>::try_from(found)
                        .map_err(|why| unreadable("a number in its range", &found.to_string(), &why)),
                    other => Err(other.is_no("a whole number")),
                }
            }
        }
    )*};
}
integers!(i64, u64, i32, u32, u16, u8, usize);

impl From<bool> for Value {
    fn from(value: bool) -> Value {
        Value::Bool(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Value {
        Value::Real(value)
    }
}

impl From<f32> for Value {
    fn from(value: f32) -> Value {
        Value::Real(value.into())
    }
}

/// PostgreSQL has no text with a NUL in it. A space is as long, so that spans stay right.
impl From<String> for Value {
    fn from(value: String) -> Value {
        Value::Text(match value.contains('\0') {
            true => value.replace('\0', " "),
            false => value,
        })
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Value {
        Value::from(value.to_string())
    }
}

impl From<&String> for Value {
    fn from(value: &String) -> Value {
        Value::from(value.as_str())
    }
}

impl From<&Url> for Value {
    fn from(value: &Url) -> Value {
        Value::from(value.as_str())
    }
}

impl From<Vec<u8>> for Value {
    fn from(value: Vec<u8>) -> Value {
        Value::Bytes(value)
    }
}

impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Value {
        Value::Bytes(value.to_vec())
    }
}

impl From<&Vec<u8>> for Value {
    fn from(value: &Vec<u8>) -> Value {
        Value::Bytes(value.clone())
    }
}

impl From<Vec<i64>> for Value {
    fn from(value: Vec<i64>) -> Value {
        Value::Ints(value)
    }
}

impl From<Vec<String>> for Value {
    fn from(value: Vec<String>) -> Value {
        Value::Texts(value)
    }
}

impl From<&[String]> for Value {
    fn from(value: &[String]) -> Value {
        Value::Texts(value.to_vec())
    }
}

/// Milliseconds since 1970 UTC.
impl From<Timestamp> for Value {
    fn from(value: Timestamp) -> Value {
        Value::Int(value.timestamp_millis())
    }
}

impl From<Date> for Value {
    fn from(value: Date) -> Value {
        Value::Text(value.to_string())
    }
}

impl From<PageKind> for Value {
    fn from(value: PageKind) -> Value {
        Value::from(value.as_str())
    }
}

impl<T> From<Option<T>> for Value
where
    Value: From<T>,
{
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Value::from)
    }
}

/// Anything that serde knows, as JSON.
#[derive(Debug)]
pub(super) struct Json<T>(pub(super) T);

impl<T: Serialize> From<Json<T>> for Value {
    fn from(value: Json<T>) -> Value {
        // What is no JSON is refused by the column, which takes nothing else.
        Value::Text(serde_json::to_string(&value.0).unwrap_or_default())
    }
}

/// A unit variant by the name that serde gives it.
pub(super) struct Named<T>(pub(super) T);

/// What can be read out of a column.
pub(super) trait FromValue: Sized {
    fn from_value(value: Value) -> Result<Self>;
}

impl Value {
    fn is_no(&self, what: &str) -> Failure {
        unreadable(what, &format!("{self:?}"), &"it is something else")
    }

    fn text(self, what: &str) -> Result<String> {
        match self {
            Value::Text(text) => Ok(text),
            other => Err(other.is_no(what)),
        }
    }
}

impl FromValue for bool {
    fn from_value(value: Value) -> Result<bool> {
        match value {
            Value::Bool(found) => Ok(found),
            other => Err(other.is_no("true or false")),
        }
    }
}

impl FromValue for f64 {
    fn from_value(value: Value) -> Result<f64> {
        match value {
            Value::Real(found) => Ok(found),
            other => Err(other.is_no("a number")),
        }
    }
}

impl FromValue for f32 {
    #[expect(clippy::cast_possible_truncation, reason = "it went in as one")]
    fn from_value(value: Value) -> Result<f32> {
        f64::from_value(value).map(|found| found as f32)
    }
}

impl FromValue for String {
    fn from_value(value: Value) -> Result<String> {
        value.text("text")
    }
}

impl FromValue for Vec<u8> {
    fn from_value(value: Value) -> Result<Vec<u8>> {
        match value {
            Value::Bytes(bytes) => Ok(bytes),
            other => Err(other.is_no("bytes")),
        }
    }
}

impl FromValue for Timestamp {
    fn from_value(value: Value) -> Result<Timestamp> {
        let millis = i64::from_value(value)?;
        DateTime::from_timestamp_millis(millis)
            .ok_or_else(|| unreadable("a time", &millis.to_string(), &"out of range"))
    }
}

impl FromValue for Date {
    fn from_value(value: Value) -> Result<Date> {
        let text = value.text("a date")?;
        Date::from_str(&text).map_err(|why| unreadable("a date", &text, &why))
    }
}

impl FromValue for Url {
    fn from_value(value: Value) -> Result<Url> {
        let text = value.text("a URL")?;
        Url::from_str(&text).map_err(|why| unreadable("a URL", &text, &why))
    }
}

impl FromValue for PageKind {
    fn from_value(value: Value) -> Result<PageKind> {
        let name = value.text("a page kind")?;
        PageKind::parse(&name).ok_or_else(|| unreadable("a page kind", &name, &"unknown"))
    }
}

impl<T: DeserializeOwned> FromValue for Json<T> {
    fn from_value(value: Value) -> Result<Json<T>> {
        let text = value.text("JSON")?;
        serde_json::from_str(&text)
            .map(Json)
            .map_err(|why| unreadable("JSON", &text, &why))
    }
}

impl<T: DeserializeOwned> FromValue for Named<T> {
    fn from_value(value: Value) -> Result<Named<T>> {
        let name = value.text("a name")?;
        serde_json::from_value(name.as_str().into())
            .map(Named)
            .map_err(|why| unreadable("a name", &name, &why))
    }
}

impl<T: FromValue> FromValue for Option<T> {
    fn from_value(value: Value) -> Result<Option<T>> {
        match value {
            Value::Null => Ok(None),
            value => T::from_value(value).map(Some),
        }
    }
}

/// A row that was found.
pub(super) struct Row(pub(super) tokio_postgres::Row);

impl Row {
    /// What stands in a column, by its name or number.
    pub(super) fn get<T: FromValue>(&self, column: impl RowIndex + std::fmt::Display) -> Result<T> {
        let value: Value = self.0.try_get(column)?;
        T::from_value(value)
    }

    /// Whatever stands in a column.
    pub(super) fn cell(&self, column: usize) -> Result<Value> {
        Ok(self.0.try_get(column)?)
    }

    /// What can be done without, and is written anew in time.
    pub(super) fn forgiving<T: FromValue>(&self, column: &str) -> Option<T> {
        self.get(column).unwrap_or_else(|why| {
            tracing::error!(
                column,
                ?why,
                "a part of a row cannot be read and is left out"
            );
            None
        })
    }

    /// The verdict in the columns `verdict` and `reason`.
    pub(super) fn verdict(&self) -> Result<Verdict> {
        let name: String = self.get("verdict")?;
        Ok(match name.as_str() {
            "pass" => Verdict::Pass,
            "flag" => Verdict::Flag,
            _ => Verdict::Abstain(self.get::<Named<Reason>>("reason")?.0),
        })
    }
}
