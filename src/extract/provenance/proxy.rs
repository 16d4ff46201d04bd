//! Proxies that fetch a page and serve it translated: the page's own address is theirs, or the
//! links of its text lead through them again. Each is believed only where the language of the text
//! agrees.

use std::{borrow::Cow, collections::BTreeSet};

use url::Url;

use super::{scene::Scene, service::short, trace::Trace};
use crate::model::Lang;

pub(super) const TRACES: [Trace; 2] = [
    // Links of running text, rewritten by a proxy.
    Trace {
        rule: "translating-proxy-links",
        needles: &[
            GOOGLE_NEEDLE,
            "/proxy_u/",
            "microsofttranslator.com/bv.aspx?",
            "translatetheweb.com/?",
            "fanyi.baidu.com/transpage?",
            "papago.naver.net/website?",
        ],
        read: proxy_links,
    },
    // The proxy of today: `www-site-example.translate.goog/…?_x_tr_sl=en&_x_tr_tl=id`.
    Trace {
        rule: "translate-goog-host",
        needles: &[".translate.goog"],
        read: translate_goog_host,
    },
];

/// What proves nothing alone.
pub(super) const SIGNS: [Trace; 1] = [
    // Whoever recommends a translation copies its address from the browser, where these parameters
    // do not stand: the proxy writes them into the links of the pages that it serves. But one such
    // link may be all that was taken from there.
    Trace {
        rule: "translating-proxy-link",
        needles: &[GOOGLE_NEEDLE],
        read: proxy_link,
    },
];

const GOOGLE_NEEDLE: &str = "translate.googleusercontent.com/translate_c?";

/// A proxy by its host and path.
struct Proxy {
    service: &'static str,
    hosts: &'static [&'static str],
    path: &'static str,
    /// Parameters that it adds for itself to the links of what it serves.
    internal: &'static [&'static str],
    /// What its address says of the languages.
    pair: fn(&Url) -> Option<Pair>,
}

/// Source and target of a translation.
struct Pair {
    /// `None` where it is left to be detected.
    from: Option<Lang>,
    to: Lang,
}

/// As the translators' own pages, bookmarklets and rewritten links write them.
const PROXIES: [Proxy; 5] = [
    // To about 2021.
    Proxy {
        service: "Google",
        hosts: &["translate.googleusercontent.com"],
        path: "/translate_c",
        internal: &["sp", "usg"],
        pair: google_pair,
    },
    // `/proxy_u/en-ru.ru.<key>/https/site.example/a`.
    Proxy {
        service: "Yandex",
        hosts: &["translated.turbopages.org", "z5h64q92x9.net"],
        path: "/proxy_u/",
        internal: &[],
        pair: yandex_pair,
    },
    Proxy {
        service: "Microsoft",
        hosts: &[
            "www.microsofttranslator.com",
            "ssl.microsofttranslator.com",
            "www.translatetheweb.com",
        ],
        path: "/",
        internal: &[],
        pair: |url| pair(url, "from", "to"),
    },
    Proxy {
        service: "Baidu",
        hosts: &["fanyi.baidu.com"],
        path: "/transpage",
        internal: &[],
        pair: |url| pair(url, "from", "to"),
    },
    Proxy {
        service: "Papago",
        hosts: &["papago.naver.net"],
        path: "/website",
        internal: &[],
        pair: |url| pair(url, "source", "target"),
    },
];

impl Proxy {
    fn serves(&self, url: &Url) -> bool {
        url.host_str()
            .is_some_and(|host| self.hosts.contains(&host))
            && url.path().starts_with(self.path)
    }

    /// Whether it wrote the address itself.
    fn writes(&self, url: &Url) -> bool {
        let named = |name: &&str| value(url, name).is_some();
        self.serves(url) && self.internal.iter().any(named)
    }
}

/// One link through a proxy is a reference that its author copied.
const PROXY_LINKS_MIN: usize = 2;

fn proxy_links(scene: &Scene<'_>) -> Option<String> {
    let addresses = addresses(scene);
    PROXIES.iter().find_map(|proxy| {
        let through = addresses.iter().filter(|url| proxy.serves(url));
        let count = targeted(scene, proxy, through)?;
        (count >= PROXY_LINKS_MIN).then(|| {
            format!(
                "{count} links of the text lead through {}'s translating proxy, as in a page it \
                 served",
                proxy.service
            )
        })
    })
}

fn proxy_link(scene: &Scene<'_>) -> Option<String> {
    let addresses = addresses(scene);
    PROXIES.iter().find_map(|proxy| {
        let own = addresses.iter().filter(|url| proxy.writes(url));
        let count = targeted(scene, proxy, own)?;
        (count > 0).then(|| {
            format!(
                "a link of the text leads through {}'s translating proxy, by an address that the \
                 proxy writes into the pages it serves",
                proxy.service
            )
        })
    })
}

/// Where the words of the text lead, each address once.
fn addresses(scene: &Scene<'_>) -> BTreeSet<Url> {
    let links = scene.marked(|element| element.value().name() == "a");
    let worded = links.iter().filter(|link| !link.text.trim().is_empty());
    worded
        .filter_map(|link| Url::parse(link.element.value().attr("href")?).ok())
        .collect()
}

/// How many of some addresses of a proxy ask for a language that the text can be in. `None` where
/// one contradicts it or the others: a list of languages leads to several.
fn targeted<'u>(
    scene: &Scene<'_>,
    proxy: &Proxy,
    addresses: impl Iterator<Item = &'u Url>,
) -> Option<usize> {
    let mut target: Option<Lang> = None;
    let mut count = 0;
    for url in addresses {
        let Some(Pair { from, to }) = (proxy.pair)(url) else {
            continue;
        };
        let other = target.as_ref().is_some_and(|target| *target != to);
        let can_be = match from {
            Some(from) => scene.agrees(&from, &to),
            None if proxy.writes(url) => scene.lang().is_none_or(|found| *found == to),
            // An address that somebody may have copied: the text must be seen to be in its language.
            None => scene.lang() == Some(&to),
        };
        if other || !can_be {
            return None;
        }
        target = Some(to);
        count += 1;
    }
    Some(count)
}

/// Source and target in a query; "auto" is no language.
fn pair(url: &Url, from: &str, to: &str) -> Option<Pair> {
    let source = value(url, from).and_then(|tag| Lang::new(&tag));
    Some(Pair {
        from: source,
        to: Lang::new(&value(url, to)?)?,
    })
}

/// `sl=en&tl=id`, or formerly `langpair=en|id`.
fn google_pair(url: &Url) -> Option<Pair> {
    if let Some(pair) = value(url, "langpair") {
        let (from, to) = pair.split_once('|')?;
        return Some(Pair {
            from: Lang::new(from),
            to: Lang::new(to)?,
        });
    }
    pair(url, "sl", "tl")
}

fn yandex_pair(url: &Url) -> Option<Pair> {
    let mut segments = url.path_segments()?;
    let tags = segments
        .find(|segment| *segment == "proxy_u")
        .and(segments.next())?;
    let (from, to) = tags.split('.').next()?.split_once('-')?;
    Some(Pair {
        from: Lang::new(from),
        to: Lang::new(to)?,
    })
}

fn translate_goog_host(scene: &Scene<'_>) -> Option<String> {
    let own = [
        Some(scene.url.clone()),
        address(scene, "base", "href"),
        scene
            .elements("link")
            .find(|link| link.value().attr("rel") == Some("canonical"))
            .and_then(|link| Url::parse(link.value().attr("href")?).ok()),
    ];
    own.into_iter().flatten().find_map(|url| {
        let host = url
            .host_str()
            .filter(|host| host.ends_with(".translate.goog"))?;
        let from = Lang::new(&value(&url, "_x_tr_sl")?);
        let to = Lang::new(&value(&url, "_x_tr_tl")?)?;
        // The proxy may serve the original and translate in the browser: the text must be seen to
        // be in the target language. "auto" is no language.
        let translated = from.as_ref() != Some(&to) && scene.lang() == Some(&to);
        translated.then(|| {
            format!(
                "the page comes from Google's translating proxy ({})",
                short(host)
            )
        })
    })
}

fn address(scene: &Scene<'_>, element: &str, attribute: &str) -> Option<Url> {
    let found = scene.elements(element).next()?;
    Url::parse(found.value().attr(attribute)?).ok()
}

fn value<'u>(url: &'u Url, name: &str) -> Option<Cow<'u, str>> {
    url.query_pairs()
        .find_map(|(key, value)| (key == name).then_some(value))
}
