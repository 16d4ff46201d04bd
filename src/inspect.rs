//! Extraction and scoring, joined: what every command does with one page.
//!
//! Nothing that stands in a page ends a run: here, and only here, a panic of what reads it is
//! caught.

use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
};

use url::Url;

use crate::{
    extract::{self, Site, extract, from_text},
    lang::Lexicon,
    model::{
        Adviser, Article, Assessment, Block, BlockKind, Finding, Lang, Page, ParseLimits, Policy,
        Reason, RulesHash, Scores, Verdict,
    },
    opinion,
    report::{
        explain::Explanation,
        legend::{ExampleView, RatesView, RuleView},
    },
    score::{self, Example, Family, SECOND_OPINION, assess},
};

/// What was read out of a page and what was concluded.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspection {
    /// With an empty body where there was no article.
    pub article: Article,
    /// `Abstain` where there was no article.
    pub assessment: Assessment,
}

/// What a page is inspected with.
#[derive(Debug, Clone)]
pub struct Rules {
    /// The language packs.
    pub lexicon: Lexicon,
    /// The thresholds.
    pub policy: Policy,
    /// Where the parser stops.
    pub limits: ParseLimits,
    /// Who gives second opinions, if somebody does.
    pub adviser: Option<Adviser>,
}

/// Runs work on what a stranger wrote, and lives on when it panics. The panic hook has told of it
/// by then, once and with the place in the code.
///
/// # Errors
/// The message of the panic.
pub fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    // What is half done when a panic interrupts it is dropped with `work`; all else is read only.
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| panic_message(panic.as_ref()))
}

/// What a panic says.
pub fn panic_message(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<String>()
        .cloned()
        .or_else(|| panic.downcast_ref::<&str>().map(ToString::to_string))
        .unwrap_or_else(|| "unknown".to_string())
}

/// Extracts and judges one HTML page. A language that the caller is sure of overrules what the
/// page says and what its text looks like. Where that panics, the page is one that cannot be judged.
pub fn inspect<'a>(
    page: &Page,
    site: impl Into<Site<'a>>,
    lang: Option<&Lang>,
    rules: &Rules,
) -> Inspection {
    let inspection = guarded(
        || match extract(page, site, &rules.lexicon, &rules.limits) {
            Ok(mut article) => {
                if let Some(lang) = lang {
                    article.lang = Some(lang.clone());
                }
                // What the feed or sitemap said, where the page says nothing.
                article.published = article.published.or(page.link.published);
                judge(article, rules)
            }
            Err(none) => Inspection {
                article: *none.article,
                assessment: abstain(none.reason),
            },
        },
    );
    inspection.unwrap_or_else(|_| failed(Some(&page.final_url)))
}

/// Judges a body that somebody else extracted, as [`inspect`] does a page.
pub fn inspect_article(article: Article, rules: &Rules) -> Inspection {
    let url = article.url.clone();
    guarded(|| judge(article, rules)).unwrap_or_else(|_| failed(url.as_ref()))
}

/// Judges a text of which nothing is known but perhaps its language, as [`inspect`] does a page.
pub fn inspect_text(text: &str, lang: Option<&Lang>, rules: &Rules) -> Inspection {
    let article = || from_text(text, lang.cloned(), &rules.lexicon);
    guarded(|| judge(article(), rules)).unwrap_or_else(|_| failed(None))
}

fn judge(mut article: Article, rules: &Rules) -> Inspection {
    let mut assessment = assess(&article, &rules.lexicon, &rules.policy);
    name_residue(&mut article.blocks, &assessment.findings);
    assessment.rules = with_all(assessment.rules, rules);
    Inspection {
        article,
        assessment,
    }
}

/// What is said of a page on which the inspection itself failed.
fn failed(url: Option<&Url>) -> Inspection {
    let article = Article {
        url: url.cloned(),
        ..Article::default()
    };
    Inspection {
        article,
        assessment: abstain(Reason::Failed),
    }
}

/// Blocks that are for the most part lines of the page are no article, and so make no copy of one.
fn name_residue(blocks: &mut [Block], findings: &[Finding]) {
    for finding in findings.iter().filter(|finding| score::is_of_page(finding)) {
        let (start, end) = (finding.span.start, finding.span.end);
        let first = blocks.partition_point(|block| block.span.end <= start);
        for block in blocks[first..].iter_mut() {
            if block.span.start >= end {
                break;
            }
            let covered = end.min(block.span.end) - start.max(block.span.start);
            if covered * 2 > block.span.len() {
                block.kind = BlockKind::Residue;
            }
        }
    }
}

/// What an assessment by these rules is stamped with: it changes with any of them, with the model
/// that chooses the body, and with whoever gives second opinions.
pub fn rules_hash(rules: &Rules) -> RulesHash {
    with_all(score::rules_hash(&rules.lexicon, &rules.policy), rules)
}

fn with_all(scoring: RulesHash, rules: &Rules) -> RulesHash {
    let adviser = rules.adviser.as_ref().map_or(0, opinion::fingerprint);
    RulesHash(scoring.0 ^ extract::fingerprint() ^ adviser)
}

/// The assessment of what holds nothing to judge.
pub fn abstain(reason: Reason) -> Assessment {
    Assessment {
        verdict: Verdict::Abstain(reason),
        scores: Scores::default(),
        findings: Vec::new(),
        evidence: Vec::new(),
        rules: RulesHash::default(),
    }
}

/// How a verdict came about, under the policy that it was made with.
pub fn explanation<'a>(inspection: &'a Inspection, policy: &Policy) -> Explanation<'a> {
    let assessment = &inspection.assessment;
    let reckoning = score::reckon(assessment, policy);
    Explanation {
        prior: reckoning.prior,
        evidence: &assessment.evidence,
        hints: &inspection.article.hints,
        translated: reckoning.translated,
        lines: reckoning.lines,
        residue: reckoning.residue,
        scores: assessment.scores,
        verdict: assessment.verdict,
        flag_at: policy.flag_at,
        boilerplate_at: policy.boilerplate_at,
    }
}

/// What readers are told about each rule.
pub fn legend() -> Vec<RuleView<'static>> {
    score::rules()
        .map(|about| RuleView {
            rule: about.rule,
            family: about.family.as_str(),
            summary: about.summary,
            why: about.why,
            flags: examples(about.flags),
            passes: examples(about.passes),
            rates: Some(RatesView {
                native: about.rates.native,
                human: about.rates.human,
                machine: about.rates.machine,
                note: rates_note(about.family),
            }),
        })
        .chain([second_opinion()])
        .collect()
}

/// It is no detector: what it marks, and how often, is up to the model that is asked.
fn second_opinion() -> RuleView<'static> {
    RuleView {
        rule: SECOND_OPINION,
        family: "opinion",
        summary: "words that a language model, where one is asked, says no careful editor has let stand",
        why: "rules find what they know; a reader finds what makes no sense. The model is asked only \
              where `[opinion]` names one. It must quote the words from the text, say what was meant \
              and be sure, or it is not heard; what it says weighs little until it is measured: one \
              remark alone flags nothing",
        flags: vec![ExampleView {
            lang: "en",
            text: "Without the [[sea dog]] on the eastern pier no ferry can be tied up.",
        }],
        passes: vec![ExampleView {
            lang: "en",
            text: "“Then the old sea dog told me to wait,” the captain said.",
        }],
        rates: None,
    }
}

/// A line of the page in a native text is found rightly; a trace of translation is not.
fn rates_note(family: Family) -> Option<&'static str> {
    match family {
        Family::Translation => None,
        Family::Boilerplate => Some(
            "Some of these articles were collected with lines of their pages in them: a rate among \
             native ones is no rate of false alarms.",
        ),
    }
}

fn examples(examples: &'static [Example]) -> Vec<ExampleView<'static>> {
    examples
        .iter()
        .map(|example| ExampleView {
            lang: example.lang,
            text: example.text,
        })
        .collect()
}
