//! What is on a disk after a power cut, from the system calls of whoever wrote to it: what was synced is
//! there, of what was written since each sector is there or is not.

use std::{collections::HashMap, fs, path::Path};

use rand::{RngExt as _, rngs::StdRng};

/// What a disk writes as a whole.
const SECTOR: usize = 512;

/// How much of what was not synced is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unsynced {
    Nothing,
    /// Half of the writes, and of these half of the sectors of every other one.
    Half,
    Everything,
}

/// Something that was done to the file of this number.
enum Event {
    Write {
        at: usize,
        bytes: Vec<u8>,
    },
    /// It is so long now; nothing if it was removed.
    Length(usize),
    /// All events before the one of this number are on the disk.
    Synced(usize),
}

/// A call that has begun.
enum Call {
    /// It is the event of this number.
    Event {
        number: usize,
        file: usize,
    },
    Sync {
        file: usize,
        until: usize,
    },
}

/// All that was done to some files, in order.
pub(super) struct Disk {
    names: Vec<String>,
    /// Seconds since 1970, which file, and what.
    events: Vec<(f64, usize, Event)>,
}

impl Disk {
    /// The files of these names.
    pub(super) fn of(names: &[&str]) -> Disk {
        Disk {
            names: names.iter().map(|name| (*name).to_string()).collect(),
            events: Vec::new(),
        }
    }

    /// How `strace -f -y -ttt -xx` tells of all that it has to trace.
    pub(super) const TRACED: &str = "trace=pwrite64,ftruncate,fsync,fdatasync,unlink";

    /// Goes on with what a trace tells.
    pub(super) fn read(&mut self, trace: &Path) {
        let mut begun: HashMap<&str, Call> = HashMap::new();
        let text = fs::read_to_string(trace).unwrap();
        for line in text.lines() {
            // Short numbers of threads are padded.
            let (thread, rest) = line.split_once(' ').unwrap();
            let (time, call) = rest.trim_start().split_once(' ').unwrap();
            let call = call.trim_start();
            if call.starts_with("<... ") {
                if let Some(call) = begun.remove(thread) {
                    self.end(time, &call);
                }
            } else if let Some(call_begun) = self.begin(time, call, &begun) {
                if call.ends_with("<unfinished ...>") {
                    begun.insert(thread, call_begun);
                } else {
                    self.end(time, &call_begun);
                }
            }
        }
    }

    fn begin(&mut self, time: &str, call: &str, begun: &HashMap<&str, Call>) -> Option<Call> {
        let (name, rest) = call.split_once('(')?;
        let file = self.file(name, rest)?;
        let time = time.parse().unwrap();
        let number = self.events.len();
        let event = match name {
            "pwrite64" => Event::Write {
                at: last_number(rest.rsplit('"').next().unwrap()),
                bytes: unescaped(rest.split('"').nth(1).unwrap()),
            },
            "ftruncate" => Event::Length(last_number(rest.split_once('>').unwrap().1)),
            "unlink" => Event::Length(0),
            _ => {
                let first = begun.values().filter_map(|call| match call {
                    Call::Event { number, file: of } if *of == file => Some(*number),
                    _ => None,
                });
                let until = first.min().unwrap_or(number);
                return Some(Call::Sync { file, until });
            }
        };
        self.events.push((time, file, event));
        Some(Call::Event { number, file })
    }

    fn end(&mut self, time: &str, call: &Call) {
        if let Call::Sync { file, until } = call {
            let time = time.parse().unwrap();
            self.events.push((time, *file, Event::Synced(*until)));
        }
    }

    /// Which file a call is about.
    fn file(&self, name: &str, arguments: &str) -> Option<usize> {
        let path = match name {
            "unlink" => arguments.split('"').nth(1)?,
            _ => arguments.split_once('<')?.1.split_once('>')?.0,
        };
        let path = String::from_utf8(unescaped(path)).ok()?;
        let name = path.rsplit('/').next()?;
        self.names.iter().position(|known| known == name)
    }

    /// How many moments there are for a cut, and the first after `time`.
    pub(super) fn moments_after(&self, time: f64) -> std::ops::Range<usize> {
        let first = self.events.iter().position(|(at, ..)| *at > time);
        first.unwrap_or(self.events.len())..self.events.len()
    }

    /// When it was, in seconds since 1970.
    pub(super) fn time(&self, moment: usize) -> f64 {
        self.events[moment].0
    }

    /// For each file the event before which all is on the disk.
    fn safe(&self, moment: usize) -> Vec<usize> {
        let mut safe = vec![0; self.names.len()];
        for (_, file, event) in &self.events[..=moment] {
            if let Event::Synced(until) = event {
                safe[*file] = safe[*file].max(*until);
            }
        }
        safe
    }

    /// For each file the last event that changed it.
    fn last(&self, moment: usize) -> Vec<usize> {
        let mut last = vec![0; self.names.len()];
        for (number, (_, file, event)) in self.events[..=moment].iter().enumerate() {
            if !matches!(event, Event::Synced(_)) {
                last[*file] = number;
            }
        }
        last
    }

    /// How many changes are not on the disk for sure.
    pub(super) fn unsynced_at(&self, moment: usize) -> usize {
        let safe = self.safe(moment);
        let events = self.events[..=moment].iter().enumerate();
        events
            .filter(|(number, (_, file, event))| {
                !matches!(event, Event::Synced(_)) && *number >= safe[*file]
            })
            .count()
    }

    /// Leaves in `folder` what the disk has after a cut right after the event `moment`.
    pub(super) fn cut(&self, moment: usize, unsynced: Unsynced, rng: &mut StdRng, folder: &Path) {
        let events = &self.events[..=moment];
        let (safe, last) = (self.safe(moment), self.last(moment));
        let mut files = vec![Vec::new(); self.names.len()];
        for (number, (_, file, event)) in events.iter().enumerate() {
            let content = &mut files[*file];
            let is_there = number < safe[*file] || unsynced.is_there(rng);
            let is_torn = number >= safe[*file] && unsynced == Unsynced::Half && rng.random();
            match event {
                Event::Write { at, bytes } if is_there => {
                    write(content, *at, bytes, || !is_torn || rng.random());
                }
                // What was written after it stands on it.
                Event::Length(length) if is_there || number < last[*file] => {
                    content.resize(*length, 0);
                }
                _ => {}
            }
        }
        for (name, content) in self.names.iter().zip(files) {
            fs::write(folder.join(name), content).unwrap();
        }
    }
}

impl Unsynced {
    pub(super) const ALL: [Unsynced; 3] = [Unsynced::Nothing, Unsynced::Half, Unsynced::Everything];

    fn is_there(self, rng: &mut StdRng) -> bool {
        match self {
            Unsynced::Nothing => false,
            Unsynced::Half => rng.random(),
            Unsynced::Everything => true,
        }
    }
}

/// Puts those sectors of a write into the file that `is_there` says yes to.
fn write(file: &mut Vec<u8>, at: usize, bytes: &[u8], mut is_there: impl FnMut() -> bool) {
    if file.len() < at + bytes.len() {
        file.resize(at + bytes.len(), 0);
    }
    for (sector, of_file) in bytes.chunks(SECTOR).zip(file[at..].chunks_mut(SECTOR)) {
        if is_there() {
            of_file[..sector.len()].copy_from_slice(sector);
        }
    }
}

/// The bytes that are written as `\x0a`.
fn unescaped(text: &str) -> Vec<u8> {
    let bytes = text.split("\\x").skip(1);
    bytes
        .map(|hex| u8::from_str_radix(hex, 16).unwrap())
        .collect()
}

/// The last number before the bracket that closes the arguments.
fn last_number(arguments: &str) -> usize {
    let end = arguments.find([')', '<']).unwrap_or(arguments.len());
    let number = arguments[..end].rsplit(',').next().unwrap();
    number.trim().parse().unwrap()
}
