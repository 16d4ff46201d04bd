//! What becomes of an article's page: a new article, a text that is there under another address,
//! the same article again, or a corrected one.

use rusqlite::Connection;
use url::Url;

use super::{
    articles::{self, Stored},
    copies,
    packed::Packed,
    reviews, versions,
};
use crate::{
    canonical::canonical,
    copies::{Fingerprint, are_different, has_words, is_corrected},
    model::CopyKind,
    store::Visit,
};

/// A visit on its way into the store.
pub(super) struct NewVisit<'a> {
    pub(super) visit: &'a Visit,
    /// `None` where the site asks for no copy.
    pub(super) page: Option<&'a Packed>,
    /// What can be found of its article.
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
    fn known(article: i64, copy: Option<CopyKind>) -> VisitOutcome {
        VisitOutcome {
            article,
            new: false,
            copy,
            corrected: false,
        }
    }
}

impl NewVisit<'_> {
    /// Writes what is to be kept of it.
    pub(super) fn put(&self, db: &Connection, source: i64) -> rusqlite::Result<VisitOutcome> {
        let url = self.identity(db)?;
        if let Some(article) = articles::id_of(db, &url)? {
            self.note_address(db, &url, article)?;
            return self.put_known(db, &url, article);
        }
        if let Some(article) = copies::aliased(db, &url)? {
            if self.is_still(&articles::stored(db, article)?) {
                return Ok(VisitOutcome::known(article, None));
            }
            copies::remove_alias(db, &url)?;
        }
        if let Some(fingerprint) = self.fingerprint
            && let Some(article) = copies::same_text(db, source, &url, fingerprint.digest)?
        {
            copies::add_alias(db, &url, article, self.visit.page.fetched_at)?;
            self.note_address(db, &url, article)?;
            return Ok(VisitOutcome::known(article, Some(CopyKind::Exact)));
        }
        let article = articles::insert(db, &url, source, self.visit, self.words, self.past)?;
        self.note_address(db, &url, article)?;
        Ok(VisitOutcome {
            article,
            copy: self.conclude(db, article)?,
            new: true,
            corrected: false,
        })
    }

    /// The address that the page declares as its own, unless that one has another text.
    fn identity(&self, db: &Connection) -> rusqlite::Result<Url> {
        let declared = &self.visit.canonical;
        let Some(asked) = self.asked().filter(|asked| asked != declared) else {
            return Ok(declared.clone());
        };
        let owner = articles::id_of(db, declared)?;
        let Some(holder) =
            owner.map_or_else(|| copies::aliased(db, declared), |id| Ok(Some(id)))?
        else {
            return Ok(declared.clone());
        };
        if articles::id_of(db, &asked)? == Some(holder) {
            return Ok(asked);
        }
        let stored = articles::stored(db, holder)?;
        if !are_different(&stored.content, &self.visit.article) {
            return Ok(declared.clone());
        }
        if owner.is_some() {
            self.take_back(db, holder, &stored)?;
        }
        Ok(asked)
    }

    /// Two texts declare one address: the one that was there first was not read from it either, and
    /// gets the address that it was read from.
    fn take_back(&self, db: &Connection, article: i64, stored: &Stored) -> rusqlite::Result<()> {
        let declared = &self.visit.canonical;
        let asked = stored.asked.as_ref().and_then(canonical);
        let Some(asked) = asked.filter(|asked| asked != declared) else {
            return Ok(());
        };
        if articles::id_of(db, &asked)?.is_none() {
            copies::remove_alias(db, &asked)?;
            articles::rename(db, article, &asked)?;
            copies::add_alias(db, declared, article, self.visit.page.fetched_at)?;
        }
        Ok(())
    }

    /// The article is there. Its text is replaced only by what the address says that it was read
    /// from: a page for phones, say, is never quite the same and no correction.
    fn put_known(
        &self,
        db: &Connection,
        own: &Url,
        article: i64,
    ) -> rusqlite::Result<VisitOutcome> {
        let visit = self.visit;
        let stored = articles::stored(db, article)?;
        let was_read = has_words(&stored.content);
        if was_read && !self.is_from(own, &stored) {
            let same = !is_corrected(&stored.content, &visit.article);
            let copy = match (self.again, has_words(&visit.article)) {
                (false, true) if same => Some(CopyKind::Exact),
                (false, true) => Some(CopyKind::Near),
                _ => None,
            };
            return Ok(VisitOutcome::known(article, copy));
        }
        articles::touch(db, article, visit.page.fetched_at)?;
        let rejudged = stored.rules != visit.assessment.rules && has_words(&visit.article);
        // Other rules may read the same page otherwise.
        let corrected = !rejudged && is_corrected(&stored.content, &visit.article);
        if corrected {
            versions::put(db, article, &stored.content, visit.page.fetched_at)?;
            reviews::corrected(db, article, visit.page.fetched_at)?;
        }
        if corrected || rejudged || !was_read {
            articles::put_content(db, article, &visit.article, self.words)?;
            self.conclude(db, article)?;
        }
        Ok(VisitOutcome {
            corrected,
            ..VisitOutcome::known(article, None)
        })
    }

    /// What was concluded from the text, the page and the fingerprint.
    fn conclude(&self, db: &Connection, article: i64) -> rusqlite::Result<Option<CopyKind>> {
        let visit = self.visit;
        articles::put_assessment(db, article, &visit.assessment, visit.page.fetched_at)?;
        match self.page {
            Some(page) => articles::put_page(db, article, &visit.page, page)?,
            None => articles::drop_page(db, article)?,
        }
        copies::put(db, article, self.fingerprint)
    }

    fn asked(&self) -> Option<Url> {
        canonical(&self.visit.page.link.url)
    }

    /// The address that was asked leads to the article, if it is not its own.
    fn note_address(&self, db: &Connection, own: &Url, article: i64) -> rusqlite::Result<()> {
        match self.asked() {
            Some(asked) if asked != *own => {
                copies::add_alias(db, &asked, article, self.visit.page.fetched_at)
            }
            _ => Ok(()),
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
    fn is_still(&self, stored: &Stored) -> bool {
        match (self.fingerprint, Fingerprint::of(&stored.content)) {
            (Some(now), Some(then)) => now.is_copy_of(&then),
            _ => !has_words(&self.visit.article),
        }
    }
}
