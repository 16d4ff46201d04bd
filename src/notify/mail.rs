//! Mail: one message over SMTP.
//!
//! Encrypted (`smtps:`, or `smtp:` with STARTTLS) with a certificate that is believed, unless the
//! server is on this very machine. What was checked by the guard is what is connected to.

use std::{fmt, net::IpAddr, time::Duration};

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Mailbox,
        header::{ContentType, HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::Credentials,
        client::{Tls, TlsParameters},
        extension::ClientId,
    },
};

use super::{
    outcome::{NotifySetupError, Sent, chain},
    shape::Body,
};
use crate::{config::NotifyConfig, fetch::guard::GuardedResolver, model::Timestamp};

/// For each answer of the server, and for its name to be resolved.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);

/// For all of it.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Where mail is handed in: RFC 8314 (`smtps`) and RFC 6409.
const PORT_ENCRYPTED: u16 = 465;
const PORT: u16 = 587;

/// A server of mail, and who is written to.
pub(super) struct Mailer {
    host: String,
    port: u16,
    /// Encrypted from the first byte on.
    is_wrapped: bool,
    tls: TlsParameters,
    credentials: Option<Credentials>,
    from: Mailbox,
    to: Vec<Mailbox>,
    names: GuardedResolver,
}

/// It holds a password.
impl fmt::Debug for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Mailer")
    }
}

impl Mailer {
    /// The mailer of a channel of kind `email`.
    ///
    /// # Errors
    /// If TLS cannot be set up, or nobody is written to.
    pub(super) fn new(channel: &NotifyConfig) -> Result<Mailer, NotifySetupError> {
        let url = channel.url.expose();
        let host = url.host_str().unwrap_or_default();
        let host = host.trim_matches(['[', ']']).to_string();
        let is_wrapped = url.scheme() == "smtps";
        let mail = &channel.mail;
        let nobody = || NotifySetupError::Nobody(channel.name.clone());
        let password = channel.token.as_ref();
        let credentials = mail.user.clone().zip(password).map(|(user, password)| {
            // The channel's token is never shown.
            Credentials::new(user, password.expose().clone())
        });
        if mail.to.is_empty() {
            return Err(nobody());
        }
        Ok(Mailer {
            // Whom Mozilla vouches for, for the name that was configured.
            tls: TlsParameters::new_rustls(host.clone())?,
            port: url
                .port()
                .unwrap_or(if is_wrapped { PORT_ENCRYPTED } else { PORT }),
            host,
            is_wrapped,
            credentials,
            from: mail.from.clone().ok_or_else(nobody)?,
            to: mail.to.clone(),
            names: GuardedResolver::of_system(&channel.allow_private, ANSWER_TIMEOUT),
        })
    }

    /// Sends one mail, at `now` by its stamp; the same `key` makes the same message identity.
    pub(super) async fn send(&self, body: &Body, key: &str, now: Timestamp) -> Sent {
        let failed = |why: String| Sent::Failed {
            why,
            retry_after: None,
        };
        let message = match self.message(body, key, now) {
            Ok(message) => message,
            Err(why) => return Sent::Refused { why },
        };
        match tokio::time::timeout(TIMEOUT, self.deliver(message)).await {
            Ok(sent) => sent.unwrap_or_else(|why| failed(why.to_string())),
            Err(_) => failed(format!("not done within {} s", TIMEOUT.as_secs())),
        }
    }

    /// Tries the addresses of the server until one answers.
    async fn deliver(
        &self,
        message: Message,
    ) -> Result<Sent, Box<dyn std::error::Error + Send + Sync>> {
        let mut last = None;
        for address in self.names.addresses(&self.host).await? {
            match self.transport(address).send(message.clone()).await {
                Ok(_) => return Ok(Sent::Accepted),
                Err(error) if error.is_permanent() => {
                    return Ok(Sent::Refused { why: chain(&error) });
                }
                Err(error) => {
                    let is_answer = error.status().is_some() || error.is_tls();
                    last = Some(chain(&error));
                    if is_answer {
                        break;
                    }
                }
            }
        }
        Ok(Sent::Failed {
            why: last.unwrap_or_default(),
            retry_after: None,
        })
    }

    /// On this machine nobody listens on the wire.
    fn transport(&self, address: IpAddr) -> AsyncSmtpTransport<Tokio1Executor> {
        let tls = match (self.is_wrapped, address.is_loopback()) {
            (true, _) => Tls::Wrapper(self.tls.clone()),
            (false, true) => Tls::None,
            (false, false) => Tls::Required(self.tls.clone()),
        };
        let hello = ClientId::Domain(self.from.email.domain().to_string());
        let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(address.to_string())
            .port(self.port)
            .tls(tls)
            .hello_name(hello)
            .timeout(Some(ANSWER_TIMEOUT));
        match &self.credentials {
            Some(credentials) => builder.credentials(credentials.clone()),
            None => builder,
        }
        .build()
    }

    fn message(&self, body: &Body, key: &str, now: Timestamp) -> Result<Message, String> {
        let subject = body.header("subject").unwrap_or_default();
        let identity = format!("<benggala.{key}@{}>", self.from.email.domain());
        let mut builder = Message::builder()
            .from(self.from.clone())
            .subject(subject)
            .date(now.into())
            .message_id(Some(identity))
            .header(ContentType::TEXT_PLAIN);
        for to in &self.to {
            builder = builder.to(to.clone());
        }
        let message = builder.body(body.text.clone());
        let mut message = message.map_err(|error| chain(&error))?;
        // No vacation notice answers it (RFC 3834).
        let name = HeaderName::new_from_ascii_str("Auto-Submitted");
        let automatic = HeaderValue::new(name, "auto-generated".to_string());
        message.headers_mut().insert_raw(automatic);
        Ok(message)
    }
}
