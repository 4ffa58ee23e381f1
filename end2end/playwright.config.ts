// Browser tests run against the release binary: debug builds erase component types and hide mismatches.
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { defineConfig } from '@playwright/test';

const port = Number(process.env.ADWATCH_TEST_PORT ?? 4610);
const origin = `http://127.0.0.1:${port}`;
const root = resolve(__dirname, '..');
const binary = process.env.ADWATCH_BINARY ?? join(process.env.CARGO_TARGET_DIR ?? join(root, 'target'), 'release/adwatch');
const data = process.env.ADWATCH_TEST_DATA ?? mkdtempSync(join(tmpdir(), 'adwatch-end2end-'));
// Playwright's workers read this file again: they must see the same port, binary and folder.
Object.assign(process.env, { ADWATCH_BINARY: binary, ADWATCH_TEST_DATA: data, ADWATCH_TEST_PORT: String(port) });

export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  workers: 1,
  forbidOnly: Boolean(process.env.CI),
  timeout: 30_000,
  reporter: [['list']],
  use: {
    baseURL: origin,
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: execFileSync(join(root, 'scripts/chromium'), { encoding: 'utf8' }).trim(),
      args: [
        '--no-sandbox',
        '--disable-gpu',
        // A test browser has nobody to call but the server under test.
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-default-apps',
        '--disable-domain-reliability',
        '--disable-sync',
        '--metrics-recording-only',
        '--no-first-run',
        '--no-pings',
        '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
      ],
    },
  },
  webServer: {
    command: `"${binary}" serve --listen 127.0.0.1:${port} --data "${join(data, 'journal')}" --agents "${join(data, 'agents')}"`,
    url: origin,
    reuseExistingServer: false,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 5_000 },
  },
});
