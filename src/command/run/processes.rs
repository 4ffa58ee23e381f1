//! What a tree of processes uses, read from `/proc`; nothing where that does not exist.

use std::fs;

/// The sums over a tree. Counters only grow, except when a process that nobody waited for ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Taken {
    pub processes: u64,
    /// Pages shared by several processes count for each.
    pub memory_bytes: u64,
    /// CPU time, including that of processes that have ended.
    pub cpu_ms: u64,
    pub read_bytes: u64,
    pub written_bytes: u64,
}

/// One process, from its `stat` file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stat {
    parent: u32,
    is_zombie: bool,
    own_ticks: u64,
    /// The CPU time of children that have ended, and of theirs.
    ended_ticks: u64,
    memory_pages: u64,
}

/// All descendants of a process, without itself. Processes that lost their parent are our children, since we asked for that.
pub fn below(root: u32) -> Option<Taken> {
    let mut all: Vec<(u32, Stat)> = Vec::new();
    for entry in fs::read_dir("/proc").ok()?.flatten() {
        let pid = entry.file_name().to_str().and_then(|name| name.parse().ok());
        // A process that ends in the meantime is no longer there.
        let Some(pid) = pid else { continue };
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok();
        all.extend(stat.and_then(|text| Stat::read(&text)).map(|stat| (pid, stat)));
    }
    let mut taken = Taken::default();
    let mut ticks = all
        .iter()
        .find(|(pid, _)| *pid == root)
        .map(|(_, stat)| stat.ended_ticks)?;
    let mut parents = vec![root];
    while let Some(parent) = parents.pop() {
        for (pid, stat) in all.iter().filter(|(_, stat)| stat.parent == parent) {
            parents.push(*pid);
            ticks += stat.own_ticks + stat.ended_ticks;
            taken.processes += u64::from(!stat.is_zombie);
            taken.memory_bytes += stat.memory_pages * rustix::param::page_size() as u64;
            let (read, written) = disk(*pid).unwrap_or_default();
            taken.read_bytes += read;
            taken.written_bytes += written;
        }
    }
    taken.cpu_ms = ticks * 1_000 / rustix::param::clock_ticks_per_second().max(1);
    Some(taken)
}

impl Stat {
    /// Reads proc_pid_stat(5). The program's name may contain anything, so only what follows the last parenthesis is read.
    fn read(text: &str) -> Option<Self> {
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_ascii_whitespace().collect();
        // The state is the third field there.
        let field = |number: usize| fields.get(number - 3).copied();
        let count = |number| field(number)?.parse::<u64>().ok();
        Some(Self {
            parent: field(4)?.parse().ok()?,
            is_zombie: field(3)? == "Z",
            own_ticks: count(14)? + count(15)?,
            ended_ticks: count(16)? + count(17)?,
            memory_pages: count(24)?,
        })
    }
}

/// Bytes read from and written to disks, from proc_pid_io(5).
fn disk(pid: u32) -> Option<(u64, u64)> {
    let text = fs::read_to_string(format!("/proc/{pid}/io")).ok()?;
    let count = |name| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|count| count.trim().parse::<u64>().ok())
    };
    Some((count("read_bytes:")?, count("write_bytes:")?))
}

#[cfg(test)]
mod tests {
    use std::os::unix::process::CommandExt as _;
    use std::process::Command;

    use rustix::process::{Pid, Signal, kill_process_group};

    use super::*;

    #[test]
    fn a_name_with_parentheses_and_spaces_hides_nothing() {
        let text = "7 (a) b (c)) S 3 7 7 0 -1 4194560 1 2 3 4 11 22 33 44 20 0 1 0 5 100 250 1844 1 1";
        let stat = Stat::read(text).expect("a stat");
        assert_eq!((stat.parent, stat.is_zombie, stat.memory_pages), (3, false, 250));
        assert_eq!((stat.own_ticks, stat.ended_ticks), (33, 77));
        assert_eq!(Stat::read("7 (cut off) S 3"), None);
    }

    #[test]
    fn children_of_children_count_and_we_do_not() {
        let mut child = Command::new("sh")
            .args(["-c", "sleep 60 & wait"])
            .process_group(0)
            .spawn()
            .expect("a shell");
        let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
        let found = loop {
            let found = below(child.id()).expect("Linux tells");
            if found.processes == 1 || std::time::Instant::now() > deadline {
                break found;
            }
        };
        assert_eq!(found.processes, 1);
        let with_shell = below(std::process::id()).expect("Linux tells");
        assert!(
            with_shell.processes >= 2 && with_shell.memory_bytes > 4_096,
            "{with_shell:?}"
        );
        kill_process_group(Pid::from_child(&child), Signal::KILL).expect("it runs");
        child.wait().expect("it is ours");
    }
}
