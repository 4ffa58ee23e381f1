// The rules of following, without a server: silence is noticed, and no list of frames whatever makes a gap or a double.

import assert from "node:assert/strict";
import { test } from "node:test";

import { waitMs } from "../dist/backoff.js";
import { AdwatchClient } from "../dist/index.js";
import { Followed } from "../dist/workflow.js";
import { until } from "./server.mjs";

const event = (seq) => ({ type: "agent_log_entry", data: { adw_id: "one", seq, payload: {} } });
const hello = { type: "hello", data: { epoch: "life", server_time: "", heartbeat_ms: 100, patience: {} } };

/** A socket that does nothing by itself. */
class Pretended {
  static all = [];
  sent = [];

  constructor() {
    Pretended.all.push(this);
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close() {}

  say(frame) {
    this.onmessage({ data: JSON.stringify(frame) });
  }
}

test("a socket that says nothing any more is given up, and a hole is asked for", async () => {
  const client = new AdwatchClient({ url: "http://localhost:1", WebSocket: Pretended });
  const had = [];
  client.follow("one", (_, added) => had.push(...added.map((event) => event.data.seq)), { after: 0 });
  const [first] = Pretended.all;
  first.say(hello);
  const asked = { type: "subscribe", data: { adw_id: "one", epoch: "life", after: 0 } };
  assert.deepEqual(first.sent, [asked]);
  first.say({ type: "events", data: { adw_id: "one", from: 1, to: 1, list: [event(1)] } });
  first.say({ type: "events", data: { adw_id: "one", from: 3, to: 3, list: [event(3)] } });
  asked.data.after = 1;
  assert.deepEqual(first.sent.at(-1), asked);
  first.say({ type: "a frame of a newer server", data: {} });
  assert.equal(client.linkState, "live");
  await until(() => Pretended.all.length === 2, "another try");
  assert.equal(client.linkState, "reconnecting");
  first.say({ type: "events", data: { adw_id: "one", from: 2, to: 2, list: [event(2)] } });
  assert.deepEqual(had, [1], "nothing of the old socket counts");
  const second = Pretended.all[1];
  second.say(hello);
  assert.deepEqual(second.sent, [asked]);
  second.say({ type: "events", data: { adw_id: "one", from: 1, to: 3, list: [event(1), event(2), event(3)] } });
  assert.deepEqual(had, [1, 2, 3]);
  second.onmessage({ data: "{" });
  assert.equal(client.linkState, "reconnecting");
  client.close();
  assert.equal(client.linkState, "closed");
});

test("no order of frames makes a gap or a double", () => {
  let seed = 482;
  const below = (bound) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((seed / 2 ** 31) * bound);
  };
  for (let round = 0; round < 500; round += 1) {
    const followed = new Followed("one", { after: 0, epoch: "life" }, 1 + below(40));
    for (let step = 0; step < 40; step += 1) {
      const from = 1 + below(30);
      const list = Array.from({ length: below(8) }, (_, at) => event(from + at));
      const before = followed.seq;
      const asked = followed.ask(0, "life").data;
      const taken = followed.takeEvents(below(10) === 0 ? "another" : "life", from, list);
      if (below(20) === 0) followed.takeSnapshot("life", { seq: 1 + below(30) });
      else if (taken !== "events") assert.equal(followed.seq, before);
      if (asked.after !== undefined) assert.equal(asked.after, before);
      const seqs = followed.events.map((event) => event.data.seq);
      assert.deepEqual(seqs, Array.from({ length: seqs.length }, (_, at) => followed.from + 1 + at));
      assert.equal(followed.seq, followed.from + seqs.length);
    }
  }
});

test("waits grow to ten seconds and no further", () => {
  assert.deepEqual([waitMs(0, 1), waitMs(3, 1), waitMs(5, 0.5), waitMs(6, 1), waitMs(1e9, 1), waitMs(9, 0)], [250, 2000, 4000, 10000, 10000, 0]);
});
