//! A walk through a source's past.

use serde::{Deserialize, Serialize};

use super::Timestamp;

/// How far a backfill is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum BackfillState {
    /// There is something left to read.
    Running,
    /// All that was found is read, or as much as was asked for.
    Done,
    /// Somebody ended it; the same order again goes on with it.
    Stopped,
}

impl BackfillState {
    /// The name in API and store.
    pub fn as_str(self) -> &'static str {
        match self {
            BackfillState::Running => "running",
            BackfillState::Done => "done",
            BackfillState::Stopped => "stopped",
        }
    }
}

/// A backfill of one source: what was asked for and what has come of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backfill {
    /// The source's name.
    pub source: String,
    /// Articles published before this are left out.
    pub since: Timestamp,
    /// Articles at most.
    pub limit: Option<u64>,
    /// How far it is.
    pub state: BackfillState,
    /// When it was begun.
    pub started_at: Timestamp,
    /// When something last came of it.
    pub updated_at: Timestamp,
    /// Sitemaps and pages of links that were read.
    pub lists_read: u64,
    /// Those that could not be had.
    pub lists_failed: u64,
    /// Those that are known and not read yet.
    pub lists_waiting: u64,
    /// Articles that are known and not asked for yet.
    pub waiting: u64,
    /// Articles that stand in the queue or are under way.
    pub queued: u64,
    /// Articles that were read.
    pub read: u64,
    /// Articles that turned out to be older than `since` when they were read.
    pub older: u64,
    /// Addresses that were known before.
    pub known: u64,
    /// Addresses without an article, and those that could not be had.
    pub failed: u64,
}
