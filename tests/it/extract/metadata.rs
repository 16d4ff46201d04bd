//! Authors and dates from the places and in the forms in which pages have them.

const TEXT: &str = "<p>The harbour council voted on Tuesday evening to rebuild the old timber pier, \
    ending a dispute that had lasted for two winters.</p><p>Work is expected to begin in early \
    spring, once the nests under the boards have been counted.</p>";

fn read(head: &str, around: &str) -> benggala::model::Article {
    let html = format!(
        "<html lang=en><head><meta property=og:site_name content='Harbour Post'>{head}</head><body>\
        <article><h1>Old timber pier to be rebuilt</h1>{around}{TEXT}</article></body></html>"
    );
    super::read(html.as_bytes()).unwrap()
}

fn json_ld(json: &str) -> String {
    format!("<script type='application/ld+json'>{json}</script>")
}

#[test]
fn authors_are_named_without_what_stands_around_them() {
    let cases = [
        (
            "",
            "<p class=byline>By Ines Okafor</p>",
            Some("Ines Okafor"),
        ),
        (
            "",
            "<p class=byline>Written by: Ines Okafor, Bo Li</p>",
            Some("Ines Okafor, Bo Li"),
        ),
        (
            "",
            "<p class=post-author>Ines Okafor Senior Reporter</p>",
            Some("Ines Okafor"),
        ),
        (
            "",
            "<span class=author>Ines Okafor 5 March 2024</span>",
            Some("Ines Okafor"),
        ),
        (
            "",
            "<span class=author>Ines Okafor ines@post.example</span>",
            Some("Ines Okafor"),
        ),
        (
            "",
            "<a href=/author/ines-okafor>Ines Okafor</a>",
            Some("Ines Okafor"),
        ),
        ("", "<p>Oleh: Budi Santoso</p>", Some("Budi Santoso")),
        ("", "<span class=author>The Author</span>", None),
        ("", "<span class=author>Harbour Post</span>", None),
        ("", "<div class=comment-author>Mia Wong says</div>", None),
        (
            "<meta property=article:author content='https://social.example/post'>\
             <meta name=parsely-author content='Ines Okafor'>",
            "",
            Some("Ines Okafor"),
        ),
        (
            "<meta name=twitter:label1 content='Written by'><meta name=twitter:data1 content='Bo Li'>",
            "",
            Some("Bo Li"),
        ),
        (
            "<meta name=twitter:label1 content='Price'><meta name=twitter:data1 content='Two Euros'>",
            "",
            None,
        ),
        (
            "<meta name=author content=iokafor>",
            "<a rel=author>Ines Okafor</a>",
            Some("Ines Okafor"),
        ),
    ];
    for (head, around, expected) in cases {
        let article = read(head, around);
        assert_eq!(article.byline.as_deref(), expected, "{head}{around}");
    }
}

#[test]
fn authors_are_read_in_every_form_of_schema_org() {
    let cases = [
        r#""author": "Ines Okafor""#,
        r#""author": ["Ines Okafor"]"#,
        r#""author": {"@type": "Person", "name": "By Ines Okafor"}"#,
        r##""author": {"@id": "#ines"}"##,
        r##""author": [{"@id": "#ines"}, {"name": "Harbour Post"}]"##,
    ];
    for author in cases {
        let graph = format!(
            r##"{{"@graph": [{{"@type": "NewsArticle", "headline": "Old timber pier to be rebuilt", {author}}},
            {{"@type": "Person", "@id": "#ines", "name": "Ines Okafor"}}]}}"##
        );
        let article = read(&json_ld(&graph), "");
        assert_eq!(article.byline.as_deref(), Some("Ines Okafor"), "{author}");
    }
}

#[test]
fn dates_are_found_where_pages_have_them() {
    let page = json_ld(r#"{"@type": "WebPage", "datePublished": "2024-03-05T10:00:00+07:00"}"#);
    let changed = json_ld(r#"{"@type": "NewsArticle", "dateModified": "2024-03-05"}"#);
    let cases = [
        (page.as_str(), "", "json-ld"),
        (changed.as_str(), "", "modified"),
        ("<meta name=published content='March 5, 2024'>", "", "meta"),
        (
            "",
            "<time datetime=2024-03-05T10:20Z>Tuesday</time>",
            "page",
        ),
        ("", "<time>Mar 5, 2024</time>", "page"),
        ("", "<p>Published on March 05, 2024</p>", "page"),
        ("", "<p>[Submitted on 5 Mar 2024]</p>", "page"),
        ("", "<span>05.03.2024 10:20</span>", "page"),
        ("", "<span>25.03.2024</span>", "page"),
        ("", "<span>2024年3月5日</span>", "page"),
        ("", "<p>Updated 5 March 2024</p>", "modified"),
        (
            "<script>x={\"publishedAt\":\"2024-03-05T01:00:00Z\"}</script>",
            "",
            "script",
        ),
        (
            "<script>x={\\\"datePublished\\\":\\\"2024-03-05\\\"}</script>",
            "",
            "script",
        ),
        ("", "<span>03/04/2024</span>", ""),
    ];
    for (head, around, origin) in cases {
        let article = read(head, around);
        let found = article.origins.get("published").map_or("", String::as_str);
        assert_eq!(found, origin, "{head}{around}");
        if let Some(date) = article.published {
            let day = date.format("%Y-%m-%d").to_string();
            assert!(
                ["2024-03-05", "2024-03-25"].contains(&day.as_str()),
                "{day} {around}"
            );
        }
    }
}

#[test]
fn the_date_beside_the_heading_is_believed_before_others() {
    let elsewhere = "<footer><p>1 January 2020</p></footer>";
    let article = read("", &format!("<p>5 March 2024</p>{elsewhere}"));
    let day = article.published.unwrap().format("%Y-%m-%d").to_string();
    assert_eq!(day, "2024-03-05");
}
