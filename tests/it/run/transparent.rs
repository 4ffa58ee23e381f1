//! What the command reads, prints and ends with is what it would be without adwatch.

use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

use super::*;
use crate::harness::can_mount;

#[test]
fn the_bytes_of_the_output_and_of_the_file_are_the_childs() {
    let project = Project::alone();
    // Binary bytes, lines of 2 MB, half a line at the end.
    let mut bytes: Vec<u8> = (0..=255).cycle().take(70_001).collect();
    bytes.extend(
        format!(
            "\n{{\"type\":\"assistant\",\"message\":{{\"content\":\"{}\"}}}}\r\n",
            "x".repeat(2_000_000)
        )
        .bytes(),
    );
    bytes.extend(b"\n\n{\"type\":\"assis");
    fs::write(project.path("bytes"), &bytes).expect("a file");
    let output = done(&mut project.run(&[], "cat bytes; echo to stderr >&2; exit 7"));
    assert_eq!(output.status.code(), Some(7));
    assert!(
        output.stdout == bytes,
        "{} bytes of {}",
        output.stdout.len(),
        bytes.len()
    );
    assert!(project.file() == bytes);
    assert_eq!(output.stderr, b"to stderr\n");
}

#[test]
fn the_exit_code_is_that_of_a_shell() {
    let project = Project::alone();
    for (script, code) in [
        ("exit 0", 0),
        ("exit 255", 255),
        ("kill -KILL $$", 137),
        ("kill -TERM $$", 143),
        ("kill -SEGV $$", 139),
    ] {
        assert_eq!(
            done(&mut project.run(&[], script)).status.code(),
            Some(code),
            "{script}"
        );
    }
    fs::write(project.path("no-program"), "text").expect("a file");
    fs::set_permissions(project.path("no-program"), fs::Permissions::from_mode(0o644)).expect("ours");
    for (program, code) in [("./not-there", 127), ("./no-program", 126)] {
        let output = done(&mut project.run_command(&["--stage", "build"], &[program]));
        assert_eq!(output.status.code(), Some(code));
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains("cannot be run") && said.lines().count() == 1, "{said}");
    }
    let waiting = project.waiting();
    let failed = waiting
        .iter()
        .filter(|item| item["data"]["event_type"] == "stage_failed");
    assert_eq!(failed.count(), 2);
    let messages = entries(&waiting);
    let is_told = |text: &str| {
        messages
            .iter()
            .any(|(level, told)| level == "ERROR" && told.starts_with(text))
    };
    for told in [
        "sh failed with exit code 255",
        "sh was ended by SIGKILL",
        "not-there cannot be run",
    ] {
        assert!(is_told(told), "{told}: {messages:?}");
    }
}

#[test]
fn what_is_said_reaches_the_child_and_what_it_says_comes_at_once() {
    let project = Project::alone();
    let mut command = project.run(
        &["--stage", "build"],
        "printf 'name? '; read name; echo \"$name $ADWATCH_ADW_ID $ADWATCH_AGENT $ADWATCH_STAGE\"",
    );
    let mut running = Running::start(command.stdin(Stdio::piped()));
    let mut asked = [0; 6];
    running
        .output
        .read_exact(&mut asked)
        .expect("half a line, before it ends");
    assert_eq!(&asked, b"name? ");
    let mut input = running.child.stdin.take().expect("stdin is piped");
    input.write_all(b"Ada\n").expect("it reads");
    let (rest, code) = running.end();
    assert_eq!((rest.as_str(), code), ("Ada c0a43f47 builder build\n", Some(0)));
}

#[test]
fn when_nobody_reads_the_output_any_more_the_child_goes_on() {
    let project = Project::alone();
    let go = project.pipe("go");
    let mut running = Running::start(&mut project.run(&[], "echo first; read line < go; seq 100000; echo done > done"));
    assert_eq!(running.line(), "first");
    drop(running.output);
    fs::write(go, "go\n").expect("it reads");
    assert_eq!(running.child.wait().expect("it is ours").code(), Some(0));
    assert_eq!(
        fs::read_to_string(project.path("done")).expect("it got there"),
        "done\n"
    );
    assert_eq!(project.file().len(), "first\n".len() + 588_895);
}

#[test]
fn a_retry_begins_a_file_of_its_own() {
    let project = Project::alone();
    let inode = || fs::metadata(project.path("agents/c0a43f47/builder/raw_output.jsonl")).expect("the file");
    done(&mut project.run(&[], "echo one"));
    let first = inode();
    done(&mut project.run(&[], "echo two"));
    assert_eq!(project.file(), b"two\n");
    let second = inode();
    assert!(first.ino() != second.ino() || first.created().ok() != second.created().ok());
}

#[test]
fn a_folder_that_cannot_be_written_is_told_and_nothing_else() {
    let project = Project::alone();
    let output = done(&mut project.run(&["--agents", "/dev/null/agents"], "echo all the same"));
    assert_eq!(
        (output.status.code(), output.stdout.as_slice()),
        (Some(0), b"all the same\n".as_slice())
    );
    assert_eq!(output.stderr, b"");
    let messages = entries(&project.waiting());
    let is_told =
        |(level, told): &(String, String)| level == "WARNING" && told.contains("raw_output.jsonl is not written");
    assert!(messages.iter().any(is_told), "{messages:?}");
}

#[test]
fn a_full_disk_does_not_stop_the_output() {
    if !can_mount() {
        return;
    }
    let project = Project::alone();
    let mut command = Command::new("unshare");
    let script = "mount -t tmpfs -o size=64k tmpfs disk && exec \"$0\" \"$@\"";
    command.args(["-rm", "sh", "-c", script, env!("CARGO_BIN_EXE_adwatch")]);
    command.args(["run", "--adw-id", ID, "--agents", "disk/agents", "--", "seq", "200000"]);
    project.settle_in(&mut command);
    command.env("ADWATCH_SPOOL", "disk/spool");
    fs::create_dir(project.path("disk")).expect("a folder");
    let output = done(&mut command);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(output.stdout.len(), 1_288_895);
}
