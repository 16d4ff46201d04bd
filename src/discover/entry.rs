//! What matters of an entry of a feed.

use url::Url;

use super::dates::Dates;
use crate::model::Date;

/// Entries read at all: what a feed holds beyond is an archive or an attack.
pub(super) const ENTRIES_READ_MAX: usize = 10_000;

/// An entry: its addresses, canonical, and its dates as written.
#[derive(Debug, Default)]
pub(super) struct FeedEntry {
    /// `feedburner:origLink`: the article behind a link that counts clicks.
    pub(super) original: Option<Url>,
    /// The best link so far.
    pub(super) link: Option<AlternateLink>,
    /// `guid` unless it says that it is no link, `id`, or `rdf:about`.
    pub(super) permalink: Option<Url>,
    /// A `guid` that says that it is no link, and is an address: some sites say so of all.
    pub(super) identifier: Option<Url>,
    pub(super) published: Option<String>,
    pub(super) updated: Option<String>,
}

/// An address of the entry, and how sure it is that people read it there.
#[derive(Debug)]
pub(super) struct AlternateLink {
    pub(super) url: Url,
    pub(super) form: LinkForm,
}

/// The media type that a link declares, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum LinkForm {
    /// A web page.
    Html,
    Undeclared,
    /// Data for programs.
    Other,
}

impl FeedEntry {
    /// Takes a link if it is better than the one there is; the first of equals stays.
    pub(super) fn offer(&mut self, url: Option<Url>, form: LinkForm) {
        if let Some(url) = url
            && self.link.as_ref().is_none_or(|known| form < known.form)
        {
            self.link = Some(AlternateLink { url, form });
        }
    }

    /// Where the article is.
    pub(super) fn url(&self) -> Option<&Url> {
        let is_for_people = |link: &&AlternateLink| link.form != LinkForm::Other;
        let link = self.link.as_ref();
        let original = self.original.as_ref();
        original
            .or(link.filter(is_for_people).map(|link| &link.url))
            .or(self.permalink.as_ref())
            .or(link.map(|link| &link.url))
            .or(self.identifier.as_ref())
    }

    pub(super) fn date(&self, dates: &Dates<'_>) -> Option<Date> {
        [&self.published, &self.updated]
            .into_iter()
            .find_map(|text| dates.read(text.as_deref()?))
    }
}
