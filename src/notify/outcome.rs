//! How telling somebody ends, and why nobody can be told.

use std::time::Duration;

/// Why no webhooks can be called.
#[derive(Debug, thiserror::Error)]
pub enum NotifySetupError {
    /// The TLS settings were refused.
    #[error("cannot set up TLS for webhooks: {0}")]
    Tls(#[from] rustls::Error),
    /// The HTTP client refused its settings.
    #[error("cannot set up the HTTP client for webhooks: {0}")]
    Client(#[from] reqwest::Error),
    /// The token of a channel cannot be sent.
    #[error("the token of [[notify]] `{0}` cannot be sent in a header")]
    Token(String),
    /// Another header of a channel cannot be sent.
    #[error("`headers` of [[notify]] `{0}` cannot be sent")]
    Header(String),
    /// A channel of mail has nobody to write to.
    #[error("[[notify]] `{0}` does not say whom its mail is `from` and `to`")]
    Nobody(String),
    /// TLS could not be set up for mail.
    #[error("cannot set up TLS for mail: {0}")]
    Mail(#[from] lettre::transport::smtp::Error),
    /// The receiver's address is not public, and not allowed.
    #[error(
        "the `url` of [[notify]] `{0}` is at a private address; if that is meant, name its network in \
         `allow_private` of that channel"
    )]
    Private(String),
    /// The file of a channel has an address that is no path here.
    #[error("the `url` of [[notify]] `{0}` is no path on this machine")]
    Path(String),
}

/// How a message ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// 2xx: the receiver has it.
    Accepted,
    /// A 4xx that says that waiting does not help (all but 408, 425 and 429): the receiver does not want
    /// it as it is.
    Refused {
        /// For the log and the operator. Names no URL, which may hold a secret.
        why: String,
    },
    /// Anything else.
    Failed {
        /// For the log. Names no URL, which may hold a secret.
        why: String,
        /// The wait that the receiver asked for.
        retry_after: Option<Duration>,
    },
}

impl Sent {
    /// Why the receiver does not have it, if it does not.
    pub fn failure(&self) -> Option<&str> {
        match self {
            Sent::Accepted => None,
            Sent::Refused { why } | Sent::Failed { why, .. } => Some(why),
        }
    }
}

/// An error with its causes: "error sending request" alone helps nobody.
pub(super) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
