//! `benggala rescore`: the stored pages, judged again with today's rules.
//!
//! Each article is written down by itself, stamped with the rules: a run that is broken off goes on where
//! it was, and one after the last finds nothing to do.

use std::{collections::HashMap, path::PathBuf, sync::Arc, thread};

use chrono::Utc;
use futures_util::{Stream, TryStreamExt as _, stream};
use tokio::{sync::Mutex, task::spawn_blocking};

use crate::{
    config::Config,
    extract::Site,
    inspect::{self, Inspection, Rules, inspect},
    model::{Page, Reason, RulesHash, Source, StoreUrl, Verdict},
    opinion, score,
    site::{self, SiteMemory, Sites},
    store::{self, ArticleQuery, ArticleRow, Observer, OpenError, Store},
};

use super::{
    failure::{Failure, Outcome},
    input::rules_of,
    output::tell,
    progress::Course,
    settings::load_config,
    threads::runtime,
};

/// Rows that are read from the store at a time.
const ROWS_AT_A_TIME: usize = 100;

/// Articles under way for each core: while some are judged, others are read and written down, many in
/// one commit.
const PER_CORE: usize = 8;

/// Sites whose memories are held at a time.
const SITES_MAX: usize = 256;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Also what was judged with the same rules already: what has been learned of sites since then
    /// shows lines of their templates
    #[arg(long)]
    all: bool,
    /// With `--all`, only articles before this one: the last that a run told of before it was broken off
    #[arg(long, value_name = "ID", requires = "all")]
    before: Option<i64>,
}

/// What became of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rejudged {
    /// It was judged with these rules already.
    Current,
    /// There is nothing to judge it from.
    WithoutPage,
    /// Its inspection failed: what is stored says more than that.
    Failed,
    /// It was read anew meanwhile.
    Overtaken,
    /// Nothing about it is new.
    Same,
    /// What was concluded is written down.
    Written { is_other_verdict: bool },
}

/// What came of it.
#[derive(Debug, Default)]
struct Tally {
    judged: u64,
    written: u64,
    changed: u64,
    current: u64,
    without_page: u64,
    failed: u64,
}

impl Tally {
    fn add(&mut self, rejudged: Rejudged) {
        match rejudged {
            Rejudged::Current | Rejudged::Overtaken => self.current += 1,
            Rejudged::WithoutPage => self.without_page += 1,
            Rejudged::Failed => self.failed += 1,
            Rejudged::Same => self.judged += 1,
            Rejudged::Written { is_other_verdict } => {
                self.judged += 1;
                self.written += 1;
                self.changed += u64::from(is_other_verdict);
            }
        }
    }

    fn tell(&self) {
        tell(format!(
            "{} judged again, {} of them with another verdict; {} were up to date; of {} the page is no longer kept",
            self.judged, self.changed, self.current, self.without_page,
        ));
        if self.written == 0 {
            tell("nothing was changed");
        }
        if self.failed > 0 {
            tell(format!(
                "{} could not be judged again and stay as they were",
                self.failed
            ));
        }
    }
}

pub(super) fn rescore(args: &Args, config: &[PathBuf]) -> Result<Outcome, Failure> {
    let config = Arc::new(load_config(config)?);
    let tally = runtime()?.block_on(async {
        let store = open(&config.store.url).await?;
        let bench = Bench::new(&store, &config, args.all).await?;
        let tally = bench.rescore_all(args.before).await?;
        store.close().await?;
        Ok::<Tally, Failure>(tally)
    })?;
    tally.tell();
    Ok(Outcome::Clean)
}

/// Beside whoever has it. One that an older release wrote is brought up to date first, while nobody has it.
async fn open(url: &StoreUrl) -> Result<Arc<dyn Store>, OpenError> {
    match store::open_beside(url, Observer::default()).await {
        Err(OpenError::Older { .. }) => {
            store::open(url, Observer::default()).await?.close().await?;
            store::open_beside(url, Observer::default()).await
        }
        opened => opened,
    }
}

/// All articles, newest first.
fn articles(
    store: &Arc<dyn Store>,
    before: Option<i64>,
) -> impl Stream<Item = Result<ArticleRow, Failure>> {
    let first = ArticleQuery {
        limit: ROWS_AT_A_TIME,
        before,
        ..ArticleQuery::default()
    };
    stream::try_unfold(Some(first), move |query| async move {
        let Some(mut query) = query else {
            return Ok::<_, Failure>(None);
        };
        let rows = store.articles(&query).await?;
        let last = rows.last().filter(|_| rows.len() == ROWS_AT_A_TIME);
        let next = last.map(|row| row.id).map(|id| {
            query.before = Some(id);
            query
        });
        Ok(Some((stream::iter(rows.into_iter().map(Ok)), next)))
    })
    .try_flatten()
}

/// How the articles of one source are judged.
struct Judging {
    /// `None` for a source that is no longer configured.
    source: Option<Source>,
    rules: Rules,
    stamp: RulesHash,
}

impl Judging {
    fn new(source: Option<&Source>, config: &Config, rules: &Rules) -> Arc<Judging> {
        let rules = Rules {
            policy: config.policy_for(source),
            ..rules.clone()
        };
        Arc::new(Judging {
            source: source.cloned(),
            stamp: inspect::rules_hash(&rules),
            rules,
        })
    }

    fn inspect(&self, page: &Page, memory: &SiteMemory) -> Inspection {
        let source = self.source.as_ref();
        let site = Site {
            rules: &Config::rules_for(source, page.final_url.host_str()),
            memory,
        };
        let lang = source.and_then(|source| source.lang.as_ref());
        inspect(page, site, lang, &self.rules)
    }
}

/// What every article is judged with.
struct Bench {
    store: Arc<dyn Store>,
    /// By the name of the source.
    sources: HashMap<String, Arc<Judging>>,
    others: Arc<Judging>,
    sites: Mutex<Sites>,
    all: bool,
}

impl Bench {
    async fn new(store: &Arc<dyn Store>, config: &Config, all: bool) -> Result<Bench, Failure> {
        let mut rules = rules_of(config);
        for (lang, sketch) in store.usage().await? {
            rules.usage.know(&lang, &sketch);
        }
        let judging = |source: &Source| {
            let judging = Judging::new(Some(source), config, &rules);
            (source.name.clone(), judging)
        };
        Ok(Bench {
            store: Arc::clone(store),
            sources: config.sources.iter().map(judging).collect(),
            others: Judging::new(None, config, &rules),
            sites: Mutex::new(Sites::new(SITES_MAX)),
            all,
        })
    }

    async fn rescore_all(&self, before: Option<i64>) -> Result<Tally, Failure> {
        let kept = self.store.tally(&ArticleQuery::default()).await?;
        let kept = kept.map_or(0, |counts| counts.total());
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let mut course = Course::new("articles", kept);
        let mut tally = Tally::default();
        // In their order, so that all articles after the last that was told of are done.
        let rejudged = articles(&self.store, before)
            .map_ok(|row| self.rescore(row))
            .try_buffered(cores * PER_CORE);
        let mut rejudged = std::pin::pin!(rejudged);
        while let Some((article, rejudged)) = rejudged.try_next().await? {
            tally.add(rejudged);
            course.step(article);
        }
        course.end();
        Ok(tally)
    }

    async fn rescore(&self, row: ArticleRow) -> Result<(i64, Rejudged), Failure> {
        let judging = self.sources.get(&row.source).unwrap_or(&self.others);
        if row.rules == judging.stamp && !self.all {
            return Ok((row.id, Rejudged::Current));
        }
        let Some(page) = self.store.page(row.id).await? else {
            return Ok((row.id, Rejudged::WithoutPage));
        };
        let of = page.fetched_at;
        let Some(inspection) = self.judge(page, judging).await? else {
            return Ok((row.id, Rejudged::Failed));
        };
        if is_known(&row, &inspection) {
            return Ok((row.id, Rejudged::Same));
        }
        let (article, assessment) = (&inspection.article, &inspection.assessment);
        let is_written = self
            .store
            .reassess(row.id, Some(of), article, assessment, Utc::now())
            .await?;
        let rejudged = match is_written {
            true => Rejudged::Written {
                is_other_verdict: assessment.verdict != row.verdict,
            },
            false => Rejudged::Overtaken,
        };
        Ok((row.id, rejudged))
    }

    /// `None` where the inspection itself fails.
    async fn judge(
        &self,
        page: Page,
        judging: &Arc<Judging>,
    ) -> Result<Option<Inspection>, Failure> {
        let memory = self.memory_of(&page).await?;
        let dismissals = match site::name(&page.final_url) {
            Some(name) => self.store.dismissals(name).await?,
            None => Vec::new(),
        };
        let here = Arc::clone(judging);
        let inspection = spawn_blocking(move || here.inspect(&page, &memory)).await;
        let mut inspection =
            inspection.map_err(|why| Failure::message(format!("judging ended: {why}")))?;
        if inspection.assessment.verdict == Verdict::Abstain(Reason::Failed) {
            return Ok(None);
        }
        let source = judging.source.as_ref();
        if source.is_some_and(|source| !source.courtesy.no_opinion) {
            self.recall(&mut inspection, &judging.rules).await?;
        }
        let inspection = inspect::set_aside(inspection, &dismissals, &judging.rules);
        Ok(Some(inspection))
    }

    /// Has an opinion heard that was given of this text. Nobody is asked.
    async fn recall(&self, inspection: &mut Inspection, rules: &Rules) -> Result<(), Failure> {
        let Some(adviser) = &rules.adviser else {
            return Ok(());
        };
        let article = &inspection.article;
        let (title, lang) = (article.title.as_deref(), article.lang.as_ref());
        let key = opinion::key(adviser, title, &article.body, lang);
        if let Some(opinion) = self.store.opinion(key).await? {
            inspection.assessment = score::hear(&inspection.assessment, &opinion, &rules.policy);
        }
        Ok(())
    }

    async fn memory_of(&self, page: &Page) -> Result<Arc<SiteMemory>, Failure> {
        let Some(name) = site::name(&page.final_url) else {
            return Ok(Arc::default());
        };
        // Held while it is read: what is known twice would count twice.
        let mut sites = self.sites.lock().await;
        if let Some(known) = sites.get(name) {
            return Ok(known);
        }
        let stored = self.store.site(name).await?.unwrap_or_default();
        Ok(sites.know(name, &stored))
    }
}

/// Whether all this is in the store.
fn is_known(row: &ArticleRow, inspection: &Inspection) -> bool {
    let Inspection {
        article,
        assessment,
        ..
    } = inspection;
    row.assessment() == *assessment
        && row.title == article.title
        && row.byline == article.byline
        && row.published == article.published
        && row.lang == article.lang
        && row.body == article.body
        && row.provenance == article.provenance
}
