//! What the handlers share.

use std::{sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use tokio::sync::{Semaphore, mpsc};

use crate::{
    config::Config,
    model::{Decision, Lang, Unready},
    report::legend::RuleView,
    store::Store,
};

use super::exposition::Exposition;

/// Told of every answer: the route as it is written in [`super::app`], or `other`; the status; the time
/// it took.
pub type AnswerObserver = dyn Fn(&str, u16, Duration) + Send + Sync;

/// What the pages show and what they may set off.
#[derive(Clone)]
pub struct AppState {
    /// Articles and sources.
    pub store: Arc<dyn Store>,
    /// As it is now: a reload swaps it.
    pub config: Arc<ArcSwap<Config>>,
    /// The effective configuration as TOML, secrets masked.
    pub effective_config: Arc<dyn Fn() -> String + Send + Sync>,
    /// Every metric, as text.
    pub metrics_text: Arc<dyn Fn(Exposition) -> String + Send + Sync>,
    /// Told of every answer.
    pub observe: Arc<AnswerObserver>,
    /// Told of every review that was kept.
    pub reviewed: Arc<dyn Fn(Decision) + Send + Sync>,
    /// What keeps the daemon from its work; nothing if it works.
    pub unready: Arc<dyn Fn() -> Vec<Unready> + Send + Sync>,
    /// What will keep it from its work before long.
    pub warning: Arc<dyn Fn() -> Option<String> + Send + Sync>,
    /// Asks for a reload of the configuration.
    pub reload: Option<mpsc::Sender<()>>,
    /// The languages that packs serve.
    pub languages: Arc<[Lang]>,
    /// A slot for each page that is told of news.
    pub listeners: Arc<Semaphore>,
    /// What each rule is about.
    pub rules: Arc<[RuleView<'static>]>,
}
