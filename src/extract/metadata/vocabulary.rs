//! What the texts around an article are read with.

use crate::{dates::Reader, extract::html::HiddenNames, lang::PageWords};

/// The words of dates and those of the page.
pub(in crate::extract) struct Vocabulary<'w> {
    pub(in crate::extract) dates: Reader<'w>,
    pub(in crate::extract) words: &'w PageWords,
}

/// The same, and what the page's style sheets hide.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'w> {
    pub(super) hidden: &'w HiddenNames,
    pub(super) vocabulary: &'w Vocabulary<'w>,
}
