//! What becomes of an article's page: a new article, a text that is there under another address,
//! the same article again, or a corrected one.

use rusqlite::Connection;
use url::Url;

use super::{articles, copies, reviews, versions};
use crate::{
    canonical::canonical,
    copies::are_different,
    model::CopyKind,
    store::reading::{Again, NewVisit, Stored, VisitOutcome},
};

/// Writes what is to be kept of a visit.
pub(super) fn put(
    db: &Connection,
    new: &NewVisit<'_>,
    source: i64,
) -> rusqlite::Result<VisitOutcome> {
    let url = identity(db, new)?;
    if let Some(article) = articles::id_of(db, &url)? {
        note_address(db, new, &url, article)?;
        return put_known(db, new, &url, article);
    }
    if let Some(article) = copies::aliased(db, &url)? {
        if new.is_still(&articles::stored(db, article)?) {
            return Ok(VisitOutcome::known(article, None));
        }
        copies::remove_alias(db, &url)?;
    }
    if let Some(fingerprint) = new.fingerprint
        && let Some(article) = copies::same_text(db, source, &url, fingerprint.digest)?
    {
        copies::add_alias(db, &url, article, new.visit.page.fetched_at)?;
        note_address(db, new, &url, article)?;
        return Ok(VisitOutcome::known(article, Some(CopyKind::Exact)));
    }
    let article = articles::insert(db, &url, source, new.visit, new.words, new.past)?;
    note_address(db, new, &url, article)?;
    Ok(VisitOutcome {
        article,
        copy: conclude(db, new, article)?,
        new: true,
        corrected: false,
    })
}

/// The address that the page declares as its own, unless that one has another text.
fn identity(db: &Connection, new: &NewVisit<'_>) -> rusqlite::Result<Url> {
    let declared = &new.visit.canonical;
    let Some(asked) = new.asked().filter(|asked| asked != declared) else {
        return Ok(declared.clone());
    };
    let owner = articles::id_of(db, declared)?;
    let Some(holder) = owner.map_or_else(|| copies::aliased(db, declared), |id| Ok(Some(id)))?
    else {
        return Ok(declared.clone());
    };
    if articles::id_of(db, &asked)? == Some(holder) {
        return Ok(asked);
    }
    let stored = articles::stored(db, holder)?;
    if !are_different(&stored.content, &new.visit.article) {
        return Ok(declared.clone());
    }
    if owner.is_some() {
        take_back(db, new, holder, &stored)?;
    }
    Ok(asked)
}

/// Two texts declare one address: the one that was there first was not read from it either, and
/// gets the address that it was read from.
fn take_back(
    db: &Connection,
    new: &NewVisit<'_>,
    article: i64,
    stored: &Stored,
) -> rusqlite::Result<()> {
    let declared = &new.visit.canonical;
    let asked = stored.asked.as_ref().and_then(canonical);
    let Some(asked) = asked.filter(|asked| asked != declared) else {
        return Ok(());
    };
    if articles::id_of(db, &asked)?.is_none() {
        copies::remove_alias(db, &asked)?;
        articles::rename(db, article, &asked)?;
        copies::add_alias(db, declared, article, new.visit.page.fetched_at)?;
    }
    Ok(())
}

/// The article is there.
fn put_known(
    db: &Connection,
    new: &NewVisit<'_>,
    own: &Url,
    article: i64,
) -> rusqlite::Result<VisitOutcome> {
    let stored = articles::stored(db, article)?;
    let at = new.visit.page.fetched_at;
    let (corrected, written) = match new.again(own, &stored) {
        Again::Elsewhere(copy) => return Ok(VisitOutcome::known(article, copy)),
        Again::Read { corrected, written } => (corrected, written),
    };
    articles::touch(db, article, at)?;
    if corrected {
        versions::put(db, article, &stored.content, at)?;
        reviews::corrected(db, article, at)?;
    }
    if written {
        articles::put_content(db, article, &new.visit.article, new.words)?;
        conclude(db, new, article)?;
    }
    Ok(VisitOutcome {
        corrected,
        ..VisitOutcome::known(article, None)
    })
}

/// What was concluded from the text, the page and the fingerprint.
fn conclude(
    db: &Connection,
    new: &NewVisit<'_>,
    article: i64,
) -> rusqlite::Result<Option<CopyKind>> {
    let visit = new.visit;
    articles::put_assessment(db, article, &visit.assessment, visit.page.fetched_at)?;
    match new.page {
        Some(page) => articles::put_page(db, article, &visit.page, page)?,
        None => articles::drop_page(db, article)?,
    }
    copies::put(db, article, new.fingerprint)
}

/// The address that was asked leads to the article, if it is not its own.
fn note_address(
    db: &Connection,
    new: &NewVisit<'_>,
    own: &Url,
    article: i64,
) -> rusqlite::Result<()> {
    match new.asked() {
        Some(asked) if asked != *own => {
            copies::add_alias(db, &asked, article, new.visit.page.fetched_at)
        }
        _ => Ok(()),
    }
}
