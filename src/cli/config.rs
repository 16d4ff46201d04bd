//! `benggala config check` and `benggala config show`.

use std::{io::Write, path::PathBuf};

use crate::report::wording;

use super::{
    failure::{Failure, Outcome},
    output::{out, tell},
    settings::{parse_config, read_texts, tell_unread_variables},
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Say all that is wrong with the configuration
    Check,
    /// Print the effective configuration, secrets masked
    Show,
}

pub(super) fn config(command: &Command, files: &[PathBuf]) -> Result<Outcome, Failure> {
    let texts = read_texts(files)?;
    let config = parse_config(&texts)?;
    match command {
        Command::Check => {
            tell_unread_variables(&config);
            let from: Vec<String> = texts.iter().map(|text| text.origin.to_string()).collect();
            let sources = wording::counted(config.sources.len() as u64, "source");
            match from.is_empty() {
                false => tell(format!("{}: good, {sources}", from.join(", "))),
                true => tell(
                    "no benggala.toml in this folder and no --config: the built-in defaults hold, and \
                     nothing is watched",
                ),
            }
        }
        Command::Show => write!(out(), "{}", config.to_toml())?,
    }
    Ok(Outcome::Clean)
}
