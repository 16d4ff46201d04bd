//! Floors for `benggala eval translation --floors`.

use std::{fs, path::Path};

use serde::Deserialize;

use super::{Failure, Outcome, eval_sources, eval_translation::Report, tell, translation_set};

/// The file; its other tables are for extraction.
#[derive(Debug, Deserialize)]
struct File {
    translation: Floors,
}

/// Areas that must be reached, and shares that must not be passed in any language.
#[derive(Debug, Deserialize)]
struct Floors {
    /// SHA-256 of the texts.
    gold_sha256: String,
    native_machine: f64,
    human_machine: f64,
    same_documents: f64,
    flagged_native_max: f64,
    flagged_human_max: f64,
    sources: SourceFloors,
}

/// The same for made-up sources, over all languages together: those of machine translation that are
/// suspected, and those of others.
#[derive(Debug, Deserialize)]
struct SourceFloors {
    suspected_machine: f64,
    suspected_native_max: f64,
    suspected_human_max: f64,
}

/// Quality is pinned: lowering a floor is a change of its own, and so is another corpus.
pub(super) fn hold(file: &Path, folder: &Path, report: &Report) -> Result<Outcome, Failure> {
    let cannot =
        |why: &dyn std::fmt::Display| Failure::message(format!("{}: {why}", file.display()));
    let text = fs::read_to_string(file).map_err(|error| cannot(&error))?;
    let File {
        translation: floors,
    } = toml::from_str(&text).map_err(|error| cannot(&error))?;
    let found = translation_set::sha256(folder)?;
    if floors.gold_sha256 != found {
        return Err(cannot(&format_args!(
            "its floors for translation were measured on other texts than these (SHA-256 {found})"
        )));
    }
    let mean = &report.mean;
    let areas = [
        ("native-MT", floors.native_machine, mean.native_machine),
        ("HT-MT", floors.human_machine, mean.human_machine),
        ("same-doc", floors.same_documents, mean.same_documents),
    ];
    let mut wrong: Vec<String> = areas
        .into_iter()
        .map(|(name, floor, area)| (name, floor, area.unwrap_or_default()))
        .filter(|(_, floor, area)| area < floor)
        .map(|(name, floor, area)| format!("mean {name} is {area:.4}, its floor {floor:.4}"))
        .collect();
    for (lang, row) in &report.languages {
        let shares = [
            ("native", floors.flagged_native_max, row.flagged_native),
            ("human", floors.flagged_human_max, row.flagged_human),
        ];
        let over = shares.into_iter().filter_map(|(name, most, share)| {
            let share = share.filter(|share| *share > most)?;
            Some(format!(
                "{lang}: {share:.4} of {name} texts are flagged, at most {most:.4} may be"
            ))
        });
        wrong.extend(over);
    }
    wrong.extend(wrong_of_sources(&floors.sources, &report.sources));
    for line in &wrong {
        tell(format!("benggala: {line}"));
    }
    Ok(if wrong.is_empty() {
        Outcome::Clean
    } else {
        Outcome::Incomplete
    })
}

fn wrong_of_sources(floors: &SourceFloors, report: &eval_sources::Report) -> Vec<String> {
    let mut wrong = Vec::new();
    let found = report.suspected_machine.unwrap_or_default();
    let floor = floors.suspected_machine;
    if found < floor {
        wrong.push(format!(
            "{found:.4} of machine-translated sources are suspected, the floor is {floor:.4}"
        ));
    }
    for (kind, most, share) in [
        (
            "native",
            floors.suspected_native_max,
            report.suspected_native,
        ),
        ("human", floors.suspected_human_max, report.suspected_human),
    ] {
        if let Some(share) = share.filter(|share| *share > most) {
            wrong.push(format!(
                "{share:.4} of {kind} sources are suspected, at most {most:.4} may be"
            ));
        }
    }
    wrong
}
