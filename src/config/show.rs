//! [`Config`] back to TOML: the effective configuration, secrets masked.

use super::{
    keys::{self, Key},
    sections::Config,
};

impl Config {
    /// The effective configuration as TOML. It reads back as an equal one, but for secrets, which
    /// are masked.
    pub fn to_toml(&self) -> String {
        let mut out = String::new();
        table(&mut out, "[fetch]", keys::FETCH, &self.fetch);
        table(&mut out, "[schedule]", keys::SCHEDULE, &self.schedule);
        table(&mut out, "[extract]", keys::EXTRACT, &self.extract);
        table(&mut out, "[score]", keys::SCORE, &self.score);
        table(&mut out, "[opinion]", keys::OPINION, &self.opinion);
        table(&mut out, "[store]", keys::STORE, &self.store);
        table(&mut out, "[serve]", keys::SERVE, &self.serve);
        table(&mut out, "[log]", keys::LOG, &self.log);
        table(&mut out, "[trace]", keys::TRACE, &self.trace);
        for channel in &self.notify {
            table(&mut out, "[[notify]]", keys::NOTIFY, &channel.into());
        }
        for source in &self.sources {
            table(&mut out, "[[source]]", keys::SOURCE, &source.into());
        }
        out
    }
}

fn table<T>(out: &mut String, header: &str, keys: &[Key<T>], section: &T) {
    if !out.is_empty() {
        out.push('\n');
    }
    out.push_str(header);
    out.push('\n');
    for key in keys {
        if let Some(value) = (key.show)(section) {
            out.push_str(&format!("{} = {value}\n", key.name));
        }
    }
}
