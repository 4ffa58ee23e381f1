// Events and stream lines for tests: made up here, in the shapes that workflows write.
import type { Pushed } from './server';

let made = 0;
const unique = (): string => `made-${(made += 1).toString().padStart(6, '0')}`;
const now = (): string => new Date().toISOString();

function event(type: string, adwId: string, eventType: string, agent: string, payload: object): Pushed {
  return { type, data: { adw_id: adwId, event_type: eventType, agent, timestamp: now(), event_id: unique(), payload } };
}

export const log = (adwId: string, message: string, level = 'INFO'): Pushed =>
  event('agent_log_entry', adwId, 'log_entry', 'builder', { message, level });

export const text = (adwId: string, content: string, agent = 'builder'): Pushed =>
  event('text_block', adwId, 'text_block', agent, { content });

export const thinking = (adwId: string, content: string): Pushed =>
  event('agent_thinking', adwId, 'thinking', 'builder', { content });

export const stage = (adwId: string, name: string, eventType = 'stage_started'): Pushed =>
  event('stage_transition', adwId, eventType, 'builder', { stage: name });

export const status = (adwId: string, eventType: string, message: string): Pushed =>
  event('status_update', adwId, eventType, 'builder', { workflow_name: 'adw_plan_build', message });

export const state = (adwId: string, document: object): Pushed =>
  event('agent_state_update', adwId, 'state_change', 'builder', { state: { adw_id: adwId, ...document } });

/** A call and its result. */
export function tool(adwId: string, name: string, input: object, output: string, isError = false): Pushed[] {
  const tool_use_id = unique();
  return [
    event('tool_execution', adwId, 'tool_execution_pre', 'builder', { tool_use_id, tool_name: name, input }),
    event('tool_execution', adwId, 'tool_execution_post', 'builder', {
      tool_use_id,
      tool_name: name,
      output,
      is_error: isError,
      duration_ms: 1_234,
    }),
  ];
}

/** Lines of a stream as `claude -p --output-format stream-json --verbose` writes them. */
export const line = {
  init: (session: string): object => ({
    type: 'system',
    subtype: 'init',
    session_id: session,
    model: 'claude-sonnet-4',
    cwd: '/work/shop',
    tools: ['Bash', 'Edit'],
    uuid: unique(),
  }),
  text: (session: string, content: string): object =>
    assistant(session, { type: 'text', text: content }),
  thinking: (session: string, content: string): object =>
    assistant(session, { type: 'thinking', thinking: content, signature: 'c2lnbmVk' }),
  call: (session: string, id: string, name: string, input: object): object =>
    assistant(session, { type: 'tool_use', id, name, input }),
  answer: (session: string, id: string, content: string, isError = false): object => ({
    type: 'user',
    session_id: session,
    uuid: unique(),
    message: { role: 'user', content: [{ type: 'tool_result', tool_use_id: id, content, is_error: isError }] },
  }),
  result: (session: string, cost: number): object => ({
    type: 'result',
    subtype: 'success',
    is_error: false,
    session_id: session,
    duration_ms: 65_000,
    num_turns: 4,
    result: 'The button is blue now.',
    total_cost_usd: cost,
    usage: { input_tokens: 1_200, output_tokens: 340 },
    uuid: unique(),
  }),
};

function assistant(session: string, block: object): object {
  return {
    type: 'assistant',
    session_id: session,
    uuid: unique(),
    message: {
      id: unique(),
      role: 'assistant',
      model: 'claude-sonnet-4',
      content: [block],
      usage: { input_tokens: 1_000, output_tokens: 50 },
    },
  };
}
