//! What programs read and write.

use std::collections::BTreeSet;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::site::{HOSTILE, JSON, Site, request, reviews_of, source};

#[tokio::test]
async fn the_api_lists_filters_and_pages_newest_first() {
    let (site, rows) = Site::seeded().await;
    let mut seen = Vec::new();
    let mut path = "/api/v1/articles?limit=3".to_string();
    loop {
        let list = site.get(&path).await.json();
        let ids = list["articles"].as_array().unwrap().iter();
        seen.extend(ids.map(|article| article["id"].as_i64().unwrap()));
        let Some(cursor) = list["next"].as_str() else {
            break;
        };
        path = format!("/api/v1/articles?limit=3&cursor={cursor}");
    }
    let newest_first: Vec<i64> = rows.iter().rev().copied().collect();
    assert_eq!(seen, newest_first);

    for (query, expected) in [
        ("verdict=flag", 2),
        ("verdict=flag&source=desa", 1),
        ("verdict=&source=", 4),
        ("rule=repeated-phrase", 2),
        ("rule=unheard-of", 0),
        ("since=2025-03-04", 4),
        ("since=2025-03-05T00:00:00%2B07:00", 0),
        ("until=2025-03-04", 0),
    ] {
        let list = site.get(&format!("/api/v1/articles?{query}")).await.json();
        assert_eq!(
            list["articles"].as_array().unwrap().len(),
            expected,
            "{query}"
        );
    }
    let list = site.get("/api/v1/articles?verdict=abstain").await.json();
    assert_eq!(list["articles"][0]["reason"], "too-short");
    assert!(list["articles"][0].get("body").is_none());
}

#[tokio::test]
async fn one_article_counts_in_code_points() {
    let (site, rows) = Site::seeded().await;
    let article = site
        .get(&format!("/api/v1/articles/{}", rows[3]))
        .await
        .json();
    assert_eq!(article["title"], HOSTILE);
    assert_eq!(article["source"], "desa");
    assert_eq!(article["scores"]["translation"], Value::Null);
    let finding = &article["findings"][0];
    let (start, end) = (finding["start"].as_u64(), finding["end"].as_u64());
    let (start, end) = (start.unwrap() as usize, end.unwrap() as usize);
    let body = article["body"].as_str().unwrap();
    let words: String = body.chars().skip(start).take(end - start).collect();
    assert_eq!(words, "dan dan");
}

#[tokio::test]
async fn bad_questions_get_problems_that_name_them() {
    let (site, _) = Site::seeded().await;
    for (path, named) in [
        ("/api/v1/articles?verdict=bad", "`bad`"),
        ("/api/v1/articles?limit=0", "200"),
        ("/api/v1/articles?limit=201", "200"),
        ("/api/v1/articles?limit=many", "limit"),
        ("/api/v1/articles?since=yesterday", "`yesterday`"),
        ("/api/v1/articles?cursor=zz", "`zz`"),
        ("/api/v1/articles?verdit=flag", "verdit"),
        ("/api/v1/sources?cursor=6", "`6`"),
        ("/api/v1/sources?cursor=%C3%A9%C3%A9", "`éé`"),
    ] {
        let detail = site.get(path).await.problem(StatusCode::BAD_REQUEST);
        assert!(detail.contains(named), "{path}: {detail}");
    }
    for path in [
        "/api/v1/articles/999",
        "/api/v1/articles/x",
        "/api/v1/x",
        "/x",
        "/articles/x",
    ] {
        site.get(path).await.problem(StatusCode::NOT_FOUND);
    }
    let answer = site.post("/api/v1/articles", &[], "").await;
    answer.problem(StatusCode::METHOD_NOT_ALLOWED);
    assert!(answer.header("allow").contains("GET"));
}

#[tokio::test]
async fn a_program_can_review() {
    let (site, rows) = Site::seeded().await;
    let body = r#"{"decision":"dismissed","by":" Ana ","note":"fine <b>"}"#;
    let answer = site.post(&reviews_of(rows[3]), &[JSON], body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text);
    assert_eq!(answer.json()["by"], "Ana");
    assert_eq!(*site.reviewed.lock().unwrap(), ["dismissed"]);

    let article = site
        .get(&format!("/api/v1/articles/{}", rows[3]))
        .await
        .json();
    assert_eq!(article["reviews"][0]["decision"], "dismissed");
    let page = site.get(&format!("/articles/{}", rows[3])).await.text;
    assert!(page.contains("by Ana") && page.contains("fine &#60;b&#62;"));
}

#[tokio::test]
async fn bad_reviews_are_refused_and_not_counted() {
    let (site, rows) = Site::seeded().await;
    let long_note = json!({"decision": "confirmed", "by": "a", "note": "é".repeat(2001)});
    let long_name = json!({"decision": "confirmed", "by": "é".repeat(101)});
    for (body, status) in [
        ("{", StatusCode::BAD_REQUEST),
        (
            r#"{"decision":"maybe","by":"a"}"#,
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            r#"{"decision":"confirmed"}"#,
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            r#"{"decision":"confirmed","by":"a","x":1}"#,
            StatusCode::UNPROCESSABLE_ENTITY,
        ),
        (
            r#"{"decision":"confirmed","by":" "}"#,
            StatusCode::BAD_REQUEST,
        ),
        (
            r#"{"decision":"confirmed","by":"a\nb"}"#,
            StatusCode::BAD_REQUEST,
        ),
        (&long_note.to_string(), StatusCode::BAD_REQUEST),
        (&long_name.to_string(), StatusCode::BAD_REQUEST),
        (&" ".repeat(65 << 10), StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        site.post(&reviews_of(rows[0]), &[JSON], body)
            .await
            .problem(status);
    }
    let good = r#"{"decision":"confirmed","by":"a"}"#;
    let plain = [("content-type", "text/plain")];
    let answer = site.post(&reviews_of(rows[0]), &plain, good).await;
    answer.problem(StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let answer = site.post(&reviews_of(999_999), &[JSON], good).await;
    answer.problem(StatusCode::NOT_FOUND);
    assert!(site.reviewed.lock().unwrap().is_empty());
}

/// Every key that an answer has is described, and every key that is described is there.
fn describes(api: &Value, schema: &str, value: &Value) {
    let schema = &api["components"]["schemas"][schema];
    let described: BTreeSet<&str> = schema["properties"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let present: BTreeSet<&str> = value
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(described, present);
    for (key, property) in schema["properties"].as_object().unwrap() {
        let inner = |schema: &Value| {
            let name = schema["$ref"].as_str()?;
            Some(name.rsplit('/').next()?.to_string())
        };
        if let Some(name) = inner(property) {
            describes(api, &name, &value[key]);
        } else if let Some(name) = inner(&property["items"]) {
            for item in value[key].as_array().unwrap() {
                describes(api, &name, item);
            }
        }
    }
}

#[tokio::test]
async fn the_description_of_the_api_is_true() {
    let (site, rows) = Site::seeded().await;
    let body = r#"{"decision":"confirmed","by":"a"}"#;
    let review = site.post(&reviews_of(rows[3]), &[JSON], body).await.json();
    let api = site.get("/api/v1/openapi.json").await.json();
    assert_eq!(api["openapi"], "3.1.0");

    describes(&api, "Review", &review);
    describes(
        &api,
        "ArticleList",
        &site.get("/api/v1/articles").await.json(),
    );
    let article = site
        .get(&format!("/api/v1/articles/{}", rows[3]))
        .await
        .json();
    describes(&api, "Article", &article);
    let sources = site.get("/api/v1/sources").await.json();
    describes(&api, "SourceList", &sources);
    let translation = &sources["sources"][0]["standing"]["translation"];
    describes(&api, "TranslationStanding", translation);
    describes(
        &api,
        "Problem",
        &site.get("/api/v1/articles/x").await.json(),
    );

    let backfill = "/api/v1/sources/desa/backfill";
    site.configure(|config| config.sources = vec![source("desa")]);
    let since = r#"{"since":"2020-01-31"}"#;
    let begun = site.post(backfill, &[JSON], since).await;
    describes(&api, "Backfill", &begun.json());

    for (path, methods) in api["paths"].as_object().unwrap() {
        let body = if path.ends_with("/backfill") {
            since
        } else {
            body
        };
        let path = path.replace("{name}", "desa");
        let path = path.replace("{id}", &rows[0].to_string());
        for method in methods.as_object().unwrap().keys() {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            let answer = site.send(request(method, &path, &[JSON], body)).await;
            assert!(answer.status.is_success(), "{path}: {}", answer.text);
        }
    }
}
