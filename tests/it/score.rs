//! What is flagged, what is not, and what it adds up to.

mod cost;
mod marked;
mod second_opinion;

use std::{fs, path::Path};

use benggala::{
    lang::Lexicon,
    model::{
        Article, Assessment, Dismissal, Evidence, Hint, HintGrade, Lang, LeftOut, Policy,
        Provenance, Reason, Verdict,
    },
    score::{Strength, assess, context, rules, rules_hash, set_aside},
};
use proptest::prelude::*;

#[test]
fn rules_are_described() {
    for about in rules() {
        assert!(
            about
                .rule
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b == b'-'),
            "{}",
            about.rule
        );
        assert!(!about.grades.is_empty(), "{}", about.rule);
        for (at, grade) in about.grades.iter().enumerate() {
            let name = format!("{}, {}", about.rule, grade.name);
            assert!(grade.weight > 0.0 && grade.weight < 1.0, "{name}");
            let strength = match grade.strength {
                Strength::Strong => "strong",
                Strength::Weak => "weak",
            };
            assert!(grade.name.split('-').next() == Some(strength), "{name}");
            let others = &about.grades[..at];
            assert!(
                others.iter().all(|other| other.name != grade.name),
                "{name}"
            );
            assert!(
                others.iter().all(|other| other.weight >= grade.weight),
                "{name}"
            );
            assert_eq!(about.grades.len() > 1, !grade.when.is_empty(), "{name}");
        }
        assert!(
            !about.summary.is_empty() && !about.why.is_empty(),
            "{}",
            about.rule
        );
    }
}

/// About 90 words of unremarkable Indonesian.
const PLAIN: &str = "Hujan deras turun sejak pagi di kota itu dan membuat sejumlah jalan tergenang. \
    Petugas mengatakan bahwa air mulai surut pada siang hari, tetapi warga masih diminta untuk \
    berhati-hati karena arus di sungai tetap kuat.\n\n\
    Menurut kepala dinas, saluran air di pusat kota sudah dibersihkan bulan lalu. Namun, sampah \
    dari pasar kembali menutup saluran itu. Ia berharap para pedagang bisa membantu menjaga \
    kebersihan agar banjir tidak terjadi lagi.\n\n\
    Seorang warga mengaku tokonya terendam selama dua jam. Ia sudah memindahkan barang dagangan \
    ke tempat yang lebih tinggi sebelum air masuk, sehingga kerugiannya tidak besar.";

fn judge(body: &str) -> benggala::model::Assessment {
    let article = Article {
        body: body.to_string(),
        ..Article::default()
    };
    assess(&article, &Lexicon::built_in(), &Policy::default())
}

#[test]
fn a_plain_article_passes_without_a_finding() {
    let got = judge(PLAIN);
    assert_eq!(got.verdict, Verdict::Pass);
    assert!(got.findings.is_empty());
    assert!(
        got.scores.overall < 0.04,
        "below the prior: {}",
        got.scores.overall
    );
    let style = got.scores.style.expect("a model serves it");
    assert!((0.0..0.5).contains(&style), "{style}");
}

#[test]
fn a_finding_that_natives_never_show_flags_alone_and_a_weak_one_does_not() {
    let got = judge(&format!(
        "{PLAIN}\n\nIa menolak tanda kurung dan tanda kurung."
    ));
    assert_eq!(got.verdict, Verdict::Flag);
    let got = judge(&format!("{PLAIN}\n\nBaca Juga: Cuaca Besok Cerah"));
    assert_eq!(got.verdict, Verdict::Pass);
    assert!(got.scores.overall > 0.1 && got.scores.overall < 0.5);
}

#[test]
fn findings_of_different_rules_add_up_to_a_flag() {
    let got = judge(&format!(
        "{PLAIN}\n\nIa menilai sanksi Barat berat. Ia menolak tanda kurung dan tanda kurung serta \
         keputusan Benggala Barat.\n\nBaca Juga: Cuaca Besok Cerah\n\nTinggalkan Balasan"
    ));
    let found: Vec<_> = got.findings.iter().map(|finding| finding.rule).collect();
    assert_eq!(
        found,
        [
            "coordinated-repetition",
            "isolated-place",
            "stock-line",
            "stock-line"
        ],
        "in the order of the text"
    );
    assert_eq!(got.verdict, Verdict::Flag);
    assert!(got.scores.boilerplate > 0.0);
}

#[test]
fn an_engine_that_speaks_of_itself_is_enough() {
    let got = judge(&format!("Tentu! Berikut adalah artikelnya.\n\n{PLAIN}"));
    assert_eq!(got.verdict, Verdict::Flag);
}

#[test]
fn a_page_that_says_it_was_translated_is_flagged() {
    let article = Article {
        body: PLAIN.to_string(),
        provenance: vec![Provenance {
            rule: "translated-by".to_string(),
            note: "a translator's mark".to_string(),
        }],
        ..Article::default()
    };
    let got = assess(&article, &Lexicon::built_in(), &Policy::default());
    assert_eq!(got.verdict, Verdict::Flag);
}

#[test]
fn what_hints_at_translation_weighs_little_and_once_and_never_for_the_source() {
    let hinted = |grades: &[HintGrade]| {
        let hints = grades.iter().map(|grade| Hint {
            rule: format!("{grade:?}"),
            note: "a habit of translated sites".to_string(),
            grade: *grade,
        });
        let article = Article {
            body: PLAIN.to_string(),
            hints: hints.collect(),
            ..Article::default()
        };
        assess(&article, &Lexicon::built_in(), &Policy::default())
    };
    let plain = hinted(&[]);
    let mut last = 0.0;
    for (grades, name) in [
        (&[HintGrade::Hint, HintGrade::Hint][..], "Hint"),
        (&[HintGrade::Hint, HintGrade::Sign, HintGrade::Sign], "Sign"),
    ] {
        let got = hinted(grades);
        assert_eq!(got.verdict, Verdict::Pass);
        assert_eq!(got.evidence.len(), plain.evidence.len() + 1);
        assert!(weight(&got, name) > last && weight(&got, name) < 1.5);
        assert!(got.scores.overall < 0.2, "{:?}", got.scores);
        assert_eq!(got.log_ratio(), plain.log_ratio());
        last = weight(&got, name);
    }
}

#[test]
fn links_to_other_articles_alone_are_not_enough() {
    let got = judge(&format!(
        "{PLAIN}\n\nBaca juga: Cuaca Besok Cerah\n\nBaca juga: Banjir Surut"
    ));
    assert_eq!(got.verdict, Verdict::Pass);
    assert_eq!(got.findings.len(), 2);
}

#[test]
fn a_template_left_at_the_end_is_enough() {
    let got = judge(&format!(
        "{PLAIN}\n\nBaca juga: Cuaca Besok Cerah\n\nTinggalkan Balasan\n\nAlamat email Anda tidak \
         akan dipublikasikan. Ruas yang wajib ditandai *\n\nKembali ke atas"
    ));
    assert_eq!(got.verdict, Verdict::Flag);
    assert_eq!(got.findings.len(), 4);
}

#[test]
fn what_cannot_be_judged_is_not_called_good() {
    let short = judge("Hujan turun di kota itu.");
    assert_eq!(short.verdict, Verdict::Abstain(Reason::TooShort));
    let croatian = "Ministar je jučer rekao da će se vlada sastati sljedeći tjedan i razgovarati o \
                    prijedlogu koji treba pomoći malim općinama. Ali gradonačelnici kažu da novac neće \
                    biti dovoljan. ";
    let unknown = judge(&croatian.repeat(4));
    assert_eq!(unknown.verdict, Verdict::Abstain(Reason::UnknownLanguage));
    let empty = judge("");
    assert_eq!(empty.verdict, Verdict::Abstain(Reason::TooShort));
}

/// Templates declare their language on whatever they serve.
#[test]
fn a_text_in_no_language_is_not_judged_whatever_is_declared() {
    let encoded = "c2FtcGxlIG9mIGJ5dGVz VGhhdCBhcmUgbm8g d29yZHMgYXQgYWxs ".repeat(40);
    let letters: String = (0..400_usize)
        .map(|n| {
            format!(
                "{} ",
                ["qvz", "ktrp", "wexu", "zzol", "mjqa", "hgnb", "ypt"][n * n % 7]
            )
        })
        .collect();
    let ideographs: String = (0..900_u32)
        .filter_map(|n| char::from_u32(0x4e00 + n * 7919 % 20_000))
        .collect();
    for lang in ["en", "es", "id", "ru", "zh"] {
        for text in [&encoded, &letters, &ideographs] {
            let article = Article {
                lang: Lang::new(lang),
                body: text.clone(),
                ..Article::default()
            };
            let got = assess(&article, &Lexicon::built_in(), &Policy::default());
            let none = Verdict::Abstain(Reason::UnknownLanguage);
            assert_eq!(got.verdict, none, "{lang}: {text}");
            assert_eq!(got.scores.style, None);
        }
    }
    let broken = judge(&PLAIN.replace(' ', "\u{1} \u{fffd}"));
    assert_eq!(broken.verdict, Verdict::Abstain(Reason::NotHtml));
}

#[test]
fn a_rule_that_is_switched_off_finds_nothing() {
    let article = Article {
        body: format!("{PLAIN}\n\nTinggalkan Balasan"),
        ..Article::default()
    };
    let policy = Policy {
        disabled: vec!["stock-line".to_string()],
        ..Policy::default()
    };
    let got = assess(&article, &Lexicon::built_in(), &policy);
    assert!(got.findings.is_empty());
}

#[test]
fn the_hash_changes_with_whatever_decides() {
    let lexicon = Lexicon::built_in();
    let policy = Policy::default();
    let before = rules_hash(&lexicon, &policy);
    assert_eq!(before, rules_hash(&Lexicon::built_in(), &policy));
    let stricter = Policy {
        flag_at: 0.4,
        ..Policy::default()
    };
    assert_ne!(before, rules_hash(&lexicon, &stricter));
    assert_ne!(before, rules_hash(&Lexicon::default(), &policy));
}

proptest! {
    #[test]
    fn no_text_is_too_strange(body in "\\PC{0,200}|[a-z{}%&;#\\[\\]()\"“” .\n*漢жA-Z]{0,300}") {
        let got = judge(&body);
        for finding in &got.findings {
            prop_assert!(body.get(finding.span.clone()).is_some_and(|text| !text.is_empty()));
        }
        prop_assert!((0.0..=1.0).contains(&got.scores.overall));
        prop_assert!((0.0..=1.0).contains(&got.scores.boilerplate));
    }
}

/// A line that was left out at the byte `at`, and stood on so many other articles.
fn left_out(at: usize, text: &str, articles: u32) -> LeftOut {
    LeftOut {
        at,
        text: text.to_string(),
        articles,
        link_bytes: 0,
    }
}

#[test]
fn a_machine_s_mark_in_a_line_that_the_extractor_left_out_is_told() {
    const MARK: &str = "Diterjemahkan oleh Google";
    let judge = |body: &str, line: LeftOut| {
        let article = Article {
            body: body.to_string(),
            left_out: vec![line],
            ..Article::default()
        };
        let got = assess(&article, &Lexicon::built_in(), &Policy::default());
        let rules: Vec<_> = got.findings.iter().map(|finding| finding.rule).collect();
        rules.contains(&"engine-residue")
    };
    let end = PLAIN.len();
    assert!(judge(PLAIN, left_out(0, MARK, 0)), "amid the article");
    assert!(
        judge(PLAIN, left_out(end, MARK, 3)),
        "on other articles too"
    );
    assert!(
        !judge(PLAIN, left_out(end, MARK, 0)),
        "below the text a reader may have written it"
    );
    let about = format!(
        "{PLAIN}\n\nModel bahasa itu dilatih. ChatGPT menjawab. Kecerdasan buatan bisa keliru."
    );
    assert!(
        !judge(&about, left_out(0, MARK, 0)),
        "the text is about such marks"
    );
}

#[test]
fn a_line_that_the_extractor_left_out_is_shown_where_it_stood() {
    let article = Article {
        body: PLAIN.to_string(),
        left_out: vec![
            left_out(PLAIN.len(), "Tinggalkan Balasan", 0),
            left_out(PLAIN.len(), "Sebuah kalimat biasa tanpa dosa.", 0),
        ],
        ..Article::default()
    };
    let got = assess(&article, &Lexicon::built_in(), &Policy::default());
    let [finding] = &got.findings[..] else {
        panic!("{:?}", got.findings)
    };
    assert_eq!(
        (finding.rule, &finding.span),
        ("stock-line", &(PLAIN.len()..PLAIN.len()))
    );
    assert_eq!(finding.left_out.as_deref(), Some("Tinggalkan Balasan"));
    assert!(got.scores.boilerplate > 0.0);
}

/// The text above, with a trace of translation and findings of these words.
fn weighed(traces: usize, words: &str) -> benggala::model::Assessment {
    let trace = Provenance {
        rule: "google-font-nests".to_string(),
        note: "a translator's mark".to_string(),
    };
    let article = Article {
        body: format!("{PLAIN}\n\n{words}"),
        provenance: vec![trace; traces],
        ..Article::default()
    };
    assess(&article, &Lexicon::built_in(), &Policy::default())
}

fn weight(assessment: &benggala::model::Assessment, name: &str) -> f32 {
    let piece = assessment.evidence.iter().find(|e| e.name == name);
    piece.map(|e| e.log_ratio).expect("it was weighed")
}

#[test]
fn what_was_measured_corrects_what_a_rule_is_thought_to_weigh() {
    // Fired in 13 machine translations and in no text by people: a little more than its stated
    // weight, which stands for a ratio of 24, and bounded.
    let once = weighed(0, "Ia menolak tanda kurung dan tanda kurung.");
    let measured = weight(&once, "coordinated-repetition");
    assert!(
        measured > 24_f32.ln() && measured < 60_f32.ln(),
        "{measured}"
    );
    // Fired in no text at all: it keeps its stated weight.
    let place = weighed(
        0,
        "Ia menilai sanksi Barat berat. Ia menolak keputusan Benggala Barat.",
    );
    assert!((weight(&place, "isolated-place") - 24_f32.ln()).abs() < 0.01);
    // Seen in texts by people and in no machine translation: next to nothing is left of it.
    let look_alike = weighed(0, "Surat itu tiba di pelab\u{443}han kemarin.");
    assert!(weight(&look_alike, "mixed-script-word") < 0.5);
}

#[test]
fn a_complaint_made_again_weighs_less_and_less() {
    let times = |n: usize| {
        let body = "Ia menolak tanda kurung dan tanda kurung. ".repeat(n);
        weight(&weighed(0, &body), "coordinated-repetition")
    };
    let (one, two, three) = (times(1), times(2), times(3));
    assert!((two - one * 1.5).abs() < 1e-3 || two == 6.0, "{one} {two}");
    assert!(three >= two && times(40) <= 6.0);
    let (trace, traces) = (weighed(1, ""), weighed(3, ""));
    assert_eq!(
        trace.scores.overall, traces.scores.overall,
        "one translator left them"
    );
}

#[test]
fn all_that_was_weighed_adds_up_to_the_score() {
    let got = weighed(1, "Ia menolak tanda kurung dan tanda kurung.");
    let sum: f32 = got.evidence.iter().map(|e| e.log_ratio).sum();
    let reckoning = benggala::score::reckon(&got);
    let odds = (reckoning.prior + f64::from(sum)).exp();
    assert!((odds / (1.0 + odds) - f64::from(got.scores.overall)).abs() < 1e-4);
    assert_eq!(got.scores.machine_translation, got.scores.overall);
}

#[test]
fn good_style_around_it_does_not_excuse_a_sentence_that_nobody_read() {
    let plain = judge(PLAIN);
    assert!(
        weight(&plain, "style") < 0.0,
        "by itself it speaks for the text"
    );
    let found = weighed(0, "Ia menolak tanda kurung dan tanda kurung.");
    assert_eq!(weight(&found, "style"), 0.0);
    assert_eq!(found.verdict, Verdict::Flag);
}

#[test]
fn what_the_style_says_of_the_source_outlasts_what_is_found_and_set_aside() {
    let found = weighed(0, "Ia menolak tanda kurung dan tanda kurung.");
    let style = |of: &Assessment| {
        let style = of.evidence.iter().find(|e| e.name == "style");
        style.expect("it was weighed").clone()
    };
    assert!(style(&found).of_source < Some(0.0), "it is kept as it is");
    let of_words = weight(&found, "coordinated-repetition");
    assert_eq!(found.log_ratio(), Some(of_words), "and excuses nothing");
    let body = format!("{PLAIN}\n\nIa menolak tanda kurung dan tanda kurung.");
    let dismissals: Vec<Dismissal> = found
        .findings
        .iter()
        .map(|finding| Dismissal {
            rule: finding.rule.to_string(),
            context: context(&body, finding),
            by: "an editor".to_string(),
        })
        .collect();
    let aside = set_aside(found.clone(), &body, &dismissals, true, &Policy::default());
    assert_eq!(aside.log_ratio(), style(&found).of_source);
}

#[test]
fn evidence_that_was_kept_before_the_source_had_its_own_counts_as_it_was() {
    let kept = r#"{"kind":"style","name":"style","times":1,"log_ratio":-1.5}"#;
    let evidence: Evidence = serde_json::from_str(kept).expect("evidence");
    assert_eq!(serde_json::to_string(&evidence).expect("JSON"), kept);
    let mut assessment = judge(PLAIN);
    assessment.evidence = vec![evidence];
    assert_eq!(assessment.log_ratio(), Some(-1.5));
}

#[test]
fn a_style_score_at_its_threshold_flags_alone_under_every_policy() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/read-by-an-editor.txt");
    let article = Article {
        body: fs::read_to_string(path).expect("the text"),
        ..Article::default()
    };
    let lexicon = Lexicon::built_in();
    let disabled: Vec<String> = rules().map(|about| about.rule.to_string()).collect();
    let assess_by = |flag_at, translation_at| {
        let policy = Policy {
            flag_at,
            translation_at,
            disabled: disabled.clone(),
            ..Policy::default()
        };
        assess(&article, &lexicon, &policy)
    };
    let style = assess_by(0.5, 0.96).scores.style.expect("a model");
    assert!(
        style > 0.53,
        "{style}: the test needs a text beyond even odds"
    );
    for flag_at in [0.3, 0.5, 0.8] {
        let below = assess_by(flag_at, style - 0.01);
        assert_eq!(
            below.verdict,
            Verdict::Flag,
            "{flag_at}: {:?}",
            below.scores
        );
        let above = assess_by(flag_at, style + 0.01);
        assert_eq!(
            above.verdict,
            Verdict::Pass,
            "{flag_at}: {:?}",
            above.scores
        );
    }
}
