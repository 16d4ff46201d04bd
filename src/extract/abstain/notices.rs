//! Notices in the place of an article: pages that are not there, works on the site, log-ins, consent.

use super::subject::{FURNITURE, Subject};

/// Notices are shorter than this, in bytes; those that ask for consent may be twice as long.
const NOTICE_BYTES_MAX: usize = 1_500;

/// Whether the page is a notice, on a page that JSON-LD does not call an article.
pub(super) fn is_notice(subject: &Subject<'_>, body_text: usize) -> bool {
    if body_text > 2 * NOTICE_BYTES_MAX || subject.json_ld.article.is_some() {
        return false;
    }
    let is_short = body_text <= NOTICE_BYTES_MAX;
    (is_short && (is_titled(subject) || is_not_there(subject) || is_log_in(subject)))
        || is_of(subject, CONSENT)
}

/// Titles of pages that are not there, in lower case.
const NOT_FOUND: &[&str] = &[
    "404",
    "410",
    "page not found",
    "not found",
    "page doesn't exist",
    "page no longer exists",
    "access denied",
    "forbidden",
    "halaman tidak ditemukan",
    "tidak ditemukan",
    "seite nicht gefunden",
    "nicht gefunden",
    "page introuvable",
    "page non trouvée",
    "página no encontrada",
    "no encontrada",
    "página não encontrada",
    "pagina non trovata",
    "pagina niet gevonden",
    "sidan hittades inte",
    "strona nie została znaleziona",
    "nie znaleziono",
    "sayfa bulunamadı",
    "страница не найдена",
    "ページが見つかりません",
    "页面不存在",
    "페이지를 찾을 수 없습니다",
    "الصفحة غير موجودة",
    "can't find that page",
    "can’t find that page",
    "can't find the page",
    "page cannot be found",
    "page could not be found",
    "no longer available",
    "this article is no longer available",
    "this content is no longer available",
    "this page is no longer available",
    "this story is no longer available",
    "nicht mehr verfügbar",
    "gibt es nicht mehr",
    "existiert nicht",
    "n'existe pas",
    "n’existe pas",
    "n'existe plus",
    "no está disponible",
    "no existe",
    "não encontramos",
    "não existe",
    "non esiste",
    "bestaat niet",
    "findes ikke",
    "finnes ikke",
    "ikke funnet",
    "ei löytynyt",
    "nenalezena",
    "nebyla nalezena",
    "nem található",
    "nu a fost găsită",
    "nije pronađena",
    "не знайдено",
    "не существует",
    "δεν βρέθηκε",
    "tidak tersedia",
    "không tìm thấy",
    "לא נמצא",
    "ไม่พบ",
];

/// What such pages propose instead, in lower case.
const INSTEAD: &[&str] = &[
    "address",
    "adres",
    "alamat",
    "anasayfa",
    "beranda",
    "buscar",
    "busca",
    "cari ",
    "check the",
    "dihapus",
    "dirección",
    "domovsk",
    "encabezad",
    "endereço",
    "entfernt",
    "etusiv",
    "forside",
    "front page",
    "broken",
    "link you followed",
    "główn",
    "szukan",
    "gelöscht",
    "homepage",
    "home page",
    "indirizzo",
    "inicio",
    "inicial",
    "kezdőlap",
    "looking for",
    "mistyped",
    "moved",
    "osoite",
    "portada",
    "recherche",
    "retour",
    "removed",
    "search",
    "sök",
    "søk",
    "startsid",
    "startseite",
    "suche",
    "supprimé",
    "taken down",
    "typing",
    "url",
    "verplaatst",
    "verschoben",
    "vertippt",
    "voorpagina",
    "úvodní",
    "главн",
    "адрес",
    "поиск",
    "トップ",
    "ホーム",
    "首页",
    "홈",
    "الرئيسية",
];

/// Words of [`INSTEAD`] that a page needs beside a title that says more than that it is not there.
const INSTEAD_MIN: usize = 2;
/// The same where the title does not say so, and the most text that may hold them, in bytes.
const INSTEAD_MIN_UNTOLD: usize = 4;
const UNTOLD_BYTES_MAX: usize = 400;

/// Whole titles of pages that stand in for others for a while, in lower case.
const NOTICES: &[&str] = &[
    "maintenance",
    "down for maintenance",
    "under maintenance",
    "site under maintenance",
    "scheduled maintenance",
    "we'll be back soon",
    "wartungsarbeiten",
    "wartung",
    "site en maintenance",
    "en maintenance",
    "en mantenimiento",
    "sitio en mantenimiento",
    "em manutenção",
    "site em manutenção",
    "in manutenzione",
    "sito in manutenzione",
    "sedang dalam pemeliharaan",
    "situs sedang dalam pemeliharaan",
    "bakım çalışması",
    "технические работы",
    "メンテナンス中",
    "log in",
    "login",
    "log in to continue",
    "sign in",
    "sign in to continue",
    "masuk",
    "anmelden",
    "anmeldung",
    "connexion",
    "iniciar sesión",
    "accedi",
    "service unavailable",
    "service temporarily unavailable",
    "internal server error",
    "bad gateway",
    "gateway timeout",
    "too many requests",
];

/// The parts of a title between the marks that set a site's name apart, and the whole.
fn parts(title: &str) -> impl Iterator<Item = &str> {
    let split = [" | ", " - ", " – "];
    let parts = split.into_iter().flat_map(move |mark| title.split(mark));
    parts.map(|part| part.trim().trim_end_matches(['.', '!', '…']))
}

/// What the document is called, in lower case. A log-in box may bring a heading of its own to any page.
fn document_title(subject: &Subject<'_>) -> Option<String> {
    let collected = subject.collected;
    let title = collected.document_title().or(collected.heading());
    title.map(str::to_lowercase)
}

/// Whether the document is called as notices are.
fn is_titled(subject: &Subject<'_>) -> bool {
    document_title(subject).is_some_and(|title| parts(&title).any(|part| NOTICES.contains(&part)))
}

/// Whether a title says that the page is not there, and nothing else, or the text agrees.
fn is_not_there(subject: &Subject<'_>) -> bool {
    let collected = subject.collected;
    let titles = [collected.heading(), collected.document_title()];
    let mut titles = titles.into_iter().flatten().map(str::to_lowercase);
    let mut is_told = false;
    let is_bare = titles.any(|title| {
        is_told |= says_not_there(&title);
        parts(&title).any(|part| NOT_FOUND.contains(&without_number(part).as_str()))
    });
    let instead = instead(subject);
    is_bare
        || (is_told && instead >= INSTEAD_MIN)
        || (subject.body_bytes() <= UNTOLD_BYTES_MAX && instead >= INSTEAD_MIN_UNTOLD)
}

/// Words for an error in titles that also give its number, in lower case.
const ERRORS: &[&str] = &[
    "error",
    "fehler",
    "erreur",
    "errore",
    "erro",
    "fout",
    "ошибка",
    "chyba",
];

/// A title without the number of an error and the word for it; a lone number stays.
fn without_number(title: &str) -> String {
    let is_word = |word: &&str| {
        let bare = word.trim_matches(|c: char| !c.is_alphabetic());
        !bare.is_empty() && !ERRORS.contains(&bare)
    };
    let words: Vec<&str> = title.split_whitespace().filter(is_word).collect();
    match words.is_empty() {
        true => title.matches(|c: char| c.is_ascii_digit()).collect(),
        false => words.join(" "),
    }
}

/// Longest title that says so, in bytes: headlines are longer.
const TITLE_BYTES_MAX: usize = 90;

fn says_not_there(title: &str) -> bool {
    let has = |words: &[&str]| words.iter().any(|word| title.contains(word));
    let is_number = |words: &str| words.bytes().all(|byte| byte.is_ascii_digit());
    title.len() < TITLE_BYTES_MAX
        && NOT_FOUND.iter().any(|words| match is_number(words) {
            true => {
                let mut numbers = title.split(|c: char| !c.is_ascii_digit());
                numbers.any(|number| number == *words) && (has(ERRORS) || title.starts_with(words))
            }
            false => title.contains(words),
        })
}

fn instead(subject: &Subject<'_>) -> usize {
    let text: String = subject
        .chosen()
        .map(|(_, text)| text.to_lowercase() + "\n")
        .collect();
    INSTEAD.iter().filter(|word| text.contains(**word)).count()
}

/// What a text asks of its readers: some words in a paragraph, and the tone in which notices speak.
/// Articles about the matter speak of others.
#[derive(Clone, Copy)]
struct Matter {
    words: &'static [&'static str],
    /// One of these must stand somewhere in the text.
    must: &'static [&'static str],
    /// In a paragraph, of the words and of [`TONE`].
    words_min: usize,
    tone_min: usize,
}

/// Words of consent dialogues, in lower case.
const CONSENT: Matter = Matter {
    words: &[
        "cookie",
        "consent",
        "gdpr",
        "einwilligung",
        "datenschutz",
        "personalis",
        "partner",
        "privacy",
        "privasi",
        "confidentialité",
        "privacidad",
        "persetujuan",
        "zustimm",
        "personenbezogen",
        "tracking",
        "personal data",
        "données personnelles",
        "accord",
        "consulter",
        "data pribadi",
        "datos personales",
        "socios",
        "acept",
        "dati personali",
        "consenso",
        "accett",
        "dados pessoais",
        "parceiros",
        "aceit",
        "toestemming",
        "persoonsgegevens",
        "danych osobowych",
        "zgod",
        "setuju",
        "mitra",
        "accept",
    ],
    must: &["cookie"],
    words_min: 2,
    tone_min: 1,
};

/// Words of log-ins and registrations, in lower case.
const LOG_IN: Matter = Matter {
    words: &[
        "abonn",
        "account",
        "akses",
        "akun",
        "anmeld",
        "contraseña",
        "compte",
        "inscri",
        "daftar",
        "einlogg",
        "iniciar sesión",
        "konto",
        "langganan",
        "log in",
        "member",
        "mitglied",
        "mot de passe",
        "password",
        "passwor",
        "pelanggan",
        "regist",
        "sandi",
        "sign in",
        "sign up",
        "subscri",
        "suscri",
        "connect",
    ],
    must: &[
        "anmeld",
        "daftar",
        "e-mail",
        "iniciar",
        "konto",
        "log in",
        "masuk",
        "mot de passe",
        "passwor",
        "sign in",
        "sign up",
        "subscribe",
    ],
    words_min: 2,
    tone_min: 1,
};

/// Openings of the titles of log-ins, in lower case.
const LOG_IN_TITLES: &[&str] = &[
    "anmelden",
    "connectez-vous",
    "daftar",
    "einloggen",
    "inicia sesión",
    "log in",
    "masuk",
    "melden sie sich",
    "registrieren",
    "register",
    "sign in",
    "sign up",
    "subscribe to read",
];

/// Whether a title is this and little more: headlines go on.
fn is_short_of(title: &str, opening: &str) -> bool {
    title.starts_with(opening) && title.len() <= opening.len() + 30
}

/// Whether the text asks for a name and a password; a title that does makes up for its tone.
fn is_log_in(subject: &Subject<'_>) -> bool {
    let is_titled = document_title(subject).is_some_and(|title| {
        LOG_IN_TITLES
            .iter()
            .any(|opening| parts(&title).any(|part| is_short_of(part, opening)))
    });
    let (words_min, tone_min) = if is_titled { (1, 0) } else { (2, 1) };
    is_of(
        subject,
        Matter {
            words_min,
            tone_min,
            ..LOG_IN
        },
    )
}

/// Words by which notices speak of themselves and to their readers. German tells you from her and them
/// by the capital.
const TONE: &[&str] = &[
    "we", "our", "us", "you", "your", "wir", "unser", "unsere", "unseren", "Sie", "Ihr", "Ihre",
    "Ihrem", "Ihren", "Ihrer", "nous", "nos", "notre", "vous", "vos", "votre", "kami", "anda",
    "nosotros", "nuestro", "nuestra", "nuestros", "usted", "ons", "onze", "jouw", "wij", "nasz",
    "nasi", "twoj", "twojej", "noi", "nostri", "tuo", "tuoi", "tu", "tus", "nós", "você",
];

/// Whether a word is one of [`TONE`], in lower case or as it stands there.
fn speaks_to_readers(word: &str) -> bool {
    TONE.contains(&word) || TONE.contains(&word.to_lowercase().as_str())
}

/// Whether most of a short text asks its readers for something. Boxes around it do not count against
/// that.
fn is_of(subject: &Subject<'_>, matter: Matter) -> bool {
    let (mut asking, mut other, mut is_met) = (0, 0, false);
    for (block, text) in subject.chosen() {
        let words = text.split(|c: char| !c.is_alphanumeric());
        let tone = words.filter(|word| speaks_to_readers(word));
        let text = text.to_lowercase();
        let found = matter.words.iter().filter(|word| text.contains(**word));
        is_met |= matter.must.iter().any(|word| text.contains(word));
        if found.count() >= matter.words_min && tone.count() >= matter.tone_min {
            asking += block.len();
        } else if !subject.is_within(block, FURNITURE) {
            other += block.len();
        }
    }
    is_met && asking * 10 >= (asking + other) * 6
}
