//! `forget`: a source that is no longer configured.

use std::fs;

use benggala::model::Verdict;
use tempfile::TempDir;

use super::{err, out, run, store_in};
use crate::store::given::read_all;

#[tokio::test]
async fn a_source_is_forgotten_once_it_is_no_longer_configured() {
    let folder = TempDir::new().unwrap();
    let (store, config) = store_in(&folder).await;
    read_all(&store, &[Verdict::Pass, Verdict::Flag]).await;
    let name = store.sources().await.unwrap()[0].name.clone();
    let forget = |args: &[&str]| run(&[&["--config", &config, "forget"], args].concat());

    let busy = forget(&[&name]);
    assert_eq!(busy.status.code(), Some(2), "{}", err(&busy));
    assert!(err(&busy).contains("in use"), "{}", err(&busy));
    store.close().await.unwrap();

    let text = fs::read_to_string(&config).unwrap();
    let watched =
        format!("{text}[[source]]\nname = \"{name}\"\nurl = \"https://news.example/feed\"\n");
    fs::write(&config, watched).unwrap();
    let refused = forget(&[&name]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        err(&refused).contains("is still configured"),
        "{}",
        err(&refused)
    );

    fs::write(&config, text).unwrap();
    let unknown = forget(&["nobody"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(
        err(&unknown).contains("no source `nobody`"),
        "{}",
        err(&unknown)
    );
    let shown = forget(&[&name, "--dry-run"]);
    assert_eq!(shown.status.code(), Some(0), "{}", err(&shown));
    assert!(
        err(&shown).contains("nothing was changed"),
        "{}",
        err(&shown)
    );
    let done = forget(&[&name]);
    assert_eq!(
        out(&done),
        out(&shown),
        "it takes out what it said that it would"
    );
    assert!(out(&done).starts_with("2 articles\n"), "{}", out(&done));
    let again = forget(&[&name]);
    assert_eq!(again.status.code(), Some(2), "{}", err(&again));
}
