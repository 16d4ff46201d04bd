//! The pages in a real browser, and the metrics before a real Prometheus tool. Both come from
//! packages: where they are missing the tests say so and pass, but not in CI.

use std::{
    io::Write,
    process::{Command, Output, Stdio},
};

use super::site::{HOSTILE, Site};

/// Says loudly that a test is skipped; in CI that is a failure.
fn missing(program: &str) -> bool {
    let found = Command::new(program)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok();
    assert!(
        found || std::env::var_os("CI").is_none(),
        "{program} must be installed in CI"
    );
    if !found {
        let _ = writeln!(std::io::stderr(), "SKIPPED: {program} is not installed");
    }
    !found
}

/// A page as Chromium has it after scripts and styles, and what its console said.
async fn open_in_chromium(url: String) -> Output {
    let profile = tempfile::tempdir().unwrap();
    let mut chromium = Command::new("chromium");
    chromium
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
        ])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ])
        .args(["--enable-logging=stderr", "--dump-dom"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(url);
    let output = tokio::task::spawn_blocking(move || chromium.output())
        .await
        .unwrap()
        .unwrap();
    drop(profile);
    output
}

#[tokio::test(flavor = "multi_thread")]
async fn chromium_shows_the_pages_and_refuses_nothing_of_them() {
    if missing("chromium") {
        return;
    }
    let (site, rows) = Site::seeded().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = site.app.clone();
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    for path in ["/?verdict=", "/sources", &format!("/articles/{}", rows[0])] {
        let output = open_in_chromium(format!("http://{address}{path}")).await;
        let page = String::from_utf8_lossy(&output.stdout);
        let console = String::from_utf8_lossy(&output.stderr);
        assert!(page.contains("<main"), "{path}: {page}");
        assert!(
            !page.contains(HOSTILE),
            "{path}: a hostile title came through"
        );
        assert!(!console.contains("Refused to"), "{path}: {console}");
        assert!(!console.contains("alert"), "{path}: {console}");
    }
    server.abort();
}

#[test]
fn promtool_finds_nothing_wrong_with_the_metrics() {
    if missing("promtool") {
        return;
    }
    let metrics = benggala::daemon::service::new_metrics().unwrap();
    metrics.watch_sources(["a \"quoted\" source"]);
    let mut promtool = Command::new("promtool")
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = promtool.stdin.take().unwrap();
    stdin
        .write_all(metrics.render().unwrap().as_bytes())
        .unwrap();
    drop(stdin);
    let output = promtool.wait_with_output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}
