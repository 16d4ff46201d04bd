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
    lang::{Lexicon, is_contradicted, shortest},
    model::{
        Adviser, Article, Assessment, Block, BlockKind, Dismissal, Finding, Hint, Lang, Page,
        ParseLimits, Policy, Reason, RulesHash, Scores, Verdict,
    },
    opinion,
    report::{
        explain::Explanation,
        legend::{ExampleView, GradeView, RuleView, TextsView},
    },
    score::{self, Counts, Example, Family, Grade, OPINION_NOTES, SECOND_OPINION, assess_among},
    usage::{Heard, Usage},
};

/// What was read out of a page and what was concluded.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspection {
    /// With an empty body where there was no article.
    pub article: Article,
    /// `Abstain` where there was no article.
    pub assessment: Assessment,
    /// What the article shows of its language, where it can teach anything.
    pub heard: Option<Heard>,
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
    /// What is known of how languages are used.
    pub usage: Usage,
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

/// Extracts and judges one HTML page. A language that the caller is sure of overrules what the page
/// says, and counts where the text leaves it open; a text that is certainly in another one is not
/// judged. Where the inspection panics, the page is one that cannot be judged.
pub fn inspect<'a>(
    page: &Page,
    site: impl Into<Site<'a>>,
    lang: Option<&Lang>,
    rules: &Rules,
) -> Inspection {
    let read = read(page, site, rules);
    judge_read(page, read, lang, rules)
}

/// What is read out of a page; what is said of one without an article in its place.
pub type Read = Result<Article, Box<Inspection>>;

/// Reads the article out of a page: the first half of [`inspect`].
pub fn read<'a>(page: &Page, site: impl Into<Site<'a>>, rules: &Rules) -> Read {
    let read = guarded(
        || match extract(page, site, &rules.lexicon, &rules.limits) {
            Ok(mut article) => {
                // What the feed or sitemap said, where the page says nothing.
                article.published = article.published.or(page.link.published);
                Ok(article)
            }
            Err(none) => Err(Box::new(Inspection {
                article: *none.article,
                assessment: Assessment {
                    rules: rules_hash(rules),
                    ..abstain(none.reason)
                },
                heard: None,
            })),
        },
    );
    read.unwrap_or_else(|_| Err(Box::new(failed(Some(&page.final_url)))))
}

/// Judges what was read out of `page`: the second half of [`inspect`].
pub fn judge_read(page: &Page, read: Read, lang: Option<&Lang>, rules: &Rules) -> Inspection {
    match read {
        Ok(article) => guarded(|| judge(article, lang, rules))
            .unwrap_or_else(|_| failed(Some(&page.final_url))),
        Err(instead) => *instead,
    }
}

/// Judges a body that somebody else extracted, as [`inspect`] does a page.
pub fn inspect_article(article: Article, rules: &Rules) -> Inspection {
    let url = article.url.clone();
    guarded(|| judge(article, None, rules)).unwrap_or_else(|_| failed(url.as_ref()))
}

/// Judges a text of which nothing is known but perhaps its language, as [`inspect`] does a page.
pub fn inspect_text(text: &str, lang: Option<&Lang>, rules: &Rules) -> Inspection {
    if text.trim().is_empty() {
        return Inspection {
            article: Article::default(),
            assessment: abstain(Reason::Empty),
            heard: None,
        };
    }
    let article = || from_text(text, None, &rules.lexicon);
    guarded(|| judge(article(), lang, rules)).unwrap_or_else(|_| failed(None))
}

fn judge(mut article: Article, lang: Option<&Lang>, rules: &Rules) -> Inspection {
    let (lexicon, policy) = (&rules.lexicon, &rules.policy);
    let usage = &rules.usage;
    let (mut assessment, heard) = match lang.map(shortest) {
        None => assess_among(&article, None, lexicon, policy, usage),
        Some(lang) => {
            let other = is_contradicted(&lang, &article.body, lexicon);
            let is_other = other.is_some();
            let lang = name_language(&mut article, other, lang);
            let (mut assessment, heard) =
                assess_among(&article, Some(&lang), lexicon, policy, usage);
            if is_other && !matches!(assessment.verdict, Verdict::Abstain(Reason::TooShort)) {
                assessment.verdict = Verdict::Abstain(Reason::OtherLanguage);
            }
            (assessment, heard.filter(|_| !is_other))
        }
    };
    name_residue(&mut article.blocks, &assessment.findings);
    assessment.rules = with_all(assessment.rules, rules);
    Inspection {
        article,
        assessment,
        heard,
    }
}

/// Writes down the language of an article: what its text has told against the caller, or what the
/// caller says.
fn name_language(article: &mut Article, told: Option<Lang>, said: Lang) -> Lang {
    let origin = if told.is_some() { "text" } else { "caller" };
    let lang = told.unwrap_or(said);
    article.lang = Some(lang.clone());
    article
        .origins
        .insert("lang".to_string(), origin.to_string());
    lang
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
        heard: None,
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
        dismissed: Vec::new(),
        evidence: Vec::new(),
        rules: RulesHash::default(),
    }
}

/// The inspection of a page on whose site reviewers have dismissed findings: the same are not raised
/// again.
pub fn set_aside(inspection: Inspection, dismissals: &[Dismissal], rules: &Rules) -> Inspection {
    let Inspection {
        article,
        assessment,
        heard,
    } = inspection;
    let lang = article.lang.as_ref();
    let has_pack = lang.is_some_and(|lang| rules.lexicon.pack(lang).is_some());
    let assessment = score::set_aside(
        assessment,
        &article.body,
        dismissals,
        has_pack,
        &rules.policy,
    );
    Inspection {
        article,
        assessment,
        heard,
    }
}

/// How a verdict came about, under the policy that it was made with.
pub fn explanation<'a>(inspection: &'a Inspection, policy: &Policy) -> Explanation<'a> {
    explained(&inspection.assessment, &inspection.article.hints, policy)
}

/// The same for what is stored: hints are not kept with an article.
pub fn explained<'a>(
    assessment: &'a Assessment,
    hints: &'a [Hint],
    policy: &Policy,
) -> Explanation<'a> {
    let reckoning = score::reckon(assessment);
    Explanation {
        prior: reckoning.prior,
        evidence: &assessment.evidence,
        hints,
        lines: reckoning.lines,
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
            notes: about.notes,
            flags: examples(about.flags),
            passes: examples(about.passes),
            grades: about.grades.iter().map(grade).collect(),
            searched: texts(Counts::TEXTS),
            note: counts_note(about.family),
        })
        .chain([second_opinion()])
        .collect()
}

fn grade(grade: &'static Grade) -> GradeView<'static> {
    GradeView {
        name: grade.name,
        when: grade.when,
        fires: texts(grade.counts),
    }
}

fn texts(counts: Counts) -> TextsView {
    TextsView {
        native: counts.native,
        human: counts.human,
        machine: counts.machine,
    }
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
        notes: OPINION_NOTES,
        flags: vec![ExampleView {
            lang: "en",
            text: "Without the [[sea dog]] on the eastern pier no ferry can be tied up.",
        }],
        passes: vec![ExampleView {
            lang: "en",
            text: "“Then the old sea dog told me to wait,” the captain said.",
        }],
        grades: Vec::new(),
        searched: texts(Counts::TEXTS),
        note: None,
    }
}

/// A line of the page in a native text is found rightly; a trace of translation is not.
fn counts_note(family: Family) -> Option<&'static str> {
    match family {
        Family::Translation => None,
        Family::Boilerplate => Some(
            "Some of these texts were collected with lines of their pages in them: a count among \
             native ones is no count of false alarms.",
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
