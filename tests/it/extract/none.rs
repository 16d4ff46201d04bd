//! Pages that are no articles, and articles that look like such pages.

use benggala::{
    extract::extract,
    lang::Lexicon,
    model::{ParseLimits, SiteRules},
};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    expect: String,
    path: String,
    html: String,
}

#[derive(serde::Deserialize)]
struct Cases {
    page: Vec<Case>,
}

#[test]
fn pages_without_an_article_say_why_and_look_alikes_are_read() {
    let cases: Cases = toml::from_str(include_str!("../../pages-none.toml")).unwrap();
    assert!(cases.page.len() >= 70, "{}", cases.page.len());
    let lexicon = Lexicon::built_in();
    let wrong: Vec<String> = cases
        .page
        .iter()
        .filter_map(|case| {
            let page = super::page(
                &format!("https://site.example{}", case.path),
                "text/html; charset=utf-8",
                case.html.as_bytes(),
            );
            let result = extract(
                &page,
                &SiteRules::default(),
                &lexicon,
                &ParseLimits::default(),
            );
            let found = result.map_or_else(|none| none.reason.as_str(), |_| "article");
            (found != case.expect)
                .then(|| format!("{}: {found} instead of {}", case.name, case.expect))
        })
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}
