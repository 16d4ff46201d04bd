//! Front pages and section pages as sites build them, in `tests/front-pages.toml`.

use std::{fs, path::Path};

use benggala::model::PageKind;
use serde::Deserialize;

use super::{page, read};

#[derive(Deserialize)]
struct Shapes {
    shape: Vec<Shape>,
}

/// A page, and all of its links that lead to articles, in order.
#[derive(Deserialize)]
struct Shape {
    name: String,
    html: String,
    articles: Vec<String>,
}

fn text_of(file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    fs::read_to_string(&path).unwrap_or_else(|why| panic!("{path:?}: {why}"))
}

#[test]
fn every_front_page_yields_its_articles_and_no_more() {
    let shapes: Shapes =
        toml::from_str(&text_of("tests/front-pages.toml")).unwrap_or_else(|why| panic!("{why}"));
    let (mut missed, mut false_links, mut articles) = (0, 0, 0);
    let mut wrong = String::new();
    for shape in &shapes.shape {
        let (links, _) = read(PageKind::Listing, &page(shape.html.clone()));
        let found: Vec<&str> = links
            .iter()
            .map(|link| link.url.as_str().trim_start_matches("https://news.example"))
            .collect();
        articles += shape.articles.len();
        let lacks = |article: &&String| !found.contains(&article.as_str());
        missed += shape.articles.iter().filter(lacks).count();
        let is_false = |link: &&&str| !shape.articles.iter().any(|article| article == **link);
        false_links += found.iter().filter(is_false).count();
        if found != shape.articles {
            wrong += &format!(
                "--- {}\nfound    {found:?}\nexpected {:?}\n",
                shape.name, shape.articles
            );
        }
    }
    assert!(
        wrong.is_empty(),
        "\n{wrong}{missed} of {articles} articles missed, {false_links} false links on {} pages\n",
        shapes.shape.len(),
    );
}

#[test]
fn the_words_of_addresses_are_sorted_and_explained() {
    let text = text_of("config/link_words.tsv");
    let (head, rows): (Vec<&str>, Vec<&str>) = text.lines().partition(|line| line.starts_with('#'));
    let rows: Vec<(&str, &str)> = rows
        .into_iter()
        .map(|row| row.split_once('\t').unwrap_or_else(|| panic!("{row}")))
        .collect();
    assert!(rows.is_sorted_by(|a, b| a.0 < b.0));
    for (word, meaning) in rows {
        assert_eq!(word, word.to_lowercase());
        let explained = format!("# {meaning} ");
        assert!(
            head.iter().any(|line| line.starts_with(&explained)),
            "{word}: {meaning}?"
        );
    }
}
