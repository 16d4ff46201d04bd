//! What stands around a text that was copied from the page of a translating service and pasted
//! into an editor: the elements in which that page shows its results.
//!
//! The names were looked up in saved articles, database dumps and mails that hold such text, and
//! in scripts that read the results off those pages. Engines rename them every few years; the old
//! ones stay in what was published then.

use scraper::ElementRef;

use super::{markup::enough, scene::MarkedExtent, trace::Trace};

pub(super) const TRACES: [Trace; 1] = [Trace {
    rule: "pasted-translation",
    needles: &[
        "ryNqvb",
        "data-language-to-translate-into",
        "tlid-translation",
        "id=\"result_box\"",
        "tw-target-text",
        "Y2IQFc",
        "sentence_highlight",
        "data-dl-translated",
        "fullTextTranslation",
        "translation-chunk",
    ],
    read: |scene| {
        PANES.iter().find_map(|pane| {
            let found = scene.marked(pane.shows);
            enough(scene, MarkedExtent::of(&found)).then(|| {
                let count = found.len();
                format!(
                    "{count} passages stand in the elements in which {} shows its results",
                    pane.service
                )
            })
        })
    },
}];

/// Where a service shows its translations.
struct Pane {
    service: &'static str,
    /// Whether an element is a part of that place.
    shows: fn(ElementRef<'_>) -> bool,
}

const PANES: [Pane; 7] = [
    // Since 2021: `<span class="HwtZe" lang="id"><span class="jCAhz ChMk0b"><span class="ryNqvb">`
    // around each sentence.
    Pane {
        service: "Google Translate",
        shows: |element| has_class(element, "ryNqvb"),
    },
    // 2020 to 2022: each phrase names the language it is in and the one it came from.
    Pane {
        service: "Google Translate",
        shows: |element| {
            let attr = |name| element.value().attr(name);
            attr("data-language-to-translate-into").is_some()
                && attr("data-language-for-alternatives").is_some()
        },
    },
    // 2018 to 2020, and from 2010 on with a span around each word.
    Pane {
        service: "Google Translate",
        shows: |element| {
            has_class(element, "tlid-translation")
                || element.value().attr("id") == Some("result_box")
        },
    },
    // The box above Google's search results; source and translation have the same class, but the
    // source need not be copied from there.
    Pane {
        service: "Google's search page",
        shows: |element| {
            has_class(element, "Y2IQFc") || element.value().attr("id") == Some("tw-target-text")
        },
    },
    Pane {
        service: "DeepL",
        shows: |element| has_class(element, "sentence_highlight") && has_class(element, "--l"),
    },
    // DeepL's browser extension; "false" is on what it left alone.
    Pane {
        service: "DeepL",
        shows: |element| element.value().attr("data-dl-translated") == Some("true"),
    },
    Pane {
        service: "Yandex Translate",
        shows: |element| {
            element.value().attr("data-complaint-type") == Some("fullTextTranslation")
                || has_class(element, "translation-chunk")
        },
    },
];

fn has_class(element: ElementRef<'_>, class: &str) -> bool {
    element.value().classes().any(|found| found == class)
}
