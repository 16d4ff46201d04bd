//! Bytes as zstd, as they are kept beside their length.

use std::io;

use bytes::Bytes;

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
    /// Takes milliseconds for a large page: not for the async threads, nor for a writer.
    pub(super) fn new(body: &[u8]) -> io::Result<Packed> {
        Ok(Packed {
            blob: zstd::bulk::compress(body, LEVEL)?,
            bytes: body.len(),
        })
    }
}

/// What was packed, of this length.
pub(super) fn unpacked(blob: &[u8], length: usize) -> io::Result<Bytes> {
    zstd::bulk::decompress(blob, length.min(UNPACKED_MAX)).map(Bytes::from)
}
