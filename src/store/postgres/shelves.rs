//! Where articles lie for those who review them: lists, neighbours and counts, all from one narrow
//! table, so that a list costs what it shows and a count agrees with its list.

use super::{
    failure::{Result, unreadable},
    reviews, search,
    session::Db,
    value::{Row, Value, params},
};
use crate::{
    model::{Shelf, ShelfCounts, Verdict},
    store::{ArticleQuery, Neighbours, Order, limits::COUNTED_MAX},
};

/// Puts an article where its latest assessment and the decision that holds say.
pub(super) async fn put(db: &Db, article: i64, verdict: Verdict) -> Result<()> {
    let shelf = Shelf::of(verdict, reviews::standing(db, article).await?);
    let sql = "
        INSERT INTO shelves (article_id, source_id, verdict, shelf, lang, score, fetched_at, past)
        SELECT articles.id, source_id, articles.verdict, $2, lang, overall, fetched_at, past
          FROM articles JOIN assessments ON assessments.id = assessment_id
         WHERE articles.id = $1
        ON CONFLICT (article_id) DO UPDATE
           SET (verdict, shelf, lang, score) =
               (excluded.verdict, excluded.shelf, excluded.lang, excluded.score)";
    db.change(sql, &params![article, shelf.as_str()]).await
}

/// Which rows, as SQL: what they must fulfil, how they are ordered.
#[derive(Default)]
struct Selection {
    conditions: Vec<String>,
    values: Vec<Value>,
    order: Order,
}

impl Selection {
    fn new(query: &ArticleQuery) -> Selection {
        let mut selection = Selection {
            order: match query.shelf {
                Some(_) => query.order,
                None => Order::Newest,
            },
            ..Selection::default()
        };
        selection.filter_columns(query);
        selection.filter_elsewhere(query);
        selection
    }

    /// A `?` in the condition stands for the value.
    fn filter<T>(&mut self, condition: &str, value: Option<T>)
    where
        Value: From<T>,
    {
        if let Some(value) = value {
            self.values.push(value.into());
            let place = format!("${}", self.values.len());
            self.conditions.push(condition.replace('?', &place));
        }
    }

    fn filter_columns(&mut self, query: &ArticleQuery) {
        self.filter("shelf = ?", query.shelf.map(|shelf| shelf.as_str()));
        self.filter("verdict = ?", query.verdict.as_deref());
        self.filter("lang = ?", query.lang.as_ref().map(|lang| lang.as_str()));
        self.filter("score >= ?", query.score_min);
        self.filter("article_id > ?", query.newer_than);
        self.filter("fetched_at >= ?", query.since);
        self.filter("fetched_at < ?", query.until);
        if query.undismissed {
            self.conditions.push("shelf <> 'dismissed'".to_string());
        }
    }

    /// What other tables know of the article.
    fn filter_elsewhere(&mut self, query: &ArticleQuery) {
        let source = "source_id = (SELECT id FROM sources WHERE name = ?)";
        self.filter(source, query.source.as_deref());
        let rule = "article_id IN (SELECT article_id FROM article_rules WHERE rule = ?)";
        self.filter(rule, query.rule.as_deref());
        let cluster = "article_id IN (SELECT article_id FROM copies WHERE cluster_id = ?)";
        self.filter(cluster, query.cluster);
        let text = "article_id IN
                    (SELECT article_id FROM articles_text WHERE words @@ ?::text::tsquery)";
        self.filter(text, query.text.as_deref().map(search::question));
    }

    /// Only what comes after the article `place`, or before it where the walk goes `back`.
    fn beyond(&mut self, place: i64, back: bool) {
        let sign = if back { '>' } else { '<' };
        let condition = match self.order {
            Order::Newest => format!("article_id {sign} ?"),
            Order::Worst => format!(
                "(score, article_id) {sign}
                 (SELECT score, article_id FROM shelves WHERE article_id = ?)"
            ),
        };
        self.filter(&condition, Some(place));
    }

    /// The statement for at most so many rows; the limit becomes the last value.
    fn sql(&mut self, columns: &str, order: &str, limit: usize) -> String {
        let conditions = match self.conditions.is_empty() {
            true => "true".to_string(),
            false => self.conditions.join(" AND "),
        };
        self.values.push(limit.into());
        let limit = self.values.len();
        format!("SELECT {columns} FROM shelves WHERE {conditions} {order} LIMIT ${limit}")
    }

    async fn ids(mut self, db: &Db, back: bool, limit: usize) -> Result<Vec<i64>> {
        let way = if back { "ASC" } else { "DESC" };
        let order = match self.order {
            Order::Newest => format!("ORDER BY article_id {way}"),
            Order::Worst => format!("ORDER BY score {way}, article_id {way}"),
        };
        let sql = self.sql("article_id", &order, limit);
        db.values(&sql, &self.values).await
    }
}

/// The articles of one page of a list, in its order.
pub(super) async fn list(db: &Db, query: &ArticleQuery) -> Result<Vec<i64>> {
    let mut selection = Selection::new(query);
    if let Some(before) = query.before {
        selection.beyond(before, false);
    }
    selection.ids(db, false, query.limit).await
}

/// See [`crate::store::Store::neighbours`].
pub(super) async fn neighbours(db: &Db, query: &ArticleQuery, article: i64) -> Result<Neighbours> {
    let mut found = Neighbours::default();
    for (back, place) in [(true, &mut found.previous), (false, &mut found.next)] {
        let mut selection = Selection::new(query);
        selection.beyond(article, back);
        *place = selection.ids(db, back, 1).await?.pop();
    }
    Ok(found)
}

/// See [`crate::store::Store::tally`].
pub(super) async fn tally(db: &Db, query: &ArticleQuery) -> Result<Option<ShelfCounts>> {
    if let Some(source) = query.counts_of_source() {
        return match source {
            None => all_kept(db).await.map(Some),
            Some(name) => of_source(db, name).await.map(Some),
        };
    }
    let mut selection = Selection::new(&query.on_all_shelves());
    let some = selection.sql("shelf", "", COUNTED_MAX as usize + 1);
    let sql = format!("SELECT shelf, count(*) AS articles FROM ({some}) AS counted GROUP BY shelf");
    let counts = counts(db, &sql, &selection.values).await?;
    Ok(Some(counts).filter(|counts| counts.total() <= COUNTED_MAX))
}

async fn of_source(db: &Db, name: &str) -> Result<ShelfCounts> {
    let sql = "SELECT id FROM sources WHERE name = $1";
    match db.maybe(sql, &params![name]).await? {
        Some(source) => kept(db, source).await,
        None => Ok(ShelfCounts::default()),
    }
}

/// The counts of a source by its row.
pub(super) async fn kept(db: &Db, source: i64) -> Result<ShelfCounts> {
    let sql = "SELECT shelf, articles FROM shelf_counts WHERE source_id = $1 AND articles > 0";
    counts(db, sql, &params![source]).await
}

async fn all_kept(db: &Db) -> Result<ShelfCounts> {
    let sql = "SELECT shelf, sum(articles)::bigint AS articles FROM shelf_counts
                GROUP BY shelf HAVING sum(articles) > 0";
    counts(db, sql, &params![]).await
}

async fn counts(db: &Db, sql: &str, values: &[Value]) -> Result<ShelfCounts> {
    let mut counts = ShelfCounts::default();
    let read = |row: &Row| {
        let name: String = row.get("shelf")?;
        let shelf = Shelf::parse(&name);
        let shelf = shelf.ok_or_else(|| unreadable("a shelf", &name, &"unknown"))?;
        Ok((shelf, row.get("articles")?))
    };
    for (shelf, articles) in db.list(sql, values, read).await? {
        counts.add(shelf, articles);
    }
    Ok(counts)
}
