//! Gathers the built front end into a table that the binary embeds.
//!
//! Written only when it differs, so that a build that changes nothing rebuilds nothing.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::Xxh3Default;

fn main() -> io::Result<()> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=ADWATCH_SITE_DIR");
    embed_assets()
}

/// Writes `assets.rs` into OUT_DIR: the build id and one entry per file of the site, empty where no site was built.
///
/// Only release builds embed the site, so that checks and unit tests do not depend on what happens to lie there;
/// `ADWATCH_SITE_DIR` embeds another folder, in any profile.
fn embed_assets() -> io::Result<()> {
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("OUT_DIR is set by cargo"))?);
    let copies = out.join("assets");
    let mut entries = String::new();
    let mut build = Xxh3Default::new();

    if let Some(site) = site_dir(&out) {
        // cargo reruns a build script at every build for a path that does not exist.
        fs::create_dir_all(&site)?;
        println!("cargo::rerun-if-changed={}", site.display());
        for file in files_below(&site)? {
            let path = file
                .strip_prefix(&site)
                .map_err(io::Error::other)?
                .display()
                .to_string();
            if [".br", ".gz", ".d.ts"].iter().any(|end| path.ends_with(end)) {
                continue;
            }
            let bytes = fs::read(&file)?;
            let tag = xxhash_rust::xxh3::xxh3_128(&bytes);
            build.update(path.as_bytes());
            build.update(&tag.to_le_bytes());
            write_if_changed(&copies.join(&path), &bytes)?;
            let brotli = compressed(&site, &copies, &path, "br", bytes.len())?;
            let gzip = compressed(&site, &copies, &path, "gz", bytes.len())?;
            let _ = writeln!(
                entries,
                "    Asset {{ path: {path:?}, mime: {mime:?}, etag: \"\\\"{tag:032x}\\\"\", identity: {identity}, \
                 brotli: {brotli}, gzip: {gzip} }},",
                mime = mime_of(&path),
                identity = include(&path),
            );
        }
    }

    let id = format!("{:016x}", build.digest());
    let table = format!(
        "pub const ASSETS: Assets = Assets {{ build_id: {id:?}, files: FILES }};\n\nstatic FILES: &[Asset] = &[\n{entries}];\n"
    );
    write_if_changed(&out.join("assets.rs"), table.as_bytes())
}

/// The folder that cargo-leptos fills: `site` in the target directory that this build writes to.
fn site_dir(out: &Path) -> Option<PathBuf> {
    if let Some(dir) = env::var_os("ADWATCH_SITE_DIR") {
        return Some(PathBuf::from(dir));
    }
    if env::var("PROFILE").ok()? != "release" {
        return None;
    }
    // OUT_DIR is <target>/[<triple>/]<profile>/build/<package>-<hash>/out.
    let above_profile = out.ancestors().nth(4)?;
    let triple = env::var("TARGET").ok()?;
    let target = if above_profile.ends_with(triple) {
        above_profile.parent()?
    } else {
        above_profile
    };
    Some(target.join("site"))
}

/// Copies a precompressed sibling, where there is one and it is smaller, and names it as a Rust expression.
fn compressed(site: &Path, copies: &Path, path: &str, extension: &str, identity_bytes: usize) -> io::Result<String> {
    let path = format!("{path}.{extension}");
    match fs::read(site.join(&path)) {
        Ok(bytes) if bytes.len() < identity_bytes => {
            write_if_changed(&copies.join(&path), &bytes)?;
            Ok(format!("Some({})", include(&path)))
        }
        Ok(_) => Ok("None".to_owned()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok("None".to_owned()),
        Err(error) => Err(error),
    }
}

fn include(path: &str) -> String {
    format!(
        "include_bytes!(concat!(env!(\"OUT_DIR\"), {:?}))",
        format!("/assets/{path}")
    )
}

fn mime_of(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "ico" => "image/x-icon",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        "webmanifest" => "application/manifest+json",
        "woff2" => "font/woff2",
        _ => "application/octet-stream",
    }
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
