//! What somebody says of a text's language, held against the text.

use super::{ISO_639, Lexicon, iso_639_1, keys, told};
use crate::{model::Lang, text};

/// A text shorter than this, in bytes, contradicts nobody.
const CONTRADICTS_BYTES_MIN: usize = 200;

/// Languages that statistics take for each other, or that have several codes: whoever knows which
/// one it is, is believed.
const ALIKE: &[&[&str]] = &[
    &["id", "ms", "jv", "su", "min", "zsm"],
    &["nb", "nn", "no", "da"],
    &["hr", "sr", "bs", "sh", "cnr"],
    &["cs", "sk"],
    &["zh", "yue", "wuu"],
    &["fa", "prs", "tg"],
    &["tl", "fil", "ceb"],
    &["af", "nl"],
    &["hi", "mr", "ne", "sa"],
    &["zu", "xh", "nd", "ss"],
    &["az", "tr", "tk"],
    &["bg", "mk"],
    &["es", "gl", "pt", "ca"],
];

/// Further three-letter codes: of languages that the statistics do not know or know by one of their
/// parts, and those of ISO 639-2 that libraries use.
const THREE_LETTERS: &[(&str, &str)] = &[
    ("arm", "hy"),
    ("bur", "my"),
    ("chi", "zh"),
    ("cze", "cs"),
    ("dut", "nl"),
    ("fas", "fa"),
    ("fre", "fr"),
    ("geo", "ka"),
    ("ger", "de"),
    ("gre", "el"),
    ("hau", "ha"),
    ("ice", "is"),
    ("isl", "is"),
    ("mac", "mk"),
    ("may", "ms"),
    ("msa", "ms"),
    ("nor", "no"),
    ("per", "fa"),
    ("rum", "ro"),
    ("slo", "sk"),
    ("zho", "zh"),
];

/// The two-letter code of a language that has one (RFC 5646, 2.2.1), as far as it is known here.
pub fn shortest(lang: &Lang) -> Lang {
    let code = lang.as_str();
    let further = THREE_LETTERS.iter().find(|(long, _)| *long == code);
    let short = further.map_or_else(|| iso_639_1(code), |(_, short)| short);
    Lang::new(short).unwrap_or_else(|| lang.clone())
}

/// The language that `text` is in, if that is certainly another one than `declared`. A language that
/// nothing here can recognise is contradicted only by function words of another one.
pub fn is_contradicted(declared: &Lang, text: &str, lexicon: &Lexicon) -> Option<Lang> {
    if text.len() < CONTRADICTS_BYTES_MIN {
        return None;
    }
    let sample = text::head(text, super::SAMPLE_BYTES);
    let told = told(sample, &keys(sample), lexicon)?;
    let is_alike =
        |group: &&[&str]| group.contains(&declared.as_str()) && group.contains(&told.lang.as_str());
    let is_other = told.lang != *declared && !ALIKE.iter().any(is_alike);
    (is_other && (told.is_settled || is_recognised(declared, lexicon))).then_some(told.lang)
}

/// Whether a text in `lang` would be told as such.
fn is_recognised(lang: &Lang, lexicon: &Lexicon) -> bool {
    lexicon.pack(lang).is_some() || ISO_639.iter().any(|(_, code)| *code == lang.as_str())
}
