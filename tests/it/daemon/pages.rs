//! The review page, the API and the health of a running daemon.

use benggala::model::PageKind;
use serde_json::Value;

use super::{
    site::{Site, article_page, html, machine_made, path, rss},
    watch::Watch,
};
use crate::demo::client::{get, post_json};

#[tokio::test]
async fn what_was_found_can_be_read_and_reviewed_until_the_daemon_stops() {
    let site = Site::open().await;
    site.put_articles([0, 1]);
    site.put(&path(2), html(&article_page(&machine_made(), "")));
    site.put("/rss.xml", rss(&[0, 1, 2].map(|n| site.url(&path(n)))));
    let watch = Watch::over(vec![site.source("umpan", PageKind::Feed, "/rss.xml")]).await;
    watch.stored(3).await;
    let page = async |path: &str| {
        let reply = get(&watch.url(path)).await;
        assert_eq!(reply.status, 200, "{path}");
        reply.text()
    };
    page("/-/ready").await;
    page("/-/healthy").await;

    let flagged: Value =
        serde_json::from_str(&page("/api/v1/articles?verdict=flag").await).unwrap();
    let flagged = flagged["articles"].as_array().unwrap();
    assert_eq!(flagged.len(), 1);
    assert_eq!(flagged[0]["url"], site.url(&path(2)).as_str());
    let id = flagged[0]["id"].as_i64().unwrap();
    let passed: Value = serde_json::from_str(&page("/api/v1/articles?verdict=pass").await).unwrap();
    assert_eq!(passed["articles"].as_array().unwrap().len(), 2);

    let title = machine_made().title;
    assert!(page("/").await.contains(&title));
    assert!(page("/sources").await.contains("umpan"));
    let words = "Semoga terjemahan ini membantu";
    assert!(page(&format!("/articles/{id}")).await.contains(words));

    let review = r#"{"decision":"confirmed","by":"Sari","note":"jelas"}"#;
    let reviews = watch.url(&format!("/api/v1/articles/{id}/reviews"));
    let reply = post_json(&reviews, review).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
    assert!(page(&format!("/articles/{id}")).await.contains("jelas"));
    let reviewed = "reviews_total{decision=\"confirmed\"}";
    assert_eq!(watch.metric(reviewed).await, 1.0);

    // The store's work for the pages is timed like that for the crawl.
    for (op, times) in [("decide", 1.0), ("trail", 2.0)] {
        let series = format!("store_operation_duration_seconds_count{{op=\"{op}\"}}");
        assert_eq!(watch.metric(&series).await, times, "{op}");
    }

    watch.service.close().await.unwrap();
}
