//! `rescore`: stored pages, judged again.

use benggala::model::Verdict;
use bytes::Bytes;
use tempfile::TempDir;

use super::{err, json_lines, run, store_in};
use crate::{
    daemon::site::{article_page, clean, machine_made},
    store::given::{announced, at, complete, lease_one, read},
};

/// A store in which two pages were passed by rules of another day: one of clean prose, and one
/// with the words of an engine.
async fn judged_before(folder: &TempDir) -> String {
    let (store, config) = store_in(folder).await;
    let addresses = [
        "https://harian.example/bersih",
        "https://harian.example/mesin",
    ];
    announced(&store, &addresses).await;
    for seconds in [10, 20] {
        let lease = lease_one(&store, at(seconds)).await;
        let article = match lease.link.url.path() {
            "/bersih" => clean(0),
            _ => machine_made(),
        };
        let mut completion = read(&lease, at(seconds), Verdict::Pass);
        let visit = completion.visit.as_mut().unwrap();
        visit.page.body = Bytes::from(article_page(&article, ""));
        complete(&store, &lease, completion).await;
    }
    store.close().await.unwrap();
    config
}

#[tokio::test]
async fn what_other_rules_judged_is_judged_again_once() {
    let folder = TempDir::new().unwrap();
    let config = judged_before(&folder).await;
    let rescore = |args: &[&str]| {
        let output = run(&[&["--config", &config, "rescore"], args].concat());
        assert_eq!(output.status.code(), Some(0), "{}", err(&output));
        err(&output)
    };
    let verdicts = || -> Vec<(String, String)> {
        let rows = json_lines(&run(&["--config", &config, "export"]));
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_string();
        let mut rows: Vec<_> = rows
            .iter()
            .map(|row| (text(&row["url"]), text(&row["verdict"])))
            .collect();
        rows.sort();
        rows
    };
    assert!(verdicts().iter().all(|(_, verdict)| verdict == "pass"));
    let told = rescore(&[]);
    assert!(
        told.contains("2 judged again, 1 of them with another verdict; 0 were up to date"),
        "{told}"
    );
    let wanted = [
        ("https://harian.example/bersih", "pass"),
        ("https://harian.example/mesin", "flag"),
    ];
    let wanted = wanted.map(|(url, verdict)| (url.to_string(), verdict.to_string()));
    assert_eq!(verdicts(), wanted);
    let told = rescore(&[]);
    assert!(
        told.contains("0 judged again") && told.contains("2 were up to date"),
        "{told}"
    );
    let told = rescore(&["--all"]);
    assert!(
        told.contains("2 judged again, 0 of them with another verdict"),
        "{told}"
    );
}
