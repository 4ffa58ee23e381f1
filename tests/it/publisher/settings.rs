//! `adwatch hook install` and `uninstall` on settings as people have them.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Output};

use intake::push::hook::events::OF_CLAUDE_CODE;
use serde_json::Value;
use tempfile::TempDir;

/// Settings with hooks of others, in an order of their own.
const THEIRS: &str = r#"{
  "permissions": {
    "deny": [],
    "allow": [
      "Bash(cargo test:*)"
    ]
  },
  "hooks": {
    "Stop": [
      {
        "hooks": [
          {
            "type": "command",
            "command": "notify-send done"
          }
        ]
      }
    ]
  },
  "cleanupPeriodDays": 10.0
}
"#;

fn hook(home: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_adwatch"));
    // No Claude Code but the one that a test puts there.
    command.env("PATH", home.join("bin"));
    command.arg("hook").args(arguments).env("HOME", home).current_dir(home);
    command.output().expect("the binary starts")
}

fn done(home: &Path, arguments: &[&str]) -> String {
    let output = hook(home, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").flatten();
    let mut names: Vec<_> = entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn it_goes_in_beside_what_is_there_and_out_again() {
    let home = TempDir::new().expect("a folder");
    let folder = home.path().join(".claude");
    let path = folder.join("settings.json");
    fs::create_dir(&folder).expect("a folder");
    fs::write(&path, THEIRS).expect("written");

    let said = done(home.path(), &["install", "--user", "--dry-run"]);
    assert!(
        said.contains("would be changed") && said.contains("PreToolUse"),
        "{said}"
    );
    assert_eq!(
        (fs::read_to_string(&path).expect("read").as_str(), names(&folder).len()),
        (THEIRS, 1)
    );

    done(home.path(), &["install", "--user"]);
    let with = fs::read_to_string(&path).expect("read");
    let settings: Value = serde_json::from_str(&with).expect("JSON");
    let hooks = settings["hooks"].as_object().expect("hooks");
    let installed = OF_CLAUDE_CODE.iter().filter(|event| event.is_installed).count();
    assert_eq!(hooks.len(), installed, "{with}");
    for (event, entries) in hooks {
        let entries = entries.as_array().expect("a list");
        let command = entries
            .last()
            .and_then(|entry| entry["hooks"][0]["command"].as_str())
            .expect("a command");
        assert!(command.ends_with("adwatch hook"), "{event}: {command}");
    }
    assert_eq!(settings["hooks"]["Stop"][0]["hooks"][0]["command"], "notify-send done");
    assert!(
        with.contains("10.0") && with.find("permissions") < with.find("\"hooks\""),
        "{with}"
    );
    let backups = names(&folder);
    assert_eq!(backups.len(), 2, "{backups:?}");
    assert!(backups[1].starts_with("settings.json.adwatch-backup-"), "{backups:?}");
    assert_eq!(fs::read_to_string(folder.join(&backups[1])).expect("read"), THEIRS);

    assert!(done(home.path(), &["install", "--user"]).contains("nothing to change"));
    assert_eq!(
        (fs::read_to_string(&path).expect("read"), names(&folder).len()),
        (with, 2)
    );

    done(home.path(), &["uninstall", "--user"]);
    assert_eq!(fs::read_to_string(&path).expect("read"), THEIRS);
    assert!(done(home.path(), &["uninstall", "--user"]).contains("nothing to change"));
}

#[test]
fn a_claude_code_that_knows_few_events_is_asked_for_few_and_for_all_once_it_is_newer() {
    let home = TempDir::new().expect("a folder");
    let claude = home.path().join("bin/claude");
    fs::create_dir(home.path().join("bin")).expect("a folder");
    let install = |version: &str| {
        fs::write(&claude, format!("#!/bin/sh\necho '{version} (Claude Code)'\n")).expect("written");
        fs::set_permissions(&claude, fs::Permissions::from_mode(0o755)).expect("executable");
        done(home.path(), &["install", "--user"]);
        let text = fs::read_to_string(home.path().join(".claude/settings.json")).expect("read");
        let settings: Value = serde_json::from_str(&text).expect("JSON");
        settings["hooks"].as_object().expect("hooks").len()
    };
    assert_eq!(install("2.1.64"), 12);
    assert_eq!(install("2.1.332"), 31);
    assert_eq!(install("2.1.64"), 12, "and back");
}

#[test]
fn a_project_gets_settings_of_its_own_and_a_link_stays_one() {
    let home = TempDir::new().expect("a folder");
    let project = home.path().join("shop");
    fs::create_dir(&project).expect("a folder");
    assert!(
        done(home.path(), &["install", "--project", "--dry-run"]).contains(".claude/settings.json would be changed")
    );
    done(home.path(), &["install", "--project", "shop"]);
    let path = project.join(".claude/settings.json");
    assert!(path.is_file() && !home.path().join(".claude").exists());
    assert_eq!(names(&project.join(".claude")).len(), 1, "there was nothing to keep");
    done(home.path(), &["uninstall", "--project", "shop"]);
    assert_eq!(fs::read_to_string(&path).expect("read"), "{}\n");

    fs::remove_file(&path).expect("removed");
    fs::write(home.path().join("dotfile.json"), THEIRS).expect("written");
    symlink(home.path().join("dotfile.json"), &path).expect("a link");
    done(home.path(), &["install", "--project", "shop"]);
    assert!(path.is_symlink());
    assert!(
        fs::read_to_string(home.path().join("dotfile.json"))
            .expect("read")
            .contains("adwatch hook")
    );
}

#[test]
fn settings_that_are_broken_are_refused_and_left_as_they_are() {
    let home = TempDir::new().expect("a folder");
    let folder = home.path().join(".claude");
    fs::create_dir(&folder).expect("a folder");
    for broken in [
        "{\"hooks\": ",
        "[]",
        "{\"hooks\": [1]}",
        "{\"hooks\": {\"Stop\": {}}}",
        "{} // mine",
    ] {
        fs::write(folder.join("settings.json"), broken).expect("written");
        let output = hook(home.path(), &["install", "--user"]);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            !output.status.success() && said.contains("nothing was changed") && said.contains("Repair it"),
            "{broken}: {said}"
        );
        assert_eq!(fs::read_to_string(folder.join("settings.json")).expect("read"), broken);
        assert_eq!(names(&folder).len(), 1);
    }
    assert_eq!(
        hook(home.path(), &["install", "--project", "nowhere"]).status.code(),
        Some(2)
    );
}
