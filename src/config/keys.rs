//! Every key of the configuration: what it is called, how it is read, how it is shown. One row a
//! key; unknown keys, hints and `config show` follow from these tables.

use std::{ops::RangeInclusive, time::Duration};

use ipnet::IpNet;
use toml::Value as Toml;
use url::Url;

use super::{
    notation,
    sections::{
        FetchConfig, LogConfig, MailConfig, NotifyConfig, OpinionConfig, ScheduleConfig,
        ServeConfig, StoreConfig, TraceConfig,
    },
    value::{Read, Value},
};
use crate::model::{
    CertificateHash, ChannelKind, Courtesy, EventKind, Lang, OwnPolicy, PageKind, ParseLimits,
    Policy, Quiet, Secret, SiteRules, Source, Timestamp, Wanted, Zone,
};

/// One key of a section that is read into a `T`.
pub(super) struct Key<T> {
    pub(super) name: &'static str,
    /// The key that names a file instead, which holds the value.
    pub(super) file: Option<&'static str>,
    pub(super) set: fn(&mut T, &Value<'_>) -> Read<()>,
    /// `None` leaves the key out.
    pub(super) show: fn(&T) -> Option<Toml>,
}

const fn key<T>(
    name: &'static str,
    set: fn(&mut T, &Value<'_>) -> Read<()>,
    show: fn(&T) -> Option<Toml>,
) -> Key<T> {
    Key {
        name,
        file: None,
        set,
        show,
    }
}

/// A key whose value may stand in a file of its own, which the key `file` names.
const fn key_or_file<T>(
    name: &'static str,
    file: &'static str,
    set: fn(&mut T, &Value<'_>) -> Read<()>,
    show: fn(&T) -> Option<Toml>,
) -> Key<T> {
    Key {
        file: Some(file),
        ..key(name, set, show)
    }
}

const fn seconds(from: u64, to: u64) -> RangeInclusive<Duration> {
    Duration::from_secs(from)..=Duration::from_secs(to)
}

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const HOUR: u64 = 3600;
const DAY: u64 = 24 * HOUR;
const YEAR: u64 = 365 * DAY;
/// Far above what any network carries: in effect no limit, for tests on loopback.
const RATE_MAX: f64 = 1e6;
/// Waiting longer for one answer only ties up a slot.
const TIMEOUT: RangeInclusive<Duration> = Duration::from_millis(1)..=Duration::from_secs(600);
/// Below 1 s a poll is an attack; above a year it is none.
const EVERY: RangeInclusive<Duration> = seconds(1, YEAR);
/// What is forgotten sooner would be read again, as something new.
const REMEMBERED: RangeInclusive<Duration> = seconds(60 * DAY, 100 * YEAR);
/// An empty store takes a megabyte, its log up to 64.
const SIZE_MAX: RangeInclusive<u64> = 64 * MIB..=u64::MAX >> 1;
/// Zero takes articles of any age.
const LINK_AGE: RangeInclusive<Duration> = seconds(0, 100 * YEAR);

pub(super) const FETCH: &[Key<FetchConfig>] = &[
    key(
        "requests_per_second",
        |c, v| v.rate(RATE_MAX).map(|x| c.requests_per_second = x),
        |c| notation::number(c.requests_per_second),
    ),
    key(
        "requests_per_second_total",
        |c, v| v.rate(RATE_MAX).map(|x| c.requests_per_second_total = x),
        |c| notation::number(c.requests_per_second_total),
    ),
    key(
        "hosts_per_address",
        |c, v| v.rate(RATE_MAX).map(|x| c.hosts_per_address = x),
        |c| notation::number(c.hosts_per_address),
    ),
    key(
        "concurrency_per_host",
        |c, v| v.integer(1..=1_000).map(|x| c.concurrency_per_host = x),
        |c| notation::integer(c.concurrency_per_host),
    ),
    key(
        "concurrency",
        |c, v| v.integer(1..=10_000).map(|x| c.concurrency = x),
        |c| notation::integer(c.concurrency),
    ),
    key(
        "allow_private",
        |c, v| v.list(Value::network).map(|x| c.allow_private = x),
        |c| notation::texts(&c.allow_private),
    ),
    key(
        "proxy",
        |c, v| v.url().map(|x| c.proxy = Some(x)),
        |c| c.proxy.as_ref().and_then(notation::text),
    ),
    key(
        "timeout",
        |c, v| v.duration(TIMEOUT).map(|x| c.timeout = x),
        |c| notation::text(&notation::duration(c.timeout)),
    ),
    key(
        "header_timeout",
        |c, v| v.duration(TIMEOUT).map(|x| c.header_timeout = x),
        |c| notation::text(&notation::duration(c.header_timeout)),
    ),
    key(
        "idle_timeout",
        |c, v| v.duration(TIMEOUT).map(|x| c.idle_timeout = x),
        |c| notation::text(&notation::duration(c.idle_timeout)),
    ),
    key(
        "body_max",
        |c, v| v.size(KIB..=100 * MIB).map(|x| c.body_max = x),
        |c| notation::text(&notation::size(c.body_max)),
    ),
    key(
        "feed_max",
        |c, v| v.size(KIB..=500 * MIB).map(|x| c.feed_max = x),
        |c| notation::text(&notation::size(c.feed_max)),
    ),
    key(
        "redirects_max",
        |c, v| v.integer(0..=20).map(|x| c.redirects_max = x as u32),
        |c| notation::integer(c.redirects_max as usize),
    ),
    key(
        "user_agent",
        |c, v| user_agent(v).map(|x| c.user_agent = x),
        |c| notation::text(&c.user_agent),
    ),
    key(
        "contact",
        |c, v| v.header().map(|x| c.contact = x),
        |c| notation::text(&c.contact),
    ),
];

pub(super) const SCHEDULE: &[Key<ScheduleConfig>] = &[
    key(
        "every",
        |c, v| v.duration(EVERY).map(|x| c.every = x),
        |c| notation::text(&notation::duration(c.every)),
    ),
    key(
        "every_min",
        |c, v| v.duration(EVERY).map(|x| c.every_min = x),
        |c| notation::text(&notation::duration(c.every_min)),
    ),
    key(
        "every_max",
        |c, v| v.duration(EVERY).map(|x| c.every_max = x),
        |c| notation::text(&notation::duration(c.every_max)),
    ),
    key(
        "link_age",
        |c, v| v.duration(LINK_AGE).map(|x| c.link_age = x),
        |c| notation::text(&notation::duration(c.link_age)),
    ),
    key(
        "recheck",
        |c, v| v.duration(seconds(0, 7 * DAY)).map(|x| c.recheck = x),
        |c| notation::text(&notation::duration(c.recheck)),
    ),
    key(
        "recheck_until",
        |c, v| v.duration(seconds(0, 7 * DAY)).map(|x| c.recheck_until = x),
        |c| notation::text(&notation::duration(c.recheck_until)),
    ),
    key(
        "attempts_max",
        |c, v| v.integer(1..=100).map(|x| c.attempts_max = x as u32),
        |c| notation::integer(c.attempts_max as usize),
    ),
    key(
        "retry_first",
        |c, v| v.duration(seconds(1, DAY)).map(|x| c.retry_first = x),
        |c| notation::text(&notation::duration(c.retry_first)),
    ),
    key(
        "retry_max",
        |c, v| v.duration(seconds(1, YEAR)).map(|x| c.retry_max = x),
        |c| notation::text(&notation::duration(c.retry_max)),
    ),
    key(
        "lease",
        |c, v| v.duration(seconds(1, DAY)).map(|x| c.lease = x),
        |c| notation::text(&notation::duration(c.lease)),
    ),
    key(
        "drain",
        |c, v| v.duration(seconds(0, HOUR)).map(|x| c.drain = x),
        |c| notation::text(&notation::duration(c.drain)),
    ),
    key(
        "zone",
        |c, v| v.zone().map(|x| c.zone = x),
        |c| notation::text(&c.zone),
    ),
];

pub(super) const EXTRACT: &[Key<ParseLimits>] = &[
    key(
        "bytes",
        |c, v| v.size(KIB..=500 * MIB).map(|x| c.bytes = x as usize),
        |c| notation::text(&notation::size(c.bytes as u64)),
    ),
    key(
        "nodes",
        |c, v| v.integer(100..=10_000_000).map(|x| c.nodes = x),
        |c| notation::integer(c.nodes),
    ),
    key(
        "depth",
        |c, v| v.integer(16..=10_000).map(|x| c.depth = x),
        |c| notation::integer(c.depth),
    ),
    key(
        "attributes",
        |c, v| v.integer(16..=100_000).map(|x| c.attributes = x),
        |c| notation::integer(c.attributes),
    ),
];

pub(super) const SCORE: &[Key<Policy>] = &[
    key(
        "words_min",
        |c, v| v.words_min().map(|x| c.words_min = x),
        |c| notation::integer(c.words_min),
    ),
    key(
        "flag_at",
        |c, v| v.share().map(|x| c.flag_at = x),
        |c| notation::share(c.flag_at),
    ),
    key(
        "boilerplate_at",
        |c, v| v.share().map(|x| c.boilerplate_at = x),
        |c| notation::share(c.boilerplate_at),
    ),
    key(
        "translation_at",
        |c, v| v.share().map(|x| c.translation_at = x),
        |c| notation::share(c.translation_at),
    ),
    key(
        "disabled",
        |c, v| v.list(Value::line).map(|x| c.disabled = x),
        |c| notation::texts(&c.disabled),
    ),
];

pub(super) const OPINION: &[Key<OpinionConfig>] = &[
    key(
        "url",
        |c, v| v.url().map(|x| c.url = Some(x)),
        |c| c.url.as_ref().and_then(notation::text),
    ),
    key(
        "model",
        |c, v| v.line().map(|x| c.model = Some(x)),
        |c| c.model.as_ref().and_then(notation::text),
    ),
    key(
        "revision",
        |c, v| v.line().map(|x| c.revision = Some(x)),
        |c| c.revision.as_ref().and_then(notation::text),
    ),
    key_or_file(
        "key",
        "key_file",
        |c, v| v.secret().map(|x| c.key = Some(x)),
        |c| notation::secret(c.key.as_ref()),
    ),
    key(
        "only",
        |c, v| v.ask_about().map(|x| c.only = x),
        |c| notation::text(c.only.as_str()),
    ),
    key(
        "per_day",
        |c, v| v.integer(1..=1_000_000).map(|x| c.per_day = x as u64),
        |c| notation::integer(c.per_day as usize),
    ),
    key(
        "per_source",
        |c, v| v.integer(1..=1_000_000).map(|x| c.per_source = x as u64),
        |c| notation::integer(c.per_source as usize),
    ),
    key(
        "timeout",
        |c, v| v.duration(TIMEOUT).map(|x| c.timeout = x),
        |c| notation::text(&notation::duration(c.timeout)),
    ),
];

pub(super) const STORE: &[Key<StoreConfig>] = &[
    key_or_file(
        "url",
        "url_file",
        |c, v| v.store_url().map(|x| c.url = x),
        |c| notation::text(&c.url),
    ),
    key(
        "keep_pages",
        |c, v| v.duration(seconds(0, 100 * YEAR)).map(|x| c.keep_pages = x),
        |c| notation::text(&notation::duration(c.keep_pages)),
    ),
    key(
        "keep_fingerprints",
        |c, v| {
            v.duration(seconds(0, 100 * YEAR))
                .map(|x| c.keep_fingerprints = x)
        },
        |c| notation::text(&notation::duration(c.keep_fingerprints)),
    ),
    key(
        "keep_articles",
        |c, v| v.duration(REMEMBERED).map(|x| c.keep_articles = x),
        |c| notation::text(&notation::duration(c.keep_articles)),
    ),
    key(
        "keep_versions",
        |c, v| {
            v.duration(seconds(0, 100 * YEAR))
                .map(|x| c.keep_versions = x)
        },
        |c| notation::text(&notation::duration(c.keep_versions)),
    ),
    key(
        "keep_urls",
        |c, v| v.duration(REMEMBERED).map(|x| c.keep_urls = x),
        |c| notation::text(&notation::duration(c.keep_urls)),
    ),
    key(
        "size_max",
        |c, v| v.size(SIZE_MAX).map(|x| c.size_max = Some(x)),
        |c| c.size_max.and_then(|x| notation::text(&notation::size(x))),
    ),
];

pub(super) const SERVE: &[Key<ServeConfig>] = &[
    key(
        "listen",
        |c, v| v.listen().map(|x| c.listen = x),
        |c| notation::text(&c.listen),
    ),
    key(
        "public_url",
        |c, v| v.place().map(|x| c.public_url = Some(x)),
        |c| c.public_url.as_ref().and_then(notation::text),
    ),
    key(
        "reload",
        |c, v| v.boolean().map(|x| c.reload = x),
        |c| Some(Toml::Boolean(c.reload)),
    ),
    key_or_file(
        "token",
        "token_file",
        |c, v| v.secret().map(|x| c.token = Some(x)),
        |c| notation::secret(c.token.as_ref()),
    ),
    key(
        "token_for",
        |c, v| v.token_for().map(|x| c.token_for = x),
        |c| notation::text(c.token_for.as_str()),
    ),
];

pub(super) const LOG: &[Key<LogConfig>] = &[key(
    "levels",
    |c, v| v.levels().map(|x| c.levels = x),
    |c| notation::text(&c.levels),
)];

pub(super) const TRACE: &[Key<TraceConfig>] = &[
    key(
        "otlp_url",
        |c, v| v.place().map(|x| c.otlp_url = Some(x)),
        |c| c.otlp_url.as_ref().and_then(notation::text),
    ),
    key(
        "sample",
        |c, v| v.share().map(|x| c.sample = x),
        |c| notation::share(c.sample),
    ),
];

/// A `[[notify]]` as far as it has been read.
#[derive(Default)]
pub(super) struct PartialChannel {
    pub(super) name: Option<String>,
    pub(super) kind: Option<ChannelKind>,
    pub(super) url: Option<Secret<Url>>,
    pub(super) token: Option<Secret>,
    pub(super) signed_with: Vec<Secret>,
    pub(super) headers: Vec<(String, Secret)>,
    pub(super) mail: MailConfig,
    pub(super) allow_private: Vec<IpNet>,
    pub(super) events: Option<Vec<EventKind>>,
    pub(super) sources: Vec<String>,
    pub(super) languages: Vec<Lang>,
    pub(super) verdicts: Vec<&'static str>,
    pub(super) rules: Vec<String>,
    pub(super) min_probability: Option<f32>,
    pub(super) copies_once: Option<bool>,
    pub(super) every: Option<Duration>,
    pub(super) per_minute: Option<u32>,
    pub(super) quiet: Option<Quiet>,
    pub(super) zone: Option<Zone>,
    pub(super) mute_until: Option<Timestamp>,
}

impl From<&NotifyConfig> for PartialChannel {
    fn from(channel: &NotifyConfig) -> PartialChannel {
        let (wanted, usual) = (channel.wanted.clone(), Wanted::of(channel.kind));
        PartialChannel {
            name: Some(channel.name.clone()),
            kind: Some(channel.kind),
            url: Some(channel.url.clone()),
            token: channel.token.clone(),
            signed_with: channel.signed_with.clone(),
            headers: channel.headers.clone(),
            mail: channel.mail.clone(),
            allow_private: channel.allow_private.clone(),
            events: other(wanted.events, &usual.events),
            sources: wanted.sources,
            languages: wanted.languages,
            verdicts: wanted.verdicts,
            rules: wanted.rules,
            min_probability: other(wanted.min_probability, &usual.min_probability),
            copies_once: other(wanted.copies_once, &usual.copies_once),
            every: other(wanted.every, &usual.every),
            per_minute: other(wanted.per_minute, &usual.per_minute),
            quiet: wanted.quiet,
            zone: Some(wanted.zone),
            mute_until: wanted.mute_until,
        }
    }
}

/// What is not as usual is worth showing.
fn other<T: PartialEq>(value: T, usual: &T) -> Option<T> {
    (value != *usual).then_some(value)
}

impl PartialChannel {
    /// What it wants: what it says, else what its kind usually does, by the clocks of `zone`.
    pub(super) fn wanted(&self, kind: ChannelKind, zone: Zone) -> Wanted {
        let usual = Wanted::of(kind);
        Wanted {
            events: self.events.clone().unwrap_or(usual.events),
            sources: self.sources.clone(),
            languages: self.languages.clone(),
            verdicts: self.verdicts.clone(),
            rules: self.rules.clone(),
            min_probability: self.min_probability.unwrap_or(usual.min_probability),
            copies_once: self.copies_once.unwrap_or(usual.copies_once),
            every: self.every.unwrap_or(usual.every),
            per_minute: self.per_minute.unwrap_or(usual.per_minute),
            quiet: self.quiet,
            zone: self.zone.unwrap_or(zone),
            mute_until: self.mute_until,
        }
    }
}

pub(super) const NOTIFY: &[Key<PartialChannel>] = &[
    key(
        "name",
        |c, v| v.line().map(|x| c.name = Some(x)),
        |c| c.name.as_ref().and_then(notation::text),
    ),
    key_or_file(
        "url",
        "url_file",
        |c, v| v.secret_url().map(|x| c.url = Some(x)),
        |c| c.url.as_ref().and_then(notation::secret_url),
    ),
    key(
        "kind",
        |c, v| v.channel_kind().map(|x| c.kind = Some(x)),
        |c| c.kind.and_then(|kind| notation::text(kind.as_str())),
    ),
    key_or_file(
        "token",
        "token_file",
        |c, v| v.secret().map(|x| c.token = Some(x)),
        |c| notation::secret(c.token.as_ref()),
    ),
    key_or_file(
        "secret",
        "secret_file",
        |c, v| v.signing_secrets().map(|x| c.signed_with = x),
        |c| notation::secret(c.signed_with.first()),
    ),
    key(
        "headers",
        |c, v| v.headers().map(|x| c.headers = x),
        |c| notation::secret_headers(&c.headers),
    ),
    key(
        "from",
        |c, v| v.mailbox().map(|x| c.mail.from = Some(x)),
        |c| c.mail.from.as_ref().and_then(notation::text),
    ),
    key(
        "to",
        |c, v| v.list(Value::mailbox).map(|x| c.mail.to = x),
        |c| some(&c.mail.to).and_then(notation::texts),
    ),
    key(
        "user",
        |c, v| v.line().map(|x| c.mail.user = Some(x)),
        |c| c.mail.user.as_ref().and_then(notation::text),
    ),
    key(
        "allow_private",
        |c, v| v.list(Value::network).map(|x| c.allow_private = x),
        |c| some(&c.allow_private).and_then(notation::texts),
    ),
    key(
        "events",
        |c, v| v.list(Value::event).map(|x| c.events = Some(x)),
        |c| {
            let events = c.events.as_ref()?.iter().map(|event| event.as_str());
            notation::texts(&events.collect::<Vec<_>>())
        },
    ),
    key(
        "sources",
        |c, v| v.list(Value::line).map(|x| c.sources = x),
        |c| some(&c.sources).and_then(notation::texts),
    ),
    key(
        "languages",
        |c, v| v.list(Value::lang).map(|x| c.languages = x),
        |c| some(&c.languages).and_then(notation::texts),
    ),
    key(
        "verdicts",
        |c, v| v.list(Value::verdict).map(|x| c.verdicts = x),
        |c| some(&c.verdicts).and_then(notation::texts),
    ),
    key(
        "rules",
        |c, v| v.list(Value::line).map(|x| c.rules = x),
        |c| some(&c.rules).and_then(notation::texts),
    ),
    key(
        "min_probability",
        |c, v| v.share().map(|x| c.min_probability = Some(x)),
        |c| c.min_probability.and_then(notation::share),
    ),
    key(
        "copies_once",
        |c, v| v.boolean().map(|x| c.copies_once = Some(x)),
        |c| c.copies_once.map(Toml::Boolean),
    ),
    key(
        "every",
        |c, v| v.duration(seconds(0, 7 * DAY)).map(|x| c.every = Some(x)),
        |c| {
            c.every
                .and_then(|every| notation::text(&notation::duration(every)))
        },
    ),
    key(
        "per_minute",
        |c, v| v.integer(1..=6_000).map(|x| c.per_minute = Some(x as u32)),
        |c| c.per_minute.and_then(|x| notation::integer(x as usize)),
    ),
    key(
        "quiet",
        |c, v| v.quiet().map(|x| c.quiet = Some(x)),
        |c| c.quiet.and_then(|quiet| notation::text(&quiet)),
    ),
    key(
        "zone",
        |c, v| v.zone().map(|x| c.zone = Some(x)),
        |c| c.zone.as_ref().and_then(notation::text),
    ),
    key(
        "mute_until",
        |c, v| v.moment().map(|x| c.mute_until = Some(x)),
        |c| c.mute_until.and_then(|at| notation::text(&at.to_rfc3339())),
    ),
];

/// A `[[source]]` as far as it has been read.
#[derive(Default)]
pub(super) struct PartialSource {
    pub(super) name: Option<String>,
    pub(super) was: Option<String>,
    pub(super) group: Option<String>,
    pub(super) url: Option<Url>,
    pub(super) kind: Option<PageKind>,
    pub(super) every: Option<Duration>,
    pub(super) link_age: Option<Duration>,
    pub(super) lang: Option<Lang>,
    pub(super) rules: SiteRules,
    pub(super) certificate: Option<CertificateHash>,
    pub(super) courtesy: Courtesy,
    pub(super) policy: OwnPolicy,
    pub(super) is_muted: bool,
    pub(super) render: Option<Url>,
}

impl From<&Source> for PartialSource {
    fn from(source: &Source) -> PartialSource {
        PartialSource {
            name: Some(source.name.clone()),
            was: source.was.clone(),
            group: source.group.clone(),
            url: Some(source.url.clone()),
            kind: Some(source.kind),
            every: source.every,
            link_age: source.link_age,
            lang: source.lang.clone(),
            rules: source.rules.clone(),
            certificate: source.certificate,
            courtesy: source.courtesy,
            policy: source.policy.clone(),
            is_muted: source.is_muted,
            render: source.render.clone(),
        }
    }
}

pub(super) const SOURCE: &[Key<PartialSource>] = &[
    key(
        "url",
        |c, v| v.url().map(|x| c.url = Some(x)),
        |c| c.url.as_ref().and_then(notation::text),
    ),
    key(
        "name",
        |c, v| v.line().map(|x| c.name = Some(x)),
        |c| c.name.as_ref().and_then(notation::text),
    ),
    key(
        "was",
        |c, v| v.line().map(|x| c.was = Some(x)),
        |c| c.was.as_ref().and_then(notation::text),
    ),
    key(
        "group",
        |c, v| v.line().map(|x| c.group = Some(x)),
        |c| c.group.as_ref().and_then(notation::text),
    ),
    key(
        "kind",
        |c, v| v.kind().map(|x| c.kind = Some(x)),
        |c| c.kind.and_then(|kind| notation::text(&kind.as_str())),
    ),
    key(
        "every",
        |c, v| v.duration(EVERY).map(|x| c.every = Some(x)),
        |c| {
            c.every
                .and_then(|every| notation::text(&notation::duration(every)))
        },
    ),
    key(
        "link_age",
        |c, v| v.duration(LINK_AGE).map(|x| c.link_age = Some(x)),
        |c| {
            c.link_age
                .and_then(|age| notation::text(&notation::duration(age)))
        },
    ),
    key(
        "per_day",
        |c, v| {
            v.integer(1..=10_000_000)
                .map(|x| c.courtesy.per_day = Some(x as u64))
        },
        |c| {
            c.courtesy
                .per_day
                .and_then(|x| notation::integer(x as usize))
        },
    ),
    key(
        "quiet",
        |c, v| v.quiet().map(|x| c.courtesy.quiet = Some(x)),
        |c| c.courtesy.quiet.and_then(|quiet| notation::text(&quiet)),
    ),
    key(
        "opinion",
        |c, v| v.boolean().map(|x| c.courtesy.no_opinion = !x),
        |c| c.courtesy.no_opinion.then_some(Toml::Boolean(false)),
    ),
    key(
        "mute",
        |c, v| v.boolean().map(|x| c.is_muted = x),
        |c| c.is_muted.then_some(Toml::Boolean(true)),
    ),
    key(
        "render",
        |c, v| v.browser().map(|x| c.render = Some(x)),
        |c| c.render.as_ref().and_then(notation::text),
    ),
    key(
        "words_min",
        |c, v| v.words_min().map(|x| c.policy.words_min = Some(x)),
        |c| c.policy.words_min.and_then(notation::integer),
    ),
    key(
        "flag_at",
        |c, v| v.share().map(|x| c.policy.flag_at = Some(x)),
        |c| c.policy.flag_at.and_then(notation::share),
    ),
    key(
        "boilerplate_at",
        |c, v| v.share().map(|x| c.policy.boilerplate_at = Some(x)),
        |c| c.policy.boilerplate_at.and_then(notation::share),
    ),
    key(
        "translation_at",
        |c, v| v.share().map(|x| c.policy.translation_at = Some(x)),
        |c| c.policy.translation_at.and_then(notation::share),
    ),
    key(
        "disabled",
        |c, v| v.list(Value::line).map(|x| c.policy.disabled = x),
        |c| some(&c.policy.disabled).and_then(notation::texts),
    ),
    key(
        "lang",
        |c, v| v.lang().map(|x| c.lang = Some(x)),
        |c| c.lang.as_ref().and_then(notation::text),
    ),
    key(
        "body",
        |c, v| v.selector().map(|x| c.rules.body = Some(x)),
        |c| c.rules.body.as_ref().and_then(notation::text),
    ),
    key(
        "remove",
        |c, v| v.list(Value::selector).map(|x| c.rules.remove = x),
        |c| some(&c.rules.remove).and_then(notation::texts),
    ),
    key(
        "certificate",
        |c, v| v.certificate().map(|x| c.certificate = Some(x)),
        |c| c.certificate.as_ref().and_then(notation::text),
    ),
];

/// A host in `sites.toml`.
pub(super) const SITE: &[Key<SiteRules>] = &[
    key(
        "body",
        |c, v| v.selector().map(|x| c.body = Some(x)),
        |c| c.body.as_ref().and_then(notation::text),
    ),
    key(
        "remove",
        |c, v| v.list(Value::selector).map(|x| c.remove = x),
        |c| some(&c.remove).and_then(notation::texts),
    ),
];

/// Every section that may stand in the file, and its keys.
pub(super) fn sections() -> [(&'static str, Vec<&'static str>); 11] {
    [
        ("fetch", names(FETCH)),
        ("schedule", names(SCHEDULE)),
        ("extract", names(EXTRACT)),
        ("score", names(SCORE)),
        ("opinion", names(OPINION)),
        ("store", names(STORE)),
        ("serve", names(SERVE)),
        ("log", names(LOG)),
        ("trace", names(TRACE)),
        ("notify", names(NOTIFY)),
        ("source", names(SOURCE)),
    ]
}

/// A list worth showing.
fn some<T>(list: &[T]) -> Option<&[T]> {
    (!list.is_empty()).then_some(list)
}

/// The names of a section's keys.
pub(super) fn names<T>(keys: &[Key<T>]) -> Vec<&'static str> {
    keys.iter()
        .flat_map(|key| [Some(key.name), key.file])
        .flatten()
        .collect()
}

fn user_agent(value: &Value<'_>) -> Read<String> {
    let text = value.header()?;
    let filled = text.replace("{version}", "").replace("{contact}", "");
    if filled.contains(['{', '}']) {
        return value.wrong(
            "has an unknown placeholder",
            "only {version} and {contact} are filled in",
        );
    }
    Ok(text)
}
