//! How long functions are.

use super::reader::{Source, Token};

/// Lines of a function below the one that names it.
pub(super) const LINES_MAX: usize = 75;

/// Functions that no screen shows whole, whatever stands before their `fn`.
pub(super) fn too_long(sources: &[Source]) -> Vec<String> {
    let mut told = Vec::new();
    for source in sources {
        let tokens = &source.tokens;
        let heads = (0..tokens.len()).filter(|at| tokens[*at].text == "fn");
        for (at, lines) in heads.filter_map(|at| Some((at, length(tokens, at)?))) {
            if lines > LINES_MAX {
                told.push(format!(
                    "{}: `{}` has {lines} lines; cut it at its joints",
                    source.at(tokens[at].line),
                    tokens[at + 1].text
                ));
            }
        }
    }
    told
}

/// Lines of the function whose `fn` stands at `at`; `None` for one without a body.
fn length(tokens: &[Token], at: usize) -> Option<usize> {
    // `fn(u8) -> u8` is a type, and `fn $name` a macro's template.
    let named = tokens
        .get(at + 1)?
        .text
        .starts_with(|c: char| c.is_alphabetic() || c == '_');
    let mut depth = 0_usize;
    for token in tokens[at..].iter().filter(|_| named) {
        match token.text.as_str() {
            "(" | "[" | "{" => depth += 1,
            ";" if depth == 0 => return None,
            ")" | "]" | "}" => {
                depth = depth.saturating_sub(1);
                if depth == 0 && token.text == "}" {
                    return Some(token.line - tokens[at].line);
                }
            }
            _ => {}
        }
    }
    None
}
