//! `benggala eval`: the accuracy of what is built in, on labelled data.

mod cases;
mod extraction;
mod opinion;
mod report;
mod residue;
mod rules;
mod translation;

use std::path::PathBuf;

use super::failure::{Failure, Outcome};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Defects of texts that are marked, and innocent texts that look like them
    Cases(cases::Args),
    /// Bodies against bodies made by hand: DIR holds gold.jsonl and <id>.html
    Extraction(extraction::Args),
    /// What the configured language model finds in texts whose faults are known; asks about each
    Opinion(opinion::Args),
    /// Lines of the page that are found in bodies: rightly in ours, wrongly in those made by hand
    Residue(residue::Args),
    /// How often each rule fires on texts by natives, human translators and machines
    Rules(rules::Args),
    /// The style score on texts by natives, human translators and machines
    Translation(translation::Args),
}

pub(super) fn eval(command: &Command, config: &[PathBuf]) -> Result<Outcome, Failure> {
    match command {
        Command::Cases(args) => cases::eval(args, config),
        Command::Extraction(args) => extraction::eval(args, config),
        Command::Opinion(args) => opinion::eval(args, config),
        Command::Residue(args) => residue::eval(args, config),
        Command::Rules(args) => rules::eval(args),
        Command::Translation(args) => translation::eval(args),
    }
}
