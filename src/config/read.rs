//! The whole file: sections, unknown keys, duplicates and what must fit together.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use toml::{
    Spanned,
    de::{DeTable, DeValue},
};
use url::Url;

use super::{
    keys::{self, Key, PartialChannel, PartialSource},
    names::Names,
    outside::{SecretLookup, SecretSource},
    problem::{Complaint, Origin, Position},
    sections::{Config, NotifyConfig},
    table::{complaint, header, parse, read_table},
    value::{Context, Refusal, nearest, secret, secret_url, store_url},
};
use crate::{
    canonical::canonical,
    model::{PageKind, Source},
};

/// Bytes of a configuration at most. A thousand sources take about 100 KiB.
const TEXT_MAX: usize = 32 << 20;
/// Sources at most: what one worker can serve at one poll every ten minutes, generously.
const SOURCES_MAX: usize = 100_000;
/// Channels at most: each is a metric label.
const CHANNELS_MAX: usize = 32;

/// Reads the text; every problem at once, in no order.
pub(super) fn read(
    text: &str,
    origin: &Origin,
    secrets: &SecretLookup<'_>,
) -> Result<Config, Vec<Complaint>> {
    if text.len() > TEXT_MAX {
        return Err(vec![complaint(
            Some(0),
            "",
            format!("the configuration is longer than {TEXT_MAX} bytes"),
            None,
        )]);
    }
    let root = parse(text)?;
    let base = match origin {
        Origin::File(path) => path.parent(),
        Origin::BuiltIn => None,
    };
    let mut reader = Reader {
        root: &root,
        context: Context {
            text,
            base,
            secrets,
        },
        complaints: Vec::new(),
    };
    let config = reader.config();
    if reader.complaints.is_empty() {
        Ok(config)
    } else {
        Err(reader.complaints)
    }
}

struct Reader<'a> {
    root: &'a DeTable<'a>,
    context: Context<'a>,
    complaints: Vec<Complaint>,
}

impl<'a> Reader<'a> {
    fn config(&mut self) -> Config {
        let mut config = Config::default();
        self.unknown_sections();
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
        if let Some(url) = self.environment("BENGGALA_STORE_URL", store_url) {
            config.store.url = url;
        }
        if let Some(token) = self.environment("BENGGALA_SERVE_TOKEN", secret) {
            config.serve.token = Some(token);
        }
        if let Some(key) = self.environment("BENGGALA_OPINION_KEY", secret) {
            config.opinion.key = Some(key);
        }
        config.notify = self.channels();
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

    fn unknown_sections(&mut self) {
        for (name, value) in self.root {
            let key = name.get_ref().as_ref();
            let sections = keys::sections();
            if sections.iter().any(|(section, _)| *section == key) {
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
            self.complaints
                .push(complaint(Some(name.span().start), key, what, hint));
        }
    }

    fn section<T>(&mut self, name: &str, keys: &[Key<T>], into: &mut T) {
        let Some(value) = self.root.get(name) else {
            return;
        };
        let header = header(name);
        let DeValue::Table(table) = value.get_ref() else {
            self.complaints.push(complaint(
                Some(value.span().start),
                name,
                format!("`{name}` must be one section"),
                format!("write {header}"),
            ));
            return;
        };
        self.complaints
            .extend(read_table(&header, table, keys, into, self.context));
    }

    /// The tables of a list section that could be read, and where each stands.
    fn list<T: Default>(&mut self, name: &str, keys: &[Key<T>], most: usize) -> Vec<(T, Offsets)> {
        let Some(value) = self.root.get(name) else {
            return Vec::new();
        };
        let header = header(name);
        let DeValue::Array(array) = value.get_ref() else {
            self.not_a_list(name, value);
            return Vec::new();
        };
        if array.len() > most {
            let message = format!(
                "there are {} {header}, at most {most} can be served",
                array.len()
            );
            self.complaints
                .push(complaint(Some(value.span().start), name, message, None));
            return Vec::new();
        }
        let mut entries = Vec::new();
        for element in array {
            let DeValue::Table(table) = element.get_ref() else {
                self.not_a_list(name, element);
                continue;
            };
            let mut entry = T::default();
            self.complaints
                .extend(read_table(&header, table, keys, &mut entry, self.context));
            let offset = |key: &str| table.get(key).map(|value| value.span().start);
            entries.push((
                entry,
                Offsets {
                    table: element.span().start,
                    name: offset("name"),
                    url: offset("url").or_else(|| offset("url_file")),
                },
            ));
        }
        entries
    }

    fn not_a_list(&mut self, name: &str, value: &Spanned<DeValue<'_>>) {
        self.complaints.push(complaint(
            Some(value.span().start),
            name,
            format!("`{name}` must be a list of sections"),
            format!("write {} above each", header(name)),
        ));
    }

    fn sources(&mut self) -> Vec<Source> {
        let entries = self.list("source", keys::SOURCE, SOURCES_MAX);
        let mut names = Names::default();
        let mut seen_names = HashMap::new();
        let mut seen_urls = HashMap::new();
        for (entry, offsets) in &entries {
            if let (Some(name), Some(offset)) = (&entry.name, offsets.name) {
                names.take(name);
                self.unique("name", "source", &mut seen_names, name.clone(), offset);
            }
            match (&entry.url, offsets.url) {
                (Some(url), Some(offset)) => {
                    let page = canonical(url).unwrap_or_else(|| url.clone()).to_string();
                    self.unique("url", "source", &mut seen_urls, page, offset);
                }
                (None, None) => self.complaints.push(without_url("source", offsets.table)),
                // One that could not be read has been complained of.
                (_, _) => {}
            }
        }
        entries
            .into_iter()
            .filter_map(|(entry, _)| source(entry, &mut names))
            .collect()
    }

    fn channels(&mut self) -> Vec<NotifyConfig> {
        let mut entries = self.list("notify", keys::NOTIFY, CHANNELS_MAX);
        let mut names = Names::default();
        let mut seen = HashMap::new();
        for (entry, offsets) in &mut entries {
            if let (Some(name), Some(offset)) = (&entry.name, offsets.name) {
                names.take(name);
                // Two channels must not read each other's secrets.
                let variable = variable(name, "URL");
                self.unique("name", "notify", &mut seen, variable.clone(), offset);
                if let Some(url) = self.environment(&variable, secret_url) {
                    entry.url = Some(url);
                }
            }
            if entry.url.is_none() && offsets.url.is_none() {
                self.complaints.push(without_url("notify", offsets.table));
            }
        }
        let mut channels = Vec::new();
        for (entry, _) in entries {
            let Some(mut channel) = channel(entry, &mut names) else {
                continue;
            };
            if let Some(token) = self.environment(&variable(&channel.name, "TOKEN"), secret) {
                channel.token = Some(token);
            }
            channels.push(channel);
        }
        channels
    }

    /// Complains when `value` has been seen before, naming the line.
    fn unique(
        &mut self,
        key: &str,
        section: &str,
        seen: &mut HashMap<String, usize>,
        value: String,
        offset: usize,
    ) {
        if let Some(first) = seen.insert(value, offset) {
            let Position { line, .. } = Position::at(self.context.text, first);
            self.complaints.push(complaint(
                Some(offset),
                key,
                format!("`{key}` in {} is taken: see line {line}", header(section)),
                format!("remove one of the two, or give this one another {key}"),
            ));
        }
    }

    /// A secret from the environment.
    fn environment<T>(
        &mut self,
        variable: &str,
        read: impl Fn(&str) -> Result<T, Refusal>,
    ) -> Option<T> {
        let (why, hint) = match (self.context.secrets)(SecretSource::Env(variable)) {
            Ok(None) => return None,
            Ok(Some(raw)) => match read(&raw) {
                Ok(value) => return Some(value),
                Err(Refusal { is, hint }) => (format!("its value {is}"), hint),
            },
            Err(why) => (why, "set it to a value".to_string()),
        };
        self.complaints.push(complaint(
            None,
            variable,
            format!("environment variable {variable}: {why}"),
            format!("{hint}, or unset {variable}"),
        ));
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
        let table = self
            .root
            .get("opinion")
            .and_then(|t| t.get_ref().as_table());
        let value = table.and_then(|table| table.get(there));
        self.complaints.push(complaint(
            value.map(|value| value.span().start),
            there,
            format!("[opinion] has a `{there}` and no `{missing}`"),
            format!("add {missing} = {example:?}, or take `{there}` out"),
        ));
    }

    /// Complains unless the first duration is shorter than or equal to the second.
    fn check_order(&mut self, less: (&str, &str, Duration), more: (&str, &str, Duration)) {
        let offset = [less, more].into_iter().find_map(|(section, key, _)| {
            let table = self.root.get(section)?.get_ref().as_table()?;
            table.get(key).map(|value| value.span().start)
        });
        let unread = self
            .complaints
            .iter()
            .any(|c| c.key == less.1 || c.key == more.1);
        if less.2 <= more.2 || unread {
            return;
        }
        self.complaints.push(complaint(
            offset,
            less.1,
            format!(
                "`{}` in {} is longer than `{}` in {}",
                less.1,
                header(less.0),
                more.1,
                header(more.0)
            ),
            format!("shorten `{}` or lengthen `{}`", less.1, more.1),
        ));
    }
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

/// Byte offsets of a table in a list and of its keys, as far as it has them.
struct Offsets {
    table: usize,
    name: Option<usize>,
    url: Option<usize>,
}

/// `None` where the URL could not be read, which has been said.
fn source(entry: PartialSource, names: &mut Names) -> Option<Source> {
    let url = entry.url?;
    Some(Source {
        name: entry.name.unwrap_or_else(|| names.free(&url)),
        kind: entry.kind.unwrap_or(PageKind::Auto),
        url,
        every: entry.every,
        link_age: entry.link_age,
        lang: entry.lang,
        rules: entry.rules,
        certificate: entry.certificate,
        courtesy: entry.courtesy,
    })
}

fn channel(entry: PartialChannel, names: &mut Names) -> Option<NotifyConfig> {
    let url = entry.url?;
    Some(NotifyConfig {
        name: entry.name.unwrap_or_else(|| names.free(url.expose())),
        url,
        token: entry.token,
    })
}

/// The environment variable with a secret of channel `name`: its `URL` or its `TOKEN`.
fn variable(name: &str, secret: &str) -> String {
    let name: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_uppercase()
            } else {
                '_'
            }
        })
        .collect();
    format!("BENGGALA_NOTIFY_{name}_{secret}")
}

/// A source for each page, with everything else left to the defaults; a page named twice counts
/// once.
pub(super) fn sources_for(urls: &[Url], known: &[Source]) -> Vec<Source> {
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
                ..PartialSource::default()
            };
            source(entry, &mut names)
        })
        .collect()
}
