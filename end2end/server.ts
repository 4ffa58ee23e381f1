// The release binary, started and ill-treated by a test: killed, frozen, started again on the same port and journal.
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, truncateSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const root = resolve(__dirname, '..');
export const binary =
  process.env.ADWATCH_BINARY ?? join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'release/adwatch');

/** An event as it is pushed. */
export type Pushed = { type: string; data: Record<string, unknown> & { adw_id: string } };

export class Server {
  private process?: ChildProcess;
  private log = '';

  private constructor(
    readonly port: number,
    readonly folder: string,
    private readonly settings: Record<string, string>,
  ) {}

  /** Starts one with a journal and an agents folder of its own. Heartbeats come fast, so that tests need not wait. */
  static async start(settings: Record<string, string> = {}): Promise<Server> {
    const folder = mkdtempSync(join(tmpdir(), 'adwatch-end2end-'));
    const server = new Server(await freePort(), folder, { ADWATCH_HEARTBEAT: '500ms', ...settings });
    await server.restart();
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get agents(): string {
    return join(this.folder, 'agents');
  }

  /** Starts it again, where it was before. */
  async restart(): Promise<void> {
    const args = ['serve', '--listen', `127.0.0.1:${this.port}`, '--data', join(this.folder, 'journal'), '--agents', this.agents];
    const env = { ...process.env, ...this.settings };
    const child = spawn(binary, args, { cwd: this.folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout?.on('data', (text) => (this.log += text));
    child.stderr?.on('data', (text) => (this.log += text));
    this.process = child;
    for (let tries = 0; tries < 400; tries += 1) {
      if (child.exitCode !== null) break;
      const healthy = await fetch(`${this.url}/healthz`).then((answer) => answer.ok, () => false);
      if (healthy) return;
      await new Promise((wake) => setTimeout(wake, 25));
    }
    throw new Error(`the server does not answer on ${this.url}:\n${this.log}`);
  }

  /** Ends it at once, as a crash does. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.process;
    this.process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((gone) => child.once('exit', gone));
    child.kill(signal);
    await ended;
  }

  /** Stops it in the middle of whatever it does; its sockets stay open and say nothing. */
  freeze(): void {
    this.process?.kill('SIGSTOP');
  }

  thaw(): void {
    this.process?.kill('SIGCONT');
  }

  async end(): Promise<void> {
    this.thaw();
    await this.kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Pushes events; fails unless all of them were kept. */
  async push(...events: Pushed[]): Promise<void> {
    const lines = events.map((event) => JSON.stringify(event)).join('\n');
    const answer = await fetch(`${this.url}/api/agent-state-update`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-ndjson' },
      body: lines,
    });
    const said = await answer.text();
    const kept = answer.ok ? (JSON.parse(said) as { accepted: number }).accepted : 0;
    if (kept !== events.length) throw new Error(`${events.length} events were pushed: ${answer.status} ${said}`);
  }

  /** What the journal holds of a workflow. */
  async head(adwId: string): Promise<number> {
    const answer = await fetch(`${this.url}/api/workflows/${adwId}/events?limit=1`);
    return answer.ok ? ((await answer.json()) as { head: number }).head : 0;
  }

  /** Appends lines to an agent's stream, as a workflow does. */
  append(adwId: string, agent: string, ...lines: object[]): void {
    const path = this.stream(adwId, agent);
    mkdirSync(dirname(path), { recursive: true });
    appendFileSync(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  }

  /** Begins an agent's stream anew, as a retry does. */
  truncate(adwId: string, agent: string): void {
    truncateSync(this.stream(adwId, agent));
  }

  private stream(adwId: string, agent: string): string {
    return join(this.agents, adwId, agent, 'raw_output.jsonl');
  }
}

async function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const probe = createServer();
    probe.once('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      probe.close(() => found(port));
    });
  });
}
