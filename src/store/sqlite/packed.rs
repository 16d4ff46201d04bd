//! Bytes as zstd, with their length in a second column.

use bytes::Bytes;
use rusqlite::Row;

use super::column::unreadable;

/// News pages become a sixth at 450 megabytes a second. Three, zstd's own default, makes them 3 % smaller
/// and takes a fifth longer; one makes them 4 % larger and saves next to nothing (`docs/performance.md`).
const LEVEL: i32 = 2;
/// No page is larger: what claims to be is not unpacked.
const UNPACKED_MAX: usize = 256 << 20;

/// Bytes on their way into the store.
#[derive(Debug)]
pub(super) struct Packed {
    /// The column for the bytes.
    pub(super) blob: Vec<u8>,
    /// The column for their length.
    pub(super) bytes: usize,
}

impl Packed {
    /// Takes milliseconds for a large page: not for the async threads, nor for the writer.
    pub(super) fn new(body: &[u8]) -> rusqlite::Result<Packed> {
        match zstd::bulk::compress(body, LEVEL) {
            Ok(blob) => Ok(Packed {
                blob,
                bytes: body.len(),
            }),
            Err(why) => Err(rusqlite::Error::ToSqlConversionFailure(Box::new(why))),
        }
    }
}

/// Unpacks the column `blob`, whose length is in the column `bytes`.
pub(super) fn read(row: &Row<'_>, blob: &str, bytes: &str) -> rusqlite::Result<Bytes> {
    let packed: Vec<u8> = row.get(blob)?;
    let length: usize = row.get(bytes)?;
    let unpacked = zstd::bulk::decompress(&packed, length.min(UNPACKED_MAX));
    unpacked.map(Bytes::from).map_err(|why| {
        let why = unreadable("zstd", blob, &why);
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Blob, Box::new(why))
    })
}
