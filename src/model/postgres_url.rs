//! The address of a PostgreSQL store, and what of it may be shown.

use std::{fmt, path::PathBuf};

use super::secret::Secret;

/// Whether the way to the server is encrypted. If it is, the server always proves who it is: a way that
/// is encrypted to anybody protects from nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Tls {
    /// Not: a socket, this very machine, or a network that is trusted with `sslmode=disable`.
    Off,
    /// With a certificate of Mozilla's roots, or of those in this file (PEM).
    On(Option<PathBuf>),
}

/// `postgres://[USER[:PASSWORD]@]HOST[:PORT][,HOST[:PORT]…]/DATABASE[?PARAMETERS]`, as libpq reads it
/// (PostgreSQL 15, 34.1.1.2). It never shows its password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostgresUrl {
    /// For the connection: without what only we read.
    whole: Secret<String>,
    shown: String,
    tls: Tls,
}

/// Why a text is no such address. Never repeats it: it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PostgresUrlError {
    /// `postgres:` and nothing.
    #[error("names no server and no database")]
    NoServer,
    /// A parameter that cannot have this value.
    #[error("has the parameter `{0}` with a value that is not known")]
    Value(&'static str),
    /// A parameter whose name is not known.
    #[error("has a parameter that is not known")]
    Parameter,
}

impl PostgresUrlError {
    /// What to write instead.
    pub(super) const fn hint(self) -> &'static str {
        match self {
            PostgresUrlError::NoServer => {
                r#"write "postgres://USER:${PASSWORD}@HOST/DATABASE", with PASSWORD in the environment"#
            }
            PostgresUrlError::Value(_) | PostgresUrlError::Parameter => {
                "known are sslmode (disable, require, verify-full), sslrootcert, target_session_attrs, \
                 connect_timeout, application_name, host, port, user, password and dbname"
            }
        }
    }
}

/// Parameters that are handed on.
const HANDED_ON: [&str; 8] = [
    "target_session_attrs",
    "connect_timeout",
    "application_name",
    "host",
    "port",
    "user",
    "password",
    "dbname",
];

impl PostgresUrl {
    /// Reads what follows `postgres:`.
    ///
    /// # Errors
    /// If it names no server, or has a parameter that is not known.
    pub(super) fn parse(text: &str) -> Result<PostgresUrl, PostgresUrlError> {
        let rest = text.strip_prefix("//").ok_or(PostgresUrlError::NoServer)?;
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let parameters = Parameters::read(query)?;
        let (user, servers) = place.rsplit_once('@').unwrap_or(("", place));
        let (hosts, _) = servers.split_once('/').unwrap_or((servers, ""));
        let hosts = match (hosts, parameters.host) {
            ("", None) => return Err(PostgresUrlError::NoServer),
            ("", Some(host)) => host,
            (hosts, _) => hosts,
        };
        let user = match user.split_once(':') {
            Some((name, _)) => format!("{name}:{}@", Secret::MASK),
            None if user.is_empty() => String::new(),
            None => format!("{user}@"),
        };
        Ok(PostgresUrl {
            tls: parameters.tls(hosts.split(',').all(is_here))?,
            shown: format!("postgres://{user}{servers}{}", parameters.shown),
            whole: Secret::new(format!("postgres://{place}{}", parameters.handed_on)),
        })
    }

    /// The address with its password: for the connection alone.
    pub fn expose(&self) -> &str {
        self.whole.expose()
    }

    /// How the way there is protected.
    pub fn tls(&self) -> &Tls {
        &self.tls
    }
}

/// Without its password.
impl fmt::Display for PostgresUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

/// A socket, or an address that never leaves this machine.
fn is_here(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    let is_socket = name.starts_with('/') || name.get(..3).is_some_and(is_slash);
    is_socket || name == "localhost" || name == "::1" || name.starts_with("127.")
}

fn is_slash(escape: &str) -> bool {
    escape.eq_ignore_ascii_case("%2f")
}

/// What follows the question mark.
#[derive(Default)]
struct Parameters<'a> {
    handed_on: String,
    shown: String,
    host: Option<&'a str>,
    mode: Option<&'a str>,
    roots: Option<PathBuf>,
}

impl<'a> Parameters<'a> {
    fn read(query: &'a str) -> Result<Parameters<'a>, PostgresUrlError> {
        let mut read = Parameters::default();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            match key {
                "sslmode" => read.mode = Some(value),
                "sslrootcert" => {
                    let path = percent_encoding::percent_decode_str(value).decode_utf8();
                    let path = path.map_err(|_| PostgresUrlError::Value("sslrootcert"))?;
                    read.roots = Some(PathBuf::from(path.as_ref()));
                }
                "host" => read.host = Some(value),
                _ => {}
            }
            let shown = if key == "password" {
                Secret::MASK
            } else {
                value
            };
            append(&mut read.shown, key, shown);
            if HANDED_ON.contains(&key) {
                append(&mut read.handed_on, key, value);
            } else if !["sslmode", "sslrootcert"].contains(&key) {
                return Err(PostgresUrlError::Parameter);
            }
        }
        Ok(read)
    }

    /// Whoever says nothing is protected, unless the way never leaves this machine.
    fn tls(&self, is_here: bool) -> Result<Tls, PostgresUrlError> {
        match self.mode {
            Some("disable") if self.roots.is_none() => Ok(Tls::Off),
            // libpq believes anybody with `require`; we do not.
            Some("require" | "verify-full") => Ok(Tls::On(self.roots.clone())),
            None if is_here && self.roots.is_none() => Ok(Tls::Off),
            None => Ok(Tls::On(self.roots.clone())),
            Some(_) => Err(PostgresUrlError::Value("sslmode")),
        }
    }
}

fn append(query: &mut String, key: &str, value: &str) {
    query.push(if query.is_empty() { '?' } else { '&' });
    query.push_str(key);
    query.push('=');
    query.push_str(value);
}
