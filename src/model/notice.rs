//! Who is told of what: kinds of channels, of events, and what a channel wants to hear.

use std::time::Duration;

use super::{Lang, Quiet, Timestamp, Zone};

/// In what shape a channel is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChannelKind {
    /// A JSON POST for programs: CloudEvents 1.0, signed as Standard Webhooks are.
    Webhook,
    /// Alertmanager's API, version 2.
    Alertmanager,
    /// An incoming webhook of Slack.
    Slack,
    /// The same of Mattermost.
    Mattermost,
    /// The same of Discord.
    Discord,
    /// A workflow of Microsoft Teams that takes cards.
    Teams,
    /// A topic of ntfy.
    Ntfy,
    /// A mail, over SMTP.
    Email,
    /// Lines of JSON at the end of a file.
    File,
}

impl ChannelKind {
    /// Every kind.
    pub const ALL: [ChannelKind; 9] = [
        ChannelKind::Webhook,
        ChannelKind::Alertmanager,
        ChannelKind::Slack,
        ChannelKind::Mattermost,
        ChannelKind::Discord,
        ChannelKind::Teams,
        ChannelKind::Ntfy,
        ChannelKind::Email,
        ChannelKind::File,
    ];

    /// As it is configured.
    pub fn as_str(self) -> &'static str {
        match self {
            ChannelKind::Webhook => "webhook",
            ChannelKind::Alertmanager => "alertmanager",
            ChannelKind::Slack => "slack",
            ChannelKind::Mattermost => "mattermost",
            ChannelKind::Discord => "discord",
            ChannelKind::Teams => "teams",
            ChannelKind::Ntfy => "ntfy",
            ChannelKind::Email => "email",
            ChannelKind::File => "file",
        }
    }

    /// What its address may begin with.
    pub fn schemes(self) -> &'static [&'static str] {
        match self {
            ChannelKind::Email => &["smtp", "smtps"],
            ChannelKind::File => &["file"],
            _ => &["http", "https"],
        }
    }

    /// The kind of a channel that names none, by what its address begins with.
    pub fn of_scheme(scheme: &str) -> ChannelKind {
        let fitting = |kind: &ChannelKind| kind.schemes().contains(&scheme);
        ChannelKind::ALL
            .into_iter()
            .find(fitting)
            .unwrap_or(ChannelKind::Webhook)
    }

    /// From the first event to the message that tells of all since, unless it is configured: a mail
    /// of each hour is read, one of each half minute is not.
    fn usual_interval(self) -> Duration {
        Duration::from_secs(match self {
            ChannelKind::Email => 3_600,
            kind if kind.is_for_people() => 30,
            _ => 0,
        })
    }

    /// Whether people read it: then it is told in groups, copies once, and not of decisions.
    pub fn is_for_people(self) -> bool {
        !matches!(
            self,
            ChannelKind::Webhook | ChannelKind::Alertmanager | ChannelKind::File
        )
    }
}

/// What can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EventKind {
    /// A new article was flagged.
    ArticleFlagged,
    /// A reviewer has decided, or taken that back.
    ReviewDecided,
    /// A source is suspected of publishing mainly machine translation.
    SourceSuspected,
    /// A source has begun or ceased to do so.
    SourceTurned,
    /// A source has said nothing for far longer than usual.
    SourceSilent,
    /// The daemon cannot work.
    DaemonFailing,
}

impl EventKind {
    /// Every event.
    pub const ALL: [EventKind; 6] = [
        EventKind::ArticleFlagged,
        EventKind::ReviewDecided,
        EventKind::SourceSuspected,
        EventKind::SourceTurned,
        EventKind::SourceSilent,
        EventKind::DaemonFailing,
    ];

    /// As it is sent and configured.
    pub fn as_str(self) -> &'static str {
        match self {
            EventKind::ArticleFlagged => "article.flagged",
            EventKind::ReviewDecided => "review.decided",
            EventKind::SourceSuspected => "source.suspected",
            EventKind::SourceTurned => "source.turned",
            EventKind::SourceSilent => "source.silent",
            EventKind::DaemonFailing => "daemon.failing",
        }
    }

    /// The event of this name.
    pub fn named(name: &str) -> Option<EventKind> {
        EventKind::ALL
            .into_iter()
            .find(|event| event.as_str() == name)
    }
}

/// What a channel wants to hear, how often, and when.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// Which events.
    pub events: Vec<EventKind>,
    /// Of these sources alone; of all if there are none.
    pub sources: Vec<String>,
    /// Articles of these languages alone; of all if there are none.
    pub languages: Vec<Lang>,
    /// Articles of which this was concluded alone, `pass`, `flag` or `abstain`; all if there are none.
    pub verdicts: Vec<&'static str>,
    /// Articles in which one of these rules has found something; all if there are none.
    pub rules: Vec<String>,
    /// Flagged articles from this overall score on, 0..=1.
    pub min_probability: f32,
    /// Whether copies of an article that was told are left out.
    pub copies_once: bool,
    /// From the first event to the message that tells of all since; zero: one message an event.
    pub every: Duration,
    /// Messages in a minute at most.
    pub per_minute: u32,
    /// The time of the day at which nothing is sent; it is told afterwards.
    pub quiet: Option<Quiet>,
    /// By whose clocks that is.
    pub zone: Zone,
    /// Until then nothing is told, and what happened meanwhile not afterwards either.
    pub mute_until: Option<Timestamp>,
}

impl Wanted {
    /// What a channel of this kind wants unless it says otherwise.
    pub fn of(kind: ChannelKind) -> Wanted {
        let people = kind.is_for_people();
        let events = EventKind::ALL.into_iter();
        Wanted {
            events: events
                .filter(|event| !people || *event != EventKind::ReviewDecided)
                .collect(),
            sources: Vec::new(),
            languages: Vec::new(),
            verdicts: Vec::new(),
            rules: Vec::new(),
            min_probability: 0.0,
            copies_once: people,
            every: kind.usual_interval(),
            per_minute: 60,
            quiet: None,
            zone: Zone::UTC,
            mute_until: None,
        }
    }

    /// Whether it is left alone at `now`.
    pub fn is_quiet(&self, now: Timestamp) -> bool {
        let minute = self.zone.second_of_day(now) / 60;
        self.quiet.is_some_and(|quiet| quiet.left(minute).is_some())
    }
}
