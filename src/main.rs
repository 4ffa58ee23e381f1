//! The `adwatch` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    adwatch::command::main()
}
