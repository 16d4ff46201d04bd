//! The variables of the environment that are read.

use super::{keys, sections::Config, value::nearest};

/// The store, as `[store] url`.
pub(super) const STORE_URL: &str = "BENGGALA_STORE_URL";
/// What programs and people show to decide, as `[serve] token`.
pub(super) const SERVE_TOKEN: &str = "BENGGALA_SERVE_TOKEN";
/// Of what it is asked, as `[serve] token_for`.
pub(super) const SERVE_TOKEN_FOR: &str = "BENGGALA_SERVE_TOKEN_FOR";
/// The key of the language model, as `[opinion] key`.
pub(super) const OPINION_KEY: &str = "BENGGALA_OPINION_KEY";
/// Where traces go, as programs of all kinds are told: `[trace] otlp_url` in its place.
pub(super) const OTLP_ENDPOINT: &str = "OTEL_EXPORTER_OTLP_ENDPOINT";
/// What the command line reads by itself: which files, and how much is logged.
const OF_THE_COMMAND_LINE: [&str; 2] = ["BENGGALA_CONFIG", "BENGGALA_LOG"];

/// What of a channel may stand in the environment.
pub(super) const CHANNEL_SECRETS: [&str; 3] = ["URL", "TOKEN", "SECRET"];

/// The environment variable with a secret of channel `name`, one of [`CHANNEL_SECRETS`].
pub(super) fn channel_variable(name: &str, secret: &str) -> String {
    let name: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_uppercase()
            } else {
                '_'
            }
        })
        .collect();
    format!("BENGGALA_NOTIFY_{name}_{secret}")
}

/// What the names of all of them begin with.
const PREFIX: &str = "BENGGALA_";

/// Those of `names` that look like ours and that nothing reads, each with what was probably meant: a slip
/// of the keyboard must not leave a page without its token.
pub fn unread_variables<'n>(
    names: impl IntoIterator<Item = &'n str>,
    config: &Config,
) -> Vec<(&'n str, Option<String>)> {
    let channels = config.notify.iter();
    let of_channels = channels
        .flat_map(|channel| CHANNEL_SECRETS.map(|secret| channel_variable(&channel.name, secret)));
    let fixed = [STORE_URL, SERVE_TOKEN, SERVE_TOKEN_FOR, OPINION_KEY].into_iter();
    let fixed = fixed.chain(OF_THE_COMMAND_LINE).map(str::to_string);
    let known: Vec<String> = fixed.chain(of_channels).collect();
    names
        .into_iter()
        .filter(|name| name.starts_with(PREFIX) && !known.iter().any(|known| known == name))
        .map(|name| {
            let near = || nearest(name, known.iter().map(String::as_str));
            let near = || near().map(|near| format!("did you mean {near}?"));
            (name, of_a_file(name).or_else(near))
        })
        .collect()
}

/// Where the key stands that a variable would be called after: most of them are read in files alone.
fn of_a_file(variable: &str) -> Option<String> {
    let sections = keys::sections().into_iter();
    let mut all =
        sections.flat_map(|(section, keys)| keys.into_iter().map(move |key| (section, key)));
    let (section, key) = all.find(|(section, key)| {
        let name = format!("{PREFIX}{section}_{key}");
        name.eq_ignore_ascii_case(variable)
    })?;
    Some(format!(
        "this key is set in a file alone: `{key}` under [{section}]"
    ))
}
