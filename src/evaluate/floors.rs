//! Floors under the figures of a report. Quality is pinned: lowering a floor is a change of its own,
//! and so is another set.

use serde::{Deserialize, de::DeserializeOwned};

use super::{extraction::ExtractionReport, sources::SourcesReport, translation::TranslationReport};

/// A TOML file of floors: a table a set.
#[derive(Debug)]
pub struct FloorsFile {
    /// What messages call it.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// Why figures cannot be held against a file.
#[derive(Debug, thiserror::Error)]
pub enum FloorsError {
    /// It is no TOML, or not of floors.
    #[error("{0}: {1}")]
    Unreadable(String, toml::de::Error),
    /// It says nothing of the set.
    #[error("{file} has no floors for `{set}`")]
    Missing {
        /// The file.
        file: String,
        /// The set.
        set: String,
    },
    /// Figures of other data say nothing.
    #[error(
        "the set is not the one that the floors of `{set}` were measured on ({labels} SHA-256 {sha256})"
    )]
    OtherSet {
        /// The set.
        set: String,
        /// What is hashed, with its verb.
        labels: &'static str,
        /// The SHA-256 of this one.
        sha256: String,
    },
}

impl FloorsFile {
    fn table<T: DeserializeOwned>(&self, set: &str) -> Result<T, FloorsError> {
        let unreadable = |why| FloorsError::Unreadable(self.name.clone(), why);
        let mut tables: toml::Table = toml::from_str(&self.text).map_err(unreadable)?;
        let table = tables.remove(set).ok_or_else(|| FloorsError::Missing {
            file: self.name.clone(),
            set: set.to_string(),
        })?;
        table.try_into().map_err(unreadable)
    }
}

/// Lines that say which figures are beyond their bounds.
#[derive(Debug, Default)]
struct Broken(Vec<String>);

impl Broken {
    fn at_least(&mut self, what: &str, figure: f64, floor: f64) {
        if figure < floor {
            self.0
                .push(format!("{what} is {figure:.4}, its floor {floor:.4}"));
        }
    }

    /// Nothing is wrong with a share that is not known.
    fn at_most(&mut self, place: &str, share: Option<f64>, what: &str, most: f64) {
        if let Some(share) = share.filter(|share| *share > most) {
            self.0.push(format!(
                "{place}{share:.4} of {what}, at most {most:.4} may be"
            ));
        }
    }
}

/// Floors of extraction, in a table named after the folder of the set.
#[derive(Debug, Deserialize)]
struct ExtractionFloors {
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

/// What of a report on extraction is below its floor, a line each.
pub fn of_extraction(
    file: &FloorsFile,
    report: &ExtractionReport,
) -> Result<Vec<String>, FloorsError> {
    let floors: ExtractionFloors = file.table(&report.set)?;
    same_set(
        &report.set,
        &floors.gold_sha256,
        "gold.jsonl has",
        &report.gold_sha256,
    )?;
    let (body, metadata) = (&report.all.body, &report.all.metadata);
    let mut broken = Broken::default();
    for (name, floor, figure) in [
        ("f1", floors.f1, body.f1),
        ("snippets_f1", floors.snippets_f1, body.snippets_f1),
        ("clean", floors.clean, body.clean),
        ("titles", floors.titles, metadata.titles),
        ("authors_f1", floors.authors_f1, metadata.authors_f1),
        ("dates", floors.dates, metadata.dates),
        // The longer the worse: compared as negatives.
        ("p99_ms", floors.p99_ms.map(|ms| -ms), -report.p99_ms),
    ] {
        if let Some(floor) = floor {
            broken.at_least(&format!("{}: {name}", report.set), figure, floor);
        }
    }
    Ok(broken.0)
}

/// What was measured of translation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measured {
    /// Models that are there already.
    Models,
    /// Models of what was left, on texts that were left out.
    LeftOut,
}

impl Measured {
    /// The table of its floors.
    fn table(self) -> &'static str {
        match self {
            Measured::Models => "translation",
            Measured::LeftOut => "left_out",
        }
    }
}

/// Areas that must be reached, and shares that must not be passed in any language.
#[derive(Debug, Deserialize)]
struct TranslationFloors {
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

/// What of a report on translation, on texts with this SHA-256, is beyond its floor, a line each.
pub fn of_translation(
    file: &FloorsFile,
    measured: Measured,
    report: &TranslationReport,
    sha256: &str,
) -> Result<Vec<String>, FloorsError> {
    let table = measured.table();
    let floors: TranslationFloors = file.table(table)?;
    same_set(table, &floors.gold_sha256, "the texts have", sha256)?;
    let mean = &report.mean;
    let mut broken = Broken::default();
    for (name, floor, area) in [
        ("native-MT", floors.native_machine, mean.native_machine),
        ("HT-MT", floors.human_machine, mean.human_machine),
        ("same-doc", floors.same_documents, mean.same_documents),
    ] {
        broken.at_least(&format!("mean {name}"), area.unwrap_or_default(), floor);
    }
    for (lang, row) in &report.languages {
        for (kind, share, most) in [
            ("native", row.flagged_native, floors.flagged_native_max),
            ("human", row.flagged_human, floors.flagged_human_max),
        ] {
            let what = format!("{kind} texts are flagged");
            broken.at_most(&format!("{lang}: "), share, &what, most);
        }
    }
    of_sources(&mut broken, &floors.sources, &report.sources);
    Ok(broken.0)
}

fn of_sources(broken: &mut Broken, floors: &SourceFloors, report: &SourcesReport) {
    let found = report.suspected_machine.unwrap_or_default();
    let floor = floors.suspected_machine;
    if found < floor {
        broken.0.push(format!(
            "{found:.4} of machine-translated sources are suspected, the floor is {floor:.4}"
        ));
    }
    let (native, human) = (report.suspected_native, report.suspected_human);
    for (kind, share, most) in [
        ("native", native, floors.suspected_native_max),
        ("human", human, floors.suspected_human_max),
    ] {
        broken.at_most("", share, &format!("{kind} sources are suspected"), most);
    }
}

fn same_set(
    set: &str,
    measured: &str,
    labels: &'static str,
    sha256: &str,
) -> Result<(), FloorsError> {
    if measured == sha256 {
        return Ok(());
    }
    Err(FloorsError::OtherSet {
        set: set.to_string(),
        labels,
        sha256: sha256.to_string(),
    })
}
