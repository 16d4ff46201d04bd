//! What decisions teach.

use benggala::{
    evaluate::texts::Record,
    model::{Decision, Ended, Review, ReviewedFinding},
    report::lessons::{labelled_text, marked_cases},
    style::Label,
};

use super::given::{BODY, article, entry, flagged, now, review};

fn said(decision: Decision, finding: Option<(&str, &str)>) -> Review {
    Review {
        decision,
        finding: finding.map(|(rule, text)| ReviewedFinding {
            rule: rule.to_string(),
            text: text.to_string(),
        }),
        ..review()
    }
}

#[test]
fn what_was_confirmed_is_marked_and_what_was_dismissed_is_not() {
    let (article, assessment) = (article(BODY), flagged());
    let cases = |reviews: &[Review]| -> Vec<(String, String)> {
        let cases = marked_cases(&entry(&article, &assessment, reviews));
        let owned = cases
            .into_iter()
            .map(|(rule, case)| (rule.to_string(), case));
        owned.collect()
    };
    assert_eq!(cases(&[]), []);
    let confirmed = cases(&[said(Decision::Confirmed, None)]);
    let rules: Vec<&str> = confirmed.iter().map(|(rule, _)| rule.as_str()).collect();
    assert_eq!(rules, ["repeated-phrase", "script-residue", "stock-phrase"]);
    let text = "- id: Wali kota membuka jembatan itu pada hari Senin.¶“Ini pasar kami”, kata seorang \
                pedagang di 城市 [[dan dan]] ia tertawa.¶Berlangganan buletin kami.";
    assert_eq!(confirmed[0].1, text);
    let dismissed = cases(&[said(Decision::Dismissed, None)]);
    assert_eq!(dismissed[0].1, text.replace("[[", "").replace("]]", ""));

    let one = [said(
        Decision::Confirmed,
        Some(("repeated-phrase", "dan dan")),
    )];
    assert_eq!(
        cases(&one),
        [("repeated-phrase".to_string(), text.to_string())]
    );
    let ended = Review {
        ended: Some(Ended {
            at: now(),
            by: None,
        }),
        ..said(Decision::Confirmed, None)
    };
    assert_eq!(cases(&[ended]), []);
}

#[test]
fn a_decision_about_translation_labels_the_text_for_the_commands_that_learn() {
    let (article, assessment) = (article(BODY), flagged());
    let label = |decision, flag_at| {
        let reviews = [said(decision, None)];
        let line = labelled_text(&entry(&article, &assessment, &reviews), flag_at)?;
        let record: Record = serde_json::from_str(&line).unwrap();
        assert_eq!(record.text, BODY);
        Some(record.label())
    };
    assert_eq!(label(Decision::Confirmed, 0.5), Some(Label::Machine));
    assert_eq!(label(Decision::Dismissed, 0.5), Some(Label::Native));
    assert_eq!(
        label(Decision::Confirmed, 0.99),
        None,
        "it was not flagged for that"
    );
    assert_eq!(labelled_text(&entry(&article, &assessment, &[]), 0.5), None);
}
