//! `benggala train`: makes what is built in anew from labelled data.

mod extraction;
mod lines;
mod translation;

use super::failure::{Failure, Outcome};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// The block classifier: each DIR holds gold.jsonl and <id>.html
    Extraction(extraction::Args),
    /// The model of lines: each DIR holds gold.jsonl and <id>.html
    Lines(lines::Args),
    /// The style models behind the translation score, one a language
    Translation(translation::Args),
}

pub(super) fn train(command: &Command) -> Result<Outcome, Failure> {
    match command {
        Command::Extraction(args) => extraction::train(args),
        Command::Lines(args) => lines::train(args),
        Command::Translation(args) => translation::train(args),
    }
}
