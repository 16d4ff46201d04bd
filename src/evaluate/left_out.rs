//! What style models do on years, engines and source languages that they have not met: texts are
//! left out of training by the part of the world that they come from, and measured on.
//!
//! Other documents of the same years and engines flatter a model by some hundredths of the area
//! under the curve; readers meet what is yet to be written.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    texts::{Read, Record},
    translation::read,
};
use crate::style::{self, Label, LabelledText, Model};

/// What models are measured on, none of which they have learned from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaveOut {
    /// Everything of a year.
    Year,
    /// A third of the engines together with a third of the documents.
    Engine,
    /// Everything translated from a language, with a third of the natives.
    Origin,
}

/// Parts that are left out, one after another.
const PARTS: usize = 2;

/// Every third document and engine is left out where nothing else tells them apart.
const THIRD: usize = 3;

/// Engines without which leaving a third of them out could leave nothing to learn from: then only
/// documents are.
const ENGINES_MIN: usize = 6;

/// What is left out at once.
struct Part<'r> {
    documents: BTreeSet<&'r str>,
    engines: BTreeSet<&'r str>,
}

impl Part<'_> {
    /// Whether a model that is measured on this part may learn from the text.
    fn leaves(&self, record: &Record) -> bool {
        !self.documents.contains(record.doc.as_str()) && !self.is_of_engine(record)
    }

    fn measures(&self, record: &Record) -> bool {
        let of_engine = self.engines.is_empty()
            || record.label() != Label::Machine
            || self.is_of_engine(record);
        of_engine && self.documents.contains(record.doc.as_str())
    }

    fn is_of_engine(&self, record: &Record) -> bool {
        let engine = record.engine();
        engine.is_some_and(|engine| self.engines.contains(engine))
    }
}

/// The texts of `measured` that are left out, part by part, each read by a model that learned from
/// what was left of them and of `more`. A part without which too little is left to learn from is
/// skipped, and so is a language whose texts cannot be told apart that way.
pub fn left_out<'r>(
    measured: &'r [Record],
    more: &'r [Record],
    by: LeaveOut,
    seed: u64,
) -> Vec<Vec<Read<'r>>> {
    let parts = match by {
        LeaveOut::Year => years(measured, more),
        LeaveOut::Engine => engines(measured, more),
        LeaveOut::Origin => origins(measured, more),
    };
    let read_part = |part: Part<'r>| {
        let left = measured.iter().chain(more);
        let left = left.filter(|record| part.leaves(record));
        let examples: Vec<LabelledText<'_>> = left.filter_map(Record::example).collect();
        let bytes = style::train(&examples, seed).ok()?;
        let out = measured.iter().filter(|record| part.measures(record));
        Some(read(&Model::parse(&bytes)?, out))
    };
    parts.into_iter().filter_map(read_part).collect()
}

/// The keys that have most machine translations of documents that people translated too.
fn most_translated<'r, K: Ord + Copy>(
    measured: &'r [Record],
    key: impl Fn(&'r Record) -> Option<K>,
) -> Vec<K> {
    let by_people: BTreeSet<&str> = measured
        .iter()
        .filter(|record| record.label() == Label::Human)
        .map(|record| record.doc.as_str())
        .collect();
    let mut counts: BTreeMap<K, usize> = BTreeMap::new();
    for record in measured {
        let is_paired = record.label() == Label::Machine && by_people.contains(record.doc.as_str());
        if let Some(key) = key(record).filter(|_| is_paired) {
            *counts.entry(key).or_default() += 1;
        }
    }
    let mut keys: Vec<(usize, K)> = counts.into_iter().map(|(key, n)| (n, key)).collect();
    keys.sort_unstable_by(|a, b| b.cmp(a));
    // The only one there is leaves nothing.
    let parts = if keys.len() > 1 { PARTS } else { 0 };
    keys.into_iter().take(parts).map(|(_, key)| key).collect()
}

fn years<'r>(measured: &'r [Record], more: &'r [Record]) -> Vec<Part<'r>> {
    let years = most_translated(measured, |record| record.year);
    let part = |year| Part {
        documents: documents(measured, more, |record| record.year == Some(year)),
        engines: BTreeSet::new(),
    };
    years.into_iter().map(part).collect()
}

fn origins<'r>(measured: &'r [Record], more: &'r [Record]) -> Vec<Part<'r>> {
    let origins = most_translated(measured, Record::origin);
    let natives = documents(measured, more, |record| record.label() == Label::Native);
    let part = |(at, origin)| {
        let mut documents = documents(measured, more, |record| record.origin() == Some(origin));
        documents.extend(third(&natives, at));
        Part {
            documents,
            engines: BTreeSet::new(),
        }
    };
    origins.into_iter().enumerate().map(part).collect()
}

fn engines<'r>(measured: &'r [Record], more: &'r [Record]) -> Vec<Part<'r>> {
    let documents = documents(measured, more, |_| true);
    let engines = measured.iter().chain(more).filter_map(Record::engine);
    let mut engines: BTreeSet<&str> = engines.collect();
    if engines.len() < ENGINES_MIN {
        engines.clear();
    }
    let part = |at| Part {
        documents: third(&documents, at).collect(),
        engines: third(&engines, at).collect(),
    };
    (0..PARTS).map(part).collect()
}

/// The documents of texts of some kind.
fn documents<'r>(
    measured: &'r [Record],
    more: &'r [Record],
    is_one: impl Fn(&Record) -> bool,
) -> BTreeSet<&'r str> {
    let of_kind = measured.iter().chain(more).filter(|record| is_one(record));
    of_kind.map(|record| record.doc.as_str()).collect()
}

fn third<'s, 'r>(
    names: &'s BTreeSet<&'r str>,
    part: usize,
) -> impl Iterator<Item = &'r str> + use<'s, 'r> {
    let numbered = names.iter().enumerate();
    numbered
        .filter(move |(at, _)| at % THIRD == part)
        .map(|(_, name)| *name)
}
