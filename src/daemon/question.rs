//! What waits for a second opinion.

use std::sync::Arc;

use crate::model::{Assessment, Lang};

use super::active::ActiveConfig;

/// Questions that wait, at most: a day's worth of them, as a rule.
pub(super) const WAITING_MAX: usize = 200;

/// Bytes of a text that may wait: what is longer is no article, and two hundred of them would fill
/// 25 MiB.
pub(super) const BODY_MAX: usize = 128 << 10;

/// An article that is worth a question. It is written down already.
#[derive(Debug)]
pub(super) struct Question {
    pub(super) article: i64,
    pub(super) source: String,
    pub(super) title: Option<String>,
    pub(super) body: String,
    pub(super) lang: Option<Lang>,
    pub(super) assessment: Assessment,
    /// What it was judged under.
    pub(super) active: Arc<ActiveConfig>,
}
