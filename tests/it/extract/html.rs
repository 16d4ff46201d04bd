//! From bytes to a tree: character sets, pruning, the parser and its limits.

mod charset;
mod limits;
mod markdown;
mod parse;
mod prune;

const LONG: &str = "El puente de madera volverá a abrirse después de tres años, según la señora Núñez, \
    que vende los billetes del transbordador junto al muelle y no quería esperar más.";
