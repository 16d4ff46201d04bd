use benggala::canonical::{LENGTH_MAX, TRACKING, accepted, authority, canonical, same_site};
use proptest::prelude::*;
use url::Url;

fn url(text: &str) -> Url {
    Url::parse(text).unwrap_or_else(|why| panic!("{text}: {why}"))
}

#[test]
fn spellings_of_one_page_become_one() {
    for (given, expected) in [
        ("HTTP://Example.COM", "http://example.com/"),
        ("https://example.com:443/a", "https://example.com/a"),
        ("http://example.com:8080/a", "http://example.com:8080/a"),
        ("http://example.com../a", "http://example.com/a"),
        ("https://me:secret@example.com/a", "https://example.com/a"),
        ("https://example.com/a#comments", "https://example.com/a"),
        ("https://example.com/a?", "https://example.com/a"),
        ("https://example.com/a?&&", "https://example.com/a"),
        (
            "https://example.com/a?utm_source=x&utm_medium=y",
            "https://example.com/a",
        ),
        (
            "https://example.com/a?b=1&UTM_Source=x&a=2",
            "https://example.com/a?b=1&a=2",
        ),
        (
            "https://example.com/a?at_medium=RSS&at_campaign=K",
            "https://example.com/a",
        ),
        (
            "https://example.com/a?xtor=RSS-1&ns_mchannel=x&wt_mc=z",
            "https://example.com/a",
        ),
        (
            "https://example.com/a?fbclid=Iw&gclid=2&page=all",
            "https://example.com/a?page=all",
        ),
        (
            "https://example.com/%c3%a9?q=%e2%82%ac",
            "https://example.com/%C3%A9?q=%E2%82%AC",
        ),
        (
            "https://example.com/a;jsessionid=F00?x=1",
            "https://example.com/a?x=1",
        ),
        (
            "https://example.com/a;JSESSIONID=F00/b",
            "https://example.com/a/b",
        ),
        (
            "https://example.com/a?PHPSESSID=abc&id=7",
            "https://example.com/a?id=7",
        ),
        (
            "https://example.com/a?sid=0123456789abcdef0123456789abcdef",
            "https://example.com/a",
        ),
        (
            "https://bücher.example/ä",
            "https://xn--bcher-kva.example/%C3%A4",
        ),
        ("http://0x7f.1/a", "http://127.0.0.1/a"),
        ("http://[::1]:80/", "http://[::1]/"),
    ] {
        assert_eq!(
            canonical(&url(given)).map(String::from).as_deref(),
            Some(expected),
            "{given}"
        );
    }
}

#[test]
fn what_may_be_another_page_is_left_alone() {
    for same in [
        "https://example.com/a//b",
        "https://example.com/a/",
        "https://example.com/a/index.html",
        "https://example.com/a/amp",
        "https://example.com/a?amp=1",
        "https://example.com/a?b=2&a=1",
        "https://example.com/?p=123",
        "https://example.com/a?sid=politics",
        "https://example.com/a?sid=1234",
        "https://example.com/a?id=1&id=1",
        "https://example.com/a?q=x%20y+z",
        "https://example.com/a?%zz=%4",
        "https://example.com/A%2Fb",
        "http://example.com/a",
    ] {
        assert_eq!(
            canonical(&url(same)).map(String::from).as_deref(),
            Some(same)
        );
    }
}

/// Many pages come from a script, and one of its parameters must tell which.
#[test]
fn a_script_keeps_the_parameter_that_may_name_its_page() {
    for (given, expected) in [
        ("/read.php?sessionid=12", "/read.php?sessionid=12"),
        ("/read.php?icid=12&utm_source=x", "/read.php?icid=12"),
        ("/read.asp?ocid=12&smid=13", "/read.asp?ocid=12&smid=13"),
        ("/?campaign_id=12", "/?campaign_id=12"),
        ("/read.php?id=7&campaign_id=12", "/read.php?id=7"),
        (
            "/read.php?s=a0b1c2d3e4f5a6b7c8d9",
            "/read.php?s=a0b1c2d3e4f5a6b7c8d9",
        ),
        ("/read?s=a0b1c2d3e4f5a6b7c8d9", "/read"),
        ("/story-of-the-ferry?campaign_id=12", "/story-of-the-ferry"),
        ("/read.php?fbclid=12", "/read.php"),
        // names that only begin as those of analytics do
        ("/read?at_id=1", "/read?at_id=1"),
        ("/read?pk_id=1&pk=2", "/read?pk_id=1&pk=2"),
        ("/read?ns_id=1", "/read?ns_id=1"),
        ("/read?wt.id=1&hsa_no=2", "/read?wt.id=1&hsa_no=2"),
        ("/read?utm_zone=33", "/read?utm_zone=33"),
        // escaped twice by a feed
        ("/read?id=1&amp;utm_source=x", "/read?id=1"),
        ("/read?_ga_1A2B3C4D5E=GS1", "/read"),
    ] {
        let given = url(&format!("https://example.com{given}"));
        let found = canonical(&given).map(String::from);
        assert_eq!(
            found,
            Some(format!("https://example.com{expected}")),
            "{given}"
        );
    }
}

#[test]
fn no_page_is_no_url() {
    for none in [
        "ftp://example.com/a",
        "file:///etc/passwd",
        "data:text/html,x",
        "javascript:void(0)",
        "mailto:red@example.com",
        "about:blank",
        "http://./",
    ] {
        if let Ok(url) = Url::parse(none) {
            assert_eq!(canonical(&url), None, "{none}");
        }
    }
    let fits = format!("https://example.com/{}", "a".repeat(LENGTH_MAX - 20));
    assert!(canonical(&url(&fits)).is_some());
    assert_eq!(canonical(&url(&format!("{fits}a"))), None);
    let tracked = format!(
        "https://example.com/a?utm_source={}",
        "x".repeat(LENGTH_MAX)
    );
    assert!(
        canonical(&url(&tracked)).is_some(),
        "only what stays counts"
    );
}

#[test]
fn the_tracking_list_is_sorted_and_lower_case() {
    assert!(TRACKING.is_sorted_by(|a, b| a < b));
    assert!(
        TRACKING
            .iter()
            .all(|name| name.to_ascii_lowercase() == *name)
    );
}

#[test]
fn a_declared_address_is_accepted_only_for_the_same_page() {
    for (declared, fetched, expected) in [
        (
            "https://example.com/a",
            "https://www.example.com/a?x=1",
            "https://example.com/a",
        ),
        (
            "http://example.com/a",
            "https://example.com/a/amp",
            "http://example.com/a",
        ),
        (
            "https://example.com/a?utm_source=x#y",
            "https://example.com/b",
            "https://example.com/a",
        ),
        // another registrable domain, though it ends alike
        (
            "https://evil.com/a",
            "https://example.com/a",
            "https://example.com/a",
        ),
        (
            "https://bad-example.com/a",
            "https://example.com/a",
            "https://example.com/a",
        ),
        (
            "https://b.co.uk/a",
            "https://a.co.uk/a",
            "https://a.co.uk/a",
        ),
        (
            "https://b.github.io/a",
            "https://a.github.io/a",
            "https://a.github.io/a",
        ),
        // the front page is not the article
        (
            "https://example.com/",
            "https://example.com/a",
            "https://example.com/a",
        ),
        (
            "https://example.com",
            "https://example.com/",
            "https://example.com/",
        ),
        (
            "https://example.com/?p=7",
            "https://example.com/a",
            "https://example.com/?p=7",
        ),
        // addresses have no registrable domain
        (
            "http://127.0.0.1:81/a",
            "http://127.0.0.1:80/b",
            "http://127.0.0.1/b",
        ),
        (
            "http://127.0.0.1:81/a",
            "http://127.0.0.1:81/b",
            "http://127.0.0.1:81/a",
        ),
        (
            "http://localhost:81/a",
            "http://localhost:82/b",
            "http://localhost:82/b",
        ),
        (
            "http://10.0.0.1/a",
            "https://example.com/b",
            "https://example.com/b",
        ),
        (
            "ftp://example.com/a",
            "https://example.com/b#c",
            "https://example.com/b",
        ),
    ] {
        let got = accepted(&url(declared), &url(fetched));
        assert_eq!(got.as_str(), expected, "{declared} on {fetched}");
    }
}

/// Templates that declare one address on all their pages; the first column is believed by nobody.
#[test]
fn no_declaration_folds_a_site_into_one_page() {
    for (declared, fetched) in [
        ("/news/", "/news/ferry-returns"),
        ("/news", "/news/2024/05/17/ferry-returns-after-winter"),
        ("/2024/05/17/", "/2024/05/17/ferry"),
        ("/news/", "/2024/05/17/ferry-returns-after-winter"),
        ("/en/", "/2024/05/17/ferry-returns-after-winter"),
        ("/index.php", "/2024/05/17/ferry-returns-after-winter"),
        ("/en/index.html", "/en/ferry"),
        ("/news/", "/amp/2024/05/17/ferry-returns-after-winter"),
        ("/news/", "/2024/05/17/ferry-returns-after-winter/amp"),
        ("/world-news/", "/2024/05/17/ferry-returns-after-winter"),
        ("/ferry-template", "/harbour/ferry-returns-after-winter"),
        (
            "/default-article",
            "/harbour/ferry-returns-after-winter-48213",
        ),
        ("/article", "/harbour/48213.html"),
        ("/harbour/", "/read/482"),
        ("/?lang=en", "/harbour/ferry-returns"),
        ("/index.php", "/index.php?id=48213"),
        ("/read.php", "/read.php?story=ferry"),
        ("/", "/?p=482"),
        ("/article", "/article?id=48213"),
        ("/新闻", "/新闻/渡轮冬季后恢复航行"),
        ("/новости/", "/2024/05/17/паром-снова-ходит-после-зимы"),
    ] {
        let [declared, fetched] =
            [declared, fetched].map(|path| url("https://example.com").join(path).unwrap());
        assert_eq!(
            accepted(&declared, &fetched),
            canonical(&fetched).unwrap(),
            "{declared}"
        );
    }
}

/// Addresses of one page that differ, as sites have them; the first column is believed.
#[test]
fn a_declaration_unites_the_forms_of_one_page() {
    for (declared, fetched) in [
        (
            "/2024/05/17/ferry-returns",
            "/2024/05/17/ferry-returns/amp/",
        ),
        ("/2024/05/17/ferry-returns", "/amp/2024/05/17/ferry-returns"),
        ("/ferry-returns", "/ferry-returns/amp.html"),
        ("/ferry-returns/", "/ferry-returns/print"),
        ("/ferry/", "/ferry/index.html"),
        ("/news/index.html", "/news/"),
        ("/ferry-returns", "/ferry-returns?page=all"),
        ("/ferry-returns", "/?p=48213"),
        ("/?p=48213", "/2024/05/17/ferry-returns-after-winter"),
        ("/read.php?id=48213", "/ferry-returns-after-the-winter"),
        (
            "/harbour/ferry-back-after-winter-48213",
            "/harbour/ferry-returns-after-winter-48213",
        ),
        ("/harbour/ferry-returns", "/ferry-returns-after-the-winter"),
        ("/harbour/ferry-returns", "/node/48213"),
        ("/48213", "/harbour/ferry-returns-after-winter-48213"),
        ("/渡轮冬季后恢复航行", "/node/48213"),
    ] {
        let [declared, fetched] =
            [declared, fetched].map(|path| url("https://example.com").join(path).unwrap());
        assert_eq!(
            accepted(&declared, &fetched),
            canonical(&declared).unwrap(),
            "{fetched}"
        );
    }
}

#[test]
fn sites_and_authorities() {
    for (a, b, same) in [
        (
            "https://news.example.com/",
            "http://www.example.com:8080/x",
            true,
        ),
        ("https://example.com./", "https://example.com/", true),
        ("https://a.example.co.id/", "https://b.example.co.id/", true),
        ("https://example.co.id/", "https://other.co.id/", false),
        ("http://[::1]:1/", "http://[::1]:2/", false),
    ] {
        assert_eq!(same_site(&url(a), &url(b)), same, "{a} and {b}");
    }
    assert_eq!(authority(&url("https://Example.com/a")), "example.com:443");
    assert_eq!(
        authority(&url("http://example.com:8080")),
        "example.com:8080"
    );
    assert_eq!(authority(&url("http://[::1]/")), "[::1]:80");
}

proptest! {
    #[test]
    fn canonical_is_idempotent_and_bounded(
        host in "[a-zA-Z0-9.-]{1,20}",
        path in "(/|%[0-9a-fA-F]{2}|%|;jsessionid=|[a-z.;é]){0,20}",
        query in "([&=?a-z%]|utm_x=1|sid=0123456789abcdefghij|%[0-9a-f]{2}|ü|'){0,20}",
    ) {
        let Ok(url) = Url::parse(&format!("http://u:p@{host}/{path}?{query}#f")) else { return Ok(()) };
        if let Some(once) = canonical(&url) {
            prop_assert_eq!(canonical(&once), Some(once.clone()));
            prop_assert!(once.as_str().len() <= LENGTH_MAX);
            prop_assert_eq!(Url::parse(once.as_str()).ok(), Some(once));
        }
    }

    #[test]
    fn no_text_breaks_it(text in "\\PC{0,80}") {
        if let Ok(url) = Url::parse(&text) {
            if let Some(once) = canonical(&url) {
                prop_assert_eq!(canonical(&once), Some(once));
            }
            let home = Url::parse("https://example.com/a").expect("a URL");
            accepted(&url, &home);
            accepted(&home, &url);
        }
    }
}
