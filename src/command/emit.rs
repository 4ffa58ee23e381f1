//! `adwatch emit`: one event from the shell, or many from standard input.

mod words;

use std::io::{self, Read as _};

use clap::Args;
use serde_json::Value;

use crate::command::Failure;
use crate::command::UsageError;
use crate::command::flush;
use draft::redaction;
use intake::push::body::{self, BodyPart};
use intake::push::{self, Received};
use publisher::clock;
use publisher::leaving::Leaving;
use publisher::line;
use publisher::settings::Settings;

/// The most that is read from standard input: as much as a spool can hold.
const LONGEST_INPUT: u64 = 64 * 1024 * 1024;

/// Report an event to adwatch, from a shell script or by hand.
///
/// The event is written to a spool on this machine and sent from there, so this is quick and succeeds even while no server is
/// running. The first word is the workflow's id. It can be left out before one of the kinds below if ADWATCH_ADW_ID is set.
#[derive(Args, Debug, Default)]
#[command(
    override_usage = "adwatch emit [ADW_ID] KIND [WORDS] [OPTIONS]\n       adwatch emit [OPTIONS] -",
    after_help = "\
Kinds:
  log MESSAGE                              a log entry; --level, --source
  status STATE [MESSAGE]                   started, in_progress, completed or failed; --progress, --step
  stage [NAME] STATE [MESSAGE]             started, completed, failed or skipped; the name can come from --stage
  thinking TEXT, text TEXT                 what an agent thinks or says
  tool pre|post NAME                       --tool-use-id, --input, --output, --failed, --duration-ms
  file read|create|modify|delete PATH      --summary
  state FIELD=VALUE …                      fields of the state; values that are not JSON are taken as text
  any other word                           an event of that type, with --data as its payload
  -                                        items as in docs/protocol.md from standard input: JSON, or one per line

Examples:
  adwatch emit c0a43f47 log \"tests pass\" --level info
  adwatch emit c0a43f47 stage build started
  adwatch emit c0a43f47 status in_progress \"two of three\" --progress 66
  adwatch emit c0a43f47 state plan_file=specs/plan.md status=built
  adwatch emit c0a43f47 log --level warning -- \"$line\"     even if the line begins with -
  adwatch emit c0a43f47 deployed --data '{\"to\": \"staging\"}'
  export ADWATCH_ADW_ID=c0a43f47; adwatch emit log \"no id needed\"
  jq -c '.events[]' old.json | adwatch emit --adw-id c0a43f47 -"
)]
pub struct EmitArguments {
    /// The workflow, the kind, and its details.
    #[arg(required = true, value_name = "WORDS")]
    pub words: Vec<String>,
    /// The workflow's id, instead of the first word. [env: ADWATCH_ADW_ID]
    #[arg(long, value_name = "ADW_ID", allow_hyphen_values = true)]
    pub adw_id: Option<String>,
    /// The agent that the event belongs to. [env: ADWATCH_AGENT]
    #[arg(long, value_name = "NAME")]
    pub agent: Option<String>,
    /// The stage, for the kind stage. [env: ADWATCH_STAGE]
    #[arg(long, value_name = "NAME")]
    pub stage: Option<String>,
    /// The log level: debug, info, success, warning or error.
    #[arg(long, value_name = "LEVEL")]
    pub level: Option<String>,
    /// The source of the log entry.
    #[arg(long, value_name = "NAME")]
    pub source: Option<String>,
    /// The progress of the work, in percent.
    #[arg(long, value_name = "PERCENT")]
    pub progress: Option<f64>,
    /// The current step.
    #[arg(long, value_name = "TEXT")]
    pub step: Option<String>,
    /// A summary of what was done to the file.
    #[arg(long, value_name = "TEXT")]
    pub summary: Option<String>,
    /// The id that connects a tool call with its result.
    #[arg(long, value_name = "ID")]
    pub tool_use_id: Option<String>,
    /// The tool's input: JSON, or otherwise text.
    #[arg(long, value_name = "VALUE")]
    pub input: Option<String>,
    /// The tool's output: JSON, or otherwise text.
    #[arg(long, value_name = "VALUE")]
    pub output: Option<String>,
    /// Report that the tool call failed.
    #[arg(long)]
    pub failed: bool,
    /// The duration in milliseconds.
    #[arg(long, value_name = "NUMBER")]
    pub duration_ms: Option<u64>,
    /// Further fields of the payload, as a JSON object.
    #[arg(long, value_name = "JSON")]
    pub data: Option<String>,
    /// The address of the server. [default: http://127.0.0.1:4600] [env: ADWATCH_URL]
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
}

impl EmitArguments {
    /// Leaves the events in the spool, and makes sure that somebody sends them.
    pub fn run(&self) -> Result<(), Failure> {
        let mut settings = Settings::from_env();
        if let Some(url) = &self.url {
            settings.url.clone_from(url);
        }
        let (items, fault) = self.items(&settings)?;
        let is_disabled = settings.is_disabled;
        let leaving = Leaving::new(settings.clone()).map_err(|error| UsageError(error.to_string()))?;
        if !items.is_empty() && !is_disabled {
            hand_over(&leaving, items)?;
            flush::start(&leaving, &settings);
        }
        fault.map_or(Ok(()), |fault| Err(fault.into()))
    }

    /// What to hand over. Of many items the valid ones are handed over, and the first of the others is reported.
    fn items(&self, settings: &Settings) -> Result<(Vec<Value>, Option<UsageError>), Failure> {
        let adw_id = self.adw_id.as_deref().or(settings.adw_id.as_deref());
        let agent = self.agent.as_deref().or(settings.agent.as_deref());
        if self.words == ["-"] {
            let mut bytes = Vec::new();
            let read = io::stdin().take(LONGEST_INPUT + 1).read_to_end(&mut bytes);
            read.map_err(|error| Failure::Machine(format!("cannot read standard input: {error}")))?;
            if bytes.len() as u64 > LONGEST_INPUT {
                let message = format!("standard input is longer than {LONGEST_INPUT} bytes; send it in parts");
                return Err(UsageError(message).into());
            }
            return Ok(sorted(&bytes, adw_id, agent)?);
        }
        let stage = self.stage.as_deref().or(settings.stage.as_deref());
        let item = words::item(self, adw_id, stage)?;
        Ok((vec![completed(item, adw_id, agent)?], None))
    }
}

/// The valid items of a body, and what is wrong with the first of the others.
fn sorted(
    bytes: &[u8],
    adw_id: Option<&str>,
    agent: Option<&str>,
) -> Result<(Vec<Value>, Option<UsageError>), UsageError> {
    let parts = body::parts(bytes, false).map_err(|error| UsageError(format!("standard input: {error}")))?;
    let count = parts.len();
    let mut items = Vec::with_capacity(count);
    let mut faults = Vec::new();
    for (at, part) in parts.into_iter().enumerate() {
        let item = match part {
            BodyPart::Item(item) => completed(item, adw_id, agent),
            BodyPart::Broken(reason) => Err(UsageError(reason)),
        };
        match item {
            Ok(item) => items.push(item),
            Err(error) => faults.push((at + 1, error)),
        }
    }
    let bad = faults.len();
    let fault = faults.into_iter().next().map(|(at, error)| {
        UsageError(format!(
            "{bad} of {count} items are invalid and were not sent; the others were. The first, item {at}: {error}"
        ))
    });
    Ok((items, fault))
}

/// Adds the workflow and agent, and checks whether a server would accept it, because nobody would be told later.
fn completed(mut item: Value, adw_id: Option<&str>, agent: Option<&str>) -> Result<Value, UsageError> {
    if let Some(fields) = line::fields(&mut item) {
        for (name, known) in [("adw_id", adw_id), ("agent", agent)] {
            if let Some(known) = known.filter(|_| fields.get(name).is_none_or(Value::is_null)) {
                fields.insert(name.to_owned(), known.into());
            }
        }
    }
    // The server finds out itself which workflow a hook belongs to.
    if item.get("type").and_then(Value::as_str) != Some("hook") {
        let received = Received {
            at: clock::now(),
            utc_offset_minutes: 0,
        };
        push::draft(redaction::value(item.clone()), received).map_err(|refusal| UsageError(refusal.reason))?;
    }
    Ok(item)
}

/// Leaves the items in the spool. If it cannot be written, they are sent directly, which may take a while.
fn hand_over(leaving: &Leaving, items: Vec<Value>) -> Result<(), Failure> {
    let Err(error) = leaving.leave(items.clone()) else {
        return Ok(());
    };
    leaving.send(items).map_err(|unsent| {
        Failure::Machine(format!(
            "cannot write the spool ({error}) or reach the server ({unsent}); free up space or set ADWATCH_SPOOL"
        ))
    })
}
