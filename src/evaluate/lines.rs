//! Labelled data as it lies in files: JSON Lines, named by their hash.

use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

/// A line that does not hold what it should.
#[derive(Debug, thiserror::Error)]
#[error("{line}: {why}")]
pub struct LineError {
    /// Counts from 1.
    line: usize,
    why: serde_json::Error,
}

/// What each line of a text holds.
pub fn records<T: DeserializeOwned>(text: &str) -> Result<Vec<T>, LineError> {
    let record =
        |(at, line)| serde_json::from_str(line).map_err(|why| LineError { line: at + 1, why });
    text.lines().enumerate().map(record).collect()
}

/// SHA-256 of texts one after another, in hexadecimal.
pub fn sha256<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for text in texts {
        hash.update(text.as_bytes());
    }
    data_encoding::HEXLOWER.encode(&hash.finalize())
}
