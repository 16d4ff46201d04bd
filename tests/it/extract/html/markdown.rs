//! Markdown under the name of HTML.

use benggala::model::BlockKind;

use super::LONG;
use crate::extract::read;

fn blocks(page: &str) -> Vec<(BlockKind, String)> {
    let article = read(page.as_bytes()).unwrap();
    let text = |span: std::ops::Range<usize>| article.body[span].to_string();
    let blocks = article.blocks.iter();
    blocks
        .map(|block| (block.kind, text(block.span.clone())))
        .collect()
}

#[test]
fn markdown_is_read_by_its_paragraphs() {
    let page = format!(
        "---\nlayout: post\n---\n\n# El puente\n\n{LONG}\nOtra *línea* de lo [mismo](https://site.example/a_b \"x\").\n\n\
         ## Horario\n\n{LONG}\n\n- Lunes y martes por la mañana.\n- El resto de la semana no.\n\n> {LONG}\n\n\
         ![foto](/a.png) {LONG} Y el año\\_2 de 3 * 4.\n"
    );
    let found = blocks(&page);
    let long = |rest: &str| (BlockKind::Paragraph, format!("{LONG}{rest}"));
    let item = |text: &str| (BlockKind::ListItem, text.to_string());
    assert_eq!(
        found,
        [
            long(" Otra línea de lo mismo."),
            (BlockKind::Heading, "Horario".to_string()),
            long(""),
            item("Lunes y martes por la mañana."),
            item("El resto de la semana no."),
            (BlockKind::Quote, LONG.to_string()),
            long(" Y el año_2 de 3 * 4."),
        ]
    );
}

#[test]
fn html_is_left_as_it_is() {
    let page = format!(
        "<html><body><p>{LONG}</p><p>{LONG} Escribe [esto](https://site.example/) y **eso**.</p></body></html>"
    );
    let found = blocks(&page);
    assert!(
        found[1]
            .1
            .ends_with("Escribe [esto](https://site.example/) y **eso**.")
    );
}

#[test]
fn code_in_a_fence_is_no_markup() {
    let page = format!("# El puente\n\n{LONG}\n\n```\n<b>no</b>\n# no\n```\n\n{LONG} Fin.\n");
    let bodies: Vec<String> = blocks(&page).into_iter().map(|(_, text)| text).collect();
    assert_eq!(bodies.first().map(String::as_str), Some(LONG));
    assert!(bodies.iter().all(|text| text != "no"), "{bodies:?}");
}

#[test]
fn marks_that_never_close_take_no_time() {
    let begun = std::time::Instant::now();
    for mark in [
        "[", "](/", "[x](/", "```\n", "# \n", "*", "<", "\\", "> \n", "1. \n",
    ] {
        let page = format!("[a](/b) {LONG}\n\n{}", mark.repeat(50_000));
        let _ = read(page.as_bytes());
    }
    assert!(begun.elapsed().as_secs() < 30);
}
