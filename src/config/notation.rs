//! How values are written in TOML, as one would write them by hand.

use std::time::Duration;

use toml::Value as Toml;
use url::Url;

use crate::model::Secret;

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

pub(super) fn secret(value: Option<&Secret>) -> Option<Toml> {
    value.and_then(|_| text(Secret::MASK))
}

/// Names of headers; their values may be keys.
pub(super) fn secret_headers(headers: &[(String, Secret)]) -> Option<Toml> {
    let masked = headers
        .iter()
        .map(|(name, _)| (name.clone(), Toml::String(Secret::MASK.to_string())));
    (!headers.is_empty()).then(|| Toml::Table(masked.collect()))
}

/// Says whose address it is; what follows the host may be a key.
pub(super) fn secret_url(value: &Secret<Url>) -> Option<Toml> {
    let url = value.expose();
    // A file and a server of mail hold no key.
    if !matches!(url.scheme(), "http" | "https") {
        return text(url);
    }
    let host = url.origin().ascii_serialization();
    if url[url::Position::BeforePath..] == *"/" {
        return text(url);
    }
    text(&format!("{host}/{}", Secret::MASK))
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
