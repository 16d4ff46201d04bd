//! [`Config`] back to TOML: the effective configuration, secrets masked.

use std::time::Duration;

use toml::Value as Toml;
use url::Url;

use super::{
    Config,
    keys::{self, Key},
};

/// What stands in the place of a secret.
const MASK: &str = "***";

impl Config {
    /// The effective configuration as TOML. It reads back as an equal one, but for secrets, which
    /// are masked.
    pub fn to_toml(&self) -> String {
        let mut out = String::new();
        table(&mut out, "[fetch]", keys::FETCH, &self.fetch);
        table(&mut out, "[schedule]", keys::SCHEDULE, &self.schedule);
        table(&mut out, "[extract]", keys::EXTRACT, &self.extract);
        table(&mut out, "[score]", keys::SCORE, &self.score);
        table(&mut out, "[store]", keys::STORE, &self.store);
        table(&mut out, "[serve]", keys::SERVE, &self.serve);
        for channel in &self.notify {
            table(&mut out, "[[notify]]", keys::NOTIFY, &channel.into());
        }
        for source in &self.sources {
            table(&mut out, "[[source]]", keys::SOURCE, &source.into());
        }
        out
    }
}

fn table<T>(out: &mut String, header: &str, keys: &[Key<T>], section: &T) {
    if !out.is_empty() {
        out.push('\n');
    }
    out.push_str(header);
    out.push('\n');
    for key in keys {
        if let Some(value) = (key.show)(section) {
            out.push_str(&format!("{} = {value}\n", key.name));
        }
    }
}

pub(super) fn text<T: ToString + ?Sized>(value: &T) -> Option<Toml> {
    Some(Toml::String(value.to_string()))
}

pub(super) fn texts<T: ToString>(values: &[T]) -> Option<Toml> {
    let values = values.iter().map(|value| Toml::String(value.to_string()));
    Some(Toml::Array(values.collect()))
}

pub(super) fn number(value: f64) -> Option<Toml> {
    Some(Toml::Float(value))
}

/// By way of its shortest decimal form, so that 0.1 does not become 0.10000000149.
pub(super) fn share(value: f32) -> Option<Toml> {
    value.to_string().parse().ok().map(Toml::Float)
}

pub(super) fn integer(value: usize) -> Option<Toml> {
    i64::try_from(value).ok().map(Toml::Integer)
}

pub(super) fn secret(value: Option<&String>) -> Option<Toml> {
    value.and_then(|_| text(MASK))
}

/// In the largest unit that divides it, as one would write it: `90d`, `10m`, `1500ms`.
pub(super) fn duration(value: Duration) -> String {
    let nanos = value.as_nanos();
    let units: [(u128, &str); 7] = [
        (86_400_000_000_000, "d"),
        (3_600_000_000_000, "h"),
        (60_000_000_000, "m"),
        (1_000_000_000, "s"),
        (1_000_000, "ms"),
        (1_000, "us"),
        (1, "ns"),
    ];
    units
        .into_iter()
        .find(|(unit, _)| nanos > 0 && nanos.is_multiple_of(*unit))
        .map_or_else(
            || "0s".to_string(),
            |(unit, name)| format!("{}{name}", nanos / unit),
        )
}

/// In the largest binary unit that divides it: `5 MiB`, `1500 B`.
pub(super) fn size(bytes: u64) -> String {
    [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")]
        .into_iter()
        .find(|(unit, _)| bytes > 0 && bytes.is_multiple_of(*unit))
        .map_or_else(
            || format!("{bytes} B"),
            |(unit, name)| format!("{} {name}", bytes / unit),
        )
}

/// A store URL with the password masked, whether it stands before the host or in the query.
pub(super) fn without_password(store: &str) -> String {
    let Ok(mut url) = Url::parse(store) else {
        return store.to_string();
    };
    if url.cannot_be_a_base() || !url.has_host() {
        return store.to_string();
    }
    if url.password().is_some() && url.set_password(Some(MASK)).is_err() {
        return MASK.to_string();
    }
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    if pairs.iter().any(|(key, _)| key == "password") {
        url.query_pairs_mut()
            .clear()
            .extend_pairs(pairs.iter().map(|(key, value)| {
                (
                    key,
                    if key == "password" {
                        MASK
                    } else {
                        value.as_str()
                    },
                )
            }));
    }
    url.to_string()
}
