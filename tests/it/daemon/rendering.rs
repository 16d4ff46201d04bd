//! Pages that need their scripts, shown by a real browser that asks nobody.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::Duration,
};

use benggala::model::{PageKind, Reason, Verdict};
use serde_json::json;
use tempfile::TempDir;
use url::Url;

use crate::web::missing;

use super::{
    site::{Reply, Site, clean, html, path, plain, rss},
    watch::{Watch, eventually},
};

/// Chromium on a port of loopback.
struct Browser {
    child: Child,
    url: Url,
    _profile: TempDir,
}

impl Browser {
    async fn start() -> Browser {
        let profile = tempfile::tempdir().unwrap();
        let child = Command::new("chromium")
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
            ])
            .args([
                "--disable-background-networking",
                "--disable-component-update",
            ])
            .arg("--remote-debugging-port=0")
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let told = profile.path().join("DevToolsActivePort");
        let port = eventually("the browser's port", async || {
            let told = std::fs::read_to_string(&told).ok()?;
            Some(told.lines().next()?.to_string())
        })
        .await;
        Browser {
            child,
            url: Url::parse(&format!("cdp://127.0.0.1:{port}")).unwrap(),
            _profile: profile,
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A page that is empty without its script.
fn shell() -> Reply {
    html(
        "<!doctype html><html lang=\"id\"><head><title>Kabar</title>\
         <link rel=\"stylesheet\" href=\"/style.css\"></head><body>\
         <noscript>You need to enable JavaScript to run this app.</noscript>\
         <div id=\"root\"></div><script src=\"/app.js\"></script></body></html>",
    )
}

/// A script that shows the article, and tries what it should not.
fn script(elsewhere: &Url) -> Reply {
    plain(&format!(
        "alert('dulu'); new Image().src = '/pixel.gif';\n\
         fetch('/lacak', {{method: 'POST', body: 'siapa'}}).catch(() => 0);\n\
         try {{ new WebSocket('ws://' + location.host + '/soket') }} catch (refused) {{}}\n\
         fetch('{elsewhere}').catch(() => 0); fetch('/rahasia/data.json').catch(() => 0);\n\
         const frame = document.createElement('iframe'); frame.src = '/bingkai';\n\
         document.body.append(frame);\n\
         const showing = article => {{\n\
           const box = document.createElement('article');\n\
           const title = document.createElement('h1'); title.textContent = article.title;\n\
           box.append(title);\n\
           for (const text of article.paragraphs) {{\n\
             const line = document.createElement('p'); line.textContent = text; box.append(line);\n\
           }}\n\
           document.getElementById('root').append(box);\n\
         }};\n\
         setTimeout(() => fetch('/api/kabar.json').then(a => a.json()).then(showing), 50);"
    ))
    .with("content-type", "text/javascript")
}

/// A site of one such article.
async fn site(script: Reply) -> Site {
    let site = Site::open().await;
    let article = clean(0);
    let paragraphs: Vec<&str> = article.blocks().map(|block| block.text).collect();
    let told = json!({"title": article.title, "paragraphs": paragraphs}).to_string();
    site.put("/rss.xml", rss(&[site.url(&path(0))]));
    site.put("/robots.txt", plain("User-agent: *\nDisallow: /rahasia/\n"));
    site.put(&path(0), shell());
    site.put("/app.js", script);
    site.put(
        "/api/kabar.json",
        plain(&told).with("content-type", "application/json"),
    );
    site
}

/// A daemon over the site, with a browser.
async fn watch(site: &Site, browser: &Url, lease: u64) -> Watch {
    let mut source = site.source("kabar", PageKind::Feed, "/rss.xml");
    source.render = Some(browser.clone());
    Watch::with(vec![source], |config| {
        config.fetch.requests_per_second = 4.0;
        config.schedule.lease = Duration::from_secs(lease);
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_needs_its_script_is_read_as_the_script_leaves_it() {
    if missing("chromium") {
        return;
    }
    let browser = Browser::start().await;
    // On this machine too, but not on the address that may be asked.
    let private = TcpListener::bind("127.0.0.2:0").unwrap();
    private.set_nonblocking(true).unwrap();
    let elsewhere = format!("http://{}/", private.local_addr().unwrap());
    let elsewhere = Url::parse(&elsewhere).unwrap();
    let site = site(script(&elsewhere)).await;
    let watch = watch(&site, &browser.url, 60).await;
    let rows = watch.stored(1).await;

    let told = &rows[0];
    assert_eq!(told.verdict, Verdict::Pass, "{told:?}");
    assert_eq!(told.title.as_deref(), Some(clean(0).title.as_str()));
    assert!(told.body.contains(clean(0).blocks().next().unwrap().text));
    watch.counted("renders_total{outcome=\"ok\"}", 1.0).await;

    let mut asked: Vec<String> = site.log().into_iter().map(|asked| asked.path).collect();
    asked.sort();
    let article = path(0);
    let expected = [
        "/api/kabar.json",
        "/app.js",
        &article,
        "/robots.txt",
        "/rss.xml",
    ];
    assert_eq!(asked, expected, "each once, and nothing else");
    let came = private.accept().map(|(_, from)| from);
    assert!(
        came.is_err(),
        "an address that is not to be asked: {came:?}"
    );
    let log = site.log();
    let parts: Vec<_> = log
        .iter()
        .filter(|asked| asked.path != "/robots.txt")
        .collect();
    for pair in parts.windows(2) {
        let gap = pair[1].at - pair[0].at;
        assert!(gap >= Duration::from_millis(230), "{pair:?} {gap:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_never_ends_costs_its_time_and_no_more() {
    if missing("chromium") {
        return;
    }
    let browser = Browser::start().await;
    let endless = plain("while (true) {}").with("content-type", "text/javascript");
    let site = site(endless).await;
    let watch = watch(&site, &browser.url, 8).await;
    watch
        .counted("renders_total{outcome=\"timed_out\"}", 1.0)
        .await;
    let rows = watch.stored(1).await;
    assert_eq!(rows[0].verdict, Verdict::Abstain(Reason::NeedsScript));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_browser_the_page_is_one_that_needs_scripts() {
    let site = site(plain("")).await;
    let nobody = Url::parse("cdp://127.0.0.1:9").unwrap();
    let watch = watch(&site, &nobody, 60).await;
    let rows = watch.stored(1).await;
    assert_eq!(rows[0].verdict, Verdict::Abstain(Reason::NeedsScript));
    watch
        .counted("renders_total{outcome=\"unreachable\"}", 1.0)
        .await;
}
