//! Second opinions: kept, heard, paid for and compared.

use std::sync::Arc;

use benggala::{
    model::{
        Adviser, DefectKind, Evidence, EvidenceKind, Finding, Opinion, OpinionKey, Remark,
        Timestamp, Verdict, Zone,
    },
    opinion::{AnswerBefore, Exhausted, Limits},
    store::{ArticleRow, Heard, Hearing, Store},
};

use chrono::TimeDelta;

use super::{
    given::{again, announced, article, assessment, at, complete, lease_one, read, read_all},
    places,
};

/// What the articles of [`read_all`] say.
const BODY: &str = "Kata pertama, kata kedua.";

fn opinion(words: &[&str]) -> Opinion {
    let remark = |words: &&str| Remark {
        quote: (*words).to_string(),
        span: BODY.find(words).map(|at| at..at + words.len()),
        kind: DefectKind::Name,
        intended: Some("Word".to_string()),
        source: None,
        why: "a name".to_string(),
        confidence: 0.9,
    };
    Opinion {
        adviser: Adviser {
            model: "reader-1".to_string(),
            revision: None,
        },
        remarks: words.iter().map(remark).collect(),
    }
}

/// An opinion that names `words` in an article of [`read_all`], and flags it if there are any.
pub(crate) fn hearing(row: i64, words: &[&str]) -> Hearing {
    let opinion = opinion(words);
    let verdict = match words {
        [] => Verdict::Pass,
        _ => Verdict::Flag,
    };
    let mut heard = assessment(verdict, &[]);
    heard.findings = words
        .iter()
        .map(|words| Finding {
            rule: "second-opinion",
            grade: "weak",
            span: BODY.find(words).map(|at| at..at + words.len()).unwrap(),
            note: "a name (reader-1)".to_string(),
            left_out: None,
        })
        .collect();
    heard.evidence.push(Evidence {
        kind: EvidenceKind::Opinion,
        name: "reader-1".to_string(),
        grade: String::new(),
        times: words.len() as u32,
        log_ratio: 3.0 * words.len() as f32,
        of_source: None,
    });
    Hearing {
        article: row,
        title: article("").title,
        body: BODY.to_string(),
        key: OpinionKey([7; 32]),
        opinion,
        assessment: heard,
        at: at(500),
    }
}

const DESK: &str = "desk";

async fn hear(store: &Arc<dyn Store>, hearing: &Hearing) -> Heard {
    let desk = [DESK.to_string()];
    store.hear(hearing, &desk).await.unwrap()
}

async fn row(store: &Arc<dyn Store>, id: i64) -> ArticleRow {
    store.article(id).await.unwrap().unwrap()
}

#[tokio::test]
async fn an_opinion_is_kept_and_found_by_its_key() {
    for place in places() {
        let store = place.open().await;
        let rows = read_all(&store, &[Verdict::Pass]).await;
        let key = OpinionKey([7; 32]);
        assert_eq!(store.opinion(key).await.unwrap(), None);
        let hearing = hearing(rows[0], &["pertama"]);
        hear(&store, &hearing).await;
        assert_eq!(
            store.opinion(key).await.unwrap(),
            Some(hearing.opinion.clone())
        );
        assert_eq!(store.opinion(OpinionKey([8; 32])).await.unwrap(), None);
        store.close().await.unwrap();
        drop(store);
        let store = place.open().await;
        assert_eq!(
            store.opinion(key).await.unwrap(),
            Some(hearing.opinion),
            "over a restart"
        );
        store.prune(at(500), TimeDelta::zero()).await.unwrap();
        assert!(store.opinion(key).await.unwrap().is_some());
        store.prune(at(501), TimeDelta::zero()).await.unwrap();
        assert_eq!(
            store.opinion(key).await.unwrap(),
            None,
            "kept as long as pages are"
        );
    }
}

#[tokio::test]
async fn what_an_opinion_flags_is_flagged_everywhere_and_told_once() {
    for place in places() {
        let store = place.open().await;
        let rows = read_all(&store, &[Verdict::Pass, Verdict::Pass]).await;
        let before = store.standing("harian").await.unwrap();
        let flagging = hearing(rows[0], &["pertama", "kedua"]);
        let heard = hear(&store, &flagging).await;
        assert_eq!(
            heard,
            Heard {
                accepted: true,
                newly_flagged: true
            }
        );

        let article = row(&store, rows[0]).await;
        assert_eq!(article.verdict, Verdict::Flag);
        assert_eq!(article.findings.len(), 2);
        assert_eq!(article.findings[0].rule, "second-opinion");
        assert_eq!(article.evidence, flagging.assessment.evidence);
        let standing = store.standing("harian").await.unwrap();
        assert_ne!(standing, before);
        assert_eq!(standing.summary().flagged, 1);
        assert_eq!(store.sources().await.unwrap()[0].flagged, 1);

        let told = store.notifications("desk", at(500), 10).await.unwrap();
        assert_eq!(told.len(), 1);
        let payload: serde_json::Value = serde_json::from_str(&told[0].payload).unwrap();
        assert_eq!(payload["article"], rows[0]);
        assert_eq!(payload["verdict"], "flag");
        assert_eq!(payload["findings"][0]["rule"], "second-opinion");
        assert_eq!(payload["findings"][0]["text"], "pertama");
        assert_eq!(payload["evidence"][0]["kind"], "opinion");
        let again = hear(&store, &flagging).await;
        assert_eq!(
            again,
            Heard {
                accepted: true,
                newly_flagged: false
            }
        );
        assert_eq!(
            store
                .notifications("desk", at(500), 10)
                .await
                .unwrap()
                .len(),
            1
        );
    }
}

#[tokio::test]
async fn what_was_flagged_before_is_not_told_again() {
    for place in places() {
        let store = place.open().await;
        let rows = read_all(&store, &[Verdict::Flag]).await;
        let told = store.notifications("desk", at(500), 10).await.unwrap();
        let heard = hear(&store, &hearing(rows[0], &["pertama"])).await;
        assert_eq!(
            heard,
            Heard {
                accepted: true,
                newly_flagged: false
            }
        );
        assert_eq!(
            store.notifications("desk", at(500), 10).await.unwrap(),
            told
        );
    }
}

#[tokio::test]
async fn an_opinion_that_comes_too_late_is_kept_and_changes_nothing() {
    for place in places() {
        let store = place.open().await;
        let rows = read_all(&store, &[Verdict::Pass]).await;
        let asked = hearing(rows[0], &["pertama"]);
        let another = |change: fn(&mut Hearing)| {
            let mut hearing = asked.clone();
            change(&mut hearing);
            hearing
        };
        for late in [
            another(|hearing| hearing.body.push_str(" Kata lain.")),
            another(|hearing| hearing.title = None),
            another(|hearing| hearing.assessment.rules.0 += 1),
            another(|hearing| hearing.article = 99),
        ] {
            assert_eq!(hear(&store, &late).await, Heard::default());
        }
        assert_eq!(row(&store, rows[0]).await.verdict, Verdict::Pass);
        assert_eq!(store.notifications("desk", at(500), 10).await.unwrap(), []);
        assert!(store.opinion(asked.key).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn reading_an_article_again_leaves_its_opinion_until_it_says_something_else() {
    for place in places() {
        let store = place.open().await;
        announced(&store, &["https://harian.example/1"]).await;
        let read_at = async |seconds: i64, body: &str| {
            let lease = lease_one(&store, at(seconds)).await;
            let mut completion = read(&lease, at(seconds), Verdict::Pass);
            completion.fate = again(at(seconds + 10));
            completion.visit.as_mut().unwrap().article = article(body);
            complete(&store, &lease, completion).await
        };
        let id = read_at(10, BODY).await.article.unwrap();
        assert!(
            hear(&store, &hearing(id, &["pertama", "kedua"]))
                .await
                .accepted
        );
        let same = read_at(20, BODY).await;
        assert!(!same.article_new && !same.corrected);
        assert_eq!(row(&store, id).await.verdict, Verdict::Flag);
        let other = read_at(30, "Kata pertama diganti oleh kata yang sama sekali lain.").await;
        assert!(other.corrected);
        let corrected = row(&store, id).await;
        assert_eq!(
            (corrected.verdict, corrected.findings),
            (Verdict::Pass, Vec::new())
        );
    }
}

#[tokio::test]
async fn calls_are_counted_by_day_and_source() {
    const DAY: i64 = 86_400;
    let limits = Limits {
        per_day: 4,
        per_source: 2,
        zone: Zone::UTC,
    };
    for place in places() {
        let store = place.open().await;
        let midnight = DAY - at(0).timestamp().rem_euclid(DAY);
        for (source, now, reached) in [
            (Some("harian"), 0, None),
            (Some("harian"), 1, None),
            (Some("harian"), 2, Some(Exhausted::Source)),
            (None, 3, None),
            (Some("lain"), 4, None),
            (Some("lain"), 5, Some(Exhausted::Day)),
            (None, 6, Some(Exhausted::Day)),
            (Some("harian"), midnight, None),
        ] {
            let call = store.take_opinion_call(source, limits, at(now)).await;
            assert_eq!(call.unwrap(), reached, "{source:?} {now}");
        }
        store.close().await.unwrap();
        drop(store);
        let store = place.open().await;
        for expected in [None, Some(Exhausted::Source)] {
            let call = store.take_opinion_call(Some("harian"), limits, at(midnight));
            assert_eq!(
                call.await.unwrap(),
                expected,
                "a restart gives nothing back"
            );
        }
        // Texts of our own know no source, so that only the day limits them.
        for expected in [None, None, Some(Exhausted::Day)] {
            let call = store.take_opinion_call(None, limits, at(midnight));
            assert_eq!(call.await.unwrap(), expected);
        }
    }
}

/// Where clocks are put forward a day has 23 hours, and where they are put back 25.
#[tokio::test]
async fn a_day_of_calls_is_one_of_its_zone() {
    let time = |text: &str| -> Timestamp { text.parse().unwrap() };
    let limits = |zone: &str| Limits {
        per_day: 1,
        per_source: 1,
        zone: Zone::named(zone).unwrap(),
    };
    for place in places() {
        let store = place.open().await;
        for (zone, now, reached) in [
            ("Asia/Jakarta", "2026-03-01T16:59:59Z", None),
            ("Asia/Jakarta", "2026-03-01T17:00:00Z", None),
            ("Asia/Jakarta", "2026-03-02T16:59:59Z", Some(Exhausted::Day)),
            ("Europe/Berlin", "2026-03-28T23:00:00Z", None),
            (
                "Europe/Berlin",
                "2026-03-29T21:59:59Z",
                Some(Exhausted::Day),
            ),
            ("Europe/Berlin", "2026-03-29T22:00:00Z", None),
            ("Europe/Berlin", "2026-10-24T22:00:00Z", None),
            (
                "Europe/Berlin",
                "2026-10-25T22:59:59Z",
                Some(Exhausted::Day),
            ),
            ("Europe/Berlin", "2026-10-25T23:00:00Z", None),
        ] {
            let call = store.take_opinion_call(None, limits(zone), time(now));
            assert_eq!(call.await.unwrap(), reached, "{zone} {now}");
        }
    }
}

#[tokio::test]
async fn the_first_answer_stays_known() {
    for place in places() {
        let store = place.open().await;
        let words =
            |words: &[&str]| -> Vec<String> { words.iter().map(ToString::to_string).collect() };
        for (adviser, text, quotes, now) in [
            (1, "a", &["x", "y"][..], 1),
            (1, "b", &[], 2),
            (2, "a", &["z"], 3),
            (1, "a", &["x"], 4),
        ] {
            let quotes = words(quotes);
            store
                .put_opinion_answer(adviser, text, &quotes, at(now))
                .await
                .unwrap();
        }
        let mut answers = store.opinion_answers(1).await.unwrap();
        answers.sort_by(|a, b| a.text.cmp(&b.text));
        let answer = |text: &str, first: &[&str], latest: &[&str], now| AnswerBefore {
            text: text.to_string(),
            first: words(first),
            latest: words(latest),
            asked_at: at(now),
        };
        let expected = [
            answer("a", &["x", "y"], &["x"], 4),
            answer("b", &[], &[], 2),
        ];
        assert_eq!(answers, expected);
        assert_eq!(store.opinion_answers(3).await.unwrap(), []);
        // Who was asked lately stays; who was not is forgotten.
        store.prune(at(4), TimeDelta::zero()).await.unwrap();
        assert_eq!(store.opinion_answers(1).await.unwrap().len(), 2);
        assert_eq!(store.opinion_answers(2).await.unwrap(), []);
    }
}
