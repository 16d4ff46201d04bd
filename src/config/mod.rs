//! TOML text in, [`Config`] out, every problem at once.
//!
//! A key is one row in `keys.rs`: its name, how it is read and how it is shown.

mod keys;
mod names;
mod problem;
mod read;
mod show;
mod sites;
mod table;
mod value;

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use ipnet::IpNet;
use url::Url;

use crate::model::{ParseLimits, Policy, SiteRules, Source};

pub use problem::{ConfigErrors, ConfigProblem, Place};
pub use sites::{SITES, parse_sites, site_rules};

/// `config/benggala.toml`: every key explained, with its default.
pub const ANNOTATED: &str = include_str!("../../config/benggala.toml");

/// The effective configuration.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// `[fetch]`
    pub fetch: FetchConfig,
    /// `[schedule]`
    pub schedule: ScheduleConfig,
    /// `[extract]`
    pub extract: ParseLimits,
    /// `[score]`
    pub score: Policy,
    /// `[store]`
    pub store: StoreConfig,
    /// `[serve]`
    pub serve: ServeConfig,
    /// `[[notify]]`
    pub notify: Vec<NotifyConfig>,
    /// `[[source]]`
    pub sources: Vec<Source>,
}

/// `[fetch]`: how sources are asked.
#[derive(Debug, Clone, PartialEq)]
pub struct FetchConfig {
    /// Per host.
    pub requests_per_second: f64,
    /// Over all hosts.
    pub requests_per_second_total: f64,
    /// How many times as often as one host one IP address may be asked: hosts may share it.
    pub hosts_per_address: f64,
    /// Requests to one host that may overlap.
    pub concurrency_per_host: usize,
    /// Requests that may overlap in all.
    pub concurrency: usize,
    /// Private or loopback targets that may be fetched.
    pub allow_private: Vec<IpNet>,
    /// Asked in the place of every host.
    pub proxy: Option<Url>,
    /// For one answer, from connecting to the last byte.
    pub timeout: Duration,
    /// From connecting to the end of the answer's headers.
    pub header_timeout: Duration,
    /// For connecting, and between two reads.
    pub idle_timeout: Duration,
    /// Decoded bytes of a page.
    pub body_max: u64,
    /// Decoded bytes of a feed or sitemap.
    pub feed_max: u64,
    /// Redirects followed.
    pub redirects_max: u32,
    /// `{version}` and `{contact}` are filled in.
    pub user_agent: String,
    /// A URL or address that tells site owners who asks.
    pub contact: String,
}

/// `[schedule]`: when sources are asked.
#[derive(Debug, Clone, PartialEq)]
pub struct ScheduleConfig {
    /// Between two polls of a source that sets no `every`, until its rhythm is known.
    pub every: Duration,
    /// The shortest interval that is learned.
    pub every_min: Duration,
    /// The longest interval that is learned.
    pub every_max: Duration,
    /// The age of an article at the first look for corrections; zero: none.
    pub recheck: Duration,
    /// The age from which on it is not looked at again.
    pub recheck_until: Duration,
    /// Attempts at one article before it is given up.
    pub attempts_max: u32,
    /// The first wait after a failure; doubles with each.
    pub retry_first: Duration,
    /// The longest wait after failures.
    pub retry_max: Duration,
    /// How long a worker may hold a URL.
    pub lease: Duration,
    /// How long a stop waits for what is under way.
    pub drain: Duration,
}

/// `[store]`: where everything is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct StoreConfig {
    /// `sqlite:PATH` or `postgres://…`
    pub url: String,
    /// How long raw pages are kept.
    pub keep_pages: Duration,
    /// How long a text is remembered, so that a new one is known as its copy.
    pub keep_fingerprints: Duration,
}

/// `[serve]`: the review page, the API and the metrics.
#[derive(Debug, Clone, PartialEq)]
pub struct ServeConfig {
    /// Address and port.
    pub listen: SocketAddr,
    /// Whether `POST /-/reload` works.
    pub reload: bool,
    /// Required of writing requests when set.
    pub token: Option<String>,
}

/// `[[notify]]`: who is told of flagged articles.
#[derive(Debug, Clone, PartialEq)]
pub struct NotifyConfig {
    /// Unique; the metric label.
    pub name: String,
    /// Receives a JSON POST.
    pub url: Url,
    /// Sent as `Authorization: Bearer`.
    pub token: Option<String>,
}

/// Where a configuration came from, for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A file.
    File(PathBuf),
    /// The built-in defaults.
    BuiltIn,
}

/// A secret that is kept outside of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secret<'a> {
    /// The value of an environment variable.
    Env(&'a str),
    /// The content of a file.
    File(&'a Path),
}

/// Looks a secret up: `None` where there is none, an error where it cannot be read. The shell
/// passes one that asks the system.
pub type Secrets<'a> = dyn Fn(Secret<'_>) -> Result<Option<String>, String> + 'a;

/// Knows no secrets.
///
/// # Errors
/// Never.
pub fn no_secrets(_: Secret<'_>) -> Result<Option<String>, String> {
    Ok(None)
}

impl Config {
    /// Reads a configuration; what it leaves out is as in [`Config::default`]. The environment
    /// (`BENGGALA_STORE_URL`, `BENGGALA_SERVE_TOKEN`, `BENGGALA_NOTIFY_<NAME>_TOKEN`) overrules
    /// the text.
    ///
    /// # Errors
    /// Every problem at once, with its place and a hint.
    pub fn parse(
        text: &str,
        origin: &Origin,
        secrets: &Secrets<'_>,
    ) -> Result<Config, ConfigErrors> {
        read::read(text, origin, secrets)
            .map_err(|complaints| ConfigErrors::new(origin, text, complaints))
    }

    /// Adds these pages as sources of kind `auto`, unless they are watched already.
    #[must_use]
    pub fn watching(mut self, urls: &[Url]) -> Config {
        let sources = read::sources_for(urls, &self.sources);
        self.sources.extend(sources);
        self
    }

    /// The selectors for a page: those of its source, else those built in for its host.
    pub fn rules_for(source: Option<&Source>, host: Option<&str>) -> SiteRules {
        match source {
            Some(source) if source.rules != SiteRules::default() => source.rules.clone(),
            _ => host.and_then(site_rules).cloned().unwrap_or_default(),
        }
    }

    /// Adds private or loopback networks that may be fetched.
    #[must_use]
    pub fn allowing(mut self, networks: &[IpNet]) -> Config {
        self.fetch.allow_private.extend(networks);
        self
    }
}

/// Reads a network in CIDR notation, as `10.0.0.0/8`; one address stands for itself.
pub fn network(text: &str) -> Option<IpNet> {
    value::network(text)
}

impl Default for Config {
    fn default() -> Config {
        Config {
            fetch: FetchConfig {
                requests_per_second: 0.5,
                requests_per_second_total: 50.0,
                hosts_per_address: 4.0,
                concurrency_per_host: 1,
                concurrency: 64,
                allow_private: Vec::new(),
                proxy: None,
                timeout: Duration::from_secs(30),
                header_timeout: Duration::from_secs(20),
                idle_timeout: Duration::from_secs(10),
                body_max: 5 << 20,
                feed_max: 50 << 20,
                redirects_max: 10,
                user_agent: "benggala/{version} (+{contact})".to_string(),
                contact: "https://crates.io/crates/benggala".to_string(),
            },
            schedule: ScheduleConfig {
                every: Duration::from_secs(600),
                every_min: Duration::from_secs(120),
                every_max: Duration::from_secs(4 * 3600),
                recheck: Duration::from_secs(3600),
                recheck_until: Duration::from_secs(7 * 24 * 3600),
                attempts_max: 5,
                retry_first: Duration::from_secs(60),
                retry_max: Duration::from_secs(24 * 3600),
                lease: Duration::from_secs(300),
                drain: Duration::from_secs(20),
            },
            extract: ParseLimits::default(),
            score: Policy::default(),
            store: StoreConfig {
                url: "sqlite:benggala.db".to_string(),
                keep_pages: Duration::from_secs(90 * 24 * 3600),
                keep_fingerprints: Duration::from_secs(30 * 24 * 3600),
            },
            serve: ServeConfig {
                listen: SocketAddr::from(([127, 0, 0, 1], 9630)),
                reload: false,
                token: None,
            },
            notify: Vec::new(),
            sources: Vec::new(),
        }
    }
}
