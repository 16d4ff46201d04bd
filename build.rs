//! Embeds every language pack under `config/languages`, all wordings under `config/wordings`, every table
//! of common words under `config/names` and every model under `models/translation`,
//! so that a new language is a new file there and no edit anywhere else. And says of which commit a
//! release build is.

use std::{env, error::Error, fs, path::Path, process::Command};

/// Digits of a commit: enough for any repository.
const REVISION_DIGITS: &str = "--short=12";

fn main() -> Result<(), Box<dyn Error>> {
    embed("config/languages", "toml", "include_str", "packs.rs")?;
    embed("config/wordings", "toml", "include_str", "wordings.rs")?;
    embed("config/names", "tsv", "include_str", "names.rs")?;
    embed("models/translation", "bin", "include_bytes", "models.rs")?;
    name_revision();
    Ok(())
}

/// Sets `BENGGALA_REVISION`: as whoever builds says, else the commit of the clone. What is built while
/// one works here has none, or each commit would build everything anew.
fn name_revision() {
    println!("cargo::rerun-if-env-changed=BENGGALA_REVISION");
    if env::var_os("BENGGALA_REVISION").is_some() || env::var("PROFILE").as_deref() != Ok("release")
    {
        return;
    }
    let Some(revision) = git(&["rev-parse", REVISION_DIGITS, "HEAD"]) else {
        return;
    };
    println!("cargo::rustc-env=BENGGALA_REVISION={revision}");
    // What changes with the commit: the branch that is checked out, and where it is.
    let branch = git(&["symbolic-ref", "-q", "HEAD"]);
    for name in branch
        .iter()
        .map(String::as_str)
        .chain(["HEAD", "packed-refs"])
    {
        let file = git(&["rev-parse", "--git-path", name]);
        if let Some(file) = file.filter(|file| Path::new(file).exists()) {
            println!("cargo::rerun-if-changed={file}");
        }
    }
}

/// What git says here; `None` without git or outside of a clone.
fn git(args: &[&str]) -> Option<String> {
    let output = Command::new("git").args(args).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !text.trim().is_empty()).then(|| text.trim().to_string())
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
