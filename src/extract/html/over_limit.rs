//! The error of all steps from bytes to tree.

/// The page has more bytes of markup, nodes or levels than is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the page is over a limit of the parser")]
pub struct OverLimit;
