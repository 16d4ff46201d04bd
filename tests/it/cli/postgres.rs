//! What an operator does with a store, on a PostgreSQL server.

use benggala::model::Verdict;
use tempfile::TempDir;

use super::{err, file, json_lines, out, run};
use crate::store::{
    given::{announced, read_all},
    postgres, sqlite,
};

#[tokio::test]
async fn every_command_works_on_a_server() {
    let Some(place) = postgres::bare_place() else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let address = place.database.as_ref().unwrap().address();
    let text = format!("[store]\nurl = \"{address}\"\n[serve]\nlisten = \"127.0.0.1:0\"\n");
    let config = file(&folder, "benggala.toml", text);
    let with = |args: &[&str]| {
        let output = run(&[&["--config", &config], args].concat());
        (output.status.code(), err(&output), output)
    };

    for command in [&["export"][..], &["store", "check"], &["store", "migrate"]] {
        let (code, said, _) = with(command);
        assert_eq!(code, Some(2), "{said}");
        assert!(said.contains("none yet"), "{said}");
    }
    let (_, _, examined) = with(&["doctor", "--sources", "0"]);
    let examined = out(&examined);
    let examined = examined.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        examined.contains("will be made by the first run"),
        "{examined}"
    );

    let store = place.open().await;
    read_all(&store, &[Verdict::Pass, Verdict::Flag]).await;
    let (code, said, exported) = with(&["export"]);
    assert_eq!((code, json_lines(&exported).len()), (Some(0), 2), "{said}");
    for (args, says) in [
        (&["rescore"][..], "2 judged again"),
        (&["store", "check"], "0 faults"),
        (&["store", "migrate", "--dry-run"], "is up to date"),
        (&["store", "parked"], ""),
        (&["forget", "harian", "--dry-run"], "would be forgotten"),
    ] {
        let (code, said, _) = with(args);
        assert_eq!(code, Some(0), "{args:?}: {said}");
        assert!(said.contains(says), "{args:?}: {said}");
    }
    let (code, said, _) = with(&["store", "compact"]);
    assert_eq!(code, Some(2));
    assert!(said.contains("in use"), "{said}");
    store.close().await.unwrap();
    drop(store);
    // Its connections end beside this thread.
    let others = "SELECT count(*) FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid()
                     AND backend_type = 'client backend'";
    while place.database.as_ref().unwrap().ask(others) != "0" {
        tokio::task::yield_now().await;
    }
    let (code, said, _) = with(&["store", "compact"]);
    assert_eq!(code, Some(0), "{said}");
    let (code, said, _) = with(&["forget", "harian"]);
    assert_eq!(code, Some(0), "{said}");
    let (_, _, exported) = with(&["export"]);
    assert!(json_lines(&exported).is_empty());
    let (code, said, _) = with(&["store", "check"]);
    assert_eq!(code, Some(0), "{said}");
}

#[tokio::test]
async fn what_cannot_be_read_is_named() {
    let Some(place) = postgres::place() else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let database = place.database.as_ref().unwrap();
    let text = format!("[store]\nurl = \"{}\"\n", database.address());
    let config = file(&folder, "benggala.toml", text);
    let store = place.open().await;
    let ids = read_all(&store, &[Verdict::Pass, Verdict::Flag]).await;
    let broken = format!(
        "UPDATE urls SET kind = 'x', parked = 'lost' WHERE id = 2;
         UPDATE urls SET last_poll = '[]' WHERE id = 1;
         UPDATE articles SET url = 'x' WHERE id = {}",
        ids[0]
    );
    database.ask(&broken);
    let checked = run(&["--config", &config, "store", "check"]);
    assert_eq!(checked.status.code(), Some(1), "{}", err(&checked));
    let named = out(&checked);
    let article = format!("articles {}: ", ids[0]);
    for words in [
        "urls 1: last_poll",
        "urls 2: kind",
        "set aside: https://",
        &article,
    ] {
        assert!(named.contains(words), "{words}: {named}");
    }
}

#[tokio::test]
async fn a_file_is_copied_to_a_server() {
    let Some(place) = postgres::place() else {
        return;
    };
    let file = sqlite::place();
    let from = file.url.to_string();
    let to = place.database.as_ref().unwrap().address();
    let store = file.open().await;
    announced(&store, &["https://harian.example/1"]).await;
    let refused = run(&["store", "copy", &from, &to]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(err(&refused).contains("in use"), "{}", err(&refused));
    store.close().await.unwrap();
    drop(store);
    let copied = run(&["store", "copy", &from, &to]);
    assert_eq!(copied.status.code(), Some(0), "{}", err(&copied));
    let said = err(&copied);
    assert!(said.contains("both were compared"), "{said}");
    let again = run(&["store", "copy", &to, "oops:there"]);
    assert_eq!(again.status.code(), Some(2));
}
