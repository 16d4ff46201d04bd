//! The languages of the pages: no word is missing, none is too many.

use std::{
    collections::{BTreeSet, HashMap},
    fs,
    path::{Path, PathBuf},
};

use benggala::{
    inspect::legend,
    lang::Lexicon,
    model::{Decision, DefectKind, FetchOutcome, Reason, Shelf},
    report::{
        tongue::{Tongue, WORDS},
        wording,
    },
};
use chrono::{DateTime, TimeDelta};
use regex::Regex;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &str) -> Vec<(PathBuf, String)> {
    let entries = fs::read_dir(root().join(folder)).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let files = paths.filter(|path| path.is_file());
    files
        .map(|path| (path.clone(), fs::read_to_string(path).unwrap()))
        .collect()
}

/// English words that pages say, by whatever asks for them.
fn said() -> BTreeSet<String> {
    let mut said = BTreeSet::new();
    let asked = Regex::new(r#"\.(?:say|fill|range|share)\(\s*"((?:[^"\\]|\\.)*)""#).unwrap();
    let counted = Regex::new(r#"\.counted\([^"]*?,\s*"([^"]+)"\)"#).unwrap();
    // Rows of constants, whose words are said where they are shown.
    let rows = Regex::new(r#"\("[a-z]*", "([^"]+)"\)"#).unwrap();
    let labels = Regex::new(
        r#"(?:Tab::[^"]{1,80}|order\((?:true|false)),\s+"([^"]+)"|\("([a-z ]+)", filter\."#,
    )
    .unwrap();
    let pairs =
        Regex::new(r#"=> \("([A-Z][^"]+)", "([A-Z][^"]+)"\)|\("(Before|More sources)""#).unwrap();
    let folders = ["templates", "src/report", "src/report/html"];
    for (path, text) in folders.into_iter().flat_map(files) {
        let mut add = |words: &str| {
            said.insert(words.replace("\\\"", "\""));
        };
        for found in asked.captures_iter(&text) {
            add(&found[1]);
        }
        for found in counted.captures_iter(&text) {
            add(&format!("{{}} {}", &found[1]));
            add(&format!("{{}} {}s", &found[1]));
        }
        let name = path.file_name().unwrap().to_str().unwrap();
        let of_constants = match name {
            "watched.rs" => vec![&rows],
            "queue.rs" => vec![&labels],
            "article.rs" | "sources.rs" => vec![&pairs],
            _ => vec![],
        };
        for found in of_constants
            .iter()
            .flat_map(|rule| rule.captures_iter(&text))
        {
            for words in found.iter().skip(1).flatten() {
                add(words.as_str());
            }
        }
    }
    said.extend(of_states());
    said.extend(of_findings());
    said
}

/// What rules, and a language model that is asked, say of a finding.
fn of_findings() -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for about in legend() {
        assert!(!about.notes.is_empty(), "{} says nothing", about.rule);
        words.extend(about.notes.iter().map(ToString::to_string));
    }
    words.extend(DefectKind::ALL.map(|kind| kind.in_words().to_string()));
    let lexicon = Lexicon::built_in();
    words.extend(lexicon.packs().map(|pack| pack.name.clone()));
    words
}

/// What articles, sources and polls are called.
fn of_states() -> Vec<String> {
    let mut words: Vec<&str> = vec![
        "flagged",
        "passed, needs cleaning",
        "passed",
        "not judged",
        "no model",
        "translation",
        "boilerplate",
        "mainly machine-translated",
        "suspected to be mainly machine-translated",
        "mainly not",
        "undecided",
        "It is asked again by itself",
        wording::NO_ARTICLES,
        wording::PARKED,
        wording::NOTHING_LISTED,
        wording::ALL_FILTERED,
    ];
    words.extend(Shelf::all().map(Shelf::as_str));
    words.extend([Decision::Confirmed, Decision::Dismissed].map(Decision::as_str));
    for reason in Shelf::all() {
        if let Shelf::NotJudged(reason) = reason {
            words.extend([wording::reason(reason).what, wording::reason(reason).advice]);
        }
    }
    words.push(wording::reason(Reason::Challenge).advice);
    words.extend(
        FetchOutcome::ALL
            .iter()
            .map(|outcome| wording::poll_advice(outcome.as_str())),
    );
    words.into_iter().map(str::to_string).collect()
}

#[test]
fn no_word_is_missing_and_none_is_too_many() {
    let said = said();
    assert!(said.len() > 250, "only {} were found", said.len());
    for (lang, text) in WORDS {
        let words: HashMap<String, String> = toml::from_str(text).unwrap();
        let known: BTreeSet<String> = words.keys().cloned().collect();
        let missing: Vec<_> = said.difference(&known).collect();
        assert!(missing.is_empty(), "{lang} does not say {missing:#?}");
        let unused: Vec<_> = known.difference(&said).collect();
        assert!(unused.is_empty(), "nobody says {unused:#?} of {lang}");
        for (english, other) in &words {
            let gaps = |text: &str| text.matches("{}").count();
            assert_eq!(gaps(english), gaps(other), "{lang}: {english}");
            let tags = |text: &str| text.matches('<').count();
            assert_eq!(tags(english), tags(other), "{lang}: {english}");
            assert!(!other.trim().is_empty(), "{lang}: {english}");
        }
    }
}

/// What stands in a template and is not asked for would be English in every language.
#[test]
fn templates_hold_no_words_of_their_own() {
    let constructs =
        Regex::new(r"(?s)\{%.*?%\}|\{\{.*?\}\}|<code>.*?</code>|<kbd>.*?</kbd>|<[^>]*>").unwrap();
    // Of a tag that another template opens.
    let attribute = Regex::new(r#" [a-z-]+="[^"]*""#).unwrap();
    let spoken = Regex::new(r#"(?:aria-label|placeholder|title)="([^"{]*[a-z][^"]*)""#).unwrap();
    // The name of the program and of its interface.
    let names = ["benggala", "API", "s"];
    for (path, text) in files("templates") {
        if path.extension().is_none_or(|end| end != "html") {
            continue;
        }
        let bare = constructs.replace_all(&text, " ");
        let bare = attribute.replace_all(&bare, " ");
        let words = bare.split(|c: char| !c.is_alphabetic());
        let left: Vec<&str> = words
            .filter(|word| !word.is_empty() && !names.contains(word))
            .collect();
        let known = ["doctype", "html"];
        let left: Vec<&&str> = left.iter().filter(|word| !known.contains(word)).collect();
        assert!(left.is_empty(), "{}: {left:?}", path.display());
        let attributes: Vec<_> = spoken
            .captures_iter(&text)
            .map(|found| found[1].to_string())
            .collect();
        assert!(attributes.is_empty(), "{}: {attributes:?}", path.display());
    }
}

#[test]
fn a_browser_gets_the_language_that_it_likes_best() {
    for (accepted, lang) in [
        ("", "en"),
        ("id", "id"),
        ("id-ID,id;q=0.9,en-US;q=0.8", "id"),
        ("en-GB,en;q=0.9,id;q=0.8", "en"),
        ("de,id;q=0.5", "id"),
        ("de,fr;q=0.5", "en"),
        ("ID", "id"),
        ("id;q=0, *;q=0.1", "en"),
        ("id;q=x", "en"),
        (";;;,,q=1", "en"),
    ] {
        assert_eq!(Tongue::of_accepted(accepted).lang(), lang, "{accepted}");
    }
}

#[test]
fn gaps_are_filled_in_their_order_and_ages_are_told() {
    let indonesian = Tongue::of_accepted("id");
    let filled = Tongue::ENGLISH
        .fill("{} of {} judged; {} not judged")
        .with("{}")
        .with(2)
        .with(3);
    assert_eq!(filled.to_string(), "{} of 2 judged; 3 not judged");
    assert_eq!(indonesian.counted(1, "article"), "1 artikel");
    assert_eq!(Tongue::ENGLISH.counted(2, "article"), "2 articles");
    assert_eq!(indonesian.say("nobody says this"), "nobody says this");
    let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    for (minutes, english, other) in [
        (0, "just now", "baru saja"),
        (5, "5 min ago", "5 menit yang lalu"),
        (-120, "in 2 h", "dalam 2 jam"),
        (1_440, "1 day ago", "1 hari yang lalu"),
    ] {
        let then = now - TimeDelta::minutes(minutes);
        assert_eq!(Tongue::ENGLISH.age(then, now), english);
        assert_eq!(indonesian.age(then, now), other);
    }
}

/// What stands in quotation marks is the article's, be it a word of ours or not; all else is told.
#[test]
fn notes_of_rules_are_told_in_the_language_of_the_reader() {
    let rules = legend();
    let notes = |rule: &str| {
        let about = rules.iter().find(|about| about.rule == rule);
        about.map_or(&[][..], |about| about.notes)
    };
    for (rule, note, told) in [
        (
            "coordinated-repetition",
            "“kata dan kata” is joined to itself",
            "“kata dan kata” digabungkan dengan dirinya sendiri",
        ),
        (
            "literal-translation",
            "“kepala dari” is “head of” word by word; a writer says “kepala”",
            "“kepala dari” adalah “head of” yang diterjemahkan kata demi kata; penulis akan memakai “kepala”",
        ),
        (
            "literal-translation",
            "“never” is “never; a writer says” word by word",
            "“never” adalah “never; a writer says” yang diterjemahkan kata demi kata",
        ),
        (
            "untranslated-residue",
            "“English” is left in English",
            "“English” dibiarkan dalam bahasa Inggris",
        ),
        (
            "name-slot",
            "“Kulkas” (refrigerator) is an ordinary word where a surname must stand",
            "“Kulkas” (refrigerator) adalah kata biasa di tempat yang semestinya diisi nama keluarga",
        ),
        (
            "spun-phrase",
            "nobody writes these words together; spun texts have “bosom” for “breast”, “peril” for “risk”",
            "tidak ada yang menulis kata-kata ini bersama-sama; teks yang kata-katanya ditukar dengan \
             sinonim memakai “bosom” untuk “breast”, “peril” untuk “risk”",
        ),
        (
            "second-opinion",
            "wrong sense, in the headline, “berjalan” was meant, from “walk”: no verb: it (a model)",
            "arti yang keliru, pada judul, maksudnya “berjalan”, dari “walk”: no verb: it (a model)",
        ),
        // As an earlier version said it, and what no rule says.
        ("stock-line", "part of the page", "part of the page"),
        (
            "no-rule",
            "“x” is joined to itself",
            "“x” is joined to itself",
        ),
    ] {
        assert_eq!(Tongue::of_accepted("id").retell(notes(rule), note), told);
        assert_eq!(Tongue::ENGLISH.retell(notes(rule), note), note);
    }
}
