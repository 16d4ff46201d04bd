//! Which language a text is in, and what is known about each language.
//!
//! To add a language, write `config/languages/<code>.toml` (`en.toml` explains the keys); the
//! build embeds every file of that folder. `config/places.py` then rebuilds the table of places.

mod pack;
mod phrase;
mod places;

use std::{collections::BTreeMap, sync::Arc};

pub use self::{
    pack::{Pack, ResidueFamily, StockFamily},
    phrase::{FNV_SEED, Hit, Key, Phrase, PhraseBook, Tail, fnv, key, keys},
    places::{Country, Place, Places},
};
use crate::model::{Lang, Problem};

/// File name without its ending, and text.
const PACKS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/packs.rs"));

/// The pack whose stock lines are looked for in every language: templates speak English.
const TEMPLATE_LANGUAGE: &str = "en";

/// The language packs. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Lexicon {
    inner: Arc<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    packs: BTreeMap<Lang, Pack>,
    places: BTreeMap<Lang, Places>,
    hash: u64,
}

impl Lexicon {
    /// The packs under `config/languages`, embedded in the binary.
    pub fn built_in() -> Lexicon {
        Lexicon::built_in_checked().0
    }

    /// The same, with what is wrong with them (nothing, in a release).
    pub fn built_in_checked() -> (Lexicon, Vec<Problem>) {
        Lexicon::parse(PACKS, places::BUILT_IN)
    }

    /// Reads packs, given as language code and TOML text, and the table of places. What cannot be
    /// read is left out and told.
    pub fn parse(files: &[(&str, &str)], places_table: &str) -> (Lexicon, Vec<Problem>) {
        let mut inner = Inner {
            hash: fnv(FNV_SEED, places_table.as_bytes()),
            ..Inner::default()
        };
        let mut problems = Vec::new();
        for (code, text) in files {
            inner.hash = fnv(fnv(inner.hash, code.as_bytes()), text.as_bytes());
            let Some(lang) = Lang::new(code) else {
                problems.push(Problem {
                    what: format!("language pack {code}: its name is not a language code"),
                });
                continue;
            };
            let Some(pack) = Pack::parse(lang.clone(), text, &mut problems) else {
                continue;
            };
            if !pack.place_words.is_empty() {
                let places = Places::parse(places_table, &pack, &mut problems);
                inner.places.insert(lang.clone(), places);
            }
            inner.packs.insert(lang, pack);
        }
        let inner = Arc::new(inner);
        (Lexicon { inner }, problems)
    }

    /// The pack that serves `lang`.
    pub fn pack(&self, lang: &Lang) -> Option<&Pack> {
        self.inner.packs.get(lang)
    }

    /// All packs, by language code.
    pub fn packs(&self) -> impl Iterator<Item = &Pack> {
        self.inner.packs.values()
    }

    /// The pack of the language that page templates are written in.
    pub fn template_pack(&self) -> Option<&Pack> {
        self.packs()
            .find(|pack| pack.lang.as_str() == TEMPLATE_LANGUAGE)
    }

    /// The places of `lang`.
    pub fn places(&self, lang: &Lang) -> Option<&Places> {
        self.inner.places.get(lang)
    }

    /// Changes whenever a pack or the table of places does.
    pub fn hash(&self) -> u64 {
        self.inner.hash
    }
}

/// Bytes of a text that decide its language: about two hundred words.
const SAMPLE_BYTES: usize = 1_500;

/// Where the identifier is not sure, the share of function words that settles it. Running prose
/// of the packs' languages has .25 to .5; lists of names hardly any.
const FUNCTION_SHARE_MIN: f64 = 0.15;

/// Identifies the language of running text; `None` when too short or too mixed to say.
///
/// Trigram statistics (whatlang) name the language or its family; where several packs stand
/// behind one answer (Malay, which the statistics do not know, reads as Indonesian), and where
/// the statistics are unsure, the function words of the packs decide.
pub fn identify(text: &str, lexicon: &Lexicon) -> Option<Lang> {
    let sample = sample(text);
    let info = whatlang::detect(sample)?;
    let detected = Lang::new(iso_639_1(info.lang().code()))?;
    let keys = keys(sample);
    let share = |pack: &Pack| {
        let hits = keys
            .iter()
            .filter(|k| pack.function_words.contains(k))
            .count();
        hits as f64 / keys.len().max(1) as f64
    };
    let best = |packs: &mut dyn Iterator<Item = &Pack>| {
        packs
            .map(|pack| (share(pack), pack.lang.clone()))
            .max_by(|a, b| a.0.total_cmp(&b.0))
    };
    let mut family = lexicon
        .packs()
        .filter(|pack| pack.identified_as == detected);
    let of_family = best(&mut family);
    if info.is_reliable() {
        return Some(of_family.map_or(detected, |(_, lang)| lang));
    }
    let (most, lang) = best(&mut lexicon.packs())?;
    (most >= FUNCTION_SHARE_MIN && of_family.is_some_and(|(_, l)| l == lang)).then_some(lang)
}

/// The beginning of `text`, cut between characters.
fn sample(text: &str) -> &str {
    let mut end = text.len().min(SAMPLE_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// ISO 639-1 for the codes that whatlang gives in ISO 639-3; what has no short code stays.
fn iso_639_1(code: &str) -> &str {
    const TABLE: [(&str, &str); 70] = [
        ("afr", "af"),
        ("aka", "ak"),
        ("amh", "am"),
        ("ara", "ar"),
        ("aze", "az"),
        ("bel", "be"),
        ("ben", "bn"),
        ("bul", "bg"),
        ("cat", "ca"),
        ("ces", "cs"),
        ("cmn", "zh"),
        ("cym", "cy"),
        ("dan", "da"),
        ("deu", "de"),
        ("ell", "el"),
        ("eng", "en"),
        ("epo", "eo"),
        ("est", "et"),
        ("fin", "fi"),
        ("fra", "fr"),
        ("guj", "gu"),
        ("heb", "he"),
        ("hin", "hi"),
        ("hrv", "hr"),
        ("hun", "hu"),
        ("hye", "hy"),
        ("ind", "id"),
        ("ita", "it"),
        ("jav", "jv"),
        ("jpn", "ja"),
        ("kan", "kn"),
        ("kat", "ka"),
        ("khm", "km"),
        ("kor", "ko"),
        ("lat", "la"),
        ("lav", "lv"),
        ("lit", "lt"),
        ("mal", "ml"),
        ("mar", "mr"),
        ("mkd", "mk"),
        ("mya", "my"),
        ("nep", "ne"),
        ("nld", "nl"),
        ("nob", "nb"),
        ("ori", "or"),
        ("pan", "pa"),
        ("pes", "fa"),
        ("pol", "pl"),
        ("por", "pt"),
        ("ron", "ro"),
        ("rus", "ru"),
        ("sin", "si"),
        ("slk", "sk"),
        ("slv", "sl"),
        ("sna", "sn"),
        ("spa", "es"),
        ("srp", "sr"),
        ("swe", "sv"),
        ("tam", "ta"),
        ("tel", "te"),
        ("tgl", "tl"),
        ("tha", "th"),
        ("tuk", "tk"),
        ("tur", "tr"),
        ("ukr", "uk"),
        ("urd", "ur"),
        ("uzb", "uz"),
        ("vie", "vi"),
        ("yid", "yi"),
        ("zul", "zu"),
    ];
    TABLE
        .binary_search_by_key(&code, |row| row.0)
        .map_or(code, |at| TABLE[at].1)
}
