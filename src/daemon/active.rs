//! The configuration in force.

use std::{collections::HashMap, sync::Arc};

use url::Url;

use crate::{
    config::Config,
    consult::Endpoint,
    fetch::{Fetcher, Network, tls::Pins},
    inspect::Rules,
    lang::Lexicon,
    model::Source,
    notify::Channel,
};

use super::error::DaemonError;

/// What one configuration means at work. Swapped whole on reload; a visit keeps the one it
/// started with.
#[derive(Debug)]
pub(super) struct ActiveConfig {
    pub(super) config: Arc<Config>,
    pub(super) fetcher: Fetcher,
    pub(super) rules: Rules,
    pub(super) sources: HashMap<String, Source>,
    pub(super) channels: Vec<String>,
    /// Where the review page is, for links to it.
    pub(super) pages: Option<Url>,
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
            sources: config
                .sources
                .iter()
                .map(|source| (source.name.clone(), source.clone()))
                .collect(),
            pages: match &config.serve.public_url {
                Some(public) => Some(public.clone()),
                None => Url::parse(&format!("http://{}/", config.serve.listen)).ok(),
            },
            channels: config
                .notify
                .iter()
                .map(|channel| channel.name.clone())
                .collect(),
            config,
        })
    }
}
