//! The command line, the settings, and how the server starts and stops.

use std::process::Command;

use rustix::process::Signal;

use crate::harness::server;

fn said(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn help_and_version_are_there() {
    let adwatch = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_adwatch")).args(arguments).output();
        output.expect("the binary starts")
    };
    for arguments in [&["--version"][..], &["version"]] {
        let output = adwatch(arguments);
        assert!(output.status.success());
        assert_eq!(said(&output.stdout), format!("adwatch {}\n", env!("CARGO_PKG_VERSION")));
    }
    for flag in ["--agents", "--listen", "--data", "--demo", "--config", "Examples:"] {
        assert!(said(&adwatch(&["serve", "--help"]).stdout).contains(flag), "{flag}");
    }
    for flag in [
        "--url",
        "--agents",
        "--speed",
        "--workflows",
        "--seed",
        "--replay",
        "--listen",
        "Examples:",
    ] {
        assert!(said(&adwatch(&["demo", "--help"]).stdout).contains(flag), "{flag}");
    }
    for flag in ["--data", "--config", "FILE", "Examples:"] {
        assert!(said(&adwatch(&["import", "--help"]).stdout).contains(flag), "{flag}");
    }
    for flag in [
        "--adw-id",
        "--agent",
        "--stage",
        "--agents",
        "--grace",
        "--kill-after",
        "Examples:",
    ] {
        assert!(said(&adwatch(&["run", "--help"]).stdout).contains(flag), "{flag}");
    }
    for flag in [
        "--kind",
        "--level",
        "--query",
        "--since",
        "--last",
        "--no-follow",
        "--until-end",
        "--json",
        "Examples:",
    ] {
        assert!(said(&adwatch(&["tail", "--help"]).stdout).contains(flag), "{flag}");
    }
    assert_eq!(adwatch(&["serve", "--port", "1"]).status.code(), Some(2));
}

#[test]
fn a_mistake_in_the_settings_is_refused_with_its_line() {
    for (settings, line, allowed) in [
        ("[server]\nlistn = \"127.0.0.1:0\"\n", "Leptos.toml:2", "listen"),
        ("[server]\n\nheartbeat = 5\n", "Leptos.toml:3", "\"5s\""),
        ("[servers]\n", "Leptos.toml:1", "[server]"),
    ] {
        let output = server().settings(settings).refused();
        assert_eq!(output.status.code(), Some(2), "{settings}");
        let said = said(&output.stderr);
        assert!(said.contains(line) && said.contains(allowed), "{said}");
        assert_eq!(output.stdout, b"", "nothing says that it runs");
    }
}

#[test]
fn other_machines_are_not_listened_to() {
    let output = server().arguments(["--listen", "0.0.0.0:0"]).refused();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said(&output.stderr).contains("this machine"),
        "{}",
        said(&output.stderr)
    );
}

#[test]
fn what_cannot_be_used_is_said_in_one_sentence() {
    let running = server().start();
    let taken = server().arguments(["--listen", &running.address]).refused();
    let in_use = server()
        .arguments(["--data".into(), running.data().into_os_string()])
        .refused();
    let is_a_file = server().arguments(["--data", "/dev/null/adwatch"]).refused();
    let damaged = running.folder().join("damaged");
    std::fs::create_dir(&damaged).expect("a folder");
    std::fs::write(damaged.join("journal.db"), "this is no journal".repeat(1_000)).expect("a file");
    let damaged = server()
        .arguments(["--data".into(), damaged.into_os_string()])
        .refused();
    for (output, cause, way_out) in [
        (taken, "is already in use", "--listen"),
        (in_use, "another adwatch is using", "--data"),
        (is_a_file, "cannot open the journal", "--data"),
        (damaged, "is damaged", "Nothing was changed"),
    ] {
        let said = said(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(cause) && said.contains(way_out), "{said}");
        assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    }
}

#[tokio::test]
async fn a_signal_stops_it_soon_and_cleanly() {
    for signal in [Signal::INT, Signal::TERM] {
        let server = server().start();
        assert_eq!(server.get("/").await.status, 200);
        let (status, took) = server.stop(signal);
        assert!(status.success(), "{status}");
        assert!(took.as_secs() < 3, "{took:?}");
    }
}
