//! `benggala config check` and `benggala config show`.

use std::{io::Write, path::PathBuf};

use crate::{config::Config, model::Source, report::wording};

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

/// How many sources there are, and of which groups.
fn counted(config: &Config) -> String {
    let all = wording::counted(config.sources.len() as u64, "source");
    let mut parts = Vec::new();
    for group in config.groups().into_iter().map(Some).chain([None]) {
        let is_of_it = |source: &&Source| source.is_of(group);
        match (config.sources.iter().filter(is_of_it).count(), group) {
            (0, _) => {}
            (n, Some(group)) => parts.push(format!("{n} of group {group}")),
            (n, None) => parts.push(format!("{n} of none")),
        }
    }
    match config.groups().is_empty() {
        true => all,
        false => format!("{all}, {}", parts.join(", ")),
    }
}

pub(super) fn config(command: &Command, files: &[PathBuf]) -> Result<Outcome, Failure> {
    let texts = read_texts(files)?;
    let config = parse_config(&texts)?;
    match command {
        Command::Check => {
            tell_unread_variables(&config);
            let from: Vec<String> = texts.iter().map(|text| text.origin.to_string()).collect();
            let sources = counted(&config);
            match from.is_empty() {
                false if config.sources.is_empty() => tell(format!(
                    "{}: good, but it has no source yet; `benggala add URL` prints one",
                    from.join(", ")
                )),
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
