//! Parameters that name a visit rather than a page.

use std::borrow::Cow;

use super::escapes::in_upper_case;

/// Query parameters that name a visit, a campaign, a share or a reply box, never a page. Whole
/// names only: `at_id`, `pk_id` and `ns_id` number articles, though `at_medium` counts clicks.
/// Lower case, sorted: they are looked up by binary search.
pub const TRACKING: &[&str] = &[
    "__twitter_impression",
    "_branch_match_id",
    "_ga",
    "_gl",
    "_hsenc",
    "_hsmi",
    "at_bbc_team",
    "at_campaign",
    "at_campaign_type",
    "at_creation",
    "at_custom1",
    "at_custom2",
    "at_custom3",
    "at_custom4",
    "at_format",
    "at_link_id",
    "at_link_origin",
    "at_link_type",
    "at_medium",
    "at_platform",
    "at_ptr_name",
    "at_ptr_type",
    "at_recipient_id",
    "at_recipient_list",
    "at_send_date",
    "at_variant",
    "dclid",
    "dicbo",
    "epik",
    "fb_action_ids",
    "fb_action_types",
    "fb_ref",
    "fb_source",
    "fbclid",
    "gad_campaignid",
    "gad_source",
    "gbraid",
    "gclid",
    "gclsrc",
    "guccounter",
    "guce_referrer",
    "guce_referrer_sig",
    "hsa_acc",
    "hsa_ad",
    "hsa_cam",
    "hsa_grp",
    "hsa_kw",
    "hsa_la",
    "hsa_mt",
    "hsa_net",
    "hsa_ol",
    "hsa_src",
    "hsa_tgt",
    "hsa_ver",
    "igsh",
    "igshid",
    "intcmp",
    "li_fat_id",
    "mc_cid",
    "mc_eid",
    "mkt_tok",
    "msclkid",
    "mtm_campaign",
    "mtm_cid",
    "mtm_content",
    "mtm_group",
    "mtm_keyword",
    "mtm_kwd",
    "mtm_medium",
    "mtm_placement",
    "mtm_source",
    "ns_campaign",
    "ns_fee",
    "ns_linkname",
    "ns_mchannel",
    "ns_source",
    "obinsite",
    "oborigurl",
    "oly_anon_id",
    "oly_enc_id",
    "piwik_campaign",
    "piwik_keyword",
    "piwik_kwd",
    "pk_campaign",
    "pk_cid",
    "pk_content",
    "pk_cpn",
    "pk_group",
    "pk_keyword",
    "pk_kwd",
    "pk_medium",
    "pk_placement",
    "pk_source",
    "rb_clickid",
    "ref_src",
    "ref_url",
    "replytocom",
    "s_kwcid",
    "srsltid",
    "tblci",
    "traffic_source",
    "ttclid",
    "twclid",
    "utm_brand",
    "utm_campaign",
    "utm_campaign_id",
    "utm_cid",
    "utm_content",
    "utm_creative_format",
    "utm_id",
    "utm_marketing_tactic",
    "utm_medium",
    "utm_name",
    "utm_place",
    "utm_pubreferrer",
    "utm_reader",
    "utm_referrer",
    "utm_social",
    "utm_social-type",
    "utm_source",
    "utm_source_platform",
    "utm_swu",
    "utm_term",
    "utm_userid",
    "utm_viz_id",
    "vero_conv",
    "vero_id",
    "wbraid",
    "wickedid",
    "wprov",
    "wt.mc_ev",
    "wt.mc_id",
    "wt.nav",
    "wt.srch",
    "wt.tsrc",
    "wt_mc",
    "wt_zmc",
    "xtor",
    "yclid",
    "ysclid",
];

/// Names that mostly count visits and carry sessions, but number articles on some sites: they stay
/// where a script has nothing else to tell its pages by.
const MOSTLY_TRACKING: &[&str] = &[
    "campaign_id",
    "cfid",
    "cftoken",
    "cmpid",
    "icid",
    "intcid",
    "ocid",
    "s_cid",
    "sessionid",
    "smid",
    "smtyp",
];

/// Parameters whose whole purpose is to carry the session of a framework.
const SESSION: &[&str] = &["jsessionid", "phpsessid"];

/// Parameters that carry a session only if the value looks random: elsewhere they name a section.
const SESSION_IF_RANDOM: &[&str] = &["s", "session", "session_id", "sid"];

/// Shorter values of [`SESSION_IF_RANDOM`] are numbers and names, not tokens.
const SESSION_TOKEN_MIN: usize = 20;

/// Without the parameters that do not name the page; the others stay as they are, in their order,
/// because some sites do mind. `None` if nothing is left.
pub(super) fn canonical(query: &str, of_script: bool) -> Option<String> {
    let named: Vec<(&str, ParameterPurpose)> = query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            // A feed that escapes its links twice leaves `amp;` before all names but the first.
            let name = name.to_ascii_lowercase();
            (pair, purpose(name.trim_start_matches("amp;"), value))
        })
        .filter(|(_, purpose)| *purpose != ParameterPurpose::Visit)
        .collect();
    let is_named = named
        .iter()
        .any(|(_, purpose)| *purpose == ParameterPurpose::Page);
    let keeps_doubtful = of_script && !is_named;
    let kept: Vec<Cow<'_, str>> = named
        .iter()
        .filter(|(_, purpose)| *purpose == ParameterPurpose::Page || keeps_doubtful)
        .map(|(pair, _)| in_upper_case(pair))
        .collect();
    (!kept.is_empty()).then(|| kept.join("&"))
}

/// What a parameter is there for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum ParameterPurpose {
    Page,
    Visit,
    /// A visit, unless there is nothing else.
    Doubtful,
}

fn purpose(name: &str, value: &str) -> ParameterPurpose {
    // Google Analytics 4 appends the number of the property: `_ga_1A2B3C4D5E`.
    let is_visit = TRACKING.binary_search(&name).is_ok()
        || SESSION.contains(&name)
        || name.starts_with("aspsessionid")
        || name.starts_with("_ga_");
    let is_doubtful = MOSTLY_TRACKING.contains(&name)
        || (SESSION_IF_RANDOM.contains(&name) && looks_random(value));
    match (is_visit, is_doubtful) {
        (true, _) => ParameterPurpose::Visit,
        (false, true) => ParameterPurpose::Doubtful,
        (false, false) => ParameterPurpose::Page,
    }
}

/// A long run of letters and digits, both: a token rather than a word.
fn looks_random(value: &str) -> bool {
    value.len() >= SESSION_TOKEN_MIN
        && value.bytes().all(|b| b.is_ascii_alphanumeric())
        && value.bytes().any(|b| b.is_ascii_digit())
        && value.bytes().any(|b| b.is_ascii_alphabetic())
}
