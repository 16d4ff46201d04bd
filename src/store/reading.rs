//! What an article's page means beside what is known of the article: a new article, a text that is
//! there under another address, the same article again, or a corrected one.

use url::Url;

use super::{
    packed::Packed,
    work::{Completed, Visit},
};
use crate::{
    canonical::canonical,
    copies::{Fingerprint, has_words, is_corrected},
    model::{Article, CopyKind, RulesHash},
};

/// What is known of an article that is read again.
pub(super) struct Stored {
    /// Its title, body and blocks; nothing else.
    pub(super) content: Article,
    /// The rules of the latest conclusion.
    pub(super) rules: RulesHash,
    /// The address that it was read from, while its page is kept.
    pub(super) asked: Option<Url>,
}

/// A visit on its way into the store.
pub(super) struct NewVisit<'a> {
    pub(super) visit: &'a Visit,
    /// `None` where the site asks for no copy.
    pub(super) page: Option<&'a Packed>,
    /// What the article is found by.
    pub(super) words: &'a str,
    /// `None` for a text that is too short.
    pub(super) fingerprint: Option<&'a Fingerprint>,
    /// Whether this very address has been read before.
    pub(super) again: bool,
    /// Whether it is read for a backfill alone.
    pub(super) past: bool,
}

/// What came of it.
pub(super) struct VisitOutcome {
    pub(super) article: i64,
    /// Whether it was not known before.
    pub(super) new: bool,
    pub(super) copy: Option<CopyKind>,
    pub(super) corrected: bool,
}

impl VisitOutcome {
    /// As whoever completes is told.
    pub(super) fn tell(&self, completed: &mut Completed) {
        completed.article = Some(self.article);
        completed.article_new = self.new;
        completed.copy = self.copy;
        completed.corrected = self.corrected;
    }

    pub(super) fn known(article: i64, copy: Option<CopyKind>) -> VisitOutcome {
        VisitOutcome {
            article,
            new: false,
            copy,
            corrected: false,
        }
    }
}

/// What becomes of an article that is read again.
pub(super) enum Again {
    /// It stays as it is: another address shows it, as a copy or not.
    Elsewhere(Option<CopyKind>),
    /// It was read once more.
    Read {
        /// It says something else than before.
        corrected: bool,
        /// What it says, or what is concluded of it, is to be written.
        written: bool,
    },
}

impl NewVisit<'_> {
    /// The canonical form of the address that was asked.
    pub(super) fn asked(&self) -> Option<Url> {
        canonical(&self.visit.page.link.url)
    }

    /// The article `own` is there. Its text is replaced only by what the address says that it was
    /// read from: a page for phones, say, is never quite the same and no correction.
    pub(super) fn again(&self, own: &Url, stored: &Stored) -> Again {
        let visit = self.visit;
        let was_read = has_words(&stored.content);
        if was_read && !self.is_from(own, stored) {
            let same = !is_corrected(&stored.content, &visit.article);
            return Again::Elsewhere(match (self.again, has_words(&visit.article)) {
                (false, true) if same => Some(CopyKind::Exact),
                (false, true) => Some(CopyKind::Near),
                _ => None,
            });
        }
        let rejudged = stored.rules != visit.assessment.rules && has_words(&visit.article);
        // Other rules may read the same page otherwise.
        let corrected = !rejudged && is_corrected(&stored.content, &visit.article);
        Again::Read {
            corrected,
            written: corrected || rejudged || !was_read,
        }
    }

    /// Whether the stored text was read from the address that was asked now; where that is no
    /// longer known, whether it is the article's own address.
    fn is_from(&self, own: &Url, stored: &Stored) -> bool {
        match &stored.asked {
            Some(asked) => *asked == self.visit.page.link.url,
            None => self.asked().as_ref() == Some(own),
        }
    }

    /// Whether an address that was found to lead to an article still does.
    pub(super) fn is_still(&self, stored: &Stored) -> bool {
        match (self.fingerprint, Fingerprint::of(&stored.content)) {
            (Some(now), Some(then)) => now.is_copy_of(&then),
            _ => !has_words(&self.visit.article),
        }
    }
}
