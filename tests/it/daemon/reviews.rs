//! What reviewers dismiss is not raised again by the daemon that goes on.

use benggala::{
    daemon::service::{Service, new_metrics},
    model::{PageKind, Shelf},
};
use url::Url;

use super::{
    site::{Site, article_page, clean, html, machine_made, path, rss},
    watch::{Watch, config, eventually, rows, until},
};
use crate::demo::client::post_json;

/// The words of an engine that stand in an article made by machine.
const WORDS: &str = "Semoga terjemahan ini membantu";

#[tokio::test]
async fn the_same_words_on_the_same_site_are_dismissed_as_they_come() {
    let site = Site::open().await;
    let paragraph = machine_made();
    let paragraph = paragraph
        .body
        .split("\n\n")
        .find(|p| p.contains(WORDS))
        .unwrap()
        .to_string();
    let carrying = |n: usize| {
        let mut article = clean(n);
        article.body = format!("{paragraph}\n\n{}", article.body);
        html(&article_page(&article, ""))
    };
    site.put(&path(1), carrying(1));
    site.put("/rss.xml", rss(&[site.url(&path(1))]));
    let watch = Watch::over(vec![site.source("umpan", PageKind::Feed, "/rss.xml")]).await;
    let first = watch.stored(1).await.remove(0);
    assert_eq!(first.shelf, Shelf::Waiting, "{:?}", first.findings);
    for finding in &first.findings {
        let count = |end: usize| first.body[..end].chars().count();
        let (start, end) = (count(finding.span.start), count(finding.span.end));
        let body = format!(
            r#"{{"decision":"dismissed","by":"Ana","finding":"{}:{start}-{end}"}}"#,
            finding.rule
        );
        let reviews = format!("/api/v1/articles/{}/reviews", first.id);
        assert_eq!(post_json(&watch.url(&reviews), &body).await.status, 201);
    }
    let store = &watch.service.store;
    assert_eq!(
        store.article(first.id).await.unwrap().unwrap().shelf,
        Shelf::Passed
    );

    site.put(&path(2), carrying(2));
    site.put("/rss.xml", rss(&[1, 2].map(|n| site.url(&path(n)))));
    let poll = "/api/v1/sources/umpan/poll";
    let polled = post_json(&watch.url(poll), r#"{"by":"Ana"}"#).await;
    assert_eq!(polled.status, 200, "{}", polled.text());
    until("the second article is read", async || {
        watch.articles().await.len() == 2
    })
    .await;
    let second = watch.articles().await.remove(0);
    assert!(
        second
            .findings
            .iter()
            .any(|f| f.dismissed_by.as_deref() == Some("Ana")),
        "{:?}",
        second.findings
    );
    assert_eq!(second.shelf, Shelf::Passed, "{:?}", second.findings);
    watch.service.close().await.unwrap();
}

#[tokio::test]
async fn what_reviewers_say_of_a_source_is_a_metric() {
    let site = Site::open().await;
    site.put(&path(1), html(&article_page(&machine_made(), "")));
    site.put("/rss.xml", rss(&[site.url(&path(1))]));
    let source = site.source("umpan", PageKind::Feed, "/rss.xml");
    let folder = tempfile::tempdir().unwrap();
    let config = config(folder.path(), vec![source]);
    let service = Service::start(config.clone(), new_metrics().unwrap());
    let service = service.await.unwrap();
    let article = eventually("the article", async || {
        rows(service.store.as_ref()).await.pop()
    })
    .await;
    let reviews = format!("/api/v1/articles/{}/reviews", article.id);
    let url = Url::parse(&format!("http://{}{reviews}", service.address)).unwrap();
    let said = post_json(&url, r#"{"decision":"confirmed","by":"Ana"}"#).await;
    assert_eq!(said.status, 201, "{}", said.text());
    service.close().await.unwrap();

    // Such figures are set at the start and then once a minute.
    let watch = Watch::at(config, folder).await;
    let series = "source_review_precision{source=\"umpan\"}";
    watch.counted(series, 1.0).await;
    watch.service.close().await.unwrap();
}
