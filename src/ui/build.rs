//! Compiles the component sheets: what Tailwind reads of them is written beside them, and kept in the repository.
//!
//! Written only when it differs, so that a build that changes nothing rebuilds nothing.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use stylers::{Class, from_str};

/// Cargo runs this in the folder of the crate.
const ROOT: &str = "../..";
const SHEETS: &str = "style/components";
const COMPILED_SHEETS: &str = "style/generated/components.css";

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    compile_sheets()
}

/// Gives every sheet in `style/components` the scope class that `style_sheet!` hands to its component.
fn compile_sheets() -> io::Result<()> {
    let root = Path::new(ROOT);
    println!("cargo::rerun-if-changed={}", root.join(SHEETS).display());
    let mut compiled = String::from("/* Made by build.rs from style/components. Do not edit. */\n");
    let mut owners = HashMap::new();
    for path in files_below(&root.join(SHEETS))? {
        let sheet = fs::read_to_string(&path)?;
        let class = Class::rand_class_from_seed(sheet.clone());
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        // stylers derives the class from the sheet's length alone, so two sheets of equal length would share it.
        if let Some(other) = owners.insert(class.as_name().to_owned(), name.clone()) {
            return Err(io::Error::other(format!(
                "{other} and {name} have the same number of characters and would share the class {}: \
                 lengthen a comment in one of them",
                class.as_name()
            )));
        }
        let _ = write!(compiled, "\n/* {name} */\n{}\n", from_str(&sheet, &class).trim());
    }
    write_if_changed(&root.join(COMPILED_SHEETS), compiled.as_bytes())
}

/// Every file below `dir`, sorted, so that the same files give the same output everywhere.
fn files_below(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            files.extend(files_below(&path)?);
        } else if !path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.'))
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn write_if_changed(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(path, bytes)
}
