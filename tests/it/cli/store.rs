//! `store`: the whole of it, beside who has it.

use std::fs;

use benggala::model::Verdict;
use rusqlite::Connection;
use tempfile::TempDir;

use super::{err, file, json_lines, out, run, store_in};
use crate::store::given::read_all;

#[tokio::test]
async fn what_cannot_be_read_is_named_and_the_rest_goes_on() {
    let folder = TempDir::new().unwrap();
    let (store, config) = store_in(&folder).await;
    let ids = read_all(&store, &[Verdict::Pass, Verdict::Flag]).await;
    let sound = run(&["--config", &config, "store", "check"]);
    assert_eq!(sound.status.code(), Some(0), "{}", out(&sound));
    let told = err(&sound);
    assert!(told.contains("benggala.db: 2 articles and "), "{told}");
    assert!(told.contains(": 0 faults; 0 URLs set aside"), "{told}");
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

#[test]
fn a_path_where_no_store_can_be_is_told_by_every_command() {
    let folder = TempDir::new().unwrap();
    let notes = file(&folder, "notes.txt", "Somebody's notes.\n");
    let here = folder.path().to_str().unwrap();
    for (path, why) in [
        (here, "it is a folder; name a file in it"),
        (&format!("{here}/none/b.db"), "create it first"),
        (&notes, "it is no SQLite database; is the path right?"),
    ] {
        let text = format!(
            "[store]\nurl = \"sqlite:{path}\"\n[serve]\nlisten = \"127.0.0.1:0\"\n\
             [[source]]\nurl = \"http://127.0.0.1:9/\"\n"
        );
        let config = file(&folder, "a.toml", text);
        for command in [
            &["run"][..],
            &["export"],
            &["store", "check"],
            &["doctor", "--sources", "0"],
        ] {
            let output = run(&[&["--config", &config], command].concat());
            assert_eq!(output.status.code(), Some(2), "{command:?}");
            let told = out(&output) + &err(&output);
            let told = told.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(told.contains(why), "{command:?}: {told}");
        }
    }
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
