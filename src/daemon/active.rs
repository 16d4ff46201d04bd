//! The configuration in force.

use std::sync::Arc;

use url::Url;

use crate::{
    config::Config,
    consult::Endpoint,
    fetch::{Fetcher, Network, tls::Pins},
    inspect::Rules,
    lang::Lexicon,
    model::{Policy, Source},
    notify::{Channel, Setting},
};

use super::error::DaemonError;

/// What one configuration means at work. Swapped whole on reload; a visit keeps the one it
/// started with.
#[derive(Debug)]
pub(super) struct ActiveConfig {
    pub(super) config: Arc<Config>,
    pub(super) fetcher: Fetcher,
    pub(super) rules: Rules,
    /// Places of its sources, in the order of their names.
    by_name: Box<[usize]>,
    pub(super) channels: Vec<String>,
    /// What every channel is told by.
    pub(super) telling: Setting,
    pub(super) receivers: Vec<Arc<Channel>>,
    /// Who is asked for second opinions.
    pub(super) endpoint: Option<Endpoint>,
}

impl ActiveConfig {
    /// Goes on with the fetcher of the one before, where it may: it knows who was asked when.
    pub(super) fn new(
        config: Arc<Config>,
        before: Option<&ActiveConfig>,
    ) -> Result<ActiveConfig, DaemonError> {
        let fetcher = match before {
            Some(before)
                if before.config.fetch == config.fetch
                    && Pins::of(&before.config.sources) == Pins::of(&config.sources) =>
            {
                before.fetcher.clone()
            }
            _ => Fetcher::new(&config.fetch, Network::of(&config.sources))?,
        };
        Ok(ActiveConfig {
            fetcher,
            receivers: Channel::all(&config.notify)?
                .into_iter()
                .map(Arc::new)
                .collect(),
            endpoint: Endpoint::of(&config.opinion)?,
            rules: Rules {
                lexicon: Lexicon::built_in(),
                policy: config.score.clone(),
                limits: config.extract,
                adviser: config.opinion.adviser(),
                usage: crate::usage::Usage::default(),
            },
            by_name: by_name(&config.sources),
            telling: Setting {
                pages: match &config.serve.public_url {
                    Some(public) => Some(public.clone()),
                    // Nobody finds a socket.
                    None => Url::parse(&config.serve.listen.page())
                        .ok()
                        .filter(|url| url.scheme() == "http"),
                },
                muted: config
                    .sources
                    .iter()
                    .filter(|source| source.is_muted)
                    .map(|source| source.name.clone())
                    .collect(),
            },
            channels: config
                .notify
                .iter()
                .map(|channel| channel.name.clone())
                .collect(),
            config,
        })
    }

    /// A source that is configured.
    pub(super) fn source(&self, name: &str) -> Option<&Source> {
        let source = |at: &usize| self.config.sources.get(*at);
        let of_name = |at: &usize| {
            source(at)
                .map(|source| source.name.as_str())
                .cmp(&Some(name))
        };
        let found = self.by_name.binary_search_by(of_name).ok()?;
        source(self.by_name.get(found)?)
    }

    /// The thresholds that the articles of a source are judged by.
    pub(super) fn policy_for(&self, source: &str) -> Policy {
        self.config.policy_for(self.source(source))
    }
}

fn by_name(sources: &[Source]) -> Box<[usize]> {
    let mut places: Box<[usize]> = (0..sources.len()).collect();
    places.sort_unstable_by_key(|&at| &sources[at].name);
    places
}
