//! A recognisable secret in every place that can hold one, looked for wherever something is shown.

use std::{
    fs,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    http::{HeaderMap, StatusCode, Uri},
};
use benggala::{
    config::{Config, ConfigText, Origin, SecretSource},
    model::PageKind,
};
use tokio::net::TcpListener;

use super::{
    process::Place,
    site::{Site, article_page, html, machine_made, path, rss},
    watch::{config, metric, until},
};
use crate::demo::client::get;

/// Part of every secret here.
const SECRET: &str = "hunter2";

/// What is kept in the environment.
const ENVIRONMENT: [(&str, &str); 5] = [
    ("BENGGALA_SERVE_TOKEN", "serve-hunter2-env"),
    ("BENGGALA_NOTIFY_ENV_URL", "http://127.0.0.1:9/env-hunter2"),
    ("BENGGALA_NOTIFY_ENV_TOKEN", "token-hunter2-env"),
    ("BENGGALA_NOTIFY_ENV_SECRET", "secret-hunter2-env"),
    ("BENGGALA_LOG", "trace"),
];

/// What is kept in files, beside the configuration.
const FILES: [(&str, &str); 4] = [
    ("opinion.key", "key-hunter2-file\n"),
    ("desk.url", "http://127.0.0.1:9/file-hunter2?key=hunter2\n"),
    ("desk.token", "token-hunter2-file\n"),
    (
        "store.url",
        "postgres://me:hunter2@db.example/news?sslmode=hunter2\n",
    ),
];

/// Secrets where none are taken, or where something is wrong with them.
const REFUSED: [&str; 30] = [
    "[opinion]\nurl = \"http://me:hunter2@models.example/v1\"\nmodel = \"m\"",
    "[opinion]\nkey = \"hunter2 and more\"",
    "[opinion]\nkye = \"hunter2\"",
    "[store]\nurl = \"postgres://me:hunter2@db.example/news?sslmode=prefer\"",
    "[store]\nurl = \"postgresql://db.example/news?passwort=hunter2\"",
    "[store]\nurl = \"mysql://me:hunter2@db.example/news\"",
    "[store]\nurl = \"sqlite://me:hunter2@db.example/news\"",
    "[store]\nurl = \"sqlite:news.db?key=hunter2\"",
    "[store]\nurl = \"me:hunter2@db.example\"",
    "[store]\nurl_file = \"store.url\"",
    "[store]\nurl = [\"postgres://me:hunter2@db.example/news\"]",
    "[store]\npassword = \"hunter2\"",
    "[fetch]\nproxy = \"http://me:hunter2@proxy.example:3128\"",
    "[fetch]\nproxy = \"me:hunter2@proxy.example:3128\"",
    "[fetch]\nproxy = \"socks5://me:hunter2@proxy.example\"",
    "[fetch]\nproxy = \"http://me:hunter2@proxy.example:99999\"",
    "[[source]]\nurl = \"https://me:hunter2@news.example/\"",
    "[[source]]\nurl = \"//me:hunter2@news.example/\"",
    "[serve]\ntoken = \"hunter2 and more\"",
    "[serve]\ntoken = hunter2",
    "[serve]\ntoken = \"hunter2",
    "[serve]\ntoken = [\"hunter2\"]",
    "[serve]\ntoken = \"hunter2\"\ntoken = \"hunter2\"",
    "[serve]\ntokne = \"hunter2\"",
    "token = \"hunter2\"",
    "[[notify]]\nurl = \"hooks.example/hunter2\"",
    "[[notify]]\nurl = \"ftp://hooks.example/hunter2\"",
    "[[notify]]\nurl = \"https://me:hunter2@hooks.example/\"",
    "[[notify]]\nurl = \"https://hooks.example:99999/hunter2\"",
    "[[notify]]\nurl = \"smtps://me:hunter2@mail.example\"",
];

/// Keys that the receiver was called by: the path and the token.
type Calls = Arc<Mutex<Vec<(String, String)>>>;

/// A receiver that refuses what it is told; its address.
async fn receiver() -> (String, Calls) {
    let calls = Calls::default();
    let seen = Arc::clone(&calls);
    let answer = move |uri: Uri, headers: HeaderMap| async move {
        let token = headers["authorization"].to_str().unwrap().to_string();
        seen.lock().unwrap().push((uri.to_string(), token));
        StatusCode::FORBIDDEN
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = Router::new().fallback(answer);
    tokio::spawn(async move { axum::serve(listener, app).await });
    (format!("http://{address}"), calls)
}

/// A site with a flagged article, of which everybody is told.
async fn site() -> Site {
    let site = Site::open().await;
    site.put(&path(0), html(&article_page(&machine_made(), "")));
    site.put("/rss.xml", rss(&[site.url(&path(0))]));
    site
}

/// A configuration that keeps a secret wherever one is taken.
fn configuration(place: &Place, site: &Site, receiver: &str) -> String {
    let source = site.source("umpan", PageKind::Feed, "/rss.xml");
    let mut config = config(place.folder(), vec![source]);
    config.serve.reload = true;
    let text = config.to_toml();
    for (name, content) in FILES {
        fs::write(place.folder().join(name), content).unwrap();
    }
    let opinion =
        format!("[opinion]\nurl = \"{receiver}/v1\"\nmodel = \"m\"\nkey_file = \"opinion.key\"\n");
    text.replace("[serve]\n", "[serve]\ntoken = \"serve-hunter2-text\"\n")
        .replace("[opinion]\n", &opinion)
        + &format!(
            "[[notify]]\nname = \"text\"\nurl = \"{receiver}/path-hunter2?key=hunter2\"\n\
             token = \"token-hunter2-text\"\nallow_private = [\"127.0.0.0/8\"]\n\
             [[notify]]\nname = \"file\"\nurl_file = \"desk.url\"\ntoken_file = \"desk.token\"\n\
             allow_private = [\"127.0.0.0/8\"]\n\
             [[notify]]\nname = \"env\"\nallow_private = [\"127.0.0.0/8\"]\n"
        )
}

fn parsed(place: &Place, text: &str) -> Config {
    let secrets = |source: SecretSource<'_>| match source {
        SecretSource::Env(name) => Ok(ENVIRONMENT
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| (*value).to_string())),
        SecretSource::File(path) => Ok(Some(fs::read_to_string(path).unwrap())),
    };
    let text = ConfigText {
        origin: Origin::File(place.folder().join("benggala.toml")),
        text: text.to_string(),
        is_included: false,
    };
    Config::parse(&[text], &secrets).unwrap()
}

#[track_caller]
fn assert_keeps(what: &str, shown: &str) {
    assert!(!shown.contains(SECRET), "{what} shows a secret:\n{shown}");
}

/// What a command says with this configuration, on both streams, and whether it could do it.
fn said(place: &Place, args: &[&str]) -> (String, bool) {
    let output = place.command(args).envs(ENVIRONMENT).output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (String::from_utf8(text).unwrap(), output.status.success())
}

#[tokio::test]
async fn no_secret_is_ever_shown() {
    let (place, site, (receiver, calls)) = (Place::new(), site().await, receiver().await);
    let text = configuration(&place, &site, &receiver);
    place.configure(&text);

    let config = parsed(&place, &text);
    assert_eq!(config.notify.len(), 3, "all are taken");
    assert_keeps("Debug", &format!("{config:?} {config:#?}"));
    for command in [["config", "show"], ["config", "check"]] {
        let (shown, is_good) = said(&place, &command);
        assert!(is_good, "{shown}");
        assert_keeps(&command.join(" "), &shown);
    }

    let mut daemon = place.run_with(&[], &ENVIRONMENT).await;
    let metrics = daemon.pages.join("/metrics").unwrap();
    for channel in ["text", "file", "env"] {
        let ended =
            |outcome| format!("notifications_total{{channel=\"{channel}\",outcome=\"{outcome}\"}}");
        let (failed, refused) = (ended("failed"), ended("refused"));
        until(&refused, async || {
            metric(&metrics, &failed).await == Some(1.0)
                || metric(&metrics, &refused).await == Some(1.0)
        })
        .await;
    }
    let refused = "opinion_requests_total{outcome=\"http_4xx\"}";
    until(refused, async || {
        metric(&metrics, refused).await == Some(1.0)
    })
    .await;
    let mut calls = calls.lock().unwrap().clone();
    calls.sort();
    let expected = [
        ("/path-hunter2?key=hunter2", "Bearer token-hunter2-text"),
        ("/v1/chat/completions", "Bearer key-hunter2-file"),
    ];
    assert_eq!(
        calls,
        expected.map(|(path, token)| (path.to_string(), token.to_string()))
    );
    for page in [
        "/config",
        "/metrics",
        "/",
        "/sources",
        "/articles/1",
        "/feed.atom",
        "/api/v1/sources",
        "/api/v1/articles/1",
        "/nowhere",
    ] {
        let shown = get(&daemon.pages.join(page).unwrap()).await;
        assert_keeps(page, &format!("{}\n{}", shown.head, shown.text()));
    }

    for refused in REFUSED {
        place.configure(refused);
        daemon.signal("HUP");
        let series = "config_last_reload_successful";
        until(refused, async || {
            metric(&metrics, series).await == Some(0.0)
        })
        .await;
        place.configure(&text);
        daemon.signal("HUP");
        until(refused, async || {
            metric(&metrics, series).await == Some(1.0)
        })
        .await;
    }
    daemon.signal("TERM");
    assert_eq!(daemon.ends().await.code(), Some(0));
    let log = daemon.lines().join("\n");
    assert!(
        log.contains("TRACE") && log.contains("notification failed"),
        "{log}"
    );
    assert_eq!(
        log.matches("the old configuration stays").count(),
        REFUSED.len()
    );
    assert_keeps("the log", &log);
}

#[test]
fn no_error_shows_a_secret() {
    let place = Place::new();
    for (name, content) in FILES {
        fs::write(place.folder().join(name), content).unwrap();
    }
    for refused in REFUSED {
        place.configure(refused);
        for command in [["config", "check"], ["config", "show"]] {
            let output = place.command(&command).output().unwrap();
            let text = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
            assert_eq!(output.status.code(), Some(2), "{refused}\n{text}");
            assert_keeps(refused, &text);
        }
    }
}
