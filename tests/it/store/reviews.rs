//! What is decided, where articles lie for it, and what is remembered.

use std::sync::Arc;

use benggala::{
    model::{
        Article, Assessment, Decision, Evidence, EvidenceKind, Finding, Lang, Policy, Review,
        RulesHash, Scores, Shelf, Verdict,
    },
    score,
    store::{ArticleQuery, JudgedBy, Order, Ruled, Ruling, Store, Visit, Withdrawal},
};
use proptest::{
    prelude::{Strategy, any, prop, prop_assert_eq, prop_oneof},
    test_runner::{Config, TestCaseError, TestRunner},
};

use super::{
    given::{ABSTAIN, announced, article, at, complete, completion, lease_one, read_all, visit},
    places,
};

fn judged_by() -> JudgedBy {
    JudgedBy {
        policy: Policy::default(),
        languages: Lang::new("id").into_iter().collect(),
    }
}

fn said(decision: Decision, second: i64) -> Review {
    Review {
        decision,
        by: "Sari".to_string(),
        at: at(second),
        note: String::new(),
        finding: None,
        ended: None,
    }
}

fn ruling(decision: Decision, second: i64) -> Ruling {
    Ruling {
        review: said(decision, second),
        finding: None,
        key: None,
        judged_by: judged_by(),
    }
}

fn withdrawal(second: i64) -> Withdrawal {
    Withdrawal {
        by: "Joko".to_string(),
        at: at(second),
        finding: None,
        judged_by: judged_by(),
    }
}

fn on(shelf: Shelf) -> ArticleQuery {
    ArticleQuery {
        shelf: Some(shelf),
        limit: 100,
        ..ArticleQuery::default()
    }
}

async fn ids(store: &Arc<dyn Store>, query: &ArticleQuery) -> Vec<i64> {
    let rows = store.articles(query).await.unwrap();
    rows.into_iter().map(|row| row.id).collect()
}

async fn shelf(store: &Arc<dyn Store>, article: i64) -> Shelf {
    store.article(article).await.unwrap().unwrap().shelf
}

#[tokio::test]
async fn a_decision_moves_an_article_and_taking_it_back_returns_it() {
    for place in places() {
        let store = place.open().await;
        let id = read_all(&store, &[Verdict::Flag]).await[0];
        assert_eq!(shelf(&store, id).await, Shelf::Waiting);
        let dismissed = ruling(Decision::Dismissed, 20);
        assert!(matches!(
            store.decide(id, &dismissed, &[]).await.unwrap(),
            Ruled::Done(_)
        ));
        assert_eq!(shelf(&store, id).await, Shelf::Dismissed);
        let confirmed = ruling(Decision::Confirmed, 21);
        store.decide(id, &confirmed, &[]).await.unwrap();
        assert_eq!(shelf(&store, id).await, Shelf::Confirmed);
        store.withdraw(id, &withdrawal(22), &[]).await.unwrap();
        assert_eq!(shelf(&store, id).await, Shelf::Dismissed, "the word before");
        store.withdraw(id, &withdrawal(23), &[]).await.unwrap();
        assert_eq!(shelf(&store, id).await, Shelf::Waiting);
        let nothing = store.withdraw(id, &withdrawal(24), &[]).await.unwrap();
        assert_eq!(nothing, Ruled::NoFinding);
        let row = store.article(id).await.unwrap().unwrap();
        assert_eq!(row.reviews.len(), 2, "what was said stays");
        let ended = row.reviews[0].ended.as_ref().unwrap();
        assert_eq!((ended.at, ended.by.as_deref()), (at(23), Some("Joko")));
        let missing = store.decide(id + 1, &dismissed, &[]).await.unwrap();
        assert_eq!(missing, Ruled::NoArticle);
    }
}

#[derive(Debug, Clone)]
enum Step {
    Decide(usize, bool),
    Withdraw(usize),
    Judge(usize, u8),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        (any::<usize>(), any::<bool>()).prop_map(|(at, yes)| Step::Decide(at, yes)),
        any::<usize>().prop_map(Step::Withdraw),
        (any::<usize>(), 0..3_u8).prop_map(|(at, verdict)| Step::Judge(at, verdict)),
    ];
    prop::collection::vec(step, 0..12)
}

const VERDICTS: [Verdict; 3] = [Verdict::Flag, Verdict::Pass, ABSTAIN];

async fn play(steps: &[Step]) -> Result<(), TestCaseError> {
    for place in places() {
        let store = place.open().await;
        let rows = read_all(&store, &[VERDICTS, VERDICTS].concat()).await;
        for (second, step) in (100..).zip(steps) {
            match *step {
                Step::Decide(at, yes) => {
                    let decision = match yes {
                        true => Decision::Confirmed,
                        false => Decision::Dismissed,
                    };
                    let row = rows[at % rows.len()];
                    store
                        .decide(row, &ruling(decision, second), &[])
                        .await
                        .unwrap();
                }
                Step::Withdraw(at) => {
                    let row = rows[at % rows.len()];
                    store.withdraw(row, &withdrawal(second), &[]).await.unwrap();
                }
                Step::Judge(place, verdict) => {
                    let row = rows[place % rows.len()];
                    let conclusion = super::given::assessment(VERDICTS[usize::from(verdict)], &[]);
                    let content = article("Kata pertama, kata kedua.");
                    store
                        .reassess(row, None, &content, &conclusion, at(second))
                        .await
                        .unwrap();
                }
            }
        }
        let counts = store
            .tally(&ArticleQuery::default())
            .await
            .unwrap()
            .unwrap();
        let own = ArticleQuery {
            source: Some("harian".to_string()),
            ..ArticleQuery::default()
        };
        prop_assert_eq!(&store.tally(&own).await.unwrap().unwrap(), &counts);
        // Counted by another way: one by one.
        let found = ArticleQuery {
            text: Some("pertama".to_string()),
            ..ArticleQuery::default()
        };
        prop_assert_eq!(&store.tally(&found).await.unwrap().unwrap(), &counts);
        for shelf in Shelf::all() {
            let listed = store.articles(&on(shelf)).await.unwrap();
            prop_assert_eq!(listed.len() as u64, counts.of(shelf), "{:?}", shelf);
            for row in listed {
                prop_assert_eq!(row.shelf, shelf);
            }
        }
        let source = store.source("harian").await.unwrap().unwrap();
        prop_assert_eq!(source.waiting, counts.of(Shelf::Waiting));
        let days = store
            .histories(&["harian".to_string()], at(0))
            .await
            .unwrap();
        let day = days[0][0];
        prop_assert_eq!(
            (day.passed, day.flagged, day.abstained),
            (source.passed, source.flagged, source.abstained)
        );
        prop_assert_eq!(day.passed + day.flagged + day.abstained, rows.len() as u64);
    }
    Ok(())
}

#[test]
fn counts_agree_with_lists_whatever_happens() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let config = Config {
        cases: 24,
        ..Config::default()
    };
    let ran = TestRunner::new(config).run(&steps(), |steps| runtime.block_on(play(&steps)));
    ran.unwrap();
}

/// What is read: a title, a body, and a score.
async fn read_texts(store: &Arc<dyn Store>, texts: &[(&str, &str, f32)]) -> Vec<i64> {
    let addresses: Vec<_> = (0..texts.len())
        .map(|n| format!("https://harian.example/{n}"))
        .collect();
    let addresses: Vec<_> = addresses.iter().map(String::as_str).collect();
    announced(store, &addresses).await;
    let mut rows = Vec::new();
    for (second, (title, body, score)) in (10..).zip(texts) {
        let lease = lease_one(store, at(second)).await;
        let mut visit = visit(&lease, at(second), Verdict::Flag);
        visit.article = Article {
            title: Some((*title).to_string()),
            lang: Lang::new("id"),
            ..article(body)
        };
        visit.assessment.scores.overall = *score;
        rows.push(put(store, &lease, visit, second).await);
    }
    rows
}

async fn put(store: &Arc<dyn Store>, lease: &benggala::store::Lease, visit: Visit, at: i64) -> i64 {
    let completion = benggala::store::Completion {
        visit: Some(Box::new(visit)),
        ..completion(super::given::at(at), benggala::store::Fate::Done)
    };
    complete(store, lease, completion).await.article.unwrap()
}

#[tokio::test]
async fn words_are_found_in_titles_and_bodies_in_every_script() {
    let texts = [
        ("Jembatan baru", "Wali kota membuka jembatan di Élan.", 0.5),
        ("Pasar malam", "Pasar dibuka; jembatan lama ditutup.", 0.5),
        ("新しい橋", "市長は東京都で橋を開いた。", 0.5),
        ("สะพานใหม่", "นายกเปิดสะพานในเมือง", 0.5),
    ];
    let cases: [(&str, &[usize]); 14] = [
        ("jembatan", &[1, 0]),
        ("JEMBATAN baru", &[0]),
        ("\"jembatan lama\"", &[1]),
        ("\"lama jembatan\"", &[]),
        ("elan", &[0]),
        ("jemb", &[]),
        ("jemb*", &[1, 0]),
        ("東京", &[2]),
        ("京東", &[]),
        ("สะพาน", &[3]),
        ("jembatan AND NOT \"", &[]),
        ("words:baru", &[]),
        ("pasar ^ - + ( NEAR", &[]),
        ("*** \"\" ()", &[]),
    ];
    for place in places() {
        let store = place.open().await;
        let rows = read_texts(&store, &texts).await;
        for (asked, expected) in cases {
            let query = ArticleQuery {
                text: Some(asked.to_string()),
                limit: 10,
                ..ArticleQuery::default()
            };
            let expected: Vec<_> = expected.iter().map(|n| rows[*n]).collect();
            assert_eq!(ids(&store, &query).await, expected, "{asked}");
            let counted = store.tally(&query).await.unwrap().unwrap().total();
            assert_eq!(counted, expected.len() as u64, "{asked}");
        }
        let content = article("Isi yang lain sama sekali.");
        let conclusion = super::given::assessment(Verdict::Flag, &[]);
        store
            .reassess(rows[1], None, &content, &conclusion, at(99))
            .await
            .unwrap();
        let query = |text: &str| ArticleQuery {
            text: Some(text.to_string()),
            limit: 10,
            ..ArticleQuery::default()
        };
        assert_eq!(ids(&store, &query("malam")).await, [0_i64; 0]);
        assert_eq!(ids(&store, &query("sama sekali")).await, [rows[1]]);
    }
}

#[tokio::test]
async fn the_worst_come_first_and_neighbours_follow_the_list() {
    let scores = [0.6, 0.9, 0.6, 0.75, 0.9, 0.5, 0.6];
    let bodies: Vec<String> = (0..7).map(|n| format!("Kata nomor {n}.")).collect();
    let texts = bodies.iter().zip(scores);
    let texts: Vec<_> = texts
        .map(|(body, score)| ("Judul", body.as_str(), score))
        .collect();
    for place in places() {
        let store = place.open().await;
        let rows = read_texts(&store, &texts).await;
        let worst = [4, 1, 3, 6, 2, 0, 5].map(|n| rows[n]);
        let newest = [6, 5, 4, 3, 2, 1, 0].map(|n| rows[n]);
        for (order, source, text, expected) in [
            (Order::Worst, None, None, worst),
            (Order::Worst, Some("harian"), None, worst),
            (Order::Worst, None, Some("kata"), worst),
            (Order::Newest, None, Some("kata"), newest),
            (Order::Newest, Some("harian"), None, newest),
        ] {
            let query = ArticleQuery {
                order,
                source: source.map(str::to_string),
                text: text.map(str::to_string),
                limit: 2,
                ..on(Shelf::Waiting)
            };
            let query = ArticleQuery { limit: 2, ..query };
            let (mut found, mut page) = (Vec::new(), query.clone());
            loop {
                let listed = ids(&store, &page).await;
                let Some(last) = listed.last() else { break };
                page.before = Some(*last);
                found.extend(listed);
            }
            assert_eq!(found, expected, "{query:?}");
            for (at, id) in expected.iter().enumerate() {
                let around = store.neighbours(&query, *id).await.unwrap();
                let before = at.checked_sub(1).map(|before| expected[before]);
                assert_eq!(around.previous, before, "{query:?}");
                assert_eq!(around.next, expected.get(at + 1).copied(), "{query:?}");
            }
        }
        let at_least = ArticleQuery {
            score_min: Some(0.75),
            lang: Lang::new("id"),
            ..on(Shelf::Waiting)
        };
        assert_eq!(ids(&store, &at_least).await, [4, 3, 1].map(|n| rows[n]));
        let overview = store.overview().await.unwrap();
        assert_eq!(overview.languages, [Lang::new("id").unwrap()]);
        assert_eq!(
            (overview.sources.as_slice(), overview.newest),
            (&["harian".to_string()][..], rows[6])
        );
    }
}

/// A text long enough to be judged whose one finding is `words`.
fn suspicious(body: &str, words: &str) -> (Article, Assessment) {
    let start = body.find(words).unwrap();
    let finding = Finding {
        rule: "literal-translation",
        grade: "strong",
        span: start..start + words.len(),
        note: "word by word".to_string(),
        left_out: None,
    };
    let assessment = Assessment {
        verdict: Verdict::Flag,
        scores: Scores {
            overall: 0.9,
            machine_translation: 0.9,
            residue: 0.0,
            style: None,
            boilerplate: 0.0,
            body_share: None,
        },
        findings: vec![finding],
        dismissed: Vec::new(),
        evidence: vec![Evidence {
            kind: EvidenceKind::Words,
            name: "literal-translation".to_string(),
            grade: "strong".to_string(),
            times: 1,
            log_ratio: 5.5,
            of_source: None,
        }],
        rules: RulesHash(1),
    };
    let article = Article {
        lang: Lang::new("id"),
        provenance: Vec::new(),
        ..article(body)
    };
    (article, assessment)
}

#[tokio::test]
async fn a_dismissed_finding_is_not_raised_again_on_its_site() {
    let first = "Ia menyebut pasar gelap itu aman.";
    let again = "Kemarin ia bilang: pasar  gelap itu sepi.";
    let same = "Lagi-lagi menyebut Pasar gelap itu, katanya.";
    for place in places() {
        let store = place.open().await;
        announced(&store, &["https://harian.example/1"]).await;
        let lease = lease_one(&store, at(1)).await;
        let (content, conclusion) = suspicious(first, "pasar gelap");
        let span = conclusion.findings[0].span.clone();
        let seen = Visit {
            article: content,
            assessment: conclusion,
            ..visit(&lease, at(1), Verdict::Flag)
        };
        let id = put(&store, &lease, seen, 1).await;
        let finding = Some(("literal-translation".to_string(), span.clone()));
        let one = Ruling {
            finding: finding.clone(),
            ..ruling(Decision::Dismissed, 5)
        };
        let Ruled::Done(review) = store.decide(id, &one, &[]).await.unwrap() else {
            panic!("not kept");
        };
        assert_eq!(review.finding.unwrap().text, "pasar gelap");
        let row = store.article(id).await.unwrap().unwrap();
        assert_eq!(
            row.shelf,
            Shelf::Passed,
            "nothing speaks against it any more"
        );
        assert_eq!(row.findings[0].dismissed_by.as_deref(), Some("Sari"));
        let precision = store.precision().await.unwrap();
        assert_eq!((precision[0].confirmed, precision[0].dismissed), (0, 1));

        let remembered = store.dismissals("harian.example").await.unwrap();
        for (body, words, verdict) in [
            (same, "Pasar gelap", Verdict::Pass),
            (again, "pasar  gelap", Verdict::Flag),
        ] {
            let (_, raised) = suspicious(body, words);
            let policy = Policy::default();
            let judged = score::set_aside(raised, body, &remembered, true, &policy);
            assert_eq!(judged.verdict, verdict, "{body}");
        }
        assert!(store.dismissals("other.example").await.unwrap().is_empty());

        let back = Withdrawal {
            finding,
            ..withdrawal(9)
        };
        assert!(matches!(
            store.withdraw(id, &back, &[]).await.unwrap(),
            Ruled::Done(_)
        ));
        assert_eq!(shelf(&store, id).await, Shelf::Waiting);
        assert!(store.dismissals("harian.example").await.unwrap().is_empty());
        assert!(store.precision().await.unwrap().is_empty());
        let nowhere = Ruling {
            finding: Some(("literal-translation".to_string(), 0..1)),
            ..ruling(Decision::Dismissed, 10)
        };
        assert_eq!(
            store.decide(id, &nowhere, &[]).await.unwrap(),
            Ruled::NoFinding
        );
    }
}

#[tokio::test]
async fn the_same_key_is_the_same_review() {
    for place in places() {
        let store = place.open().await;
        let rows = read_all(&store, &[Verdict::Flag, Verdict::Flag]).await;
        let keyed = Ruling {
            key: Some("k1".to_string()),
            ..ruling(Decision::Confirmed, 20)
        };
        let first = store.decide(rows[0], &keyed, &[]).await.unwrap();
        assert!(matches!(first, Ruled::Done(_)));
        let second = store.decide(rows[0], &keyed, &[]).await.unwrap();
        assert_eq!(second, Ruled::Already(keyed.review.clone()));
        let other = store.decide(rows[1], &keyed, &[]).await.unwrap();
        assert_eq!(other, Ruled::OtherKey);
        assert_eq!(
            store.article(rows[0]).await.unwrap().unwrap().reviews.len(),
            1
        );
    }
}

#[tokio::test]
async fn many_are_decided_and_taken_back_together_and_receivers_are_told() {
    for place in places() {
        let store = place.open().await;
        let rows = read_all(&store, &[Verdict::Flag; 4]).await;
        let told = |at_| store.notifications("desk", at(at_), 100);
        let before = told(1_000).await.unwrap().len();
        let review = said(Decision::Dismissed, 50);
        let desk = ["desk".to_string()];
        let three = ArticleQuery {
            limit: 3,
            ..on(Shelf::Waiting)
        };
        let batch = store.decide_all(&three, &review, &desk).await.unwrap();
        assert_eq!(batch.articles, 3);
        assert_eq!(ids(&store, &on(Shelf::Waiting)).await, [rows[0]]);
        let news = told(1_000).await.unwrap();
        assert_eq!(news.len(), before + 3);
        let last: serde_json::Value = serde_json::from_str(&news.last().unwrap().payload).unwrap();
        assert_eq!(last["event"], "review.decided");
        assert_eq!(
            (&last["shelf"], &last["review"]["decision"]),
            (&"dismissed".into(), &"dismissed".into())
        );
        assert_eq!(
            store.withdraw_all(batch.id, "Joko", at(60)).await.unwrap(),
            3
        );
        assert_eq!(
            store.withdraw_all(batch.id, "Joko", at(61)).await.unwrap(),
            0
        );
        assert_eq!(ids(&store, &on(Shelf::Waiting)).await.len(), 4);
    }
}

#[tokio::test]
async fn a_corrected_article_waits_again() {
    for place in places() {
        let store = place.open().await;
        let addresses = ["https://harian.example/0", "https://harian.example/again"];
        announced(&store, &addresses).await;
        let lease = lease_one(&store, at(10)).await;
        let id = put(&store, &lease, visit(&lease, at(10), Verdict::Flag), 10).await;
        store
            .decide(id, &ruling(Decision::Dismissed, 20), &[])
            .await
            .unwrap();
        let lease = lease_one(&store, at(30)).await;
        let mut seen = visit(&lease, at(30), Verdict::Flag);
        let page = store.page(id).await.unwrap().unwrap();
        seen.canonical = page.link.url.clone();
        seen.page.link = page.link;
        seen.article = article("Semua kata di sini lain dari yang dulu.");
        let completion = benggala::store::Completion {
            visit: Some(Box::new(seen)),
            ..completion(at(30), benggala::store::Fate::Done)
        };
        assert!(complete(&store, &lease, completion).await.corrected);
        let row = store.article(id).await.unwrap().unwrap();
        assert_eq!(row.shelf, Shelf::Waiting);
        assert_eq!(row.reviews[0].ended.as_ref().unwrap().by, None);
    }
}
