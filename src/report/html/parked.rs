//! `/parked`: what was set aside, why, and its return.

use askama::Template;

use super::Chrome;
use crate::model::Timestamp;

/// A URL that is set aside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParkedView<'a> {
    /// The address.
    pub url: &'a str,
    /// The source that led to it.
    pub source: &'a str,
    /// Visits to it ended without a word; else its row cannot be read.
    pub is_lost: bool,
    /// More of it, as it was told.
    pub error: Option<&'a str>,
    /// When it was last tried.
    pub at: Option<Timestamp>,
}

/// `/parked`: what was set aside.
#[derive(Debug, Template)]
#[template(path = "parked.html")]
pub struct ParkedPage<'a> {
    /// What every page needs.
    pub chrome: Chrome<'a>,
    /// By address.
    pub parked: &'a [ParkedView<'a>],
    /// The last of these, if there are more.
    pub next: Option<&'a str>,
}

impl ParkedPage<'_> {
    fn next_href(&self) -> Option<String> {
        let query = |after| {
            let mut query = url::form_urlencoded::Serializer::new(String::new());
            query.append_pair("after", after).finish()
        };
        self.next.map(|after| format!("/parked?{}", query(after)))
    }

    fn source_href(&self, source: &str) -> String {
        super::source_href(source)
    }
}
