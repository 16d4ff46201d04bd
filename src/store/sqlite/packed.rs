//! Packed bytes in two columns.

use bytes::Bytes;
use rusqlite::Row;

use super::column::unreadable;
use crate::store::packed::{Packed, unpacked};

/// See [`Packed::new`].
pub(super) fn pack(body: &[u8]) -> rusqlite::Result<Packed> {
    Packed::new(body).map_err(|why| rusqlite::Error::ToSqlConversionFailure(Box::new(why)))
}

/// Unpacks the column `blob`, whose length is in the column `bytes`.
pub(super) fn read(row: &Row<'_>, blob: &str, bytes: &str) -> rusqlite::Result<Bytes> {
    let packed: Vec<u8> = row.get(blob)?;
    unpacked(&packed, row.get(bytes)?).map_err(|why| {
        let why = unreadable("zstd", blob, &why);
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Blob, Box::new(why))
    })
}
