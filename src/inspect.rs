//! Extraction and scoring, joined: what every command does with one page.

use crate::{
    extract::{self, Site, extract},
    lang::Lexicon,
    model::{
        Article, Assessment, Block, BlockKind, Finding, Lang, Page, ParseLimits, Policy, Reason,
        RulesHash, Scores, Verdict,
    },
    report::{
        explain::Explanation,
        legend::{ExampleView, RatesView, RuleView},
    },
    score::{self, Example, Family, assess},
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
}

/// Extracts and judges one HTML page. A language that the caller is sure of overrules what the
/// page says and what its text looks like.
pub fn inspect<'a>(
    page: &Page,
    site: impl Into<Site<'a>>,
    lang: Option<&Lang>,
    rules: &Rules,
) -> Inspection {
    match extract(page, site, &rules.lexicon, &rules.limits) {
        Ok(mut article) => {
            if let Some(lang) = lang {
                article.lang = Some(lang.clone());
            }
            inspect_article(article, rules)
        }
        Err(none) => Inspection {
            article: *none.article,
            assessment: abstain(none.reason),
        },
    }
}

/// Judges a body that somebody else extracted.
pub fn inspect_article(mut article: Article, rules: &Rules) -> Inspection {
    let mut assessment = assess(&article, &rules.lexicon, &rules.policy);
    name_residue(&mut article.blocks, &assessment.findings);
    assessment.rules = with_extraction(assessment.rules);
    Inspection {
        article,
        assessment,
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

/// What an assessment by these rules is stamped with: it changes with any of them, and with the
/// model that chooses the body.
pub fn rules_hash(rules: &Rules) -> RulesHash {
    with_extraction(score::rules_hash(&rules.lexicon, &rules.policy))
}

fn with_extraction(scoring: RulesHash) -> RulesHash {
    RulesHash(scoring.0 ^ extract::fingerprint())
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
        .collect()
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
