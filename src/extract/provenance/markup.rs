//! What translators leave in the text itself: elements and attributes that they write around
//! every sentence they have replaced.
//!
//! A list of most of them: D. Aleksandersen, "How to detect machine-translated webpages"
//! (ctrl.blog). All were looked up in pages that had been saved or copied after translation.

use scraper::ElementRef;

use super::{
    scene::{MarkedExtent, MarkedText, Scene},
    trace::Trace,
};

pub(super) const TRACES: [Trace; 6] = [
    // Chrome and the former widget wrap each run of text in one `<font>` and each sentence in
    // another. Editors that forbid `<font>` turn both into `<span>`, or keep the style alone.
    Trace {
        rule: "google-translate-markup",
        needles: &["vertical-align: inherit", "vertical-align:inherit"],
        read: google,
    },
    // Edge and Microsoft Translator number what they translate: `_msthash`, `_msttexthash`;
    // `_mstmutation` is on the `<font>` that takes the place of a text.
    Trace {
        rule: "microsoft-translator-markup",
        needles: &["_msttexthash", "_mstmutation"],
        read: microsoft,
    },
    // Yandex Browser keeps both texts in attributes.
    Trace {
        rule: "yandex-translate-markup",
        needles: &["<ya-tr-span"],
        read: yandex,
    },
    // Immersive Translate puts its translation behind the original. Its marks on the original,
    // `data-immersive-translate-walked` and `-paragraph`, prove nothing.
    Trace {
        rule: "immersive-translate-markup",
        needles: &["immersive-translate-target-wrapper"],
        read: immersive,
    },
    // Google's proxy (to about 2021) and Google Patents show the original in a bubble.
    Trace {
        rule: "google-source-text",
        needles: &["google-src-text"],
        read: |scene| source_beside(scene, "google-src-text", "Google's translating proxy"),
    },
    // Papago in Naver's browser: `<font class="papago-parent"><font class="papago-source"
    // style="display:none">source</font>translation</font>`. Its attribute `papago-translate`
    // stays on pages that were switched back, and proves nothing.
    Trace {
        rule: "papago-markup",
        needles: &["papago-source"],
        read: |scene| source_beside(scene, "papago-source", "Papago"),
    },
];

/// A page through a translator has at least this many marked sentences in its article …
const SENTENCES_MIN: usize = 2;
/// … and this many columns of them. Forms and cards made from a translated template have less.
const WIDTH_MIN: usize = 160;
/// For a style that was not seen in the usual nest, more is asked.
const WIDTH_MIN_ALONE: usize = 400;

fn google(scene: &Scene<'_>) -> Option<String> {
    let found = scene.marked_anywhere(|element| in_nest(element) || is_kept_style(element));
    let (nested, alone): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|mark| in_nest(mark.element));
    google_nests(scene, &nested).or_else(|| google_kept_style(scene, alone))
}

/// A page of which most was seen through a translator was so in whole, if it is at least so many
/// sentences: then the nests need not be where the body was found.
const SENTENCES_OF_PAGE_MIN: usize = 10;

/// So many marked runs of text that are half of the body need no full stops: lists, tables and verse
/// have none.
const RUNS_MIN: usize = 10;

/// The amount may be anywhere in the page; that it holds for the article is another question: a
/// quarter of the body, or half of the whole page together with some of the body.
fn google_nests(scene: &Scene<'_>, found: &[MarkedText<'_>]) -> Option<String> {
    let everywhere = MarkedExtent::of(found.iter());
    let in_question = || found.iter().filter(|mark| mark.in_question);
    let inside = MarkedExtent::of(in_question());
    let breaks = found
        .iter()
        .filter(|mark| is_followed(mark.element))
        .count();
    let sentences = everywhere.sentences + breaks;
    let runs = in_question()
        .filter(|mark| !mark.text.trim().is_empty())
        .count();
    let of_article = scene.speaks_for_body(inside.width)
        || ((inside.width > 0 || sentences >= SENTENCES_OF_PAGE_MIN)
            && scene.speaks_for_page(everywhere.width));
    let by_sentences = sentences >= SENTENCES_MIN && of_article;
    let by_runs = runs >= RUNS_MIN && scene.is_half_of_body(inside.width);
    let proves = everywhere.width >= WIDTH_MIN && (by_sentences || by_runs);
    let (count, what) = match by_sentences {
        true => (sentences, "sentences"),
        false => (runs, "pieces of text"),
    };
    let name = found.first()?.element.value().name();
    proves.then(|| {
        format!(
            "{count} {what} stand in the nested <{name} style=\"vertical-align: inherit\"> \
             that Google Translate leaves in a page"
        )
    })
}

fn google_kept_style(scene: &Scene<'_>, mut found: Vec<MarkedText<'_>>) -> Option<String> {
    found.retain(|mark| mark.in_question);
    let extent = MarkedExtent::of(&found);
    let many = extent.passages >= SENTENCES_MIN && extent.width >= WIDTH_MIN_ALONE;
    (many && scene.speaks_for_body(extent.width)).then(|| {
        format!(
            "{} paragraphs have kept the style \"vertical-align: inherit\" of the elements that \
             Google Translate leaves in a page",
            extent.passages
        )
    })
}

/// Whether the element's style says `vertical-align: inherit`, and how many other things.
fn inherits(element: ElementRef<'_>) -> Option<usize> {
    let style = element.value().attr("style")?;
    let declarations = style.split(';').filter(|part| !part.trim().is_empty());
    let mut others = 0;
    let mut found = false;
    for declaration in declarations {
        let (name, value) = declaration.split_once(':')?;
        if name.trim().eq_ignore_ascii_case("vertical-align")
            && value.trim().eq_ignore_ascii_case("inherit")
        {
            found = true;
        } else {
            others += 1;
        }
    }
    found.then_some(others)
}

/// The innermost element of a nest. Nobody else puts this style on a `<font>`; on a `<span>` it
/// counts only inside another of its kind, for editors copy computed styles.
fn in_nest(element: ElementRef<'_>) -> bool {
    match element.value().name() {
        "font" => inherits(element).is_some(),
        "span" => {
            let parent = element.parent().and_then(ElementRef::wrap);
            inherits(element).is_some()
                && parent.is_some_and(|p| p.value().name() == "span" && inherits(p).is_some())
        }
        _ => false,
    }
}

/// A paragraph with this style and no other.
fn is_kept_style(element: ElementRef<'_>) -> bool {
    let block = matches!(
        element.value().name(),
        "p" | "div" | "h2" | "h3" | "h4" | "h5" | "h6" | "li" | "td" | "blockquote"
    );
    block && inherits(element) == Some(0)
}

/// Whether the next sentence follows in an element of its own, without a gap.
fn is_followed(element: ElementRef<'_>) -> bool {
    let next = element.next_sibling().and_then(ElementRef::wrap);
    let outer = element.parent().and_then(ElementRef::wrap);
    next.is_some_and(in_nest) && outer.is_some_and(|outer| inherits(outer).is_some())
}

fn microsoft(scene: &Scene<'_>) -> Option<String> {
    let found = scene.marked(|element| {
        let element = element.value();
        element.attr("_msttexthash").is_some() || element.attr("_mstmutation").is_some()
    });
    let replaced = |mark: &&MarkedText<'_>| mark.element.value().attr("_mstmutation").is_some();
    let extent = MarkedExtent::of(&found);
    // A hash alone stays when an author types other words into a translated template.
    let signs = extent.passages + found.iter().filter(replaced).count();
    let many = signs > SENTENCES_MIN && extent.passages > 0 && extent.width >= WIDTH_MIN;
    (many && scene.speaks_for_body(extent.width)).then(|| {
        format!(
            "{} passages of text carry the attributes of Microsoft Translator (_msttexthash)",
            found.len()
        )
    })
}

fn yandex(scene: &Scene<'_>) -> Option<String> {
    let found: Vec<_> = scene
        .marked(|element| element.value().name() == "ya-tr-span")
        .into_iter()
        .filter(|mark| {
            let attr = |name| mark.element.value().attr(name);
            let translation = attr("data-translation").unwrap_or_default();
            attr("data-translated") == Some("true")
                && !translation.trim().is_empty()
                && same_words(translation, &mark.text)
        })
        .collect();
    let extent = MarkedExtent::of(&found);
    enough(scene, extent).then(|| {
        format!(
            "{} passages of text are the very translations that Yandex Browser wrote beside them",
            found.len()
        )
    })
}

fn immersive(scene: &Scene<'_>) -> Option<String> {
    let found = scene.marked(|element| {
        let mut classes = element.value().classes();
        classes.any(|class| class == "immersive-translate-target-wrapper")
    });
    let extent = MarkedExtent::of(&found);
    enough(scene, extent).then(|| {
        format!(
            "{} passages of text are translations that Immersive Translate put into the page",
            found.len()
        )
    })
}

/// Sources are kept in elements of `class`; what stands beside one is its translation.
fn source_beside(scene: &Scene<'_>, class: &str, tool: &str) -> Option<String> {
    let is_source = |element: ElementRef<'_>| {
        let mut classes = element.value().classes();
        matches!(element.value().name(), "span" | "font") && classes.any(|found| found == class)
    };
    let found =
        scene.marked(|element| is_source(element) || element.child_elements().any(is_source));
    let (sources, translations): (Vec<_>, Vec<_>) =
        found.into_iter().partition(|mark| is_source(mark.element));
    let pairs = sources.len().min(translations.len());
    let width = MarkedExtent::of(&sources).width + MarkedExtent::of(&translations).width;
    (pairs >= SENTENCES_MIN && scene.speaks_for_body(width))
        .then(|| format!("{pairs} passages keep their source beside them, as in {tool}"))
}

/// Whether so much is marked that it speaks for the body.
pub(super) fn enough(scene: &Scene<'_>, extent: MarkedExtent) -> bool {
    extent.passages >= SENTENCES_MIN
        && extent.width >= WIDTH_MIN
        && scene.speaks_for_body(extent.width)
}

fn same_words(one: &str, other: &str) -> bool {
    one.split_whitespace().eq(other.split_whitespace())
}
