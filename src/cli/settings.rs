//! The configuration that a command works under.

use std::path::{Path, PathBuf};

use ipnet::IpNet;

use super::failure::Failure;
use crate::config::{self as configuration, Config, Origin, SecretSource};

/// Where the configuration is looked for when none is named.
const CONFIG_FILE: &str = "benggala.toml";

/// Private or loopback targets that may be fetched all the same.
#[derive(Debug, clap::Args)]
pub(super) struct AllowPrivate {
    /// Private or loopback network that may be fetched, as 127.0.0.0/8 (repeatable)
    #[arg(long, value_name = "CIDR", value_parser = parse_network)]
    pub(super) allow_private: Vec<IpNet>,
}

fn parse_network(text: &str) -> Result<IpNet, String> {
    configuration::network(text)
        .ok_or_else(|| "not a network; write for example 127.0.0.0/8".to_string())
}

/// The configuration named on the command line, else the one in this folder, else the defaults.
pub(super) fn load_config(file: Option<&Path>) -> Result<(Config, Origin), Failure> {
    let path = match file {
        Some(path) => path.to_path_buf(),
        None if Path::new(CONFIG_FILE).exists() => PathBuf::from(CONFIG_FILE),
        None => return Ok((Config::default(), Origin::BuiltIn)),
    };
    let text = std::fs::read_to_string(&path).map_err(|error| {
        Failure::message(format!(
            "cannot read the configuration {}: {error}",
            path.display()
        ))
    })?;
    let origin = Origin::File(path);
    let config = Config::parse(&text, &origin, &secret)?;
    Ok((config, origin))
}

/// Looks up a secret that the configuration keeps outside of its text.
fn secret(source: SecretSource<'_>) -> Result<Option<String>, String> {
    match source {
        SecretSource::Env(name) => match std::env::var(name) {
            Ok(value) => Ok(Some(value)),
            Err(std::env::VarError::NotPresent) => Ok(None),
            Err(error) => Err(error.to_string()),
        },
        SecretSource::File(path) => match std::fs::read_to_string(path) {
            Ok(text) => Ok(Some(text.trim_end().to_string())),
            Err(error) => Err(error.to_string()),
        },
    }
}
