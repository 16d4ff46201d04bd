//! In: a page, its blocks, its body and its address. Out: evidence in the page itself that its text
//! was machine-translated, and hints that make it likelier.
//!
//! A translator that works on a page leaves its own markup in it; a page that merely offers
//! translation has none of that. Whoever copies a translated page, or lets a service translate a
//! site, serves these traces. Only what proves that the article's own text went through an engine
//! is reported; a trace in a menu, a form or a template says nothing of the article.
//!
//! The traces are in five files: what translators leave in text (`markup`), what comes along with
//! text from their pages (`pasted`) and through their proxies (`proxy`), what a service says of a
//! page or a site (`service`), and what a line says to readers (`line`). What proves nothing and
//! still makes translation likelier is told apart (`hint`).

mod hint;
mod input;
mod line;
mod markup;
mod pasted;
mod proxy;
mod scene;
mod service;
mod trace;

use std::sync::LazyLock;

use regex::Regex;

use self::{scene::Scene, trace::Trace};
use crate::model::{Hint, HintGrade, Provenance};

pub(super) use self::{
    hint::{HintInput, hints},
    input::TraceInput,
};

/// Every signature, most frequent first.
const TRACES: [&[Trace]; 4] = [
    &markup::TRACES,
    &pasted::TRACES,
    &proxy::TRACES,
    &service::TRACES,
];

/// The same for what only makes translation likelier.
const SIGNS: [&[Trace]; 1] = [&proxy::SIGNS];

/// What a page has.
#[derive(Debug, Default)]
pub(super) struct Traces {
    /// What proves translation, in the order of the table.
    pub(super) proofs: Vec<Provenance>,
    /// What is a sign of it; none beside a proof.
    pub(super) signs: Vec<Hint>,
}

/// The traces in a page.
pub(super) fn traces_in(input: &TraceInput<'_>) -> Traces {
    let mut found = Traces::default();
    let candidates = candidates(input);
    let scene = candidates.contains(&true).then(|| Scene::new(input));
    if let Some(scene) = &scene {
        found.proofs = read(&TRACES, scene, &candidates).map(proof).collect();
    }
    let said = line::read(input).map(|note| proof((line::RULE, note)));
    found.proofs.extend(said);
    if let Some(scene) = scene.filter(|_| found.proofs.is_empty()) {
        let signs = &candidates[TRACES.iter().map(|file| file.len()).sum()..];
        found.signs = read(&SIGNS, &scene, signs).map(sign).collect();
    }
    found
}

/// What those signatures of a table say that may be there.
fn read<'s>(
    table: &[&'static [Trace]],
    scene: &'s Scene<'_>,
    candidates: &'s [bool],
) -> impl Iterator<Item = (&'static str, String)> + use<'s> {
    let traces: Vec<&'static Trace> = table.iter().copied().flatten().collect();
    let named = traces
        .into_iter()
        .zip(candidates)
        .filter(|(_, named)| **named);
    named.filter_map(|(trace, _)| Some((trace.rule, (trace.read)(scene)?)))
}

/// Every signature, those of signs last.
fn traces() -> impl Iterator<Item = &'static Trace> {
    TRACES.into_iter().chain(SIGNS).flatten()
}

fn proof((rule, note): (&str, String)) -> Provenance {
    let rule = rule.to_string();
    Provenance { rule, note }
}

fn sign((rule, note): (&str, String)) -> Hint {
    Hint {
        rule: rule.to_string(),
        note,
        grade: HintGrade::Sign,
    }
}

/// All needles in one pass over the page: pages without any, which are nearly all, cost no more.
static NEEDLES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let needles: Vec<String> = traces()
        .flat_map(|trace| trace.needles)
        .map(|needle| regex::escape(needle))
        .collect();
    Regex::new(&needles.join("|")).ok()
});

/// Whether a page may have a trace: its attributes are needed to tell.
pub(super) fn is_suspect(page: &str) -> bool {
    NEEDLES
        .as_ref()
        .is_some_and(|needles| needles.is_match(page))
}

/// For every trace, whether one of its needles is in the page or in its address.
fn candidates(input: &TraceInput<'_>) -> Vec<bool> {
    let mut named = vec![false; traces().count()];
    let Some(needles) = NEEDLES.as_ref() else {
        return named;
    };
    let page = if input.is_suspect { input.page } else { "" };
    for text in [page, input.url.as_str()] {
        for needle in needles.find_iter(text) {
            for (trace, named) in traces().zip(&mut named) {
                *named |= trace.needles.contains(&needle.as_str());
            }
        }
    }
    named
}
