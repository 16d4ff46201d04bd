//! The configuration: what is read, what is refused and in which words.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on panics")]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    time::Duration,
};

use benggala::{
    config::{
        self, ANNOTATED, Config, ConfigErrors, ConfigText, Origin, SITES, SecretSource, no_secrets,
        parse_sites, site_rules,
    },
    model::{ChannelKind, EventKind, Listen, PageKind, Secret, TokenFor},
};
use proptest::prelude::*;
use url::Url;

fn parse(text: &str) -> Result<Config, ConfigErrors> {
    Config::parse(&[named("benggala.toml", text)], &no_secrets)
}

/// A text as one that stands in a file.
fn named(path: &str, text: &str) -> ConfigText {
    ConfigText {
        origin: file(path),
        text: text.to_string(),
        is_included: false,
    }
}

fn parsed(text: &str) -> Config {
    parse(text).unwrap_or_else(|errors| panic!("{errors}"))
}

fn file(path: &str) -> Origin {
    Origin::File(PathBuf::from(path))
}

/// A system with one good secret file, one that is empty and one that may not be read.
fn secrets(secret: SecretSource<'_>) -> Result<Option<String>, String> {
    match secret {
        SecretSource::File(path) if path == Path::new("/etc/benggala/present") => {
            Ok(Some("from-file\n".to_string()))
        }
        SecretSource::File(path) if path == Path::new("/run/empty") => Ok(Some("\n".to_string())),
        SecretSource::File(path) if path.ends_with("forbidden") => {
            Err("permission denied".to_string())
        }
        SecretSource::File(_) | SecretSource::Env(_) => Ok(None),
    }
}

fn secret(text: &str) -> Secret {
    Secret::new(text.to_string())
}

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/config");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    cases.sort();
    cases
}

#[test]
fn every_mistake_has_its_exact_message() {
    let cases = cases();
    assert!(cases.len() >= 20, "only {} cases", cases.len());
    let mut differences = String::new();
    for case in cases {
        let text = fs::read_to_string(&case).unwrap();
        let name = case.file_name().unwrap().to_str().unwrap();
        let text = named(&format!("/etc/benggala/{name}"), &text);
        let said = match Config::parse(&[text], &secrets) {
            Ok(_) => "no problem was found\n".to_string(),
            Err(errors) => format!("{errors}\n").replace("/etc/benggala/bad-", "bad-"),
        };
        let expected = fs::read_to_string(case.with_extension("err")).unwrap_or_default();
        if said != expected {
            differences += &format!("--- {name}\n{said}");
        }
    }
    assert!(
        differences.is_empty(),
        "differs from the .err files:\n{differences}"
    );
}

#[test]
fn the_annotated_file_equals_the_defaults() {
    assert_eq!(parsed(ANNOTATED), Config::default());
    assert_eq!(parsed(""), Config::default());
}

#[test]
fn the_annotated_file_explains_every_key() {
    // Without comments on its examples it shows each key, set or commented out.
    let text = ANNOTATED.replace("# ", "");
    for line in full().to_toml().lines().filter(|line| !line.is_empty()) {
        let key = line.split(" = ").next().unwrap();
        let wanted = if line.starts_with('[') {
            line.to_string()
        } else {
            format!("{key} = ")
        };
        assert!(text.contains(&wanted), "{wanted} is not explained");
    }
}

/// A configuration in which nothing is as in the defaults.
const FULL: &str = r#"
[fetch]
requests_per_second = 2
requests_per_second_total = 12.5
hosts_per_address = 2
concurrency_per_host = 2
concurrency = 0x10
allow_private = ["127.0.0.0/8", "::1"]
proxy = "http://proxy.example:3128"
header_timeout = "15s"
timeout = "1m 30s"
idle_timeout = "1500ms"
body_max = "800 kB"
feed_max = "500 MiB"
redirects_max = 0
user_agent = "redaksi/{version}; {contact}"
contact = "mailto:redaksi@news.example"

[schedule]
every = "2h"
every_min = "30s"
every_max = "1d"
link_age = "0s"
recheck = "0s"
recheck_until = "2d"
attempts_max = 9
retry_first = "7s"
retry_max = "2weeks"
lease = "10m"
drain = "0s"
zone = "Europe/Berlin"

[extract]
bytes = "1 MiB"
nodes = 1_000
depth = 100
attributes = 50

[score]
words_min = 40
flag_at = 0.1
boilerplate_at = 1
translation_at = 0.95
disabled = ["script-mix"]

[opinion]
url = "http://127.0.0.1:11434/v1"
model = "llama3.1:8b"
revision = "2025-06"
key_file = "present"
only = "all"
per_day = 1_000
per_source = 50
timeout = "5m"

[store]
url = "sqlite:/var/lib/benggala/news.db"
keep_pages = "1y"
keep_fingerprints = "2weeks"
keep_articles = "400d"
keep_versions = "10d"
keep_urls = "100d"
size_max = "20 GiB"

[serve]
listen = "[::1]:9631"
public_url = "https://news.example/benggala/"
reload = true
token_file = "present"
token_for = "all"

[log]
levels = "warn,benggala::fetch=debug"

[trace]
otlp_url = "http://127.0.0.1:4318"
sample = 0.1

[[notify]]
name = "desk"
url = "https://hooks.example/a?b=c"
token = "t0ken"
kind = "slack"
secret = "whsec_a whsec_b"
headers = { X-Desk = "k3y" }
events = ["article.flagged", "source.turned"]
sources = ["Terkini"]
languages = ["id-ID"]
rules = ["engine-residue"]
min_probability = 0.8
copies_once = false
every = "1h"
per_minute = 5
quiet = "22:00-06:30"
zone = "Asia/Jakarta"
verdicts = ["flag", "abstain"]
allow_private = ["127.0.0.0/8"]
mute_until = "2030-01-31T08:00:00+07:00"

[[notify]]
url = "smtps://mail.example"
from = "benggala <watch@news.example>"
to = ["desk@news.example", "Ibu Redaktur <chief@news.example>"]
user = "watch"
token_file = "present"

[[source]]
url = "https://news.example/feed.xml"

[[source]]
url = "https://news.example/terkini"
name = "Terkini \"hari ini\""
kind = "listing"
was = "old"
group = "eu"
every = "90s"
link_age = "5years"
per_day = 300
quiet = "22:00-04:30"
opinion = false
mute = true
flag_at = 0.7
boilerplate_at = 0.5
translation_at = 0.98
disabled = ["stock-line"]
lang = "id-ID"
body = "div.article"
remove = [".related", "p > a"]
certificate = "AB:01:D0:81:88:4C:7D:65:9A:2F:EA:A0:C5:5A:D0:15:a3bf4f1b2b0b822cd15d6c15b0f00a08"
"#;

fn full() -> Config {
    Config::parse(&[named("/etc/benggala/benggala.toml", FULL)], &secrets)
        .unwrap_or_else(|errors| panic!("{errors}"))
}

#[test]
fn every_key_is_read() {
    let config = full();
    let defaults = Config::default();
    assert_eq!(config.fetch.requests_per_second, 2.0);
    assert_eq!(config.fetch.concurrency, 16);
    assert_eq!(config.fetch.timeout, Duration::from_secs(90));
    assert_eq!(config.fetch.header_timeout, Duration::from_secs(15));
    assert_eq!(config.fetch.body_max, 800_000);
    assert_eq!(config.fetch.allow_private[1].to_string(), "::1/128");
    assert_eq!(config.schedule.drain, Duration::ZERO);
    assert_eq!(config.score.flag_at, 0.1);
    assert_eq!(config.serve.listen, Listen::parse("[::1]:9631").unwrap());
    assert_eq!(config.serve.token, Some(secret("from-file")));
    assert_eq!(config.notify[0].token, Some(secret("t0ken")));
    let channel = &config.notify[0];
    assert_eq!(
        (channel.kind, channel.signed_with.len()),
        (ChannelKind::Slack, 2)
    );
    assert_eq!(channel.headers, [("X-Desk".to_string(), secret("k3y"))]);
    let wanted = &channel.wanted;
    assert_eq!(
        wanted.events,
        [EventKind::ArticleFlagged, EventKind::SourceTurned]
    );
    assert_eq!(wanted.languages[0].as_str(), "id");
    assert_eq!((wanted.min_probability, wanted.copies_once), (0.8, false));
    assert_eq!((wanted.zone.name(), wanted.per_minute), ("Asia/Jakarta", 5));
    assert_eq!(wanted.verdicts, ["flag", "abstain"]);
    assert_eq!(channel.allow_private[0].to_string(), "127.0.0.0/8");
    let mail = &config.notify[1];
    assert_eq!(mail.kind, ChannelKind::Email);
    assert_eq!(
        (mail.mail.to.len(), mail.mail.user.as_deref()),
        (2, Some("watch"))
    );
    assert_eq!(mail.wanted.every, Duration::from_secs(3_600));
    assert_eq!(
        mail.wanted.zone.name(),
        "Europe/Berlin",
        "as under [schedule]"
    );
    let policy = config.policy_for(Some(&config.sources[1]));
    assert_eq!((policy.words_min, policy.flag_at), (40, 0.7));
    assert_eq!((policy.boilerplate_at, policy.translation_at), (0.5, 0.98));
    assert_eq!(policy.disabled, ["script-mix", "stock-line"]);
    assert!(config.sources[1].is_muted && !config.sources[0].is_muted);
    assert_eq!(config.policy_for(Some(&config.sources[0])), config.score);
    assert_eq!(
        wanted.mute_until.unwrap().to_rfc3339(),
        "2030-01-31T01:00:00+00:00"
    );
    assert_eq!(config.sources[0].name, "news.example");
    assert_eq!(config.sources[0].kind, PageKind::Auto);
    assert_eq!(config.sources[1].kind, PageKind::Listing);
    assert_eq!(config.sources[1].lang.as_ref().unwrap().as_str(), "id");
    assert_eq!(config.sources[1].rules.remove.len(), 2);
    assert_eq!(config.schedule.link_age, Duration::ZERO);
    assert!(config.sources[1].link_age > Some(Duration::from_secs(4 * 365 * 86_400)));
    assert_eq!(config.sources[1].certificate.unwrap().0[..2], [0xab, 0x01]);

    // Nothing was left at its default: a key that is not read would show here.
    let (shown, shown_defaults) = (config.to_toml(), defaults.to_toml());
    let untouched: Vec<&str> = shown_defaults
        .lines()
        .filter(|line| line.contains(" = ") && shown.lines().any(|other| other == *line))
        .collect();
    assert_eq!(untouched, Vec::<&str>::new());
}

#[test]
fn what_is_shown_reads_back_as_equal() {
    for config in [Config::default(), full()] {
        let mut again = parsed(&config.to_toml());
        again.serve.token.clone_from(&config.serve.token);
        again.opinion.key.clone_from(&config.opinion.key);
        for (channel, before) in again.notify.iter_mut().zip(&config.notify) {
            channel.token.clone_from(&before.token);
            channel.url.clone_from(&before.url);
            channel.signed_with.clone_from(&before.signed_with);
            channel.headers.clone_from(&before.headers);
        }
        assert_eq!(again, config);
    }
}

#[test]
fn the_environment_overrules_the_text() {
    let text = "[serve]\ntoken = \"text\"\n[[notify]]\nurl = \"https://hooks.example/\"\nname = \"the desk\"\n";
    let environment = |secret: SecretSource<'_>| match secret {
        SecretSource::Env("BENGGALA_SERVE_TOKEN") => Ok(Some("env\n".to_string())),
        SecretSource::Env("BENGGALA_OPINION_KEY") => Ok(Some("k3y\n".to_string())),
        SecretSource::Env("BENGGALA_NOTIFY_THE_DESK_TOKEN") => Ok(Some("desk".to_string())),
        SecretSource::Env("BENGGALA_NOTIFY_THE_DESK_URL") => {
            Ok(Some("https://desk.example/key".to_string()))
        }
        SecretSource::Env("BENGGALA_STORE_URL") => Ok(Some("sqlite:other.db".to_string())),
        _ => Ok(None),
    };
    let config = Config::parse(&[named("benggala.toml", text)], &environment).unwrap();
    assert_eq!(config.serve.token, Some(secret("env")));
    assert_eq!(config.opinion.key, Some(secret("k3y")));
    assert_eq!(config.opinion.adviser(), None, "a key alone asks nobody");
    assert_eq!(config.notify[0].token, Some(secret("desk")));
    assert_eq!(config.store.url.to_string(), "sqlite:other.db");
    assert_eq!(
        config.notify[0].url.expose().as_str(),
        "https://desk.example/key"
    );
}

/// What a variable comes to in the configuration.
type Outcome = fn(&Config) -> Option<String>;

/// Each variable, its value, and what it comes to.
const VARIABLES: [(&str, &str, Outcome); 7] = [
    ("BENGGALA_STORE_URL", "sqlite:env.db", |config| {
        Some(config.store.url.to_string())
    }),
    ("BENGGALA_SERVE_TOKEN", "env", |config| {
        config
            .serve
            .token
            .as_ref()
            .map(|token| token.expose().clone())
    }),
    ("BENGGALA_SERVE_TOKEN_FOR", "all", |config| {
        Some(config.serve.token_for.as_str().to_string())
    }),
    ("BENGGALA_OPINION_KEY", "env", |config| {
        config.opinion.key.as_ref().map(|key| key.expose().clone())
    }),
    ("BENGGALA_NOTIFY_DESK_TOKEN", "env", |config| {
        let token = config.notify.first()?.token.as_ref();
        token.map(|token| token.expose().clone())
    }),
    ("BENGGALA_NOTIFY_DESK_SECRET", "whsec_b whsec_a", |config| {
        let secrets = config.notify.first()?.signed_with.iter();
        let secrets: Vec<&str> = secrets.map(|secret| secret.expose().as_str()).collect();
        Some(secrets.join(" "))
    }),
    (
        "BENGGALA_NOTIFY_DESK_URL",
        "https://env.example/",
        |config| Some(config.notify.first()?.url.expose().to_string()),
    ),
];

#[test]
fn every_variable_counts_whatever_files_there_are() {
    let all = "[store]\nurl = \"sqlite:file.db\"\n[serve]\ntoken = \"file\"\n[opinion]\nkey = \"file\"\n\
               [[notify]]\nname = \"desk\"\nurl = \"https://file.example/\"\ntoken = \"file\"\n\
               secret = \"file\"\n";
    let mut included = named("conf.d/a.toml", all);
    included.is_included = true;
    let ways: [(&str, Vec<ConfigText>); 5] = [
        ("no file", vec![]),
        ("an empty file", vec![named("a.toml", "")]),
        ("a file", vec![named("a.toml", all)]),
        (
            "two files",
            vec![named("a.toml", all), named("b.toml", "[store]\n")],
        ),
        ("an included file", vec![named("a.toml", ""), included]),
    ];
    for (name, value, of) in VARIABLES {
        let environment = |secret: SecretSource<'_>| match secret {
            SecretSource::Env(variable) if variable == name => Ok(Some(value.to_string())),
            // Nothing is asked of readers without it.
            SecretSource::Env("BENGGALA_SERVE_TOKEN") if name == "BENGGALA_SERVE_TOKEN_FOR" => {
                Ok(Some("env".to_string()))
            }
            _ => Ok(None),
        };
        for (way, texts) in &ways {
            let config = Config::parse(texts, &environment).unwrap();
            // A channel that no file names has no secrets.
            let there = !name.contains("NOTIFY") || !config.notify.is_empty();
            let expected = there.then(|| value.to_string());
            assert_eq!(of(&config), expected, "{name} with {way}");
        }
    }
}

/// Wherever the two stand: in one text, in two files, in an included one, in a file of its own, in the
/// environment.
#[test]
fn readers_are_asked_for_a_token_that_there_is() {
    const ALL: &str = "[serve]\ntoken_for = \"all\"\n";
    const TOKEN: &str = "[serve]\ntoken = \"t0ken\"\n";
    let mut included = named("conf.d/a.toml", ALL);
    included.is_included = true;
    let one = |text: &str| vec![named("/etc/benggala/a.toml", text)];
    let file = format!("{ALL}token_file = \"present\"\n");
    let ways: [(&str, Vec<ConfigText>, bool, bool); 9] = [
        (
            "one text",
            one(&format!("{TOKEN}token_for = \"all\"\n")),
            false,
            true,
        ),
        ("two files", [one(ALL), one(TOKEN)].concat(), false, true),
        (
            "two files, the other way",
            [one(TOKEN), one(ALL)].concat(),
            false,
            true,
        ),
        (
            "an included file",
            [one(TOKEN), vec![included.clone()]].concat(),
            false,
            true,
        ),
        ("a file of its own", one(&file), false, true),
        ("the environment", one(ALL), true, true),
        ("no token", one(ALL), false, false),
        (
            "no token, included",
            [one(""), vec![included]].concat(),
            false,
            false,
        ),
        (
            "overruled",
            [one(ALL), one("[serve]\ntoken_for = \"writes\"\n")].concat(),
            false,
            true,
        ),
    ];
    for (way, texts, has_variable, is_good) in ways {
        let environment = |secret: SecretSource<'_>| match secret {
            SecretSource::Env("BENGGALA_SERVE_TOKEN") if has_variable => {
                Ok(Some("env".to_string()))
            }
            other => secrets(other),
        };
        match Config::parse(&texts, &environment) {
            Ok(config) => {
                assert!(is_good, "{way}");
                let expected = if way == "overruled" {
                    TokenFor::Writes
                } else {
                    TokenFor::All
                };
                assert_eq!(config.serve.token_for, expected, "{way}");
            }
            Err(errors) => {
                assert!(!is_good, "{way}: {errors}");
                assert_eq!(errors.problems.len(), 1, "{way}: {errors}");
                assert_eq!(errors.problems[0].position.unwrap().line, 2, "{way}");
            }
        }
    }
    for (value, expected) in [
        (
            "all",
            "environment: [serve] asks all for a token and has none\n  hint: add token_file = \
             \"PATH\", or token_for = \"writes\"",
        ),
        (
            "reads",
            "environment: BENGGALA_SERVE_TOKEN_FOR: its value is no choice of requests\n  hint: write \
             one of writes, all, or unset BENGGALA_SERVE_TOKEN_FOR",
        ),
    ] {
        let environment = |secret: SecretSource<'_>| match secret {
            SecretSource::Env("BENGGALA_SERVE_TOKEN_FOR") => Ok(Some(value.to_string())),
            _ => Ok(None),
        };
        let errors = Config::parse(&[], &environment).unwrap_err();
        assert_eq!(errors.to_string(), expected);
    }
}

#[test]
fn later_files_overrule_earlier_ones_and_lists_add_up() {
    let first = "[store]\nurl = \"sqlite:a.db\"\n[score]\nflag_at = 0.6\n[[source]]\nurl = \"https://a.example/\"\n";
    let second = "[store]\nurl = \"sqlite:b.db\"\n[[source]]\nurl = \"https://b.example/\"\n";
    let config = Config::parse(
        &[named("a.toml", first), named("b.toml", second)],
        &no_secrets,
    );
    let config = config.unwrap();
    assert_eq!(config.store.url.to_string(), "sqlite:b.db");
    assert!((config.score.flag_at - 0.6).abs() < 1e-6);
    let names: Vec<&str> = config.sources.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["a.example", "b.example"]);
}

#[test]
fn what_is_wrong_in_one_of_several_files_names_that_file() {
    let source = "[[source]]\nname = \"a\"\nurl = \"https://a.example/\"\n";
    let texts = [
        named("a.toml", source),
        named("b.toml", &format!("\n{source}")),
        named("c.toml", "[score]\nflag_at = 7\n"),
    ];
    let errors = Config::parse(&texts, &no_secrets).unwrap_err().to_string();
    for expected in [
        "b.toml:3:8: `name` in [[source]] is taken: see a.toml, line 2",
        "b.toml:4:7: `url` in [[source]] is taken: see a.toml, line 3",
        "c.toml:2:11: `flag_at` in [score] is out of range: 7",
    ] {
        assert!(errors.contains(expected), "{expected}\n\n{errors}");
    }
}

#[test]
fn files_are_included_by_the_first_one_only() {
    assert_eq!(
        config::includes("include = \"conf.d/*.toml\""),
        ["conf.d/*.toml"]
    );
    assert_eq!(
        config::includes("include = [\"a.toml\", \"b.toml\"]"),
        ["a.toml", "b.toml"]
    );
    assert!(config::includes("[store]").is_empty());
    let mut included = named("b.toml", "include = \"c.toml\"");
    included.is_included = true;
    let texts = [named("a.toml", "include = [\"b.toml\"]"), included];
    let errors = Config::parse(&texts, &no_secrets).unwrap_err().to_string();
    assert_eq!(
        errors,
        "b.toml:1:11: `include` in a file that is included itself\n  hint: name all files in the first one"
    );
}

#[test]
fn a_variable_that_nothing_reads_is_told_with_the_one_that_was_meant() {
    let config = parsed("[[notify]]\nname = \"desk\"\nurl = \"https://hooks.example/\"\n");
    let names = [
        "PATH",
        "BENGGALA_SERVE_TOKN",
        "BENGGALA_NOTIFY_DESK_TOKEN",
        "BENGGALA_NOTIFY_DSK_URL",
        "BENGGALA_LOG",
        "BENGGALA_SOMETHING_ELSE_ALTOGETHER",
        "BENGGALA_SERVE_LISTEN",
    ];
    let unread = config::unread_variables(names, &config);
    let meant: Vec<(&str, Option<&str>)> = unread
        .iter()
        .map(|(name, meant)| (*name, meant.as_deref()))
        .collect();
    assert_eq!(
        meant,
        [
            (
                "BENGGALA_SERVE_TOKN",
                Some("did you mean BENGGALA_SERVE_TOKEN?")
            ),
            (
                "BENGGALA_NOTIFY_DSK_URL",
                Some("did you mean BENGGALA_NOTIFY_DESK_URL?")
            ),
            ("BENGGALA_SOMETHING_ELSE_ALTOGETHER", None),
            (
                "BENGGALA_SERVE_LISTEN",
                Some("this key is set in a file alone: `listen` under [serve]")
            ),
        ]
    );
}

#[test]
fn paths_know_the_home_and_the_variables_that_systemd_sets() {
    let system = |secret: SecretSource<'_>| match secret {
        SecretSource::Env("HOME") => Ok(Some("/home/ana".to_string())),
        SecretSource::Env("CREDENTIALS_DIRECTORY") => Ok(Some("/run/credentials/b".to_string())),
        SecretSource::File(path) if path == Path::new("/run/credentials/b/token") => {
            Ok(Some("t0ken".to_string()))
        }
        _ => Ok(None),
    };
    let text = "[serve]\ntoken_file = \"${CREDENTIALS_DIRECTORY}/token\"\n[store]\nurl = \"sqlite:~/news.db\"\n";
    let config = Config::parse(&[named("/etc/benggala.toml", text)], &system).unwrap();
    assert_eq!(config.serve.token, Some(secret("t0ken")));
    assert_eq!(config.store.url.to_string(), "sqlite:/home/ana/news.db");
    let text = "[store]\nurl = \"sqlite:${NOWHERE}/news.db\"\n";
    let errors = Config::parse(&[named("a.toml", text)], &system).unwrap_err();
    assert_eq!(
        errors.to_string(),
        "a.toml:2:7: `url` in [store] needs the environment variable NOWHERE, which is not set\n  \
         hint: set it, or write the path in full"
    );
}

#[test]
fn an_empty_secret_in_the_environment_is_no_silent_no() {
    let environment = |secret: SecretSource<'_>| match secret {
        SecretSource::Env("BENGGALA_SERVE_TOKEN") => Ok(Some(String::new())),
        _ => Ok(None),
    };
    let errors = Config::parse(&[], &environment).unwrap_err();
    assert_eq!(
        errors.to_string(),
        "environment: BENGGALA_SERVE_TOKEN: its value is no secret\n  \
         hint: write printable ASCII without spaces, or unset BENGGALA_SERVE_TOKEN"
    );
}

#[test]
fn sources_without_a_name_are_called_after_their_host() {
    let text = r#"
source = [
  { url = "https://news.example/a" },
  { url = "https://news.example/b" },
  { url = "https://other.example/", name = "news.example-2" },
  { url = "https://news.example/c" },
]
"#;
    let names: Vec<String> = parsed(text).sources.into_iter().map(|s| s.name).collect();
    assert_eq!(
        names,
        [
            "news.example",
            "news.example-3",
            "news.example-2",
            "news.example-4"
        ]
    );
}

#[test]
fn bare_urls_become_sources() {
    let urls: Vec<Url> = [
        "https://news.example/",
        "https://news.example/",
        "https://news.example/id",
    ]
    .iter()
    .map(|url| Url::parse(url).unwrap())
    .collect();
    let loopback = config::network("127.0.0.1").unwrap();
    let config = Config::default().watching(&urls).allowing(&[loopback]);
    let names: Vec<&str> = config.sources.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["news.example", "news.example-2"]);
    assert_eq!(config.sources[0].kind, PageKind::Auto);
    assert_eq!(config.fetch.allow_private, [loopback]);
}

#[test]
fn more_problems_than_anyone_reads_are_counted() {
    let text: String = (0..250).map(|i| format!("[x{i}]\n")).collect();
    let errors = parse(&text).unwrap_err();
    assert_eq!(errors.problems.len(), 250);
    assert!(errors.to_string().ends_with("… and 150 more"), "{errors}");
}

#[test]
fn site_rules_are_sound_and_in_order() {
    let sites = parse_sites(SITES, &file("sites.toml")).unwrap_or_else(|e| panic!("{e}"));
    let written: Vec<&str> = SITES
        .lines()
        .filter_map(|line| line.strip_prefix("[\"")?.strip_suffix("\"]"))
        .collect();
    let sorted: BTreeSet<&str> = written.iter().copied().collect();
    assert_eq!(
        written,
        sorted.into_iter().collect::<Vec<_>>(),
        "not alphabetical"
    );
    assert_eq!(written.len(), sites.len());
    for (host, rules) in &sites {
        assert!(
            rules.body.is_some() || !rules.remove.is_empty(),
            "{host} has no rules"
        );
        assert_eq!(site_rules(host), Some(rules));
        assert_eq!(site_rules(&format!("WWW.{host}.")), Some(rules));
    }
    assert_eq!(site_rules("news.example"), None);
    assert_eq!(site_rules(""), None);
}

#[test]
fn site_rules_are_checked() {
    let errors = parse_sites("[\"a.example\"]\nbdoy = \"p\"\n", &file("sites.toml")).unwrap_err();
    assert_eq!(
        errors.to_string(),
        "sites.toml:2:1: unknown key `bdoy` in [\"a.example\"]\n  hint: did you mean `body`?"
    );
    assert!(parse_sites("a = 1", &Origin::BuiltIn).is_err());
}

proptest! {
    /// A broken file is told, never a crash, and every place is inside the text.
    #[test]
    fn no_text_makes_it_panic(cut in 0..FULL.len(), insert in "[\\[\\]=\"'#\\n a-z0-9.é]{0,8}") {
        let text = format!("{}{insert}{}", &FULL[..cut], &FULL[cut..]);
        if let Err(errors) = parse(&text) {
            let lines = text.lines().count() + 1;
            for problem in &errors.problems {
                prop_assert!(problem.position.is_none_or(|at| at.line <= lines));
            }
        }
    }

    /// Durations and sizes are shown in a form that reads back as the same.
    #[test]
    fn durations_and_sizes_read_back(millis in 1u64..600_000, bytes in 1_024u64..100 << 20) {
        let mut config = Config::default();
        config.fetch.idle_timeout = Duration::from_millis(millis);
        config.fetch.body_max = bytes;
        prop_assert_eq!(parsed(&config.to_toml()), config);
    }
}
