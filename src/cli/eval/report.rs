//! Reports, printed and held against floors.

use std::{fmt::Display, io::Write, path::Path};

use serde::Serialize;

use crate::{
    cli::{
        failure::{Failure, Outcome},
        labelled,
        output::{out, tell},
    },
    evaluate::floors::FloorsFile,
};

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
pub(super) enum Format {
    /// A table
    Text,
    /// One JSON object
    Json,
}

/// Prints a report, as JSON or as its table.
pub(super) fn print(
    report: &impl Serialize,
    table: &impl Display,
    format: Format,
) -> Result<(), Failure> {
    match format {
        Format::Json => writeln!(out(), "{}", serde_json::json!(report))?,
        Format::Text => write!(out(), "{table}")?,
    }
    Ok(())
}

pub(super) fn floors_file(path: &Path) -> Result<FloorsFile, Failure> {
    Ok(FloorsFile {
        name: path.display().to_string(),
        text: labelled::text(path)?,
    })
}

/// Says which floors are broken.
pub(super) fn outcome_of(broken: &[String]) -> Outcome {
    for line in broken {
        tell(format!("benggala: {line}"));
    }
    match broken {
        [] => Outcome::Clean,
        _ => Outcome::Incomplete,
    }
}
