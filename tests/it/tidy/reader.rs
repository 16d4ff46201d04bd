//! Reads Rust source as far as the house rules need: code without comments and literals, and
//! every path that is imported or written out. It works on text, so that the rules can be tried
//! on text that breaks them.

use std::collections::BTreeSet;

/// One file of the crate.
pub(super) struct Source {
    /// Where it stands under `src`: `score/policy.rs`.
    pub(super) file: String,
    /// The module it is: `["score", "policy"]`; empty for `lib.rs`.
    pub(super) module: Vec<String>,
    /// Its lines without comments.
    pub(super) lines: Vec<String>,
    /// Its words and signs, without comments and the insides of literals.
    pub(super) tokens: Vec<Token>,
    /// Every path that it names.
    pub(super) paths: Vec<Named>,
}

/// A word or a sign of the code. `::` is one sign.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// Counted from 1.
    pub(super) line: usize,
    pub(super) text: String,
}

/// A path as it is written, one leaf of a `use` group each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    pub(super) line: usize,
    pub(super) path: Vec<String>,
    pub(super) by: By,
}

/// How a path comes to stand in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum By {
    /// `use path as name;`, with any visibility but the private one.
    Reexport(String),
    /// `use path as name;`
    Import(String),
    /// Written out in code.
    Code,
}

impl Source {
    /// Reads `text` as the file `file` under `src`.
    pub(super) fn read(file: &str, text: &str) -> Self {
        let tokens = tokens(&without(text, Blank::CommentsAndLiterals));
        Self {
            file: file.to_string(),
            module: module_of(file),
            lines: without(text, Blank::Comments)
                .lines()
                .map(str::to_string)
                .collect(),
            paths: paths(&tokens),
            tokens,
        }
    }

    /// The room it belongs to: the first module of its path; none for `lib.rs`.
    pub(super) fn room(&self) -> Option<&str> {
        self.module.first().map(String::as_str)
    }

    /// The lines of its `use` declarations.
    pub(super) fn use_lines(&self) -> BTreeSet<usize> {
        let mut lines = BTreeSet::new();
        let mut inside = false;
        for token in &self.tokens {
            inside |= token.text == "use";
            if inside {
                lines.insert(token.line);
            }
            inside &= token.text != ";";
        }
        lines
    }

    /// A place in it, as messages name it.
    pub(super) fn at(&self, line: usize) -> String {
        format!("src/{}:{line}", self.file)
    }
}

fn module_of(file: &str) -> Vec<String> {
    let mut module: Vec<String> = file
        .trim_end_matches(".rs")
        .split('/')
        .map(str::to_string)
        .collect();
    if module.last().is_some_and(|last| last == "mod") || module == ["lib"] {
        module.pop();
    }
    module
}

/// What is blanked out of a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Blank {
    Comments,
    CommentsAndLiterals,
}

/// `text` with comments, and the insides of string and character literals if they are not wanted
/// either, blanked out; lines stay where they are.
fn without(text: &str, blank: Blank) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut code = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let comment = comment_end(&chars, at);
        let end = comment.or_else(|| literal_end(&chars, at));
        let end = end.unwrap_or(at + 1);
        let piece = &chars[at..end];
        if comment.is_some() {
            code.push(' ');
            code.extend(piece.iter().filter(|c| **c == '\n'));
        } else if piece.len() > 1 && blank == Blank::CommentsAndLiterals {
            code.push('"');
            code.extend(piece.iter().filter(|c| **c == '\n'));
            code.push('"');
        } else {
            code.extend(piece);
        }
        at = end;
    }
    code
}

fn comment_end(chars: &[char], at: usize) -> Option<usize> {
    match chars.get(at..at + 2)? {
        ['/', '/'] => {
            let line = chars[at..].iter().position(|c| *c == '\n');
            Some(line.map_or(chars.len(), |length| at + length))
        }
        ['/', '*'] => {
            let (mut depth, mut end) = (1, at + 2);
            while depth > 0 && end < chars.len() {
                match chars.get(end..end + 2) {
                    Some(['*', '/']) => (depth, end) = (depth - 1, end + 2),
                    Some(['/', '*']) => (depth, end) = (depth + 1, end + 2),
                    _ => end += 1,
                }
            }
            Some(end)
        }
        _ => None,
    }
}

fn literal_end(chars: &[char], at: usize) -> Option<usize> {
    let starts_word = at == 0 || !(chars[at - 1].is_alphanumeric() || chars[at - 1] == '_');
    match chars[at] {
        '"' => Some(quoted_end(chars, at, '"')),
        'r' if starts_word => raw_end(chars, at + 1),
        'b' | 'c' if starts_word => match chars.get(at + 1)? {
            '"' => Some(quoted_end(chars, at + 1, '"')),
            '\'' => Some(quoted_end(chars, at + 1, '\'')),
            'r' => raw_end(chars, at + 2),
            _ => None,
        },
        // A lifetime has no closing quote after its first character.
        '\'' if chars.get(at + 1) == Some(&'\\') || chars.get(at + 2) == Some(&'\'') => {
            Some(quoted_end(chars, at, '\''))
        }
        _ => None,
    }
}

fn quoted_end(chars: &[char], open: usize, quote: char) -> usize {
    let mut at = open + 1;
    while at < chars.len() && chars[at] != quote {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    (at + 1).min(chars.len())
}

/// The end of a raw string whose `#`s or quote begin at `at`.
fn raw_end(chars: &[char], at: usize) -> Option<usize> {
    let hashes = chars[at..].iter().take_while(|c| **c == '#').count();
    let open = at + hashes;
    if chars.get(open) != Some(&'"') {
        return None;
    }
    let closes = |end: &usize| {
        chars[*end] == '"'
            && chars[end + 1..]
                .iter()
                .take(hashes)
                .filter(|c| **c == '#')
                .count()
                == hashes
    };
    let end = (open + 1..chars.len()).find(closes);
    Some(end.map_or(chars.len(), |end| end + 1 + hashes))
}

fn tokens(code: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    for (index, line) in code.lines().enumerate() {
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let length = if first.is_alphanumeric() || first == '_' {
                rest.find(|c: char| !c.is_alphanumeric() && c != '_')
                    .unwrap_or(rest.len())
            } else if rest.starts_with("::") {
                2
            } else {
                first.len_utf8()
            };
            tokens.push(Token {
                line: index + 1,
                text: rest[..length].to_string(),
            });
            rest = rest[length..].trim_start();
        }
    }
    tokens
}

fn is_word(token: &Token) -> bool {
    token
        .text
        .starts_with(|c: char| c.is_alphabetic() || c == '_')
}

fn text_at(tokens: &[Token], at: usize) -> &str {
    tokens.get(at).map_or("", |token| &token.text)
}

/// Every path of a file: the leaves of its `use` declarations and the paths in its code.
fn paths(tokens: &[Token]) -> Vec<Named> {
    let mut paths = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        at = match tokens[at].text.as_str() {
            // `use<'a>` is a bound, not an import.
            "use" if text_at(tokens, at + 1) != "<" => {
                let shared = at > 0 && matches!(text_at(tokens, at - 1), "pub" | ")");
                let mut leaves = Vec::new();
                let end = use_tree(tokens, at + 1, &mut Vec::new(), &mut leaves);
                paths.extend(leaves.into_iter().map(|leaf| leaf.named(shared)));
                end
            }
            // `pub(in path)` says who may see, and imports nothing.
            "in" if at > 0 && text_at(tokens, at - 1) == "(" => path_end(tokens, at + 1),
            _ if is_word(&tokens[at]) => {
                let end = path_end(tokens, at);
                let path = words(&tokens[at..end]);
                if path.len() > 1 {
                    paths.push(Named {
                        line: tokens[at].line,
                        path,
                        by: By::Code,
                    });
                }
                end
            }
            _ => at + 1,
        };
    }
    paths
}

/// The first token after the path that begins at `at`.
fn path_end(tokens: &[Token], at: usize) -> usize {
    let mut end = at + 1;
    while text_at(tokens, end) == "::" && tokens.get(end + 1).is_some_and(is_word) {
        end += 2;
    }
    end
}

fn words(tokens: &[Token]) -> Vec<String> {
    tokens
        .iter()
        .filter(|token| is_word(token))
        .map(|token| token.text.clone())
        .collect()
}

struct Leaf {
    line: usize,
    path: Vec<String>,
    name: String,
}

impl Leaf {
    fn named(self, shared: bool) -> Named {
        Named {
            line: self.line,
            path: self.path,
            by: if shared {
                By::Reexport(self.name)
            } else {
                By::Import(self.name)
            },
        }
    }
}

/// Reads one tree of a `use` declaration, below the path `before`, and returns where it ends.
fn use_tree(
    tokens: &[Token],
    mut at: usize,
    before: &mut Vec<String>,
    leaves: &mut Vec<Leaf>,
) -> usize {
    let depth = before.len();
    loop {
        match text_at(tokens, at) {
            "{" => {
                at += 1;
                while !matches!(text_at(tokens, at), "}" | "") {
                    at = use_tree(tokens, at, before, leaves);
                    at += usize::from(text_at(tokens, at) == ",");
                }
                before.truncate(depth);
                return at + 1;
            }
            "," | "}" | ";" | "" => break,
            "::" => at += 1,
            "as" => at += 2,
            segment => {
                before.push(segment.to_string());
                at += 1;
            }
        }
    }
    if before.len() > depth {
        let mut path = before.clone();
        // `a::{self}` is `a`, while a path may begin with `self`.
        if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        let last = path.last().cloned().unwrap_or_default();
        let renamed = at >= 2 && text_at(tokens, at - 2) == "as";
        leaves.push(Leaf {
            line: tokens[at - 1].line,
            name: if renamed {
                text_at(tokens, at - 1).to_string()
            } else {
                last
            },
            path,
        });
    }
    before.truncate(depth);
    at
}
