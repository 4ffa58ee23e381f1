//! The command line.

use clap::builder::styling::{AnsiColor, Styles};
use clap::{Parser, Subcommand};

use crate::command::demo::DemoArguments;
use crate::command::emit::EmitArguments;
use crate::command::flush::FlushArguments;
use crate::command::hook::HookArguments;
use crate::command::import::ImportArguments;
use crate::command::run::RunArguments;
use crate::command::serve::ServeArguments;
use crate::command::tail::TailArguments;

const STYLES: Styles = Styles::styled()
    .header(AnsiColor::Green.on_default().bold())
    .usage(AnsiColor::Green.on_default().bold())
    .literal(AnsiColor::Cyan.on_default().bold())
    .placeholder(AnsiColor::Cyan.on_default());

const EXAMPLES: &str = "\
Examples:
  adwatch serve                             watch ./agents; open http://127.0.0.1:4600
  adwatch serve --agents ~/shop/agents      watch another project
  adwatch serve --demo                      see it in action without a project
  adwatch demo --url http://127.0.0.1:4600  play workflows into a running server
  adwatch demo --replay old/agents          replay a recorded run
  adwatch import c0a43f47.ndjson            load an export back into the journal
  adwatch emit c0a43f47 log 'tests pass'    report an event, from any script
  adwatch hook install                      show what Claude Code does in this project
  adwatch run --adw-id c0a43f47 -- claude   run an agent and show what it does
  adwatch tail c0a43f47                     follow a workflow in the terminal";

/// Shows what every agent of every AI Developer Workflow is doing, live and without gaps.
#[derive(Debug, Parser)]
#[command(name = "adwatch", version, arg_required_else_help = true, styles = STYLES, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    Serve(ServeArguments),
    Demo(DemoArguments),
    Import(ImportArguments),
    Emit(EmitArguments),
    Hook(HookArguments),
    #[command(hide = true)]
    Flush(FlushArguments),
    Run(RunArguments),
    Tail(TailArguments),
    /// Print the version.
    Version,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
