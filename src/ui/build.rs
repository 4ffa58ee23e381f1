//! Compiles the component sheets: each under a class of its own, which `sheet!` hands to its component.
//!
//! The class is a hash of the sheet's text, so server and browser agree on it, and no two sheets share one.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use stylers::{Class, from_str};
use xxhash_rust::xxh3::xxh3_64;

/// Cargo runs this in the folder of the crate.
const ROOT: &str = "../..";
const SHEETS: &str = "style/components";
/// What Tailwind reads of them, kept in the repository because it runs before the first build is done.
const COMPILED_SHEETS: &str = "style/generated/components.css";

fn main() -> io::Result<()> {
    let root = Path::new(ROOT);
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", root.join(SHEETS).display());
    let mut compiled = String::from("/* Made by src/ui/build.rs from style/components. Do not edit. */\n");
    let mut arms = String::new();
    for path in sheets(&root.join(SHEETS))? {
        let sheet = fs::read_to_string(&path)?;
        let class = format!("l-{:08x}", xxh3_64(sheet.as_bytes()) >> 32);
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let _ = writeln!(arms, "    ({name:?}) => {{ {class:?} }};");
        let rules = from_str(&sheet, &Class::new(class));
        let _ = write!(compiled, "\n/* {SHEETS}/{name}.css */\n{}\n", rules.trim());
    }
    write_if_changed(&root.join(COMPILED_SHEETS), &compiled)?;
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("OUT_DIR is set by cargo"))?;
    // A macro and no constants, because `concat!` takes nothing else.
    write_if_changed(
        &Path::new(&out).join("sheets.rs"),
        &format!("macro_rules! sheet {{\n{arms}}}\n"),
    )
}

/// Sorted, so that the same files give the same output everywhere.
fn sheets(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let paths = fs::read_dir(folder)?.map(|entry| Ok(entry?.path()));
    let mut paths = paths.collect::<io::Result<Vec<_>>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "css"));
    paths.sort();
    Ok(paths)
}

/// A build that changes nothing rebuilds nothing.
fn write_if_changed(path: &Path, text: &str) -> io::Result<()> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    fs::write(path, text)
}
