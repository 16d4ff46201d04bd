//! `add`: what a site offers, as configuration to paste.

use std::process::Output;

use tempfile::TempDir;
use tokio::task::spawn_blocking;
use url::Url;

use super::{err, file, out, run};
use crate::daemon::site::{
    Site, article_page, dated_rss, front, html, machine_made, path, plain, rss, sitemap,
};

/// Adds a site on loopback, without waiting between its pages.
async fn add(folder: &TempDir, url: &Url) -> Output {
    let config = file(
        folder,
        "benggala.toml",
        "[fetch]\nrequests_per_second = 1000\n",
    );
    let url = url.to_string();
    let added = spawn_blocking(move || {
        run(&[
            "--config",
            &config,
            "add",
            &url,
            "--allow-private",
            "127.0.0.1/32",
        ])
    });
    added.await.unwrap()
}

#[tokio::test]
async fn a_front_page_gives_its_feed_first_then_sitemap_and_itself() {
    let folder = TempDir::new().unwrap();
    let site = Site::open().await;
    let links = [0, 1, 2].map(|n| site.url(&path(n)));
    let feed = site.url("/rss.xml");
    let head = format!("<link rel=alternate type=application/rss+xml href={feed}>");
    site.put("/", front(&head, &links));
    site.put("/rss.xml", rss(&links[..2]));
    site.put("/peta.xml", sitemap(&links));
    let robots = format!(
        "User-agent: *\nAllow: /\nSitemap: {}\n",
        site.url("/peta.xml")
    );
    site.put("/robots.txt", plain(&robots));
    let output = add(&folder, &site.base).await;
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let printed = out(&output);
    let wanted = format!(
        "# needs, under [fetch]: allow_private = [\"127.0.0.1/32\"]\n\
         [[source]]\nurl = \"{feed}\"\nkind = \"feed\"  # 2 articles right now\n\n\
         # [[source]]\n# url = \"{}\"\n# kind = \"sitemap\"  # 3 articles right now\n\n\
         # [[source]]\n# url = \"{}\"\n# kind = \"listing\"  # 3 articles right now\n",
        site.url("/peta.xml"),
        site.base
    );
    assert_eq!(printed, wanted);
    let pasted = file(&folder, "pasted.toml", printed);
    let check = run(&["config", "check", "--config", &pasted]);
    assert!(err(&check).contains("good, 1 source\n"), "{}", err(&check));
}

#[tokio::test]
async fn a_feed_is_taken_as_it_is_and_a_broken_offer_is_left_out() {
    let folder = TempDir::new().unwrap();
    let site = Site::open().await;
    let links = [0, 1].map(|n| site.url(&path(n)));
    site.put("/rss.xml", rss(&links));
    let output = add(&folder, &site.url("/rss.xml")).await;
    let printed = out(&output);
    assert_eq!(printed.matches("[[source]]").count(), 1, "{printed}");
    assert!(
        printed.contains("kind = \"feed\"  # 2 articles"),
        "{printed}"
    );

    let head = "<link rel=alternate type=application/rss+xml href=/tiada.xml>";
    site.put("/", front(head, &links));
    let output = add(&folder, &site.base).await;
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(
        out(&output).contains("kind = \"listing\""),
        "{}",
        out(&output)
    );
    let told = err(&output);
    assert!(
        told.contains("/tiada.xml") && told.contains("left out"),
        "{told}"
    );
}

#[tokio::test]
async fn a_site_that_offers_nothing_is_said_to() {
    let folder = TempDir::new().unwrap();
    let site = Site::open().await;
    site.put("/", html("<html><body><p>Segera hadir.</p></body></html>"));
    let output = add(&folder, &site.base).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("offers no feed"), "{}", err(&output));
    let output = add(&folder, &site.url("/tiada")).await;
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("cannot fetch"), "{}", err(&output));
}

#[tokio::test]
async fn its_newest_articles_are_judged_at_once() {
    let folder = TempDir::new().unwrap();
    let site = Site::open().await;
    let items: Vec<(Url, i64)> = (0..5)
        .map(|n| (site.url(&path(n)), 3_600 * (5 - n as i64)))
        .collect();
    let machine_made = machine_made();
    site.put("/rss.xml", dated_rss(&items));
    site.put(&path(4), html(&article_page(&machine_made, "")));
    site.put(
        &path(3),
        html("<html><body><p>Segera hadir.</p></body></html>"),
    );
    let told = err(&add(&folder, &site.url("/rss.xml")).await);
    let newest = [4, 3, 2].map(|n| told.find(&path(n)));
    assert!(
        newest.iter().all(Option::is_some) && newest.is_sorted(),
        "{told}"
    );
    assert!(!told.contains(&path(1)), "three: {told}");
    assert!(
        told.contains("flagged") && told.contains(&machine_made.title),
        "{told}"
    );
    assert!(told.contains("not judged"), "{told}");
    assert!(told.contains("cannot fetch"), "{told}");
}

#[tokio::test]
async fn articles_that_are_too_old_are_told_of() {
    let folder = TempDir::new().unwrap();
    let site = Site::open().await;
    let items: Vec<(Url, i64)> = (0..12).map(|n| (site.url(&path(n)), 9 * 86_400)).collect();
    site.put("/rss.xml", dated_rss(&items));
    let archive: Vec<Url> = (0..400).map(|n| site.url(&path(n))).collect();
    site.put("/peta.xml", sitemap(&archive));
    for (place, promise) in [
        (
            "/rss.xml",
            "12 articles right now, 12 of them older than `link_age`; 10 would be read",
        ),
        ("/peta.xml", "400 articles right now; 0 would be read"),
    ] {
        let output = add(&folder, &site.url(place)).await;
        assert!(out(&output).contains(promise), "{}", out(&output));
    }
}

#[test]
fn a_site_on_a_private_address_is_refused_with_what_to_do() {
    let output = run(&["add", "http://127.0.0.1:9/"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        err(&output).contains("add --allow-private"),
        "{}",
        err(&output)
    );
}

#[test]
fn thousands_of_subscriptions_become_sources_at_once() {
    let folder = TempDir::new().unwrap();
    let outline = |n: usize| {
        // Two of each name, and one address twice.
        let (name, n) = (n / 2, n.min(2_998));
        format!("<outline text='Kabar {name}' type='rss' xmlUrl='https://k{n}.example/rss'/>")
    };
    let outlines: String = (0..3_000).map(outline).collect();
    let list = format!("<opml version='2.0'><body>{outlines}</body></opml>");
    let list = file(&folder, "feeds.opml", list);
    let known = "[[source]]\nurl = \"https://k0.example/rss\"\n";
    let config = file(&folder, "benggala.toml", known);
    let output = run(&["--config", &config, "add", &list]);
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(err(&output).contains("2998 sources"), "{}", err(&output));
    let whole = file(&folder, "whole.toml", format!("{known}\n{}", out(&output)));
    let check = run(&["config", "check", "--config", &whole]);
    assert_eq!(check.status.code(), Some(0), "{}", err(&check));

    let list = "https://k1.example/\n\nkaputt zeile\nhttps://k1.example/\n";
    let list = file(&folder, "list.txt", list);
    let output = run(&["--config", &config, "add", &list]);
    let told = err(&output);
    let first = "1 source to append to benggala.toml; 1 of the list there already or twice\n";
    assert!(told.starts_with(first), "{told}");
    assert!(told.ends_with("list.txt:3: no web address\n"), "{told}");

    let in_it = run(&["add", folder.path().to_str().unwrap()]);
    assert!(err(&in_it).contains("it is a folder"), "{}", err(&in_it));

    let none = file(&folder, "none.txt", "nothing here\n");
    assert_eq!(run(&["add", &none]).status.code(), Some(2));
}
