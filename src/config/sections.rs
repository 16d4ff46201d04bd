//! The effective configuration, section by section, and its defaults.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use ipnet::IpNet;
use lettre::message::Mailbox;
use url::Url;

use crate::model::{
    Adviser, AskAbout, ChannelKind, Listen, ParseLimits, Policy, Secret, Source, StoreUrl,
    TokenFor, Wanted, Zone,
};

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
    /// `[opinion]`
    pub opinion: OpinionConfig,
    /// `[store]`
    pub store: StoreConfig,
    /// `[serve]`
    pub serve: ServeConfig,
    /// `[log]`
    pub log: LogConfig,
    /// `[trace]`
    pub trace: TraceConfig,
    /// `[[notify]]`
    pub notify: Vec<NotifyConfig>,
    /// `[[source]]`
    pub sources: Vec<Source>,
    /// Which of them this process watches: those of this group, or those of none. It stands in no file,
    /// so that one file serves all workers.
    pub group: Option<String>,
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
    /// How far back an article may be dated when it is found; zero: any age.
    pub link_age: Duration,
    /// The age of an article at the first look for corrections; zero: none.
    pub recheck: Duration,
    /// The age from which on it is not looked at again.
    pub recheck_until: Duration,
    /// Attempts at one article before it rests until its source lists it again.
    pub attempts_max: u32,
    /// The first wait after a failure; doubles with each.
    pub retry_first: Duration,
    /// The longest wait after failures.
    pub retry_max: Duration,
    /// How long a worker may hold a URL.
    pub lease: Duration,
    /// How long a stop waits for what is under way.
    pub drain: Duration,
    /// By whose clocks quiet times and days with limits are, and the times that pages show.
    pub zone: Zone,
}

/// `[opinion]`: who is asked for a second opinion, and about what.
#[derive(Debug, Clone, PartialEq)]
pub struct OpinionConfig {
    /// Where chat completions are served; `None`: nobody is asked.
    pub url: Option<Url>,
    /// The model, as the endpoint calls it.
    pub model: Option<String>,
    /// The operator's word for the version behind that name.
    pub revision: Option<String>,
    /// Sent as `Authorization: Bearer`.
    pub key: Option<Secret>,
    /// Which articles.
    pub only: AskAbout,
    /// Calls in one day at most, by the clocks of `[schedule] zone`.
    pub per_day: u64,
    /// Of these, about one source.
    pub per_source: u64,
    /// For one call.
    pub timeout: Duration,
}

impl OpinionConfig {
    /// Who is asked; `None` unless an endpoint and its model are named.
    pub fn adviser(&self) -> Option<Adviser> {
        self.url.as_ref()?;
        Some(Adviser {
            model: self.model.clone()?,
            revision: self.revision.clone(),
        })
    }
}

/// `[store]`: where everything is kept.
#[derive(Debug, Clone, PartialEq)]
pub struct StoreConfig {
    /// Which store.
    pub url: StoreUrl,
    /// How long raw pages are kept.
    pub keep_pages: Duration,
    /// How long a text is remembered, so that a new one is known as its copy.
    pub keep_fingerprints: Duration,
    /// How long articles are kept that nobody has decided on.
    pub keep_articles: Duration,
    /// How long former texts and conclusions are kept.
    pub keep_versions: Duration,
    /// How long addresses of articles are remembered that nobody lists any more.
    pub keep_urls: Duration,
    /// Bytes in use at most; what is old goes before, and beyond it nothing is fetched.
    pub size_max: Option<u64>,
}

/// `[serve]`: the review page, the API and the metrics.
#[derive(Debug, Clone, PartialEq)]
pub struct ServeConfig {
    /// Address and port, or a socket.
    pub listen: Listen,
    /// Where people find the page: behind a proxy, say. It has no query.
    pub public_url: Option<Url>,
    /// Whether `POST /-/reload` works.
    pub reload: bool,
    /// Required of writing requests when set.
    pub token: Option<Secret>,
    /// Of which requests it is required.
    pub token_for: TokenFor,
}

/// `[log]`: what is said of the work.
#[derive(Debug, Clone, PartialEq)]
pub struct LogConfig {
    /// How much, of all or of one room, as directives of `tracing`: `info,benggala::fetch=debug`.
    pub levels: String,
}

/// `[trace]`: who is told of each article's way from its discovery to its verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct TraceConfig {
    /// The address of a collector that speaks OTLP over HTTP; `None`: nobody is told.
    pub otlp_url: Option<Url>,
    /// The share of articles that are told of, in 0..=1.
    pub sample: f32,
}

/// `[[notify]]`: who is told of what.
#[derive(Debug, Clone, PartialEq)]
pub struct NotifyConfig {
    /// Unique; the metric label.
    pub name: String,
    /// In what shape.
    pub kind: ChannelKind,
    /// Receives a POST, or is a file. Whoever knows it may post: many a service puts a key into its path.
    pub url: Secret<Url>,
    /// Sent as `Authorization: Bearer`.
    pub token: Option<Secret>,
    /// What webhooks are signed with: the present secret and, while it is replaced, the one before.
    pub signed_with: Vec<Secret>,
    /// Sent with each message.
    pub headers: Vec<(String, Secret)>,
    /// Who mails are from and to.
    pub mail: MailConfig,
    /// Private or loopback networks in which its receiver may be.
    pub allow_private: Vec<IpNet>,
    /// What it is told, how often and when.
    pub wanted: Wanted,
}

/// What a mail needs beside a server. With `user`, the token of the channel is its password.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct MailConfig {
    /// Who writes. Of a channel of kind `email` it is there.
    pub from: Option<Mailbox>,
    /// Who is written to. Of a channel of kind `email` there is somebody.
    pub to: Vec<Mailbox>,
    /// Who logs in at the server; nobody does unless it is given.
    pub user: Option<String>,
}

impl NotifyConfig {
    /// A channel as it is unless it says more.
    pub fn new(name: &str, kind: ChannelKind, url: Url) -> NotifyConfig {
        NotifyConfig {
            name: name.to_string(),
            kind,
            url: Secret::new(url),
            token: None,
            signed_with: Vec::new(),
            headers: Vec::new(),
            mail: MailConfig::default(),
            allow_private: Vec::new(),
            wanted: Wanted::of(kind),
        }
    }
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
                link_age: Duration::from_secs(7 * 24 * 3600),
                recheck: Duration::from_secs(3600),
                recheck_until: Duration::from_secs(7 * 24 * 3600),
                attempts_max: 5,
                retry_first: Duration::from_secs(60),
                retry_max: Duration::from_secs(24 * 3600),
                lease: Duration::from_secs(300),
                drain: Duration::from_secs(20),
                zone: Zone::UTC,
            },
            extract: ParseLimits::default(),
            score: Policy::default(),
            opinion: OpinionConfig {
                url: None,
                model: None,
                revision: None,
                key: None,
                only: AskAbout::Suspicious,
                per_day: 200,
                per_source: 20,
                timeout: Duration::from_secs(120),
            },
            store: StoreConfig {
                url: StoreUrl::Sqlite(PathBuf::from("benggala.db")),
                keep_pages: Duration::from_secs(90 * 24 * 3600),
                keep_fingerprints: Duration::from_secs(30 * 24 * 3600),
                keep_articles: Duration::from_secs(100 * 365 * 24 * 3600),
                keep_versions: Duration::from_secs(365 * 24 * 3600),
                keep_urls: Duration::from_secs(730 * 24 * 3600),
                size_max: None,
            },
            serve: ServeConfig {
                listen: Listen::Tcp(SocketAddr::from(([127, 0, 0, 1], 9630))),
                public_url: None,
                reload: false,
                token: None,
                token_for: TokenFor::Writes,
            },
            log: LogConfig {
                levels: "info".to_string(),
            },
            trace: TraceConfig {
                otlp_url: None,
                sample: 1.0,
            },
            notify: Vec::new(),
            sources: Vec::new(),
            group: None,
        }
    }
}
