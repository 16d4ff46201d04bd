//! What a second opinion makes of an assessment.

use benggala::{
    lang::Lexicon,
    model::{
        Adviser, Article, Assessment, DefectKind, EvidenceKind, Lang, Opinion, Policy, Reason,
        Remark, Verdict,
    },
    score::{SECOND_OPINION, assess, hear, reckon},
};

/// What the style weighs.
const STYLE: f32 = -1.0;

/// How likely a machine translation is by the evidence of an assessment.
fn together(assessment: &Assessment) -> f32 {
    let weights = assessment.evidence.iter().map(|e| f64::from(e.log_ratio));
    let odds = (reckon(assessment).prior + weights.sum::<f64>()).exp();
    (odds / (1.0 + odds)) as f32
}

/// Clean prose of enough words in a style that speaks for it, with what the rules mark behind it.
fn judged(lang: &str, tail: &str) -> (Article, Assessment) {
    let prose = "The council met on Monday evening and heard what the harbour master had to say \
                 about the new quay, which will take two winters to build. Two residents asked why \
                 the old crane was sold before anybody had seen a plan, and were told that the buyer \
                 would not wait. The treasurer read out the bids of three firms from along the coast, \
                 of which the dearest has built most of the piers in the county. A vote is due after \
                 Easter, when the surveyor will have been back from the islands for a week.";
    let article = Article {
        lang: Lang::new(lang),
        body: format!("{prose}\n\n{tail}"),
        ..Article::default()
    };
    let policy = Policy::default();
    let mut assessment = assess(&article, &Lexicon::built_in(), &policy);
    let mut styles = assessment.evidence.iter_mut();
    let style = styles.find(|e| e.kind == EvidenceKind::Style).unwrap();
    style.log_ratio = style.log_ratio.min(STYLE);
    assessment.scores.machine_translation = together(&assessment);
    assessment.scores.overall = assessment.scores.machine_translation;
    (article, assessment)
}

fn remark(article: &Article, words: &str) -> Remark {
    let start = article.body.find(words);
    Remark {
        quote: words.to_string(),
        span: start.map(|start| start..start + words.len()),
        kind: DefectKind::Sense,
        intended: Some("the pier".to_string()),
        source: None,
        why: "no animal is meant".to_string(),
        confidence: 0.9,
    }
}

fn opinion(article: &Article, words: &[&str]) -> Opinion {
    Opinion {
        adviser: Adviser {
            model: "reader-1".to_string(),
            revision: Some("b".to_string()),
        },
        remarks: words.iter().map(|words| remark(article, words)).collect(),
    }
}

fn heard(article: &Article, assessment: &Assessment, words: &[&str]) -> Assessment {
    hear(assessment, &opinion(article, words), &Policy::default())
}

fn weight(assessment: &Assessment) -> (u32, f32) {
    let weighed = assessment.evidence.iter();
    let mut weighed = weighed.filter(|e| e.kind == EvidenceKind::Opinion);
    let of_opinion = weighed.next().unwrap();
    assert_eq!(weighed.next(), None);
    assert_eq!(of_opinion.name, "reader-1 (b)");
    (of_opinion.times, of_opinion.log_ratio)
}

#[test]
fn the_first_remark_weighs_three_nats_each_further_one_half_and_all_four_and_a_half() {
    let (article, assessment) = judged("en", "Nothing else.");
    assert_eq!(assessment.verdict, Verdict::Pass);
    let words = ["council", "Monday", "harbour", "winters"];
    for (count, nats, verdict) in [
        (0, 0.0, Verdict::Pass),
        (1, 3.0, Verdict::Pass),
        (2, 4.5, Verdict::Flag),
        (3, 4.5, Verdict::Flag),
        (4, 4.5, Verdict::Flag),
    ] {
        let heard = heard(&article, &assessment, &words[..count]);
        assert_eq!(weight(&heard), (count as u32, nats));
        assert_eq!(heard.verdict, verdict, "{count}");
        assert!(
            (heard.scores.overall - together(&heard)).abs() < 1e-4,
            "it adds up"
        );
        assert_eq!(heard.findings.len(), count);
    }
}

#[test]
fn an_empty_opinion_speaks_for_nobody() {
    let (article, assessment) = judged("en", "Nothing else.");
    let heard = heard(&article, &assessment, &[]);
    assert_eq!(heard.scores, assessment.scores);
    assert_eq!(heard.log_ratio(), assessment.log_ratio());
    assert_eq!(
        heard.evidence[..assessment.evidence.len()],
        assessment.evidence
    );
}

#[test]
fn a_mark_says_what_was_meant_and_who_says_so() {
    let (article, assessment) = judged("en", "Nothing else.");
    let heard = heard(&article, &assessment, &["council", "Headline words"]);
    let [headline, body] = &heard.findings[..] else {
        panic!("{:?}", heard.findings);
    };
    assert_eq!(body.rule, SECOND_OPINION);
    assert_eq!(article.body[body.span.clone()], *"council");
    assert_eq!(
        body.note,
        "wrong sense, “the pier” was meant: no animal is meant (reader-1 (b))"
    );
    assert_eq!(headline.left_out.as_deref(), Some("Headline words"));
    assert_eq!(headline.span, 0..0);
    assert!(
        headline
            .note
            .starts_with("wrong sense, in the headline, “the pier”")
    );
}

#[test]
fn what_a_rule_has_marked_counts_once() {
    let tail = "The ministry promised safe roads and safe roads.";
    let (article, assessment) = judged("en", tail);
    let rule = assessment
        .evidence
        .iter()
        .find(|e| e.kind == EvidenceKind::Words)
        .unwrap_or_else(|| panic!("{assessment:?}"));
    let of_rule = rule.log_ratio;
    let of_both = |words: &[&str]| weight(&heard(&article, &assessment, words)).1;
    // Together the rule and the remark weigh as much as the heavier of the two.
    assert_eq!(of_both(&["safe roads and"]), (3.0 - of_rule).max(0.0));
    assert_eq!(
        of_both(&["safe roads and", "council"]),
        (4.5 - of_rule).max(3.0)
    );
    assert_eq!(of_both(&["council"]), 3.0, "other words are others");
}

#[test]
fn a_line_of_the_page_is_no_translation() {
    let (article, assessment) = judged("en", "Leave a Reply");
    assert!(!assessment.findings.is_empty(), "{assessment:?}");
    assert_eq!(
        weight(&heard(&article, &assessment, &["Leave a Reply"])),
        (0, 0.0)
    );
    let both = heard(&article, &assessment, &["Leave a Reply", "council"]);
    assert_eq!(weight(&both), (1, 3.0));
}

#[test]
fn a_good_style_does_not_mend_what_was_named() {
    let (article, assessment) = judged("en", "Nothing else.");
    let style = |assessment: &Assessment| {
        let mut styles = assessment.evidence.iter();
        styles
            .find(|e| e.kind == EvidenceKind::Style)
            .unwrap()
            .log_ratio
    };
    assert_eq!(style(&assessment), STYLE);
    assert_eq!(style(&heard(&article, &assessment, &["council"])), 0.0);
    assert_eq!(
        style(&heard(&article, &assessment, &[])),
        style(&assessment)
    );
}

#[test]
fn what_cannot_be_judged_stays_so_unless_the_opinion_needs_nothing_else() {
    let policy = Policy::default();
    let (article, mut assessment) = judged("en", "Nothing else.");
    let two = opinion(&article, &["council", "Monday"]);
    assessment.evidence.clear();
    for (before, after) in [
        (Reason::TooShort, Verdict::Abstain(Reason::TooShort)),
        (Reason::UnknownLanguage, Verdict::Flag),
    ] {
        assessment.verdict = Verdict::Abstain(before);
        assert_eq!(hear(&assessment, &two, &policy).verdict, after);
        let none = opinion(&article, &[]);
        let heard = hear(&assessment, &none, &policy);
        assert_eq!(
            heard.verdict,
            Verdict::Abstain(before),
            "no pass by silence"
        );
    }
}

#[test]
fn it_can_be_switched_off_like_any_rule() {
    let (article, assessment) = judged("en", "Nothing else.");
    let policy = Policy {
        disabled: vec![SECOND_OPINION.to_string()],
        ..Policy::default()
    };
    let two = opinion(&article, &["council", "Monday"]);
    assert_eq!(hear(&assessment, &two, &policy), assessment);
}
