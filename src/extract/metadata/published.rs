//! When the article was published and changed, by the most explicit place that tells.

use chrono::{DateTime, FixedOffset};
use url::Url;

use super::{
    collected::Collected,
    dates,
    field::FieldValue,
    jsonld::{JsonLd, Thing},
};

/// `meta` names that hold the date of publication.
const PUBLISHED_METAS: [&str; 37] = [
    "article:published_time",
    "og:published_time",
    "article:published",
    "datepublished",
    "parsely-pub-date",
    "sailthru.date",
    "publishdate",
    "publish_date",
    "pubdate",
    "publish-date",
    "published",
    "published_date",
    "publication_date",
    "citation_publication_date",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dcterms.date",
    "dc.date",
    "cxenseparse:recs:publishtime",
    "cludo:date",
    "og:article:published_time",
    "og:publish_date",
    "og:pubdate",
    "rnews:datepublished",
    "prism.publicationdate",
    "bt:pubdate",
    "mediator_published_time",
    "article_date_original",
    "originalpublicationdate",
    "publicationdate",
    "published-date",
    "citation_date",
    "dc.date.created",
    "dc.created",
    "date_published",
    "date",
];

pub(super) fn published(
    collected: &Collected,
    json_ld: &JsonLd,
    page: &str,
    url: &Url,
) -> FieldValue<DateTime<FixedOffset>> {
    let date_of = |thing: &Option<Thing>, is_iso: bool| {
        let thing = thing.as_ref()?;
        let text = thing.text("datePublished").or(thing.text("dateCreated"))?;
        let date = dates::parse(text).filter(|_| dates::is_iso(text) == is_iso);
        date.map(|date| (date, "json-ld"))
    };
    let metas = || {
        PUBLISHED_METAS
            .iter()
            .map(|name| (collected.meta(name), meta_origin(name)))
    };
    let microdata = || [(collected.published.as_deref(), "microdata")];
    let found = date_of(&json_ld.article, true)
        .or_else(|| first_date(metas()))
        .or_else(|| first_date(microdata()))
        .or_else(|| date_of(&json_ld.page, true))
        .or_else(|| dates::in_path(url.path()).map(|date| (date, "url")))
        .or_else(|| collected.stamps.published().map(|date| (date, "page")))
        .or_else(|| date_of(&json_ld.article, false))
        .or_else(|| dates::embedded(page).map(|date| (date, "script")))
        .or_else(|| {
            // It was published by then: better than no day at all, and the origin says so.
            let known = modified(collected, json_ld.article.as_ref())
                .or_else(|| modified(collected, json_ld.page.as_ref()));
            known.map(|(date, _)| (date, "modified"))
        })
        .or_else(|| collected.stamps.updated().map(|date| (date, "modified")));
    let (date, origin) = found?;
    let told = metas().chain(microdata());
    let told = told.filter_map(|(text, _)| dates::parse(text?));
    Some((
        in_own_zone(date, told.chain(collected.stamps.dates())),
        origin,
    ))
}

/// The same moment in the zone of the newsroom, where one of the dates has it: the day that readers
/// are told is that of the zone.
fn in_own_zone(
    date: DateTime<FixedOffset>,
    mut others: impl Iterator<Item = DateTime<FixedOffset>>,
) -> DateTime<FixedOffset> {
    if date.offset().local_minus_utc() != 0 {
        return date;
    }
    others
        .find(|other| *other == date && other.offset().local_minus_utc() != 0)
        .unwrap_or(date)
}

pub(super) fn modified(
    collected: &Collected,
    thing: Option<&Thing>,
) -> FieldValue<DateTime<FixedOffset>> {
    let metas = [
        "article:modified_time",
        "og:updated_time",
        "datemodified",
        "last-modified",
    ];
    first_date([(thing.and_then(|e| e.text("dateModified")), "json-ld")])
        .or_else(|| {
            first_date(
                metas
                    .iter()
                    .map(|name| (collected.meta(name), meta_origin(name))),
            )
        })
        .or_else(|| first_date([(collected.modified.as_deref(), "microdata")]))
}

fn first_date<'a>(
    places: impl IntoIterator<Item = (Option<&'a str>, &'static str)>,
) -> FieldValue<DateTime<FixedOffset>> {
    places
        .into_iter()
        .find_map(|(text, origin)| Some((dates::parse(text?)?, origin)))
}

fn meta_origin(name: &str) -> &'static str {
    if name.starts_with("og:") || name.starts_with("article:") {
        "opengraph"
    } else {
        "meta"
    }
}
