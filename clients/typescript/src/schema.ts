// Generated from the server's description of itself by scripts/typescript-test; not to be edited.

export interface paths {
    readonly "/": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The board. */
        readonly get: operations["board"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/adws/list": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** All workflows, the most recently active first, as an earlier dashboard lists them. */
        readonly get: operations["older_workflows"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/adws/{adw_id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** A workflow with its state document, as an earlier dashboard shows it. */
        readonly get: operations["older_workflow"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/agent-log-entry": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Accepts a log entry, as an earlier dashboard takes it. */
        readonly post: operations["agent_log_entry"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/agent-output-chunk": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Accepts lines of an agent's stream, as an earlier dashboard takes them.
         * @description Each line becomes the events that it becomes when its file is read, and both copies are one.
         */
        readonly post: operations["agent_output_chunk"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/agent-state-update": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Accepts one event, an array of events, or one event per line. A 200 response means that the accepted events are on disk.
         * @description Valid items of a batch are recorded, invalid ones are reported with their index; it is an error only if nothing could be recorded.
         */
        readonly post: operations["push"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/agent-state/{adw_id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** A complete workflow: its timeline up to `seq`, and its state document as last read. */
        readonly get: operations["agent_state"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/agent-thinking": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Accepts what an agent thought, as an earlier dashboard takes it. */
        readonly post: operations["agent_thinking"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/docs": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** This API description as a page. */
        readonly get: operations["docs"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/docs.css": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The page's style sheet, in addition to that of the app. */
        readonly get: operations["sheet"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/file-operation": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Accepts what was done to a file, as an earlier dashboard takes it. */
        readonly post: operations["file_operation"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/openapi.json": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** This API description, in OpenAPI 3.1. */
        readonly get: operations["openapi"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/screenshot-available": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Accepts that there is a screenshot, as an earlier dashboard takes it.
         * @description If its file can be read in the folder of the workflow, the picture is saved.
         */
        readonly post: operations["screenshot_available"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/spec-created": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Accepts that a spec was written, as an earlier dashboard takes it. */
        readonly post: operations["spec_created"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/stage-event": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Accepts what happened to a stage or to the workflow, in the shape of earlier dashboards. */
        readonly post: operations["stage_event"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/tool-execution": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Accepts the call of a tool or its result, as an earlier dashboard takes it. */
        readonly post: operations["tool_execution"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/workflow-phase-transition": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Accepts that a phase of a workflow began, as an earlier dashboard takes it.
         * @description A `phase_to` such as `completed` or `failed` ends the workflow.
         */
        readonly post: operations["workflow_phase_transition"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/workflow-updates": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /** Accepts what a workflow reports about itself, in the shape of earlier dashboards. */
        readonly post: operations["workflow_update"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/workflows": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** All workflows as cards, the most recently active first. */
        readonly get: operations["workflows"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/workflows/{adw_id}/entries": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** A page of events as shortened lines for people to read. Accepts the filters of `events`. */
        readonly get: operations["entries"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/workflows/{adw_id}/events": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** A page of events ordered by seq: those after a seq, those before one, or the newest. */
        readonly get: operations["events"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/workflows/{adw_id}/events/{seq}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** One event with its full payload. */
        readonly get: operations["event"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/workflows/{adw_id}/export": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** A workflow as a file, whole or filtered. */
        readonly get: operations["export"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/workflows/{adw_id}/search": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The exact number of matching events of a workflow, and the newest of them. */
        readonly get: operations["search"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/api/workflows/{adw_id}/sources": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The files of a workflow that were read, by path and run, and what became of their lines. */
        readonly get: operations["sources"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/events": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Accepts one hook of Claude Code as the clients of hook observers send it, and returns it as stored.
         * @description It becomes an event of the workflow that its session belongs to, like a pushed hook.
         */
        readonly post: operations["observe"];
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/health": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** 200 while events can be recorded, as an earlier dashboard says it. */
        readonly get: operations["older_health"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/healthz": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** 200 while events can be recorded, otherwise 503 with the reason. */
        readonly get: operations["health"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/media/{name}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** A picture that an event refers to, as the agent wrote it. It never changes. */
        readonly get: operations["picture"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/metrics": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Metrics in the text format of Prometheus, version 0.0.4. */
        readonly get: operations["metrics"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/theme/{choice}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Saves the chosen theme and goes back. */
        readonly get: operations["theme"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/w/{adw_id}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The page of a workflow. If it does not exist yet, the page fills when the workflow starts. */
        readonly get: operations["viewer"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/ws": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * The WebSocket, which sends events as they happen.
         * @description With the subprotocol `adwatch.v1` it sends the frames of docs/protocol.md; without one, the plain feed: every event of every workflow.
         */
        readonly get: operations["socket"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/ws/trigger": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** The same WebSocket, where the page of an earlier dashboard looks for a second server. */
        readonly get: operations["older_socket"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @description The id of a workflow: a safe path component of 1 to 64 characters, usually 8 hex digits.
         * @example c0a43f47
         */
        readonly AdwId: string;
        /** @description An agent, or a sub-agent with the Task call that started it. */
        readonly Agent: {
            /** @description The CLI's id of a sub-agent. */
            readonly agent_id: string | null;
            readonly agent_type: string | null;
            /** @description Only hooks tell of it, and they do not say what it is called. */
            readonly by_hook: boolean;
            readonly cwd: string | null;
            /**
             * Format: int64
             * @description Calls that were not allowed.
             */
            readonly denials: number;
            /**
             * Format: int32
             * @description How many agents stand above it: 0 for one with a folder, 1 for its sub-agents, 2 for theirs.
             */
            readonly depth: number;
            /** Format: double */
            readonly earlier_cost_usd: number | null;
            readonly ended: components["schemas"]["Moment"] | null;
            /** Format: int64 */
            readonly errors: number;
            /** @description Its turn is over, but something of it runs in the background. */
            readonly has_answered: boolean;
            /** @description It goes on beside the agent that started it. */
            readonly in_background: boolean;
            /** @description It was asked something, and has not answered. */
            readonly is_asked: boolean;
            /** @description Which of several that are alike has its id is a guess. */
            readonly is_guess: boolean;
            /** @description It is called by what it was asked to do. */
            readonly is_named: boolean;
            readonly last: components["schemas"]["Moment"];
            /** Format: int64 */
            readonly messages: number;
            readonly model: string | null;
            readonly name: string;
            /** @description The Task call that started it; null for an agent with a folder of its own. */
            readonly parent: string | null;
            /** Format: int64 */
            readonly reported_ms: number | null;
            /** Format: int64 */
            readonly reported_turns: number;
            /** @description Its final message. */
            readonly result: string | null;
            /** Format: int32 */
            readonly run: number;
            /** Format: double */
            readonly session_cost_usd: number | null;
            readonly session_id: string | null;
            /** @description When tools ran: start and length in milliseconds from `started`, and whether one failed. */
            readonly spans: readonly (readonly unknown[])[];
            readonly stage: string | null;
            readonly started: components["schemas"]["Moment"];
            /**
             * @description `seen`: the agent was mentioned, but none of its sessions was. `lost`: it is over, but nobody told how it ended.
             * @enum {string}
             */
            readonly state: "seen" | "open" | "ended" | "failed" | "stopped" | "lost";
            readonly tokens: components["schemas"]["Tokens"] | null;
            /**
             * Format: int64
             * @description Tokens and calls of a sub-agent as it was told of them.
             */
            readonly told_tokens: number | null;
            /** Format: int64 */
            readonly told_tools: number | null;
            /** Format: int64 */
            readonly tools: number;
            /** @description The trouble of the API or the CLI that nothing followed yet. */
            readonly trouble: string | null;
            /** @description The agent that made that Task call. */
            readonly under: string | null;
            readonly usage: components["schemas"]["Usage"];
            /** @description The call that started the sub-agent that this one works for. */
            readonly within: string | null;
        };
        /** @description A complete workflow. */
        readonly AgentState: components["schemas"]["Verdict"] & {
            readonly adw_id: components["schemas"]["AdwId"];
            readonly epoch: components["schemas"]["Epoch"];
            /** Format: int64 */
            readonly seq: number;
            /** @description The state document as last read or pushed. */
            readonly state: {
                readonly [key: string]: unknown;
            };
            readonly timeline: components["schemas"]["Timeline"];
            readonly timestamp: components["schemas"]["Timestamp"];
        };
        /** @description A command in the background. */
        readonly BackgroundTask: {
            readonly agent: string | null;
            readonly ended: components["schemas"]["Moment"] | null;
            readonly id: string;
            readonly started: components["schemas"]["Moment"];
            /**
             * @description `seen`: the agent was mentioned, but none of its sessions was. `lost`: it is over, but nobody told how it ended.
             * @enum {string}
             */
            readonly state: "seen" | "open" | "ended" | "failed" | "stopped" | "lost";
            readonly text: string;
            readonly tool_use_id: string | null;
        };
        /** @description All cards (`full`), or those that changed. */
        readonly Board: {
            readonly full: boolean;
            readonly removed: readonly components["schemas"]["AdwId"][];
            readonly upserts: readonly components["schemas"]["Card"][];
        };
        /** @description A workflow as shown on the board. */
        readonly Card: {
            readonly adw_id: components["schemas"]["AdwId"];
            readonly agent: string | null;
            readonly branch: string | null;
            /** Format: double */
            readonly cost_usd: number | null;
            /** @description What the agent is doing, in one line. */
            readonly doing: string;
            readonly doing_since: components["schemas"]["Timestamp"] | null;
            /** Format: int64 */
            readonly errors: number;
            readonly first_at: components["schemas"]["Timestamp"] | null;
            readonly issue: string | null;
            readonly last_at: components["schemas"]["Timestamp"] | null;
            readonly last_error: string | null;
            /** @description What a person is waited for, the oldest first. */
            readonly needs: readonly components["schemas"]["Need"][];
            readonly pace: components["schemas"]["Pace"];
            readonly pulse: components["schemas"]["Pulse"];
            readonly repo: string | null;
            readonly result: string | null;
            /** Format: int64 */
            readonly seq: number;
            /** @description The stage it is in, or was in last. */
            readonly stage: string | null;
            /** @description Plan, build, test, review, document and ship; null for a stage that has not started. */
            readonly stages: readonly (string | null)[];
            readonly times_known: boolean;
            readonly title: string;
            /** Format: int64 */
            readonly tokens: number;
            /** @description Whether `tokens` is all; until then it is the least that there can be. */
            readonly usage_is_final: boolean;
            /** @description What stands beside a success: work that was stopped, or whose end nobody told. */
            readonly warning: string | null;
        };
        /** @description A changed field of the state, shortened. */
        readonly ChangeView: {
            readonly field: string;
            readonly new: string | null;
            readonly old: string | null;
        };
        /** @description A short form of an event. Absent fields are empty. */
        readonly Entry: {
            readonly agent?: string | null;
            readonly at: components["schemas"]["Timestamp"];
            /** @description The tool's output, or the diff of a file operation. */
            readonly detail?: string | null;
            /** Format: int64 */
            readonly duration_ms?: number | null;
            readonly error?: boolean | null;
            readonly event_type: string;
            /** @description The tool, the level, the operation, the stage, the status or the model. */
            readonly head?: string | null;
            /**
             * @description The kind of an event; an unknown kind is recorded as `other`.
             * @enum {string}
             */
            readonly kind: "agent_state_update" | "agent_log_entry" | "file_operation" | "agent_thinking" | "tool_execution" | "text_block" | "stage_transition" | "status_update" | "session" | "other";
            /** Format: int64 */
            readonly seq: number;
            /** @description The message, the path, or the tool's input. */
            readonly text?: string | null;
            readonly time_source: components["schemas"]["TimeSource"];
            readonly tool_use_id?: string | null;
        };
        /** @description Events as lines for people to read. */
        readonly EntryPage: {
            readonly entries: readonly components["schemas"]["Entry"][];
            /** Format: int64 */
            readonly first: number;
            /**
             * Format: int64
             * @description All matching entries with seqs from here …
             */
            readonly from: number;
            /** Format: int64 */
            readonly head: number;
            /**
             * Format: int64
             * @description … to here are in `entries`.
             */
            readonly to: number;
        };
        /**
         * @description One life of the journal: a seq is meaningful only together with the epoch in which it was assigned.
         * @example fb1dcca7ea7dd3325af28a8c23099059
         */
        readonly Epoch: string;
        /**
         * @description An error response.
         * @example {
         *       "error": {
         *         "code": "not_found",
         *         "message": "workflow nobody does not exist"
         *       }
         *     }
         */
        readonly Error: {
            readonly error: components["schemas"]["ErrorText"];
        };
        /** @description What went wrong. */
        readonly ErrorText: {
            /** @description For programs; it never changes. */
            readonly code: string;
            /** @description The field or parameter at fault. */
            readonly field?: string | null;
            /** @description For people. */
            readonly message: string;
        };
        /**
         * @description One thing that happened in a workflow; it never changes once recorded.
         * @example {
         *       "data": {
         *         "adw_id": "c0a43f47",
         *         "agent": "sdlc_planner",
         *         "event_type": "tool_execution_pre",
         *         "parent_tool_use_id": null,
         *         "payload": {
         *           "input": {
         *             "command": "cargo test"
         *           },
         *           "tool_name": "Bash",
         *           "tool_use_id": "toolu_01"
         *         },
         *         "run": 1,
         *         "seq": 42,
         *         "session_id": "5f1e03c2",
         *         "time_source": "source",
         *         "timestamp": "2026-01-15T10:30:00.123Z"
         *       },
         *       "type": "tool_execution"
         *     }
         */
        readonly Event: {
            readonly data: components["schemas"]["EventData"];
            /**
             * @description The kind of an event; an unknown kind is recorded as `other`.
             * @enum {string}
             */
            readonly type: "agent_state_update" | "agent_log_entry" | "file_operation" | "agent_thinking" | "tool_execution" | "text_block" | "stage_transition" | "status_update" | "session" | "other";
        };
        /** @description The content of an event. */
        readonly EventData: {
            readonly adw_id: components["schemas"]["AdwId"];
            /** @description The worker within the workflow. */
            readonly agent: string | null;
            /** @description What exactly happened, for example `tool_execution_pre`. */
            readonly event_type: string;
            /** @description The Task call whose sub-agent caused this event. */
            readonly parent_tool_use_id: string | null;
            /** @description The fields of this kind; fields that adwatch does not know are kept. */
            readonly payload: unknown;
            /**
             * Format: int32
             * @description The number of the agent's attempt, from 1.
             */
            readonly run: number | null;
            /**
             * Format: int64
             * @description Its number in the workflow: 1, 2, 3 … without gaps.
             */
            readonly seq: number;
            /** @description The Claude Code session. */
            readonly session_id: string | null;
            readonly time_source: components["schemas"]["TimeSource"];
            readonly timestamp: components["schemas"]["Timestamp"];
        };
        /** @description A page of events, ordered by seq. */
        readonly EventPage: {
            readonly epoch: components["schemas"]["Epoch"];
            readonly events: readonly components["schemas"]["Event"][];
            /**
             * Format: int64
             * @description The oldest seq still stored.
             */
            readonly first: number;
            /**
             * Format: int64
             * @description The newest seq of the workflow.
             */
            readonly head: number;
            readonly server_time: components["schemas"]["Timestamp"];
        };
        /** @description All events that were waiting: `from` to `to`, without gaps. */
        readonly Events: {
            readonly adw_id: components["schemas"]["AdwId"];
            /** Format: int64 */
            readonly from: number;
            /**
             * Format: int64
             * @description The newest seq, if the frame does not reach it.
             */
            readonly head?: number | null;
            readonly list: readonly components["schemas"]["Event"][];
            /** Format: int64 */
            readonly to: number;
        };
        /** @description An export as one document. */
        readonly ExportDocument: {
            readonly adw_id: components["schemas"]["AdwId"];
            readonly epoch: components["schemas"]["Epoch"];
            readonly events: readonly components["schemas"]["Event"][];
            /** Format: int64 */
            readonly first: number;
            /**
             * Format: int64
             * @description The newest seq when the export began, which is where it ends.
             */
            readonly head: number;
        };
        /** @description The result of a search. */
        readonly Found: {
            /**
             * Format: int64
             * @description The number of matching events, however many seqs are returned.
             */
            readonly count: number;
            readonly epoch: components["schemas"]["Epoch"];
            /** Format: int64 */
            readonly first: number;
            /** Format: int64 */
            readonly head: number;
            /**
             * Format: int64
             * @description How far the index reaches. Later events are found too, but more slowly.
             */
            readonly indexed: number;
            /** @description The seqs of the newest of them, in order. */
            readonly seqs: readonly number[];
        };
        /** @description A frame from the client was invalid. */
        readonly FrameError: {
            readonly code: string;
            readonly message: string;
        };
        /** @description A frame from a client on `/ws` with the subprotocol `adwatch.v1`. */
        readonly FrameFromBrowser: {
            readonly data: components["schemas"]["Subscribe"];
            /** @enum {string} */
            readonly type: "subscribe";
        } | {
            readonly data: components["schemas"]["Unsubscribe"];
            /** @enum {string} */
            readonly type: "unsubscribe";
        } | {
            readonly data: components["schemas"]["Ping"];
            /** @enum {string} */
            readonly type: "ping";
        };
        /** @description A frame from the server on `/ws` with the subprotocol `adwatch.v1`. */
        readonly FrameFromServer: {
            readonly data: components["schemas"]["Hello"];
            /** @enum {string} */
            readonly type: "hello";
        } | {
            readonly data: components["schemas"]["Snapshot"];
            /** @enum {string} */
            readonly type: "snapshot";
        } | {
            readonly data: components["schemas"]["Events"];
            /** @enum {string} */
            readonly type: "events";
        } | {
            readonly data: components["schemas"]["Board"];
            /** @enum {string} */
            readonly type: "board";
        } | {
            readonly data: components["schemas"]["Heartbeat"];
            /** @enum {string} */
            readonly type: "heartbeat";
        } | {
            readonly data: components["schemas"]["FrameError"];
            /** @enum {string} */
            readonly type: "error";
        };
        /** @description The server is healthy. */
        readonly Health: {
            readonly epoch: components["schemas"]["Epoch"];
            readonly status: string;
            readonly version: string;
            /**
             * Format: int64
             * @description Open WebSockets.
             */
            readonly viewers: number;
            /** Format: int64 */
            readonly workflows: number;
        };
        /** @description A heartbeat. */
        readonly Heartbeat: {
            readonly server_time: components["schemas"]["Timestamp"];
        };
        /** @description The first frame. */
        readonly Hello: {
            readonly epoch: components["schemas"]["Epoch"];
            /**
             * Format: int64
             * @description How often a heartbeat comes; a client that misses two is no longer connected.
             */
            readonly heartbeat_ms: number;
            readonly patience: components["schemas"]["Patience"];
            readonly server_time: components["schemas"]["Timestamp"];
        };
        /** @description What Claude Code passes to a hook on its stdin. All of it is kept. */
        readonly HookStdin: {
            readonly cwd?: string | null;
            readonly hook_event_name?: string | null;
            readonly session_id: string;
            readonly tool_input?: {
                readonly [key: string]: unknown;
            } | null;
            readonly tool_name?: string | null;
            readonly tool_use_id?: string | null;
        } & {
            readonly [key: string]: unknown;
        };
        /** @description The hook as stored: the fields that were sent, without secrets and pictures. */
        readonly KeptHook: {
            /**
             * Format: int64
             * @description A number derived from what was sent.
             */
            readonly id: number;
            /** @description As sent, or otherwise the time of arrival in milliseconds since 1970. */
            readonly timestamp: unknown;
        };
        /** @description A workflow in the list: its card, and what it is doing now. */
        readonly ListedWorkflow: components["schemas"]["Card"] & components["schemas"]["Verdict"];
        /**
         * @description What an agent's processes use: `lines` are CPU in percent of one core, memory in KiB, and disk reads and writes in KiB per
         *     second, in intervals of `width_ms`.
         */
        readonly Load: {
            readonly agent: string;
            /** @description The latest measurements, in the order of `lines`. */
            readonly latest: readonly number[];
            readonly lines: readonly (readonly number[])[];
            readonly start: components["schemas"]["Timestamp"];
            /** Format: int64 */
            readonly width_ms: number;
        };
        readonly LogData: {
            readonly adw_id: components["schemas"]["AdwId"];
            /** @enum {string} */
            readonly level: "INFO" | "SUCCESS" | "WARNING" | "ERROR";
            readonly message: string;
            readonly timestamp?: components["schemas"]["OlderTime"] | null;
            readonly workflow_name?: string | null;
        };
        /** @description A short form of an error. */
        readonly Mark: {
            readonly agent: string | null;
            readonly at: components["schemas"]["Timestamp"];
            /** Format: int64 */
            readonly seq: number;
            readonly time_source: components["schemas"]["TimeSource"];
            readonly what: string;
            readonly why: string;
        };
        /** @description A time, and where it comes from. */
        readonly Moment: {
            readonly at: components["schemas"]["Timestamp"];
            readonly source: components["schemas"]["TimeSource"];
        };
        /** @description What a person is waited for. */
        readonly Need: {
            readonly agent: string | null;
            /** @description Only a hook asked. */
            readonly by_hook: boolean;
            /** @description The answers that are offered. */
            readonly choices: readonly string[];
            /** @enum {string} */
            readonly kind: "permission" | "question" | "plan" | "input";
            /** @description The sub-agent that waits, by its call. */
            readonly lane: string | null;
            readonly request_id: string | null;
            /**
             * Format: int64
             * @description The event that asked.
             */
            readonly seq: number;
            readonly since: components["schemas"]["Moment"];
            /** @description What is asked, in words. */
            readonly text: string;
            readonly tool_use_id: string | null;
        };
        /**
         * @description A hook of Claude Code, as the clients of hook observers send it.
         * @example {
         *       "hook_event_type": "PreToolUse",
         *       "payload": {
         *         "hook_event_name": "PreToolUse",
         *         "session_id": "5f1e03c2",
         *         "tool_input": {
         *           "command": "cargo test"
         *         },
         *         "tool_name": "Bash",
         *         "tool_use_id": "toolu_01"
         *       },
         *       "session_id": "5f1e03c2",
         *       "source_app": "app",
         *       "timestamp": 1768473000123
         *     }
         */
        readonly ObservedHook: {
            readonly hook_event_type: string;
            /** @description What the hook received on its stdin. */
            readonly payload: components["schemas"]["HookStdin"];
            readonly session_id: string;
            readonly source_app?: string | null;
            /**
             * Format: int64
             * @description Milliseconds since 1970.
             */
            readonly timestamp?: number | null;
        };
        /**
         * @description What was done to a file.
         * @example {
         *       "adw_id": "c0a43f47",
         *       "file_path": "src/retry.rs",
         *       "lines_added": 4,
         *       "lines_removed": 2,
         *       "operation": "modified"
         *     }
         */
        readonly OlderFileOperation: {
            readonly adw_id: components["schemas"]["AdwId"];
            readonly diff?: string | null;
            readonly file_path: string;
            /** Format: int64 */
            readonly lines_added?: number | null;
            /** Format: int64 */
            readonly lines_removed?: number | null;
            /** @description `read`, `write`, `modified`, `created` or `deleted`. */
            readonly operation?: string | null;
            readonly summary?: string | null;
            readonly timestamp?: components["schemas"]["OlderTime"] | null;
        };
        /** @description The server is healthy. */
        readonly OlderHealth: {
            readonly epoch: components["schemas"]["Epoch"];
            readonly status: string;
            readonly version: string;
        };
        /**
         * @description A log entry of a workflow.
         * @example {
         *       "adw_id": "c0a43f47",
         *       "details": {
         *         "issue": 6
         *       },
         *       "level": "INFO",
         *       "message": "planning"
         *     }
         */
        readonly OlderLogEntry: {
            readonly adw_id: components["schemas"]["AdwId"];
            readonly context?: unknown;
            readonly details?: unknown;
            readonly level?: string | null;
            readonly message: string;
            readonly timestamp?: components["schemas"]["OlderTime"] | null;
        };
        /**
         * @description Lines of an agent's stream.
         * @example {
         *       "adw_id": "c0a43f47",
         *       "agent_role": "sdlc_planner",
         *       "content": "{\"type\":\"system\",\"subtype\":\"init\",\"session_id\":\"5f1e03c2\"}\n",
         *       "is_complete": false,
         *       "line_number": 1
         *     }
         */
        readonly OlderOutputChunk: {
            readonly adw_id: components["schemas"]["AdwId"];
            /** @description The agent's folder. */
            readonly agent_role: string;
            /** @description As they stand in `raw_output.jsonl`. */
            readonly content: string;
            /** @description Whether no more will come. */
            readonly is_complete?: boolean | null;
            /**
             * Format: int64
             * @description The number of the first line in the file.
             */
            readonly line_number?: number | null;
            readonly timestamp?: components["schemas"]["OlderTime"] | null;
            /** Format: int64 */
            readonly total_lines?: number | null;
        };
        /**
         * @description A phase of a workflow that begins.
         * @example {
         *       "adw_id": "c0a43f47",
         *       "phase_from": "plan",
         *       "phase_to": "build",
         *       "workflow_name": "adw_sdlc_iso"
         *     }
         */
        readonly OlderPhaseTransition: {
            readonly adw_id: components["schemas"]["AdwId"];
            readonly metadata?: {
                readonly [key: string]: unknown;
            } | null;
            readonly phase_from?: string | null;
            readonly phase_to: string;
            readonly timestamp?: components["schemas"]["OlderTime"] | null;
            readonly workflow_name?: string | null;
        };
        /**
         * @description A screenshot that an agent made.
         * @example {
         *       "adw_id": "c0a43f47",
         *       "screenshot_path": "agents/c0a43f47/reviewer/review_img/home.png",
         *       "screenshot_type": "review"
         *     }
         */
        readonly OlderScreenshotAvailable: {
            readonly adw_id: components["schemas"]["AdwId"];
            readonly metadata?: {
                readonly [key: string]: unknown;
            } | null;
            /** @description Within `agents/<adw_id>`. */
            readonly screenshot_path: string;
            readonly screenshot_type?: string | null;
            readonly timestamp?: components["schemas"]["OlderTime"] | null;
        };
        /**
         * @description A spec that was written.
         * @example {
         *       "adw_id": "c0a43f47",
         *       "spec_path": "specs/retry.md",
         *       "spec_type": "plan"
         *     }
         */
        readonly OlderSpecCreated: {
            readonly adw_id: components["schemas"]["AdwId"];
            readonly metadata?: {
                readonly [key: string]: unknown;
            } | null;
            /** @description Within the repository. */
            readonly spec_path: string;
            readonly spec_type?: string | null;
            readonly timestamp?: components["schemas"]["OlderTime"] | null;
        };
        /**
         * @description What an agent thought.
         * @example {
         *       "adw_id": "c0a43f47",
         *       "content": "the retry has no limit",
         *       "duration_ms": 1200,
         *       "sequence": 3
         *     }
         */
        readonly OlderThinking: {
            readonly adw_id: components["schemas"]["AdwId"];
            readonly content: string;
            /** Format: int64 */
            readonly duration_ms?: number | null;
            /** Format: int64 */
            readonly sequence?: number | null;
            readonly timestamp?: components["schemas"]["OlderTime"] | null;
        };
        /**
         * @description A time; without a time zone it is UTC or the server's local time, whichever is closer to now.
         * @example 2026-01-15T10:30:00.123456
         */
        readonly OlderTime: string;
        /**
         * @description The call of a tool, or its result.
         * @example {
         *       "adw_id": "c0a43f47",
         *       "input_data": {
         *         "command": "cargo test"
         *       },
         *       "phase": "pre",
         *       "tool_name": "Bash",
         *       "tool_use_id": "toolu_01"
         *     }
         */
        readonly OlderToolExecution: {
            readonly adw_id: components["schemas"]["AdwId"];
            /** Format: int64 */
            readonly duration_ms?: number | null;
            readonly error?: string | null;
            readonly input_data?: {
                readonly [key: string]: unknown;
            } | null;
            readonly output?: unknown;
            readonly phase?: ("pre" | "post") | null;
            readonly success?: boolean | null;
            readonly timestamp?: components["schemas"]["OlderTime"] | null;
            readonly tool_name: string;
            readonly tool_use_id?: string | null;
        };
        /** @description A workflow, with the fields of its state document. */
        readonly OlderWorkflow: {
            readonly adw_id: components["schemas"]["AdwId"];
            readonly branch_name?: unknown;
            readonly created_at?: string | null;
            /** @description The stage that it is in, or was in last. */
            readonly current_stage?: string | null;
            readonly issue_class?: unknown;
            readonly issue_number?: unknown;
            readonly issue_title?: unknown;
            /** @description `running`, `waiting`, `completed`, `failed`, `stalled` or `unknown`. */
            readonly status: string;
            readonly updated_at?: string | null;
        } & {
            readonly [key: string]: unknown;
        };
        /** @description All workflows, the most recently active first. */
        readonly OlderWorkflows: {
            readonly adws: readonly components["schemas"]["OlderWorkflow"][];
        };
        /** @description A tool call without a result yet. */
        readonly OpenTool: {
            readonly agent: string | null;
            /** @description The type of the sub-agent that the call starts. */
            readonly agent_type: string | null;
            readonly at: components["schemas"]["Timestamp"];
            /** @description The call that started that sub-agent. */
            readonly lane: string | null;
            readonly name: string;
            /** @description Whether a sub-agent made the call. */
            readonly nested: boolean;
            /** Format: int64 */
            readonly seq: number;
            readonly text: string;
            readonly time_source: components["schemas"]["TimeSource"];
            readonly tool_use_id: string;
        };
        /** @description What pushing costs a publisher, as reported by itself. */
        readonly Overhead: {
            readonly at: components["schemas"]["Timestamp"];
            /** Format: int64 */
            readonly backlog_ms: number;
            /** Format: int64 */
            readonly dropped: number;
            /** Format: int64 */
            readonly handed_over: number;
            /** Format: int64 */
            readonly p50_us: number;
            /** Format: int64 */
            readonly p99_us: number;
            /** Format: int64 */
            readonly pid: number;
            readonly publisher: string;
            /** Format: int64 */
            readonly refused: number;
        };
        /** @description Events and errors in the most recent half-minutes; `newest` is the number of the last one, counted from 1970. */
        readonly Pace: {
            readonly errors: readonly number[];
            readonly events: readonly number[];
            /** Format: int64 */
            readonly newest: number;
        };
        /** @description After how long a silence a run counts as stalled, or as waiting for its tool. */
        readonly Patience: {
            /** Format: int64 */
            readonly silence_ms: number;
            /** Format: int64 */
            readonly tool_ms: number;
            /** Format: int64 */
            readonly waiting_ms: number;
        };
        /** @description Asks for a heartbeat now. */
        readonly Ping: Record<string, never>;
        /** @description A frame of the plain feed, `/ws` without a subprotocol: `connection_ack`, `pong`, an event, or an event under its older type. */
        readonly PlainFrame: {
            readonly data: {
                readonly [key: string]: unknown;
            };
            readonly type: string;
        };
        /** @description The facts from which the status is derived. */
        readonly Pulse: {
            /** @description The agent at work. */
            readonly agent: string | null;
            /** @description What runs in the background while its agent has answered. */
            readonly background: string | null;
            readonly has_sessions: boolean;
            /** @description Whether silence can be measured from `last_at`. */
            readonly is_live: boolean;
            readonly last_at: components["schemas"]["Timestamp"] | null;
            /** @description The agent that ended last, and whether it ended with an error. */
            readonly last_ended: readonly unknown[] | null;
            readonly last_words: string | null;
            /** @description What a person is waited for the longest, and since when. */
            readonly need: readonly string[] | null;
            /** Format: int32 */
            readonly open_agents: number;
            /** @description The newest open call: its tool, when it started, and where that time comes from. */
            readonly open_tool: readonly string[] | null;
            /** @description The reported status, by whom and when. */
            readonly reported: readonly string[] | null;
            /** @description Whether stages were announced, and all of them ended well. */
            readonly stages_done: boolean;
            readonly warning: string | null;
        };
        /** @description One item, or several. */
        readonly Pushed: components["schemas"]["PushedItem"] | readonly components["schemas"]["PushedItem"][];
        /** @description The content of a pushed event. */
        readonly PushedData: {
            readonly adw_id: components["schemas"]["AdwId"];
            readonly agent?: string | null;
            /** @description Makes the push safe to repeat: two events of a workflow with the same id are one event. */
            readonly event_id?: string | null;
            readonly event_type?: string | null;
            readonly parent_tool_use_id?: string | null;
            readonly payload?: {
                readonly [key: string]: unknown;
            } | null;
            /** Format: int32 */
            readonly run?: number | null;
            readonly session_id?: string | null;
            /**
             * @description When it happened, in UTC; the time of arrival if absent.
             * @example 2026-01-15T10:30:00.123Z
             */
            readonly timestamp?: string | null;
        };
        /**
         * @description An event as it is pushed. More is accepted than is described here: see docs/protocol.md.
         * @example {
         *       "data": {
         *         "adw_id": "c0a43f47",
         *         "agent": "adw_plan_iso",
         *         "event_id": "notifier-1",
         *         "payload": {
         *           "level": "INFO",
         *           "message": "planning"
         *         }
         *       },
         *       "type": "agent_log_entry"
         *     }
         */
        readonly PushedEvent: {
            readonly data: components["schemas"]["PushedData"];
            /**
             * @description The kind of an event; an unknown kind is recorded as `other`.
             * @enum {string}
             */
            readonly type: "agent_state_update" | "agent_log_entry" | "file_operation" | "agent_thinking" | "tool_execution" | "text_block" | "stage_transition" | "status_update" | "session" | "other";
        };
        /**
         * @description A hook of Claude Code as it is pushed. It need not name its workflow, which is found by the session or the folder.
         * @example {
         *       "data": {
         *         "event_id": "hook-1",
         *         "payload": {
         *           "hook_event_name": "PreToolUse",
         *           "session_id": "5f1e03c2",
         *           "tool_input": {
         *             "command": "cargo test"
         *           },
         *           "tool_name": "Bash",
         *           "tool_use_id": "toolu_01"
         *         }
         *       },
         *       "type": "hook"
         *     }
         */
        readonly PushedHook: {
            readonly data: components["schemas"]["PushedHookData"];
            /** @enum {string} */
            readonly type: "hook";
        };
        /** @description The content of a hook. */
        readonly PushedHookData: {
            readonly adw_id?: components["schemas"]["AdwId"] | null;
            readonly agent?: string | null;
            /** @description Makes the push safe to repeat. */
            readonly event_id?: string | null;
            /** @description What the hook received on its stdin. */
            readonly payload: components["schemas"]["HookStdin"];
            /**
             * @description When the hook ran, in UTC.
             * @example 2026-01-15T10:30:00.123Z
             */
            readonly timestamp?: string | null;
        };
        /** @description One item to record. */
        readonly PushedItem: components["schemas"]["PushedEvent"] | components["schemas"]["PushedHook"];
        /** @description The newest entries, by kind. */
        readonly Recent: {
            readonly by_kind: {
                readonly [key: string]: components["schemas"]["RecentOfKind"];
            };
        };
        readonly RecentOfKind: {
            /**
             * Format: int64
             * @description Their size in bytes.
             */
            readonly bytes: number;
            readonly entries: readonly components["schemas"]["Entry"][];
        };
        /** @description An item that could not be recorded. */
        readonly Refused: {
            readonly field: string;
            /**
             * Format: int64
             * @description Its index in the body, from 0.
             */
            readonly index: number;
            readonly reason: string;
        };
        /**
         * @description The result of a push.
         * @example {
         *       "accepted": 1,
         *       "adw_id": "c0a43f47",
         *       "duplicates": 0,
         *       "refused": [],
         *       "status": "success"
         *     }
         */
        readonly Reply: {
            /**
             * Format: int64
             * @description Items that were recorded.
             */
            readonly accepted: number;
            readonly adw_id?: components["schemas"]["AdwId"] | null;
            /**
             * Format: int64
             * @description Items that were already known, or that change nothing.
             */
            readonly duplicates: number;
            readonly error?: components["schemas"]["ErrorText"] | null;
            /** @description The result in a sentence, where older clients expect one. */
            readonly message?: string | null;
            /** @description Items that could not be recorded. */
            readonly refused: readonly components["schemas"]["Refused"][];
            /** @description `success` or `error`. */
            readonly status: string;
        };
        /** @description What the workflow last reported about itself. */
        readonly Report: {
            /** @description Who reported it, for example `adw_state.json`. */
            readonly by: string;
            readonly message: string | null;
            /** Format: int64 */
            readonly progress_percent: number | null;
            readonly said: components["schemas"]["Moment"];
            /** @enum {string} */
            readonly state: "running" | "completed" | "failed";
            readonly step: string | null;
            readonly workflow_name: string | null;
        };
        /** @description A picture that an event refers to; `/media/{name}` returns it. */
        readonly SeenPicture: {
            readonly agent: string | null;
            readonly at: components["schemas"]["Timestamp"];
            /** Format: int64 */
            readonly height: number;
            readonly label: string;
            readonly name: string;
            /** Format: int64 */
            readonly seq: number;
            /** Format: int64 */
            readonly size_bytes: number;
            readonly time_source: components["schemas"]["TimeSource"];
            /** Format: int64 */
            readonly width: number;
        };
        /** @description The timeline up to `seq`; the events after it follow. */
        readonly Snapshot: {
            readonly adw_id: components["schemas"]["AdwId"];
            readonly epoch: components["schemas"]["Epoch"];
            /** Format: int64 */
            readonly seq: number;
            readonly timeline: components["schemas"]["Timeline"];
        };
        /** @description One run of one file: `lines` is the sum of `sources`, `silent` and `oddities`. */
        readonly Source: {
            readonly agent: string;
            /**
             * Format: int64
             * @description Events of its lines that had been recorded already, because they came by another door, too.
             */
            readonly known: number;
            /** Format: int64 */
            readonly lines: number;
            /**
             * Format: int64
             * @description Lines that were not understood.
             */
            readonly oddities: number;
            /**
             * Format: int64
             * @description Bytes read.
             */
            readonly offset: number;
            readonly path: string;
            /** Format: int32 */
            readonly run: number;
            /** @description Recognised lines without an event, by reason. */
            readonly silent: {
                readonly [key: string]: number;
            };
            /**
             * Format: int64
             * @description Lines that became events.
             */
            readonly sources: number;
            /** @description The same by the name of their type, or by what was wrong with them. */
            readonly unrecognised: {
                readonly [key: string]: number;
            };
        };
        readonly SourceNote: {
            readonly at: components["schemas"]["Timestamp"];
            readonly event_type: string;
            readonly excerpt: string;
            readonly file: string;
            /** Format: int64 */
            readonly line: number | null;
            readonly reason: string;
            /** Format: int64 */
            readonly seq: number;
        };
        /** @description The files of a workflow that were read. */
        readonly Sources: {
            readonly adw_id: components["schemas"]["AdwId"];
            readonly sources: readonly components["schemas"]["Source"][];
        };
        /** @description What was observed about the files. */
        readonly SourcesSeen: {
            /** Format: int64 */
            readonly deleted: number;
            /** Format: int64 */
            readonly mended: number;
            readonly newest: readonly components["schemas"]["SourceNote"][];
            /** Format: int64 */
            readonly oddities: number;
            /** Format: int64 */
            readonly replaced: number;
            /** Format: int64 */
            readonly truncated: number;
            /** Format: int64 */
            readonly unfinished: number;
            /**
             * Format: int64
             * @description Streams of which nobody knows a line.
             */
            readonly unknown: number;
            /** Format: int64 */
            readonly unreadable: number;
            /** @description Those of them that are of a type that nobody knows, by type. */
            readonly unrecognised: {
                readonly [key: string]: number;
            };
        };
        /**
         * @description What happened to a stage, or to the workflow.
         * @example {
         *       "adw_id": "c0a43f47",
         *       "duration_ms": 65000,
         *       "event_type": "stage_completed",
         *       "message": "built",
         *       "next_stage": "test",
         *       "previous_stage": "plan",
         *       "stage_name": "build",
         *       "timestamp": "2026-01-15T10:30:00.123456",
         *       "workflow_name": "adw_sdlc_iso"
         *     }
         */
        readonly StageEvent: {
            readonly adw_id: components["schemas"]["AdwId"];
            readonly completed_stages?: readonly string[] | null;
            /** Format: int64 */
            readonly duration_ms?: number | null;
            readonly error?: string | null;
            /** @enum {string} */
            readonly event_type: "stage_started" | "stage_completed" | "stage_failed" | "stage_skipped" | "workflow_started" | "workflow_completed" | "workflow_failed";
            readonly message?: string | null;
            readonly metadata?: {
                readonly [key: string]: unknown;
            } | null;
            readonly next_stage?: string | null;
            readonly pending_stages?: readonly string[] | null;
            readonly previous_stage?: string | null;
            /** Format: double */
            readonly progress_percent?: number | null;
            readonly skip_reason?: string | null;
            /** Format: int32 */
            readonly stage_index?: number | null;
            readonly stage_name?: string | null;
            readonly timestamp?: components["schemas"]["OlderTime"] | null;
            /** Format: int32 */
            readonly total_stages?: number | null;
            readonly workflow_name?: string | null;
        };
        /** @description A stage and its progress. */
        readonly StageLine: {
            /** @description Whether the stage is inferred, because nobody announced it. */
            readonly derived: boolean;
            /**
             * Format: int64
             * @description As measured by the publisher.
             */
            readonly duration_ms: number | null;
            readonly ended: components["schemas"]["Moment"] | null;
            readonly message: string | null;
            readonly name: string;
            readonly started: components["schemas"]["Moment"] | null;
            /** @enum {string} */
            readonly state: "running" | "completed" | "failed" | "skipped" | "pending";
        };
        /** @description What the state documents say. */
        readonly StateView: {
            /** @description What the newest one changed. */
            readonly changed: readonly components["schemas"]["ChangeView"][];
            readonly changed_at: components["schemas"]["Moment"] | null;
            readonly fields: {
                readonly [key: string]: unknown;
            };
            /** Format: int64 */
            readonly fields_dropped: number;
            /** @description The repository that it names, or an address in it. */
            readonly repository: string | null;
            /** @description Where the newest one came from. */
            readonly source: string | null;
            readonly title: string | null;
            /** Format: int64 */
            readonly writes: number;
        };
        readonly StatusData: {
            readonly adw_id: components["schemas"]["AdwId"];
            /** @description `Stage: Build` starts that stage. */
            readonly current_step?: string | null;
            readonly message?: string | null;
            /** Format: double */
            readonly progress_percent?: number | null;
            /** @enum {string} */
            readonly status: "started" | "in_progress" | "completed" | "failed";
            readonly timestamp?: components["schemas"]["OlderTime"] | null;
            readonly workflow_name?: string | null;
        };
        /** @description The progress of a workflow. */
        readonly StatusUpdate: {
            readonly data: components["schemas"]["StatusData"];
            /** @enum {string} */
            readonly type: "status_update";
        };
        /** @description Subscribes to a workflow, from a seq on, or to the board. */
        readonly Subscribe: {
            readonly adw_id?: components["schemas"]["AdwId"] | null;
            /**
             * Format: int64
             * @description The last seq that the client has.
             */
            readonly after?: number | null;
            readonly board?: boolean | null;
            readonly epoch?: components["schemas"]["Epoch"] | null;
        };
        /**
         * @description Where the time comes from: the publisher, adwatch reading it as it was written, or nowhere (it was found later).
         * @enum {string}
         */
        readonly TimeSource: "source" | "read" | "unknown";
        /** @description The summary of a workflow's events up to `seq`. */
        readonly Timeline: {
            readonly adw_id: components["schemas"]["AdwId"];
            readonly agents: readonly components["schemas"]["Agent"][];
            /**
             * Format: int64
             * @description The number of agents left out of `agents` because there were too many.
             */
            readonly agents_dropped: number;
            /** @description Commands that agents have sent to the background. */
            readonly background: readonly components["schemas"]["BackgroundTask"][];
            /** @description Events by kind. */
            readonly counts: {
                readonly [key: string]: number;
            };
            /** Format: int64 */
            readonly error_count: number;
            /** @description The newest errors. */
            readonly errors: readonly components["schemas"]["Mark"][];
            readonly first_at: components["schemas"]["Timestamp"] | null;
            readonly last_at: components["schemas"]["Timestamp"] | null;
            readonly last_known_at: components["schemas"]["Timestamp"] | null;
            /** @description What the agents' processes use, the most recent at the end. */
            readonly loads: readonly components["schemas"]["Load"][];
            /** @description The newest model messages, as hash and usage. */
            readonly messages: readonly (readonly unknown[])[];
            /** @description What a person is waited for, the oldest first. */
            readonly needs: readonly components["schemas"]["Need"][];
            readonly open_tools: readonly components["schemas"]["OpenTool"][];
            /** @description What pushing costs, the newest report at the end. */
            readonly overhead: readonly components["schemas"]["Overhead"][];
            readonly pace: components["schemas"]["Pace"];
            /** @description The newest pictures, the newest at the end. */
            readonly pictures: readonly components["schemas"]["SeenPicture"][];
            readonly recent: components["schemas"]["Recent"];
            readonly report: components["schemas"]["Report"] | null;
            /** Format: int64 */
            readonly seq: number;
            readonly sources: components["schemas"]["SourcesSeen"];
            readonly stages: readonly components["schemas"]["StageLine"][];
            readonly state: components["schemas"]["StateView"];
            readonly todo: components["schemas"]["TodoList"] | null;
            /**
             * Format: int64
             * @description Tool calls.
             */
            readonly tools: number;
            readonly trace: components["schemas"]["Trace"];
            readonly usage: components["schemas"]["Usage"];
            /** @description Whether results have told all of `usage`; until then it is the least that there can be. */
            readonly usage_is_final: boolean;
            /** @description How long each tool took: the number of calls, and the sum in milliseconds. */
            readonly usual: {
                readonly [key: string]: readonly number[];
            };
        };
        /**
         * Format: date-time
         * @description A time in UTC, to the millisecond.
         * @example 2026-01-15T10:30:00.123Z
         */
        readonly Timestamp: string;
        readonly TodoItem: {
            /** @description The items that have to be done before; absent if there are none. */
            readonly blocked_by?: readonly string[] | null;
            /** @description What the agent calls it; absent if the list has no ids. */
            readonly id?: string | null;
            readonly since: components["schemas"]["Moment"];
            /** @enum {string} */
            readonly state: "pending" | "in_progress" | "completed";
            readonly text: string;
        };
        /** @description An agent's todo list. */
        readonly TodoList: {
            readonly agent: string | null;
            /** @description What calls will change once they are answered; absent if there are none. */
            readonly called?: readonly {
                readonly [key: string]: unknown;
            }[] | null;
            readonly items: readonly components["schemas"]["TodoItem"][];
            /**
             * Format: int64
             * @description The number of further items.
             */
            readonly more: number;
            readonly written: components["schemas"]["Moment"];
        };
        /** @description Tokens of an agent: their sum is the agent's with its sub-agents. */
        readonly Tokens: {
            /** @description Of sessions that are over. */
            readonly earlier: components["schemas"]["Usage"];
            /** @description Whether a result has told all of it. */
            readonly is_final: boolean;
            /** @description What of that is the agent's own. */
            readonly own_since: components["schemas"]["Usage"];
            /** @description What lines have told since. */
            readonly since: components["schemas"]["Usage"];
            /** @description Of this session, as its results told. */
            readonly told: components["schemas"]["Usage"];
        };
        /** @description Events and errors over the whole time, in intervals of `width_ms`. */
        readonly Trace: {
            readonly errors: readonly number[];
            readonly events: readonly number[];
            readonly start: components["schemas"]["Timestamp"] | null;
            /** Format: int64 */
            readonly width_ms: number;
        };
        /** @description Ends a subscription. */
        readonly Unsubscribe: {
            readonly adw_id?: components["schemas"]["AdwId"] | null;
            readonly board?: boolean | null;
        };
        /** @description Tokens. */
        readonly Usage: {
            /** Format: int64 */
            readonly cache_creation_input_tokens: number;
            /** Format: int64 */
            readonly cache_read_input_tokens: number;
            /** Format: int64 */
            readonly input_tokens: number;
            /** Format: int64 */
            readonly output_tokens: number;
            /**
             * Format: int64
             * @description What of the output was thought; absent if none is told.
             */
            readonly reasoning_output_tokens?: number | null;
        };
        /** @description What a workflow is doing now. */
        readonly Verdict: {
            /** @description Whether it was inferred; false where somebody reported it. */
            readonly derived: boolean;
            readonly since: components["schemas"]["Timestamp"] | null;
            /** @enum {string} */
            readonly status: "needs_person" | "stalled" | "failed" | "waiting" | "running" | "completed" | "unknown";
            /** @description The reason, in a sentence. */
            readonly why: string;
        };
        /** @description A log entry of a workflow. */
        readonly WorkflowLog: {
            readonly data: components["schemas"]["LogData"];
            /** @enum {string} */
            readonly type: "workflow_log";
        };
        /**
         * @description What a workflow reports about itself.
         * @example {
         *       "data": {
         *         "adw_id": "c0a43f47",
         *         "current_step": "Stage: Build",
         *         "message": "building",
         *         "progress_percent": 40,
         *         "status": "in_progress",
         *         "workflow_name": "adw_sdlc_iso"
         *       },
         *       "type": "status_update"
         *     }
         */
        readonly WorkflowUpdate: components["schemas"]["StatusUpdate"] | components["schemas"]["WorkflowLog"];
        /** @description All workflows. */
        readonly Workflows: {
            readonly epoch: components["schemas"]["Epoch"];
            readonly server_time: components["schemas"]["Timestamp"];
            /** @description The most recently active first. */
            readonly workflows: readonly components["schemas"]["ListedWorkflow"][];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type AdwId = components['schemas']['AdwId'];
export type Agent = components['schemas']['Agent'];
export type AgentState = components['schemas']['AgentState'];
export type BackgroundTask = components['schemas']['BackgroundTask'];
export type Board = components['schemas']['Board'];
export type Card = components['schemas']['Card'];
export type ChangeView = components['schemas']['ChangeView'];
export type Entry = components['schemas']['Entry'];
export type EntryPage = components['schemas']['EntryPage'];
export type Epoch = components['schemas']['Epoch'];
export type Error = components['schemas']['Error'];
export type ErrorText = components['schemas']['ErrorText'];
export type Event = components['schemas']['Event'];
export type EventData = components['schemas']['EventData'];
export type EventPage = components['schemas']['EventPage'];
export type Events = components['schemas']['Events'];
export type ExportDocument = components['schemas']['ExportDocument'];
export type Found = components['schemas']['Found'];
export type FrameError = components['schemas']['FrameError'];
export type FrameFromBrowser = components['schemas']['FrameFromBrowser'];
export type FrameFromServer = components['schemas']['FrameFromServer'];
export type Health = components['schemas']['Health'];
export type Heartbeat = components['schemas']['Heartbeat'];
export type Hello = components['schemas']['Hello'];
export type HookStdin = components['schemas']['HookStdin'];
export type KeptHook = components['schemas']['KeptHook'];
export type ListedWorkflow = components['schemas']['ListedWorkflow'];
export type Load = components['schemas']['Load'];
export type LogData = components['schemas']['LogData'];
export type Mark = components['schemas']['Mark'];
export type Moment = components['schemas']['Moment'];
export type Need = components['schemas']['Need'];
export type ObservedHook = components['schemas']['ObservedHook'];
export type OlderFileOperation = components['schemas']['OlderFileOperation'];
export type OlderHealth = components['schemas']['OlderHealth'];
export type OlderLogEntry = components['schemas']['OlderLogEntry'];
export type OlderOutputChunk = components['schemas']['OlderOutputChunk'];
export type OlderPhaseTransition = components['schemas']['OlderPhaseTransition'];
export type OlderScreenshotAvailable = components['schemas']['OlderScreenshotAvailable'];
export type OlderSpecCreated = components['schemas']['OlderSpecCreated'];
export type OlderThinking = components['schemas']['OlderThinking'];
export type OlderTime = components['schemas']['OlderTime'];
export type OlderToolExecution = components['schemas']['OlderToolExecution'];
export type OlderWorkflow = components['schemas']['OlderWorkflow'];
export type OlderWorkflows = components['schemas']['OlderWorkflows'];
export type OpenTool = components['schemas']['OpenTool'];
export type Overhead = components['schemas']['Overhead'];
export type Pace = components['schemas']['Pace'];
export type Patience = components['schemas']['Patience'];
export type Ping = components['schemas']['Ping'];
export type PlainFrame = components['schemas']['PlainFrame'];
export type Pulse = components['schemas']['Pulse'];
export type Pushed = components['schemas']['Pushed'];
export type PushedData = components['schemas']['PushedData'];
export type PushedEvent = components['schemas']['PushedEvent'];
export type PushedHook = components['schemas']['PushedHook'];
export type PushedHookData = components['schemas']['PushedHookData'];
export type PushedItem = components['schemas']['PushedItem'];
export type Recent = components['schemas']['Recent'];
export type RecentOfKind = components['schemas']['RecentOfKind'];
export type Refused = components['schemas']['Refused'];
export type Reply = components['schemas']['Reply'];
export type Report = components['schemas']['Report'];
export type SeenPicture = components['schemas']['SeenPicture'];
export type Snapshot = components['schemas']['Snapshot'];
export type Source = components['schemas']['Source'];
export type SourceNote = components['schemas']['SourceNote'];
export type Sources = components['schemas']['Sources'];
export type SourcesSeen = components['schemas']['SourcesSeen'];
export type StageEvent = components['schemas']['StageEvent'];
export type StageLine = components['schemas']['StageLine'];
export type StateView = components['schemas']['StateView'];
export type StatusData = components['schemas']['StatusData'];
export type StatusUpdate = components['schemas']['StatusUpdate'];
export type Subscribe = components['schemas']['Subscribe'];
export type TimeSource = components['schemas']['TimeSource'];
export type Timeline = components['schemas']['Timeline'];
export type Timestamp = components['schemas']['Timestamp'];
export type TodoItem = components['schemas']['TodoItem'];
export type TodoList = components['schemas']['TodoList'];
export type Tokens = components['schemas']['Tokens'];
export type Trace = components['schemas']['Trace'];
export type Unsubscribe = components['schemas']['Unsubscribe'];
export type Usage = components['schemas']['Usage'];
export type Verdict = components['schemas']['Verdict'];
export type WorkflowLog = components['schemas']['WorkflowLog'];
export type WorkflowUpdate = components['schemas']['WorkflowUpdate'];
export type Workflows = components['schemas']['Workflows'];
export type $defs = Record<string, never>;
export interface operations {
    readonly board: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The page */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/html": string;
                };
            };
            /** @description The request is invalid; `field` names the part at fault */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Pages from this origin may not do this (`allowed_origins`) */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request took longer than `limits.request_timeout` */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description adwatch does not serve that host (`allowed_hosts`) */
            readonly 421: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description An internal error; see the log of adwatch */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The journal cannot be read or written, or all connections are in use */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    readonly older_workflows: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The workflows */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OlderWorkflows"];
                };
            };
            /** @description The request is invalid; `field` names the part at fault */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Pages from this origin may not do this (`allowed_origins`) */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request took longer than `limits.request_timeout` */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description adwatch does not serve that host (`allowed_hosts`) */
            readonly 421: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description An internal error; see the log of adwatch */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The journal cannot be read or written, or all connections are in use */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    readonly older_workflow: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The workflow. */
                readonly adw_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The workflow */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OlderWorkflow"];
                };
            };
            /** @description The request is invalid; `field` names the part at fault */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Pages from this origin may not do this (`allowed_origins`) */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The workflow does not exist */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request took longer than `limits.request_timeout` */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description adwatch does not serve that host (`allowed_hosts`) */
            readonly 421: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description An internal error; see the log of adwatch */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The journal cannot be read or written, or all connections are in use */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    readonly agent_log_entry: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["OlderLogEntry"];
            };
        };
        readonly responses: {
            /** @description The event is saved */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description Nothing could be saved */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description Pages from this origin may not do this (`allowed_origins`) */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request took longer than `limits.request_timeout` */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The body is longer than `limits.max_body` */
            readonly 413: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description The body is not JSON in UTF-8 */
            readonly 415: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description adwatch does not serve that host (`allowed_hosts`) */
            readonly 421: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description An internal error; see the log of adwatch */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Try again after `Retry-After` seconds */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description The disk is full; try again after `Retry-After` seconds */
            readonly 507: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
        };
    };
    readonly agent_output_chunk: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["OlderOutputChunk"];
            };
        };
        readonly responses: {
            /** @description The events of the lines are saved */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description Nothing could be saved */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description Pages from this origin may not do this (`allowed_origins`) */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request took longer than `limits.request_timeout` */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The body is longer than `limits.max_body` */
            readonly 413: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description The body is not JSON in UTF-8 */
            readonly 415: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description adwatch does not serve that host (`allowed_hosts`) */
            readonly 421: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description An internal error; see the log of adwatch */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Try again after `Retry-After` seconds */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description The disk is full; try again after `Retry-After` seconds */
            readonly 507: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
        };
    };
    readonly push: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["Pushed"];
                readonly "application/x-ndjson": string;
            };
        };
        readonly responses: {
            /** @description The accepted events are saved */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description No event could be saved */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description Pages from this origin may not do this (`allowed_origins`) */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request took longer than `limits.request_timeout` */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The body is longer than `limits.max_body` */
            readonly 413: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description The body is neither JSON nor NDJSON in UTF-8 */
            readonly 415: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description adwatch does not serve that host (`allowed_hosts`) */
            readonly 421: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description An internal error; see the log of adwatch */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Try again after `Retry-After` seconds */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description The disk is full; try again after `Retry-After` seconds */
            readonly 507: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
        };
    };
    readonly agent_state: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The workflow. */
                readonly adw_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The workflow */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["AgentState"];
                };
            };
            /** @description The request is invalid; `field` names the part at fault */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Pages from this origin may not do this (`allowed_origins`) */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The workflow does not exist */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request took longer than `limits.request_timeout` */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description adwatch does not serve that host (`allowed_hosts`) */
            readonly 421: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description An internal error; see the log of adwatch */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The journal cannot be read or written, or all connections are in use */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    readonly agent_thinking: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["OlderThinking"];
            };
        };
        readonly responses: {
            /** @description The event is saved */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description Nothing could be saved */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description Pages from this origin may not do this (`allowed_origins`) */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request took longer than `limits.request_timeout` */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The body is longer than `limits.max_body` */
            readonly 413: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description The body is not JSON in UTF-8 */
            readonly 415: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description adwatch does not serve that host (`allowed_hosts`) */
            readonly 421: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description An internal error; see the log of adwatch */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Try again after `Retry-After` seconds */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description The disk is full; try again after `Retry-After` seconds */
            readonly 507: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
        };
    };
    readonly docs: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The page */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/html": string;
                };
            };
            /** @description The request is invalid; `field` names the part at fault */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Pages from this origin may not do this (`allowed_origins`) */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request took longer than `limits.request_timeout` */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description adwatch does not serve that host (`allowed_hosts`) */
            readonly 421: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description An internal error; see the log of adwatch */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The journal cannot be read or written, or all connections are in use */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    readonly sheet: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The sheet */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/css": string;
                };
            };
            /** @description The request is invalid; `field` names the part at fault */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Pages from this origin may not do this (`allowed_origins`) */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request took longer than `limits.request_timeout` */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description adwatch does not serve that host (`allowed_hosts`) */
            readonly 421: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description An internal error; see the log of adwatch */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The journal cannot be read or written, or all connections are in use */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    readonly file_operation: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["OlderFileOperation"];
            };
        };
        readonly responses: {
            /** @description The event is saved */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description Nothing could be saved */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description Pages from this origin may not do this (`allowed_origins`) */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request took longer than `limits.request_timeout` */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The body is longer than `limits.max_body` */
            readonly 413: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description The body is not JSON in UTF-8 */
            readonly 415: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description adwatch does not serve that host (`allowed_hosts`) */
            readonly 421: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description An internal error; see the log of adwatch */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Try again after `Retry-After` seconds */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description The disk is full; try again after `Retry-After` seconds */
            readonly 507: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
        };
    };
    readonly openapi: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The document */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": {
                        readonly [key: string]: unknown;
                    };
                };
            };
            /** @description The request is invalid; `field` names the part at fault */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Pages from this origin may not do this (`allowed_origins`) */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request took longer than `limits.request_timeout` */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description adwatch does not serve that host (`allowed_hosts`) */
            readonly 421: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description An internal error; see the log of adwatch */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The journal cannot be read or written, or all connections are in use */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    readonly screenshot_available: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["OlderScreenshotAvailable"];
            };
        };
        readonly responses: {
            /** @description The event is saved */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description Nothing could be saved */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description Pages from this origin may not do this (`allowed_origins`) */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request took longer than `limits.request_timeout` */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The body is longer than `limits.max_body` */
            readonly 413: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description The body is not JSON in UTF-8 */
            readonly 415: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description adwatch does not serve that host (`allowed_hosts`) */
            readonly 421: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description An internal error; see the log of adwatch */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Try again after `Retry-After` seconds */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description The disk is full; try again after `Retry-After` seconds */
            readonly 507: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
        };
    };
    readonly spec_created: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["OlderSpecCreated"];
            };
        };
        readonly responses: {
            /** @description The event is saved */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description Nothing could be saved */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description Pages from this origin may not do this (`allowed_origins`) */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request took longer than `limits.request_timeout` */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The body is longer than `limits.max_body` */
            readonly 413: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description The body is not JSON in UTF-8 */
            readonly 415: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description adwatch does not serve that host (`allowed_hosts`) */
            readonly 421: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description An internal error; see the log of adwatch */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Try again after `Retry-After` seconds */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description The disk is full; try again after `Retry-After` seconds */
            readonly 507: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
        };
    };
    readonly stage_event: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["StageEvent"];
            };
        };
        readonly responses: {
            /** @description The event is saved */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description The event could not be saved */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description Pages from this origin may not do this (`allowed_origins`) */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request took longer than `limits.request_timeout` */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The body is longer than `limits.max_body` */
            readonly 413: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description The body is not JSON in UTF-8 */
            readonly 415: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description adwatch does not serve that host (`allowed_hosts`) */
            readonly 421: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description An internal error; see the log of adwatch */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Try again after `Retry-After` seconds */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description The disk is full; try again after `Retry-After` seconds */
            readonly 507: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
        };
    };
    readonly tool_execution: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["OlderToolExecution"];
            };
        };
        readonly responses: {
            /** @description The event is saved */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description Nothing could be saved */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description Pages from this origin may not do this (`allowed_origins`) */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request took longer than `limits.request_timeout` */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The body is longer than `limits.max_body` */
            readonly 413: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description The body is not JSON in UTF-8 */
            readonly 415: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description adwatch does not serve that host (`allowed_hosts`) */
            readonly 421: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description An internal error; see the log of adwatch */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Try again after `Retry-After` seconds */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description The disk is full; try again after `Retry-After` seconds */
            readonly 507: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
        };
    };
    readonly workflow_phase_transition: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["OlderPhaseTransition"];
            };
        };
        readonly responses: {
            /** @description The event is saved */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description Nothing could be saved */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description Pages from this origin may not do this (`allowed_origins`) */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request took longer than `limits.request_timeout` */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The body is longer than `limits.max_body` */
            readonly 413: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description The body is not JSON in UTF-8 */
            readonly 415: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description adwatch does not serve that host (`allowed_hosts`) */
            readonly 421: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description An internal error; see the log of adwatch */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Try again after `Retry-After` seconds */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description The disk is full; try again after `Retry-After` seconds */
            readonly 507: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
        };
    };
    readonly workflow_update: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["WorkflowUpdate"];
            };
        };
        readonly responses: {
            /** @description The event is saved */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description The event could not be saved */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description Pages from this origin may not do this (`allowed_origins`) */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request took longer than `limits.request_timeout` */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The body is longer than `limits.max_body` */
            readonly 413: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description The body is not JSON in UTF-8 */
            readonly 415: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description adwatch does not serve that host (`allowed_hosts`) */
            readonly 421: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description An internal error; see the log of adwatch */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Try again after `Retry-After` seconds */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description The disk is full; try again after `Retry-After` seconds */
            readonly 507: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
        };
    };
    readonly workflows: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The workflows */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Workflows"];
                };
            };
            /** @description The request is invalid; `field` names the part at fault */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Pages from this origin may not do this (`allowed_origins`) */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request took longer than `limits.request_timeout` */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description adwatch does not serve that host (`allowed_hosts`) */
            readonly 421: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description An internal error; see the log of adwatch */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The journal cannot be read or written, or all connections are in use */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    readonly entries: {
        readonly parameters: {
            readonly query?: {
                /** @description Only events after this seq. */
                readonly after?: number;
                /** @description Only events before this seq. */
                readonly before?: number;
                readonly kind?: readonly ("agent_state_update" | "agent_log_entry" | "file_operation" | "agent_thinking" | "tool_execution" | "text_block" | "stage_transition" | "status_update" | "session" | "other")[];
                /** @description Only events of these agents. */
                readonly agent?: readonly string[];
                readonly level?: readonly ("debug" | "info" | "success" | "warning" | "error")[];
                /** @description Only events that contain this text, ignoring case. */
                readonly q?: string;
                /** @description The number of events in the page; 200 if absent. With only `before`, or neither, you get the newest. */
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path: {
                /** @description The workflow. */
                readonly adw_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The page */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["EntryPage"];
                };
            };
            /** @description The request is invalid; `field` names the part at fault */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Pages from this origin may not do this (`allowed_origins`) */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The workflow does not exist */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request took longer than `limits.request_timeout` */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description adwatch does not serve that host (`allowed_hosts`) */
            readonly 421: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description An internal error; see the log of adwatch */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The journal cannot be read or written, or all connections are in use */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    readonly events: {
        readonly parameters: {
            readonly query?: {
                /** @description Only events after this seq. */
                readonly after?: number;
                /** @description Only events before this seq. */
                readonly before?: number;
                readonly kind?: readonly ("agent_state_update" | "agent_log_entry" | "file_operation" | "agent_thinking" | "tool_execution" | "text_block" | "stage_transition" | "status_update" | "session" | "other")[];
                /** @description Only events of these agents. */
                readonly agent?: readonly string[];
                readonly level?: readonly ("debug" | "info" | "success" | "warning" | "error")[];
                /** @description Only events that contain this text, ignoring case. */
                readonly q?: string;
                /** @description The number of events in the page; 200 if absent. With only `before`, or neither, you get the newest. */
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path: {
                /** @description The workflow. */
                readonly adw_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The page */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["EventPage"];
                };
            };
            /** @description The request is invalid; `field` names the part at fault */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Pages from this origin may not do this (`allowed_origins`) */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The workflow does not exist */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request took longer than `limits.request_timeout` */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description adwatch does not serve that host (`allowed_hosts`) */
            readonly 421: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description An internal error; see the log of adwatch */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The journal cannot be read or written, or all connections are in use */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    readonly event: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The workflow. */
                readonly adw_id: string;
                /**
                 * @description The number of the event.
                 * @example 1
                 */
                readonly seq: number;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The event */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Event"];
                };
            };
            /** @description The request is invalid; `field` names the part at fault */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Pages from this origin may not do this (`allowed_origins`) */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The event does not exist */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request took longer than `limits.request_timeout` */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description adwatch does not serve that host (`allowed_hosts`) */
            readonly 421: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description An internal error; see the log of adwatch */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The journal cannot be read or written, or all connections are in use */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    readonly export: {
        readonly parameters: {
            readonly query?: {
                readonly format?: "ndjson" | "json" | "txt" | "csv";
                /** @description Only events after this seq. */
                readonly after?: number;
                /** @description Only events before this seq. */
                readonly before?: number;
                readonly kind?: readonly ("agent_state_update" | "agent_log_entry" | "file_operation" | "agent_thinking" | "tool_execution" | "text_block" | "stage_transition" | "status_update" | "session" | "other")[];
                /** @description Only events of these agents. */
                readonly agent?: readonly string[];
                readonly level?: readonly ("debug" | "info" | "success" | "warning" | "error")[];
                /** @description Only events that contain this text, ignoring case. */
                readonly q?: string;
            };
            readonly header?: never;
            readonly path: {
                /** @description The workflow. */
                readonly adw_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The file, with its name in `content-disposition` */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["ExportDocument"];
                    readonly "application/x-ndjson": string;
                    readonly "text/csv": string;
                    readonly "text/plain": string;
                };
            };
            /** @description The request is invalid; `field` names the part at fault */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Pages from this origin may not do this (`allowed_origins`) */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The workflow does not exist */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request took longer than `limits.request_timeout` */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description adwatch does not serve that host (`allowed_hosts`) */
            readonly 421: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description An internal error; see the log of adwatch */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The journal cannot be read or written, or all connections are in use */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    readonly search: {
        readonly parameters: {
            readonly query?: {
                /** @description Only events after this seq. */
                readonly after?: number;
                /** @description Only events before this seq. */
                readonly before?: number;
                readonly kind?: readonly ("agent_state_update" | "agent_log_entry" | "file_operation" | "agent_thinking" | "tool_execution" | "text_block" | "stage_transition" | "status_update" | "session" | "other")[];
                /** @description Only events of these agents. */
                readonly agent?: readonly string[];
                readonly level?: readonly ("debug" | "info" | "success" | "warning" | "error")[];
                /** @description Only events that contain this text, ignoring case. */
                readonly q?: string;
                /** @description The number of seqs returned; 1,000 if absent. */
                readonly limit?: number;
            };
            readonly header?: never;
            readonly path: {
                /** @description The workflow. */
                readonly adw_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description What was found */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Found"];
                };
            };
            /** @description The request is invalid; `field` names the part at fault */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Pages from this origin may not do this (`allowed_origins`) */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The workflow does not exist */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request took longer than `limits.request_timeout` */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description adwatch does not serve that host (`allowed_hosts`) */
            readonly 421: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description An internal error; see the log of adwatch */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The journal cannot be read or written, or all connections are in use */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    readonly sources: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The workflow. */
                readonly adw_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The files */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Sources"];
                };
            };
            /** @description The request is invalid; `field` names the part at fault */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Pages from this origin may not do this (`allowed_origins`) */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The workflow does not exist */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request took longer than `limits.request_timeout` */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description adwatch does not serve that host (`allowed_hosts`) */
            readonly 421: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description An internal error; see the log of adwatch */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The journal cannot be read or written, or all connections are in use */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    readonly observe: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody: {
            readonly content: {
                readonly "application/json": components["schemas"]["ObservedHook"];
            };
        };
        readonly responses: {
            /** @description The event is saved */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["KeptHook"];
                };
            };
            /** @description The event could not be saved */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description Pages from this origin may not do this (`allowed_origins`) */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request took longer than `limits.request_timeout` */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The body is longer than `limits.max_body` */
            readonly 413: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description The body is not JSON in UTF-8 */
            readonly 415: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description adwatch does not serve that host (`allowed_hosts`) */
            readonly 421: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description An internal error; see the log of adwatch */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Try again after `Retry-After` seconds */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
            /** @description The disk is full; try again after `Retry-After` seconds */
            readonly 507: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Reply"];
                };
            };
        };
    };
    readonly older_health: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Events can be recorded */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["OlderHealth"];
                };
            };
            /** @description The request is invalid; `field` names the part at fault */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Pages from this origin may not do this (`allowed_origins`) */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request took longer than `limits.request_timeout` */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description adwatch does not serve that host (`allowed_hosts`) */
            readonly 421: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description An internal error; see the log of adwatch */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The journal cannot be read or written, or all connections are in use */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    readonly health: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description Events can be recorded */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Health"];
                };
            };
            /** @description The request is invalid; `field` names the part at fault */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Pages from this origin may not do this (`allowed_origins`) */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request took longer than `limits.request_timeout` */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description adwatch does not serve that host (`allowed_hosts`) */
            readonly 421: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description An internal error; see the log of adwatch */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The journal cannot be read or written, or all connections are in use */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    readonly picture: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /**
                 * @description The name of the picture, from the `media` of an event.
                 * @example e124007e0371a272f11e7fbc2414aff5a1095f3a46ad29771ea1bf3f8a5b07ca.png
                 */
                readonly name: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The picture */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "image/gif": readonly number[];
                    readonly "image/jpeg": readonly number[];
                    readonly "image/png": readonly number[];
                    readonly "image/webp": readonly number[];
                };
            };
            /** @description The client already has it (`if-none-match`) */
            readonly 304: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is invalid; `field` names the part at fault */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Pages from this origin may not do this (`allowed_origins`) */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The picture is not available */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                    readonly "image/svg+xml": string;
                };
            };
            /** @description The request took longer than `limits.request_timeout` */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description adwatch does not serve that host (`allowed_hosts`) */
            readonly 421: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description An internal error; see the log of adwatch */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The journal cannot be read or written, or all connections are in use */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    readonly metrics: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The figures */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/plain": string;
                };
            };
            /** @description The request is invalid; `field` names the part at fault */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Pages from this origin may not do this (`allowed_origins`) */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request took longer than `limits.request_timeout` */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description adwatch does not serve that host (`allowed_hosts`) */
            readonly 421: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description An internal error; see the log of adwatch */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The journal cannot be read or written, or all connections are in use */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    readonly theme: {
        readonly parameters: {
            readonly query?: {
                /** @description A path on this server; `/` if absent. */
                readonly back?: string;
            };
            readonly header?: never;
            readonly path: {
                readonly choice: "dark" | "light" | "system";
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The theme is saved in a cookie */
            readonly 303: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is invalid; `field` names the part at fault */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Pages from this origin may not do this (`allowed_origins`) */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The theme does not exist */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/html": string;
                };
            };
            /** @description The request took longer than `limits.request_timeout` */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description adwatch does not serve that host (`allowed_hosts`) */
            readonly 421: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description An internal error; see the log of adwatch */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The journal cannot be read or written, or all connections are in use */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    readonly viewer: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path: {
                /** @description The workflow. */
                readonly adw_id: string;
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The page */
            readonly 200: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/html": string;
                };
            };
            /** @description The request is invalid; `field` names the part at fault */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Pages from this origin may not do this (`allowed_origins`) */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The page of a workflow that does not exist yet */
            readonly 404: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "text/html": string;
                };
            };
            /** @description The request took longer than `limits.request_timeout` */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description adwatch does not serve that host (`allowed_hosts`) */
            readonly 421: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description An internal error; see the log of adwatch */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The journal cannot be read or written, or all connections are in use */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    readonly socket: {
        readonly parameters: {
            readonly query?: {
                /** @description The types that the plain feed contains; both if absent. */
                readonly types?: "current" | "older";
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The WebSocket is open */
            readonly 101: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is invalid; `field` names the part at fault */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Pages from this origin may not do this (`allowed_origins`) */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request took longer than `limits.request_timeout` */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description adwatch does not serve that host (`allowed_hosts`) */
            readonly 421: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request is not an upgrade to WebSocket version 13 */
            readonly 426: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description An internal error; see the log of adwatch */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The journal cannot be read or written, or all connections are in use */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
    readonly older_socket: {
        readonly parameters: {
            readonly query?: {
                /** @description The types that the plain feed contains; both if absent. */
                readonly types?: "current" | "older";
            };
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** @description The WebSocket is open */
            readonly 101: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content?: never;
            };
            /** @description The request is invalid; `field` names the part at fault */
            readonly 400: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description Pages from this origin may not do this (`allowed_origins`) */
            readonly 403: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request took longer than `limits.request_timeout` */
            readonly 408: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description adwatch does not serve that host (`allowed_hosts`) */
            readonly 421: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The request is not an upgrade to WebSocket version 13 */
            readonly 426: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description An internal error; see the log of adwatch */
            readonly 500: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
            /** @description The journal cannot be read or written, or all connections are in use */
            readonly 503: {
                headers: {
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": components["schemas"]["Error"];
                };
            };
        };
    };
}
