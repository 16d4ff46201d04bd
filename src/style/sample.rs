//! Labelled texts, as they are given and as training sees them.

use std::collections::{BTreeMap, BTreeSet, HashSet};

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
    /// The engine, for machine translations.
    pub engine: Option<&'a str>,
    /// Where it was collected: texts of one collection have years, languages and translators in
    /// common.
    pub collection: Option<&'a str>,
    /// The text.
    pub text: &'a str,
}

impl LabelledText<'_> {
    /// The engine of a machine translation; one without a name counts as an engine of its own.
    fn engine(&self) -> Option<&str> {
        (self.label == Label::Machine).then(|| self.engine.unwrap_or_default())
    }
}

/// A text as the table sees it.
pub(super) struct Sample {
    pub(super) doc: usize,
    pub(super) label: Label,
    /// Its collection, numbered in the order of their names.
    pub(super) collection: usize,
    /// The engine of a machine translation, numbered in the order of their names.
    pub(super) engine: Option<usize>,
    /// What it counts beside others of its label: engines with many texts count less for each.
    pub(super) weight: f32,
    /// What there is of its document.
    pub(super) versions: Versions,
    pub(super) features: SparseVector,
}

impl Sample {
    /// Whether it is a machine translation of a document that people translated too.
    pub(super) fn is_paired(&self) -> bool {
        self.label == Label::Machine && self.versions.by(Label::Human)
    }

    /// Whether it is a human translation of a document that machines translated too.
    pub(super) fn is_paired_human(&self) -> bool {
        self.label == Label::Human && self.versions.by(Label::Machine)
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

/// Machine translations of one document that are learned from. Where a document has a score of
/// them, the tenth tells little more of engines and much of the document.
const VERSIONS_MAX: usize = 8;

/// The texts with their features, and what else there is of their documents.
pub(super) fn samples(examples: &[LabelledText<'_>]) -> Vec<Sample> {
    let kept = without_surplus(examples);
    let mut docs = BTreeMap::new();
    let mut versions: BTreeMap<&str, Versions> = BTreeMap::new();
    let mut texts_of: BTreeMap<&str, usize> = BTreeMap::new();
    for example in &kept {
        versions.entry(example.doc).or_default().0[example.label as usize] = true;
        if let Some(engine) = example.engine() {
            *texts_of.entry(engine).or_default() += 1;
        }
    }
    let collections: BTreeSet<Option<&str>> = kept.iter().map(|e| e.collection).collect();
    let collections: Vec<Option<&str>> = collections.into_iter().collect();
    let engines: BTreeMap<&str, (usize, f32)> = texts_of
        .iter()
        .enumerate()
        .map(|(at, (engine, texts))| (*engine, (at, 1.0 / (*texts as f32).sqrt())))
        .collect();
    let sample = |example: &&LabelledText<'_>| {
        let next = docs.len();
        let engine = example.engine().and_then(|name| engines.get(name));
        Sample {
            doc: *docs.entry(example.doc.to_string()).or_insert(next),
            label: example.label,
            collection: collections.partition_point(|own| *own < example.collection),
            engine: engine.map(|(at, _)| *at),
            weight: engine.map_or(1.0, |(_, weight)| *weight),
            versions: versions.get(example.doc).copied().unwrap_or_default(),
            features: features(example.text),
        }
    };
    kept.iter().map(sample).collect()
}

/// All texts but for machine translations beyond [`VERSIONS_MAX`] of a document. The engines that are
/// kept go round from document to document.
fn without_surplus<'e, 'a>(examples: &'e [LabelledText<'a>]) -> Vec<&'e LabelledText<'a>> {
    let mut by_doc: BTreeMap<&str, Vec<(&str, usize)>> = BTreeMap::new();
    for (at, example) in examples.iter().enumerate() {
        if let Some(engine) = example.engine() {
            by_doc.entry(example.doc).or_default().push((engine, at));
        }
    }
    let mut surplus = HashSet::new();
    for (doc, mut versions) in by_doc.into_values().enumerate() {
        versions.sort_unstable();
        let first = doc % versions.len();
        versions.rotate_left(first);
        surplus.extend(versions.iter().skip(VERSIONS_MAX).map(|(_, at)| *at));
    }
    let numbered = examples.iter().enumerate();
    numbered
        .filter(|(at, _)| !surplus.contains(at))
        .map(|(_, example)| example)
        .collect()
}
