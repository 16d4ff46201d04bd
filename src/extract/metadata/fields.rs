//! Title, authors, dates and the rest, from the most to the least explicit place that has them.

use url::Url;

use super::{
    authors,
    collected::Collected,
    field::{FIELD_BYTES_MAX, FieldValue, plain},
    jsonld::{JsonLd, Thing},
    published::{modified, published},
    scripts,
    titles::{self, SiteName},
    vocabulary::Vocabulary,
};
use crate::model::{Article, Lang};

/// Fills all metadata of an article but the language of its text.
pub(in crate::extract) fn fill(
    article: &mut Article,
    collected: &Collected,
    json_ld: &JsonLd,
    page: &str,
    url: &Url,
    vocabulary: &Vocabulary<'_>,
) {
    let dates = &vocabulary.dates;
    let thing = json_ld.article.as_ref();
    let site = SiteName::new(collected, thing, url, vocabulary.words);
    let mut origins = std::mem::take(&mut article.origins);
    let mut note = |field: &str, origin: &str| {
        origins.insert(field.to_string(), origin.to_string());
    };
    macro_rules! set {
        ($field:ident, $found:expr) => {
            if let Some((value, origin)) = $found {
                article.$field = Some(value);
                note(stringify!($field), origin);
            }
        };
    }
    set!(url, address(collected, thing, url));
    set!(title, titles::title(collected, thing, &site));
    let title = article.title.as_deref();
    let scripted = title.map(|title| scripts::authors(page, title));
    let scripted = scripted.unwrap_or_default();
    set!(
        byline,
        authors::byline(collected, thing, &site, &scripted, vocabulary)
    );
    set!(published, published(collected, json_ld, page, url, dates));
    set!(modified, modified(collected, thing, dates));
    set!(lang, language(collected, thing));
    set!(section, section(collected, thing));
    set!(image, image(collected, thing, url));
    article.origins = origins;
}

fn address(collected: &Collected, thing: Option<&Thing>, url: &Url) -> FieldValue<Url> {
    let places = [
        (collected.canonical.as_deref(), "page"),
        (collected.meta("og:url"), "opengraph"),
        (thing.and_then(|e| e.address("mainEntityOfPage")), "json-ld"),
    ];
    places
        .into_iter()
        .find_map(|(text, origin)| {
            let found = url.join(text?.trim()).ok()?;
            let usable = matches!(found.scheme(), "http" | "https")
                && found.host_str().is_some()
                // A canonical address that is the front page says nothing of the article.
                && (found.path().len() > 1 || url.path().len() <= 1);
            usable.then_some((found, origin))
        })
        .or_else(|| Some((url.clone(), "url")))
}

fn language(collected: &Collected, thing: Option<&Thing>) -> FieldValue<Lang> {
    let places = [
        (collected.html_lang.as_deref(), "page"),
        (thing.and_then(|e| e.text("inLanguage")), "json-ld"),
        (collected.meta("og:locale"), "opengraph"),
        (collected.meta("content-language"), "meta"),
    ];
    places
        .into_iter()
        .find_map(|(tag, origin)| Some((Lang::new(tag?)?, origin)))
}

fn section(collected: &Collected, thing: Option<&Thing>) -> FieldValue<String> {
    let places = [
        (thing.and_then(|e| e.text("articleSection")), "json-ld"),
        (collected.meta("article:section"), "opengraph"),
        (collected.meta("parsely-section"), "meta"),
    ];
    places.into_iter().find_map(|(text, origin)| {
        let text = plain(text?);
        (!text.is_empty() && text.len() <= FIELD_BYTES_MAX).then_some((text, origin))
    })
}

fn image(collected: &Collected, thing: Option<&Thing>, url: &Url) -> FieldValue<Url> {
    let places = [
        (collected.meta("og:image"), "opengraph"),
        (thing.and_then(|e| e.address("image")), "json-ld"),
        (collected.meta("twitter:image"), "meta"),
    ];
    places.into_iter().find_map(|(text, origin)| {
        let found = url.join(text?.trim()).ok()?;
        matches!(found.scheme(), "http" | "https").then_some((found, origin))
    })
}
