//! Signals reach the command as if it had been started without adwatch: each once.

use std::io::Write as _;
use std::os::fd::OwnedFd;

use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::*;

/// Counts interrupts, and tells how many there were when it is asked to end.
const COUNTING: &str = "n=0; trap 'n=$((n+1)); echo \"interrupt $n\"' INT; trap 'echo \"$n in all\"; exit 5' TERM; echo ready; \
    while :; do sleep 0.02; done";

#[test]
fn a_signal_is_passed_on() {
    let project = Project::alone();
    let mut running = Running::start(&mut project.run(&[], COUNTING));
    assert_eq!(running.line(), "ready");
    let adwatch = Pid::from_child(&running.child);
    kill_process(adwatch, Signal::INT).expect("it runs");
    assert_eq!(running.line(), "interrupt 1");
    kill_process(adwatch, Signal::TERM).expect("it runs");
    assert_eq!(running.end(), ("1 in all\n".to_owned(), Some(5)));
}

#[test]
fn a_child_that_dies_of_a_signal_is_told_as_a_shell_does() {
    let project = Project::alone();
    for (signal, code) in [(Signal::HUP, 129), (Signal::QUIT, 131), (Signal::USR1, 138)] {
        let mut running = Running::start(&mut project.run(&[], "echo ready; while :; do sleep 0.02; done"));
        assert_eq!(running.line(), "ready");
        kill_process(Pid::from_child(&running.child), signal).expect("it runs");
        assert_eq!(running.end().1, Some(code));
    }
}

#[test]
fn an_interrupt_of_the_terminal_reaches_the_child_once() {
    let project = Project::alone();
    let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
    grantpt(&terminal).expect("ours");
    unlockpt(&terminal).expect("ours");
    let name = ptsname(&terminal, Vec::new()).expect("a name");
    let path = name.to_str().expect("a path").to_owned();
    let side = || {
        fs::File::options()
            .read(true)
            .write(true)
            .open(&path)
            .expect("its other side")
    };
    // A session of its own, whose terminal this is.
    let mut command = Command::new("setsid");
    command.args([
        "-c",
        env!("CARGO_BIN_EXE_adwatch"),
        "run",
        "--adw-id",
        ID,
        "--",
        "sh",
        "-c",
        COUNTING,
    ]);
    project.settle_in(&mut command);
    command.stdin(side()).stdout(side()).stderr(side());
    let mut child = command.spawn().expect("it starts");
    let mut keyboard = fs::File::from(OwnedFd::try_clone(&terminal).expect("ours"));
    let mut screen = BufReader::new(fs::File::from(terminal));
    let mut line = || {
        let mut line = String::new();
        screen.read_line(&mut line).expect("a line");
        // The terminal shows what is typed.
        line.trim().trim_start_matches("^C").to_owned()
    };
    assert_eq!(line(), "ready");
    keyboard.write_all(b"\x03").expect("somebody types");
    assert_eq!(line(), "interrupt 1");
    kill_process(Pid::from_child(&child), Signal::TERM).expect("it runs");
    assert_eq!(line(), "1 in all");
    assert_eq!(child.wait().expect("it is ours").code(), Some(5));
}

#[test]
fn what_is_ignored_stays_ignored() {
    let project = Project::alone();
    let script = "echo ready; read line < /dev/null; kill -HUP $$; kill -HUP $PPID; echo alive";
    let mut command = Command::new("nohup");
    command.args([
        env!("CARGO_BIN_EXE_adwatch"),
        "run",
        "--adw-id",
        ID,
        "--",
        "sh",
        "-c",
        script,
    ]);
    project.settle_in(&mut command);
    let output = done(&mut command);
    assert_eq!(
        (output.status.code(), output.stdout.as_slice()),
        (Some(0), b"ready\nalive\n".as_slice())
    );
}
