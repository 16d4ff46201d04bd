//! `init` and `doctor`: the way to a running daemon.

use std::process::Output;

use tempfile::TempDir;
use tokio::task::spawn_blocking;

use super::{benggala, err, file, out, run};
use crate::daemon::site::{Site, path, rss};

async fn doctor(folder: &TempDir, text: &str) -> Output {
    let config = file(folder, "benggala.toml", text);
    let examined = spawn_blocking(move || run(&["--config", &config, "doctor"]));
    examined.await.unwrap()
}

#[tokio::test]
async fn every_part_is_named_with_its_state_and_what_to_do() {
    let folder = TempDir::new().unwrap();
    let site = Site::open().await;
    site.put("/rss.xml", rss(&[0, 1, 2].map(|n| site.url(&path(n)))));
    let store = folder.path().join("news.db");
    let text = |source: &str| {
        format!(
            "[fetch]\nrequests_per_second = 1000\nallow_private = [\"127.0.0.0/8\"]\n\
             contact = \"desk@news.example\"\n[serve]\nlisten = \"127.0.0.1:0\"\n[store]\n\
             url = \"sqlite:{}\"\n[[source]]\nname = \"own\"\nurl = \"{source}\"\n",
            store.display()
        )
    };
    let well = doctor(&folder, &text(site.url("/rss.xml").as_str())).await;
    let said = out(&well);
    assert_eq!(well.status.code(), Some(0), "{said}{}", err(&well));
    for line in [
        "good      configuration: 1 source\n",
        "good      contact: desk@news.example\n",
        "good      source own: a feed with 3 links\n",
        "will be made by the first run\n",
    ] {
        assert!(said.contains(line), "{line}\n{said}");
    }
    assert!(!store.exists(), "looking makes no store");

    let ill = doctor(&folder, &text(site.url("/nothing-here.xml").as_str())).await;
    assert_eq!(ill.status.code(), Some(2));
    assert!(
        out(&ill).contains("bad       source own: "),
        "{}",
        out(&ill)
    );
    let wide = out(&ill);
    let wide = wide.lines().find(|line| line.chars().count() > 80);
    assert_eq!(wide, None);

    let private = text(site.url("/rss.xml").as_str()).replace("allow_private", "# ");
    let private = out(&doctor(&folder, &private).await);
    let private = private.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        private.contains("name its network under [fetch], as allow_private = [\"127.0.0.0/8\"]"),
        "{private}"
    );

    let all = "[serve]\nlisten = \"127.0.0.1:0\"\ntoken = \"short\"\ntoken_for = \"all\"\n";
    let guessed = doctor(&folder, all).await;
    assert!(
        out(&guessed).contains("doubtful  page: the token is shorter than 16 characters"),
        "{}",
        out(&guessed)
    );

    let empty = doctor(&folder, "").await;
    assert_eq!(empty.status.code(), Some(2));
    assert!(
        out(&empty).contains("bad       configuration: no source; `benggala add URL` prints one"),
        "{}",
        out(&empty)
    );
}

#[test]
fn init_writes_a_configuration_that_is_good_and_overwrites_nothing() {
    let folder = TempDir::new().unwrap();
    let init = || {
        benggala(&["init"])
            .current_dir(folder.path())
            .output()
            .unwrap()
    };
    let first = init();
    assert_eq!(first.status.code(), Some(0), "{}", err(&first));
    assert!(
        err(&first).contains("\n  benggala doctor\n"),
        "{}",
        err(&first)
    );
    let path = folder.path().join("benggala.toml");
    let check = run(&["config", "check", "--config", path.to_str().unwrap()]);
    assert_eq!(check.status.code(), Some(0), "{}", err(&check));
    let again = init();
    assert_eq!(again.status.code(), Some(2));
    assert!(
        err(&again).contains("name another file, or remove it first"),
        "{}",
        err(&again)
    );
    let folder = folder.path().to_str().unwrap();
    let output = run(&["init", folder]);
    let told = format!("{folder} is a folder; name a file in it, as {folder}/benggala.toml");
    assert!(err(&output).contains(&told), "{}", err(&output));
}
