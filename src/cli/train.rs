//! `benggala train`: makes what is built in anew from labelled data.

use super::{Failure, Outcome, train_extraction, train_translation};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// The block classifier: each DIR holds gold.jsonl and <id>.html
    Extraction(train_extraction::Args),
    /// The style models behind the translation score, one a language
    Translation(train_translation::Args),
}

pub(super) fn train(command: &Command) -> Result<Outcome, Failure> {
    match command {
        Command::Extraction(args) => train_extraction::train(args),
        Command::Translation(args) => train_translation::train(args),
    }
}
