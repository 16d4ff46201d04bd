//! Lines in which a page tells its readers that it was machine-translated.

use std::sync::LazyLock;

use regex::Regex;

use super::input::TraceInput;
use crate::extract::blocks::{Cut, Families};

/// The name of the trace.
pub(super) const RULE: &str = "translated-by-line";

/// A line to readers is at most this long, in bytes; a sentence of an article may be as short,
/// hence the patterns are anchored.
const LINE_BYTES_MAX: usize = 240;

/// Such lines stand within this many blocks before or behind the body.
const AROUND: usize = 3;

/// Boxes whose lines speak of something else than the article.
const ELSEWHERE: Families = Families::NAVIGATION
    .with(Families::SIDE)
    .with(Families::RELATED)
    .with(Families::COMMENTS)
    .with(Families::CONSENT);

/// How such lines begin, by language. What Google writes on translated PDF pages and reviews
/// ("Machine Translated by Google", "(Translated by Google)") is in the last group.
const LINES: [&str; 16] = [
    // en
    r"(?:this|the) (?:article|story|post|page|text|content|report) (?:was|is|has been) (?:automatically|auto|machine)[ -]translated\b",
    r"(?:this|the) (?:article|story|post|page|text|content|report) (?:was|is|has been) translated (?:from [\p{L} ]{2,20} )?(?:automatically|by (?:a )?machine|(?:by|with|using) (?:the help of )?(?:an? )?(?:{engine}))",
    // id, ms
    r"(?:artikel|berita|halaman|teks|konten|tulisan|kandungan|laporan) ini (?:telah )?(?:diterjemahkan|dialihbahasakan|diterjemah) (?:secara (?:otomatis|automatik)|oleh mesin|(?:oleh|dengan|menggunakan) (?:bantuan )?(?:{engine}))",
    // de
    r"diese[rs]? (?:artikel|text|beitrag|seite|bericht|meldung) (?:wurde|ist) (?:automatisch|maschinell|(?:mit|von|durch) (?:hilfe (?:von )?)?(?:{engine})[\p{L} ]{0,20}?) (?:aus dem [\p{L}]{2,20} )?übersetzt",
    // fr
    r"cet?(?:te)? (?:article|texte|page|contenu) a été traduite? (?:de l['’]?[\p{L} ]{2,20} )?(?:automatiquement|par (?:une machine|(?:{engine}))|avec (?:{engine}))",
    // es, pt
    r"est[ea] (?:artículo|texto|página|contenido|noticia|nota|artigo|notícia|conteúdo) (?:ha sido|fue|foi) traducid[oa] (?:de forma automática|automáticamente|por (?:una máquina|(?:{engine}))|con (?:{engine}))",
    r"est[ea] (?:artigo|texto|página|conteúdo|notícia) foi traduzid[oa] (?:automaticamente|de forma automática|por (?:uma máquina|(?:{engine}))|com (?:{engine}))",
    // ru
    r"(?:эта |этот |данная |данный )?(?:статья|текст|страница|материал|новость) (?:был[аи]? )?(?:автоматически переведен[аы]?|переведен[аы]? (?:автоматически|машиной|с помощью (?:{engine})))",
    // "Is a machine translation": en, id and ms, de, fr, es, pt, ru.
    r"(?:this|the) (?:(?:article|story|post|page|text|content|report) )?is an? (?:machine|automatic|automated|ai) translation (?:of|from|by|made|generated|produced)",
    r"(?:artikel|berita|halaman|teks|konten|tulisan|kandungan|laporan) ini (?:adalah|merupakan|ialah) (?:hasil )?terjemahan (?:mesin|otomatis|automatik|(?:dari )?(?:{engine}))",
    r"diese[rs]? (?:artikel|text|beitrag|seite|bericht|meldung) ist eine (?:maschinelle|automatische|ki-)\s?übersetzung",
    r"(?:cet?(?:te)? (?:article|texte|page|contenu)|ceci) est une traduction (?:automatique|générée par (?:{engine}))",
    r"est[ea](?: (?:artículo|texto|página|contenido|noticia|nota))? es una traducción (?:automática|hecha por (?:{engine}))",
    r"est[ea](?: (?:artigo|texto|página|conteúdo|notícia))? é uma tradução (?:automática|feita por (?:{engine}))",
    r"(?:эта |этот |данная |данный )?(?:статья|текст|страница|материал|новость) является (?:автоматическим|машинным) переводом",
    // The short form, with nothing behind it but the language.
    r"(?:machine[ -]translated by google|(?:automatically )?translated (?:automatically )?by (?:{engine})|(?:automatically|auto|machine)[ -]translated|diterjemahkan (?:secara otomatis )?oleh (?:{engine})|diterjemahkan secara otomatis|automatisch übersetzt|maschinell übersetzt|traduit (?:automatiquement )?par (?:{engine})|traduction automatique|traducido (?:automáticamente )?por (?:{engine})|traducción automática|traduzido (?:automaticamente )?por (?:{engine})|tradução automática|переведено (?:{engine})|машинный перевод|автоматический перевод)(?: (?:from|dari|aus dem|de l['’]|del?|do|с) ?\p{L}{2,20})?",
];

/// What translates without a person. A name that is also a word stands with what makes it one.
const ENGINE: &str = "google(?: translate| übersetzer| traduction| traductor| tradutor| terjemahan)?|deepl|bing(?: translator)?|microsoft(?: translator)?|yandex(?:[ .]translate)?|chatgpt|openai|ai|ki|ia|artificial intelligence|kecerdasan buatan|machine translation|ai translation|automatic translation";

/// What every such line has in it. The patterns above are costly, so that only lines with one of
/// these are held against them.
static STEM: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let stems = "ranslat|terjemah|alihbahasa|bersetz|raduc|radui|raduz|raduç|еревод|еревед";
    Regex::new(stems).ok()
});

static LINE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let (short, long) = LINES.split_last()?;
    let long = long.join("|");
    // The note is set apart by brackets or a label, and a short one is the whole line or the
    // bracketed head of a paragraph.
    let pattern = format!(
        r"(?i)^(?:\W{{0,3}})(?:(?:note|catatan|nota|hinweis|anmerkung|note de la rédaction|примечание)\s?:\s?)?(?:(?:{long})\b|{short}\s*(?:[.!)\]*]*$))"
    );
    Regex::new(&pattern.replace("{engine}", ENGINE)).ok()
});

/// A head in brackets, as on reviews: what follows it is the translation.
static HEAD: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^\((?:Translated by Google|Diterjemahkan oleh Google|Übersetzt von Google|Traduit par Google|Traducido por Google|Traduzido pelo Google|Переведено Google)\)").ok()
});

/// A line that says that somebody has read the translation over: then it is not unedited.
static REVISED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)review|edited|editor|checked|proofread|verified|ditinjau|disunting|diperiksa|disemak|penyunting|redaksi|geprüft|überarbeitet|redigiert|redaktion|relu|révis|corrig|vérifi|revisad|revisé|editad|redacción|проверен|отредактир|редактор").ok()
});

/// What a line says, if there is one.
pub(super) fn read(input: &TraceInput<'_>) -> Option<String> {
    let cut = input.cut;
    let stem = STEM.as_ref()?;
    if !stem.is_match(&cut.text) {
        return None;
    }
    let (line, revised) = (LINE.as_ref()?, REVISED.as_ref()?);
    let (first, last) = match input.body {
        [] => (0, cut.blocks.len()),
        [first, .., last] => (*first, *last + 1),
        [only] => (*only, *only + 1),
    };
    let near = first.saturating_sub(AROUND)..(last + AROUND).min(cut.blocks.len());
    let mut translated = 0;
    let mut all = 0;
    for index in near {
        let block = &cut.blocks[index];
        let text = cut.text_of(block);
        let of_body = input.body.is_empty() || input.body.binary_search(&index).is_ok();
        if !of_body && (block.len() > LINE_BYTES_MAX || is_elsewhere(cut, block.container)) {
            continue;
        }
        let says = block.len() <= LINE_BYTES_MAX && stem.is_match(text) && line.is_match(text);
        if says && !revised.is_match(text) {
            return Some(format!("the page says so: \"{text}\""));
        }
        if of_body {
            all += block.len();
            let headed = HEAD.as_ref().is_some_and(|head| head.is_match(text));
            translated += if headed { block.len() } else { 0 };
        }
    }
    (translated > 0 && translated * 4 >= all)
        .then(|| "paragraphs begin with the note \"(Translated by Google)\"".to_string())
}

fn is_elsewhere(cut: &Cut<'_>, container: usize) -> bool {
    cut.ancestors(container)
        .any(|index| cut.containers[index].families.meets(ELSEWHERE))
}
