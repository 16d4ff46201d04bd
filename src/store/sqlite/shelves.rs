//! Where articles lie for those who review them: lists, neighbours and counts, all from one narrow
//! table, so that a list costs what it shows and a count agrees with its list.

use rusqlite::{Connection, OptionalExtension, ToSql, params, params_from_iter};

use super::{
    column::{Millis, row_limit, unreadable},
    reviews, search,
};
use crate::{
    model::{Shelf, ShelfCounts, Verdict},
    store::{ArticleQuery, Neighbours, Order, limits::COUNTED_MAX},
};

/// Puts an article where its latest assessment and the decision that holds say.
pub(super) fn put(db: &Connection, article: i64, verdict: Verdict) -> rusqlite::Result<()> {
    let decision = reviews::standing(db, article)?;
    let shelf = Shelf::of(verdict, decision);
    db.prepare_cached(
        "INSERT INTO shelves (article_id, source_id, verdict, shelf, lang, score, fetched_at, past)
         SELECT articles.id, source_id, articles.verdict, ?2, lang, assessments.overall,
                fetched_at, past
           FROM articles JOIN assessments ON assessments.id = articles.assessment_id
          WHERE articles.id = ?1
         ON CONFLICT (article_id) DO UPDATE
            SET verdict = excluded.verdict, shelf = excluded.shelf, lang = excluded.lang,
                score = excluded.score",
    )?
    .execute(params![article, shelf.as_str()])?;
    Ok(())
}

/// Which rows, as SQL: where they come from, what they must fulfil, how they are ordered.
struct Selection {
    from: &'static str,
    /// The column by which the rows come in order without sorting.
    id: &'static str,
    conditions: Vec<String>,
    values: Vec<Box<dyn ToSql>>,
    order: Order,
}

impl Selection {
    fn new(query: &ArticleQuery) -> Selection {
        let order = match (query.order, query.shelf) {
            (Order::Worst, Some(_)) => Order::Worst,
            _ => Order::Newest,
        };
        let mut selection = Selection {
            from: from(query, order),
            id: match (&query.text, &query.rule) {
                (Some(_), _) => "articles_text.rowid",
                (None, Some(_)) => "article_rules.article_id",
                (None, None) => "shelves.article_id",
            },
            conditions: Vec::new(),
            values: Vec::new(),
            order,
        };
        selection.filter_text(query);
        selection.filter_columns(query);
        selection.filter_time(query);
        selection
    }

    fn filter(&mut self, condition: &str, value: impl ToSql + 'static) {
        self.conditions.push(condition.to_string());
        self.values.push(Box::new(value));
    }

    fn filter_text(&mut self, query: &ArticleQuery) {
        if let Some(text) = &query.text {
            // What holds no word is in no article.
            let question = search::question(text).unwrap_or_else(|| "\"\"".to_string());
            self.filter("articles_text MATCH ?", question);
        }
        if let Some(rule) = &query.rule {
            let own = match query.text {
                None => "article_rules.rule = ?",
                Some(_) => {
                    "EXISTS (SELECT 1 FROM article_rules WHERE rule = ?
                                AND article_id = shelves.article_id)"
                }
            };
            self.filter(own, rule.clone());
        }
        if let Some(cluster) = query.cluster {
            let own = "shelves.article_id IN (SELECT article_id FROM copies WHERE cluster_id = ?)";
            self.filter(own, cluster);
        }
    }

    fn filter_columns(&mut self, query: &ArticleQuery) {
        if let Some(shelf) = query.shelf {
            self.filter("shelves.shelf = ?", shelf.as_str());
        }
        if let Some(verdict) = &query.verdict {
            self.filter("shelves.verdict = ?", verdict.clone());
        }
        if let Some(source) = &query.source {
            let own = "shelves.source_id = (SELECT id FROM sources WHERE name = ?)";
            self.filter(own, source.clone());
        }
        if let Some(lang) = &query.lang {
            self.filter("shelves.lang = ?", lang.as_str().to_string());
        }
        if let Some(score) = query.score_min {
            self.filter("shelves.score >= ?", score);
        }
        if let Some(newest) = query.newer_than {
            self.filter(&format!("{} > ?", self.id), newest);
        }
        if query.undismissed {
            self.conditions
                .push("shelves.shelf <> 'dismissed'".to_string());
        }
    }

    /// Ids follow the times, nearly: the second condition of each pair only ends the walk. Left to
    /// itself, SQLite would look for the ends by reading the table.
    fn filter_time(&mut self, query: &ArticleQuery) {
        let by_time = "FROM articles INDEXED BY articles_by_time WHERE fetched_at";
        if let Some(since) = query.since.map(Millis) {
            self.filter("shelves.fetched_at >= ?", since);
            let walk = format!("{} >= (SELECT min(id) {by_time} >= ?)", self.id);
            self.filter(&walk, since);
        }
        if let Some(until) = query.until.map(Millis) {
            self.filter("shelves.fetched_at < ?", until);
            let walk = format!("{} <= (SELECT max(id) {by_time} < ?)", self.id);
            self.filter(&walk, until);
        }
    }

    /// Only what comes after the article `place`, or before it where the walk goes `back`.
    fn beyond(&mut self, place: i64, back: bool) {
        let sign = if back { '>' } else { '<' };
        match self.order {
            Order::Newest => self.filter(&format!("{} {sign} ?", self.id), place),
            Order::Worst => self.filter(
                &format!(
                    "(shelves.score, shelves.article_id) {sign}
                     (SELECT score, article_id FROM shelves WHERE article_id = ?)"
                ),
                place,
            ),
        }
    }

    fn condition(&self) -> String {
        match self.conditions.is_empty() {
            true => "true".to_string(),
            false => self.conditions.join(" AND "),
        }
    }

    fn ids(mut self, db: &Connection, back: bool, limit: usize) -> rusqlite::Result<Vec<i64>> {
        let way = if back { "ASC" } else { "DESC" };
        let order = match self.order {
            Order::Newest => format!("{} {way}", self.id),
            Order::Worst => format!("shelves.score {way}, shelves.article_id {way}"),
        };
        let sql = format!(
            "SELECT shelves.article_id FROM {} WHERE {} ORDER BY {order} LIMIT ?",
            self.from,
            self.condition()
        );
        self.values.push(Box::new(row_limit(limit)));
        db.prepare_cached(&sql)?
            .query_map(params_from_iter(self.values), |row| row.get(0))?
            .collect()
    }
}

/// What the walk goes along: the most particular of what is asked for. The planner has no figures to
/// choose by, so it is told.
fn from(query: &ArticleQuery, order: Order) -> &'static str {
    if query.text.is_some() {
        return "articles_text CROSS JOIN shelves ON shelves.article_id = articles_text.rowid";
    }
    if query.rule.is_some() {
        return "article_rules CROSS JOIN shelves ON shelves.article_id = article_rules.article_id";
    }
    let has_shelf = query.shelf.is_some();
    match (order, &query.source, &query.lang) {
        _ if query.cluster.is_some() => "shelves",
        (Order::Worst, None, _) => "shelves INDEXED BY shelves_by_score",
        (_, Some(_), _) if has_shelf => "shelves INDEXED BY shelves_by_source",
        (_, Some(_), _) => "shelves INDEXED BY shelves_of_source",
        (_, None, Some(_)) if has_shelf => "shelves INDEXED BY shelves_by_lang",
        (_, None, Some(_)) => "shelves NOT INDEXED",
        _ if has_shelf => "shelves INDEXED BY shelves_by_shelf",
        _ if query.verdict.is_some() => "shelves INDEXED BY shelves_by_verdict",
        _ => "shelves NOT INDEXED",
    }
}

/// The articles of one page of a list, in its order.
pub(super) fn list(db: &Connection, query: &ArticleQuery) -> rusqlite::Result<Vec<i64>> {
    if query.lang.is_some() && goes_by_shelf(query) {
        // Each shelf has the language in order; all of them together have not.
        let mut ids = Vec::new();
        for shelf in Shelf::all() {
            ids.extend(list(db, &on(query, shelf))?);
        }
        ids.sort_unstable_by(|one, other| other.cmp(one));
        ids.truncate(query.limit);
        return Ok(ids);
    }
    let mut selection = Selection::new(query);
    if let Some(before) = query.before {
        selection.beyond(before, false);
    }
    selection.ids(db, false, query.limit)
}

/// Whether the indices of single shelves serve a query over all of them, and nothing better does.
fn goes_by_shelf(query: &ArticleQuery) -> bool {
    let narrows = query.text.is_some()
        || query.rule.is_some()
        || query.source.is_some()
        || query.cluster.is_some()
        || query.verdict.is_some();
    query.shelf.is_none() && !narrows
}

fn on(query: &ArticleQuery, shelf: Shelf) -> ArticleQuery {
    ArticleQuery {
        shelf: Some(shelf),
        ..query.clone()
    }
}

/// See [`crate::store::Store::neighbours`].
pub(super) fn neighbours(
    db: &Connection,
    query: &ArticleQuery,
    article: i64,
) -> rusqlite::Result<Neighbours> {
    let one = |back| -> rusqlite::Result<Option<i64>> {
        let mut selection = Selection::new(query);
        selection.beyond(article, back);
        Ok(selection.ids(db, back, 1)?.pop())
    };
    Ok(Neighbours {
        previous: one(true)?,
        next: one(false)?,
    })
}

/// See [`crate::store::Store::tally`].
pub(super) fn tally(
    db: &Connection,
    query: &ArticleQuery,
) -> rusqlite::Result<Option<ShelfCounts>> {
    if let Some(source) = query.counts_of_source() {
        return match source {
            None => kept(db, 0).map(Some),
            Some(name) => Ok(Some(match id_of(db, name)? {
                Some(source) => kept(db, source)?,
                None => ShelfCounts::default(),
            })),
        };
    }
    let everywhere = query.on_all_shelves();
    let mut total = ShelfCounts::default();
    let is_cheap_by_shelf = query.lang.is_some() || query.score_min.is_some();
    if is_cheap_by_shelf && goes_by_shelf(&everywhere) {
        for shelf in Shelf::all() {
            let of_shelf = ArticleQuery {
                // The index of scores serves the question for one.
                order: match query.lang {
                    None => Order::Worst,
                    Some(_) => Order::Newest,
                },
                ..on(&everywhere, shelf)
            };
            total.add(shelf, counted(db, &of_shelf)?.of(shelf));
        }
    } else {
        total = counted(db, &everywhere)?;
    }
    Ok(Some(total).filter(|counts| counts.total() <= COUNTED_MAX))
}

/// Counts one by one, as far as is counted.
fn counted(db: &Connection, query: &ArticleQuery) -> rusqlite::Result<ShelfCounts> {
    let mut selection = Selection::new(query);
    let sql = format!(
        "SELECT shelf, count(*) FROM (SELECT shelves.shelf FROM {} WHERE {} LIMIT ?) GROUP BY shelf",
        selection.from,
        selection.condition()
    );
    let limit = row_limit(COUNTED_MAX as usize + 1);
    selection.values.push(Box::new(limit));
    counts(db, &sql, selection.values)
}

/// The counts of a source by its row; of all for 0.
pub(super) fn kept(db: &Connection, source: i64) -> rusqlite::Result<ShelfCounts> {
    let sql = "SELECT shelf, articles FROM shelf_counts WHERE source_id = ? AND articles > 0";
    counts(db, sql, vec![Box::new(source)])
}

fn counts(
    db: &Connection,
    sql: &str,
    values: Vec<Box<dyn ToSql>>,
) -> rusqlite::Result<ShelfCounts> {
    let mut counts = ShelfCounts::default();
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params_from_iter(values))?;
    while let Some(row) = rows.next()? {
        let name: String = row.get(0)?;
        let shelf = Shelf::parse(&name);
        let shelf = shelf.ok_or_else(|| unreadable("a shelf", &name, &"unknown"))?;
        counts.add(shelf, row.get(1)?);
    }
    Ok(counts)
}

fn id_of(db: &Connection, source: &str) -> rusqlite::Result<Option<i64>> {
    db.prepare_cached("SELECT id FROM sources WHERE name = ?1")?
        .query_row([source], |row| row.get(0))
        .optional()
}
