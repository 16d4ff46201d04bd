//! What a text was seen to use.

/// A wording where it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Use {
    /// A hash of its words.
    pub wording: u64,
    /// A hash of the words around it: the same sentence on many hosts is one text, however often
    /// it was copied.
    pub context: u64,
}
