// Types for everything that adwatch sends and accepts, and a client that follows workflows live.

export { AdwatchClient } from "./client.js";
export type { LinkState, Listener, Options, Socket, SocketConstructor } from "./client.js";
export { AdwatchError, Rest } from "./rest.js";
export type { EventQuery } from "./rest.js";
export type { Resume, Workflow } from "./workflow.js";
export type * from "./schema.js";
