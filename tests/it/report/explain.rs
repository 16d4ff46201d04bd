//! How a verdict adds up, as people read it.

use benggala::{
    model::{Evidence, EvidenceKind, Hint, HintGrade, Policy, Reason, Scores, Verdict},
    report::{
        colour::Style,
        explain::{Explanation, table},
        manner::Manner,
    },
};

use super::given::legend;

fn shown(explanation: &Explanation<'_>, columns: usize, style: Style) -> String {
    let manner = Manner {
        legend: &legend(),
        policy: &Policy::default(),
        columns,
        style,
    };
    table(explanation, &manner)
}

fn evidence() -> Vec<Evidence> {
    let piece = |kind, name: &str, times, log_ratio| Evidence {
        kind,
        name: name.to_string(),
        grade: "strong".to_string(),
        times,
        log_ratio,
        of_source: None,
    };
    vec![
        piece(EvidenceKind::Words, "repeated-phrase", 2, 4.5),
        piece(EvidenceKind::Style, "style", 1, -0.4),
    ]
}

fn explanation(evidence: &[Evidence], verdict: Verdict) -> Explanation<'_> {
    Explanation {
        prior: -3.178,
        evidence,
        hints: &[],
        lines: 1,
        scores: Scores {
            overall: 0.715,
            machine_translation: 0.715,
            residue: 0.22,
            style: Some(0.401),
            boilerplate: 0.05,
            body_share: None,
        },
        verdict,
        flag_at: 0.5,
        boilerplate_at: 0.25,
    }
}

#[test]
fn what_hints_at_translation_is_said_under_its_weight() {
    let hints = [Hint {
        rule: "many-alternates".to_string(),
        note: "the page names copies of itself in 26 languages".to_string(),
        grade: HintGrade::Hint,
    }];
    let evidence = [Evidence {
        kind: EvidenceKind::Hint,
        name: hints[0].rule.clone(),
        grade: "strong".to_string(),
        times: 1,
        log_ratio: 0.26,
        of_source: None,
    }];
    let hinted = Explanation {
        hints: &hints,
        ..explanation(&evidence, Verdict::Pass)
    };
    let text = shown(&hinted, 80, Style::Plain);
    let line = "  the page hints at it: many-alternates      +0.26";
    let (_, below) = text.split_once(line).expect(&text);
    let said = below.lines().nth(1);
    assert_eq!(
        said,
        Some("    the page names copies of itself in 26 languages")
    );
}

#[test]
fn every_piece_of_evidence_is_shown_with_its_weight_and_they_add_up() {
    let evidence = evidence();
    let text = shown(&explanation(&evidence, Verdict::Flag), 80, Style::Plain);
    let expected = "
  How it adds up
  is it unedited machine translation?         nats     ratio
  before reading: 4 in 100 are               -3.18      ÷ 24  ████████
  repeated-phrase, 2 times                   +4.50      × 90  ███████████
    fires in 1 native, 3 human-, 48 machine-translated texts of 2343, 2509, 6399
  the style, 0.401 by its model              -0.40     ÷ 1.5  █
  ──────────────────────────────────────────────────────────────────────────
  together                                   +0.92     × 2.5  probability 0.715
  is it residue of the page?                   5 %    1 line  score 0.220
  overall 0.715, the worse of both, ≥ 0.50, the threshold: flagged
";
    assert_eq!(text, expected, "\n{text}");
    let coloured = shown(&explanation(&evidence, Verdict::Flag), 80, Style::Colour);
    assert!(coloured.contains('\u{1b}'));
    let heavy = [Evidence {
        log_ratio: 12.0,
        ..evidence[0].clone()
    }];
    for columns in [60, 80, 110] {
        let text = shown(&explanation(&heavy, Verdict::Flag), columns, Style::Plain);
        let long = text.lines().find(|line| line.chars().count() > columns);
        // The conclusion is one sentence.
        let long = long.filter(|line| !line.contains("overall"));
        assert_eq!(long, None, "in {columns} columns");
    }
}

#[test]
fn what_was_not_judged_is_explained_too() {
    let verdict = Verdict::Abstain(Reason::TooShort);
    let text = shown(&explanation(&[], verdict), 80, Style::Plain);
    assert!(text.contains("no score of the style, no finding, no trace in the page"));
    assert!(text.contains("not judged: too-short"), "{text}");
}
