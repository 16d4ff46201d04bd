//! Whether the hosts that were read write so, and what a text adds to that.

use std::{cell::RefCell, collections::BTreeSet};

use crate::{
    lang::{FNV_SEED, WordKey, fnv},
    model::{Lang, Span},
    usage::{Sketch, USES_MAX, Usage, Use},
};

/// Words on either side of a wording that tell one text from another.
const CONTEXT: usize = 2;

/// What is known of the usage of a text's language, and what the text was asked about.
#[derive(Debug, Default)]
pub(super) struct NativeUsage<'a> {
    known: Option<&'a Sketch>,
    asked: RefCell<BTreeSet<Use>>,
}

impl<'a> NativeUsage<'a> {
    pub(super) fn new(usage: &'a Usage, lang: Option<&Lang>) -> NativeUsage<'a> {
        NativeUsage {
            known: lang.and_then(|lang| usage.of(lang)),
            asked: RefCell::default(),
        }
    }

    /// Whether enough hosts use the wording. Remembers that it was asked.
    pub(super) fn is_native(&self, one: Use) -> bool {
        let mut asked = self.asked.borrow_mut();
        if asked.len() < USES_MAX {
            asked.insert(one);
        }
        self.known.is_some_and(|known| known.is_native(one.wording))
    }

    /// What was asked about.
    pub(super) fn asked(&self) -> BTreeSet<Use> {
        self.asked.borrow().clone()
    }
}

/// The words `words` of a text with these keys.
pub(super) fn use_of(keys: &[WordKey], words: &Span) -> Use {
    let hash = |keys: &[WordKey]| {
        let keys = keys.iter();
        keys.fold(FNV_SEED, |hash, key| fnv(hash, &key.to_le_bytes()))
    };
    let end = words.end.min(keys.len());
    let start = words.start.min(end);
    let before = &keys[start.saturating_sub(CONTEXT)..start];
    let after = &keys[end..(end + CONTEXT).min(keys.len())];
    Use {
        wording: hash(&keys[start..end]),
        context: hash(&[before, after].concat()),
    }
}
