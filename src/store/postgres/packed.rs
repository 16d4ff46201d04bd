//! Packed bytes in two columns.

use bytes::Bytes;

use super::{
    failure::{Result, unreadable},
    value::Row,
};
use crate::store::packed::unpacked;

/// Unpacks the column `blob`, whose length is in the column `bytes`.
pub(super) fn read(row: &Row, blob: &str, bytes: &str) -> Result<Bytes> {
    let packed: Vec<u8> = row.get(blob)?;
    unpacked(&packed, row.get(bytes)?).map_err(|why| unreadable("zstd", blob, &why))
}
