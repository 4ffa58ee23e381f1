// What a program in TypeScript writes; that it compiles is the test.

import { AdwatchClient } from "../dist/index.js";
import type { FrameFromServer, PushedHook, SocketConstructor, StageEvent, Workflow } from "../dist/index.js";

export async function follow(own: SocketConstructor): Promise<() => void> {
  const client = new AdwatchClient({ url: "http://127.0.0.1:4600", WebSocket: own });
  client.onLink((state) => console.log(state === "live"));
  const end = client.follow("c0a43f47", (workflow, added) => {
    for (const event of added) console.log(event.data.seq, event.type, event.data.payload);
    console.log(agentsAtWork(workflow));
  });
  const reply = await client.rest.push({ type: "agent_log_entry", data: { adw_id: "c0a43f47", payload: { message: "hello" } } });
  console.log(reply.accepted + reply.duplicates);
  return end;
}

function agentsAtWork(workflow: Workflow): string[] {
  const agents = workflow.timeline?.agents ?? [];
  return agents.filter((agent) => agent.state === "open").map((agent) => agent.name);
}

/** The type of a frame tells what it holds. */
export function newestSeq(frame: FrameFromServer): number | undefined {
  switch (frame.type) {
    case "events":
      return frame.data.to;
    case "snapshot":
      return frame.data.seq;
    case "hello":
    case "board":
    case "heartbeat":
    case "error":
      return undefined;
  }
}

export const hook: PushedHook = {
  type: "hook",
  data: { payload: { session_id: "5f1e03c2", hook_event_name: "Stop", stop_hook_active: false } },
};

export const stage: StageEvent = { adw_id: "c0a43f47", event_type: "stage_started", stage_name: "build" };

// @ts-expect-error There is no such kind of stage event.
export const wrong: StageEvent = { adw_id: "c0a43f47", event_type: "stage_paused" };
