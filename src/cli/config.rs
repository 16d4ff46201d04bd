//! `benggala config check` and `benggala config show`.

use std::{io::Write, path::Path};

use crate::config::Origin;

use super::{
    failure::{Failure, Outcome},
    output::{out, tell},
    settings::load_config,
};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Say all that is wrong with the configuration
    Check,
    /// Print the effective configuration, secrets masked
    Show,
}

pub(super) fn config(command: &Command, file: Option<&Path>) -> Result<Outcome, Failure> {
    let (config, origin) = load_config(file)?;
    match command {
        Command::Check => {
            let from = match &origin {
                Origin::File(path) => path.display().to_string(),
                Origin::BuiltIn => "built-in defaults".to_string(),
            };
            tell(format!("{from}: good, {} sources", config.sources.len()));
        }
        Command::Show => write!(out(), "{}", config.to_toml())?,
    }
    Ok(Outcome::Clean)
}
