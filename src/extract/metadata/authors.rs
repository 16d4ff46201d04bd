//! Who wrote the article: names from the places that have them, without what stands around them.

use super::{
    collected::Collected,
    field::{FieldValue, letters},
    jsonld::Thing,
    names::{AUTHORS_MAX, clean},
    titles::SiteName,
    vocabulary::Vocabulary,
};
use crate::lang::{PageList, PageWords};

/// `meta` names that hold authors.
const METAS: [&str; 8] = [
    "author",
    "article:author",
    "parsely-author",
    "sailthru.author",
    "dc.creator",
    "dcterms.creator",
    "byl",
    "twitter:data1",
];

/// The names joined by commas, and where they came from. A full name is believed before a lone
/// word, which may be an account; the site itself is no author.
pub(super) fn byline(
    collected: &Collected,
    thing: Option<&Thing>,
    site: &SiteName<'_>,
    scripted: &[String],
    vocabulary: &Vocabulary<'_>,
) -> FieldValue<String> {
    let scripted: Vec<&str> = scripted.iter().map(String::as_str).collect();
    let gather = |values: &[&str]| gather(values, vocabulary);
    let told = thing.map(|e| e.texts("author")).unwrap_or_default();
    let cited: Vec<String> = collected.cited.iter().map(|name| in_order(name)).collect();
    let cited: Vec<&str> = cited.iter().map(String::as_str).collect();
    let metas = METAS.iter().filter_map(|name| {
        let written = *name != "twitter:data1"
            || collected
                .meta("twitter:label1")
                .is_some_and(|label| is_label(label, vocabulary.words));
        Some((gather(&[collected.meta(name).filter(|_| written)?]), "meta"))
    });
    let marked = collected.authors.best();
    let marked: Vec<&str> = marked.iter().map(String::as_str).collect();
    let is_entry = |name: &&str| collected.menu.contains(&letters(name));
    let placed = collected.placed.name().filter(|name| !is_entry(name));
    let placed: Vec<&str> = placed.into_iter().collect();
    let places: Vec<(Vec<String>, &'static str)> = std::iter::once((gather(&told), "json-ld"))
        .chain([(gather(&cited), "meta")])
        .chain(metas)
        .chain([(gather(&marked), "page"), (gather(&placed), "page")])
        .chain([(gather(&scripted), "script")])
        .collect();
    let of_site = |name: &String| site.signs_as(name);
    let people: Vec<(Vec<String>, &'static str)> = places
        .iter()
        .map(|(names, origin)| {
            let people = names.iter().filter(|name| !of_site(name));
            (people.cloned().collect::<Vec<_>>(), *origin)
        })
        .filter(|(names, _)| !names.is_empty())
        .collect();
    people
        .iter()
        .find(|(names, _)| names.iter().any(|name| is_full(name)))
        .or(people.first())
        .or_else(|| {
            // A site that signs as itself, or is called after the one who writes it.
            let mut signed = places.iter().filter(|(_, origin)| *origin != "page");
            signed.find(|(names, _)| !names.is_empty())
        })
        .map(|(names, origin)| (names.join(", "), *origin))
}

/// Whether a label is what opens bylines, whatever else it says.
fn is_label(label: &str, words: &PageWords) -> bool {
    let bare = label.trim_end_matches([' ', ':']).to_lowercase();
    words.is(PageList::Byline, &bare) || words.opening(PageList::Byline, label) > 0
}

/// All names in some values, each once. A lone word beside a full name that has it is dropped.
fn gather(values: &[&str], vocabulary: &Vocabulary<'_>) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for name in values.iter().flat_map(|value| clean(value, vocabulary)) {
        if !names.contains(&name) && names.len() < AUTHORS_MAX {
            names.push(name);
        }
    }
    let all = names.clone();
    names.retain(|name| {
        name.contains(' ')
            || !all
                .iter()
                .any(|other| other.contains(' ') && other.split(' ').any(|word| word == name))
    });
    names
}

/// `Smith, Ann` as `Ann Smith`: both forms are allowed in `citation_author`.
fn in_order(cited: &str) -> String {
    match cited.split_once(',') {
        Some((last, first)) if !first.contains(',') => format!("{} {}", first.trim(), last.trim()),
        _ => cited.to_string(),
    }
}

/// More than one word, or a script that puts none between names.
fn is_full(name: &str) -> bool {
    name.contains([' ', '·']) || !name.is_ascii()
}
