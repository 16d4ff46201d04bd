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
        ("verdict=flagged", 2),
        ("verdict=not-judged", 1),
        ("verdict=flag&source=desa", 1),
        ("verdict=&source=", 4),
        ("rule=repeated-phrase", 2),
        ("rule=unheard-of", 0),
        ("since=2025-03-04", 4),
        ("since=2025-03-05T00:00:00%2B07:00", 0),
        ("until=2025-03-04", 0),
        ("shelf=waiting", 2),
        ("shelf=too-short&lang=id", 1),
        ("q=%22dan+dan%22", 3),
        ("q=pasar&score=0.7", 2),
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
        ("/api/v1/articles?shelf=nowhere", "`nowhere`"),
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
        (r#"{"decision":"confirmed"}"#, StatusCode::BAD_REQUEST),
        (
            r#"{"decision":"confirmed","by":"a","finding":"x"}"#,
            StatusCode::BAD_REQUEST,
        ),
        (
            r#"{"decision":"confirmed","by":"a","finding":"stock-line:0-4"}"#,
            StatusCode::CONFLICT,
        ),
        (r#"{"decision":"undo","by":"a"}"#, StatusCode::CONFLICT),
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
    let odd = r#"{"decision":"maybe","by":"a"}"#;
    let odd = site.post(&reviews_of(rows[0]), &[JSON], odd).await;
    let told = odd.problem(StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        told.starts_with("decision: unknown variant `maybe`"),
        "{told}"
    );
    let example = r#"send for example {"decision": "confirmed", "by": "Ayu"}"#;
    assert!(told.ends_with(example), "{told}");
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
    let optional = |key: &&&str| {
        let text = schema["properties"][**key]["description"].as_str();
        !text.is_some_and(|text| text.contains("Absent else"))
    };
    let expected: BTreeSet<&str> = described.iter().filter(optional).copied().collect();
    assert_eq!(expected, present.intersection(&expected).copied().collect());
    assert!(present.is_subset(&described), "{present:?}");
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

    let one = site.get("/api/v1/sources/desa").await.json();
    describes(&api, "Source", &one);
    let rules = site.get("/api/v1/rules").await.json();
    describes(&api, "RuleList", &rules);
    let pause = "/api/v1/sources/desa/pause";
    let paused = site.post(pause, &[JSON], r#"{"by":"a"}"#).await.json();
    describes(&api, "Polling", &paused);
    describes(&api, "Pause", &paused["paused"]);

    let backfill = "/api/v1/sources/desa/backfill";
    site.configure(|config| config.sources = vec![source("desa")]);
    let since = r#"{"since":"2020-01-31"}"#;
    let begun = site.post(backfill, &[JSON], since).await;
    describes(&api, "Backfill", &begun.json());

    assert_eq!(api["security"], json!([{}, {"token": []}]));
    for (path, methods) in api["paths"].as_object().unwrap() {
        for (method, described) in methods.as_object().unwrap() {
            assert!(described["responses"]["401"].is_object(), "{method} {path}");
        }
        let body = match path.rsplit('/').next() {
            Some("backfill") => since,
            Some("pause" | "resume" | "poll") => r#"{"by":"a","note":"why"}"#,
            _ => body,
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

#[tokio::test]
async fn the_same_key_is_the_same_review() {
    let (site, rows) = Site::seeded().await;
    let body = r#"{"decision":"dismissed","by":"Ana"}"#;
    let keyed = [JSON, ("idempotency-key", "one")];
    let first = site.post(&reviews_of(rows[3]), &keyed, body).await;
    assert_eq!(first.status, StatusCode::CREATED, "{}", first.text);
    let second = site.post(&reviews_of(rows[3]), &keyed, body).await;
    assert_eq!((second.status, &second.text), (StatusCode::OK, &first.text));
    let other = site.post(&reviews_of(rows[2]), &keyed, body).await;
    other.problem(StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(
        *site.reviewed.lock().unwrap(),
        ["dismissed"],
        "counted once"
    );
}

#[tokio::test]
async fn what_has_not_changed_is_not_sent_again() {
    let (site, rows) = Site::seeded().await;
    let path = format!("/api/v1/articles/{}", rows[3]);
    let first = site.get(&path).await;
    let tag = first.header("etag").to_string();
    assert!(tag.starts_with('"') && tag.len() > 20, "{tag}");
    let again = site.get_with(&path, &[("if-none-match", &tag)]).await;
    assert_eq!(again.status, StatusCode::NOT_MODIFIED);
    assert_eq!(
        (again.text.as_str(), again.header("etag")),
        ("", tag.as_str())
    );
    let body = r#"{"decision":"dismissed","by":"Ana"}"#;
    site.post(&reviews_of(rows[3]), &[JSON], body).await;
    let changed = site.get_with(&path, &[("if-none-match", &tag)]).await;
    assert_eq!(changed.status, StatusCode::OK);
}

/// What page, API and feed say of the flagged articles: those that wait by page and API, and those in
/// the feed.
async fn everywhere(site: &Site) -> (usize, usize, usize) {
    let page = site.get("/").await.text;
    let at = page.find("Waiting <b>").unwrap() + "Waiting <b>".len();
    let shown: usize = page[at..].split('<').next().unwrap().parse().unwrap();
    assert_eq!(
        page.matches("class=\"item\"").count(),
        shown,
        "count and list"
    );
    let list = site.get("/api/v1/articles?shelf=waiting").await.json();
    let sources = site.get("/api/v1/sources").await.json();
    let by_source = sources["sources"].as_array().unwrap().iter();
    let by_source: u64 = by_source
        .map(|source| source["waiting"].as_u64().unwrap())
        .sum();
    let listed = list["articles"].as_array().unwrap().len();
    assert_eq!(listed as u64, by_source);
    let feed = site.get("/feed.atom").await.text;
    (shown, listed, feed.matches("<entry>").count())
}

#[tokio::test]
async fn page_api_and_feed_agree_before_and_after_a_decision_and_its_undo() {
    let (site, rows) = Site::seeded().await;
    assert_eq!(everywhere(&site).await, (2, 2, 2));
    let dismissed = r#"{"decision":"dismissed","by":"Ana"}"#;
    site.post(&reviews_of(rows[3]), &[JSON], dismissed).await;
    assert_eq!(everywhere(&site).await, (1, 1, 1));
    let undo = r#"{"decision":"undo","by":"Ana"}"#;
    let answer = site.post(&reviews_of(rows[3]), &[JSON], undo).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
    assert_eq!(answer.json()["ended"]["by"], "Ana");
    assert_eq!(everywhere(&site).await, (2, 2, 2));
    let confirmed = r#"{"decision":"confirmed","by":"Ana"}"#;
    site.post(&reviews_of(rows[3]), &[JSON], confirmed).await;
    assert_eq!(everywhere(&site).await, (1, 1, 2), "it stays in the feed");
}
