//! When the article was published and changed, by the most explicit place that tells.

use chrono::{NaiveDateTime, Timelike};
use url::Url;

use super::{
    collected::Collected,
    field::FieldValue,
    jsonld::{JsonLd, Thing},
    scripts,
};
use crate::{
    dates::{self, Reader},
    model::Date,
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
    dates: &Reader<'_>,
) -> FieldValue<Date> {
    let date_of = |thing: &Option<Thing>, is_iso: bool| {
        let thing = thing.as_ref()?;
        let text = thing.text("datePublished").or(thing.text("dateCreated"))?;
        let date = dates.field(text).filter(|_| dates::is_iso(text) == is_iso);
        date.map(|date| (date, "json-ld"))
    };
    let metas = || {
        PUBLISHED_METAS
            .iter()
            .map(|name| (collected.meta(name), meta_origin(name)))
    };
    let microdata = || [(collected.published.as_deref(), "microdata")];
    let found = date_of(&json_ld.article, true)
        .or_else(|| first_date(metas(), dates))
        .or_else(|| first_date(microdata(), dates))
        .or_else(|| date_of(&json_ld.page, true))
        .or_else(|| dates.path(url.path()).map(|date| (date, "url")))
        .or_else(|| collected.stamps.published().map(|date| (date, "page")))
        .or_else(|| date_of(&json_ld.article, false))
        .or_else(|| scripts::published(page, dates).map(|date| (date, "script")))
        .or_else(|| {
            // It was published by then: better than no day at all, and the origin says so.
            let known = modified(collected, json_ld.article.as_ref(), dates)
                .or_else(|| modified(collected, json_ld.page.as_ref(), dates));
            known.map(|(date, _)| (date, "modified"))
        })
        .or_else(|| collected.stamps.updated().map(|date| (date, "modified")));
    let (date, origin) = found?;
    let told = metas().chain(microdata());
    let told = told.filter_map(|(text, _)| dates.field(text?));
    Some((
        in_own_zone(date, told.chain(collected.stamps.dates())),
        origin,
    ))
}

/// The same moment in the zone of the newsroom, where one of the dates has it: the day that readers
/// are told is that of the zone. A time without a zone is taken for the newsroom's, or for UTC,
/// where another date of the page says that moment with its zone.
fn in_own_zone(date: Date, others: impl Iterator<Item = Date>) -> Date {
    let mut others = others.filter_map(|other| other.moment());
    let found = match date {
        Date::Day(_) => None,
        Date::Moment(moment) if moment.offset().local_minus_utc() != 0 => None,
        Date::Moment(moment) => {
            others.find(|other| *other == moment && other.offset().local_minus_utc() != 0)
        }
        Date::Local(time) => {
            // What readers are shown has no seconds.
            let is_it = |clock: NaiveDateTime| match time.second() {
                0 => {
                    clock
                        .with_second(0)
                        .and_then(|clock| clock.with_nanosecond(0))
                        == Some(time)
                }
                _ => clock == time,
            };
            others.find(|other| is_it(other.naive_local()) || is_it(other.naive_utc()))
        }
    };
    found.map_or(date, Date::Moment)
}

pub(super) fn modified(
    collected: &Collected,
    thing: Option<&Thing>,
    dates: &Reader<'_>,
) -> FieldValue<Date> {
    let metas = [
        "article:modified_time",
        "og:updated_time",
        "datemodified",
        "last-modified",
    ];
    let thing = [(thing.and_then(|e| e.text("dateModified")), "json-ld")];
    let metas = metas
        .iter()
        .map(|name| (collected.meta(name), meta_origin(name)));
    let microdata = [(collected.modified.as_deref(), "microdata")];
    first_date(thing.into_iter().chain(metas).chain(microdata), dates)
}

fn first_date<'a>(
    places: impl IntoIterator<Item = (Option<&'a str>, &'static str)>,
    dates: &Reader<'_>,
) -> FieldValue<Date> {
    places
        .into_iter()
        .find_map(|(text, origin)| Some((dates.field(text?)?, origin)))
}

fn meta_origin(name: &str) -> &'static str {
    if name.starts_with("og:") || name.starts_with("article:") {
        "opengraph"
    } else {
        "meta"
    }
}
