//! The pages in a real browser, and the metrics before a real Prometheus tool. Both come from
//! packages: where they are missing the tests say so and pass, but not in CI.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use super::{
    chromium::Chromium,
    site::{HOSTILE, Site},
};

/// Says loudly that a test is skipped; in CI that is a failure.
pub(crate) fn missing(program: &str) -> bool {
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

/// A seeded site on a port, and what a browser does there.
async fn visit<T: Send + 'static>(
    act: impl FnOnce(Chromium, String, Vec<i64>) -> T + Send + 'static,
) -> (Site, Option<T>) {
    let (site, rows) = Site::seeded().await;
    if missing("chromium") {
        return (site, None);
    }
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = site.app.clone();
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    let browse = move || act(Chromium::start(), format!("http://{address}"), rows);
    let seen = tokio::task::spawn_blocking(browse).await.unwrap();
    server.abort();
    (site, Some(seen))
}

#[tokio::test(flavor = "multi_thread")]
async fn hostile_texts_do_nothing_and_the_policy_refuses_nothing_of_ours() {
    visit(|mut chromium, site, rows| {
        for row in [rows[1], rows[2]] {
            chromium.look(390, false);
            for path in [format!("/articles/{row}"), "/?shelf=all".to_string()] {
                chromium.open(&format!("{site}{path}"));
                let wide = chromium.value("document.documentElement.scrollWidth");
                assert_eq!(wide, 390, "{path}");
            }
        }
        let paths = [
            "/?shelf=all".to_string(),
            "/?q=%3Cscript%3Ealert(1)%3C/script%3E&shelf=all".to_string(),
            "/sources".to_string(),
            "/sources/desa".to_string(),
            "/rules/repeated-phrase".to_string(),
            "/bulk".to_string(),
            format!("/articles/{}", rows[3]),
            format!("/articles/{}/page", rows[3]),
        ];
        for path in paths {
            chromium.open(&format!("{site}{path}"));
            assert!(!chromium.text("body").is_empty(), "{path}");
            let scripts = chromium.value("document.querySelectorAll('script').length");
            let expected = if path.ends_with("/page") { 0 } else { 1 };
            assert_eq!(scripts, expected, "{path}");
            assert_eq!(chromium.complaints(), [""; 0], "{path}");
            assert!(!chromium.has_dialogue(), "{path}");
        }
        chromium.open(&format!("{site}/articles/{}", rows[3]));
        assert_eq!(chromium.text("h1"), HOSTILE, "shown as it is written");
        let marks = "Array.from(document.querySelectorAll('mark[data-n]'), m => m.textContent)";
        assert_eq!(chromium.value(marks), serde_json::json!(["dan dan"]));
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn articles_are_reviewed_by_keys_alone() {
    let (site, seen) = visit(|mut chromium, site, rows| {
        chromium.open(&format!("{site}/"));
        chromium.press("j");
        chromium.press("j");
        assert_eq!(chromium.text(".item.at h2"), "Pasar baru");
        chromium.press("k");
        chromium.leads(|chromium| chromium.press("o"));
        assert_eq!(chromium.text("h1"), HOSTILE);
        chromium.press("n");
        assert_eq!(chromium.text("mark.lit"), "dan dan");
        assert_eq!(chromium.value("document.activeElement.id"), "note-1");
        chromium.leads(|chromium| chromium.press("d"));
        assert_eq!(chromium.text("h1"), "Pasar baru", "the next one opens");
        assert!(chromium.text(".flash").contains("dismissed"));
        chromium.leads(|chromium| chromium.press("u"));
        assert!(chromium.text(".flash").contains("Taken back"));
        assert_eq!(
            chromium.value("document.querySelectorAll('.item').length"),
            2
        );
        chromium.press("j");
        chromium.leads(|chromium| chromium.press("c"));
        assert_eq!(
            chromium.value("document.querySelectorAll('.item').length"),
            1
        );
        chromium.press("j");
        chromium.leads(|chromium| chromium.press("Enter"));
        chromium.press("?");
        assert_eq!(chromium.value("document.getElementById('keys').open"), true);
        chromium.leads(|chromium| chromium.press("d"));
        assert!(chromium.text(".empty").contains("Nothing waits for you"));
        chromium.press("/");
        chromium.press("d");
        assert_eq!(
            chromium.value("document.activeElement.value"),
            "d",
            "typed, not pressed"
        );
        rows
    })
    .await;
    let Some(rows) = seen else { return };
    assert_eq!(
        *site.reviewed.lock().unwrap(),
        ["dismissed", "confirmed", "dismissed"]
    );
    for (row, shelf) in [(rows[3], "confirmed"), (rows[2], "dismissed")] {
        let article = site.get(&format!("/api/v1/articles/{row}")).await.json();
        assert_eq!(article["shelf"], shelf);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_scripts_everything_is_read_and_decided() {
    let (site, seen) = visit(|mut chromium, site, rows| {
        let off = serde_json::json!({"value": true});
        chromium.ask("Emulation.setScriptExecutionDisabled", &off);
        chromium.open(&format!("{site}/"));
        let click = |chromium: &mut Chromium, selector: &str| {
            chromium.leads(|chromium| {
                chromium.value(&format!("document.querySelector({selector:?}).click()"));
            });
        };
        click(&mut chromium, ".item h2 a");
        click(&mut chromium, ".decide button[value=confirmed]");
        assert_eq!(chromium.text("h1"), "Pasar baru");
        click(&mut chromium, ".flash button");
        click(&mut chromium, ".item button[value=dismissed]");
        assert!(chromium.text(".flash").contains("dismissed"));
        rows
    })
    .await;
    let Some(rows) = seen else { return };
    let article = site
        .get(&format!("/api/v1/articles/{}", rows[3]))
        .await
        .json();
    assert_eq!(article["shelf"], "dismissed");
}

/// With axe-core's script at `AXE_CORE`: `npm pack axe-core`, then `package/axe.min.js` of it.
#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_no_serious_fault() {
    let Some(axe) = std::env::var_os("AXE_CORE") else {
        assert!(
            std::env::var_os("CI").is_none(),
            "AXE_CORE must name axe-core in CI"
        );
        let _ = writeln!(std::io::stderr(), "SKIPPED: AXE_CORE names no axe-core");
        return;
    };
    let axe = std::fs::read_to_string(axe).unwrap();
    let run = "axe.run({resultTypes: ['violations']}).then(r => r.violations
        .filter(v => ['serious', 'critical'].includes(v.impact))
        .map(v => v.id + ': ' + v.nodes.slice(0, 3).map(n => n.html).join(' ')))";
    visit(move |mut chromium, site, rows| {
        let [flagged, not_judged] = [rows[3], rows[1]].map(|row| format!("/articles/{row}"));
        let paths = [
            "/",
            "/?shelf=all",
            "/?q=nothing",
            &flagged,
            &not_judged,
            "/sources",
            "/sources/desa",
            "/rules",
            "/rules/repeated-phrase",
            "/bulk",
            "/login",
            "/nowhere",
        ];
        for path in paths {
            for (width, dark) in [(1280, false), (1280, true), (390, false), (390, true)] {
                chromium.look(width, dark);
                chromium.open(&format!("{site}{path}"));
                chromium.value(&format!("{axe};0"));
                let found = chromium.value(run);
                assert_eq!(found, serde_json::json!([]), "{path} {width} {dark}");
            }
        }
    })
    .await;
}

/// Pictures to look at, where `PAGE_PICTURES` names a folder for them.
#[tokio::test(flavor = "multi_thread")]
async fn pictures_are_taken_where_they_are_wanted() {
    let folder = std::env::var_os("PAGE_PICTURES").map(std::path::PathBuf::from);
    visit(move |mut chromium, site, rows| {
        let pages = [
            ("queue", "/".to_string()),
            ("article", format!("/articles/{}", rows[3])),
            ("sources", "/sources".to_string()),
            ("source", "/sources/desa".to_string()),
        ];
        for (name, path) in pages {
            for (width, dark) in [(1280, false), (1280, true), (390, false), (390, true)] {
                chromium.look(width, dark);
                chromium.open(&format!("{site}{path}"));
                let wide = chromium.value("document.documentElement.scrollWidth");
                assert!(
                    wide.as_u64() <= Some(u64::from(width)),
                    "{path} is {wide} wide"
                );
                let Some(folder) = &folder else { continue };
                let scheme = if dark { "dark" } else { "light" };
                let file = folder.join(format!("{name}-{width}-{scheme}.png"));
                std::fs::write(file, chromium.picture()).unwrap();
            }
        }
    })
    .await;
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
