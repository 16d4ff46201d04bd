//! Embeds every file of `config/languages`, so that a new language is one new file.

use std::{env, error::Error, fs, path::Path};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("config/languages");
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut files: Vec<_> = fs::read_dir(&folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.retain(|path| path.extension().is_some_and(|e| e == "toml"));
    files.sort();
    let rows: String = files
        .iter()
        .map(|path| {
            format!(
                "({:?}, include_str!({path:?})),\n",
                path.file_stem().unwrap_or_default()
            )
        })
        .collect();
    let out = Path::new(&env::var("OUT_DIR")?).join("packs.rs");
    Ok(fs::write(out, format!("&[{rows}]"))?)
}
