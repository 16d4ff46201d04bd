//! One value of the file, read as what its key wants. Every reader says what is wrong and what to
//! write instead.

use std::{
    net::IpAddr,
    ops::RangeInclusive,
    path::{Path, PathBuf},
    time::Duration,
};

use bytesize::ByteSize;
use chrono::DateTime;
use ipnet::IpNet;
use lettre::message::Mailbox;
use scraper::Selector;
use toml::{
    Spanned,
    de::{DeInteger, DeValue},
};
use tracing_subscriber::{EnvFilter, filter::LevelFilter};
use url::Url;

use super::{
    notation,
    outside::{SecretLookup, SecretSource},
    problem::Complaint,
};
use crate::model::{
    AskAbout, CertificateHash, ChannelKind, EventKind, Lang, Listen, PageKind, Quiet, Secret,
    StoreUrl, Timestamp, TokenFor, Verdict, Zone,
};

/// Characters of a name, a selector or a header value at most.
const TEXT_MAX: usize = 1_000;
/// How a web address is written.
const URL_FORM: &str = r#"write the whole address, as in "https://news.example/feed.xml""#;

/// A value, or everything that is wrong with it.
pub(super) type Read<T> = Result<T, Vec<Complaint>>;

/// Why a text cannot be used: what it `is`, in a sentence about it, and what to write instead.
pub(super) struct Refusal {
    pub(super) is: String,
    pub(super) hint: String,
}

impl Refusal {
    fn new(is: impl Into<String>, hint: impl Into<String>) -> Refusal {
        Refusal {
            is: is.into(),
            hint: hint.into(),
        }
    }
}

/// What reading needs beside the text.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    /// The folder that relative paths start from.
    pub(super) base: Option<&'a Path>,
    pub(super) secrets: &'a SecretLookup<'a>,
}

/// A value and the key it stands under.
pub(super) struct Value<'a> {
    pub(super) section: &'a str,
    pub(super) key: &'a str,
    pub(super) toml: &'a Spanned<DeValue<'a>>,
    pub(super) context: Context<'a>,
    /// What the file holds that it names, where it names one.
    pub(super) content: Option<&'a str>,
}

impl<'a> Value<'a> {
    pub(super) fn offset(&self) -> usize {
        self.toml.span().start
    }

    /// The problem that this value `is` what it should not be.
    pub(super) fn wrong<T>(&self, is: &str, hint: impl Into<String>) -> Read<T> {
        Err(vec![Complaint {
            offset: Some(self.offset()),
            key: self.key.to_string(),
            message: format!("`{}` in {} {is}", self.key, self.section),
            hint: Some(hint.into()),
        }])
    }

    fn wrong_type<T>(&self, wanted: &str, hint: impl Into<String>) -> Read<T> {
        let found = self.toml.get_ref().type_str();
        let article = if found.starts_with(['a', 'i']) {
            "an"
        } else {
            "a"
        };
        self.wrong(&format!("must be {wanted}, not {article} {found}"), hint)
    }

    fn string(&self, wanted: &str, hint: &str) -> Read<&'a str> {
        match (self.content, self.toml.get_ref()) {
            (Some(text), _) => Ok(text),
            (None, DeValue::String(text)) => Ok(text.as_ref()),
            (None, _) => self.wrong_type(wanted, hint),
        }
    }

    /// One line of text with something in it.
    pub(super) fn line(&self) -> Read<String> {
        let text = self.string("a string", "put it in quotes")?;
        if text.trim().is_empty() {
            return self.wrong("is empty", "leave the key out, or write a text");
        }
        if text.chars().count() > TEXT_MAX || text.chars().any(char::is_control) {
            return self.wrong(
                "is not one line of text",
                format!("write at most {TEXT_MAX} characters without line breaks"),
            );
        }
        Ok(text.to_string())
    }

    /// A line that may stand in an HTTP header (RFC 9110, 5.5), ASCII only.
    pub(super) fn header(&self) -> Read<String> {
        let text = self.line()?;
        if !text.bytes().all(|b| (b' '..=b'~').contains(&b)) {
            return self.wrong("cannot be sent in an HTTP header", "write plain ASCII");
        }
        Ok(text)
    }

    /// `true` or `false`.
    pub(super) fn boolean(&self) -> Read<bool> {
        match self.toml.get_ref() {
            DeValue::Boolean(value) => Ok(*value),
            _ => self.wrong_type("true or false", "write true or false without quotes"),
        }
    }

    /// A whole number in `range`.
    pub(super) fn integer(&self, range: RangeInclusive<usize>) -> Read<usize> {
        let hint = format!(
            "write a whole number from {} to {}",
            range.start(),
            range.end()
        );
        let DeValue::Integer(number) = self.toml.get_ref() else {
            return self.wrong_type("a whole number", hint);
        };
        match usize::from_str_radix(number.as_str(), number.radix()) {
            Ok(value) if range.contains(&value) => Ok(value),
            _ => self.wrong(&format!("is out of range: {number}"), hint),
        }
    }

    /// Words from which on an article is judged.
    pub(super) fn words_min(&self) -> Read<usize> {
        self.integer(1..=10_000)
    }

    /// A number over 0 and up to `max`.
    pub(super) fn rate(&self, max: f64) -> Read<f64> {
        self.number(
            |value| value > 0.0 && value <= max,
            &format!("write a number over 0 and up to {max}, as in 0.5"),
        )
    }

    /// A number from 0 to 1.
    pub(super) fn share(&self) -> Read<f32> {
        self.number(
            |value| (0.0..=1.0).contains(&value),
            "write a number from 0 to 1, as in 0.5",
        )
        .map(|value| value as f32)
    }

    fn number(&self, allowed: impl Fn(f64) -> bool, hint: &str) -> Read<f64> {
        let text = match self.toml.get_ref() {
            DeValue::Integer(number) if number.radix() == 10 => number.as_str(),
            DeValue::Float(number) => number.as_str(),
            _ => return self.wrong_type("a number", hint),
        };
        match text.parse() {
            Ok(value) if allowed(value) => Ok(value),
            _ => self.wrong(&format!("is out of range: {text}"), hint),
        }
    }

    /// A duration in text, in `range`.
    pub(super) fn duration(&self, range: RangeInclusive<Duration>) -> Read<Duration> {
        const FORM: &str = r#"write a number and a unit in quotes, as in "30s", "10m" or "90d""#;
        let text = match self.toml.get_ref() {
            DeValue::String(text) => text,
            DeValue::Integer(number) => {
                return self.wrong_type("a duration in quotes", seconds_hint(number));
            }
            _ => return self.wrong_type("a duration in quotes", FORM),
        };
        let Ok(duration) = humantime::parse_duration(text) else {
            return self.wrong(&format!("is no duration: {text:?}"), FORM);
        };
        if !range.contains(&duration) {
            let (least, most) = (
                notation::duration(*range.start()),
                notation::duration(*range.end()),
            );
            return self.wrong(
                &format!("is out of range: {text:?}"),
                format!("write a duration from {least:?} to {most:?}"),
            );
        }
        Ok(duration)
    }

    /// A size in text, in `range` (bytes).
    /// How much is logged, as [`EnvFilter`] reads it.
    pub(super) fn levels(&self) -> Read<String> {
        const FORM: &str = r#"write a level, and levels of rooms if you like, as in "info" or "warn,benggala::fetch=debug""#;
        let text = self.string("levels in quotes", FORM)?;
        // Anything else would be read as the name of a room, and all others fall silent.
        let is_level =
            |part: &str| part.contains('=') || part.trim().parse::<LevelFilter>().is_ok();
        if text.split(',').all(is_level) && EnvFilter::try_new(text).is_ok() {
            return Ok(text.to_string());
        }
        self.wrong(&format!("names no levels: {text:?}"), FORM)
    }

    pub(super) fn size(&self, range: RangeInclusive<u64>) -> Read<u64> {
        const FORM: &str = r#"write a number and a unit in quotes, as in "5 MiB" or "800 kB""#;
        let text = self.string("a size in quotes", FORM)?;
        let Ok(ByteSize(size)) = text.trim().parse() else {
            return self.wrong(&format!("is no size: {text:?}"), FORM);
        };
        if !range.contains(&size) {
            let (least, most) = (notation::size(*range.start()), notation::size(*range.end()));
            return self.wrong(
                &format!("is out of range: {text:?}"),
                format!("write a size from {least:?} to {most:?}"),
            );
        }
        Ok(size)
    }

    fn unless_refused<T>(&self, read: Result<T, Refusal>) -> Read<T> {
        read.or_else(|Refusal { is, hint }| self.wrong(&is, hint))
    }

    /// An http or https URL without credentials, which would end up in logs and lists.
    pub(super) fn url(&self) -> Read<Url> {
        let text = self.string("a URL in quotes", URL_FORM)?;
        // What stands before an @ may be a password.
        self.unless_refused(web_url(text, !text.contains('@')))
    }

    /// The URL of a place that has others below it.
    pub(super) fn place(&self) -> Read<Url> {
        let url = self.url()?;
        if url.query().is_some() || url.fragment().is_some() {
            return self.wrong(
                "is more than a place",
                "take out what stands behind the ? or #",
            );
        }
        Ok(url)
    }

    /// Where a browser listens for the DevTools protocol.
    pub(super) fn browser(&self) -> Read<Url> {
        const FORM: &str = r#"write where it listens, as in "cdp://127.0.0.1:9222""#;
        let text = self.string("an address in quotes", FORM)?;
        let is_place = |url: &Url| {
            url.scheme() == "cdp"
                && url.host().is_some()
                && url.username().is_empty()
                && matches!(url.path(), "" | "/")
                && url.query().is_none()
        };
        let url = Url::parse(text).ok().filter(is_place);
        url.map_or_else(|| self.wrong(&format!("is no browser: {text:?}"), FORM), Ok)
    }

    /// The same where the whole URL is a secret.
    pub(super) fn secret_url(&self) -> Read<Secret<Url>> {
        let text = self.string("a URL in quotes", URL_FORM)?;
        self.unless_refused(secret_url(text))
    }

    /// Which store.
    pub(super) fn store_url(&self) -> Read<StoreUrl> {
        self.unless_refused(store_url(&self.line()?, self.context.secrets))
    }

    /// Where something is served.
    pub(super) fn listen(&self) -> Read<Listen> {
        const FORM: &str = concat!(
            r#"write an IP address and a port, as in "127.0.0.1:9630", or a socket, as in "#,
            r#""unix:/run/benggala/page.sock""#
        );
        let text = self.string("an address in quotes", FORM)?;
        Listen::parse(text)
            .map_or_else(|| self.wrong(&format!("is no address: {text:?}"), FORM), Ok)
    }

    /// In what shape a channel is told.
    pub(super) fn channel_kind(&self) -> Read<ChannelKind> {
        self.one_of("kind of channel", ChannelKind::ALL, ChannelKind::as_str)
    }

    /// What a channel is told of.
    pub(super) fn event(&self) -> Read<EventKind> {
        self.one_of("event", EventKind::ALL, EventKind::as_str)
    }

    /// What can be concluded.
    pub(super) fn verdict(&self) -> Read<&'static str> {
        self.one_of("verdict", Verdict::NAMES, |name| name)
    }

    /// Whom mail is from or to.
    pub(super) fn mailbox(&self) -> Read<Mailbox> {
        const FORM: &str =
            r#"write an address, as in "desk@news.example" or "The desk <desk@news.example>""#;
        let text = self.line()?;
        text.parse()
            .or_else(|_| self.wrong(&format!("is no address of mail: {text:?}"), FORM))
    }

    /// A time zone.
    pub(super) fn zone(&self) -> Read<Zone> {
        const FORM: &str = r#"write a name of the IANA database, as in "Asia/Jakarta" or "UTC""#;
        let text = self.string("a time zone in quotes", FORM)?;
        let near = || nearest(text, Zone::names()).map(|near| format!("did you mean {near:?}?"));
        Zone::named(text).map_or_else(
            || {
                let hint = near().unwrap_or_else(|| FORM.to_string());
                self.wrong(&format!("is no time zone: {text:?}"), hint)
            },
            Ok,
        )
    }

    /// A moment with its zone, in quotes or as TOML writes it.
    pub(super) fn moment(&self) -> Read<Timestamp> {
        const FORM: &str = r#"write a moment with its zone, as in "2030-01-31T08:00:00+07:00""#;
        let text = match self.toml.get_ref() {
            DeValue::Datetime(moment) => moment.to_string(),
            _ => self.string("a moment", FORM)?.to_string(),
        };
        DateTime::parse_from_rfc3339(&text).map_or_else(
            |_| self.wrong(&format!("is no moment: {text:?}"), FORM),
            |moment| Ok(moment.to_utc()),
        )
    }

    /// One secret, or two while one is replaced, for signatures.
    pub(super) fn signing_secrets(&self) -> Read<Vec<Secret>> {
        let text = self.string("a string", "put it in quotes")?;
        self.unless_refused(signing_secrets(text))
    }

    /// Headers of a request: a table of names and values.
    pub(super) fn headers(&self) -> Read<Vec<(String, Secret)>> {
        const FORM: &str = r#"write { X-Key = "value" }, in plain ASCII"#;
        let DeValue::Table(table) = self.toml.get_ref() else {
            return self.wrong_type("a table", FORM);
        };
        let mut headers = Vec::new();
        for (name, toml) in table {
            let name = name.get_ref();
            let is_token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
            if name.is_empty() || !name.bytes().all(is_token) {
                return self.wrong(&format!("has a name that is no header: {name:?}"), FORM);
            }
            let value = Value { toml, ..*self };
            headers.push((name.to_string(), Secret::new(value.header()?)));
        }
        Ok(headers)
    }

    /// A network in CIDR notation, or one address.
    pub(super) fn network(&self) -> Read<IpNet> {
        const FORM: &str = r#"write an address and a prefix length, as in "127.0.0.0/8""#;
        let text = self.string("a network in quotes", FORM)?;
        network(text).map_or_else(|| self.wrong(&format!("is no network: {text:?}"), FORM), Ok)
    }

    /// A CSS selector.
    pub(super) fn selector(&self) -> Read<String> {
        let text = self.line()?;
        match Selector::parse(&text) {
            Ok(_) => Ok(text),
            Err(_) => self.wrong(
                &format!("is no CSS selector: {text:?}"),
                r#"write what a stylesheet would, as in "div.article > p""#,
            ),
        }
    }

    /// A language tag.
    pub(super) fn lang(&self) -> Read<Lang> {
        const FORM: &str = r#"write a language code, as in "id" or "en-GB""#;
        let text = self.string("a language code in quotes", FORM)?;
        Lang::new(text).map_or_else(
            || self.wrong(&format!("is no language code: {text:?}"), FORM),
            Ok,
        )
    }

    /// The SHA-256 of a certificate.
    pub(super) fn certificate(&self) -> Read<CertificateHash> {
        const FORM: &str = "write the 64 digits that `openssl x509 -fingerprint -sha256` prints";
        let text = self.string("a fingerprint in quotes", FORM)?;
        CertificateHash::parse(text).map_or_else(
            || self.wrong(&format!("is no SHA-256 fingerprint: {text:?}"), FORM),
            Ok,
        )
    }

    /// A time of the day.
    pub(super) fn quiet(&self) -> Read<Quiet> {
        const HINT: &str = r#"write a time of the day, as in "22:00-06:30""#;
        let text = self.line()?;
        Quiet::parse(&text).map_or_else(|| self.wrong("is no time of the day", HINT), Ok)
    }

    /// What a source may be.
    pub(super) fn kind(&self) -> Read<PageKind> {
        self.one_of("kind of source", PageKind::of_sources(), PageKind::as_str)
    }

    /// What a second opinion is asked about.
    pub(super) fn ask_about(&self) -> Read<AskAbout> {
        self.one_of("choice of articles", AskAbout::ALL, AskAbout::as_str)
    }

    /// Of what the token is asked.
    pub(super) fn token_for(&self) -> Read<TokenFor> {
        self.one_of("choice of requests", TokenFor::ALL, TokenFor::as_str)
    }

    /// One of a few names.
    fn one_of<T: Copy>(
        &self,
        what: &str,
        choices: impl IntoIterator<Item = T>,
        name: impl Fn(T) -> &'static str,
    ) -> Read<T> {
        let choices: Vec<T> = choices.into_iter().collect();
        let names: Vec<&str> = choices.iter().map(|choice| name(*choice)).collect();
        let all = format!("write one of {}", names.join(", "));
        let text = self.string(&format!("a {what} in quotes"), &all)?;
        if let Some(at) = names.iter().position(|name| *name == text) {
            return Ok(choices[at]);
        }
        let near = nearest(text, names).map(|near| format!("did you mean {near:?}?"));
        self.wrong(&format!("is no {what}: {text:?}"), near.unwrap_or(all))
    }

    /// Each element of an array, read by `element`.
    pub(super) fn list<T>(&self, element: fn(&Value<'a>) -> Read<T>) -> Read<Vec<T>> {
        let DeValue::Array(array) = self.toml.get_ref() else {
            return self.wrong_type("an array", "put it in square brackets");
        };
        let mut values = Vec::new();
        let mut complaints = Vec::new();
        for toml in array {
            match element(&Value { toml, ..*self }) {
                Ok(value) => values.push(value),
                Err(more) => complaints.extend(more),
            }
        }
        if complaints.is_empty() {
            Ok(values)
        } else {
            Err(complaints)
        }
    }

    /// The secret in the file that this value names; a relative path starts from the folder of
    /// the configuration.
    pub(super) fn secret_file(&self) -> Read<Secret> {
        let path = self.unless_refused(expanded(&self.line()?, self.context.secrets))?;
        let path = match self.context.base {
            Some(base) => base.join(path),
            None => PathBuf::from(path),
        };
        let hint = "name a file that holds the secret alone and that we may read";
        match (self.context.secrets)(SecretSource::File(&path)) {
            Ok(Some(raw)) => match secret(&raw) {
                Ok(secret) => Ok(secret),
                Err(_) => self.wrong(&format!("is no secret: {}", path.display()), hint),
            },
            Ok(None) => self.wrong(&format!("does not exist: {}", path.display()), hint),
            Err(why) => self.wrong(&format!("cannot be read: {}: {why}", path.display()), hint),
        }
    }

    /// A secret written into the configuration itself.
    pub(super) fn secret(&self) -> Read<Secret> {
        let text = self.string("a string", "put it in quotes")?;
        self.unless_refused(secret(text))
    }
}

/// Printable ASCII without blanks inside, so that it can be sent in a header; the line break that
/// editors and `echo` leave at the end is dropped.
pub(super) fn secret(raw: &str) -> Result<Secret, Refusal> {
    let text = raw.trim();
    let usable =
        !text.is_empty() && text.len() <= TEXT_MAX && text.bytes().all(|b| b.is_ascii_graphic());
    if !usable {
        return Err(Refusal::new(
            "is no secret",
            "write printable ASCII without spaces",
        ));
    }
    Ok(Secret::new(text.to_string()))
}

/// One secret, or two while one is replaced.
pub(super) fn signing_secrets(raw: &str) -> Result<Vec<Secret>, Refusal> {
    let secrets = raw.split_whitespace().map(secret);
    let secrets: Vec<Secret> = secrets.collect::<Result<_, _>>()?;
    match secrets.len() {
        1 | 2 => Ok(secrets),
        _ => Err(Refusal::new(
            "is no secret",
            "write one, or two with a blank between them",
        )),
    }
}

/// A path in which `~/` at the beginning (of what follows `sqlite:` too) is the home of whoever runs us,
/// and `${NAME}` the value of a variable, as systemd's `CREDENTIALS_DIRECTORY` is one.
fn expanded(path: &str, secrets: &SecretLookup<'_>) -> Result<String, Refusal> {
    let variable = |name: &str| match secrets(SecretSource::Env(name)) {
        Ok(Some(value)) if !value.is_empty() => Ok(value),
        _ => Err(Refusal::new(
            format!("needs the environment variable {name}, which is not set"),
            "set it, or write the path in full",
        )),
    };
    let (scheme, path) = match path.split_once(':') {
        Some((scheme, rest)) if rest.starts_with("~/") => (format!("{scheme}:"), rest),
        _ => (String::new(), path),
    };
    let (mut out, mut rest) = match path.strip_prefix("~/") {
        Some(rest) => (format!("{scheme}{}/", variable("HOME")?), rest),
        None => (scheme, path),
    };
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, behind)) = after.split_once('}') else {
            break;
        };
        out = out + before + &variable(name)?;
        rest = behind;
    }
    Ok(out + rest)
}

/// Which store a text names.
pub(super) fn store_url(raw: &str, secrets: &SecretLookup<'_>) -> Result<StoreUrl, Refusal> {
    let read = expanded(raw.trim(), secrets)?.parse::<StoreUrl>();
    read.map_err(|why| Refusal::new(why.to_string(), why.hint()))
}

/// Where a collector of traces listens.
pub(super) fn collector(raw: &str) -> Result<Url, Refusal> {
    web_url(raw.trim(), false)
}

/// Of what the token is asked, as the environment says it.
pub(super) fn token_for(raw: &str) -> Result<TokenFor, Refusal> {
    let named = |choice: &TokenFor| choice.as_str() == raw.trim();
    let found = TokenFor::ALL.into_iter().find(named);
    found.ok_or_else(|| {
        let names = TokenFor::ALL.map(TokenFor::as_str).join(", ");
        Refusal::new("is no choice of requests", format!("write one of {names}"))
    })
}

/// An address of a channel, which is a secret as a whole: on the web, of a server of mail, or a file.
pub(super) fn secret_url(raw: &str) -> Result<Secret<Url>, Refusal> {
    let raw = raw.trim();
    match Url::parse(raw) {
        Ok(url) if url.scheme() == "file" && !url.path().ends_with('/') => Ok(Secret::new(url)),
        Ok(url) if matches!(url.scheme(), "smtp" | "smtps") => mail_server(url),
        _ => web_url(raw, false).map(Secret::new),
    }
}

/// A server of mail is a host and perhaps a port.
fn mail_server(url: Url) -> Result<Secret<Url>, Refusal> {
    let is_bare = url.username().is_empty()
        && url.password().is_none()
        && matches!(url.path(), "" | "/")
        && url.query().is_none();
    match url.host_str() {
        Some(host) if is_bare && !host.is_empty() => Ok(Secret::new(url)),
        _ => Err(Refusal::new(
            "is no server of mail",
            r#"write "smtps://mail.example" or "smtp://mail.example:587", with `user` and `token` beside it"#,
        )),
    }
}

/// A web address without credentials. What is wrong with it `repeats` it, or does not.
fn web_url(text: &str, repeats: bool) -> Result<Url, Refusal> {
    let said = |what: &str| {
        if repeats {
            format!("{what}: {text:?}")
        } else {
            what.to_string()
        }
    };
    let url = match Url::parse(text) {
        Ok(url) => url,
        Err(url::ParseError::RelativeUrlWithoutBase) if repeats => {
            let hint = format!("did you mean {:?}?", format!("https://{text}"));
            return Err(Refusal::new(said("is no URL"), hint));
        }
        Err(why) => {
            return Err(Refusal::new(
                format!("{}, {why}", said("is no URL")),
                URL_FORM,
            ));
        }
    };
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Refusal::new(
            "must not contain a user name or password",
            "take out what stands before the @",
        ));
    }
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(Refusal::new(said("is no web address"), URL_FORM));
    }
    Ok(url)
}

/// A network in CIDR notation; one address stands for itself.
pub(super) fn network(text: &str) -> Option<IpNet> {
    let text = text.trim();
    text.parse()
        .ok()
        .or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}

/// The candidate that was probably meant: at most one slip for every three characters.
pub(super) fn nearest<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    let slips_max = word.chars().count().div_ceil(3);
    candidates
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(word, candidate), candidate))
        .filter(|(slips, _)| *slips <= slips_max)
        .min_by_key(|(slips, _)| *slips)
        .map(|(_, candidate)| candidate)
}

fn seconds_hint(number: &DeInteger<'_>) -> String {
    format!("write \"{number}s\" for seconds, \"{number}m\" for minutes")
}
