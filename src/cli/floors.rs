//! Floors under the figures of `benggala eval extraction`.

use std::{collections::BTreeMap, fs, path::Path};

use serde::Deserialize;

use super::{
    Failure, Outcome,
    eval::{Group, Report},
    tell,
};

/// The floors of one set, in a TOML table named after its folder.
#[derive(Debug, Deserialize)]
struct Floors {
    /// SHA-256 of gold.jsonl.
    gold_sha256: String,
    f1: Option<f64>,
    snippets_f1: Option<f64>,
    clean: Option<f64>,
    titles: Option<f64>,
    authors_f1: Option<f64>,
    dates: Option<f64>,
    /// Milliseconds.
    p99_ms: Option<f64>,
}

/// Quality is pinned: lowering a floor is a change of its own, and so is another corpus.
pub(super) fn hold(file: &Path, report: &Report) -> Result<Outcome, Failure> {
    let text = fs::read_to_string(file)
        .map_err(|error| Failure::message(format!("cannot read {}: {error}", file.display())))?;
    let mut tables: BTreeMap<String, Floors> = toml::from_str(&text)
        .map_err(|error| Failure::message(format!("{}: {error}", file.display())))?;
    let Some(floors) = tables.remove(&report.set) else {
        return Err(Failure::message(format!(
            "{} has no floors for `{}`",
            file.display(),
            report.set
        )));
    };
    if floors.gold_sha256 != report.gold_sha256 {
        return Err(Failure::message(format!(
            "the set is not the one that the floors of `{}` were measured on (gold.jsonl has SHA-256 {})",
            report.set, report.gold_sha256
        )));
    }
    let Group { body, metadata } = &report.all;
    let mut held = true;
    for (name, floor, value) in [
        ("f1", floors.f1, body.f1),
        ("snippets_f1", floors.snippets_f1, body.snippets_f1),
        ("clean", floors.clean, body.clean),
        ("titles", floors.titles, metadata.titles),
        ("authors_f1", floors.authors_f1, metadata.authors_f1),
        ("dates", floors.dates, metadata.dates),
        // The longer the worse: compared as negatives.
        ("p99_ms", floors.p99_ms.map(|ms| -ms), -report.p99_ms),
    ] {
        if let Some(floor) = floor.filter(|floor| value < *floor) {
            held = false;
            tell(format!(
                "benggala: {}: {name} is {value:.4}, its floor {floor:.4}",
                report.set
            ));
        }
    }
    if held {
        Ok(Outcome::Clean)
    } else {
        Ok(Outcome::Incomplete)
    }
}
