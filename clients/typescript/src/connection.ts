// The socket's life: when to open it, how long to trust its silence, when to try again. It holds no socket and reads no clock.

import { jitterMs, waitMs } from "./backoff.js";

/** From opening to hello. */
const HELLO_MS = 5_000;
/** From a ping to any frame. */
const ANSWER_MS = 3_000;
/** A connection that lasted this long was a good one, so the next attempt comes soon. */
const LASTED_MS = 5_000;
/** While polling works, the WebSocket is tried again after half of this time to all of it. */
const SOCKET_RETRY_MS = 30_000;
/** Attempts without a hello after which WebSocket counts as blocked: if there never was one, and if there was. */
const BLOCKED_AFTER = { never: 2, once: 5 };

type Phase =
  | { readonly name: "resting" }
  | { readonly name: "opening"; readonly until: number }
  | { readonly name: "open"; readonly since: number; answerBy: number | null }
  | { readonly name: "waiting"; readonly until: number };

export class Connection {
  #phase: Phase = { name: "resting" };
  /** Consecutive attempts without a lasting connection. */
  #attempt = 0;
  /** Consecutive attempts without a hello. */
  #failures = 0;
  #wasGreeted = false;
  #heartbeatMs = 5_000;
  #heardAt = 0;

  open(now: number): void {
    this.#phase = { name: "opening", until: now + HELLO_MS };
  }

  greet(now: number, heartbeatMs: number): void {
    this.#phase = { name: "open", since: now, answerBy: null };
    this.#wasGreeted = true;
    this.#failures = 0;
    this.#heartbeatMs = Math.min(Math.max(heartbeatMs, 100), 60_000);
    this.#heardAt = now;
  }

  hear(now: number): void {
    this.#heardAt = now;
    if (this.#phase.name === "open") this.#phase.answerBy = null;
  }

  /** Whether to ping now. Any frame counts as an answer, and no frame within three seconds means that the socket is dead. */
  check(now: number): boolean {
    if (this.#phase.name !== "open" || this.#phase.answerBy !== null) return false;
    this.#phase.answerBy = now + ANSWER_MS;
    return true;
  }

  /** The socket is gone; plans the next try. */
  lose(now: number, random: number, isPolling: boolean): void {
    const phase = this.#phase;
    if (phase.name === "resting" || phase.name === "waiting") return;
    if (phase.name === "opening") this.#failures += 1;
    else if (now - phase.since >= LASTED_MS) this.#attempt = 0;
    const wait = isPolling
      ? SOCKET_RETRY_MS / 2 + jitterMs(SOCKET_RETRY_MS / 2, random)
      : waitMs(this.#attempt, random);
    this.#attempt += 1;
    this.#phase = { name: "waiting", until: now + wait };
  }

  /** What has to be done at this time. */
  due(now: number): "open" | "lost" | null {
    const at = this.wakeAt();
    if (at === null || at > now) return null;
    return this.#phase.name === "waiting" ? "open" : "lost";
  }

  wakeAt(): number | null {
    const phase = this.#phase;
    if (phase.name === "resting") return null;
    if (phase.name !== "open") return phase.until;
    const silent = this.#heardAt + 2 * this.#heartbeatMs + 1;
    return phase.answerBy === null ? silent : Math.min(silent, phase.answerBy);
  }

  get isOpen(): boolean {
    return this.#phase.name === "open";
  }

  get isWaiting(): boolean {
    return this.#phase.name === "waiting";
  }

  get isFirstTry(): boolean {
    return !this.#wasGreeted && this.#attempt === 0;
  }

  /** Whether WebSocket seems to be unavailable here. */
  get isBlocked(): boolean {
    return this.#failures >= (this.#wasGreeted ? BLOCKED_AFTER.once : BLOCKED_AFTER.never);
  }

  /** Whether a frame came within two heartbeat intervals. */
  isLive(now: number): boolean {
    return this.isOpen && now <= this.#heardAt + 2 * this.#heartbeatMs;
  }
}
