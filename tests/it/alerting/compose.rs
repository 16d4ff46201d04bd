//! The files of `config/compose.yml`: no engine of containers is at hand, so what it names is read by
//! those that it is for.

use std::{collections::BTreeSet, fs, path::PathBuf};

use benggala::{
    config::{Config, ConfigText, Origin, SecretSource},
    model::StoreUrl,
};
use serde_json::{Value, json};

const COMPOSE: &str = include_str!("../../../config/compose.yml");
const PASSWORD: &str = "rahasia";

fn config() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("config")
}

pub(super) fn yaml(text: &str) -> Value {
    serde_saphyr::from_str(text).unwrap()
}

fn strings(value: &Value) -> Vec<String> {
    let list = value.as_array().into_iter().flatten();
    list.map(|item| item.as_str().unwrap().to_string())
        .collect()
}

/// What a service is given of ours, and where it finds it.
fn mounts(service: &Value) -> Vec<(String, String)> {
    let volumes = strings(&service["volumes"]).into_iter();
    let mounts = volumes.map(|volume| {
        let mut parts = volume.split(':').map(str::to_string);
        (parts.next().unwrap(), parts.next().unwrap())
    });
    mounts.collect()
}

/// Reads a file as whoever it is for does.
fn read(path: &str, environment: &Value) {
    let file = config().join(path);
    if file.is_dir() {
        for entry in fs::read_dir(&file).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            read(&format!("{path}/{name}"), environment);
        }
        return;
    }
    let text = fs::read_to_string(&file).unwrap_or_else(|why| panic!("{path}: {why}"));
    match path.rsplit('.').next().unwrap() {
        "yml" => drop(yaml(&text)),
        "json" => drop(serde_json::from_str::<Value>(&text).unwrap()),
        "toml" => drop(worker(&text, environment)),
        other => panic!("{path}: nobody here reads .{other}"),
    }
}

/// The configuration of a worker with this environment.
fn worker(text: &str, environment: &Value) -> Config {
    let set = |source: SecretSource<'_>| match source {
        SecretSource::Env(name) => Ok(environment[name].as_str().map(interpolated)),
        SecretSource::File(_) => Ok(None),
    };
    let text = ConfigText {
        origin: Origin::File("benggala.toml".into()),
        text: text.to_string(),
        is_included: false,
    };
    Config::parse(&[text], &set).unwrap_or_else(|errors| panic!("{errors}"))
}

/// `${NAME:?why}` as an engine reads it.
fn interpolated(value: &str) -> String {
    let mut out = value.to_string();
    while let Some((before, rest)) = out.split_once("${") {
        let (_, after) = rest.split_once('}').unwrap();
        out = format!("{before}{PASSWORD}{after}");
    }
    out
}

#[test]
fn what_the_services_name_is_there_and_can_be_read() {
    let compose = yaml(COMPOSE);
    let services = compose["services"].as_object().unwrap();
    let kept: BTreeSet<_> = compose["volumes"].as_object().unwrap().keys().collect();
    for (name, service) in services {
        for (from, _) in mounts(service) {
            match from.strip_prefix("./") {
                Some(path) => read(path, &service["environment"]),
                None => assert!(kept.contains(&from), "{name}: {from}"),
            }
        }
        if let Some(shared) = service["network_mode"].as_str() {
            let other = shared.strip_prefix("service:").unwrap();
            assert!(services.contains_key(other), "{name}: {other}");
        }
        let needed = match &service["depends_on"] {
            Value::Object(needed) => needed.keys().cloned().collect(),
            list => strings(list),
        };
        for other in needed {
            assert!(services.contains_key(&other), "{name}: {other}");
        }
        if let Some(file) = service["build"]["dockerfile"].as_str() {
            let context = service["build"]["context"].as_str().unwrap();
            assert!(config().join(context).join(file).exists(), "{name}: {file}");
        }
    }
}

#[test]
fn both_workers_share_the_database_and_are_watched() {
    let compose = yaml(COMPOSE);
    let services = compose["services"].as_object().unwrap();
    let text = fs::read_to_string(config().join("compose/benggala.toml")).unwrap();
    let workers: Vec<_> = services
        .iter()
        .filter(|(_, service)| service["image"] == "benggala")
        .collect();
    assert_eq!(workers.len(), 2);
    let mut targets = Vec::new();
    for (name, service) in &workers {
        let config = worker(&text, &service["environment"]);
        assert!(matches!(config.store.url, StoreUrl::Postgres(_)), "{name}");
        assert!(!config.store.url.to_string().contains(PASSWORD));
        assert!(config.serve.token.is_some(), "{name}");
        targets.push(format!(
            "{name}:{}",
            config.serve.listen.tcp().unwrap().port()
        ));
    }
    let read = |path: &str| yaml(&fs::read_to_string(config().join(path)).unwrap());
    let mut ours = read("prometheus/prometheus.yml");
    ours["scrape_configs"][0]["static_configs"][0]["targets"] = json!(targets);
    assert_eq!(read("compose/prometheus.yml"), ours);
}
