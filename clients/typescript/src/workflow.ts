// One followed workflow: its events by seq, without gaps or duplicates.

import type { Event, FrameFromBrowser, Timeline } from "./schema.js";

/** After this long without an answer the request is repeated. */
const ASK_AGAIN_MS = 2_000;
/** A gap that remains after this many requests is closed by a snapshot. */
const HOLES = 3;

/** Where a client stopped before: it gets what came after, if the journal is still the same. */
export interface Resume {
  /** The epoch of the journal; if absent, the server's current one. */
  readonly epoch?: string;
  /** The last known seq; 0 requests everything. */
  readonly after: number;
}

/** What is known about a workflow. `events` are those with the seqs `from + 1` to `seq`. */
export interface Workflow {
  readonly adwId: string;
  readonly state: "loading" | "missing" | "here";
  readonly epoch: string | null;
  readonly from: number;
  readonly seq: number;
  /** The newest seq that the server mentioned. */
  readonly head: number;
  readonly events: readonly Event[];
  /** The fold of all events up to `timelineSeq`, from the last snapshot; null while there was none. */
  readonly timeline: Timeline | null;
  readonly timelineSeq: number;
}

export type Taken = "events" | "nothing" | "refused";

export class Followed implements Workflow {
  readonly adwId: string;
  state: "loading" | "missing" | "here" = "loading";
  epoch: string | null = null;
  from = 0;
  head = 0;
  events: Event[] = [];
  timeline: Timeline | null = null;
  timelineSeq = 0;
  readonly #most: number;
  #askAgainAt: number | null = null;
  #misfits = 0;

  constructor(adwId: string, resume: Resume | undefined, most: number) {
    this.adwId = adwId;
    this.#most = most;
    if (resume) {
      this.state = "here";
      this.epoch = resume.epoch ?? null;
      this.from = this.head = resume.after;
    }
  }

  get seq(): number {
    return this.from + this.events.length;
  }

  /** Whether the events after what is known would be enough. */
  canResume(): boolean {
    return this.state === "here" && this.#misfits < HOLES;
  }

  /** The frame that requests what follows, or a snapshot if nothing can follow. */
  ask(now: number, epoch: string): FrameFromBrowser {
    this.epoch ??= epoch;
    const mustAnswer = this.#misfits > 0 || this.state === "loading" || this.epoch !== epoch;
    this.#askAgainAt = mustAnswer ? now + ASK_AGAIN_MS : null;
    const data = this.canResume()
      ? { adw_id: this.adwId, epoch: this.epoch, after: this.seq }
      : { adw_id: this.adwId };
    return { type: "subscribe", data };
  }

  askAgainAt(): number | null {
    return this.#askAgainAt;
  }

  forgetAsked(): void {
    this.#askAgainAt = null;
  }

  takeSnapshot(epoch: string, timeline: Timeline): void {
    this.state = timeline.seq === 0 ? "missing" : "here";
    this.epoch = epoch;
    this.from = this.head = this.timelineSeq = timeline.seq;
    this.events = [];
    this.timeline = timeline;
    this.#misfits = 0;
    this.forgetAsked();
  }

  /** Adds the events that are new; `from` is the seq of the first in the list, `epoch` the life they belong to. */
  takeEvents(epoch: string, from: number, list: readonly Event[]): Taken {
    if (this.state !== "here" && from === 1) {
      this.state = "here";
      this.epoch = epoch;
      this.from = 0;
      this.events = [];
    }
    if (this.state !== "here" || this.epoch !== epoch || from > this.seq + 1) return this.#refuse();
    const before = this.seq;
    for (const [at, event] of list.entries()) {
      const seq = from + at;
      if (seq <= this.seq) continue;
      if (event.data.seq !== seq || event.data.adw_id !== this.adwId) {
        // The events before it are the server's and stay; only a snapshot can follow.
        this.#misfits = HOLES;
        return this.#refuse();
      }
      this.events.push(event);
    }
    if (this.seq === before) return "nothing";
    const excess = this.events.length - this.#most;
    if (excess > 0) {
      this.events.splice(0, excess);
      this.from += excess;
    }
    this.head = Math.max(this.head, this.seq);
    this.#misfits = 0;
    this.forgetAsked();
    return "events";
  }

  mayAsk(): boolean {
    return this.#askAgainAt === null;
  }

  #refuse(): Taken {
    this.#misfits += 1;
    return "refused";
  }
}
