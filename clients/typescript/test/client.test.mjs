// The client against the real binary: whatever happens to the socket and the server, it ends with the events of the journal.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import WebSocket from "ws";

import { AdwatchClient, AdwatchError } from "../dist/index.js";
import { Server, log, until } from "./server.mjs";

const servers = [];
const clients = [];
after(async () => {
  clients.forEach((client) => client.close());
  await Promise.all(servers.map((server) => server.end()));
});

async function start() {
  const server = await Server.start();
  servers.push(server);
  return server;
}

function connect(server, options = {}) {
  const client = new AdwatchClient({ url: server.url, WebSocket, ...options });
  clients.push(client);
  return client;
}

const messages = (events) => events.map((event) => event.data.payload.message);
const seqs = (events) => events.map((event) => event.data.seq);
const upTo = (count) => Array.from({ length: count }, (_, at) => at + 1);

test("a workflow begins with a snapshot, then every event comes once", async () => {
  const server = await start();
  const client = connect(server);
  await client.rest.push([log("one", "before"), log("other", "unseen")]);
  const added = [];
  const end = client.follow("one", (_, events) => added.push(...events));
  await until(() => client.workflow("one").state === "here", "a snapshot");
  assert.equal(client.linkState, "live");
  assert.equal(client.workflow("one").timeline.seq, 1);
  const reply = await client.rest.push([log("one", "a"), log("one", "b")]);
  assert.deepEqual([reply.status, reply.accepted], ["success", 2]);
  await until(() => added.length === 2, "two events");
  assert.deepEqual(messages(added), ["a", "b"]);
  assert.deepEqual([client.workflow("one").from, client.workflow("one").seq], [1, 3]);
  end();
  assert.equal(client.workflow("one"), undefined);
  await assert.rejects(client.rest.agentState("nobody"), (error) => error instanceof AdwatchError && error.status === 404);
});

test("a workflow may be followed before it exists, and the board tells of it", async () => {
  const server = await start();
  const client = connect(server);
  let cards = [];
  client.followBoard((all) => (cards = all));
  const added = [];
  client.follow("later", (_, events) => added.push(...events));
  await until(() => client.workflow("later").state === "missing", "the server knows nothing of it");
  await client.rest.push(log("later", "first"));
  await until(() => added.length === 1 && cards.length === 1, "the first event and a card");
  assert.deepEqual(seqs(client.workflow("later").events), [1]);
  assert.equal(cards[0].adw_id, "later");
});

test("killing the server loses nothing and repeats nothing", async () => {
  const server = await start();
  const client = connect(server);
  const states = new Set();
  client.onLink((state) => states.add(state));
  const added = [];
  client.follow("one", (_, events) => added.push(...events), { after: 0 });
  for (let round = 0; round < 3; round += 1) {
    for (let number = 0; number < 20; number += 1) await client.rest.push(log("one", `${round}-${number}`));
    // What was pushed is kept, whether this client has had it or not.
    await server.kill();
    await server.start();
    const elsewhere = connect(server);
    await elsewhere.rest.push(Array.from({ length: 30 }, (_, at) => log("one", `${round}-meanwhile-${at}`)));
    elsewhere.close();
  }
  await until(() => added.length >= 150, "all events");
  assert.deepEqual(seqs(added), upTo(150));
  const page = await client.rest.events("one", { after: 0, limit: 1000 });
  assert.deepEqual(added, page.events);
  assert.ok(states.has("reconnecting"), "it said so");
  await until(() => client.linkState === "live", "it is live again");
});

test("another life of the journal begins with a snapshot", async () => {
  const server = await start();
  const client = connect(server);
  await client.rest.push([log("one", "a"), log("one", "b")]);
  const { epoch } = await client.rest.workflows();
  const resumed = [];
  client.follow("one", (_, events) => resumed.push(...events), { epoch, after: 1 });
  await until(() => resumed.length === 1, "what came after");
  assert.deepEqual(messages(resumed), ["b"]);
  assert.equal(client.workflow("one").timeline, null);
  const other = connect(server);
  other.follow("one", (_, events) => assert.deepEqual(events, []), { epoch: "another life", after: 1 });
  await until(() => other.workflow("one").timeline !== null, "a snapshot");
  assert.deepEqual([other.workflow("one").epoch, other.workflow("one").seq], [epoch, 2]);
});

test("where no socket can be had, polling brings the same", async () => {
  const server = await start();
  class Blocked {
    constructor() {
      throw new Error("no sockets here");
    }
  }
  const client = connect(server, { WebSocket: Blocked });
  await client.rest.push(Array.from({ length: 1100 }, (_, at) => log("one", `${at}`)));
  const added = [];
  let cards = [];
  client.follow("one", (_, events) => added.push(...events), { after: 0 });
  client.follow("none", () => {});
  client.followBoard((all) => (cards = all));
  await until(() => client.linkState === "polling" && added.length === 1100 && cards.length === 1, "all pages");
  await client.rest.push(log("one", "later"));
  client.check();
  await until(() => added.length === 1101, "what came later");
  assert.deepEqual(seqs(added), upTo(1101));
  assert.equal(client.workflow("none").state, "missing");
});

test("only so many events are kept", async () => {
  const server = await start();
  const client = connect(server, { maxEvents: 10 });
  client.follow("one", () => {}, { after: 0 });
  await client.rest.push(Array.from({ length: 25 }, (_, at) => log("one", `${at}`)));
  await until(() => client.workflow("one").seq === 25, "all");
  assert.deepEqual([client.workflow("one").from, seqs(client.workflow("one").events)], [15, upTo(25).slice(15)]);
});
