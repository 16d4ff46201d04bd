//! Which file of the crate needs which, and the circles among them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::reader::{By, Named, Source};

/// Re-exports are followed at most this far.
const STEPS_MAX: usize = 16;

/// The files of a crate and what each needs of the others.
pub(super) struct Graph<'s> {
    sources: &'s [Source],
    by_module: BTreeMap<&'s [String], usize>,
}

/// What a path of the crate leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Target {
    /// The module that a file is.
    Module(usize),
    /// Something that a file defines.
    Item(usize),
}

/// One file needs another, from this line on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Need {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) line: usize,
}

impl<'s> Graph<'s> {
    pub(super) fn new(sources: &'s [Source]) -> Self {
        let by_module = sources
            .iter()
            .enumerate()
            .map(|(at, source)| (source.module.as_slice(), at))
            .collect();
        Self { sources, by_module }
    }

    /// Who needs whom: a path counts for the file that *defines* what it names, through every
    /// re-export, so that a `mod.rs` which only passes names on closes no circle.
    pub(super) fn needs(&self) -> BTreeSet<Need> {
        let mut needs = BTreeSet::new();
        for (from, source) in self.sources.iter().enumerate() {
            for named in &source.paths {
                if let Some(to) = self.needed(source, named)
                    && to != from
                {
                    let line = named.line;
                    needs.insert(Need { from, to, line });
                }
            }
        }
        needs
    }

    /// The room that a path leads into, by the words of the path itself: a room that passes on what
    /// another defines is imported all the same.
    pub(super) fn room_named(&self, source: &Source, path: &[String]) -> Option<&'s str> {
        let (first, rest) = path.split_first()?;
        let module = match first.as_str() {
            "crate" | "benggala" => rest,
            "super" => {
                let up = path.iter().take_while(|word| *word == "super").count();
                // What does not leave the room is of no interest here.
                (up == source.module.len()).then_some(&path[up..])?
            }
            _ => return None,
        };
        let at = self.by_module.get(module.get(..1)?)?;
        self.sources[*at].room()
    }

    fn needed(&self, source: &Source, named: &Named) -> Option<usize> {
        match (self.resolve(source, &named.path, STEPS_MAX)?, &named.by) {
            // What is wanted of a module shows where it is used.
            (Target::Module(_), _) => None,
            (Target::Item(_), By::Reexport(name)) if !uses_itself(source, name) => None,
            (Target::Item(to), _) => Some(to),
        }
    }

    fn resolve(&self, source: &Source, path: &[String], steps: usize) -> Option<Target> {
        let (first, rest) = path.split_first()?;
        let mut module = source.module.clone();
        match first.as_str() {
            "crate" | "benggala" => module.clear(),
            "self" => {}
            "super" => drop(module.pop()?),
            name => {
                module.push(name.to_string());
                if !self.by_module.contains_key(module.as_slice()) {
                    return self.through_import(source, name, rest, steps);
                }
            }
        }
        self.inside(module, rest, steps)
    }

    /// `rest` seen from `module`.
    fn inside(&self, mut module: Vec<String>, rest: &[String], steps: usize) -> Option<Target> {
        let Some((next, after)) = rest.split_first() else {
            return self
                .by_module
                .get(module.as_slice())
                .copied()
                .map(Target::Module);
        };
        if next == "super" {
            module.pop()?;
            return self.inside(module, after, steps);
        }
        let here = self.by_module.get(module.as_slice()).copied();
        module.push(next.clone());
        if self.by_module.contains_key(module.as_slice()) {
            return self.inside(module, after, steps);
        }
        let here = here?;
        let passed_on = self.through_import(&self.sources[here], next, after, steps);
        Some(passed_on.unwrap_or(Target::Item(here)))
    }

    /// `name::rest` where `source` imports `name`.
    fn through_import(
        &self,
        source: &Source,
        name: &str,
        rest: &[String],
        steps: usize,
    ) -> Option<Target> {
        let steps = steps.checked_sub(1)?;
        let import = source.paths.iter().find(|named| {
            matches!(&named.by, By::Import(bound) | By::Reexport(bound) if bound == name)
                && named.path != [name]
        })?;
        match self.resolve(source, &import.path, steps)? {
            Target::Module(at) => self.inside(self.sources[at].module.clone(), rest, steps),
            item @ Target::Item(_) => Some(item),
        }
    }
}

/// Whether `source` says `name` anywhere but in a declaration that passes it on.
fn uses_itself(source: &Source, name: &str) -> bool {
    let said = source
        .tokens
        .iter()
        .filter(|token| token.text == name)
        .count();
    let declared = source
        .paths
        .iter()
        .filter(|named| matches!(&named.by, By::Reexport(bound) if bound == name))
        .count();
    said > declared
}

/// Every circle: the shortest way from a file back to itself, one for each knot of files that all
/// need each other.
pub(super) fn circles(sources: &[Source]) -> Vec<Circle> {
    let needs = Graph::new(sources).needs();
    let mut lists: Vec<Vec<usize>> = vec![Vec::new(); sources.len()];
    for need in &needs {
        lists[need.from].push(need.to);
    }
    let reach: Vec<BTreeSet<usize>> = (0..sources.len())
        .map(|from| reachable(&lists, from))
        .collect();
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for at in 0..sources.len() {
        if !reach[at].contains(&at) || seen.contains(&at) {
            continue;
        }
        let knot: BTreeSet<usize> = reach[at]
            .iter()
            .copied()
            .filter(|other| reach[*other].contains(&at))
            .collect();
        let way = shortest_back(&lists, at);
        found.push(Circle {
            files: knot.iter().map(|at| sources[*at].file.clone()).collect(),
            way: way
                .windows(2)
                .map(|pair| said(sources, &needs, pair))
                .collect(),
        });
        seen.extend(knot);
    }
    found
}

/// Files that all need each other.
#[derive(Debug)]
pub(super) struct Circle {
    pub(super) files: Vec<String>,
    /// One way around, a line for each step.
    pub(super) way: Vec<String>,
}

fn said(sources: &[Source], needs: &BTreeSet<Need>, pair: &[usize]) -> String {
    let line = needs
        .iter()
        .find(|need| [need.from, need.to] == *pair)
        .map_or(0, |need| need.line);
    let to = &sources[pair[1]].file;
    format!("{} needs src/{to}", sources[pair[0]].at(line))
}

fn reachable(lists: &[Vec<usize>], from: usize) -> BTreeSet<usize> {
    let mut seen = BTreeSet::new();
    let mut open = lists[from].clone();
    while let Some(at) = open.pop() {
        if seen.insert(at) {
            open.extend(&lists[at]);
        }
    }
    seen
}

fn shortest_back(lists: &[Vec<usize>], start: usize) -> Vec<usize> {
    let mut open = VecDeque::from([vec![start]]);
    let mut seen = BTreeSet::new();
    while let Some(way) = open.pop_front() {
        let last = way[way.len() - 1];
        for next in &lists[last] {
            let longer = [way.as_slice(), &[*next]].concat();
            if *next == start {
                return longer;
            }
            if seen.insert(*next) {
                open.push_back(longer);
            }
        }
    }
    Vec::new()
}
