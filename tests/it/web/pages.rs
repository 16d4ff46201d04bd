//! What people read.

use http::StatusCode;
use serde_json::{Value, json};

use super::site::{BROWSER, FORM, Site, reviews_of};

#[tokio::test]
async fn an_empty_daemon_says_what_to_do() {
    let site = Site::empty().await;
    assert!(site.get("/").await.text.contains("benggala add"));
    assert!(site.get("/sources").await.text.contains("benggala add"));
    let list = site.get("/api/v1/articles").await.json();
    assert_eq!(list, json!({"articles": [], "next": null}));
}

#[tokio::test]
async fn the_review_page_lists_flagged_articles_first_and_filters() {
    let (site, rows) = Site::seeded().await;
    let page = site.get("/").await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(!page.text.contains("<script"), "{}", page.text);
    assert!(
        page.text
            .contains("Pedagang <mark>dan dan</mark> pembeli datang.")
    );
    assert!(page.text.contains("Flagged 2") && page.text.contains("Not judged 1"));
    assert!(!page.text.contains("Panen raya"));
    assert!(
        page.text
            .contains(&format!("href=\"/articles/{}\"", rows[3]))
    );

    let kota = site.get("/?source=kota+%26+co&rule=repeated-phrase").await;
    assert!(kota.text.contains("Pasar baru") && !kota.text.contains("alert"));
    let passed = site.get("/?verdict=pass").await;
    assert!(passed.text.contains("Panen raya") && !passed.text.contains("Pasar baru"));
    let all = site.get("/?verdict=all").await;
    assert_eq!(all.text.matches("<article").count(), 4);
}

#[tokio::test]
async fn an_article_has_its_page() {
    let (site, rows) = Site::seeded().await;
    let page = site.get(&format!("/articles/{}", rows[3])).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("<mark>dan dan</mark><sup>"));
    assert!(page.text.contains("no model"));
    assert!(!page.text.contains("<script"));
    assert!(page.text.contains("method=\"post\""));

    let abstained = site.get(&format!("/articles/{}", rows[1])).await;
    assert!(abstained.text.contains("too short to be judged fairly"));
}

#[tokio::test]
async fn sources_are_listed_and_paged() {
    let (site, _) = Site::seeded().await;
    let page = site.get("/sources").await;
    assert!(page.text.contains("kota &#38; co") && page.text.contains("desa"));

    let first = site.get("/api/v1/sources?limit=1").await.json();
    assert_eq!(first["sources"][0]["name"], "desa");
    assert_eq!(first["sources"][0]["kind"], "feed");
    let cursor = first["next"].as_str().unwrap();
    let second = site
        .get(&format!("/api/v1/sources?limit=1&cursor={cursor}"))
        .await;
    let second = second.json();
    assert_eq!(second["sources"][0]["name"], "kota & co");
    assert_eq!(second["next"], Value::Null);
}

#[tokio::test]
async fn browsers_get_a_page_where_programs_get_a_problem() {
    let site = Site::empty().await;
    let page = site.get_with("/articles/7", &[BROWSER]).await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(page.text.contains("There is no article 7."));
    let api = site.get_with("/api/v1/articles/7", &[BROWSER]).await;
    api.problem(StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_form_of_the_page_can_review() {
    let (site, rows) = Site::seeded().await;
    let headers = [FORM, ("origin", "http://127.0.0.1:9630")];
    let body = "by=Ana&note=&decision=confirmed";
    let answer = site.post(&reviews_of(rows[2]), &headers, body).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    assert_eq!(
        answer.header("location"),
        format!("/articles/{}#review", rows[2])
    );
    assert_eq!(*site.reviewed.lock().unwrap(), ["confirmed"]);
}

#[tokio::test]
async fn the_feed_holds_what_was_flagged() {
    let (site, rows) = Site::seeded().await;
    let feed = site.get("/feed.atom").await;
    assert_eq!(
        feed.header("content-type"),
        "application/atom+xml; charset=utf-8"
    );
    let ids: Vec<&str> = feed.text.split("<id>").skip(2).collect();
    let (first, second) = (ids[0], ids[1]);
    assert_eq!(ids.len(), 2);
    let page = |row: i64| format!("http://127.0.0.1:9630/articles/{row}</id>");
    assert!(first.starts_with(&page(rows[3])), "{first}");
    assert!(second.starts_with(&page(rows[2])), "{second}");
    assert!(!first.contains("<script") && first.contains("&lt;script&gt;"));
}

#[tokio::test]
async fn what_pages_load_is_served() {
    let (site, _) = Site::seeded().await;
    let page = site.get("/").await.text;
    for attribute in ["src=\"", "<link rel=\"stylesheet\" href=\""] {
        let at = page.find(attribute).unwrap() + attribute.len();
        let path = page[at..].split('"').next().unwrap();
        let file = site.get(path).await;
        assert_eq!(file.status, StatusCode::OK, "{path}");
        assert!(file.header("cache-control").contains("max-age"));
        assert!(!file.text.contains("http://") || path.ends_with(".svg"));
    }
}
