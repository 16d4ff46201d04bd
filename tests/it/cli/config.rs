//! `config`: checked whole, shown as it is.

use std::fs;

use tempfile::TempDir;

use super::{benggala, err, file, out, run};

#[test]
fn a_bad_configuration_is_told_whole() {
    let folder = TempDir::new().unwrap();
    let path = file(
        &folder,
        "bad.toml",
        "[fetch]\nrequets_per_second = 1\ntimeout = \"soon\"\n",
    );
    let output = run(&["config", "check", "--config", &path]);
    assert_eq!(output.status.code(), Some(2));
    let told = err(&output);
    assert!(
        told.contains("bad.toml:2") && told.contains("requests_per_second"),
        "{told}"
    );
    assert!(
        told.contains("bad.toml:3") && told.contains("timeout"),
        "{told}"
    );
    let broken = file(&folder, "broken.toml", "[fetch\n");
    let output = run(&["run", "--config", &broken]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("broken.toml:1"), "{}", err(&output));
}

/// Nobody takes for sent what is not.
#[cfg(not(feature = "otlp"))]
#[test]
fn traces_that_cannot_be_sent_are_refused() {
    let folder = TempDir::new().unwrap();
    let wanted = "[trace]\notlp_url = \"http://127.0.0.1:4318\"\n";
    let path = file(&folder, "traces.toml", wanted);
    for command in [&["config", "check"][..], &["run"]] {
        let output = run(&[command, &["--config", &path]].concat());
        assert_eq!(output.status.code(), Some(2));
        let told = err(&output);
        assert!(told.contains("--features otlp"), "{told}");
    }
}

#[test]
fn the_shown_configuration_can_be_read_again() {
    let folder = TempDir::new().unwrap();
    let shown = run(&["config", "show"]);
    assert_eq!(shown.status.code(), Some(0));
    let path = file(&folder, "shown.toml", &shown.stdout);
    let output = run(&["config", "check", "--config", &path]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
}

#[test]
fn a_rule_that_does_not_exist_cannot_be_switched_off() {
    let folder = TempDir::new().unwrap();
    let path = file(
        &folder,
        "a.toml",
        "[score]\ndisabled = [\"litteral-translation\"]\n",
    );
    let output = run(&["config", "check", "--config", &path]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        err(&output).contains("did you mean \"literal-translation\"?"),
        "{}",
        err(&output)
    );
}

#[test]
fn the_environment_counts_without_any_file() {
    let folder = TempDir::new().unwrap();
    let shown = benggala(&["config", "show"])
        .current_dir(folder.path())
        .env("BENGGALA_STORE_URL", "sqlite:elsewhere.db")
        .env("BENGGALA_SERVE_TOKEN", "t0ken")
        .output()
        .unwrap();
    let shown = out(&shown);
    assert!(shown.contains("url = \"sqlite:elsewhere.db\""), "{shown}");
    assert!(
        shown.contains("token = ") && !shown.contains("t0ken"),
        "{shown}"
    );

    let empty = benggala(&["config", "check"])
        .current_dir(folder.path())
        .env("BENGGALA_SERVE_TOKEN", "")
        .output()
        .unwrap();
    assert_eq!(empty.status.code(), Some(2));
    assert!(
        err(&empty).contains("BENGGALA_SERVE_TOKEN: its value is no secret"),
        "{}",
        err(&empty)
    );

    let slip = benggala(&["config", "check"])
        .current_dir(folder.path())
        .env("BENGGALA_SERVE_TOKN", "t0ken")
        .output()
        .unwrap();
    assert!(
        err(&slip).contains("did you mean BENGGALA_SERVE_TOKEN?"),
        "{}",
        err(&slip)
    );
    assert!(
        err(&slip).contains("no benggala.toml in this folder"),
        "{}",
        err(&slip)
    );
}

#[test]
fn several_files_and_those_that_they_include_are_one_configuration() {
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("conf.d")).unwrap();
    let source = |name: &str| format!("[[source]]\nurl = \"https://{name}.example/\"\n");
    file(&folder, "conf.d/b.toml", source("b"));
    file(&folder, "conf.d/a.toml", source("a"));
    file(&folder, "conf.d/ignored.txt", "nonsense");
    let first = file(&folder, "first.toml", "include = \"conf.d/*.toml\"\n");
    let second = file(&folder, "second.toml", source("c"));
    let both = ["--config", &first, "--config", &second];
    let check = run(&[&["config", "check"][..], &both].concat());
    assert!(
        err(&check).ends_with("second.toml: good, 3 sources\n"),
        "{}",
        err(&check)
    );
    let shown = run(&[&["config", "show"][..], &both].concat());
    let shown = out(&shown);
    assert_eq!(shown.matches(".example/").count(), 3, "{shown}");

    let missing = file(&folder, "missing.toml", "include = [\"not-there.toml\"]\n");
    let check = run(&["config", "check", "--config", &missing]);
    assert_eq!(check.status.code(), Some(2));
    assert!(err(&check).contains("not-there.toml"), "{}", err(&check));
}

#[test]
fn what_cannot_be_read_or_watches_nothing_is_told_with_what_to_do() {
    let folder = TempDir::new().unwrap();
    let empty = file(&folder, "empty.toml", "");
    let check = run(&["config", "check", "--config", &empty]);
    assert_eq!(check.status.code(), Some(0), "{}", err(&check));
    assert!(
        err(&check).ends_with("no source yet; `benggala add URL` prints one\n"),
        "{}",
        err(&check)
    );
    let latin = file(&folder, "latin.toml", b"# one\n# Stra\xdfe\n");
    let missing = format!("{empty}.not");
    for (path, words) in [
        (latin.as_str(), "line 2 is not UTF-8"),
        (folder.path().to_str().unwrap(), "name a file in it"),
        (missing.as_str(), "`benggala init "),
    ] {
        let check = run(&["config", "check", "--config", path]);
        assert_eq!(check.status.code(), Some(2), "{path}");
        assert!(err(&check).contains(words), "{path}: {}", err(&check));
    }
}

#[test]
fn the_groups_of_sources_are_counted() {
    let folder = TempDir::new().unwrap();
    let text = "[[source]]\nurl = \"https://a.example/\"\ngroup = \"eu\"\n\
                [[source]]\nurl = \"https://b.example/\"\n";
    let path = file(&folder, "a.toml", text);
    let output = run(&["config", "check", "--config", &path]);
    let told = err(&output);
    assert!(
        told.contains("good, 2 sources, 1 of group eu, 1 of none"),
        "{told}"
    );
}
