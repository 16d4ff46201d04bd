//! Embeds every language pack under `config/languages`, every table of common words under
//! `config/names` and every model under `models/translation`,
//! so that a new language is a new file there and no edit anywhere else.

use std::{env, error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    embed("config/languages", "toml", "include_str", "packs.rs")?;
    embed("config/names", "tsv", "include_str", "names.rs")?;
    embed("models/translation", "bin", "include_bytes", "models.rs")
}

/// Writes an expression into the file `out`: name without ending and content of every file in
/// `folder` with this ending, by name.
fn embed(folder: &str, ending: &str, include: &str, out: &str) -> Result<(), Box<dyn Error>> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join(folder);
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files: Vec<_> = fs::read_dir(&folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.retain(|path| path.extension().is_some_and(|e| e == ending));
    files.sort();
    let rows: String = files
        .iter()
        .map(|path| {
            let name = path.file_stem().unwrap_or_default();
            format!("({name:?}, {include}!({path:?})),\n")
        })
        .collect();
    let out = Path::new(&env::var("OUT_DIR")?).join(out);
    Ok(fs::write(out, format!("&[{rows}]"))?)
}
