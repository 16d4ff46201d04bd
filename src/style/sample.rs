//! Labelled texts, as they are given and as training sees them.

use std::collections::BTreeMap;

use crate::learn::linear::SparseVector;

use super::columns::features;

/// Who wrote a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Label {
    /// Someone, in the language.
    Native,
    /// A human translator.
    Human,
    /// A machine, and nobody edited it.
    Machine,
}

/// A labelled text.
#[derive(Debug, Clone, Copy)]
pub struct LabelledText<'a> {
    /// Shared by all versions of one source document.
    pub doc: &'a str,
    /// Who wrote it.
    pub label: Label,
    /// The text.
    pub text: &'a str,
}

/// A text as the table sees it.
pub(super) struct Sample {
    pub(super) doc: usize,
    pub(super) label: Label,
    /// What there is of its document.
    pub(super) versions: Versions,
    pub(super) features: SparseVector,
}

impl Sample {
    /// Whether it is a machine translation of a document that people translated too.
    pub(super) fn is_paired(&self) -> bool {
        self.label == Label::Machine && self.versions.by(Label::Human)
    }
}

/// By whom there is a version of a document, in the order of [`Label`].
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Versions([bool; 3]);

impl Versions {
    pub(super) fn by(self, label: Label) -> bool {
        self.0[label as usize]
    }
}

/// The texts with their features, and what else there is of their documents.
pub(super) fn samples(examples: &[LabelledText<'_>]) -> Vec<Sample> {
    let mut docs = BTreeMap::new();
    let mut versions: BTreeMap<&str, Versions> = BTreeMap::new();
    for example in examples {
        versions.entry(example.doc).or_default().0[example.label as usize] = true;
    }
    let sample = |example: &LabelledText<'_>| {
        let next = docs.len();
        Sample {
            doc: *docs.entry(example.doc.to_string()).or_insert(next),
            label: example.label,
            versions: versions.get(example.doc).copied().unwrap_or_default(),
            features: features(example.text),
        }
    };
    examples.iter().map(sample).collect()
}
