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
        ("", "<p class=byline>江湾晚报记者 闻 竹</p>", Some("闻竹")),
        (
            "",
            "<p class=byline>기사는 편집국에서 문화면으로 분류했습니다</p>",
            None,
        ),
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
        (
            "<meta name=citation_author content='Okafor, Ines'>\
             <meta name=citation_author content='Bo Li'>",
            "",
            Some("Ines Okafor, Bo Li"),
        ),
        (
            "",
            "<p class=byline>Ines Okafor, Head of Maps, Photographs by Bo Li</p>",
            Some("Ines Okafor"),
        ),
        (
            "",
            "<p class=byline>Ines Okafor on Tuesday</p>",
            Some("Ines Okafor"),
        ),
        (
            "",
            "<p class=byline>Eingestellt von Ines van der Okafor am Freitag</p>",
            Some("Ines van der Okafor"),
        ),
        (
            "",
            "<span class=author>2024 Ines Okafor</span>",
            Some("Ines Okafor"),
        ),
        (
            "<meta name=author content='Pier Editorial Team'>",
            "",
            Some("Pier Editorial Team"),
        ),
        // A paper that signs as itself, unless somebody else is named.
        (
            "<meta name=author content='Harbour Post'>",
            "",
            Some("Harbour Post"),
        ),
        (
            "<meta name=author content='Harbour Post'>",
            "<p class=byline>By Ines Okafor</p>",
            Some("Ines Okafor"),
        ),
        (
            "",
            "<div id=comments><a class=author>Mia Wong</a></div>",
            None,
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
    let prose = json_ld(r#"{"@type": "Article", "datePublished": "Mar 25, 2024"}"#);
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
        ("", "<span>5.3.24</span>", ""),
        ("", "<span>05.03.24</span>", "page"),
        (
            "",
            "<div><span property=schema:dateCreated content=2024-03-05></span></div>",
            "microdata",
        ),
        (
            "",
            "<abbr class=published title=2024-03-05T10:20:00+01:00>10:20</abbr>",
            "microdata",
        ),
        (
            "",
            "<time pubdate datetime=2024-03-05>today</time>",
            "microdata",
        ),
        (
            "",
            "<p>Dieser Beitrag wurde veröffentlicht am 5. März 2024 um 10:20 Uhr von Ines Okafor, \
             abgelegt unter Hafen und Pier</p>",
            "page",
        ),
        (
            "",
            "<p>Ines Okafor and seven others of the newsroom | Harbour | 5 March 2024 | 3 comments</p>",
            "page",
        ),
        (
            prose.as_str(),
            "<p class=entry-date>5 March 2024</p>",
            "page",
        ),
    ];
    for (head, around, origin) in cases {
        let article = read(head, around);
        let found = article.origins.get("published").map_or("", String::as_str);
        assert_eq!(found, origin, "{head}{around}");
        if let Some(date) = article.published {
            let day = date.day().to_string();
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
    let day = article.published.unwrap().day().to_string();
    assert_eq!(day, "2024-03-05");
}

/// Today's date hangs above many pages, and sources are cited with theirs.
#[test]
fn the_nearest_date_that_says_it_is_of_the_publication_is_believed() {
    let title = "Old timber pier to be rebuilt";
    let cases = [
        format!("<p>9 March 2024</p><h1>{title}</h1><p>Published on 5 March 2024</p>"),
        format!("<p>5 March 2024</p><h1>{title}</h1>{TEXT}{TEXT}<p>1 May 2019</p>"),
        format!("<h1>{title}</h1><p>Updated 9 March 2024</p><p>5 March 2024</p>"),
        format!("<p>9 March 2024</p><h2>{title}</h2><p>5 March 2024</p>"),
        format!(
            "<h2><a href=/pier>{title}</a></h2><p>9 March 2024</p><h1>{title}</h1><p>5 March 2024</p>"
        ),
    ];
    for page in cases {
        let html =
            format!("<html><head><title>{title}</title></head><body>{page}{TEXT}</body></html>");
        let date = super::read(html.as_bytes()).unwrap().published;
        let day = date.map(|date| date.day().to_string());
        assert_eq!(day.as_deref(), Some("2024-03-05"), "{page}");
    }
    let cited = "<p>Lind, M.: Terns under old piers, a survey of the northern coast. Published online \
        1 May 2019 by the society for birds.</p>";
    let far = "<p>Nothing but a line</p>".repeat(200);
    assert_eq!(read("", &format!("{far}{cited}")).published, None);
}

#[test]
fn months_have_names_in_many_languages() {
    let cases = [
        ("de-AT", "5. Jänner 2024", "2024-01-05"),
        ("de", "5.Mai 2024", "2024-05-05"),
        ("cs", "5. 3. 2024", "2024-03-05"),
        ("cs", "5. června 2024", "2024-06-05"),
        ("cs", "5. července 2024", "2024-07-05"),
        ("pl", "5 września 2024", "2024-09-05"),
        ("uk", "5 березня 2024", "2024-03-05"),
        ("fi", "5. kesäkuuta 2024", "2024-06-05"),
        ("tr", "5 Ağustos 2024", "2024-08-05"),
        ("ro", "5 iulie 2024", "2024-07-05"),
        ("hu", "2024. március 5.", "2024-03-05"),
        ("el", "5 Οκτωβρίου 2024", "2024-10-05"),
        ("en", "Dublin, 5 March 2024", "2024-03-05"),
    ];
    for (lang, line, expected) in cases {
        let html = format!(
            "<html lang={lang}><body><article><h1>Old timber pier to be rebuilt</h1>\
            <p>{line}</p>{TEXT}</article></body></html>"
        );
        let found = super::read(html.as_bytes()).unwrap().published;
        let day = found.map(|date| date.day().to_string());
        assert_eq!(day.as_deref(), Some(expected), "{line}");
    }
}

/// Dates of other articles stand around the page; a class or being alone tells the article's own.
#[test]
fn a_date_far_from_the_heading_counts_where_it_is_marked_or_alone() {
    let far = "<p>Nothing but a line</p>".repeat(200);
    let cases = [
        ("<span class=post-date>5 March 2024</span>", true),
        ("<span>5 March 2024</span>", true),
        ("<span>5 March 2024</span><p>5 March 2024, 10:20</p>", true),
        ("<span>5 March 2024</span><p>6 March 2024</p>", false),
        ("<p>Last updated: 5 March 2024</p>", true),
    ];
    for (line, is_found) in cases {
        let found = read("", &format!("{far}{line}")).published;
        let day = found.map(|date| date.day().to_string());
        assert_eq!(day.as_deref(), is_found.then_some("2024-03-05"), "{line}");
    }
}

/// `3/4/2024` is in March for Americans and in April for nearly everybody else.
#[test]
fn the_language_tells_the_day_from_the_month() {
    let cases = [
        ("en-US", Some("2024-03-04")),
        ("en-GB", Some("2024-04-03")),
        ("de", Some("2024-04-03")),
        ("id-ID", Some("2024-04-03")),
        ("en", None),
    ];
    for (lang, expected) in cases {
        let html = format!(
            "<html lang={lang}><body><article><h1>Old timber pier to be rebuilt</h1>\
            <p class=date>3/4/2024</p>{TEXT}</article></body></html>"
        );
        let found = super::read(html.as_bytes()).unwrap().published;
        let day = found.map(|date| date.day().to_string());
        assert_eq!(day.as_deref(), expected, "{lang}");
    }
}

#[test]
fn dates_in_addresses_have_many_forms() {
    let cases = [
        ("/2024/03/05/pier", true),
        ("/2024-03-05-pier", true),
        ("/news/5-3-2024", true),
        ("/docs/2024/03/20240305_pier.html", true),
        ("/2024/35/05/pier", false),
        ("/20249999/pier", false),
        ("/item/2024/3051", false),
    ];
    for (path, is_found) in cases {
        let html = format!("<article><h1>Old timber pier to be rebuilt</h1>{TEXT}</article>");
        let page = super::page(
            &format!("https://site.example{path}"),
            "text/html",
            html.as_bytes(),
        );
        let lexicon = benggala::lang::Lexicon::built_in();
        let found =
            benggala::extract::extract(&page, &Default::default(), &lexicon, &Default::default());
        let date = found.unwrap().published;
        let day = date.map(|date| date.day().to_string());
        assert_eq!(day.as_deref(), is_found.then_some("2024-03-05"), "{path}");
    }
}

#[test]
fn the_title_is_what_readers_see_without_what_stands_around_it() {
    let title = "Old timber pier to be rebuilt";
    let og = |text: &str| format!("<meta property=og:title content='{text}'>");
    let cases = [
        // A kicker, a date or a byline in the same heading.
        (og(title), format!("<h1><span>Harbour</span> {title}</h1>")),
        (
            og(title),
            format!("<h1>{title}<small>5 March 2024</small></h1>"),
        ),
        (
            og(&format!("{title} | Harbour Post")),
            format!("<h1><span>Harbour:</span> <b>{title}</b></h1>"),
        ),
        // What search engines are told is not what stands there.
        (
            og("Old pier rebuilt: all about the timber pier in 2024"),
            format!("<h1>{title}</h1>"),
        ),
        // The site's name in the place of the title.
        (
            format!("<title>{title} – Harbour Post</title>"),
            "<h1>Harbour Post</h1>".to_string(),
        ),
        // Character references that were escaped twice.
        (
            String::new(),
            "<h1>Old timber pier&amp;#32;to be rebuilt</h1>".to_string(),
        ),
    ];
    for (head, heading) in cases {
        let html = format!(
            "<html lang=en><head><meta property=og:site_name content='Harbour Post'>{head}</head>\
            <body><article>{heading}{TEXT}</article></body></html>"
        );
        let article = super::read(html.as_bytes()).unwrap();
        assert_eq!(article.title.as_deref(), Some(title), "{head}{heading}");
    }
}
