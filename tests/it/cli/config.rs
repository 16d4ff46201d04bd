//! `config`: checked whole, shown as it is.

use tempfile::TempDir;

use super::{err, file, run};

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

#[test]
fn the_shown_configuration_can_be_read_again() {
    let folder = TempDir::new().unwrap();
    let shown = run(&["config", "show"]);
    assert_eq!(shown.status.code(), Some(0));
    let path = file(&folder, "shown.toml", &shown.stdout);
    let output = run(&["config", "check", "--config", &path]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
}
