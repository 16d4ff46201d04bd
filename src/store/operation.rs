//! What is asked of the store, by name, and who is told how it went.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use super::error::StoreError;

/// An operation of [`Store`](super::contract::Store): one method each. Closing is none: nobody is left to be
/// told of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Op {
    /// `put_sources`
    PutSources,
    /// `claim`
    Claim,
    /// `next_due`
    NextDue,
    /// `unread`
    Unread,
    /// `complete`
    Complete,
    /// `put_off`
    PutOff,
    /// `release`
    Release,
    /// `expire`
    Expire,
    /// `correct_times`
    CorrectTimes,
    /// `clock`
    Clock,
    /// `probe`
    Probe,
    /// `note_host`
    NoteHost,
    /// `take_turn`
    TakeTurn,
    /// `articles`
    Articles,
    /// `tally`
    Tally,
    /// `neighbours`
    Neighbours,
    /// `overview`
    Overview,
    /// `article`
    Article,
    /// `trail`
    Trail,
    /// `has_page`
    HasPage,
    /// `page`
    Page,
    /// `reassess`
    Reassess,
    /// `decide`
    Decide,
    /// `withdraw`
    Withdraw,
    /// `decide_all`
    DecideAll,
    /// `withdraw_all`
    WithdrawAll,
    /// `dismissals`
    Dismissals,
    /// `precision`
    Precision,
    /// `sources`
    Sources,
    /// `sources_after`
    SourcesAfter,
    /// `source`
    Source,
    /// `histories`
    Histories,
    /// `polls`
    Polls,
    /// `pause`
    Pause,
    /// `poll_now`
    PollNow,
    /// `standing`
    Standing,
    /// `start_backfill`
    StartBackfill,
    /// `stop_backfill`
    StopBackfill,
    /// `backfill`
    Backfill,
    /// `site`
    Site,
    /// `learn_site`
    LearnSite,
    /// `opinion`
    Opinion,
    /// `hear`
    Hear,
    /// `take_opinion_call`
    TakeOpinionCall,
    /// `opinion_answers`
    OpinionAnswers,
    /// `put_opinion_answer`
    PutOpinionAnswer,
    /// `put_channels`
    PutChannels,
    /// `usage`
    Usage,
    /// `learn_usage`
    LearnUsage,
    /// `notifications`
    Notifications,
    /// `tell_silences`
    TellSilences,
    /// `settle`
    Settle,
    /// `counts`
    Counts,
    /// `prune`
    Prune,
    /// `forget`
    Forget,
    /// `retain`
    Retain,
    /// `shrink`
    Shrink,
    /// `parked`
    Parked,
    /// `unpark`
    Unpark,
}

impl Op {
    /// Every operation, in the order of the contract.
    pub const ALL: [Op; 59] = [
        Op::PutSources,
        Op::Claim,
        Op::NextDue,
        Op::Unread,
        Op::Complete,
        Op::PutOff,
        Op::Release,
        Op::Expire,
        Op::CorrectTimes,
        Op::Clock,
        Op::Probe,
        Op::NoteHost,
        Op::TakeTurn,
        Op::Articles,
        Op::Tally,
        Op::Neighbours,
        Op::Overview,
        Op::Article,
        Op::Trail,
        Op::HasPage,
        Op::Page,
        Op::Reassess,
        Op::Decide,
        Op::Withdraw,
        Op::DecideAll,
        Op::WithdrawAll,
        Op::Dismissals,
        Op::Precision,
        Op::Sources,
        Op::SourcesAfter,
        Op::Source,
        Op::Histories,
        Op::Polls,
        Op::Pause,
        Op::PollNow,
        Op::Standing,
        Op::StartBackfill,
        Op::StopBackfill,
        Op::Backfill,
        Op::Site,
        Op::LearnSite,
        Op::Opinion,
        Op::Hear,
        Op::TakeOpinionCall,
        Op::OpinionAnswers,
        Op::PutOpinionAnswer,
        Op::PutChannels,
        Op::Usage,
        Op::LearnUsage,
        Op::Notifications,
        Op::TellSilences,
        Op::Settle,
        Op::Counts,
        Op::Prune,
        Op::Forget,
        Op::Retain,
        Op::Shrink,
        Op::Parked,
        Op::Unpark,
    ];

    /// The metric label: the name of the method.
    pub const fn as_str(self) -> &'static str {
        match self {
            Op::PutSources => "put_sources",
            Op::Claim => "claim",
            Op::NextDue => "next_due",
            Op::Unread => "unread",
            Op::Complete => "complete",
            Op::PutOff => "put_off",
            Op::Release => "release",
            Op::Expire => "expire",
            Op::CorrectTimes => "correct_times",
            Op::Clock => "clock",
            Op::Probe => "probe",
            Op::NoteHost => "note_host",
            Op::TakeTurn => "take_turn",
            Op::Articles => "articles",
            Op::Tally => "tally",
            Op::Neighbours => "neighbours",
            Op::Overview => "overview",
            Op::Article => "article",
            Op::Trail => "trail",
            Op::HasPage => "has_page",
            Op::Page => "page",
            Op::Reassess => "reassess",
            Op::Decide => "decide",
            Op::Withdraw => "withdraw",
            Op::DecideAll => "decide_all",
            Op::WithdrawAll => "withdraw_all",
            Op::Dismissals => "dismissals",
            Op::Precision => "precision",
            Op::Sources => "sources",
            Op::SourcesAfter => "sources_after",
            Op::Source => "source",
            Op::Histories => "histories",
            Op::Polls => "polls",
            Op::Pause => "pause",
            Op::PollNow => "poll_now",
            Op::Standing => "standing",
            Op::StartBackfill => "start_backfill",
            Op::StopBackfill => "stop_backfill",
            Op::Backfill => "backfill",
            Op::Site => "site",
            Op::LearnSite => "learn_site",
            Op::Opinion => "opinion",
            Op::Hear => "hear",
            Op::TakeOpinionCall => "take_opinion_call",
            Op::OpinionAnswers => "opinion_answers",
            Op::PutOpinionAnswer => "put_opinion_answer",
            Op::PutChannels => "put_channels",
            Op::Usage => "usage",
            Op::LearnUsage => "learn_usage",
            Op::Notifications => "notifications",
            Op::TellSilences => "tell_silences",
            Op::Settle => "settle",
            Op::Counts => "counts",
            Op::Prune => "prune",
            Op::Forget => "forget",
            Op::Retain => "retain",
            Op::Shrink => "shrink",
            Op::Parked => "parked",
            Op::Unpark => "unpark",
        }
    }
}

/// What whoever writes in a store does, where writes wait for each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WriterEvent {
    /// A write begins.
    Begun {
        /// Since it was asked for.
        waited: Duration,
    },
    /// Writes were committed.
    Committed {
        /// How many, at once.
        writes: usize,
    },
}

/// What an observer is: a function of the operation, the time it took with all its waiting, and
/// how it failed, if it did; and one of what goes on behind the operations.
type Observe = dyn Fn(Op, Duration, Option<&StoreError>) + Send + Sync;
type ObserveWriter = dyn Fn(WriterEvent) + Send + Sync;

/// Is told of every operation as it ends; one that is dropped half-way is not told of.
///
/// It comes in from outside because metrics are a neighbour of the store: neither room knows the
/// other, and whoever opens a store says what is counted. `Observer::default()` counts nothing.
#[derive(Clone)]
pub struct Observer {
    operation: Arc<Observe>,
    writer: Arc<ObserveWriter>,
}

impl Observer {
    /// Calls `observe` on the thread of whoever asked: it must not block.
    pub fn new(
        observe: impl Fn(Op, Duration, Option<&StoreError>) + Send + Sync + 'static,
    ) -> Self {
        Observer {
            operation: Arc::new(observe),
            writer: Arc::new(|_| ()),
        }
    }

    /// The same, and calls `observe` where writes are done: it must not block.
    #[must_use]
    pub fn and_writer(self, observe: impl Fn(WriterEvent) + Send + Sync + 'static) -> Self {
        Observer {
            writer: Arc::new(observe),
            ..self
        }
    }

    /// Waits for an operation and tells of it.
    pub(super) async fn watch<T>(
        &self,
        op: Op,
        operation: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let begun = Instant::now();
        let result = operation.await;
        self.tell(op, begun.elapsed(), result.as_ref().err());
        result
    }

    pub(super) fn tell(&self, op: Op, took: Duration, error: Option<&StoreError>) {
        (self.operation)(op, took, error);
    }

    pub(super) fn tell_writer(&self, event: WriterEvent) {
        (self.writer)(event);
    }
}

impl Default for Observer {
    fn default() -> Observer {
        Observer::new(|_, _, _| ())
    }
}

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}
