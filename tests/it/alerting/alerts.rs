//! Which case of promtool's fires which alert, and which keeps it quiet.

use serde_json::Value;

use super::compose::yaml;

const RULES: &str = include_str!("../../../config/prometheus/rules.yml");
const CASES: [&str; 2] = [
    include_str!("../../../config/prometheus/rules_test.yml"),
    include_str!("../../../config/prometheus/trends_test.yml"),
];
const README: &str = include_str!("../../../config/prometheus/README.md");

fn list<'v>(value: &'v Value, key: &str) -> impl Iterator<Item = &'v Value> {
    value[key].as_array().into_iter().flatten()
}

/// The cases that look for `alert` and see it, or do not, each with its times.
fn cases(tests: &[Value], alert: &str, fires: bool) -> String {
    let cases = tests.iter().filter_map(|case| {
        let looks = list(case, "alert_rule_test").filter(|look| {
            look["alertname"] == alert && list(look, "exp_alerts").next().is_some() == fires
        });
        let times: Vec<&str> = looks
            .map(|look| look["eval_time"].as_str().unwrap())
            .collect();
        let name = case["name"].as_str().unwrap();
        (!times.is_empty()).then(|| format!("{name}: {}", times.join(", ")))
    });
    cases.collect::<Vec<_>>().join("; ")
}

#[test]
fn every_alert_has_a_case_that_fires_it_and_one_that_keeps_it_quiet() {
    let rules = yaml(RULES);
    let tests = CASES.map(yaml);
    let tests: Vec<Value> = tests
        .iter()
        .flat_map(|file| list(file, "tests").cloned())
        .collect();
    let alerts = list(&rules, "groups").flat_map(|group| list(group, "rules"));
    let alerts: Vec<&str> = alerts.filter_map(|rule| rule["alert"].as_str()).collect();
    assert!(alerts.len() > 30, "{alerts:?}");
    let mut missing = String::new();
    for alert in alerts {
        let (fires, quiet) = (cases(&tests, alert, true), cases(&tests, alert, false));
        assert!(!fires.is_empty() && !quiet.is_empty(), "{alert}");
        let row = format!("| `{alert}` | {fires} | {quiet} |\n");
        if !README.contains(&row) {
            missing.push_str(&row);
        }
    }
    assert_eq!(missing, "", "config/prometheus/README.md lacks rows");
}
