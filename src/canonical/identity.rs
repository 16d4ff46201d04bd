//! Which address is an article's own.

use url::Url;

use super::{normal::canonical, shape::Shape, site::same_site};

/// Last segments that name another form of the page before them.
const FORMS: &[&str] = &["amp", "full", "mobile", "print", "single"];

/// A slug of so many words tells its article; of fewer, perhaps a section.
const TELLING_WORDS: usize = 4;

/// So many characters outside ASCII tell an article too: many scripts set no spaces.
const TELLING_CHARACTERS: usize = 6;

/// The identity of an article: the address that its page declares (`rel=canonical`), if it can be
/// trusted to mean this page, else the one it was fetched from; canonical either way. Trusted is
/// what stays on the site and does not fold a deep page into the front page, a section or the
/// address of a template, common mistakes that would make all articles of a site one.
///
/// A wrong address that looks like one of an article is not seen here: only the store knows whose
/// it is already.
pub fn accepted(declared: &Url, fetched: &Url) -> Url {
    let fetched = canonical(fetched).unwrap_or_else(|| fetched.clone());
    match canonical(declared) {
        Some(declared) if same_site(&declared, &fetched) && !folds(&declared, &fetched) => declared,
        _ => fetched,
    }
}

/// Whether `declared` looks like a page that many others hang below or come from, and `fetched`
/// like one of these.
fn folds(declared: &Url, fetched: &Url) -> bool {
    let (whole, part) = (plain(declared), plain(fetched));
    if whole.numbering_parameter().is_some() {
        return false;
    }
    if whole.segments() == part.segments() {
        let asks_script = part.is_script() && fetched.query().is_some();
        return declared.query().is_none() && (asks_script || part.numbering_parameter().is_some());
    }
    part.segments().starts_with(whole.segments()) || is_vaguer(&whole, &part)
}

/// The shape without what only names another form of the page, or the file of a folder.
fn plain(url: &Url) -> Shape {
    let shape = Shape::of(url);
    let is_form = FORMS.contains(&shape.slug());
    if shape.segments().is_empty() || !(is_form || shape.is_folder_file()) {
        return shape;
    }
    let mut url = url.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop_if_empty().pop();
    }
    Shape::of(&url)
}

/// Whether `part` tells which article it is, and `whole` does not or tells of another one.
fn is_vaguer(whole: &Shape, part: &Shape) -> bool {
    let is_readable =
        Shape::words(part.slug()).count() >= TELLING_WORDS || tells_outside_ascii(part);
    if whole.slug() == part.slug() || is_numbered(whole) || !(is_readable || is_numbered(part)) {
        return false;
    }
    if Shape::words(whole.slug()).count() < 2 && !tells_outside_ascii(whole) {
        return true;
    }
    let shared = Shape::words(whole.slug())
        .filter(|word| Shape::words(part.slug()).any(|other| other == *word))
        .count();
    is_readable && 2 * shared <= Shape::words(whole.slug()).count()
}

fn is_numbered(shape: &Shape) -> bool {
    shape.is_dated() || shape.is_numbered() || shape.has_short_number()
}

fn tells_outside_ascii(shape: &Shape) -> bool {
    shape.slug().chars().filter(|c| !c.is_ascii()).count() >= TELLING_CHARACTERS
}
