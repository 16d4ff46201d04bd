//! The files under `config/` on the real ones: Debian's Prometheus and Alertmanager watch a daemon.
//!
//! The chain as a whole takes a minute. Tests begin in the order of their names, so that it ends with the others.

mod alerts;
mod compose;
mod programs;
mod time;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, atomic::Ordering},
    time::{Duration, Instant},
};

use axum::{Json, Router, extract::State, http::StatusCode};
use benggala::{
    demo::content::papers,
    model::{PageKind, Source},
};
use serde_json::Value;
use tokio::net::TcpListener;
use url::Url;

use self::{
    programs::{Program, free_port, installed},
    time::faster,
};
use crate::{
    daemon::{
        site::{Site, article_page, html, path, rss},
        watch::{Watch, metric},
    },
    demo::{QUIET, client::get, open},
};

const PROMETHEUS: &str = include_str!("../../config/prometheus/prometheus.yml");
const RULES: &str = include_str!("../../config/prometheus/rules.yml");
const ALERTMANAGER: &str = include_str!("../../config/prometheus/alertmanager.yml");
const DASHBOARD: &str = include_str!("../../config/grafana/benggala.json");

/// Whom Alertmanager tells, and when it did.
#[derive(Clone)]
struct Desk {
    opened: Instant,
    alerts: Arc<Mutex<Vec<(Duration, Value)>>>,
}

impl Desk {
    async fn open() -> (Desk, Url) {
        let desk = Desk {
            opened: Instant::now(),
            alerts: Arc::default(),
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let app = Router::new().fallback(take).with_state(desk.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        (desk, Url::parse(&url).unwrap())
    }

    /// The first alert of this name about this source, and when it came.
    fn told(&self, alert: &str, source: &str) -> Option<(Duration, Value)> {
        let alerts = self.alerts.lock().unwrap();
        let is_it = |(_, told): &&(Duration, Value)| {
            told["labels"]["alertname"] == alert && told["labels"]["source"] == source
        };
        alerts.iter().find(is_it).cloned()
    }
}

async fn take(State(desk): State<Desk>, Json(message): Json<Value>) -> StatusCode {
    let at = desk.opened.elapsed();
    let mut alerts = desk.alerts.lock().unwrap();
    let new = message["alerts"].as_array().unwrap().iter().cloned();
    alerts.extend(new.map(|alert| (at, alert)));
    StatusCode::OK
}

/// A paper that is written by people at first, and then translated by a machine that nobody reads.
async fn turning() -> (Site, Source) {
    let site = Site::open().await;
    publish(&site, "harian-pagi", 0);
    let mut source = site.source("sebelum & sesudah", PageKind::Feed, "/rss.xml");
    source.link_age = Some(Duration::ZERO);
    (site, source)
}

/// Lists the articles of a paper after `before` others; tells how many there are now.
fn publish(site: &Site, paper: &str, before: usize) -> usize {
    let papers = papers().unwrap();
    let paper = papers.iter().find(|known| known.name == paper).unwrap();
    for (n, article) in paper.articles.iter().enumerate() {
        site.put(&path(before + n), html(&article_page(article, "")));
    }
    let all = before + paper.articles.len();
    let links: Vec<Url> = (0..all).rev().map(|n| site.url(&path(n))).collect();
    site.put("/rss.xml", rss(&links));
    all
}

struct Monitoring {
    prometheus: Url,
    _programs: [Program; 2],
    _folder: tempfile::TempDir,
}

/// Our own files, an hour in them shortened to a second; see [`faster`].
async fn monitor(watched: &Url, desk: &Url) -> Monitoring {
    let folder = tempfile::tempdir().unwrap();
    let (prometheus, alertmanager) = (free_port(), free_port());
    let put = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_string()
    };
    let daemon = watched.socket_addrs(|| None).unwrap()[0].to_string();
    let config = faster(PROMETHEUS)
        .replace("127.0.0.1:9630", &daemon)
        .replace("127.0.0.1:9093", &format!("127.0.0.1:{alertmanager}"));
    let route = faster(ALERTMANAGER).replace("http://127.0.0.1:5001/", desk.as_str());
    put("rules.yml", &faster(RULES));
    let storage = folder.path().to_str().unwrap();
    let programs = [
        Program::start(
            "prometheus",
            &[
                format!("--config.file={}", put("prometheus.yml", &config)),
                format!("--storage.tsdb.path={storage}/prometheus"),
                format!("--web.listen-address=127.0.0.1:{prometheus}"),
            ],
            folder.path(),
        ),
        Program::start(
            "prometheus-alertmanager",
            &[
                format!("--config.file={}", put("alertmanager.yml", &route)),
                format!("--storage.path={storage}/alertmanager"),
                format!("--web.listen-address=127.0.0.1:{alertmanager}"),
                "--cluster.listen-address=".to_string(),
            ],
            folder.path(),
        ),
    ];
    Monitoring {
        prometheus: Url::parse(&format!("http://127.0.0.1:{prometheus}/")).unwrap(),
        _programs: programs,
        _folder: folder,
    }
}

impl Monitoring {
    /// What an expression yields now; `None` while it yields nothing or Prometheus is not there.
    async fn query(&self, expression: &str) -> Option<Vec<Value>> {
        let mut url = self.prometheus.join("api/v1/query").unwrap();
        url.query_pairs_mut().append_pair("query", expression);
        tokio::net::TcpStream::connect(("127.0.0.1", url.port()?))
            .await
            .ok()?;
        let answer: Value = serde_json::from_str(&get(&url).await.text()).ok()?;
        assert_eq!(answer["status"], "success", "{expression}: {answer}");
        let rows = answer["data"]["result"].as_array()?.clone();
        (!rows.is_empty()).then_some(rows)
    }
}

/// The chain as a whole, and then the dashboard over what it has measured.
#[tokio::test]
async fn alerts_arrive_and_the_dashboard_shows_something() {
    if !installed(&["prometheus", "prometheus-alertmanager"]) {
        return;
    }
    let (newsroom, seconds) = open().await;
    let (site, source) = turning().await;
    let name = source.name.clone();
    let sources = newsroom.sources().into_iter().chain([source]).collect();
    let (desk, desk_url) = Desk::open().await;
    let watch = Watch::with(sources, |config| {
        config.schedule.every = Duration::from_secs(2);
        config.schedule.every_min = Duration::from_secs(2);
        config.schedule.every_max = Duration::from_secs(2);
    })
    .await;
    let monitoring = monitor(&watch.url("/"), &desk_url).await;
    let of_it = format!("source_articles_total{{source=\"{name}\"}}");
    patiently("its articles by people", async || {
        let articles = metric(&watch.url("/metrics"), &of_it).await;
        articles >= Some(12.0)
    })
    .await;
    publish(&site, "dunia-terkini", 12);
    seconds.store(60, Ordering::SeqCst);

    for (alert, source) in [
        ("BenggalaSourceTurned", name.as_str()),
        ("BenggalaSourceSilent", QUIET[0]),
        ("BenggalaSourceAllFiltered", QUIET[1]),
    ] {
        patiently(&format!("{alert} about {source}"), async || {
            desk.told(alert, source).is_some()
        })
        .await;
        let (at, told) = desk.told(alert, source).unwrap();
        assert_eq!(told["status"], "firing");
        assert_eq!(told["labels"]["severity"], "warning");
        let instance = watch.service.address.to_string();
        assert_eq!(told["labels"]["instance"], instance.as_str());
        let summary = told["annotations"]["summary"].as_str().unwrap();
        assert!(summary.starts_with(source), "{summary}");
        assert!(told["annotations"]["runbook"].as_str().unwrap().len() > 40);
        let page = Url::parse(told["annotations"]["page"].as_str().unwrap()).unwrap();
        let shown = get(&page).await;
        assert!(
            shown.status == 200 && page.path().starts_with("/sources/"),
            "{page}"
        );
        eprintln!("{:>5.1} s  {alert}  {summary}  {page}", at.as_secs_f64());
    }
    assert!(
        desk.told("BenggalaSourceSilent", &name).is_none(),
        "what publishes is not silent"
    );
    the_dashboard_shows_something(&monitoring).await;
    watch.service.close().await.unwrap();
    newsroom.close().await;
}

/// Rules look every second, but a machine may be busy.
async fn patiently(what: &str, mut condition: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(150);
    let mut ticks = tokio::time::interval(Duration::from_millis(250));
    while !condition().await {
        assert!(Instant::now() < deadline, "still waiting for: {what}");
        ticks.tick().await;
    }
}

/// Why an expression may yield nothing on the demo.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Empty {
    NobodyHasDecided,
    NobodyIsTold,
}

const EMPTY: [(&str, Empty); 2] = [
    ("benggala_review_precision", Empty::NobodyHasDecided),
    ("benggala_notifications_total", Empty::NobodyIsTold),
];

/// Every expression of the dashboard, variables replaced by what "All" stands for.
fn expressions() -> BTreeMap<String, String> {
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    let panels = dashboard["panels"].as_array().unwrap().iter();
    let of_panel = |panel: &Value| -> Vec<(String, String)> {
        let title = panel["title"].as_str().unwrap().to_string();
        let targets = panel["targets"].as_array().cloned().unwrap_or_default();
        let expression = |target: Value| target["expr"].as_str().unwrap().to_string();
        let named = targets.into_iter().map(expression).map(|expr| {
            let expr = expr
                .replace("$__rate_interval", "20s")
                .replace("$instance", ".*")
                .replace("$source", ".*");
            (expr, title.clone())
        });
        named.collect()
    };
    panels.flat_map(of_panel).collect()
}

async fn the_dashboard_shows_something(monitoring: &Monitoring) {
    for (expression, panel) in expressions() {
        let may_be_empty = EMPTY.iter().find(|(family, _)| expression.contains(family));
        match may_be_empty {
            None => {
                patiently(&format!("{panel}: {expression}"), async || {
                    monitoring.query(&expression).await.is_some()
                })
                .await;
            }
            Some((_, why)) => {
                let found = monitoring.query(&expression).await;
                assert_eq!(found, None, "{panel} is taken for empty: {why:?}");
            }
        }
    }
}

#[test]
fn the_dashboard_is_laid_out_and_describes_itself() {
    let dashboard: Value = serde_json::from_str(DASHBOARD).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    let mut taken = BTreeMap::new();
    let mut ids = std::collections::BTreeSet::new();
    for panel in panels {
        let title = panel["title"].as_str().unwrap();
        assert!(ids.insert(panel["id"].as_u64().unwrap()), "{title}");
        let at = |key: &str| panel["gridPos"][key].as_u64().unwrap();
        for (x, y) in (at("x")..at("x") + at("w"))
            .flat_map(|x| (at("y")..at("y") + at("h")).map(move |y| (x, y)))
        {
            assert!(x < 24, "{title}");
            assert_eq!(taken.insert((x, y), title), None, "{title}");
        }
        if panel["type"] != "row" {
            assert!(
                !panel["description"].as_str().unwrap().is_empty(),
                "{title}"
            );
            let unit = &panel["fieldConfig"]["defaults"]["unit"];
            assert!(unit.is_string(), "{title}");
        }
    }
    let variables = dashboard["templating"]["list"].as_array().unwrap().iter();
    let names: Vec<_> = variables.map(|v| v["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["datasource", "instance", "source"]);
    assert!(expressions().len() > 40);
}
