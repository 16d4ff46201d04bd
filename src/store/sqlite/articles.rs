//! Articles and what was concluded about them.

use rusqlite::{Connection, OptionalExtension, Row, Statement, named_params, params};
use url::Url;

use super::{
    column::{Address, Dated, Json, Millis, Readable, unreadable, verdict},
    copies, packed, reviews, search, shelves, sources, standings,
};
use crate::{
    copies::Fingerprint,
    model::{
        Article, Assessment, Evidence, Headers, Lang, Page, Provenance, RulesHash, Scores, Shelf,
        Timestamp,
    },
    store::{
        ArticleQuery, ArticleRow, StoredFinding, Visit,
        limits::UNREADABLE_MAX,
        packed::Packed,
        reading::Stored,
        stored::{self, StoredBlock, StoredLink},
        words::words_of,
    },
};

/// The row of the article with this canonical URL.
pub(super) fn id_of(db: &Connection, url: &Url) -> rusqlite::Result<Option<i64>> {
    db.prepare_cached("SELECT id FROM articles WHERE url = ?1")?
        .query_row([url.as_str()], |row| row.get(0))
        .optional()
}

/// Gives an article another identity, which no other has.
pub(super) fn rename(db: &Connection, article: i64, url: &Url) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE articles SET url = ?2 WHERE id = ?1")?
        .execute(params![article, url.as_str()])?;
    Ok(())
}

/// Notes that the article was read at `at`.
pub(super) fn touch(db: &Connection, article: i64, at: Timestamp) -> rusqlite::Result<()> {
    db.prepare_cached("UPDATE articles SET last_fetched_at = ?2 WHERE id = ?1")?
        .execute(params![article, Millis(at)])?;
    Ok(())
}

/// Reads what a second reading is compared with.
pub(super) fn stored(db: &Connection, article: i64) -> rusqlite::Result<Stored> {
    db.prepare_cached(
        "SELECT articles.title, articles.body, articles.blocks, assessments.rules, pages.link
           FROM articles
           JOIN assessments ON assessments.id = articles.assessment_id
           LEFT JOIN pages ON pages.article_id = articles.id
          WHERE articles.id = ?1",
    )?
    .query_row([article], |row| {
        let blocks = row.get::<_, Json<Vec<StoredBlock>>>("blocks")?.0;
        let link = row.get::<_, Option<Json<StoredLink>>>("link")?;
        Ok(Stored {
            content: Article {
                title: row.get("title")?,
                body: row.get("body")?,
                blocks: stored::to_blocks(blocks),
                ..Article::default()
            },
            rules: rules(row)?,
            asked: link.map(|link| link.0.url),
        })
    })
}

/// A new article with its content; [`put_assessment`] follows. The row already says what that will
/// write into it, so that a row of this length is written once. `words` are what it is
/// found by. What is read for a backfill is no news of its source.
pub(super) fn insert(
    db: &Connection,
    url: &Url,
    source: i64,
    visit: &Visit,
    words: &str,
    is_past: bool,
) -> rusqlite::Result<i64> {
    let at = visit.page.fetched_at;
    let verdict = visit.assessment.verdict;
    let reason = verdict.reason().map(|reason| reason.as_str());
    let mut insert = db.prepare_cached(
        "INSERT INTO articles (url, source_id, fetched_at, last_fetched_at, past, verdict, reason,
                               assessment_id, named_url, title, byline, published, modified, lang,
                               section, image, body, blocks, provenance, origins)
         VALUES (:url, :source, :at, :at, :past, :verdict, :reason,
                 (SELECT coalesce(max(id), 0) + 1 FROM assessments), :named_url, :title, :byline,
                 :published, :modified, :lang, :section, :image, :body, :blocks, :provenance,
                 :origins)",
    )?;
    bind_content(&mut insert, &visit.article)?;
    for (name, value) in named_params! {
        ":url": url.as_str(),
        ":source": source,
        ":at": Millis(at),
        ":past": is_past,
        ":verdict": verdict.as_str(),
        ":reason": reason,
    } {
        insert.raw_bind_parameter(*name, value)?;
    }
    insert.raw_execute()?;
    let article = db.last_insert_rowid();
    db.prepare_cached(
        "UPDATE sources SET last_article = max(coalesce(last_article, ?2), ?2)
          WHERE id = ?1 AND NOT ?3",
    )?
    .execute(params![source, Millis(at), is_past])?;
    search::put(db, article, words)?;
    Ok(article)
}

/// What an article says now, and the `words` that it is found by.
pub(super) fn put_content(
    db: &Connection,
    id: i64,
    article: &Article,
    words: &str,
) -> rusqlite::Result<()> {
    let mut update = db.prepare_cached(
        "UPDATE articles
            SET named_url = :named_url, title = :title, byline = :byline, published = :published,
                modified = :modified, lang = :lang, section = :section, image = :image,
                body = :body, blocks = :blocks, provenance = :provenance, origins = :origins
          WHERE id = :id",
    )?;
    bind_content(&mut update, article)?;
    update.raw_bind_parameter(":id", id)?;
    update.raw_execute()?;
    search::put(db, id, words)
}

fn bind_content(statement: &mut Statement<'_>, article: &Article) -> rusqlite::Result<()> {
    for (name, value) in named_params! {
        ":named_url": article.url.as_ref().map(Url::as_str),
        ":title": article.title,
        ":byline": article.byline,
        ":published": article.published.map(Dated),
        ":modified": article.modified.map(Dated),
        ":lang": article.lang.as_ref().map(Lang::as_str),
        ":section": article.section,
        ":image": article.image.as_ref().map(Url::as_str),
        ":body": article.body,
        ":blocks": Json(stored::blocks(article)),
        ":provenance": Json(&article.provenance),
        ":origins": Json(&article.origins),
    } {
        statement.raw_bind_parameter(*name, value)?;
    }
    Ok(())
}

/// Appends to the history and makes it the latest.
pub(super) fn put_assessment(
    db: &Connection,
    article: i64,
    assessment: &Assessment,
    at: Timestamp,
) -> rusqlite::Result<()> {
    standings::revise(db, article, assessment)?;
    let verdict = assessment.verdict;
    let reason = verdict.reason().map(|reason| reason.as_str());
    db.prepare_cached(
        "INSERT INTO assessments (article_id, at, verdict, reason, overall, machine_translation,
                                  residue, translation, boilerplate, body_share, findings, evidence, log_ratio, rules)
         VALUES (:article, :at, :verdict, :reason, :overall, :machine_translation, :residue,
                 :style, :boilerplate, :body_share, :findings, :evidence, :log_ratio, :rules)",
    )?
    .execute(named_params! {
        ":article": article,
        ":at": Millis(at),
        ":verdict": verdict.as_str(),
        ":reason": reason,
        ":overall": assessment.scores.overall,
        ":machine_translation": assessment.scores.machine_translation,
        ":residue": assessment.scores.residue,
        ":style": assessment.scores.style,
        ":boilerplate": assessment.scores.boilerplate,
        ":body_share": assessment.scores.body_share,
        ":findings": Json(stored::findings(assessment)),
        ":evidence": Json(&assessment.evidence),
        ":log_ratio": assessment.log_ratio(),
        ":rules": assessment.rules.to_string(),
    })?;
    let latest = db.last_insert_rowid();
    db.prepare_cached(
        "UPDATE assessments SET until = ?3 WHERE article_id = ?1 AND id <> ?2 AND until IS NULL",
    )?
    .execute(params![article, latest, Millis(at)])?;
    db.prepare_cached(
        "UPDATE articles SET verdict = ?2, reason = ?3, assessment_id = ?4
          WHERE id = ?1 AND (verdict, reason, assessment_id) IS NOT (?2, ?3, ?4)",
    )?
    .execute(params![article, verdict.as_str(), reason, latest])?;
    shelves::put(db, article, verdict)?;
    sources::average(db, article)?;
    put_rules(db, article, assessment)
}

fn put_rules(db: &Connection, article: i64, assessment: &Assessment) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM article_rules WHERE article_id = ?1")?
        .execute([article])?;
    let mut insert = db
        .prepare_cached("INSERT OR IGNORE INTO article_rules (rule, article_id) VALUES (?1, ?2)")?;
    for finding in &assessment.findings {
        insert.execute(params![finding.rule, article])?;
    }
    Ok(())
}

/// A site that asks for no copy means the older one as well.
pub(super) fn drop_page(db: &Connection, article: i64) -> rusqlite::Result<()> {
    db.prepare_cached("DELETE FROM pages WHERE article_id = ?1")?
        .execute([article])?;
    Ok(())
}

pub(super) fn put_page(
    db: &Connection,
    article: i64,
    page: &Page,
    body: &Packed,
) -> rusqlite::Result<()> {
    db.prepare_cached(
        "INSERT INTO pages (article_id, fetched_at, link, final_url, status, headers, bytes, body)
         VALUES (:article, :fetched_at, :link, :final_url, :status, :headers, :bytes, :body)
         ON CONFLICT (article_id) DO UPDATE
            SET fetched_at = excluded.fetched_at, link = excluded.link,
                final_url = excluded.final_url, status = excluded.status,
                headers = excluded.headers, bytes = excluded.bytes, body = excluded.body",
    )?
    .execute(named_params! {
        ":article": article,
        ":fetched_at": Millis(page.fetched_at),
        ":link": Json(StoredLink::from(&page.link)),
        ":final_url": page.final_url.as_str(),
        ":status": page.status,
        ":headers": Json(&page.headers),
        ":bytes": body.bytes,
        ":body": body.blob,
    })?;
    Ok(())
}

/// See [`crate::store::Store::reassess`].
pub(super) fn reassess(
    db: &Connection,
    article: i64,
    of: Option<Timestamp>,
    content: &Article,
    assessment: &Assessment,
    at: Timestamp,
    fingerprint: Option<&Fingerprint>,
) -> rusqlite::Result<bool> {
    if !exists(db, article)? {
        let id = article.to_string();
        return Err(unreadable("an article", &id, &"there is no such row").into());
    }
    if !is_of(db, article, of)? {
        return Ok(false);
    }
    put_content(db, article, content, &words_of(content))?;
    put_assessment(db, article, assessment, at)?;
    copies::put(db, article, fingerprint)?;
    Ok(true)
}

/// Whether the page that is kept is the one that was fetched at `of`; where that is not asked, it is.
fn is_of(db: &Connection, article: i64, of: Option<Timestamp>) -> rusqlite::Result<bool> {
    let Some(of) = of else { return Ok(true) };
    db.prepare_cached("SELECT 1 FROM pages WHERE article_id = ?1 AND fetched_at = ?2")?
        .exists(params![article, Millis(of)])
}

fn exists(db: &Connection, article: i64) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM articles WHERE id = ?1")?
        .exists([article])
}

/// See [`crate::store::Store::articles`].
pub(super) fn list(
    db: &Connection,
    query: &ArticleQuery,
) -> rusqlite::Result<Readable<ArticleRow>> {
    let more = ArticleQuery {
        limit: query.limit.saturating_add(UNREADABLE_MAX),
        ..query.clone()
    };
    let ids = shelves::list(db, &more)?.into_iter();
    Readable::take(ids.filter_map(|id| get(db, id).transpose()), query.limit)
}

/// See [`crate::store::Store::article`].
pub(super) fn get(db: &Connection, id: i64) -> rusqlite::Result<Option<ArticleRow>> {
    db.prepare_cached(&format!("{ROWS} WHERE articles.id = ?1"))?
        .query_row([id], |row| read(db, row))
        .optional()
}

const ROWS: &str = "
    SELECT articles.id, articles.url, sources.name AS source, articles.fetched_at, articles.title,
           articles.byline, articles.published, articles.lang, articles.body, articles.provenance,
           articles.verdict, articles.reason, assessments.overall,
            coalesce(assessments.machine_translation, assessments.overall) AS machine_translation,
            coalesce(assessments.residue, 0.0) AS residue, assessments.translation,
            assessments.boilerplate, assessments.body_share, assessments.findings,
            assessments.evidence,
           assessments.rules
      FROM articles
      JOIN sources ON sources.id = articles.source_id
      JOIN assessments ON assessments.id = articles.assessment_id";

fn read(db: &Connection, row: &Row<'_>) -> rusqlite::Result<ArticleRow> {
    let id = row.get("id")?;
    let lang: Option<String> = row.get("lang")?;
    Ok(ArticleRow {
        id,
        url: row.get::<_, Address>("url")?.0,
        source: row.get("source")?,
        fetched_at: row.get::<_, Millis>("fetched_at")?.0,
        title: row.get("title")?,
        byline: row.get("byline")?,
        published: row.get::<_, Option<Dated>>("published")?.map(|date| date.0),
        lang: lang.as_deref().and_then(Lang::new),
        body: row.get("body")?,
        provenance: row.get::<_, Json<Vec<Provenance>>>("provenance")?.0,
        verdict: verdict(row)?,
        scores: Scores {
            overall: row.get("overall")?,
            machine_translation: row.get("machine_translation")?,
            residue: row.get("residue")?,
            style: row.get("translation")?,
            boilerplate: row.get("boilerplate")?,
            body_share: row.get("body_share")?,
        },
        findings: row.get::<_, Json<Vec<StoredFinding>>>("findings")?.0,
        evidence: row
            .get::<_, Option<Json<Vec<Evidence>>>>("evidence")?
            .map(|evidence| evidence.0)
            .unwrap_or_default(),
        rules: rules(row)?,
        reviews: reviews::list(db, id)?,
        shelf: Shelf::of(verdict(row)?, reviews::standing(db, id)?),
        cluster: copies::cluster(db, id)?,
        aliases: copies::count_aliases(db, id)?,
    })
}

fn rules(row: &Row<'_>) -> rusqlite::Result<RulesHash> {
    let text: String = row.get("rules")?;
    u64::from_str_radix(&text, 16)
        .map(RulesHash)
        .map_err(|why| unreadable("a rules hash", &text, &why).into())
}

/// See [`crate::store::Store::has_page`].
pub(super) fn has_page(db: &Connection, article: i64) -> rusqlite::Result<bool> {
    db.prepare_cached("SELECT 1 FROM pages WHERE article_id = ?1")?
        .exists([article])
}

/// See [`crate::store::Store::page`].
pub(super) fn page(db: &Connection, article: i64) -> rusqlite::Result<Option<Page>> {
    db.prepare_cached(
        "SELECT fetched_at, link, final_url, status, headers, bytes, body
           FROM pages WHERE article_id = ?1",
    )?
    .query_row([article], |row| {
        Ok(Page {
            link: row.get::<_, Json<StoredLink>>("link")?.0.into(),
            final_url: row.get::<_, Address>("final_url")?.0,
            fetched_at: row.get::<_, Millis>("fetched_at")?.0,
            status: row.get("status")?,
            headers: row.get::<_, Json<Headers>>("headers")?.0,
            body: packed::read(row, "body", "bytes")?,
        })
    })
    .optional()
}
