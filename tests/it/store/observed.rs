//! Who opens a store is told of every operation, and of every one that fails.

use std::{
    net::Ipv4Addr,
    num::NonZeroU32,
    sync::{Arc, Mutex},
    time::Duration,
};

use benggala::{
    model::{Decision, Lang, OpinionKey, Pace, PageKind, Policy, Review, Verdict, Zone},
    opinion::Limits,
    site::SiteMemory,
    store::{
        ArticleQuery, BackfillOrder, JudgedBy, Keep, Observer, Op, Ruling, Settlement, Store,
        StoreError, Withdrawal,
    },
    usage::Sketch,
};

use chrono::TimeDelta;

use super::{
    Place,
    given::{article, assessment, at, claim, correction, link, read, read_all, source},
    opinions::hearing,
    places,
};

const PACE: Pace = Pace {
    gap: Duration::from_secs(1),
    burst: NonZeroU32::MIN,
};

/// What was told: the operation, and the kind of its error.
type Told = Arc<Mutex<Vec<(Op, Option<&'static str>)>>>;

async fn observed(place: &Place) -> (Arc<dyn Store>, Told) {
    let told = Told::default();
    let heard = Arc::clone(&told);
    let observer = Observer::new(move |op, _, error| {
        heard
            .lock()
            .unwrap()
            .push((op, error.map(StoreError::kind)));
    });
    (place.open_observed(observer).await, told)
}

fn take(told: &Told) -> Vec<(Op, Option<&'static str>)> {
    std::mem::take(&mut *told.lock().unwrap())
}

/// Asks for everything once, in the order of [`Op::ALL`], with whatever comes of it; tells what
/// was told after each.
async fn ask_for_everything(store: &dyn Store, row: i64, told: &Told) -> Vec<(Op, Vec<Op>)> {
    let review = Review {
        decision: Decision::Confirmed,
        by: "meja".to_string(),
        at: at(60),
        note: String::new(),
        finding: None,
        ended: None,
    };
    let judged_by = JudgedBy {
        policy: Policy::default(),
        languages: Vec::new().into(),
    };
    let ruling = Ruling {
        review: review.clone(),
        finding: None,
        key: None,
        judged_by: judged_by.clone(),
    };
    let withdrawal = Withdrawal {
        by: "meja".to_string(),
        at: at(60),
        finding: None,
        judged_by,
    };
    let names = ["harian".to_string()];
    let feed = source("harian", PageKind::Feed, "https://harian.example/feed");
    let unread = link("https://harian.example/new", "harian", PageKind::Article);
    let query = ArticleQuery {
        limit: 1,
        ..ArticleQuery::default()
    };
    let order = BackfillOrder {
        since: at(0),
        limit: None,
        starts: Vec::new(),
    };
    let mut leases = Vec::new();
    let mut asked = Vec::new();
    for op in Op::ALL {
        match op {
            Op::PutSources => store
                .put_sources(None, std::slice::from_ref(&feed), at(60))
                .await
                .map(drop)
                .unwrap(),
            Op::Claim => leases = store.claim(&claim("w", at(200_000))).await.unwrap(),
            Op::NextDue => drop(store.next_due(None, at(60)).await.unwrap()),
            Op::Unread => drop(store.unread(vec![unread.clone()]).await.unwrap()),
            Op::Complete => {
                let completion = read(&leases[0], at(200_001), Verdict::Pass);
                store.complete(&leases[0], completion, &[]).await.unwrap();
            }
            Op::PutOff => store.put_off(&leases[0], at(200_002)).await.unwrap(),
            Op::Release => store.release(&leases[1..], at(200_003)).await.unwrap(),
            Op::Expire => drop(store.expire(at(60)).await.unwrap()),
            Op::CorrectTimes => drop(
                store
                    .correct_times(&correction(at(60), None))
                    .await
                    .unwrap(),
            ),
            Op::Clock => drop(store.clock().await.unwrap()),
            Op::Probe => store.probe().await.unwrap(),
            Op::NoteHost => drop(
                store
                    .note_host(&unread.url, Duration::from_secs(1), at(60))
                    .await
                    .unwrap(),
            ),
            Op::TakeTurn => {
                let turn = store.take_turn(Ipv4Addr::LOCALHOST.into(), PACE, Duration::ZERO);
                turn.await.unwrap();
            }
            Op::Articles => drop(store.articles(&query).await.unwrap()),
            Op::Article => drop(store.article(row).await.unwrap()),
            Op::Trail => drop(store.trail(row, 5).await.unwrap()),
            Op::HasPage => drop(store.has_page(row).await.unwrap()),
            Op::Page => drop(store.page(row).await.unwrap()),
            Op::Reassess => {
                let content = article("Kata lain.");
                let conclusion = assessment(Verdict::Pass, &[]);
                store
                    .reassess(row, None, &content, &conclusion, at(70))
                    .await
                    .unwrap();
            }
            Op::Tally => drop(store.tally(&query).await.unwrap()),
            Op::Neighbours => drop(store.neighbours(&query, row).await.unwrap()),
            Op::Overview => drop(store.overview().await.unwrap()),
            Op::Decide => drop(store.decide(row, &ruling, &[]).await.unwrap()),
            Op::Withdraw => drop(store.withdraw(row, &withdrawal, &[]).await.unwrap()),
            Op::DecideAll => drop(store.decide_all(&query, &review, &[]).await.unwrap()),
            Op::WithdrawAll => drop(store.withdraw_all(1, "meja", at(60)).await.unwrap()),
            Op::Dismissals => drop(store.dismissals("harian.example").await.unwrap()),
            Op::Precision => drop(store.precision().await.unwrap()),
            Op::Sources => drop(store.sources().await.unwrap()),
            Op::SourcesAfter => drop(store.sources_after(None, 5).await.unwrap()),
            Op::Source => drop(store.source("harian").await.unwrap()),
            Op::Histories => drop(store.histories(&names, at(0)).await.unwrap()),
            Op::Polls => drop(store.polls("harian", 5).await.unwrap()),
            Op::Pause => assert!(store.pause("harian", None).await.unwrap()),
            Op::PollNow => assert!(store.poll_now("harian", at(60)).await.unwrap()),
            Op::Standing => drop(store.standing("harian").await.unwrap()),
            Op::StartBackfill => drop(
                store
                    .start_backfill("harian", &order, at(60))
                    .await
                    .unwrap(),
            ),
            Op::StopBackfill => drop(store.stop_backfill("harian", at(60)).await.unwrap()),
            Op::Backfill => drop(store.backfill("harian").await.unwrap()),
            Op::Site => drop(store.site("harian.example").await.unwrap()),
            Op::LearnSite => {
                let memory = SiteMemory::default();
                drop(
                    store
                        .learn_site("harian.example", &memory, at(60))
                        .await
                        .unwrap(),
                );
            }
            Op::Opinion => drop(store.opinion(OpinionKey([0; 32])).await.unwrap()),
            Op::Hear => drop(store.hear(&hearing(row, &[]), &[]).await.unwrap()),
            Op::TakeOpinionCall => {
                let limits = Limits {
                    per_day: 1,
                    per_source: 1,
                    zone: Zone::UTC,
                };
                let reached = store.take_opinion_call(None, limits, at(60)).await;
                assert_eq!(reached.unwrap(), None);
            }
            Op::OpinionAnswers => drop(store.opinion_answers(7).await.unwrap()),
            Op::PutOpinionAnswer => store
                .put_opinion_answer(7, "text", &[], at(60))
                .await
                .unwrap(),
            Op::PutChannels => {
                let channels = ["desk".to_string()];
                let _ = store.put_channels(&channels, at(60)).await.unwrap();
            }
            Op::Usage => drop(store.usage().await.unwrap()),
            Op::LearnUsage => {
                let (lang, sketch) = (Lang::new("id").unwrap(), Sketch::default());
                drop(store.learn_usage(&lang, &sketch, at(60)).await.unwrap());
            }
            Op::Notifications => drop(store.notifications("desk", at(60), 5).await.unwrap()),
            Op::TellSilences => {
                let told = store.tell_silences(&[], at(60), &[]).await.unwrap();
                assert_eq!(told, Vec::<String>::new());
            }
            Op::Settle => store.settle(1, Settlement::Done).await.unwrap(),
            Op::Counts => drop(store.counts(at(60)).await.unwrap()),
            Op::Prune => drop(store.prune(at(0), TimeDelta::zero()).await.unwrap()),
            Op::Forget => drop(store.forget(at(0)).await.unwrap()),
            Op::Retain => drop(store.retain(&Keep::default()).await.unwrap()),
            Op::Shrink => drop(store.shrink(0, at(0)).await.unwrap()),
            Op::Parked => drop(store.parked(None, 1).await.unwrap()),
            Op::Unpark => drop(store.unpark(None, at(0)).await.unwrap()),
        }
        let mut heard: Vec<Op> = take(told)
            .into_iter()
            .map(|(op, error)| {
                assert_eq!(error, None, "{op:?}");
                op
            })
            .collect();
        // What goes on in several transactions is told of several times.
        heard.dedup();
        asked.push((op, heard));
    }
    asked
}

#[tokio::test]
async fn every_operation_is_told_of_by_its_name() {
    for place in places() {
        let (store, told) = observed(&place).await;
        let rows = read_all(&store, &[Verdict::Flag]).await;
        take(&told);
        for (op, heard) in ask_for_everything(store.as_ref(), rows[0], &told).await {
            assert_eq!(heard, [op]);
        }
    }
}

#[tokio::test]
async fn every_failure_is_told_of() {
    for place in places() {
        let (store, told) = observed(&place).await;
        let content = article("Kata lain.");
        let conclusion = assessment(Verdict::Pass, &[]);
        let missing = store.reassess(99, None, &content, &conclusion, at(0)).await;
        let kind = missing.unwrap_err().kind();
        assert_eq!(take(&told), [(Op::Reassess, Some(kind))]);
        assert!(StoreError::KINDS.contains(&kind), "{kind}");
        store.close().await.unwrap();
        assert!(store.counts(at(0)).await.is_err());
        assert!(store.expire(at(0)).await.is_err());
        let closed = Some(StoreError::Closed.kind());
        assert_eq!(take(&told), [(Op::Counts, closed), (Op::Expire, closed)]);
    }
}

#[test]
fn every_operation_has_a_name_of_its_own() {
    let names: std::collections::BTreeSet<&str> = Op::ALL.into_iter().map(Op::as_str).collect();
    assert_eq!(names.len(), Op::ALL.len());
}
