//! Articles and what was concluded about them.

use url::Url;

use super::{
    copies,
    failure::{Readable, Result, unreadable},
    locks, packed, reviews, search,
    session::Db,
    shelves, sources, standings,
    value::{Json, Row, params},
};
use crate::{
    copies::Fingerprint,
    model::{
        Article, Assessment, Evidence, Headers, Lang, Page, Provenance, Review, RulesHash, Scores,
        Shelf, Timestamp,
    },
    store::{
        ArticleQuery, ArticleRow, StoredFinding,
        limits::UNREADABLE_MAX,
        packed::Packed,
        reading::Stored,
        stored::{self, StoredBlock, StoredLink},
        words::words_of,
    },
};

/// The row of the article with this canonical URL.
pub(super) async fn id_of(db: &Db, url: &Url) -> Result<Option<i64>> {
    db.maybe("SELECT id FROM articles WHERE url = $1", &params![url])
        .await
}

/// Gives an article another identity, which no other has.
pub(super) async fn rename(db: &Db, article: i64, url: &Url) -> Result<()> {
    let sql = "UPDATE articles SET url = $2 WHERE id = $1";
    db.change(sql, &params![article, url]).await
}

/// Notes that the article was read at `at`.
pub(super) async fn touch(db: &Db, article: i64, at: Timestamp) -> Result<()> {
    let sql = "UPDATE articles SET last_fetched_at = $2 WHERE id = $1";
    db.change(sql, &params![article, at]).await
}

/// Reads what a second reading is compared with.
pub(super) async fn stored(db: &Db, article: i64) -> Result<Stored> {
    let sql = "SELECT title, articles.body, blocks, rules, link
                 FROM articles JOIN assessments ON assessments.id = assessment_id
                 LEFT JOIN pages ON pages.article_id = articles.id
                WHERE articles.id = $1";
    db.one(sql, &params![article], |row| {
        let blocks: Json<Vec<StoredBlock>> = row.get("blocks")?;
        let link: Option<Json<StoredLink>> = row.get("link")?;
        let content = Article {
            title: row.get("title")?,
            body: row.get("body")?,
            blocks: stored::to_blocks(blocks.0),
            ..Article::default()
        };
        Ok(Stored {
            content,
            rules: rules(row)?,
            asked: link.map(|link| link.0.url),
        })
    })
    .await
}

/// The id that was given last.
const LAST_ID: &str =
    "SELECT last_value - CASE WHEN is_called THEN 0 ELSE 1 END FROM articles_id_seq";

/// The id up to which all articles are there that will ever be: ids are given in their order, and written
/// down in any. Whoever looks in a transaction that begins after this sees them.
pub(super) async fn settled(db: &Db) -> Result<i64> {
    db.numbered_after(LAST_ID).await
}

/// A row whose content and conclusion follow. What is read for a backfill is no news of its source.
pub(super) async fn insert(
    db: &Db,
    url: &Url,
    source: i64,
    at: Timestamp,
    is_past: bool,
) -> Result<i64> {
    db.number_after(LAST_ID).await?;
    let sql = "INSERT INTO articles (url, source_id, fetched_at, last_fetched_at, past, verdict,
                                     blocks, provenance, origins, body)
               VALUES ($1, $2, $3, $3, $4, '', '[]', '[]', '{}', '') RETURNING id";
    let article = db.value(sql, &params![url, source, at, is_past]).await?;
    let sql = "UPDATE sources SET last_article = greatest(last_article, $2)
                WHERE id = $1 AND NOT $3::boolean";
    db.change(sql, &params![source, at, is_past]).await?;
    Ok(article)
}

pub(super) async fn put_content(db: &Db, id: i64, article: &Article, words: &str) -> Result<()> {
    let sql = "UPDATE articles
                  SET named_url = $2, title = $3, byline = $4, published = $5, modified = $6,
                      lang = $7, section = $8, image = $9, body = $10, blocks = $11,
                      provenance = $12, origins = $13
                WHERE id = $1";
    let values = params![
        id,
        article.url.as_ref(),
        article.title.as_deref(),
        article.byline.as_deref(),
        article.published,
        article.modified,
        article.lang.as_ref().map(Lang::as_str),
        article.section.as_deref(),
        article.image.as_ref(),
        article.body.as_str(),
        Json(stored::blocks(article)),
        Json(&article.provenance),
        Json(&article.origins),
    ];
    db.change(sql, &values).await?;
    search::put(db, id, words).await
}

/// Appends to the history and makes it the latest.
pub(super) async fn put_assessment(
    db: &Db,
    article: i64,
    assessment: &Assessment,
    at: Timestamp,
) -> Result<()> {
    standings::revise(db, article, assessment).await?;
    let Assessment {
        verdict, scores, ..
    } = assessment;
    let reason = verdict.reason().map(|reason| reason.as_str());
    let sql = "INSERT INTO assessments
                      (article_id, at, verdict, reason, overall, machine_translation, residue,
                       translation, boilerplate, body_share, findings, evidence, log_ratio, rules)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING id";
    let values = params![
        article,
        at,
        verdict.as_str(),
        reason,
        scores.overall,
        scores.machine_translation,
        scores.residue,
        scores.style,
        scores.boilerplate,
        scores.body_share,
        Json(stored::findings(assessment)),
        Json(&assessment.evidence),
        assessment.log_ratio(),
        assessment.rules.to_string(),
    ];
    let latest: i64 = db.value(sql, &values).await?;
    let before = "UPDATE assessments SET until = $3
                   WHERE article_id = $1 AND id <> $2 AND until IS NULL";
    db.change(before, &params![article, latest, at]).await?;
    let own = "UPDATE articles SET verdict = $2, reason = $3, assessment_id = $4 WHERE id = $1";
    db.change(own, &params![article, verdict.as_str(), reason, latest])
        .await?;
    shelves::put(db, article, *verdict).await?;
    sources::average(db, article).await?;
    put_rules(db, article, assessment).await
}

async fn put_rules(db: &Db, article: i64, assessment: &Assessment) -> Result<()> {
    let sql = "DELETE FROM article_rules WHERE article_id = $1";
    db.change(sql, &params![article]).await?;
    let named = assessment.findings.iter();
    let named: Vec<String> = named.map(|finding| finding.rule.to_string()).collect();
    let sql = "INSERT INTO article_rules (rule, article_id)
               SELECT DISTINCT rule, $2::bigint FROM unnest($1::text[]) AS rule";
    db.change(sql, &params![named, article]).await
}

/// A site that asks for no copy means the older one as well.
pub(super) async fn drop_page(db: &Db, article: i64) -> Result<()> {
    let sql = "DELETE FROM pages WHERE article_id = $1";
    db.change(sql, &params![article]).await
}

pub(super) async fn put_page(db: &Db, article: i64, page: &Page, body: &Packed) -> Result<()> {
    let sql = "INSERT INTO pages
                      (article_id, fetched_at, link, final_url, status, headers, bytes, body)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
               ON CONFLICT (article_id) DO UPDATE
                  SET (fetched_at, link, final_url, status, headers, bytes, body) =
                      (excluded.fetched_at, excluded.link, excluded.final_url, excluded.status,
                       excluded.headers, excluded.bytes, excluded.body)";
    let values = params![
        article,
        page.fetched_at,
        Json(StoredLink::from(&page.link)),
        &page.final_url,
        page.status,
        Json(&page.headers),
        body.bytes,
        &body.blob,
    ];
    db.change(sql, &values).await
}

/// Whether the page that is kept is the one that was fetched at `of`; where that is not asked, it is. It
/// stays so until the transaction ends, for the article is locked.
async fn is_of(db: &Db, article: i64, of: Option<Timestamp>) -> Result<bool> {
    let Some(of) = of else { return Ok(true) };
    let sql = "SELECT 1 FROM pages WHERE article_id = $1 AND fetched_at = $2";
    db.exists(sql, &params![article, of]).await
}

/// See [`crate::store::Store::reassess`].
pub(super) async fn reassess(
    db: &Db,
    article: i64,
    of: Option<Timestamp>,
    content: &Article,
    assessment: &Assessment,
    at: Timestamp,
    fingerprint: Option<&Fingerprint>,
) -> Result<bool> {
    locks::articles(db, &[article]).await?;
    let sql = "SELECT 1 FROM articles WHERE id = $1";
    if !db.exists(sql, &params![article]).await? {
        let why = "there is no such row";
        return Err(unreadable("an article", &article.to_string(), &why));
    }
    if !is_of(db, article, of).await? {
        return Ok(false);
    }
    put_content(db, article, content, &words_of(content)).await?;
    put_assessment(db, article, assessment, at).await?;
    copies::put(db, article, fingerprint).await?;
    Ok(true)
}

/// See [`crate::store::Store::articles`].
pub(super) async fn list(db: &Db, query: &ArticleQuery) -> Result<Readable<ArticleRow>> {
    let more = ArticleQuery {
        limit: query.limit.saturating_add(UNREADABLE_MAX),
        ..query.clone()
    };
    let ids = shelves::list(db, &more).await?;
    let mut found = Readable::default();
    // Mostly, the first ones can all be read.
    let (first, more) = ids.split_at(query.limit.min(ids.len()));
    for row in rows(db, first).await? {
        found.add(row)?;
    }
    for id in more {
        if found.rows.len() >= query.limit {
            break;
        }
        for row in rows(db, &[*id]).await? {
            found.add(row)?;
        }
    }
    Ok(found)
}

/// See [`crate::store::Store::article`].
pub(super) async fn get(db: &Db, id: i64) -> Result<Option<ArticleRow>> {
    rows(db, &[id]).await?.pop().transpose()
}

const ROWS: &str = "
    SELECT articles.id, articles.url, sources.name AS source, articles.fetched_at, title, byline,
           published, lang, articles.body, provenance, articles.verdict, articles.reason,
           overall, coalesce(machine_translation, overall) AS machine_translation,
           coalesce(residue, 0) AS residue, translation, assessments.boilerplate, body_share,
           findings, evidence, rules,
           (SELECT count(*) FROM aliases WHERE aliases.article_id = articles.id) AS aliases
      FROM articles
      JOIN sources ON sources.id = articles.source_id
      JOIN assessments ON assessments.id = articles.assessment_id
     WHERE articles.id = ANY($1)
     ORDER BY array_position($1, articles.id)";

/// Articles by their rows, in their order; without those that are not there.
async fn rows(db: &Db, ids: &[i64]) -> Result<Vec<Result<ArticleRow>>> {
    let mut reviews = reviews::of(db, ids).await?;
    let mut clusters = copies::clusters(db, ids).await?;
    let mut read = |row: &Row| {
        let id = row.get("id")?;
        let own = reviews.remove(&id).unwrap_or_else(|| Ok(Vec::new()))?;
        Ok(ArticleRow {
            cluster: clusters.remove(&id).transpose()?,
            ..read(row, id, own)?
        })
    };
    db.list(ROWS, &params![ids.to_vec()], |row| Ok(read(row)))
        .await
}

fn read(row: &Row, id: i64, reviews: Vec<Review>) -> Result<ArticleRow> {
    let lang: Option<String> = row.get("lang")?;
    let provenance: Json<Vec<Provenance>> = row.get("provenance")?;
    let findings: Json<Vec<StoredFinding>> = row.get("findings")?;
    let evidence: Option<Json<Vec<Evidence>>> = row.get("evidence")?;
    let verdict = row.verdict()?;
    let scores = Scores {
        overall: row.get("overall")?,
        machine_translation: row.get("machine_translation")?,
        residue: row.get("residue")?,
        style: row.get("translation")?,
        boilerplate: row.get("boilerplate")?,
        body_share: row.get("body_share")?,
    };
    Ok(ArticleRow {
        id,
        url: row.get("url")?,
        source: row.get("source")?,
        title: row.get("title")?,
        byline: row.get("byline")?,
        fetched_at: row.get("fetched_at")?,
        published: row.get("published")?,
        lang: lang.as_deref().and_then(Lang::new),
        body: row.get("body")?,
        provenance: provenance.0,
        verdict,
        scores,
        findings: findings.0,
        evidence: evidence.map_or_else(Vec::new, |evidence| evidence.0),
        rules: rules(row)?,
        shelf: Shelf::of(verdict, reviews::standing_of(&reviews)),
        reviews,
        cluster: None,
        aliases: row.get("aliases")?,
    })
}

fn rules(row: &Row) -> Result<RulesHash> {
    let text: String = row.get("rules")?;
    let read = u64::from_str_radix(&text, 16).map(RulesHash);
    read.map_err(|why| unreadable("a rules hash", &text, &why))
}

/// See [`crate::store::Store::has_page`].
pub(super) async fn has_page(db: &Db, article: i64) -> Result<bool> {
    let sql = "SELECT 1 FROM pages WHERE article_id = $1";
    db.exists(sql, &params![article]).await
}

/// See [`crate::store::Store::page`].
pub(super) async fn page(db: &Db, article: i64) -> Result<Option<Page>> {
    let sql = "SELECT fetched_at, link, final_url, status, headers, bytes, body
                 FROM pages WHERE article_id = $1";
    db.optional(sql, &params![article], |row| {
        let link: Json<StoredLink> = row.get("link")?;
        let headers: Json<Headers> = row.get("headers")?;
        Ok(Page {
            link: link.0.into(),
            final_url: row.get("final_url")?,
            fetched_at: row.get("fetched_at")?,
            status: row.get("status")?,
            headers: headers.0,
            body: packed::read(row, "body", "bytes")?,
        })
    })
    .await
}
