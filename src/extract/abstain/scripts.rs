//! Pages that show nothing until a script has run.

use memchr::memmem;

use super::subject::Subject;

/// Such a page shows a menu and a colophon at most, in bytes.
const TEXT_BYTES_MAX: usize = 1_500;

/// Ids of the empty boxes that frameworks fill.
const ROOTS: [&str; 12] = [
    "app",
    "app-root",
    "application",
    "__gatsby",
    "___gatsby",
    "main-app",
    "__next",
    "__nuxt",
    "q-app",
    "react-root",
    "root",
    "svelte",
];

/// Whether the page has next to no text, and an empty box for a framework, or words for those whose
/// browser runs no scripts.
pub(super) fn is_needed(subject: &Subject<'_>) -> bool {
    let text: usize = subject.cut.blocks.iter().map(|block| block.len()).sum();
    text <= TEXT_BYTES_MAX && (has_empty_root(subject.page) || asks_for_scripts(subject.page))
}

fn has_empty_root(page: &str) -> bool {
    let mut ids = memmem::find_iter(page.as_bytes(), b"id=");
    ids.any(|at| {
        let rest = page[at + 3..].trim_start_matches(['"', '\'']);
        let is_root = ROOTS.iter().any(|root| {
            rest.strip_prefix(root)
                .is_some_and(|rest| rest.starts_with(['"', '\'', ' ', '>']))
        });
        let within = rest.split_once('>').map(|(_, rest)| rest.trim_start());
        is_root
            && within
                .is_some_and(|within| within.starts_with("</div") || within.starts_with("</main"))
    })
}

/// "You need to enable JavaScript": browsers call it so in every language.
fn asks_for_scripts(page: &str) -> bool {
    let mut starts = memmem::find_iter(page.as_bytes(), b"<noscript");
    starts.any(|at| {
        let end = page[at..]
            .find("</noscript")
            .map_or(page.len(), |end| at + end);
        page[at..end].to_ascii_lowercase().contains("javascript")
    })
}
