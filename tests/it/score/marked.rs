//! Texts that say themselves what must be marked in them: the examples of the rules, and the cases of
//! `tests/marked/<rule>.md`, a line each.
//!
//! `- en (weak-surname): She met [[Tyson Refrigerator]].` is a text in English all of whose marks are of
//! that grade; without marks it is innocent, and of all innocent texts one of the nearest to the grade.
//! `(strong+weak)` has marks of both; without a grade they may be of any. `¶` is a blank line.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use benggala::{
    lang::Lexicon,
    model::{Finding, Lang},
    report::tongue::Tongue,
    score::{DETECTORS, Detector, Draft, rules},
    text::Text,
};

/// What `detector` finds in `text`, in its order.
fn find(detector: &dyn Detector, lang: &str, text: &str, lexicon: &Lexicon) -> Vec<Finding> {
    let cut = Text::new(text);
    let draft = Draft::in_language(&cut, Lang::new(lang).as_ref(), lexicon);
    let mut found = Vec::new();
    detector.detect(&draft, &mut found);
    found.sort_by_key(|finding: &Finding| finding.span.start);
    found
}

/// The text with marks around the findings.
fn mark(text: &str, found: &[Finding]) -> String {
    let mut marked = text.to_string();
    for finding in found.iter().rev() {
        assert!(!finding.note.is_empty(), "a finding says what is wrong");
        marked.insert_str(finding.span.end, "]]");
        marked.insert_str(finding.span.start, "[[");
    }
    marked
}

/// Takes the marks out; a bracket that belongs to the text stays.
fn unmark(marked: &str) -> String {
    marked
        .replace("[[[", "\u{1}[")
        .replace("]]]", "]\u{1}")
        .replace("[[", "")
        .replace("]]", "")
        .replace('\u{1}', "")
}

/// A text and what must be marked in it.
#[derive(Debug)]
struct Case {
    lang: String,
    /// The grades of its marks, or the one that it comes near to; empty where none is named.
    grades: BTreeSet<String>,
    marked: String,
}

impl Case {
    fn is_guilty(&self) -> bool {
        self.marked.contains("[[")
    }

    fn check(&self, detector: &dyn Detector, lexicon: &Lexicon) -> Result<(), String> {
        let text = unmark(&self.marked);
        let found = find(detector, &self.lang, &text, lexicon);
        let about = detector.about();
        for finding in &found {
            let told = Tongue::of_accepted("id").retell(about.notes, &finding.note);
            let said = &finding.note;
            assert_ne!(told, *said, "{}: `notes` does not say this", about.rule);
        }
        let grades: BTreeSet<String> = found.iter().map(|f| f.grade.to_string()).collect();
        let got = mark(&text, &found);
        let graded = !self.is_guilty() || self.grades.is_empty() || grades == self.grades;
        if got == self.marked && graded {
            return Ok(());
        }
        Err(format!(
            "{} ({})\n  expected {} {:?}\n  got      {got} {grades:?}",
            about.rule, self.lang, self.marked, self.grades,
        ))
    }
}

#[test]
fn every_example_is_marked_as_it_says() {
    let lexicon = Lexicon::built_in();
    let mut wrong = Vec::new();
    for detector in DETECTORS {
        let about = detector.about();
        assert!(
            about.flags.iter().all(|e| e.text.contains("[[")),
            "{}",
            about.rule
        );
        assert!(
            !about.passes.is_empty(),
            "{}: needs an innocent text",
            about.rule
        );
        for example in about.flags.iter().chain(about.passes) {
            let case = Case {
                lang: example.lang.to_string(),
                grades: BTreeSet::new(),
                marked: example.text.to_string(),
            };
            wrong.extend(case.check(*detector, &lexicon).err());
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|_| panic!("{} is missing", path.display()))
}

/// The cases of `tests/marked/<rule>.md`.
fn cases(rule: &str) -> Vec<Case> {
    let text = read(&format!("tests/marked/{rule}.md"));
    let lines = text.lines().filter_map(|line| line.strip_prefix("- "));
    let parts = lines.filter_map(|line| line.split_once(": "));
    parts
        .map(|(head, text)| {
            let (lang, grades) = head.split_once(" (").unwrap_or((head, ""));
            let grades = grades.trim_end_matches(')').split('+');
            Case {
                lang: lang.to_string(),
                grades: grades
                    .filter(|g| !g.is_empty())
                    .map(str::to_string)
                    .collect(),
                marked: text.replace('¶', "\n\n"),
            }
        })
        .collect()
}

#[test]
fn marked_texts_are_marked_as_they_say() {
    let lexicon = Lexicon::built_in();
    let mut wrong = Vec::new();
    for detector in DETECTORS {
        let about = detector.about();
        for case in cases(about.rule) {
            let known = case.grades.iter().all(|grade| about.grade(grade).is_some());
            assert!(known, "{}: no such grade: {case:?}", about.rule);
            wrong.extend(case.check(*detector, &lexicon).err());
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// What a rule needs to know of a language to say anything in it.
enum Needs {
    /// This table of the language's pack.
    Table(&'static str),
    /// This table of the language's wordings.
    Wordings(&'static str),
    /// A table of one language.
    OneOf(&'static str),
    /// Nothing.
    Nothing,
}

fn needs(rule: &str) -> Needs {
    match rule {
        "coordinated-repetition" => Needs::Table("coordinators"),
        "credit-line" => Needs::Table("stock.credit"),
        "engine-residue" => Needs::Table("residue"),
        "homograph" | "name-slot" => Needs::Table("names"),
        "isolated-place" => Needs::Table("place_words"),
        "literal-translation" => Needs::Wordings("traps"),
        "looping-phrase" => Needs::Table("chants"),
        "mixed-conventions" => Needs::Table("dates.months"),
        "pasted-credit" => Needs::Table("widgets"),
        "spun-phrase" => Needs::OneOf("en"),
        "stock-line" => Needs::Table("stock"),
        "unfilled-placeholder" => Needs::Table("placeholder"),
        "untranslated-residue" => Needs::Table("function_words"),
        "wrong-sense" => Needs::Wordings("senses"),
        _ => Needs::Nothing,
    }
}

/// Whether the file of `lang` in a folder has anything under `path`.
fn has(folder: &str, lang: &str, path: &str) -> bool {
    let file: toml::Table = read(&format!("config/{folder}/{lang}.toml"))
        .parse()
        .expect("a language's file is TOML");
    let mut value = Some(toml::Value::Table(file));
    for name in path.split('.') {
        value = value.and_then(|value| value.get(name).cloned());
    }
    value.is_some_and(|value| match value {
        toml::Value::Array(items) => !items.is_empty(),
        toml::Value::Table(items) => !items.is_empty(),
        toml::Value::String(text) => !text.trim().is_empty(),
        _ => false,
    })
}

/// Cases of a rule in a language that it claims, and of a grade, at least.
const CASES_MIN: usize = 10;
/// How many of those must be guilty and innocent, at least; of a grade, half and half.
const EITHER_MIN: usize = 4;
/// Languages in which a rule must have cases that needs to know none.
const LANGS_MIN: usize = 3;

/// Languages whose packs are young: their rules have been tried on no text of their own, which the README
/// says, and cases are owed.
const UNTRIED: [&str; 15] = [
    "ar", "cs", "da", "hi", "it", "ja", "ko", "nb", "nl", "pl", "sv", "tr", "uk", "vi", "zh",
];

/// Guilty and innocent cases.
type Count = (usize, usize);

fn count<'a>(cases: impl Iterator<Item = &'a Case>) -> Count {
    cases.fold((0, 0), |(guilty, innocent), case| match case.is_guilty() {
        true => (guilty + 1, innocent),
        false => (guilty, innocent + 1),
    })
}

fn is_enough((guilty, innocent): Count, either: usize) -> bool {
    guilty + innocent >= CASES_MIN && guilty >= either && innocent >= either
}

/// Of `langs`, those in which a rule says something; `None` of one that needs to know no language.
fn claimed<'a>(rule: &str, langs: &BTreeSet<&'a str>) -> Option<BTreeSet<&'a str>> {
    let claims = |lang: &&str| match needs(rule) {
        Needs::Table(path) => has("languages", lang, path),
        Needs::Wordings(path) => has("wordings", lang, path),
        Needs::OneOf(only) => *lang == only,
        Needs::Nothing => true,
    };
    let free = matches!(needs(rule), Needs::Nothing);
    (!free).then(|| langs.iter().copied().filter(claims).collect())
}

#[test]
fn every_rule_has_cases_in_every_language_that_it_claims() {
    let lexicon = Lexicon::built_in();
    let langs: BTreeSet<&str> = lexicon.packs().map(|pack| pack.lang.as_str()).collect();
    assert!(UNTRIED.iter().all(|lang| langs.contains(lang)));
    let tried = |lang: &&str| !UNTRIED.contains(lang);
    let langs: BTreeSet<&str> = langs.into_iter().filter(tried).collect();
    let (mut unclaimed, mut wrong) = (BTreeSet::new(), Vec::new());
    for about in rules() {
        let cases = cases(about.rule);
        let of_lang = |lang: &str| count(cases.iter().filter(|case| case.lang == lang));
        let counts: BTreeMap<&str, Count> =
            langs.iter().map(|lang| (*lang, of_lang(lang))).collect();
        let is_covered = |lang: &&str| is_enough(counts[*lang], EITHER_MIN);
        let covered: BTreeSet<&str> = langs.iter().copied().filter(is_covered).collect();
        match claimed(about.rule, &langs) {
            Some(claimed) => {
                let bare = claimed.difference(&covered);
                wrong.extend(bare.map(|lang| format!("{} {lang}: {:?}", about.rule, counts[lang])));
                let others = langs.difference(&claimed);
                unclaimed.extend(others.map(|lang| format!("{} {lang}", about.rule)));
            }
            None if covered.len() >= LANGS_MIN && covered.contains("en") => {}
            None => wrong.push(format!("{}: enough in {covered:?} only", about.rule)),
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
    // The table of spun phrases is an English one.
    let spun = ["de", "es", "fr", "id", "ms", "pt", "ru"].map(|lang| format!("spun-phrase {lang}"));
    assert_eq!(
        unclaimed,
        BTreeSet::from(spun),
        "claims that were given up, or are new"
    );
}

#[test]
fn every_grade_has_cases_and_innocent_ones_that_come_near_it() {
    let mut wrong = Vec::new();
    for about in rules() {
        let cases = cases(about.rule);
        for grade in about.grades {
            let only = about.grades.len() == 1;
            let is_of =
                |case: &&Case| case.grades.contains(grade.name) || (only && case.grades.is_empty());
            let count = count(cases.iter().filter(is_of));
            if !is_enough(count, CASES_MIN / 2) {
                wrong.push(format!("{} {}: {count:?}", about.rule, grade.name));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}
