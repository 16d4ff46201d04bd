//! What people read.

use benggala::model::{Secret, Unready};
use futures_util::StreamExt as _;
use http::{Method, StatusCode};
use serde_json::{Value, json};
use tower::ServiceExt as _;

use super::site::{BROWSER, FORM, JSON, Site, request, reviews_of};

#[tokio::test]
async fn an_empty_daemon_says_what_to_do() {
    let site = Site::empty().await;
    assert!(site.get("/").await.text.contains("benggala add"));
    assert!(site.get("/sources").await.text.contains("benggala add"));
    let list = site.get("/api/v1/articles").await.json();
    assert_eq!(list, json!({"articles": [], "next": null}));
}

#[tokio::test]
async fn the_queue_shows_what_waits_and_filters() {
    let (site, rows) = Site::seeded().await;
    let page = site.get("/").await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(
        page.text
            .contains("Pedagang <mark class=\"translation\">dan dan</mark> pembeli datang."),
        "{}",
        page.text
    );
    assert!(page.text.contains("Waiting <b>2</b>") && page.text.contains("Not judged <b>1</b>"));
    assert!(!page.text.contains("Panen raya"));
    assert!(
        page.text
            .contains(&format!("href=\"./articles/{}\"", rows[3]))
    );

    let kota = site.get("/?source=kota+%26+co&rule=repeated-phrase").await;
    assert!(kota.text.contains("Pasar baru") && !kota.text.contains("alert"));
    let passed = site.get("/?verdict=pass").await;
    assert!(passed.text.contains("Panen raya") && !passed.text.contains("Pasar baru"));
    let all = site.get("/?shelf=all").await;
    assert_eq!(all.text.matches("class=\"item\"").count(), 4);
    let reason = site.get("/?shelf=not-judged").await;
    assert!(
        reason.text.contains("too-short <b>1</b>"),
        "{}",
        reason.text
    );
    let found = site.get("/?q=panen&shelf=all").await;
    assert_eq!(found.text.matches("class=\"item\"").count(), 1);
    assert!(found.text.contains("Passed <b>1</b>") && found.text.contains("Waiting <b>0</b>"));
}

#[tokio::test]
async fn what_the_queue_does_not_know_it_ignores() {
    let (site, _) = Site::seeded().await;
    for query in [
        "q=",
        "x=1&shelf=nowhere",
        "since=&until=&score=much&cluster=x",
        "cursor=zz&decided=x&batch=y&n=z",
        "%ff=%fe&&==&q=%00%22%27",
    ] {
        let page = site.get(&format!("/?{query}")).await;
        assert_eq!(page.status, StatusCode::OK, "{query}: {}", page.text);
    }
}

/// A list of everything in the place of one day would be believed, and decided on.
#[tokio::test]
async fn a_time_that_cannot_be_read_is_said_to_be_none() {
    let (site, rows) = Site::seeded().await;
    for path in ["/", "/bulk", &format!("/articles/{}", rows[3])] {
        for key in ["since", "until"] {
            let page = site.get(&format!("{path}?{key}=gestern")).await;
            assert_eq!(page.status, StatusCode::BAD_REQUEST, "{path}");
            let told = format!("`{key}` is `gestern`; write 2025-03-04");
            assert!(page.text.contains(&told), "{path}: {}", page.text);
        }
    }
}

#[tokio::test]
async fn an_article_has_its_page() {
    let (site, rows) = Site::seeded().await;
    let page = site.get(&format!("/articles/{}", rows[3])).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.text
            .contains("<mark class=\"translation\" data-n=\"1\">dan dan</mark><sup>"),
        "{}",
        page.text
    );
    assert!(page.text.contains("style <b>not asked ("));
    assert!(page.text.contains("href=\"../rules/repeated-phrase\""));
    assert!(page.text.contains("How it adds up"));
    assert!(page.text.contains("method=\"post\""));
    assert!(
        page.text
            .contains(&format!("href=\"../articles/{}\" rel=\"next\"", rows[2]))
    );

    let abstained = site.get(&format!("/articles/{}", rows[1])).await;
    assert!(abstained.text.contains("too short to be judged fairly"));
}

#[tokio::test]
async fn a_decision_leads_to_the_next_article_and_can_be_taken_back_there() {
    let (site, rows) = Site::seeded().await;
    let headers = [FORM, ("origin", "http://127.0.0.1:9630")];
    let body = "by=Ana+%C3%89&decision=dismissed&list=";
    let answer = site.post(&reviews_of(rows[3]), &headers, body).await;
    let way = format!("/articles/{}?decided={}", rows[2], rows[3]);
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    assert_eq!(answer.header("location"), format!("../../../..{way}"));
    let cookie = answer.header("set-cookie").split(';').next().unwrap();
    assert_eq!(cookie, "benggala_by=Ana%20%C3%89");

    let next = site.get_with(&way, &[("cookie", cookie)]).await.text;
    assert!(
        next.contains("<b>dismissed</b>") && next.contains("value=\"undo\""),
        "{next}"
    );
    assert!(next.contains("name=\"by\" value=\"Ana É\""));
    let last = [FORM, ("cookie", cookie)];
    let answer = site
        .post(&reviews_of(rows[2]), &last, "decision=confirmed&list=")
        .await;
    let back = format!("../../../../?decided={}", rows[2]);
    assert_eq!(answer.header("location"), back, "none is left");
    let article = site
        .get(&format!("/api/v1/articles/{}", rows[2]))
        .await
        .json();
    assert_eq!(article["reviews"][0]["by"], "Ana É", "remembered");

    let undo = site
        .post(&reviews_of(rows[3]), &last, "decision=undo&list=")
        .await;
    assert_eq!(undo.status, StatusCode::SEE_OTHER);
    assert!(site.get("/").await.text.contains("Waiting <b>1</b>"));
    let page = site.get(&format!("/articles/{}", rows[3])).await.text;
    assert!(page.contains("taken back by Ana É"), "{page}");
}

#[tokio::test]
async fn many_are_decided_after_a_look_at_how_many() {
    let (site, _) = Site::seeded().await;
    let look = site.get("/bulk?shelf=waiting&source=desa").await.text;
    assert!(look.contains("Decide 1 article at once"), "{look}");
    let stale = "list=source%3Ddesa&expected=2&decision=dismissed";
    let answer = site.post("/bulk", &[FORM], stale).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    let body = "list=source%3Ddesa&expected=1&decision=dismissed&by=Ana";
    let answer = site.post("/bulk", &[FORM], body).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    let page = site
        .get(answer.header("location").trim_start_matches('.'))
        .await
        .text;
    assert!(page.contains("1 article decided together"), "{page}");
    let at = page.find("/bulk/").unwrap();
    let undo = page[at..].split('"').next().unwrap();
    assert!(site.get("/").await.text.contains("Waiting <b>1</b>"));
    let answer = site.post(undo, &[FORM], "list=").await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    assert!(site.get("/").await.text.contains("Waiting <b>2</b>"));
}

#[tokio::test]
async fn a_rule_and_a_source_have_pages() {
    let (site, rows) = Site::seeded().await;
    let body = r#"{"decision":"confirmed","by":"a"}"#;
    site.post(&reviews_of(rows[3]), &[JSON], body).await;
    let rule = site.get("/rules/repeated-phrase").await;
    assert!(rule.text.contains("the same words twice in a row"));
    assert!(
        rule.text.contains("1 of 1 decided were right"),
        "{}",
        rule.text
    );
    assert!(
        site.get("/rules")
            .await
            .text
            .contains("1 of 1 decided were right")
    );
    let none = site.get_with("/rules/no-such", &[BROWSER]).await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);

    let source = site.get("/sources/kota%20%26%20co").await;
    assert_eq!(source.status, StatusCode::OK, "{}", source.text);
    for part in [
        "What is polled",
        "Poll now",
        "<svg class=\"history\"",
        "https://kota.example/feed",
    ] {
        assert!(source.text.contains(part), "{part} in {}", source.text);
    }
    let pause = "/sources/kota%20%26%20co/pause";
    let answer = site.post(pause, &[FORM], "by=Ana&note=moves").await;
    assert_eq!(answer.header("location"), "../../sources/kota%20%26%20co");
    let page = site.get("/sources/kota%20%26%20co").await.text;
    assert!(page.contains("Paused by Ana") && page.contains("moves") && page.contains("Resume"));
    assert_eq!(
        site.get("/sources/nobody").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_kept_page_is_shown_without_what_runs_or_loads() {
    let (site, rows) = Site::seeded().await;
    let page = site.get(&format!("/articles/{}/page", rows[3])).await;
    assert_eq!(page.status, StatusCode::OK);
    let policy = page.header("content-security-policy");
    assert!(
        policy.starts_with("sandbox; default-src 'none'"),
        "{policy}"
    );
    assert!(
        page.text
            .contains("<p data-kept=\"\">Isi &amp; <b>tebal</b>"),
        "{}",
        page.text
    );
    for gone in [
        "script",
        "alert",
        "onerror",
        "onclick",
        "evil.example",
        "javascript",
        "<iframe",
        "refresh",
    ] {
        assert!(!page.text.contains(gone), "{gone} in {}", page.text);
    }
    assert!(page.text.contains("href=\"https://good.example/\""));
    assert_eq!(
        site.get("/articles/999/page").await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn news_are_told_and_not_to_everybody() {
    let (site, rows) = Site::seeded().await;
    let stream = |query: String| {
        let app = site.app.clone();
        async move {
            app.oneshot(request(Method::GET, &query, &[], ""))
                .await
                .unwrap()
        }
    };
    let first = stream(format!("/events?after={}", rows[2])).await;
    assert_eq!(first.status(), StatusCode::OK);
    assert_eq!(first.headers()["content-type"], "text/event-stream");
    let mut body = first.into_body().into_data_stream();
    let told = body.next().await.unwrap().unwrap();
    assert_eq!(told, "data: {\"new\":1}\n\n");
    let second = stream(format!("/events?after={}&source=desa", rows[3])).await;
    let mut second = second.into_body().into_data_stream();
    let told = second.next().await.unwrap().unwrap();
    assert_eq!(told, "data: {\"new\":0}\n\n");
    let third = stream("/events?after=0".to_string()).await;
    assert_eq!(third.status(), StatusCode::SERVICE_UNAVAILABLE);
    drop((body, second));
    site.unready.lock().unwrap().push(Unready::Stopping);
    let stopping = stream("/events?after=0".to_string()).await;
    let mut stopping = stopping.into_body().into_data_stream();
    assert!(stopping.next().await.is_none(), "it ends with the daemon");
    drop(stopping);
    assert_eq!(stream("/events".to_string()).await.status(), StatusCode::OK);
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
        format!("../../../../articles/{}#review", rows[2])
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
    let page = |row: i64| format!("example,2025-03-04:benggala/{row}</id>");
    assert!(
        first.starts_with("tag:desa.") && first.contains(&page(rows[3])),
        "{first}"
    );
    assert!(
        second.starts_with("tag:kota.") && second.contains(&page(rows[2])),
        "{second}"
    );
    assert!(!first.contains("<script") && first.contains("&lt;script&gt;"));
}

#[tokio::test]
async fn what_pages_load_is_served() {
    let (site, _) = Site::seeded().await;
    let page = site.get("/").await.text;
    for attribute in [
        "<img src=\"",
        "<script src=\"",
        "<link rel=\"stylesheet\" href=\"",
    ] {
        let at = page.find(attribute).unwrap() + attribute.len();
        let path = page[at..].split('"').next().unwrap();
        let file = site.get(path.trim_start_matches('.')).await;
        assert_eq!(file.status, StatusCode::OK, "{path}");
        assert!(file.header("cache-control").contains("max-age"));
        assert!(!file.text.contains("http://") || path.ends_with(".svg"));
    }
}

#[tokio::test]
async fn sources_are_found_ordered_and_paused_together() {
    let (site, _) = Site::seeded().await;
    let found = site.get("/sources?q=KOTA&sort=waiting").await.text;
    assert!(found.contains("kota &#38; co") && !found.contains(">desa<"));
    assert!(
        found.contains("1 source") && found.contains("Pause 1"),
        "{found}"
    );
    for sort in ["", "waiting", "flagged", "failures", "silent", "nonsense"] {
        let all = site.get(&format!("/sources?sort={sort}&page=0")).await.text;
        assert!(
            all.contains("kota &#38; co") && all.contains(">desa<"),
            "{sort}"
        );
    }
    let none = site.get("/sources?state=paused").await.text;
    assert!(none.contains("Nothing matches"), "{none}");

    let stale = "list=q%3Dkota&expected=2&wish=pause";
    let answer = site.post("/sources", &[FORM], stale).await;
    assert_eq!(answer.status, StatusCode::CONFLICT, "{}", answer.text);
    let body = "list=q%3Dkota&expected=1&wish=pause&by=Ana&note=moves";
    let answer = site.post("/sources", &[FORM], body).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
    assert_eq!(answer.header("location"), "./sources?q=kota");
    let paused = site.get("/sources?state=paused").await.text;
    assert!(paused.contains("Paused by Ana") && !paused.contains(">desa<"));
    let body = "list=state%3Dpaused&expected=1&wish=resume";
    site.post("/sources", &[FORM], body).await;
    let none = site.get("/sources?state=paused").await.text;
    assert!(none.contains("Nothing matches"), "{none}");
}

#[tokio::test]
async fn pages_speak_the_language_of_the_browser() {
    let (site, rows) = Site::seeded().await;
    let article = format!("/articles/{}", rows[0]);
    for (path, english, indonesian) in [
        ("/", "Articles to review", "Artikel untuk ditinjau"),
        (article.as_str(), "How it adds up", "Perhitungannya"),
        ("/sources", "How to read this", "Cara membacanya"),
        ("/rules", "What is looked for", "Yang dicari"),
        ("/nowhere", "Back to the articles.", "Kembali ke artikel."),
    ] {
        for (lang, words, others) in [("en", english, indonesian), ("id", indonesian, english)] {
            let page = site
                .get_with(path, &[BROWSER, ("accept-language", lang)])
                .await;
            assert!(
                page.text.contains(&format!("<html lang=\"{lang}\">")),
                "{path}"
            );
            assert!(page.text.contains(words), "{path} {lang}: {}", page.text);
            assert!(!page.text.contains(others), "{path} {lang}");
            if path != "/nowhere" {
                assert_eq!(page.header("vary"), "accept-language", "{path}");
            }
        }
    }
}

#[tokio::test]
async fn notes_of_findings_speak_the_language_of_the_reader() {
    let (site, rows) = Site::seeded().await;
    let article = format!("/articles/{}", rows[2]);
    let of_api = format!("/api/v1{article}");
    for path in ["/", &article, "/feed.atom", "/api/v1/articles", &of_api] {
        for (lang, words) in [
            ("en", "“dan” is joined to itself"),
            ("id", "“dan” digabungkan dengan dirinya sendiri"),
        ] {
            let answer = site.get_with(path, &[("accept-language", lang)]).await;
            let text = &answer.text;
            assert!(text.contains(words), "{path} {lang}: {text}");
            assert_eq!(answer.header("vary"), "accept-language", "{path}");
        }
    }
}

#[tokio::test]
async fn what_was_set_aside_is_shown_and_taken_up_again() {
    let (site, _) = Site::seeded().await;
    let empty = site.get("/parked").await;
    assert!(
        empty.text.contains("Nothing is set aside."),
        "{}",
        empty.text
    );
    let urls = ["https://desa.example/flag", "https://desa.example/pass"];
    for url in urls {
        site.park(url);
    }
    let sources = site.get("/sources").await.text;
    assert!(sources.contains("href=\"./parked\""), "{sources}");
    let page = site.get("/parked").await.text;
    for words in [urls[0], urls[1], "ended without a word", "3&#60;"] {
        assert!(page.contains(words), "{words}: {page}");
    }

    let press = async |headers: &[(&str, &str)], body: &str| {
        let headers = [&[FORM, ("origin", "http://127.0.0.1:9630")], headers].concat();
        site.post("/parked", &headers, body).await
    };
    assert_eq!(press(&[], "").await.status, StatusCode::BAD_REQUEST);
    let one = press(&[], "url=https%3A%2F%2Fdesa.example%2Fflag").await;
    assert_eq!(one.status, StatusCode::SEE_OTHER, "{}", one.text);
    assert_eq!(one.header("location"), "./parked");
    let page = site.get("/parked").await.text;
    assert!(!page.contains(urls[0]) && page.contains(urls[1]), "{page}");
    site.configure(|config| config.serve.token = Some(Secret::new("secret".to_string())));
    let refused = press(&[], "all=yes").await;
    assert_eq!(refused.status, StatusCode::UNAUTHORIZED, "{}", refused.text);
    let page = site.get("/parked").await.text;
    assert!(
        page.contains(urls[1]) && !page.contains("<button"),
        "{page}"
    );
    let all = press(&[("authorization", "Bearer secret")], "all=yes").await;
    assert_eq!(all.status, StatusCode::SEE_OTHER, "{}", all.text);
    assert!(
        site.get("/parked")
            .await
            .text
            .contains("Nothing is set aside.")
    );
}
