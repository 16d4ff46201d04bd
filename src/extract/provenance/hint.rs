//! What makes translation likelier and proves nothing: marks that stay behind when the text is
//! another one, and habits of sites that many translate by machine and some by people.
//!
//! Read from the source of the page alone, for every page. Each has a grade; what it weighs is for
//! the scoring to say.

use std::{collections::BTreeSet, sync::LazyLock};

use memchr::memmem;
use regex::Regex;
use url::Url;

use super::service::address_lang;
use crate::{
    model::{Hint, HintGrade, Lang},
    text,
};

/// What is looked at.
pub(in crate::extract) struct HintInput<'c> {
    /// The page as text, scripts and all.
    pub(in crate::extract) page: &'c str,
    /// Where it was found.
    pub(in crate::extract) url: &'c Url,
    /// The language that it declares for itself.
    pub(in crate::extract) declared: Option<&'c Lang>,
    /// The language that its text is in, where that can be told.
    pub(in crate::extract) found: Option<&'c Lang>,
}

/// One kind of hint.
struct HintRule {
    rule: &'static str,
    grade: HintGrade,
    /// What was seen.
    read: fn(&HintInput<'_>) -> Option<String>,
}

const RULES: [HintRule; 5] = [
    // Google's script and Chrome set this class while they show a translation, and it is saved with
    // the page (D. Aleksandersen, "How to detect machine-translated webpages", ctrl.blog). It stays
    // on a template whose text was replaced, and on the shells of apps that never had any.
    HintRule {
        rule: "translated-class",
        grade: HintGrade::Sign,
        read: translated_class,
    },
    // ConveyThis translates whole sites by engine, under /xx/; the owner may correct its words. Its
    // plug-ins print `cdn.conveythis.com/javascript/conveythis-initializer.js` on every page, the
    // original's too, whose address may name its language as well. (Read in its Joomla plug-in and in
    // pages that embed it as its own instructions say.)
    HintRule {
        rule: "conveythis-copy",
        grade: HintGrade::Sign,
        read: |input| {
            is_copy(input, "conveythis.com/javascript")
                .then(|| "ConveyThis serves this site in other languages".to_string())
        },
    },
    // WPML translates automatically if its owner wants ("Translate Everything", wpml.org), and the
    // page does not tell: the generator tag ("WPML ver:4.6.3 stt:1,3;", as in the pages of many sites)
    // is the same for translations by people.
    HintRule {
        rule: "wpml-copy",
        grade: HintGrade::Hint,
        read: |input| {
            is_copy(input, "content=\"WPML ver:").then(|| {
                "WPML keeps this site in several languages, by people or by machine".to_string()
            })
        },
    },
    // Services that translate whole sites offer all the languages they have. So do some large
    // organisations with offices everywhere.
    HintRule {
        rule: "many-alternates",
        grade: HintGrade::Hint,
        read: many_alternates,
    },
    // A page made from that of a site in another language; or from a template that nobody looked at
    // closely. English says nothing, for templates come with it: 6 of 15 Indonesian pages of well-known
    // papers declare it.
    HintRule {
        rule: "language-contradiction",
        grade: HintGrade::Hint,
        read: contradiction,
    },
];

/// The hints of a page, in the order of the table.
pub(in crate::extract) fn hints(input: &HintInput<'_>) -> Vec<Hint> {
    let found = RULES.iter().filter_map(|rule| {
        Some(Hint {
            rule: rule.rule.to_string(),
            note: (rule.read)(input)?,
            grade: rule.grade,
        })
    });
    found.collect()
}

/// `<html>` and what is in the head stand in this many bytes of a page.
const HEAD_MAX: usize = 256 << 10;

fn head(page: &str) -> &str {
    let head = text::head(page, HEAD_MAX);
    let end = memmem::find(head.as_bytes(), b"</head");
    &head[..end.unwrap_or(head.len())]
}

/// A page is long, and memchr looks through it several times as fast as `str` does.
fn has(page: &str, mark: &str) -> bool {
    memmem::find(page.as_bytes(), mark.as_bytes()).is_some()
}

static TRANSLATED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?i)<html\b[^>]*\sclass\s*=\s*["']?[^"'>]*\btranslated-(?:ltr|rtl)\b"#).ok()
});

fn translated_class(input: &HintInput<'_>) -> Option<String> {
    let head = head(input.page);
    let named = has(head, "translated-ltr") || has(head, "translated-rtl");
    (named && TRANSLATED.as_ref()?.is_match(head)).then(|| {
        "the class that a browser's translator sets while it shows a translation was saved with \
         the page"
            .to_string()
    })
}

/// Whether a plug-in that writes `mark` keeps the site, and the address names the language that the
/// page declares and its text is in.
fn is_copy(input: &HintInput<'_>, mark: &str) -> bool {
    input.found.is_some()
        && input.found == input.declared
        && input.found == address_lang(input.url).as_ref()
        && has(input.page, mark)
}

/// Languages that a site of people is hardly ever written in.
const ALTERNATES_MIN: usize = 24;

static ALTERNATE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r#"(?i)<link\b[^>]*\shreflang\s*=\s*["']?([a-z]{2,3})\b"#).ok());

fn many_alternates(input: &HintInput<'_>) -> Option<String> {
    let head = head(input.page);
    if !has(head, "hreflang") {
        return None;
    }
    let tags = ALTERNATE.as_ref()?.captures_iter(head);
    let languages: BTreeSet<Lang> = tags
        .filter_map(|tag| Lang::new(tag.get(1)?.as_str()))
        .collect();
    (languages.len() >= ALTERNATES_MIN).then(|| {
        format!(
            "the page names copies of itself in {} languages",
            languages.len()
        )
    })
}

/// Languages that are taken for each other, by statistics or by those who set up a site.
const NEIGHBOURS: [&[&str]; 6] = [
    &["id", "ms", "jv", "su"],
    &["nb", "no", "nn", "da", "sv"],
    &["hr", "sr", "bs", "sl", "sh", "mk"],
    &["cs", "sk"],
    &["es", "pt", "gl", "ca", "it"],
    &["ru", "uk", "be", "bg"],
];

fn contradiction(input: &HintInput<'_>) -> Option<String> {
    let (declared, found) = (input.declared?, input.found?);
    let near = NEIGHBOURS
        .iter()
        .any(|group| group.contains(&declared.as_str()) && group.contains(&found.as_str()));
    (declared != found && declared.as_str() != "en" && !near)
        .then(|| format!("the page says that it is in {declared}, and its text is in {found}"))
}
