//! The whole file: sections, unknown keys, duplicates and what must fit together.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use toml::{Spanned, de::DeValue};
use url::Url;

use super::{
    environment::{
        OPINION_KEY, OTLP_ENDPOINT, SERVE_TOKEN, SERVE_TOKEN_FOR, STORE_URL, channel_variable,
    },
    keys::{self, Key, PartialChannel, PartialSource},
    names::Names,
    outside::{SecretLookup, SecretSource},
    parts::{ConfigText, INCLUDE, Part},
    problem::{Complaint, ConfigErrors, ConfigProblem, Lines, Origin, Position},
    sections::{Config, NotifyConfig, ServeConfig},
    table::{complaint, header, read_table},
    value::{
        Refusal, collector, nearest, secret, secret_url, signing_secrets, store_url, token_for,
    },
};
use crate::{
    canonical::canonical,
    model::{ChannelKind, PageKind, Source, TokenFor, Zone},
};

/// Sources at most: what one worker can serve at one poll every ten minutes, generously.
const SOURCES_MAX: usize = 100_000;
/// Channels at most: each is a metric label.
const CHANNELS_MAX: usize = 32;

/// Reads the texts; every problem at once, in their order.
pub(super) fn read(
    texts: &[ConfigText],
    secrets: &SecretLookup<'_>,
) -> Result<Config, ConfigErrors> {
    let (parts, problems) = Part::read_all(texts);
    if !problems.is_empty() {
        return Err(ConfigErrors { problems });
    }
    let mut reader = Reader {
        parts: &parts,
        secrets,
        complaints: Vec::new(),
    };
    let config = reader.config();
    if reader.complaints.is_empty() {
        Ok(config)
    } else {
        Err(reader.errors())
    }
}

/// The number of a part, or `None` for the environment.
type Place = Option<usize>;

struct Reader<'a> {
    parts: &'a [Part<'a>],
    secrets: &'a SecretLookup<'a>,
    complaints: Vec<(Place, Complaint)>,
}

impl<'a> Reader<'a> {
    fn config(&mut self) -> Config {
        let mut config = Config::default();
        for (at, part) in self.parts.iter().enumerate() {
            self.unknown_sections(at, part);
            self.includes(at, part);
        }
        self.section("fetch", keys::FETCH, &mut config.fetch);
        self.section("schedule", keys::SCHEDULE, &mut config.schedule);
        self.section("extract", keys::EXTRACT, &mut config.extract);
        self.section("score", keys::SCORE, &mut config.score);
        let complaints = self.complaints.len();
        self.section("opinion", keys::OPINION, &mut config.opinion);
        if self.complaints.len() == complaints {
            self.check_opinion(&config);
        }
        self.section("store", keys::STORE, &mut config.store);
        self.section("serve", keys::SERVE, &mut config.serve);
        self.section("log", keys::LOG, &mut config.log);
        self.section("trace", keys::TRACE, &mut config.trace);
        // What others are told by as well means us only where we can.
        if cfg!(feature = "otlp") && config.trace.otlp_url.is_none() {
            config.trace.otlp_url = self.environment(OTLP_ENDPOINT, collector);
        }
        let secrets = self.secrets;
        if let Some(url) = self.environment(STORE_URL, |raw| store_url(raw, secrets)) {
            config.store.url = url;
        }
        if let Some(token) = self.environment(SERVE_TOKEN, secret) {
            config.serve.token = Some(token);
        }
        if let Some(token_for) = self.environment(SERVE_TOKEN_FOR, token_for) {
            config.serve.token_for = token_for;
        }
        self.check_token(&config.serve);
        if let Some(key) = self.environment(OPINION_KEY, secret) {
            config.opinion.key = Some(key);
        }
        config.notify = self.channels(config.schedule.zone);
        config.sources = self.sources();
        self.check_order(
            ("schedule", "retry_first", config.schedule.retry_first),
            ("schedule", "retry_max", config.schedule.retry_max),
        );
        self.check_order(
            ("schedule", "every_min", config.schedule.every_min),
            ("schedule", "every_max", config.schedule.every_max),
        );
        // A lease that ends during the fetch would send a second worker to the same page.
        self.check_order(
            ("fetch", "timeout", config.fetch.timeout),
            ("schedule", "lease", config.schedule.lease),
        );
        config
    }

    /// All complaints, in the order of the parts; those of the environment come last.
    fn errors(mut self) -> ConfigErrors {
        let order = |place: Place| place.unwrap_or(usize::MAX);
        self.complaints
            .sort_by_key(|(place, complaint)| (order(*place), complaint.offset));
        let nowhere = Lines::of("");
        let problem = |(place, complaint): (Place, Complaint)| match place {
            Some(at) => {
                let part = &self.parts[at];
                ConfigProblem::new(part.text.origin.clone(), &part.lines, complaint)
            }
            None => ConfigProblem::new(Origin::Environment, &nowhere, complaint),
        };
        ConfigErrors {
            problems: self.complaints.into_iter().map(problem).collect(),
        }
    }

    fn complain(&mut self, at: usize, complaints: impl IntoIterator<Item = Complaint>) {
        let complaints = complaints.into_iter();
        self.complaints
            .extend(complaints.map(|complaint| (Some(at), complaint)));
    }

    /// The last part in which the key of a section stands.
    fn place(&self, section: &str, key: &str) -> Option<(usize, usize)> {
        let parts = self.parts.iter().enumerate().rev();
        parts
            .filter_map(|(at, part)| Some((at, part.offset(section, key)?)))
            .next()
    }

    /// What is named must be files; which they are, and what they hold, is whoever's who has read them.
    fn includes(&mut self, at: usize, part: &Part<'_>) {
        let Some(value) = part.root.get(INCLUDE) else {
            return;
        };
        let is_text = |value: &DeValue<'_>| value.as_str().is_some_and(|path| !path.is_empty());
        let good = match value.get_ref() {
            DeValue::Array(paths) => paths.iter().all(|path| is_text(path.get_ref())),
            value => is_text(value),
        };
        let (what, hint) = match (good, part.text.is_included) {
            (true, false) => return,
            (true, true) => (
                "`include` in a file that is included itself",
                "name all files in the first one",
            ),
            (false, _) => (
                "`include` must name files",
                r#"write include = "conf.d/*.toml", or a list of such paths"#,
            ),
        };
        let offset = Some(value.span().start);
        self.complain(
            at,
            [complaint(
                offset,
                INCLUDE,
                what.to_string(),
                hint.to_string(),
            )],
        );
    }

    fn unknown_sections(&mut self, at: usize, part: &Part<'_>) {
        for (name, value) in &part.root {
            let key = name.get_ref().as_ref();
            let sections = keys::sections();
            if key == INCLUDE || sections.iter().any(|(section, _)| *section == key) {
                continue;
            }
            let home = sections.iter().find(|(_, keys)| keys.contains(&key));
            let near = nearest(key, sections.iter().map(|(section, _)| *section));
            let is_key = !matches!(value.get_ref(), DeValue::Table(_) | DeValue::Array(_));
            let (what, hint) = match (home, near) {
                (Some((home, _)), _) if is_key => (
                    format!("`{key}` stands outside of any section"),
                    format!("`{key}` belongs in {}", header(home)),
                ),
                (_, Some(near)) => (
                    format!("unknown section `{key}`"),
                    format!("did you mean {}?", header(near)),
                ),
                _ => {
                    let all: Vec<String> = sections.iter().map(|(name, _)| header(name)).collect();
                    (
                        format!("unknown section `{key}`"),
                        format!("there are {}", all.join(", ")),
                    )
                }
            };
            self.complain(at, [complaint(Some(name.span().start), key, what, hint)]);
        }
    }

    fn section<T>(&mut self, name: &str, keys: &[Key<T>], into: &mut T) {
        let header = header(name);
        for (at, part) in self.parts.iter().enumerate() {
            let Some(value) = part.root.get(name) else {
                continue;
            };
            let complaints = match value.get_ref() {
                DeValue::Table(table) => {
                    read_table(&header, table, keys, into, part.context(self.secrets))
                }
                _ => vec![complaint(
                    Some(value.span().start),
                    name,
                    format!("`{name}` must be one section"),
                    format!("write {header}"),
                )],
            };
            self.complain(at, complaints);
        }
    }

    /// The tables of a list section that could be read, and where each stands.
    fn list<T: Default>(&mut self, name: &str, keys: &[Key<T>], most: usize) -> Vec<(T, Offsets)> {
        let mut entries = Vec::new();
        for (at, part) in self.parts.iter().enumerate() {
            let Some(value) = part.root.get(name) else {
                continue;
            };
            let DeValue::Array(array) = value.get_ref() else {
                self.complain(at, [not_a_list(name, value)]);
                continue;
            };
            let all = entries.len() + array.len();
            if all > most {
                let message = format!(
                    "there are {all} {}, at most {most} can be served",
                    header(name)
                );
                let offset = Some(value.span().start);
                self.complain(at, [complaint(offset, name, message, None)]);
                return Vec::new();
            }
            for element in array {
                let DeValue::Table(table) = element.get_ref() else {
                    self.complain(at, [not_a_list(name, element)]);
                    continue;
                };
                let mut entry = T::default();
                let context = part.context(self.secrets);
                self.complain(
                    at,
                    read_table(&header(name), table, keys, &mut entry, context),
                );
                let offset = |key: &str| table.get(key).map(|value| value.span().start);
                entries.push((
                    entry,
                    Offsets {
                        part: at,
                        table: element.span().start,
                        name: offset("name"),
                        url: offset("url").or_else(|| offset("url_file")),
                    },
                ));
            }
        }
        entries
    }

    fn sources(&mut self) -> Vec<Source> {
        let entries = self.list("source", keys::SOURCE, SOURCES_MAX);
        let mut names = Names::default();
        let mut seen_names = HashMap::new();
        let mut seen_urls = HashMap::new();
        for (entry, offsets) in &entries {
            if let (Some(name), Some(offset)) = (&entry.name, offsets.name) {
                names.take(name);
                let place = (offsets.part, offset);
                self.unique("name", "source", &mut seen_names, name.clone(), place);
            }
            match (&entry.url, offsets.url) {
                (Some(url), Some(offset)) => {
                    let page = canonical(url).unwrap_or_else(|| url.clone()).to_string();
                    let place = (offsets.part, offset);
                    self.unique("url", "source", &mut seen_urls, page, place);
                }
                (None, None) => {
                    self.complain(offsets.part, [without_url("source", offsets.table)]);
                }
                // One that could not be read has been complained of.
                (_, _) => {}
            }
        }
        let sources = entries.into_iter();
        let sources = sources.filter_map(|(entry, _)| source(entry, &mut names));
        // In a list of its own, not in the larger one of what was read.
        let mut sources: Vec<Source> = sources.collect();
        sources.shrink_to_fit();
        sources
    }

    fn channels(&mut self, zone: Zone) -> Vec<NotifyConfig> {
        let mut entries = self.list("notify", keys::NOTIFY, CHANNELS_MAX);
        let mut names = Names::default();
        let mut seen = HashMap::new();
        for (entry, offsets) in &mut entries {
            if let (Some(name), Some(offset)) = (&entry.name, offsets.name) {
                names.take(name);
                // Two channels must not read each other's secrets.
                let variable = channel_variable(name, "URL");
                let place = (offsets.part, offset);
                self.unique("name", "notify", &mut seen, variable.clone(), place);
                if let Some(url) = self.environment(&variable, secret_url) {
                    entry.url = Some(url);
                }
            }
            if entry.url.is_none() && offsets.url.is_none() {
                self.complain(offsets.part, [without_url("notify", offsets.table)]);
            }
        }
        let mut channels = Vec::new();
        for (entry, offsets) in entries {
            let Some(mut channel) = channel(entry, &mut names, zone) else {
                continue;
            };
            self.complain(offsets.part, misfit(&channel, offsets.table));
            let variables = ["TOKEN", "SECRET"].map(|of_it| channel_variable(&channel.name, of_it));
            let [token, signing] = variables;
            if let Some(token) = self.environment(&token, secret) {
                channel.token = Some(token);
            }
            if let Some(secrets) = self.environment(&signing, signing_secrets) {
                channel.signed_with = secrets;
            }
            channels.push(channel);
        }
        channels
    }

    /// Complains when `value` has been seen before, naming the line; a place is a part and an offset.
    fn unique(
        &mut self,
        key: &str,
        section: &str,
        seen: &mut HashMap<String, (usize, usize)>,
        value: String,
        place: (usize, usize),
    ) {
        if let Some((part, first)) = seen.insert(value, place) {
            let Part { text, lines, .. } = &self.parts[part];
            let Position { line, .. } = lines.position(first);
            let file = match part == place.0 {
                true => String::new(),
                false => format!("{}, ", text.origin),
            };
            let message = format!(
                "`{key}` in {} is taken: see {file}line {line}",
                header(section)
            );
            let hint = format!("remove one of the two, or give this one another {key}");
            self.complain(place.0, [complaint(Some(place.1), key, message, hint)]);
        }
    }

    /// A secret from the environment.
    fn environment<T>(
        &mut self,
        variable: &str,
        read: impl Fn(&str) -> Result<T, Refusal>,
    ) -> Option<T> {
        let (why, hint) = match (self.secrets)(SecretSource::Env(variable)) {
            Ok(None) => return None,
            Ok(Some(raw)) => match read(&raw) {
                Ok(value) => return Some(value),
                Err(Refusal { is, hint }) => (format!("its value {is}"), hint),
            },
            Err(why) => (why, "set it to a value".to_string()),
        };
        let hint = format!("{hint}, or unset {variable}");
        let complaint = complaint(None, variable, format!("{variable}: {why}"), hint);
        self.complaints.push((None, complaint));
        None
    }

    /// An endpoint without a model, or a model without one, would leave the operator waiting for
    /// opinions that nobody gives.
    fn check_opinion(&mut self, config: &Config) {
        let (there, missing, example) = match (&config.opinion.url, &config.opinion.model) {
            (Some(_), None) => ("url", "model", "llama3.1:8b"),
            (None, Some(_)) => ("model", "url", "http://127.0.0.1:11434/v1"),
            _ => return,
        };
        let Some((at, offset)) = self.place("opinion", there) else {
            return;
        };
        let message = format!("[opinion] has a `{there}` and no `{missing}`");
        let hint = format!("add {missing} = {example:?}, or take `{there}` out");
        self.complain(at, [complaint(Some(offset), there, message, hint)]);
    }

    /// Whoever keeps readers out without a token keeps out everybody.
    fn check_token(&mut self, serve: &ServeConfig) {
        let is_of = |complaint: &Complaint| {
            ["token", "token_file", SERVE_TOKEN].contains(&complaint.key.as_str())
        };
        let unread = self.complaints.iter().any(|(_, one)| is_of(one));
        if serve.token_for != TokenFor::All || serve.token.is_some() || unread {
            return;
        }
        let place = self.place("serve", "token_for");
        let message = "[serve] asks all for a token and has none".to_string();
        let hint = "add token_file = \"PATH\", or token_for = \"writes\"".to_string();
        let (offset, key) = match place {
            Some((_, offset)) => (Some(offset), "token_for"),
            None => (None, SERVE_TOKEN_FOR),
        };
        let complaint = complaint(offset, key, message, hint);
        self.complaints.push((place.map(|(at, _)| at), complaint));
    }

    /// Complains unless the first duration is shorter than or equal to the second.
    fn check_order(&mut self, less: (&str, &str, Duration), more: (&str, &str, Duration)) {
        let place = [less, more]
            .into_iter()
            .find_map(|(section, key, _)| self.place(section, key));
        let is_of = |complaint: &Complaint| complaint.key == less.1 || complaint.key == more.1;
        let unread = self
            .complaints
            .iter()
            .any(|(_, complaint)| is_of(complaint));
        let Some((at, offset)) = place.filter(|_| less.2 > more.2 && !unread) else {
            return;
        };
        let message = format!(
            "`{}` in {} is longer than `{}` in {}",
            less.1,
            header(less.0),
            more.1,
            header(more.0)
        );
        let hint = format!("shorten `{}` or lengthen `{}`", less.1, more.1);
        self.complain(at, [complaint(Some(offset), less.1, message, hint)]);
    }
}

fn not_a_list(name: &str, value: &Spanned<DeValue<'_>>) -> Complaint {
    complaint(
        Some(value.span().start),
        name,
        format!("`{name}` must be a list of sections"),
        format!("write {} above each", header(name)),
    )
}

fn without_url(section: &str, offset: usize) -> Complaint {
    let hint = r#"add url = "https://…""#.to_string();
    complaint(
        Some(offset),
        "url",
        format!("this {} has no `url`", header(section)),
        hint,
    )
}

/// What of a channel does not go together; it stands at `offset`.
fn misfit(channel: &NotifyConfig, offset: usize) -> Option<Complaint> {
    let schemes = channel.kind.schemes();
    let complain = |key: &str, message: &str, hint: String| {
        Some(complaint(Some(offset), key, message.to_string(), hint))
    };
    if !schemes.contains(&channel.url.expose().scheme()) {
        let (kind, urls) = (channel.kind.as_str(), schemes.join(":// or "));
        return complain(
            "kind",
            "`kind` and `url` in [[notify]] do not go together",
            format!("the url of a channel of kind {kind:?} begins with {urls}://"),
        );
    }
    let mail = &channel.mail;
    if channel.kind == ChannelKind::Email && (mail.from.is_none() || mail.to.is_empty()) {
        return complain(
            "to",
            "this [[notify]] does not say whom its mail is `from` and `to`",
            r#"add from = "benggala@news.example" and to = ["desk@news.example"]"#.to_string(),
        );
    }
    None
}

/// Byte offsets of a table in a list and of its keys, as far as it has them.
struct Offsets {
    part: usize,
    table: usize,
    name: Option<usize>,
    url: Option<usize>,
}

/// `None` where the URL could not be read, which has been said.
fn source(entry: PartialSource, names: &mut Names) -> Option<Source> {
    let url = entry.url?;
    Some(Source {
        name: entry.name.unwrap_or_else(|| names.free(&url)),
        was: entry.was,
        group: entry.group,
        kind: entry.kind.unwrap_or(PageKind::Auto),
        url,
        every: entry.every,
        link_age: entry.link_age,
        lang: entry.lang,
        rules: entry.rules,
        certificate: entry.certificate,
        courtesy: entry.courtesy,
        policy: entry.policy,
        is_muted: entry.is_muted,
        render: entry.render,
    })
}

fn channel(entry: PartialChannel, names: &mut Names, zone: Zone) -> Option<NotifyConfig> {
    let url = entry.url.clone()?;
    let kind = entry.kind;
    let kind = kind.unwrap_or_else(|| ChannelKind::of_scheme(url.expose().scheme()));
    Some(NotifyConfig {
        wanted: entry.wanted(kind, zone),
        name: entry.name.unwrap_or_else(|| names.free(url.expose())),
        kind,
        url,
        token: entry.token,
        signed_with: entry.signed_with,
        headers: entry.headers,
        mail: entry.mail,
        allow_private: entry.allow_private,
    })
}

/// A source of this group for each page, with everything else left to the defaults; a page named twice counts
/// once.
pub(super) fn sources_for(urls: &[Url], group: Option<&str>, known: &[Source]) -> Vec<Source> {
    let mut names = Names::default();
    let mut seen = HashSet::new();
    for source in known {
        names.take(&source.name);
        seen.insert(source.url.clone());
    }
    urls.iter()
        .filter(|url| seen.insert(canonical(url).unwrap_or_else(|| (*url).clone())))
        .filter_map(|url| {
            let entry = PartialSource {
                url: Some(url.clone()),
                group: group.map(str::to_string),
                ..PartialSource::default()
            };
            source(entry, &mut names)
        })
        .collect()
}
