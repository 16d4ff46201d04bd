//! The configuration that a command works under.

use std::{
    io,
    path::{Path, PathBuf},
};

use clap::builder::NonEmptyStringValueParser;
use ipnet::IpNet;

use super::{failure::Failure, output::tell};
use crate::{
    config::{
        self as configuration, Config, ConfigText, Origin, SecretSource, includes, unread_variables,
    },
    notify::check_address,
    score, trace,
};

/// Where the configuration is looked for when none is named.
pub(super) const CONFIG_FILE: &str = "benggala.toml";
/// Files that one file includes, at most.
const INCLUDED_MAX: usize = 10_000;

/// Private or loopback targets that may be fetched all the same.
#[derive(Debug, clap::Args)]
pub(super) struct AllowPrivate {
    /// Private or loopback network that may be fetched, as 127.0.0.0/8 (repeatable)
    #[arg(long, value_name = "CIDR", value_parser = parse_network)]
    pub(super) allow_private: Vec<IpNet>,
}

/// Whose sources are asked.
#[derive(Debug, clap::Args)]
pub(super) struct OfGroup {
    /// The sources of this group, and no others [default: those that have none]
    #[arg(long, value_name = "NAME", value_parser = NonEmptyStringValueParser::new())]
    pub(super) group: Option<String>,
}

fn parse_network(text: &str) -> Result<IpNet, String> {
    configuration::network(text)
        .ok_or_else(|| "not a network; write for example 127.0.0.0/8".to_string())
}

/// The configuration named on the command line, else the one in this folder, else the defaults; the
/// environment counts in each case.
pub(super) fn load_config(files: &[PathBuf]) -> Result<Config, Failure> {
    parse_config(&read_texts(files)?)
}

/// The configuration that these texts make.
pub(super) fn parse_config(texts: &[ConfigText]) -> Result<Config, Failure> {
    let config = Config::parse(texts, &secret)?;
    let of_sources = config.sources.iter().map(|source| &source.policy.disabled);
    for rule in of_sources.chain([&config.score.disabled]).flatten() {
        if !rules().any(|known| known == rule) {
            return Err(no_rule(rule));
        }
    }
    for channel in &config.notify {
        check_address(channel).map_err(|error| Failure::message(error.to_string()))?;
    }
    trace::check(&config.trace).map_err(|error| Failure::message(error.to_string()))?;
    Ok(config)
}

/// Whatever can be switched off.
fn rules() -> impl Iterator<Item = &'static str> {
    let names = score::rules().map(|about| about.rule);
    names.chain([score::SECOND_OPINION])
}

fn no_rule(rule: &str) -> Failure {
    let near = configuration::nearest(rule, rules());
    let hint = near.map_or_else(
        || "`benggala rules` lists them".to_string(),
        |near| format!("did you mean {near:?}?"),
    );
    Failure::message(format!(
        "`disabled` names no rule: {rule:?}\n  hint: {hint}"
    ))
}

/// Tells of variables that look like ours and that nothing reads.
pub(super) fn tell_unread_variables(config: &Config) {
    let names: Vec<String> = std::env::vars_os()
        .filter_map(|(name, _)| name.into_string().ok())
        .collect();
    for (name, meant) in unread_variables(names.iter().map(String::as_str), config) {
        let hint = meant.map(|meant| format!("; {meant}"));
        tell(format!(
            "warning: nothing reads the environment variable {name}{}",
            hint.unwrap_or_default()
        ));
    }
}

/// All texts of the configuration: each file that is named, and those that it includes in the order of
/// their names.
pub(super) fn read_texts(files: &[PathBuf]) -> Result<Vec<ConfigText>, Failure> {
    let here = || {
        let file = PathBuf::from(CONFIG_FILE);
        file.exists().then_some(file)
    };
    let named = match files {
        [] => Vec::from_iter(here()),
        files => files.to_vec(),
    };
    let mut texts = Vec::new();
    for path in named {
        let text = read_text(path, false)?;
        let included = included(&text)?;
        texts.push(text);
        for path in included {
            texts.push(read_text(path, true)?);
        }
    }
    Ok(texts)
}

fn read_text(path: PathBuf, is_included: bool) -> Result<ConfigText, Failure> {
    let unreadable = |why: String| {
        let path = path.display();
        Failure::message(format!("cannot read the configuration {path}: {why}"))
    };
    let bytes = std::fs::read(&path).map_err(|error| {
        let next = match error.kind() {
            io::ErrorKind::NotFound => format!("; `benggala init {}` writes one", path.display()),
            io::ErrorKind::IsADirectory => "; name a file in it".to_string(),
            _ => String::new(),
        };
        unreadable(format!("{error}{next}"))
    })?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let read = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + read.iter().filter(|byte| **byte == b'\n').count();
        unreadable(format!(
            "line {line} is not UTF-8; save the file in that encoding"
        ))
    })?;
    Ok(ConfigText {
        origin: Origin::File(path),
        text,
        is_included,
    })
}

/// The files that a text includes. A pattern may match none, a plain path must be there.
fn included(text: &ConfigText) -> Result<Vec<PathBuf>, Failure> {
    let folder = match &text.origin {
        Origin::File(path) => path.parent().unwrap_or(Path::new("")),
        Origin::BuiltIn | Origin::Environment => Path::new(""),
    };
    let mut files = Vec::new();
    for pattern in includes(&text.text) {
        let whole = folder.join(&pattern);
        if !pattern.contains(['*', '?', '[']) {
            files.push(whole);
            continue;
        }
        let bad = |why: &dyn std::fmt::Display| {
            Failure::message(format!("{}: include = {pattern:?}: {why}", text.origin))
        };
        let found = glob::glob(&whole.to_string_lossy()).map_err(|error| bad(&error))?;
        for path in found {
            files.push(path.map_err(|error| bad(&error))?);
            if files.len() > INCLUDED_MAX {
                return Err(bad(&format!("more than {INCLUDED_MAX} files")));
            }
        }
    }
    Ok(files)
}

/// Looks up a secret that the configuration keeps outside of its text.
pub(super) fn secret(source: SecretSource<'_>) -> Result<Option<String>, String> {
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
