//! How an agent's session begins and ends, and what is said of a sub-agent's task.

use super::Agent;
use crate::excerpt::excerpt;
use crate::timeline::Moment;
use crate::timeline::agent_state::AgentState;
use crate::timeline::event_facts::EventFacts;
use crate::timeline::process_end::ProcessEnd;
use crate::timeline::session_end::{HookWord, SessionEnd};
use crate::timeline::task_line::TaskSaid;

const RESULT_BYTES: usize = 240;

impl Agent {
    /// A hook tells that it has answered, failed or gone. Where a stream's result has said so already, or will, the hook changes
    /// nothing.
    pub(in crate::timeline) fn stop(
        &mut self,
        failed: Option<&str>,
        answer: Option<&str>,
        is_gone: bool,
        moment: Moment,
    ) {
        if let Some(words) = failed {
            self.result = Some(excerpt(words, RESULT_BYTES));
        } else if let Some(answer) = answer {
            self.result = Some(excerpt(answer, RESULT_BYTES));
        }
        let was_open = self.state == AgentState::Open;
        if was_open && failed.is_some() {
            self.close(AgentState::Failed, moment);
        } else if was_open && is_gone {
            self.leave(moment);
        } else if was_open && self.parent.is_some() {
            self.close(AgentState::Ended, moment);
        } else if was_open {
            self.has_answered = true;
        }
        self.has_answered &= !is_gone;
        self.is_asked = false;
    }

    /// A session began.
    pub(in crate::timeline) fn begin(&mut self, facts: &EventFacts<'_>) {
        self.change_session(facts);
        self.state = AgentState::Open;
        self.ended = None;
        self.has_answered = false;
        self.trouble = None;
        if let Some(cwd) = facts.cwd {
            self.cwd = Some(excerpt(cwd, 200));
        }
    }

    /// A session ended, or a turn of it.
    pub(in crate::timeline) fn end(&mut self, facts: &EventFacts<'_>, end: &SessionEnd) {
        self.change_session(facts);
        let trouble = self
            .trouble
            .take()
            .filter(|_| end.result.is_none() && end.hook.is_none());
        let has_failed = end.failed || trouble.is_some();
        if end.hook == Some(HookWord::SessionEnd) {
            self.leave(facts.moment);
            return;
        }
        self.state = if has_failed {
            AgentState::Failed
        } else {
            AgentState::Ended
        };
        self.ended = Some(facts.moment);
        self.has_answered = !has_failed;
        self.is_asked = false;
        if let (Some(before), Some(cost)) = (self.session_cost_usd, end.cost_usd)
            && cost < before
        {
            // A sum that falls began anew.
            self.earlier_cost_usd = Some(self.earlier_cost_usd.unwrap_or(0.0) + before);
        }
        self.session_cost_usd = end.cost_usd.or(self.session_cost_usd);
        self.reported_turns = self.reported_turns.saturating_add(end.turns);
        self.reported_ms = end
            .duration_ms
            .map(|ms| self.reported_ms.unwrap_or(0).saturating_add(ms))
            .or(self.reported_ms);
        self.denials = self.denials.saturating_add(end.denials);
        if end.hook.is_none() || end.result.is_some() {
            self.result = end.result.clone().or(trouble);
        }
    }

    /// The process goes. If it had answered, or was asked nothing, all is well; else nobody knows what became of it.
    fn leave(&mut self, moment: Moment) {
        if self.state == AgentState::Open {
            let is_well = self.has_answered || !self.is_asked;
            self.state = if is_well { AgentState::Ended } else { AgentState::Lost };
            self.ended = Some(moment);
            if !is_well {
                self.result = Some("its session ended before it had answered".to_owned());
            }
        }
        self.has_answered = false;
        self.is_asked = false;
    }

    /// Its turn is over: it is, too, unless something of it goes on.
    pub(in crate::timeline) fn settle(&mut self, goes_on: bool, moment: Moment) {
        if goes_on {
            self.state = AgentState::Open;
            self.ended = None;
        } else {
            self.has_answered = false;
            if self.state == AgentState::Open {
                self.state = AgentState::Ended;
                self.ended = Some(moment);
            }
        }
    }

    /// Its process is gone. What its own result said of the end holds.
    pub(in crate::timeline) fn exit(&mut self, end: &ProcessEnd<'_>, moment: Moment) {
        self.has_answered = false;
        if matches!(self.state, AgentState::Open | AgentState::Seen | AgentState::Lost) {
            self.state = if end.failed {
                AgentState::Failed
            } else {
                AgentState::Ended
            };
            self.ended = Some(moment);
            if end.failed {
                let words = self.trouble.take().unwrap_or_else(|| end.message.to_owned());
                self.result = Some(excerpt(&words, RESULT_BYTES));
            }
        }
    }

    /// A sub-agent is over. What was said first of its end holds, but for an end that nobody could tell.
    pub(in crate::timeline) fn close(&mut self, state: AgentState, moment: Moment) {
        if matches!(self.state, AgentState::Open | AgentState::Lost) {
            self.state = state;
            self.ended = Some(moment);
        }
    }

    /// Takes in what was said of the task that a sub-agent does.
    pub(in crate::timeline) fn hear_of_task(&mut self, said: &TaskSaid<'_>, moment: Moment) {
        if let Some(text) = said.text.filter(|_| !self.is_named) {
            self.name = excerpt(text, 96);
            self.is_named = true;
        }
        self.in_background = said.in_background.unwrap_or(self.in_background);
        if self.agent_type.is_none() {
            self.agent_type = said.agent_type.map(|kind| excerpt(kind, 64));
        }
        self.told_tokens = self.told_tokens.max(said.tokens);
        self.told_tools = self.told_tools.max(said.tools);
        self.reported_ms = said.duration_ms.or(self.reported_ms);
        match said.state {
            Some(AgentState::Open) => {
                self.state = AgentState::Open;
                self.ended = None;
            }
            Some(state) => {
                self.result = said
                    .summary
                    .map(|words| excerpt(words, RESULT_BYTES))
                    .or(self.result.take());
                self.close(state, moment);
            }
            None => {}
        }
    }

    pub(super) fn change_session(&mut self, facts: &EventFacts<'_>) {
        if facts.session_id.is_some() && self.session_id.as_deref() != facts.session_id {
            self.session_id = facts.session_id.map(str::to_owned);
            if let Some(cost) = self.session_cost_usd.take() {
                self.earlier_cost_usd = Some(self.earlier_cost_usd.unwrap_or(0.0) + cost);
            }
            if let Some(tokens) = &mut self.tokens {
                tokens.next_session();
            }
        }
    }
}
