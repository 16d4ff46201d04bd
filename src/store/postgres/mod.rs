//! The store in a PostgreSQL database, which any number of workers share.
//!
//! `pool` connects, `session` is a transaction on one connection, `schema` migrates, `value` says how
//! our nouns stand in columns, `failure` what errors mean; the other files are the queries, by
//! subject, named as in the store in one file.
//!
//! Whoever changes URLs locks their hosts first, by id ([`queue::lock_hosts`]): so nobody waits in a
//! circle, and whoever claims passes over hosts that are being changed. What is in each other's way
//! all the same is tried again here, as a whole.

mod failure;
mod locks;
mod packed;
mod pool;
mod schema;
mod session;
mod value;

// The queue, and what ends a lease.
mod addresses;
mod backfills;
mod clock;
mod complete;
mod links;
mod outbox;
mod parked;
mod past;
mod queue;
mod unpark;
mod walk;

// Sources, and what is learned of them.
mod listed;
mod sites;
mod sources;
mod standings;
mod usage;
mod watch;
mod workers;

// Articles, and what is said of them.
mod articles;
mod copies;
mod decisions;
mod opinions;
mod reviews;
mod search;
mod shelves;
mod versions;
mod visit;

// All of it.
pub(super) mod care;
pub(super) mod forgotten;
mod parts;
mod retention;
pub(super) mod rowwise;
mod sizes;
mod upkeep;

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use async_trait::async_trait;
use chrono::TimeDelta;
use deadpool_postgres::Pool;
use tokio::task::spawn_blocking;
use url::Url;

use self::{
    failure::Readable,
    session::{Db, Mode},
};
use crate::{
    copies::Fingerprint,
    frontier::Unread,
    model::{
        Article, Assessment, Backfill, Dismissal, Lang, Link, Opinion, OpinionKey, Pace, Page,
        Pause, PostgresUrl, Review, RulePrecision, ShelfCounts, Source, SourceDay, Timestamp,
    },
    opinion::{AnswerBefore, Exhausted, Limits},
    site::SiteMemory,
    standing::Standing,
    store::{
        ArticleQuery, ArticleRow, BackfillOrder, Batch, Claim, Completed, Completion, Counts,
        Heard, Hearing, Keep, Lease, Neighbours, Notification, Observer, Op, OpenError, Overview,
        ParkedRow, PerKind, PollRow, Ruled, Ruling, Settlement, Silence, SourceQuery, SourceRow,
        Store, StoreError, TimeCorrection, Trail, Withdrawal, ending::Ending,
    },
    usage::Sketch,
};

/// How often a transaction is tried that others are in the way of: with the pauses between, for some
/// seconds, in which a server restarts or a standby takes over.
const TRIES_MAX: u32 = 10;
/// Nothing is tried again after so long: whoever waits is to hear of a server that does not answer.
const TRY_AGAIN_MAX: Duration = Duration::from_secs(30);
/// The longest pause before the second try; each further one is twice as long, up to the most.
const PAUSE_FIRST: Duration = Duration::from_millis(10);
const PAUSE_MAX: Duration = Duration::from_secs(2);

/// Connects, and makes or migrates the schema as needed.
pub(super) async fn open(
    url: &PostgresUrl,
    observer: Observer,
) -> Result<Arc<dyn Store>, OpenError> {
    let store = PostgresStore::connect(url, observer, true)?;
    schema::migrate(&store.pool, &store.shown).await?;
    Ok(Arc::new(store))
}

/// Connects to read; what would write is told that the store is closed.
pub(super) async fn open_to_read(
    url: &PostgresUrl,
    observer: Observer,
) -> Result<Arc<dyn Store>, OpenError> {
    let store = PostgresStore::connect(url, observer, false)?;
    schema::look(&store.pool, &store.shown).await?;
    Ok(Arc::new(store))
}

#[derive(Debug)]
struct PostgresStore {
    pool: Pool,
    /// Its address without the password, for errors.
    shown: String,
    observer: Observer,
    writes: bool,
    /// Unlike that of any other worker.
    me: String,
    /// The sources that it was last told to watch.
    watched: Mutex<Arc<[String]>>,
}

impl PostgresStore {
    fn connect(
        url: &PostgresUrl,
        observer: Observer,
        writes: bool,
    ) -> Result<PostgresStore, StoreError> {
        let shown = url.to_string();
        let pool = pool::connect(url).map_err(|failure| failure.to_error(&shown))?;
        Ok(PostgresStore {
            pool,
            shown,
            observer,
            writes,
            me: format!("{:032x}", rand::random::<u128>()),
            watched: Mutex::default(),
        })
    }

    fn watched(&self) -> MutexGuard<'_, Arc<[String]>> {
        self.watched.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads; every operation that only reads passes through here.
    async fn read<T, F>(&self, op: Op, query: impl Fn(Arc<Db>) -> F) -> Result<T, StoreError>
    where
        F: Future<Output = failure::Result<T>>,
    {
        let read = self.transact(Mode::Read, query);
        self.observer.watch(op, read).await
    }

    /// The same for lists: a row that cannot be read does not take the others with it. It is told of as
    /// a failure beside them.
    async fn read_list<T, F>(
        &self,
        op: Op,
        query: impl Fn(Arc<Db>) -> F,
    ) -> Result<Vec<T>, StoreError>
    where
        F: Future<Output = failure::Result<Readable<T>>>,
    {
        let begun = Instant::now();
        let found = self.read(op, query).await?;
        if let Some(why) = found.unreadable {
            let error = why.to_error(&self.shown);
            self.observer.tell(op, begun.elapsed(), Some(&error));
        }
        Ok(found.rows)
    }

    /// Writes; every operation that writes passes through here, once for each transaction.
    async fn write<T, F>(&self, op: Op, change: impl Fn(Arc<Db>) -> F) -> Result<T, StoreError>
    where
        F: Future<Output = failure::Result<T>>,
    {
        let written = self.transact(Mode::Write, change);
        self.observer.watch(op, written).await
    }

    /// Runs one transaction, again and again while others are in its way.
    async fn transact<T, F>(&self, mode: Mode, work: impl Fn(Arc<Db>) -> F) -> Result<T, StoreError>
    where
        F: Future<Output = failure::Result<T>>,
    {
        if mode == Mode::Write && !self.writes {
            return Err(StoreError::Closed);
        }
        let (begun, mut pause) = (Instant::now(), PAUSE_FIRST);
        for _ in 1..TRIES_MAX {
            match self.try_once(mode, &work).await {
                Err(why) if why.is_passing() && begun.elapsed() < TRY_AGAIN_MAX => {
                    tracing::debug!(?why, "a transaction is tried again");
                    tokio::time::sleep(pause.mul_f64(rand::random())).await;
                    pause = PAUSE_MAX.min(pause * 2);
                }
                result => return result.map_err(|why| why.to_error(&self.shown)),
            }
        }
        let last = self.try_once(mode, &work).await;
        last.map_err(|why| why.to_error(&self.shown))
    }

    async fn try_once<T, F>(&self, mode: Mode, work: &impl Fn(Arc<Db>) -> F) -> failure::Result<T>
    where
        F: Future<Output = failure::Result<T>>,
    {
        let db = Arc::new(Db::begin(&self.pool, mode).await?);
        match work(Arc::clone(&db)).await {
            Ok(done) => {
                db.commit().await?;
                Ok(done)
            }
            // Another one may lead to the server that takes writes by now.
            Err(why) if why.is_of_connection() => Err(why),
            Err(why) => {
                db.roll_back().await;
                Err(why)
            }
        }
    }

    /// Drops the parts of pages whose time is over, and begins the next one; tells how many pages from
    /// before then there were.
    async fn prune_parts(&self, before: Timestamp) -> Result<u64, StoreError> {
        self.write(
            Op::Prune,
            move |db| async move { parts::begin_next(&db).await },
        )
        .await?;
        while self
            .write(Op::Prune, move |db| async move {
                parts::take_out(&db, before).await
            })
            .await?
        {}
        let mut dropped = 0;
        while let Some(pages) = self
            .write(Op::Prune, move |db| async move {
                parts::drop_one(&db, before).await
            })
            .await?
        {
            dropped += pages;
        }
        Ok(dropped)
    }

    /// Drops pages fetched before then one by one, of all or of a part, and tells how many.
    async fn prune_pages(&self, table: &str, before: Timestamp) -> Result<u64, StoreError> {
        let mut dropped = 0;
        loop {
            let batch = self
                .write(Op::Prune, move |db| async move {
                    upkeep::prune_pages(&db, table, before).await
                })
                .await?;
            dropped += batch;
            if batch < upkeep::PRUNE_BATCH {
                return Ok(dropped);
            }
        }
    }
}

/// Packs what is large, off the async threads.
async fn pack(completion: Completion) -> Result<Ending, StoreError> {
    match spawn_blocking(move || Ending::new(completion)).await {
        Ok(packed) => packed.map_err(|why| StoreError::Database(format!("packing: {why}"))),
        Err(_) => Err(StoreError::Database(
            "a task of the store panicked".to_string(),
        )),
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn put_sources(
        &self,
        group: Option<&str>,
        sources: &[Source],
        now: Timestamp,
    ) -> Result<Vec<String>, StoreError> {
        let me = self.me.as_str();
        let watched = &sources::of_group(group, sources);
        let left = self
            .write(Op::PutSources, move |db| async move {
                sources::put(&db, me, watched, sources, now).await
            })
            .await?;
        *self.watched() = watched.iter().map(|source| source.name.clone()).collect();
        Ok(left)
    }

    async fn claim(&self, claim: &Claim) -> Result<Vec<Lease>, StoreError> {
        self.write(Op::Claim, move |db| async move {
            queue::claim(&db, claim).await
        })
        .await
    }

    async fn next_due(
        &self,
        group: Option<&str>,
        _now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        self.read(Op::NextDue, move |db| async move {
            queue::next_due(&db, group).await
        })
        .await
    }

    async fn unread(&self, links: Vec<Link>) -> Result<Unread, StoreError> {
        let links = links.as_slice();
        self.read(Op::Unread, move |db| async move {
            queue::unread(&db, links).await
        })
        .await
    }

    async fn complete(
        &self,
        lease: &Lease,
        completion: Completion,
        notify: &[String],
    ) -> Result<Completed, StoreError> {
        // Packing is a part of it: its time and its failures count.
        let ended = async {
            let ending = &pack(completion).await?;
            let end = move |db: Arc<Db>| async move {
                complete::complete(&db, lease, ending, notify).await
            };
            self.transact(Mode::Write, end).await
        };
        // Large: all that is written of an article is a part of it.
        self.observer.watch(Op::Complete, Box::pin(ended)).await
    }

    async fn put_off(&self, lease: &Lease, until: Timestamp) -> Result<(), StoreError> {
        self.write(Op::PutOff, move |db| async move {
            queue::put_off(&db, lease, until).await
        })
        .await
    }

    async fn release(&self, leases: &[Lease], now: Timestamp) -> Result<(), StoreError> {
        self.write(Op::Release, move |db| async move {
            queue::release(&db, leases, now).await
        })
        .await
    }

    async fn note_host(
        &self,
        url: &Url,
        delay: Duration,
        now: Timestamp,
    ) -> Result<Option<Timestamp>, StoreError> {
        self.write(Op::NoteHost, move |db| async move {
            queue::note_host(&db, url, delay, now).await
        })
        .await
    }

    async fn take_turn(
        &self,
        address: IpAddr,
        pace: Pace,
        patience: Duration,
    ) -> Result<Option<Duration>, StoreError> {
        self.write(Op::TakeTurn, move |db| async move {
            let wait = addresses::take_turn(&db, address, pace, patience).await?;
            Ok(Some(wait))
        })
        .await
    }

    async fn expire(&self, now: Timestamp) -> Result<u64, StoreError> {
        self.write(Op::Expire, move |db| async move {
            queue::expire(&db, now).await
        })
        .await
    }

    async fn correct_times(&self, correction: &TimeCorrection) -> Result<u64, StoreError> {
        self.write(Op::CorrectTimes, move |db| async move {
            clock::correct(&db, correction).await
        })
        .await
    }

    async fn clock(&self) -> Result<Option<Timestamp>, StoreError> {
        self.read(Op::Clock, move |db| async move {
            clock::now(&db).await.map(Some)
        })
        .await
    }

    async fn probe(&self) -> Result<(), StoreError> {
        let (me, watched) = (self.me.as_str(), &Arc::clone(&self.watched()));
        self.write(Op::Probe, move |db| async move {
            upkeep::touch(&db).await?;
            sources::go_on(&db, me, watched).await
        })
        .await
    }

    async fn articles(&self, query: &ArticleQuery) -> Result<Vec<ArticleRow>, StoreError> {
        self.read_list(Op::Articles, move |db| async move {
            articles::list(&db, query).await
        })
        .await
    }

    async fn tally(&self, query: &ArticleQuery) -> Result<Option<ShelfCounts>, StoreError> {
        self.read(Op::Tally, move |db| async move {
            shelves::tally(&db, query).await
        })
        .await
    }

    async fn neighbours(
        &self,
        query: &ArticleQuery,
        article: i64,
    ) -> Result<Neighbours, StoreError> {
        self.read(Op::Neighbours, move |db| async move {
            shelves::neighbours(&db, query, article).await
        })
        .await
    }

    async fn overview(&self) -> Result<Overview, StoreError> {
        let overview = async {
            // In a transaction before: what is settled is there for all that come after.
            let settled = move |db: Arc<Db>| async move { articles::settled(&db).await };
            let settled = self.transact(Mode::Read, settled).await?;
            let overview = move |db: Arc<Db>| async move { watch::overview(&db, settled).await };
            self.transact(Mode::Read, overview).await
        };
        self.observer.watch(Op::Overview, overview).await
    }

    async fn article(&self, id: i64) -> Result<Option<ArticleRow>, StoreError> {
        self.read(Op::Article, move |db| async move {
            articles::get(&db, id).await
        })
        .await
    }

    async fn trail(&self, article: i64, limit: usize) -> Result<Trail, StoreError> {
        self.read(Op::Trail, move |db| async move {
            Ok(Trail {
                copies: copies::others(&db, article, limit).await?,
                aliases: copies::aliases(&db, article, limit).await?,
                versions: versions::list(&db, article).await?,
            })
        })
        .await
    }

    async fn has_page(&self, article: i64) -> Result<bool, StoreError> {
        self.read(Op::HasPage, move |db| async move {
            articles::has_page(&db, article).await
        })
        .await
    }

    async fn page(&self, article: i64) -> Result<Option<Page>, StoreError> {
        let page = move |db: Arc<Db>| async move { articles::page(&db, article).await };
        self.read(Op::Page, page).await
    }

    async fn reassess(
        &self,
        article: i64,
        page: Option<Timestamp>,
        content: &Article,
        assessment: &Assessment,
        at: Timestamp,
    ) -> Result<bool, StoreError> {
        let fingerprint = &Fingerprint::of(content);
        self.write(Op::Reassess, move |db| async move {
            let print = fingerprint.as_ref();
            articles::reassess(&db, article, page, content, assessment, at, print).await
        })
        .await
    }

    async fn decide(
        &self,
        article: i64,
        ruling: &Ruling,
        notify: &[String],
    ) -> Result<Ruled, StoreError> {
        self.write(Op::Decide, move |db| async move {
            decisions::decide(&db, article, ruling, notify).await
        })
        .await
    }

    async fn withdraw(
        &self,
        article: i64,
        withdrawal: &Withdrawal,
        notify: &[String],
    ) -> Result<Ruled, StoreError> {
        self.write(Op::Withdraw, move |db| async move {
            decisions::withdraw(&db, article, withdrawal, notify).await
        })
        .await
    }

    async fn decide_all(
        &self,
        query: &ArticleQuery,
        review: &Review,
        notify: &[String],
    ) -> Result<Batch, StoreError> {
        self.write(Op::DecideAll, move |db| async move {
            decisions::decide_all(&db, query, review, notify).await
        })
        .await
    }

    async fn withdraw_all(&self, batch: i64, by: &str, at: Timestamp) -> Result<u64, StoreError> {
        self.write(Op::WithdrawAll, move |db| async move {
            decisions::withdraw_all(&db, batch, by, at).await
        })
        .await
    }

    async fn dismissals(&self, site: &str) -> Result<Vec<Dismissal>, StoreError> {
        self.read(Op::Dismissals, move |db| async move {
            reviews::dismissals(&db, site).await
        })
        .await
    }

    async fn precision(&self) -> Result<Vec<RulePrecision>, StoreError> {
        self.read(Op::Precision, move |db| async move {
            reviews::precision(&db).await
        })
        .await
    }

    async fn sources(&self) -> Result<Vec<SourceRow>, StoreError> {
        self.read_list(Op::Sources, move |db| async move {
            sources::list(&db, None, usize::MAX).await
        })
        .await
    }

    async fn find_sources(&self, query: &SourceQuery) -> Result<(Vec<String>, u64), StoreError> {
        self.read(Op::Sources, move |db| async move {
            listed::find(&db, query).await
        })
        .await
    }

    async fn sources_after(
        &self,
        name: Option<&str>,
        limit: usize,
    ) -> Result<Vec<SourceRow>, StoreError> {
        self.read_list(Op::SourcesAfter, move |db| async move {
            sources::list(&db, name, limit).await
        })
        .await
    }

    async fn source(&self, name: &str) -> Result<Option<SourceRow>, StoreError> {
        self.read(Op::Source, move |db| async move {
            sources::get(&db, name).await
        })
        .await
    }

    async fn histories(
        &self,
        names: &[String],
        since: Timestamp,
    ) -> Result<Vec<Vec<SourceDay>>, StoreError> {
        self.read(Op::Histories, move |db| async move {
            let mut histories = Vec::with_capacity(names.len());
            for name in names {
                histories.push(watch::history(&db, name, since).await?);
            }
            Ok(histories)
        })
        .await
    }

    async fn polls(&self, source: &str, limit: usize) -> Result<Vec<PollRow>, StoreError> {
        self.read(Op::Polls, move |db| async move {
            watch::polls(&db, source, limit).await
        })
        .await
    }

    async fn pause(&self, source: &str, pause: Option<&Pause>) -> Result<bool, StoreError> {
        self.write(Op::Pause, move |db| async move {
            sources::pause(&db, source, pause).await
        })
        .await
    }

    async fn pause_all(
        &self,
        sources: &[String],
        pause: Option<&Pause>,
    ) -> Result<u64, StoreError> {
        self.write(Op::Pause, move |db| async move {
            let mut told = 0;
            for source in sources {
                told += u64::from(sources::pause(&db, source, pause).await?);
            }
            Ok(told)
        })
        .await
    }

    async fn poll_now(&self, source: &str, now: Timestamp) -> Result<bool, StoreError> {
        self.write(Op::PollNow, move |db| async move {
            sources::poll_now(&db, source, now).await
        })
        .await
    }

    async fn standing(&self, source: &str) -> Result<Standing, StoreError> {
        self.read(Op::Standing, move |db| async move {
            standings::get(&db, source).await
        })
        .await
    }

    async fn start_backfill(
        &self,
        source: &str,
        order: &BackfillOrder,
        now: Timestamp,
    ) -> Result<Option<Backfill>, StoreError> {
        let clear =
            move |db: Arc<Db>| async move { backfills::clear(&db, source, order, now).await };
        while !self.write(Op::StartBackfill, clear).await? {}
        self.write(Op::StartBackfill, move |db| async move {
            backfills::start(&db, source, order, now).await
        })
        .await
    }

    async fn stop_backfill(
        &self,
        source: &str,
        now: Timestamp,
    ) -> Result<Option<Backfill>, StoreError> {
        self.write(Op::StopBackfill, move |db| async move {
            backfills::stop(&db, source, now).await
        })
        .await
    }

    async fn backfill(&self, source: &str) -> Result<Option<Backfill>, StoreError> {
        self.read(Op::Backfill, move |db| async move {
            backfills::of_source(&db, source).await
        })
        .await
    }

    async fn site(&self, name: &str) -> Result<Option<SiteMemory>, StoreError> {
        self.read(
            Op::Site,
            move |db| async move { sites::get(&db, name).await },
        )
        .await
    }

    async fn learn_site(
        &self,
        name: &str,
        memory: &SiteMemory,
        at: Timestamp,
    ) -> Result<SiteMemory, StoreError> {
        self.write(Op::LearnSite, move |db| async move {
            sites::learn(&db, name, memory, at).await
        })
        .await
    }

    async fn opinion(&self, key: OpinionKey) -> Result<Option<Opinion>, StoreError> {
        self.read(Op::Opinion, move |db| async move {
            opinions::get(&db, key).await
        })
        .await
    }

    async fn hear(&self, hearing: &Hearing, notify: &[String]) -> Result<Heard, StoreError> {
        self.write(Op::Hear, move |db| async move {
            opinions::hear(&db, hearing, notify).await
        })
        .await
    }

    async fn take_opinion_call(
        &self,
        source: Option<&str>,
        limits: Limits,
        now: Timestamp,
    ) -> Result<Option<Exhausted>, StoreError> {
        self.write(Op::TakeOpinionCall, move |db| async move {
            opinions::take_call(&db, source, limits, now).await
        })
        .await
    }

    async fn opinion_answers(&self, adviser: u64) -> Result<Vec<AnswerBefore>, StoreError> {
        let given = move |db: Arc<Db>| async move { opinions::answers(&db, adviser).await };
        self.read(Op::OpinionAnswers, given).await
    }

    async fn put_opinion_answer(
        &self,
        adviser: u64,
        text: &str,
        quotes: &[String],
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(Op::PutOpinionAnswer, move |db| async move {
            opinions::put_answer(&db, adviser, text, quotes, at).await
        })
        .await
    }

    async fn put_channels(&self, channels: &[String], now: Timestamp) -> Result<u64, StoreError> {
        self.write(Op::PutChannels, move |db| async move {
            outbox::put_channels(&db, channels, now).await
        })
        .await
    }

    async fn usage(&self) -> Result<Vec<(Lang, Sketch)>, StoreError> {
        self.read(Op::Usage, move |db| async move { usage::all(&db).await })
            .await
    }

    async fn learn_usage(
        &self,
        lang: &Lang,
        sketch: &Sketch,
        at: Timestamp,
    ) -> Result<Sketch, StoreError> {
        self.write(Op::LearnUsage, move |db| async move {
            usage::learn(&db, lang, sketch, at).await
        })
        .await
    }

    async fn notifications(
        &self,
        channel: &str,
        now: Timestamp,
        limit: usize,
    ) -> Result<Vec<Notification>, StoreError> {
        let me = self.me.as_str();
        self.write(Op::Notifications, move |db| async move {
            outbox::due(&db, me, channel, now, limit).await
        })
        .await
    }

    async fn tell_silences(
        &self,
        silences: &[Silence],
        now: Timestamp,
        notify: &[String],
    ) -> Result<Vec<String>, StoreError> {
        self.write(Op::TellSilences, move |db| async move {
            outbox::silences(&db, silences, now, notify).await
        })
        .await
    }

    async fn settle(&self, notification: i64, settlement: Settlement) -> Result<(), StoreError> {
        let settlement = &settlement;
        self.write(Op::Settle, move |db| async move {
            outbox::settle(&db, notification, settlement).await
        })
        .await
    }

    async fn counts(&self, now: Timestamp) -> Result<Counts, StoreError> {
        self.write(Op::Counts, move |db| async move {
            upkeep::add_up(&db).await?;
            let sizes = sizes::sizes(&db).await?;
            Ok(Counts {
                size_bytes: sizes.total(),
                sizes,
                ..upkeep::counts(&db, now).await?
            })
        })
        .await
    }

    async fn prune(&self, before: Timestamp, leeway: TimeDelta) -> Result<u64, StoreError> {
        self.write(Op::Prune, move |db| async move {
            upkeep::prune_robots(&db, before).await
        })
        .await?;
        self.write(Op::Prune, move |db| async move {
            addresses::prune(&db, before).await
        })
        .await?;
        self.write(Op::Prune, move |db| async move {
            sites::prune(&db, before).await
        })
        .await?;
        self.write(Op::Prune, move |db| async move {
            opinions::prune_answers(&db, before).await
        })
        .await?;
        while self
            .write(Op::Prune, move |db| async move {
                opinions::prune(&db, before).await
            })
            .await?
            == opinions::PRUNE_BATCH
        {}
        while self
            .write(
                Op::Prune,
                move |db| async move { backfills::prune(&db).await },
            )
            .await?
            == walk::DROP_BATCH
        {}
        let of_parts = self.prune_parts(before).await?;
        let of_past = self.prune_pages(parts::PAST, before).await?;
        let late = self.prune_pages("pages", before - leeway).await?;
        Ok(of_parts + of_past + late)
    }

    async fn forget(&self, before: Timestamp) -> Result<u64, StoreError> {
        let mut forgotten = 0;
        loop {
            let batch = self
                .write(Op::Forget, move |db| async move {
                    copies::forget(&db, before).await
                })
                .await?;
            forgotten += batch;
            if batch < copies::FORGET_BATCH {
                return Ok(forgotten);
            }
        }
    }

    async fn retain(&self, keep: &Keep) -> Result<PerKind, StoreError> {
        let mut dropped = PerKind::default();
        let drop_old = move |db: Arc<Db>| async move { retention::drop_old(&db, keep).await };
        while let Some((kind, rows)) = self.write(Op::Retain, drop_old).await? {
            dropped.add(kind, rows);
        }
        Ok(dropped)
    }

    async fn shrink(&self, bytes: u64, spared: Timestamp) -> Result<PerKind, StoreError> {
        let mut dropped = PerKind::default();
        while self
            .read(Op::Shrink, move |db| async move { sizes::used(&db).await })
            .await?
            > bytes
        {
            let batch = self
                .write(Op::Shrink, move |db| async move {
                    retention::drop_for_room(&db, spared).await
                })
                .await?;
            let Some((kind, rows)) = batch else { break };
            dropped.add(kind, rows);
        }
        Ok(dropped)
    }

    async fn parked(
        &self,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<ParkedRow>, StoreError> {
        self.read(Op::Parked, move |db| async move {
            unpark::list(&db, after, limit).await
        })
        .await
    }

    async fn unpark(&self, url: Option<&str>, now: Timestamp) -> Result<u64, StoreError> {
        self.write(Op::Unpark, move |db| async move {
            unpark::unpark(&db, url, now).await
        })
        .await
    }

    async fn close(&self) -> Result<(), StoreError> {
        if self.writes && !self.pool.is_closed() {
            let me = self.me.as_str();
            let let_go = move |db: Arc<Db>| async move {
                outbox::let_go(&db, me).await?;
                workers::end(&db, me).await
            };
            // Whoever does not hear of it finds out in time.
            if let Err(why) = self.try_once(Mode::Write, &let_go).await {
                tracing::debug!(?why, "nobody was told that this worker is gone");
            }
        }
        self.pool.close();
        Ok(())
    }
}
