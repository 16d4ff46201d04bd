//! What the texts around an article are read with.

use crate::{dates::Reader, lang::PageWords};

/// The words of dates and those of the page.
pub(in crate::extract) struct Vocabulary<'w> {
    pub(in crate::extract) dates: Reader<'w>,
    pub(in crate::extract) words: &'w PageWords,
}
