// The real binary, on a port of its own and with a journal that outlives it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

export class Server {
  folder = mkdtempSync(join(tmpdir(), "adwatch-typescript-"));
  listen = "127.0.0.1:0";

  static async start() {
    const server = new Server();
    await server.start();
    return server;
  }

  get url() {
    return `http://${this.listen}`;
  }

  async start() {
    const binary = process.env.ADWATCH_BINARY;
    if (!binary) throw new Error("ADWATCH_BINARY must name the binary; scripts/typescript-test does so");
    const env = { ...process.env, ADWATCH_LISTEN: this.listen, ADWATCH_HEARTBEAT: "200ms", ADWATCH_LOG: "off" };
    this.child = spawn(binary, ["serve"], { cwd: this.folder, env, stdio: ["ignore", "pipe", "ignore"] });
    for await (const line of createInterface({ input: this.child.stdout })) {
      this.listen = line.replace("adwatch is at http://", "").trim();
      return;
    }
    throw new Error("the server did not start");
  }

  /** Kills it without a word. */
  async kill() {
    const ended = once(this.child, "exit");
    this.child.kill("SIGKILL");
    await ended;
  }

  async end() {
    if (this.child.exitCode === null && this.child.signalCode === null) await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A log entry to push. */
export function log(adwId, message) {
  return { type: "agent_log_entry", data: { adw_id: adwId, payload: { level: "INFO", message } } };
}

/** Waits until something holds; fails where it never does. */
export async function until(holds, what) {
  const deadline = Date.now() + 20_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
