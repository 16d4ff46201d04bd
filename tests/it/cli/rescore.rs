//! `rescore`: stored pages, judged again.

use std::process::Stdio;

use benggala::{
    model::{StoreUrl, Verdict},
    store::{ArticleQuery, Observer},
};
use bytes::Bytes;
use rusqlite::Connection;
use tempfile::TempDir;

use super::{benggala, err, json_lines, run, store_in};
use crate::{
    daemon::{
        site::{article_page, clean, machine_made},
        watch::until,
    },
    store::given::{announced, article, at, complete, lease_one, read},
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
    assert!(told.contains("2 articles in ") && told.contains(" a second"));
    let told = rescore(&[]);
    assert!(
        told.contains("0 judged again") && told.contains("2 were up to date"),
        "{told}"
    );
    assert!(told.contains("nothing was changed"), "{told}");
    let told = rescore(&["--all"]);
    assert!(
        told.contains("2 judged again, 0 of them with another verdict")
            && told.contains("nothing was changed"),
        "{told}"
    );
    let told = rescore(&["--all", "--before", "2"]);
    assert!(told.contains("1 judged again, 0 of them"), "{told}");
}

/// So many pages that no run judges all of them before it is killed.
const MANY: usize = 300;

/// A store with pages of articles, and one without an article, passed by rules of another day.
async fn many_judged_before(folder: &TempDir) -> String {
    let (store, config) = store_in(folder).await;
    let addresses: Vec<String> = (0..MANY)
        .map(|n| format!("https://harian.example/{n}"))
        .collect();
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    announced(&store, &addresses).await;
    for n in 0..MANY {
        let seconds = 10 * (n as i64 + 1);
        let lease = lease_one(&store, at(seconds)).await;
        let mut article = clean(0);
        article.body = format!("Laporan {n}. {}", article.body.trim());
        let mut completion = read(&lease, at(seconds), Verdict::Pass);
        let visit = completion.visit.as_mut().unwrap();
        visit.page.body = Bytes::from(match n {
            0 => "<html><title>Indeks</title><p>Tidak ada.</p></html>".to_string(),
            _ => article_page(&article, ""),
        });
        complete(&store, &lease, completion).await;
    }
    store.close().await.unwrap();
    config
}

/// Conclusions that are in the store.
fn conclusions(folder: &TempDir) -> usize {
    let db = Connection::open(folder.path().join("benggala.db")).unwrap();
    let count = "SELECT count(*) FROM assessments";
    db.query_row(count, [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn a_run_that_is_killed_goes_on_where_it_was_beside_whoever_has_the_store() {
    let folder = TempDir::new().unwrap();
    let config = many_judged_before(&folder).await;
    let before = conclusions(&folder);
    let url = StoreUrl::Sqlite(folder.path().join("benggala.db"));
    let daemon = benggala::store::open(&url, Observer::default())
        .await
        .unwrap();
    let mut killed = benggala(&["--config", &config, "rescore"])
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    until("a few to be judged", async || conclusions(&folder) > before).await;
    killed.kill().unwrap();
    killed.wait().unwrap();
    let judged = conclusions(&folder) - before;
    assert!((1..MANY).contains(&judged), "{judged}");

    let rescore = || err(&run(&["--config", &config, "rescore"]));
    let (told, rest) = (rescore(), MANY - judged);
    assert!(
        told.contains(&format!("{rest} judged again"))
            && told.contains(&format!("{judged} were up to date")),
        "{told}"
    );
    // What the daemon writes meanwhile is written as well.
    daemon.probe().await.unwrap();
    assert_eq!(conclusions(&folder), before + MANY);
    let told = rescore();
    assert!(
        told.contains(&format!(
            "0 judged again, 0 of them with another verdict; {MANY} were up to date"
        )) && told.contains("nothing was changed"),
        "{told}"
    );
    assert_eq!(conclusions(&folder), before + MANY);
    daemon.close().await.unwrap();
}

#[tokio::test]
async fn what_was_read_anew_meanwhile_stays_as_it_is() {
    let folder = TempDir::new().unwrap();
    let (store, _) = store_in(&folder).await;
    announced(&store, &["https://harian.example/1"]).await;
    let lease = lease_one(&store, at(10)).await;
    complete(&store, &lease, read(&lease, at(10), Verdict::Pass)).await;
    let row = store
        .articles(&ArticleQuery {
            limit: 1,
            ..ArticleQuery::default()
        })
        .await
        .unwrap()
        .remove(0);
    let (content, conclusion) = (article("Kata lain."), row.assessment());
    for (of, is_written) in [(at(9), false), (at(10), true)] {
        let written = store
            .reassess(row.id, Some(of), &content, &conclusion, at(20))
            .await
            .unwrap();
        assert_eq!(written, is_written, "{of}");
        let body = store.article(row.id).await.unwrap().unwrap().body;
        assert_eq!(body == "Kata lain.", is_written);
    }
}
