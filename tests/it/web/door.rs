//! Who comes in: each route, with and without the token, where it is asked of writers and of all.

use benggala::{
    config::Config,
    metrics::labels,
    model::{Secret, TokenFor},
};
use data_encoding::BASE64;
use http::{Method, StatusCode};

use super::site::{Answer, BROWSER, FORM, JSON, Site, request};

const TOKEN: &str = "s3cret-of-the-newsroom";

/// What happens to somebody without the token where it is asked of all.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Door {
    /// They come in.
    Open,
    /// Programs are refused, people are led to where they bring it.
    Page,
    /// Everybody is refused.
    Api,
    /// Everybody is refused, and asked for a name and a password.
    Feed,
    /// A change, for which it is asked however that is set.
    Change,
    /// The same of what programs alone change: a session is not enough.
    Operation,
}

/// Every route that the metrics know, and the fixed files.
const ROUTES: [(&str, &[(&str, Door)]); 31] = [
    ("/", &[("GET", Door::Page)]),
    ("/articles/{id}", &[("GET", Door::Page)]),
    ("/articles/{id}/page", &[("GET", Door::Page)]),
    ("/bulk", &[("GET", Door::Page), ("POST", Door::Change)]),
    ("/bulk/{batch}/undo", &[("POST", Door::Change)]),
    ("/events", &[("GET", Door::Page)]),
    ("/login", &[("GET", Door::Open)]),
    ("/rules", &[("GET", Door::Page)]),
    ("/rules/{rule}", &[("GET", Door::Page)]),
    ("/sources", &[("GET", Door::Page), ("POST", Door::Change)]),
    ("/sources/{name}", &[("GET", Door::Page)]),
    ("/sources/{name}/{wish}", &[("POST", Door::Change)]),
    ("/metrics", &[("GET", Door::Page)]),
    ("/-/healthy", &[("GET", Door::Open)]),
    ("/-/ready", &[("GET", Door::Open)]),
    ("/-/reload", &[("POST", Door::Operation)]),
    ("/config", &[("GET", Door::Page)]),
    ("/feed.atom", &[("GET", Door::Feed)]),
    ("/api/v1/articles", &[("GET", Door::Api)]),
    ("/api/v1/articles/{id}", &[("GET", Door::Api)]),
    ("/api/v1/articles/{id}/reviews", &[("POST", Door::Change)]),
    ("/api/v1/sources", &[("GET", Door::Api)]),
    ("/api/v1/sources/{name}", &[("GET", Door::Api)]),
    ("/api/v1/sources/{name}/{wish}", &[("POST", Door::Change)]),
    (
        "/api/v1/sources/{name}/backfill",
        &[
            ("GET", Door::Api),
            ("POST", Door::Operation),
            ("DELETE", Door::Operation),
        ],
    ),
    (
        "/api/v1/parked",
        &[("GET", Door::Api), ("DELETE", Door::Operation)],
    ),
    ("/api/v1/rules", &[("GET", Door::Api)]),
    ("/api/v1/openapi.json", &[("GET", Door::Api)]),
    // These share the route `other` of the metrics.
    ("/static/benggala.css", &[("GET", Door::Open)]),
    ("/static/benggala.js", &[("GET", Door::Open)]),
    ("/static/benggala.svg", &[("GET", Door::Open)]),
];

#[test]
fn no_route_is_left_out() {
    let listed = ROUTES.iter().map(|(route, _)| *route);
    let known = listed.filter(|route| !route.starts_with("/static/"));
    assert!(known.eq(labels::ROUTES));
}

/// The site, with the token asked of these.
async fn site(token_for: TokenFor) -> (Site, String) {
    let (site, rows) = Site::seeded().await;
    site.configure(|config| ask(config, token_for));
    (site, rows[3].to_string())
}

fn ask(config: &mut Config, token_for: TokenFor) {
    config.serve.token = Some(Secret::new(TOKEN.to_string()));
    config.serve.token_for = token_for;
    config.serve.reload = true;
}

async fn asked(site: &Site, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    let mut headers = headers.to_vec();
    if method != Method::GET {
        headers.push(JSON);
    }
    let body = request(method, path, &headers, "{}");
    // An answer to `/events` has no end; its head is enough.
    match path {
        "/events" => site.head_of(body).await,
        _ => site.send(body).await,
    }
}

async fn cookie(site: &Site) -> String {
    let login = site
        .post("/login", &[FORM], &format!("token={TOKEN}"))
        .await;
    let cookie = login.header("set-cookie");
    cookie.split(';').next().unwrap().to_string()
}

/// Whether the answer tells of the token, and so of nothing else.
fn is_refused(answer: &Answer) -> bool {
    match answer.status {
        StatusCode::UNAUTHORIZED => true,
        StatusCode::SEE_OTHER => answer.header("location").contains("login?to="),
        _ => false,
    }
}

#[tokio::test]
async fn every_route_is_open_or_shut_as_the_token_is_asked_for() {
    for token_for in TokenFor::ALL {
        let (site, id) = site(token_for).await;
        let session = cookie(&site).await;
        let bearer = format!("Bearer {TOKEN}");
        for (route, methods) in ROUTES {
            let path = route.replace("{id}", &id).replace("{name}", "desa");
            let path = path.replace("{rule}", "repeated-phrase");
            let path = path.replace("{wish}", "pause").replace("{batch}", "1");
            for (method, door) in methods {
                let is_shut = match door {
                    Door::Open => false,
                    Door::Change | Door::Operation => true,
                    _ => token_for == TokenFor::All,
                };
                let said = format!("{method} {path} {token_for:?}");
                for wrong in [
                    &[][..],
                    &[("authorization", "Bearer s3cret")],
                    &[("authorization", TOKEN)],
                    &[("cookie", "benggala_session=0")],
                ] {
                    let answer = asked(&site, method, &path, wrong).await;
                    assert_eq!(is_refused(&answer), is_shut, "{said} {wrong:?}");
                    if is_shut {
                        let detail = answer.problem(StatusCode::UNAUTHORIZED);
                        assert!(detail.contains("[serve]"), "{said}");
                        let challenge = answer.header("www-authenticate");
                        let is_feed = *door == Door::Feed;
                        assert_eq!(challenge.starts_with("Basic"), is_feed, "{said}");
                        assert_eq!(challenge.starts_with("Bearer"), !is_feed, "{said}");
                    }
                }
                let by_program = [("authorization", bearer.as_str())];
                let by_person = [("cookie", session.as_str())];
                let answer = asked(&site, method, &path, &by_program).await;
                assert!(!is_refused(&answer), "{said} with a bearer token");
                let answer = asked(&site, method, &path, &by_person).await;
                let is_operation = *door == Door::Operation;
                assert_eq!(is_refused(&answer), is_operation, "{said} with a session");
                let answer = asked(&site, method, &path, &[BROWSER]).await;
                let is_led = answer.status == StatusCode::SEE_OTHER;
                assert_eq!(is_led, is_shut && *door == Door::Page, "{said} by a person");
            }
        }
    }
}

#[tokio::test]
async fn a_person_is_led_to_the_login_and_back_to_where_they_were_going() {
    let (site, id) = site(TokenFor::All).await;
    let path = format!("/articles/{id}?shelf=waiting&q=a%20b");
    let led = site.get_with(&path, &[BROWSER]).await;
    assert_eq!(led.status, StatusCode::SEE_OTHER);
    let way = led
        .header("location")
        .strip_prefix("..")
        .unwrap()
        .to_string();
    let page = site.get_with(&way, &[BROWSER]).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(
        page.text
            .contains("These pages need the <code>token</code>")
    );
    let to = format!("name=\"to\" value=\"{}\"", path.replace('&', "&#38;"));
    assert!(page.text.contains(&to), "{}", page.text);
    let kept: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
    let wrong = format!("token=wrong&to={kept}");
    let wrong = site.post("/login", &[FORM], &wrong).await;
    assert_eq!(wrong.status, StatusCode::FORBIDDEN);
    assert!(
        wrong.text.contains("That was another one."),
        "{}",
        wrong.text
    );
    assert!(wrong.text.contains(&to), "a slip loses nothing");
    let right = format!("token={TOKEN}&to={kept}");
    let right = site.post("/login", &[FORM], &right).await;
    assert_eq!(right.header("location"), format!(".{path}"));
    // A link in a message comes from another site: it must find them logged in.
    assert!(right.header("set-cookie").contains("SameSite=Lax"));

    for elsewhere in [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "x",
    ] {
        let kept: String = url::form_urlencoded::byte_serialize(elsewhere.as_bytes()).collect();
        let body = format!("token={TOKEN}&to={kept}");
        let led = site.post("/login", &[FORM], &body).await;
        assert_eq!(led.header("location"), "./", "{elsewhere}");
    }
}

#[tokio::test]
async fn a_reader_of_feeds_brings_the_token_as_a_password() {
    let (site, _) = site(TokenFor::All).await;
    let basic = |pair: &str| format!("Basic {}", BASE64.encode(pair.as_bytes()));
    for (pair, path, expected) in [
        (format!("feed:{TOKEN}"), "/feed.atom", StatusCode::OK),
        (format!(":{TOKEN}"), "/feed.atom", StatusCode::OK),
        (format!("{TOKEN}:"), "/feed.atom", StatusCode::UNAUTHORIZED),
        (TOKEN.to_string(), "/feed.atom", StatusCode::UNAUTHORIZED),
        // Browsers send a password again by themselves, so nothing else takes it.
        (format!("feed:{TOKEN}"), "/", StatusCode::UNAUTHORIZED),
        (format!("feed:{TOKEN}"), "/config", StatusCode::UNAUTHORIZED),
    ] {
        let header = basic(&pair);
        let answer = site.get_with(path, &[("authorization", &header)]).await;
        assert_eq!(answer.status, expected, "{pair} {path}");
    }
    let answer = site.get_with("/feed.atom", &[BROWSER]).await;
    assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
    assert!(answer.header("www-authenticate").starts_with("Basic"));
}

/// However the configuration came to be: it is refused before, and asks for a token that nobody has.
#[tokio::test]
async fn without_a_token_to_ask_for_nothing_is_shown() {
    let (site, id) = site(TokenFor::All).await;
    site.configure(|config| config.serve.token_for = TokenFor::All);
    for path in [
        "/",
        "/metrics",
        "/config",
        &format!("/api/v1/articles/{id}"),
    ] {
        let bearer = format!("Bearer {TOKEN}");
        let headers = [BROWSER, ("authorization", bearer.as_str())];
        let answer = site.get_with(path, &headers).await;
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{path}");
    }
    assert_eq!(site.get("/-/healthy").await.status, StatusCode::OK);
}
