// The server's calls that a client needs besides the WebSocket.

import type { AgentState, EventPage, Pushed, Reply, Workflows } from "./schema.js";

/** An answer without a 2xx status. */
export class AdwatchError extends Error {
  readonly status: number;
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    super(`adwatch answered ${status}: ${JSON.stringify(body)}`);
    this.name = "AdwatchError";
    this.status = status;
    this.body = body;
  }
}

/** Which events of a workflow to read; `limit` is 200 by default. */
export interface EventQuery {
  readonly after?: number;
  readonly before?: number;
  readonly limit?: number;
  readonly kind?: string;
  readonly agent?: string;
  readonly level?: string;
  readonly q?: string;
}

export class Rest {
  readonly #base: string;
  readonly #fetch: typeof fetch;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(base: string, fetcher: typeof fetch, token: string | undefined) {
    this.#base = base;
    this.#fetch = fetcher;
    this.#headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  }

  /** All workflows, the most recently active first. */
  workflows(signal?: AbortSignal): Promise<Workflows> {
    return this.#get("/api/workflows", signal);
  }

  /** A complete workflow. */
  agentState(adwId: string, signal?: AbortSignal): Promise<AgentState> {
    return this.#get(`/api/agent-state/${encodeURIComponent(adwId)}`, signal);
  }

  /** A page of events, ordered by seq. */
  events(adwId: string, query: EventQuery = {}, signal?: AbortSignal): Promise<EventPage> {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) parameters.set(name, String(value));
    return this.#get(`/api/workflows/${encodeURIComponent(adwId)}/events?${parameters}`, signal);
  }

  /** Pushes one item or several. What the reply counts as accepted is on the server's disk. */
  push(items: Pushed, signal?: AbortSignal): Promise<Reply> {
    return this.#ask("/api/agent-state-update", {
      method: "POST",
      headers: { ...this.#headers, "content-type": "application/json" },
      body: JSON.stringify(items),
      signal: signal ?? null,
    });
  }

  #get<T>(path: string, signal?: AbortSignal): Promise<T> {
    return this.#ask(path, { headers: { ...this.#headers }, signal: signal ?? null });
  }

  async #ask<T>(path: string, request: RequestInit): Promise<T> {
    const fetcher = this.#fetch;
    const response = await fetcher(this.#base + path, request);
    const body: unknown = await response.json();
    if (!response.ok) throw new AdwatchError(response.status, body);
    return body as T;
  }
}
