//! What becomes of an article's page: a new article, a text that is there under another address,
//! the same article again, or a corrected one.

use url::Url;

use super::{articles, copies, failure::Result, locks, reviews, session::Db, versions};
use crate::{
    canonical::canonical,
    copies::are_different,
    model::CopyKind,
    store::reading::{Again, NewVisit, Stored, VisitOutcome},
};

/// Writes what is to be kept of a visit.
pub(super) async fn put(db: &Db, new: &NewVisit<'_>, source: i64) -> Result<VisitOutcome> {
    // Whoever reads the same text elsewhere at this moment comes after us, and finds it.
    if let Some(fingerprint) = new.fingerprint {
        locks::copies_of(db, fingerprint).await?;
    }
    let url = identity(db, new).await?;
    if let Some(article) = articles::id_of(db, &url).await? {
        note_address(db, new, &url, article).await?;
        return put_known(db, new, &url, article).await;
    }
    if let Some(article) = copies::aliased(db, &url).await? {
        if new.is_still(&articles::stored(db, article).await?) {
            return Ok(VisitOutcome::known(article, None));
        }
        copies::remove_alias(db, &url).await?;
    }
    let at = new.visit.page.fetched_at;
    if let Some(fingerprint) = new.fingerprint
        && let Some(same) = copies::same_text(db, source, &url, fingerprint.digest).await?
    {
        copies::add_alias(db, &url, same, at).await?;
        note_address(db, new, &url, same).await?;
        return Ok(VisitOutcome::known(same, Some(CopyKind::Exact)));
    }
    let article = articles::insert(db, &url, source, at, new.past).await?;
    note_address(db, new, &url, article).await?;
    let copy = write(db, new, article).await?;
    Ok(VisitOutcome {
        new: true,
        ..VisitOutcome::known(article, copy)
    })
}

/// The address that the page declares as its own, unless that one has another text.
async fn identity(db: &Db, new: &NewVisit<'_>) -> Result<Url> {
    let declared = new.visit.canonical.clone();
    let Some(asked) = new.asked().filter(|asked| *asked != declared) else {
        return Ok(declared);
    };
    let owner = articles::id_of(db, &declared).await?;
    let holder = match owner {
        Some(owner) => Some(owner),
        None => copies::aliased(db, &declared).await?,
    };
    let Some(holder) = holder else {
        return Ok(declared);
    };
    if articles::id_of(db, &asked).await? == Some(holder) {
        return Ok(asked);
    }
    let stored = articles::stored(db, holder).await?;
    if !are_different(&stored.content, &new.visit.article) {
        return Ok(declared);
    }
    if owner.is_some() {
        take_back(db, new, holder, &stored).await?;
    }
    Ok(asked)
}

/// Two texts declare one address: the one that was there first was not read from it either, and
/// gets the address that it was read from.
async fn take_back(db: &Db, new: &NewVisit<'_>, article: i64, stored: &Stored) -> Result<()> {
    let declared = &new.visit.canonical;
    let asked = stored.asked.as_ref().and_then(canonical);
    let Some(asked) = asked.filter(|asked| asked != declared) else {
        return Ok(());
    };
    if articles::id_of(db, &asked).await?.is_some() {
        return Ok(());
    }
    copies::remove_alias(db, &asked).await?;
    articles::rename(db, article, &asked).await?;
    copies::add_alias(db, declared, article, new.visit.page.fetched_at).await
}

/// The article is there.
async fn put_known(db: &Db, new: &NewVisit<'_>, own: &Url, article: i64) -> Result<VisitOutcome> {
    // Comes first: whoever reads it as well waits, and compares with what is written here.
    locks::articles(db, &[article]).await?;
    let stored = articles::stored(db, article).await?;
    let at = new.visit.page.fetched_at;
    match new.again(own, &stored) {
        Again::Elsewhere(copy) => Ok(VisitOutcome::known(article, copy)),
        Again::Read { corrected, written } => {
            articles::touch(db, article, at).await?;
            if corrected {
                versions::put(db, article, &stored.content, at).await?;
                reviews::corrected(db, article, at).await?;
            }
            if written {
                write(db, new, article).await?;
            }
            Ok(VisitOutcome {
                corrected,
                ..VisitOutcome::known(article, None)
            })
        }
    }
}

/// The text, what was concluded, the page and the fingerprint.
async fn write(db: &Db, new: &NewVisit<'_>, article: i64) -> Result<Option<CopyKind>> {
    let visit = new.visit;
    articles::put_content(db, article, &visit.article, new.words).await?;
    let at = visit.page.fetched_at;
    articles::put_assessment(db, article, &visit.assessment, at).await?;
    match new.page {
        Some(page) => articles::put_page(db, article, &visit.page, page).await?,
        None => articles::drop_page(db, article).await?,
    }
    copies::put(db, article, new.fingerprint).await
}

/// The address that was asked leads to the article, if it is not its own.
async fn note_address(db: &Db, new: &NewVisit<'_>, own: &Url, article: i64) -> Result<()> {
    match new.asked() {
        Some(asked) if asked != *own => {
            copies::add_alias(db, &asked, article, new.visit.page.fetched_at).await
        }
        _ => Ok(()),
    }
}
