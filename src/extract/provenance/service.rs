//! What a translating service says of a page or of a whole site: its language tags, the settings
//! in its scripts. Each is believed only where the language of the text agrees.

use scraper::ElementRef;
use url::Url;

use super::{
    scene::{MarkedExtent, Scene},
    trace::Trace,
};
use crate::{model::Lang, text};

pub(super) const TRACES: [Trace; 10] = [
    // Tags that Google asks of whoever publishes its output unedited ("Translation API Markup",
    // cloud.google.com/translate/markup), and that its own proxy writes.
    Trace {
        rule: "mtfrom-lang",
        needles: &["-x-mtfrom-"],
        read: mtfrom,
    },
    // The same page of Google's, for a whole document whose original is online.
    Trace {
        rule: "machine-translated-from",
        needles: &["machine-translated-from"],
        read: machine_translated_from,
    },
    // Written by Google's proxy; MediaWiki's ContentTranslation tells translated views by it
    // (Wikimedia Phabricator, T212292).
    Trace {
        rule: "x-translated-by",
        needles: &["X-Translated-By", "x-translated-by"],
        read: x_translated_by,
    },
    // GTranslate's paid service: translated copies under /xx/ or xx.host. Its free widget, which
    // only offers translation, has `url_structure` "none".
    Trace {
        rule: "gtranslate-site",
        needles: &["gtranslateSettings"],
        read: |scene| translated_site(scene, &GTRANSLATE),
    },
    // Weglot's server-side integrations print their settings in `#weglot-data`.
    Trace {
        rule: "weglot-site",
        needles: &["id=\"weglot-data\""],
        read: |scene| translated_site(scene, &WEGLOT),
    },
    // Linguise serves copies under /xx/, translated by an engine (`wp_localize_script` in its
    // WordPress plug-in).
    Trace {
        rule: "linguise-site",
        needles: &["linguise_configs"],
        read: |scene| translated_site(scene, &LINGUISE),
    },
    // TranslatePress names both languages in the settings of its script
    // (`enqueue_dynamic_translation` in its source); the words may have been corrected by hand.
    Trace {
        rule: "translatepress-site",
        needles: &["trp_original_language"],
        read: |scene| translated_site(scene, &TRANSLATEPRESS),
    },
    // Weglot's script writes the language on `<html>` after it has translated. Themes exported
    // from such a page keep it, so that the service must be on the page too.
    Trace {
        rule: "weglot-translated",
        needles: &["data-wg-translated"],
        read: weglot_translated,
    },
    // TranslatePress prints this container where the language is not the default one. The words
    // may have been corrected by hand.
    Trace {
        rule: "translatepress-post",
        needles: &["<trp-post-container"],
        read: translatepress_post,
    },
    // Transposh counts what it translated on this view (its parser's statistics); on a view in
    // the original language the counts are null.
    Trace {
        rule: "transposh-stats",
        needles: &["translation-stats"],
        read: transposh_stats,
    },
];

fn mtfrom(scene: &Scene<'_>) -> Option<String> {
    let found: Vec<_> = scene
        .marked(|element| element.value().attr("lang").is_some())
        .into_iter()
        .filter(|mark| mtfrom_pair(mark.element).is_some_and(|(from, to)| scene.agrees(&from, &to)))
        .collect();
    let first = found.first()?.element.value().attr("lang")?;
    let width = MarkedExtent::of(&found).width;
    (width >= TEXT_WIDTH_MIN && scene.speaks_for_body(width)).then(|| {
        format!(
            "the text is tagged as machine-translated: lang=\"{}\"",
            short(first)
        )
    })
}

/// Less text than this under a language tag is a name or a quotation, in columns.
const TEXT_WIDTH_MIN: usize = 80;

/// Source and target of a tag such as `id-x-mtfrom-en`.
fn mtfrom_pair(element: ElementRef<'_>) -> Option<(Lang, Lang)> {
    let tag = element.value().attr("lang")?.to_ascii_lowercase();
    let (to, from) = tag.split_once("-x-mtfrom-")?;
    Some((Lang::new(from)?, Lang::new(to)?))
}

fn machine_translated_from(scene: &Scene<'_>) -> Option<String> {
    let link = scene.elements("link").find(|link| {
        let rel = link.value().attr("rel").unwrap_or_default();
        rel.split_whitespace()
            .any(|word| word == "machine-translated-from")
    })?;
    let from = Lang::new(link.value().attr("hreflang")?)?;
    (scene.lang() != Some(&from)).then(|| {
        format!("the page links to its original, which it was machine-translated from ({from})")
    })
}

/// Services that are no people.
const ENGINES: [&str; 7] = [
    "google",
    "microsoft",
    "bing",
    "yandex",
    "deepl",
    "baidu",
    "papago",
];

fn x_translated_by(scene: &Scene<'_>) -> Option<String> {
    let by = scene.elements("meta").find_map(|meta| {
        let meta = meta.value();
        let about = meta.attr("http-equiv").or(meta.attr("name"))?;
        about
            .eq_ignore_ascii_case("X-Translated-By")
            .then(|| meta.attr("content"))?
    })?;
    let lower = by.to_lowercase();
    let engine = ENGINES.iter().any(|engine| lower.contains(engine));
    engine.then(|| format!("the page says that it was translated by {}", short(by)))
}

/// How a service that translates whole sites writes its settings.
struct SiteService {
    name: &'static str,
    /// Where they begin.
    settings: &'static str,
    /// The key of the language that the site is written in.
    original: &'static str,
    /// What tells the language of this copy.
    copy: CopyLang,
    /// What they must say besides, one of these; empty for nothing.
    besides: &'static [&'static str],
}

/// What tells the language of a copy.
enum CopyLang {
    /// Its address, and the page must declare the same.
    Address,
    /// A key of the settings.
    Key(&'static str),
}

const GTRANSLATE: SiteService = SiteService {
    name: "GTranslate",
    settings: "gtranslateSettings",
    original: "\"default_language\"",
    copy: CopyLang::Address,
    besides: &[
        "\"url_structure\":\"sub_directory\"",
        "\"url_structure\":\"sub_domain\"",
    ],
};

const WEGLOT: SiteService = SiteService {
    name: "Weglot",
    settings: "id=\"weglot-data\"",
    original: "\"language_from\"",
    copy: CopyLang::Address,
    besides: &[],
};

const LINGUISE: SiteService = SiteService {
    name: "Linguise",
    settings: "linguise_configs",
    original: "\"default_language\"",
    copy: CopyLang::Address,
    besides: &[],
};

const TRANSLATEPRESS: SiteService = SiteService {
    name: "TranslatePress",
    settings: "trp_data",
    original: "\"trp_original_language\"",
    copy: CopyLang::Key("\"trp_current_language\""),
    besides: &[],
};

/// The settings of one page are shorter than this, in bytes.
const SETTINGS_MAX: usize = 8_000;

/// The settings name another original language than that of this copy, and the text is in the
/// copy's language.
fn translated_site(scene: &Scene<'_>, service: &SiteService) -> Option<String> {
    let start = scene.page.find(service.settings)?;
    let settings = text::head(&scene.page[start..], SETTINGS_MAX);
    let settings = settings.split("</script").next()?;
    let besides = service.besides;
    if !besides.is_empty() && !besides.iter().any(|wanted| settings.contains(wanted)) {
        return None;
    }
    let from = Lang::new(string_after(settings, service.original)?)?;
    let to = match service.copy {
        CopyLang::Address => scene
            .declared()
            .filter(|to| address_lang(scene.url).as_ref() == Some(to))?,
        CopyLang::Key(key) => Lang::new(string_after(settings, key)?)?,
    };
    (scene.agrees(&from, &to) && !is_by_people(settings, &to)).then(|| {
        format!(
            "{} serves this site, which is written in {from}, in other languages; this is its \
             copy in {to}",
            service.name
        )
    })
}

/// Whether the settings say that the engine is off for a language (Weglot does).
fn is_by_people(settings: &str, to: &Lang) -> bool {
    let mut languages = settings.split("\"language_to\"").skip(1);
    languages.any(|language| {
        let named = language.trim_start().strip_prefix(':');
        let named = named.and_then(|rest| rest.trim_start().strip_prefix('"')?.split('"').next());
        let own = language.split('}').next().unwrap_or_default();
        named.and_then(Lang::new).as_ref() == Some(to)
            && own.contains("\"automatic_translation_enabled\":false")
    })
}

/// The string value of a key in JSON.
fn string_after<'t>(json: &'t str, key: &str) -> Option<&'t str> {
    let (_, rest) = json.split_once(key)?;
    let rest = rest.trim_start().strip_prefix(':')?.trim_start();
    rest.strip_prefix('"')?.split('"').next()
}

/// The language in `https://site.example/id/…` or `https://id.site.example/…`.
pub(super) fn address_lang(url: &Url) -> Option<Lang> {
    let tag = |part: &str| {
        let tagged = part.len() == 2 || part.as_bytes().get(2) == Some(&b'-');
        (tagged && part.len() <= 7).then(|| Lang::new(part))?
    };
    let first = url.path_segments()?.next().and_then(tag);
    first.or_else(|| tag(url.host_str()?.split('.').next()?))
}

fn weglot_translated(scene: &Scene<'_>) -> Option<String> {
    let to = Lang::new(scene.tree.root_element().attr("data-wg-translated")?)?;
    let served = scene.page.contains("cdn.weglot.com") || scene.page.contains("Weglot.initialize");
    (served && scene.lang() == Some(&to))
        .then(|| format!("Weglot has marked the page as translated into {to}"))
}

fn translatepress_post(scene: &Scene<'_>) -> Option<String> {
    let found = scene.marked(|element| element.value().name() == "trp-post-container");
    let width = MarkedExtent::of(&found).width;
    (width >= TEXT_WIDTH_MIN && scene.speaks_for_body(width)).then(|| {
        "the article stands in the container that TranslatePress puts around a translated post"
            .to_string()
    })
}

fn transposh_stats(scene: &Scene<'_>) -> Option<String> {
    let meta = scene
        .elements("meta")
        .find(|meta| meta.value().attr("name") == Some("translation-stats"))?;
    let stats: serde_json::Value = serde_json::from_str(meta.value().attr("content")?).ok()?;
    let count = |key: &str| {
        stats
            .get(key)
            .and_then(serde_json::Value::as_u64)
            .unwrap_or(0)
    };
    let (all, translated) = (count("total_phrases"), count("translated_phrases"));
    let by_people = count("human_translated_phrases");
    (all > 0 && translated * 2 >= all && by_people * 2 < translated).then(|| {
        format!(
            "Transposh has translated {translated} of {all} phrases of the page, {by_people} of \
             them by people"
        )
    })
}

/// A value of the page as it may stand in a note.
pub(super) fn short(value: &str) -> &str {
    const NOTE_VALUE_MAX: usize = 80;
    let value = value.trim();
    let end = value.char_indices().nth(NOTE_VALUE_MAX);
    &value[..end.map_or(value.len(), |(at, _)| at)]
}
