//! `store`: the whole of it, beside who has it.

use std::fs;

use benggala::model::Verdict;
use rusqlite::Connection;
use tempfile::TempDir;

use super::{err, json_lines, out, run, store_in};
use crate::store::given::read_all;

#[tokio::test]
async fn what_cannot_be_read_is_named_and_the_rest_goes_on() {
    let folder = TempDir::new().unwrap();
    let (store, config) = store_in(&folder).await;
    let ids = read_all(&store, &[Verdict::Pass, Verdict::Flag]).await;
    let sound = run(&["--config", &config, "store", "check"]);
    assert_eq!(sound.status.code(), Some(0), "{}", out(&sound));
    assert!(err(&sound).contains("0 faults"), "{}", err(&sound));
    store.close().await.unwrap();
    let db = Connection::open(folder.path().join("benggala.db")).unwrap();
    db.execute_batch("UPDATE urls SET kind = 'x', parked = 'lost' WHERE id = 2; UPDATE urls SET last_poll = '{' WHERE id = 1")
        .unwrap();
    db.execute("UPDATE articles SET url = 'x' WHERE id = ?1", [ids[0]])
        .unwrap();
    drop(db);

    let checked = run(&["--config", &config, "store", "check"]);
    assert_eq!(checked.status.code(), Some(1), "{}", err(&checked));
    let named = out(&checked);
    for words in ["urls 1: last_poll", "urls 2: kind", "set aside: https://"] {
        assert!(named.contains(words), "{words}: {named}");
    }
    assert!(named.contains(&format!("articles {}: ", ids[0])), "{named}");
    let exported = run(&["--config", &config, "export"]);
    assert_eq!(json_lines(&exported).len(), 1, "{}", err(&exported));
}

#[tokio::test]
async fn a_store_is_read_and_copied_beside_who_has_it() {
    let folder = TempDir::new().unwrap();
    let (store, config) = store_in(&folder).await;
    read_all(&store, &[Verdict::Pass, Verdict::Flag]).await;

    let exported = run(&["--config", &config, "export"]);
    assert_eq!(json_lines(&exported).len(), 2, "{}", err(&exported));
    let copy = folder.path().join("copy.db");
    let to = copy.to_str().unwrap();
    let copied = run(&["--config", &config, "store", "backup", to]);
    assert_eq!(copied.status.code(), Some(0), "{}", err(&copied));
    let again = run(&["--config", &config, "store", "backup", to]);
    assert_eq!(again.status.code(), Some(2));
    assert!(err(&again).contains("there already"), "{}", err(&again));
    let refused = run(&["--config", &config, "store", "compact"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(err(&refused).contains("in use"), "{}", err(&refused));
    store.close().await.unwrap();
    let compacted = run(&["--config", &config, "store", "compact"]);
    assert_eq!(compacted.status.code(), Some(0), "{}", err(&compacted));

    let other = folder.path().join("other.toml");
    fs::write(&other, format!("[store]\nurl = \"sqlite:{to}\"\n")).unwrap();
    let other = other.to_str().unwrap();
    let exported = run(&["--config", other, "export"]);
    assert_eq!(json_lines(&exported).len(), 2, "{}", err(&exported));
    let left = fs::read_dir(folder.path()).unwrap();
    let left = left.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    assert!(left.into_iter().all(|name| !name.contains("partial")));
}

#[tokio::test]
async fn what_only_reads_makes_no_store() {
    let folder = TempDir::new().unwrap();
    let (store, config) = store_in(&folder).await;
    store.close().await.unwrap();
    drop(store);
    fs::remove_file(folder.path().join("benggala.db")).unwrap();
    let copy = folder.path().join("copy.db");
    for command in [
        &["export"][..],
        &["store", "check"],
        &["store", "compact"],
        &["store", "backup", copy.to_str().unwrap()],
    ] {
        let refused = run(&[&["--config", &config], command].concat());
        assert_eq!(refused.status.code(), Some(2), "{command:?}");
        assert!(err(&refused).contains("none yet"), "{}", err(&refused));
        assert!(!folder.path().join("benggala.db").exists(), "{command:?}");
    }
}
