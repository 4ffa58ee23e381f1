// Follows workflows live over one WebSocket, by the same rules as adwatch's own pages: resume by epoch and seq, never a gap or a
// duplicate, a watchdog for the heartbeat, retries with jitter, and REST where WebSocket is unavailable.

import { waitMs } from "./backoff.js";
import { Connection } from "./connection.js";
import { AdwatchError, Rest } from "./rest.js";
import type { Card, EventPage, Event as AdwEvent, FrameFromBrowser, FrameFromServer } from "./schema.js";
import { Followed, type Resume, type Workflow } from "./workflow.js";

/** From one round of requests to the next, where WebSocket is unavailable. */
const POLL_MS = 3_000;
const POLL_ANSWER_MS = 12_000;
const PAGE = 500;

/** What a client needs from a WebSocket; those of browsers, of Node 22 or newer, and of the package `ws` provide it. */
export interface Socket {
  send(text: string): void;
  close(): void;
  onmessage: ((message: { data: unknown }) => void) | null;
  onclose: ((event: never) => void) | null;
  onerror: ((event: never) => void) | null;
}

export type SocketConstructor = new (url: string, protocols: string) => Socket;

export interface Options {
  /** The address of adwatch, for example `http://127.0.0.1:4600`. */
  readonly url: string;
  /** Needed where there is no global one: in Node before version 22. */
  readonly WebSocket?: SocketConstructor;
  readonly fetch?: typeof fetch;
  /** Sent with every REST call. */
  readonly token?: string;
  /** How many events of a workflow are kept; the oldest are dropped first. */
  readonly maxEvents?: number;
}

/** The state of the connection. "live" only while data or heartbeats arrive. */
export type LinkState = "connecting" | "live" | "polling" | "reconnecting" | "closed";

export interface Listener {
  /** Called when something is new. `added` are the events added at the end; a snapshot adds none and may leave some out. */
  (workflow: Workflow, added: readonly AdwEvent[]): void;
}

interface Subscription {
  readonly followed: Followed;
  readonly listeners: Set<Listener>;
}

export class AdwatchClient {
  readonly rest: Rest;
  readonly #socketUrl: string;
  readonly #WebSocket: SocketConstructor | undefined;
  readonly #most: number;
  readonly #connection = new Connection();
  readonly #workflows = new Map<string, Subscription>();
  readonly #boardListeners = new Set<(cards: readonly Card[]) => void>();
  readonly #linkListeners = new Set<(state: LinkState) => void>();
  readonly #asked = new Set<string>();
  #cards = new Map<string, Card>();
  #epoch: string | null = null;
  #socket: Socket | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #said: LinkState = "connecting";
  #isClosed = false;
  #isPolling = false;
  #isPollHealthy = false;
  #pollAt = 0;
  #pollFailures = 0;

  constructor(options: Options) {
    const base = options.url.replace(/\/+$/, "");
    this.#socketUrl = `${base.replace(/^http/, "ws")}/ws`;
    this.#WebSocket = options.WebSocket ?? (globalThis as { WebSocket?: SocketConstructor }).WebSocket;
    this.#most = options.maxEvents ?? 100_000;
    const fetcher = options.fetch ?? globalThis.fetch.bind(globalThis);
    this.rest = new Rest(base, fetcher, options.token);
    this.#open();
    this.#schedule();
  }

  get linkState(): LinkState {
    if (this.#isClosed) return "closed";
    if (this.#connection.isLive(now())) return "live";
    if (this.#isPollHealthy) return "polling";
    return this.#connection.isFirstTry ? "connecting" : "reconnecting";
  }

  /** What is known about a followed workflow. */
  workflow(adwId: string): Workflow | undefined {
    return this.#workflows.get(adwId)?.followed;
  }

  /**
   * Follows a workflow; the listener is called with everything that is new. Without `resume` it starts with a snapshot; with
   * `{ after: 0 }` it starts with all events. Several listeners can follow the same workflow: it starts where the first of them
   * asked, and `workflow` has what is known so far. Returns a function that ends it.
   */
  follow(adwId: string, listener: Listener, resume?: Resume): () => void {
    let subscription = this.#workflows.get(adwId);
    if (!subscription) {
      subscription = { followed: new Followed(adwId, resume, this.#most), listeners: new Set() };
      this.#workflows.set(adwId, subscription);
      if (this.#connection.isOpen) this.#ask(subscription.followed);
      this.#pollAt = 0;
    }
    const { listeners } = subscription;
    listeners.add(listener);
    this.#schedule();
    return () => {
      if (!listeners.delete(listener) || listeners.size > 0) return;
      this.#workflows.delete(adwId);
      this.#send({ type: "unsubscribe", data: { adw_id: adwId } });
    };
  }

  /** Follows the cards of all workflows. Returns a function that ends it. */
  followBoard(listener: (cards: readonly Card[]) => void): () => void {
    this.#boardListeners.add(listener);
    if (this.#boardListeners.size === 1) {
      this.#send({ type: "subscribe", data: { board: true } });
      this.#pollAt = 0;
    }
    this.#schedule();
    return () => {
      if (!this.#boardListeners.delete(listener) || this.#boardListeners.size > 0) return;
      this.#send({ type: "unsubscribe", data: { board: true } });
    };
  }

  /** Listens to the state of the connection. Returns a function that ends it. */
  onLink(listener: (state: LinkState) => void): () => void {
    this.#linkListeners.add(listener);
    return () => this.#linkListeners.delete(listener);
  }

  /** Checks whether the server is still there. Call it when the network is back or the page becomes visible again. */
  check(): void {
    if (this.#isClosed) return;
    if (this.#connection.check(now())) this.#send({ type: "ping", data: {} });
    else if (this.#connection.isWaiting) this.#open();
    this.#pollAt = 0;
    this.#schedule();
  }

  /** Ends everything. */
  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#drop();
    this.#workflows.clear();
    this.#tellLink();
  }

  #open(): void {
    this.#drop();
    this.#connection.open(now());
    if (!this.#WebSocket) {
      this.#lose();
      return;
    }
    let socket: Socket;
    try {
      socket = new this.#WebSocket(this.#socketUrl, "adwatch.v1");
    } catch {
      this.#lose();
      return;
    }
    this.#socket = socket;
    const ended = () => {
      if (this.#socket !== socket) return;
      this.#drop();
      this.#lose();
      this.#schedule();
    };
    socket.onmessage = ({ data }) => {
      if (this.#socket !== socket) return;
      let frame: FrameFromServer;
      try {
        frame = JSON.parse(String(data)) as FrameFromServer;
      } catch {
        // After a frame that cannot be read, nothing can be trusted.
        ended();
        return;
      }
      try {
        this.#receive(frame);
      } finally {
        // Even if a listener threw an error.
        this.#schedule();
      }
    };
    socket.onclose = ended;
    socket.onerror = ended;
  }

  /** Forgets the socket; nothing from it counts any more. */
  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    try {
      socket?.close();
    } catch {
      // It was not open yet, or is already closed.
    }
  }

  #lose(): void {
    this.#connection.lose(now(), Math.random(), this.#isPollHealthy);
    for (const { followed } of this.#workflows.values()) followed.forgetAsked();
    if (this.#connection.isBlocked && !this.#isPolling) {
      this.#isPolling = true;
      this.#pollAt = 0;
    }
  }

  #receive(frame: FrameFromServer): void {
    if (frame.type === "hello") {
      this.#greet(frame.data.epoch, frame.data.heartbeat_ms);
      return;
    }
    if (!this.#connection.isOpen) return;
    this.#connection.hear(now());
    switch (frame.type) {
      case "snapshot": {
        const { adw_id, epoch, timeline } = frame.data;
        const subscription = this.#workflows.get(adw_id);
        subscription?.followed.takeSnapshot(epoch, timeline);
        this.#tell(subscription, []);
        break;
      }
      case "events": {
        const { adw_id, from, to, head, list } = frame.data;
        const subscription = this.#workflows.get(adw_id);
        if (!subscription) break;
        const { followed } = subscription;
        const before = followed.seq;
        const taken = followed.takeEvents(this.#epoch ?? "", from, list);
        if (taken === "refused" && followed.mayAsk()) this.#ask(followed);
        if (taken === "events") followed.head = Math.max(head ?? to, followed.seq);
        this.#tellAdded(subscription, before);
        break;
      }
      case "board":
        this.#takeCards(frame.data.full, frame.data.upserts, frame.data.removed);
        break;
      case "heartbeat":
      case "error":
        break;
    }
  }

  #greet(epoch: string, heartbeatMs: number): void {
    this.#connection.greet(now(), heartbeatMs);
    this.#isPolling = this.#isPollHealthy = false;
    this.#pollFailures = 0;
    // A late answer could be older than what the socket brings.
    this.#asked.clear();
    this.#epoch = epoch;
    if (this.#boardListeners.size > 0) this.#send({ type: "subscribe", data: { board: true } });
    for (const { followed } of this.#workflows.values()) {
      followed.forgetAsked();
      this.#ask(followed);
    }
  }

  #ask(followed: Followed): void {
    if (this.#epoch !== null) this.#send(followed.ask(now(), this.#epoch));
  }

  #send(frame: FrameFromBrowser): void {
    if (this.#connection.isOpen) this.#socket?.send(JSON.stringify(frame));
  }

  #takeCards(full: boolean, upserts: readonly Card[], removed: readonly string[]): void {
    if (full) this.#cards = new Map();
    for (const card of upserts) this.#cards.set(card.adw_id, card);
    for (const adwId of removed) this.#cards.delete(adwId);
    const cards = [...this.#cards.values()];
    for (const listener of this.#boardListeners) listener(cards);
  }

  #tellAdded(subscription: Subscription, before: number): void {
    const { followed } = subscription;
    const added = followed.seq - before;
    if (added > 0) this.#tell(subscription, followed.events.slice(-added));
  }

  #tell(subscription: Subscription | undefined, added: readonly AdwEvent[]): void {
    if (!subscription) return;
    for (const listener of subscription.listeners) listener(subscription.followed, added);
  }

  #tellLink(): void {
    const state = this.linkState;
    if (state === this.#said) return;
    this.#said = state;
    for (const listener of this.#linkListeners) listener(state);
  }

  /** Wakes up when something is due next. */
  #schedule(): void {
    if (this.#isClosed) return;
    this.#tellLink();
    clearTimeout(this.#timer);
    const moments = [this.#connection.wakeAt(), this.#isPolling ? this.#pollAt : null];
    if (this.#connection.isOpen) {
      for (const { followed } of this.#workflows.values()) moments.push(followed.askAgainAt());
    }
    const next = Math.min(...moments.filter((moment) => moment !== null));
    if (next < Infinity) this.#timer = setTimeout(() => this.#tick(), Math.max(0, next - now()));
  }

  #tick(): void {
    const due = this.#connection.due(now());
    if (due === "open") this.#open();
    if (due === "lost") {
      this.#drop();
      this.#lose();
    }
    if (this.#connection.isOpen) {
      for (const { followed } of this.#workflows.values()) {
        const at = followed.askAgainAt();
        if (at !== null && at <= now()) this.#ask(followed);
      }
    }
    if (this.#isPolling && this.#pollAt <= now()) {
      this.#pollAt = now() + POLL_MS;
      if (this.#boardListeners.size > 0) void this.#poll("", () => this.#pollBoard());
      for (const [adwId, subscription] of this.#workflows) {
        void this.#poll(adwId, () => this.#pollWorkflow(subscription));
      }
    }
    this.#schedule();
  }

  /** Requests by REST; at most one request for the board and for each workflow. */
  async #poll(name: string, ask: () => Promise<void>): Promise<void> {
    if (this.#asked.has(name)) return;
    this.#asked.add(name);
    try {
      await ask();
      if (this.#isPolling && !this.#isPollHealthy) {
        this.#isPollHealthy = true;
        this.#pollFailures = 0;
        // The server is up, so perhaps WebSocket works too.
        if (this.#connection.isWaiting) this.#open();
      }
    } catch {
      if (this.#isPolling) {
        this.#isPollHealthy = false;
        this.#pollAt = now() + waitMs(this.#pollFailures, Math.random());
        this.#pollFailures += 1;
      }
    } finally {
      this.#asked.delete(name);
      this.#schedule();
    }
  }

  async #pollBoard(): Promise<void> {
    const workflows = await this.rest.workflows(AbortSignal.timeout(POLL_ANSWER_MS));
    if (!this.#isPolling) return;
    this.#epoch = workflows.epoch;
    this.#takeCards(true, workflows.workflows, []);
  }

  async #pollWorkflow(subscription: Subscription): Promise<void> {
    const { followed } = subscription;
    const isWanted = () => this.#isPolling && this.#workflows.get(followed.adwId) === subscription;
    while (followed.canResume() && (followed.epoch === null || this.#epoch === null || followed.epoch === this.#epoch)) {
      const after = followed.seq;
      let page: EventPage;
      try {
        page = await this.rest.events(followed.adwId, { after, limit: PAGE }, AbortSignal.timeout(POLL_ANSWER_MS));
      } catch (error) {
        if (error instanceof AdwatchError && error.status === 404) break;
        throw error;
      }
      if (!isWanted()) return;
      this.#epoch = page.epoch;
      followed.epoch ??= page.epoch;
      followed.head = page.head;
      const taken = followed.takeEvents(page.epoch, page.events[0]?.data.seq ?? after + 1, page.events);
      this.#tellAdded(subscription, after);
      // Only a snapshot can follow if events are gone, or the journal is another one.
      if (taken === "refused" || page.head < followed.seq || page.first > followed.seq + 1) break;
      if (taken === "nothing" || followed.seq >= page.head) return;
    }
    try {
      const state = await this.rest.agentState(followed.adwId, AbortSignal.timeout(POLL_ANSWER_MS));
      if (!isWanted()) return;
      this.#epoch = state.epoch;
      followed.takeSnapshot(state.epoch, state.timeline);
    } catch (error) {
      if (!(error instanceof AdwatchError && error.status === 404)) throw error;
      if (!isWanted()) return;
      followed.state = "missing";
    }
    this.#tell(subscription, []);
  }
}

/** Milliseconds of a monotonic clock. */
function now(): number {
  return performance.now();
}
