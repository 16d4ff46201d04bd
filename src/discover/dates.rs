//! The dates of one feed or sitemap.

use crate::{
    dates::{Reader, Words},
    model::{Date, Page},
};

/// Reads them.
#[derive(Clone, Copy)]
pub(super) struct Dates<'w>(Reader<'w>);

impl<'w> Dates<'w> {
    /// Feeds seldom say which language they are in.
    pub(super) fn new(page: &Page, words: &'w Words) -> Dates<'w> {
        Dates(Reader::new(words, "", page.fetched_at))
    }

    /// Of a month or a year, which sitemaps may give (W3C date and time formats), the first day.
    pub(super) fn read(&self, text: &str) -> Option<Date> {
        let text = text.trim();
        match text.len() {
            4 => self.0.field(&format!("{text}-01-01")),
            7 => self.0.field(&format!("{text}-01")),
            _ => self.0.field(text),
        }
    }
}
