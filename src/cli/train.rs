//! `benggala train`: makes what is built in anew from labelled data.

use super::{Failure, Outcome, train_translation};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// The style models behind the translation score, one a language
    Translation(train_translation::Args),
}

pub(super) fn train(command: &Command) -> Result<Outcome, Failure> {
    match command {
        Command::Translation(args) => train_translation::train(args),
    }
}
