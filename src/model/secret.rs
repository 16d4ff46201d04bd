//! What nobody may read in a log, on a page or in an error.

use std::fmt;

/// A token, a key, or an address that holds one. It shows itself to nobody: what it is takes an
/// [`expose`](Secret::expose), which is easy to look for.
///
/// A type of our own, since a configuration must be comparable to be reloaded, which those of the
/// `secrecy` crate are not. It does not wipe its memory: the text it was read from, the environment
/// and the header that it is sent in hold copies that nobody wipes.
///
/// Equality is there to notice a change. It takes a time that depends on the content: what a
/// request brings is compared in `web`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T = String>(T);

impl Secret {
    /// What stands in the place of a secret.
    pub const MASK: &'static str = "***";
}

impl<T> Secret<T> {
    /// From here on nobody sees it by accident.
    pub const fn new(value: T) -> Secret<T> {
        Secret(value)
    }

    /// The secret itself: for the header or the connection that needs it, and for nothing else.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Secret::MASK)
    }
}
