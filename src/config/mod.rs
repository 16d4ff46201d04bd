//! TOML text in, [`Config`] out, every problem at once.
//!
//! A key is one row in `keys.rs`: its name, how it is read and how it is shown.

mod environment;
mod keys;
mod names;
mod notation;
mod outside;
mod parts;
mod problem;
mod read;
mod sections;
mod show;
mod sites;
mod table;
mod value;

use std::collections::BTreeSet;

use ipnet::IpNet;
use url::Url;

use crate::model::{Policy, SiteRules, Source, StoreUrl};

pub use self::{
    environment::unread_variables,
    outside::{SecretLookup, SecretSource, no_secrets},
    parts::{ConfigText, includes},
    problem::{ConfigErrors, ConfigProblem, Origin, Position},
    sections::{
        Config, FetchConfig, MailConfig, NotifyConfig, OpinionConfig, ScheduleConfig, ServeConfig,
        StoreConfig, TraceConfig,
    },
    sites::{SITES, parse_sites, site_rules},
};

/// `config/benggala.toml`: every key explained, with its default.
pub const ANNOTATED: &str = include_str!("../../config/benggala.toml");

impl Config {
    /// Reads a configuration; what it leaves out is as in [`Config::default`]. A key of a later text
    /// overrules that of an earlier one, and sources and channels add up. The environment
    /// (`BENGGALA_STORE_URL`, `BENGGALA_SERVE_TOKEN`, `BENGGALA_SERVE_TOKEN_FOR`, `BENGGALA_OPINION_KEY`, `BENGGALA_NOTIFY_<NAME>_URL`,
    /// `BENGGALA_NOTIFY_<NAME>_TOKEN`, `BENGGALA_NOTIFY_<NAME>_SECRET`) overrules all of them, and none is needed for it to count.
    ///
    /// # Errors
    /// Every problem at once, with its place and a hint.
    pub fn parse(texts: &[ConfigText], secrets: &SecretLookup<'_>) -> Result<Config, ConfigErrors> {
        read::read(texts, secrets)
    }

    /// For a process that watches the sources of this group only, or those of none.
    #[must_use]
    pub fn for_group(mut self, group: Option<&str>) -> Config {
        self.group = group.map(str::to_string);
        self
    }

    /// The sources that this process watches.
    pub fn watched(&self) -> impl Iterator<Item = &Source> {
        self.sources
            .iter()
            .filter(|source| source.is_of(self.group.as_deref()))
    }

    /// The groups that sources have.
    pub fn groups(&self) -> BTreeSet<&str> {
        let groups = self.sources.iter().map(|source| source.group.as_deref());
        groups.flatten().collect()
    }

    /// Adds these pages as sources of kind `auto` that this process watches, unless they are watched
    /// already.
    #[must_use]
    pub fn watching(mut self, urls: &[Url]) -> Config {
        let sources = read::sources_for(urls, self.group.as_deref(), &self.sources);
        self.sources.extend(sources);
        self
    }

    /// The source of this name, while it is configured.
    pub fn source(&self, name: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.name == name)
    }

    /// The selectors for a page: those of its source, else those built in for its host.
    pub fn rules_for(source: Option<&Source>, host: Option<&str>) -> SiteRules {
        match source {
            Some(source) if source.rules != SiteRules::default() => source.rules.clone(),
            _ => host.and_then(site_rules).cloned().unwrap_or_default(),
        }
    }

    /// The thresholds that the articles of a source are judged by.
    pub fn policy_for(&self, source: Option<&Source>) -> Policy {
        match source {
            Some(source) => self.score.with(&source.policy),
            None => self.score.clone(),
        }
    }

    /// Adds private or loopback networks that may be fetched.
    #[must_use]
    pub fn allowing(mut self, networks: &[IpNet]) -> Config {
        self.fetch.allow_private.extend(networks);
        self
    }
}

/// The one of `names` that was probably meant by `word`: at most one slip for every three characters.
pub fn nearest<'n>(word: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    value::nearest(word, names)
}

/// Reads a network in CIDR notation, as `10.0.0.0/8`; one address stands for itself.
pub fn network(text: &str) -> Option<IpNet> {
    value::network(text)
}

/// Which store a text names, as `[store] url` does.
///
/// # Errors
/// What is wrong with it and what to write instead; it never repeats the text, which may hold a password.
pub fn store_url(text: &str, secrets: &SecretLookup<'_>) -> Result<StoreUrl, String> {
    value::store_url(text, secrets)
        .map_err(|why| format!("the address of a store {}: {}", why.is, why.hint))
}
