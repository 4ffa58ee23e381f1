// Browser tests run against the release binary: debug builds erase component types and hide mismatches.
// Every test starts a server of its own (server.ts). `*.spec.ts` must pass without script and with it,
// `*.hydrate.spec.ts` need it.
import { defineConfig } from '@playwright/test';
import { chromium } from './chromium';

export default defineConfig({
  testDir: 'tests',
  outputDir: 'test-results',
  workers: 1,
  forbidOnly: Boolean(process.env.CI),
  timeout: 60_000,
  reporter: [['list']],
  use: { trace: 'retain-on-failure', launchOptions: chromium },
  projects: [
    { name: 'noscript', testIgnore: '*.hydrate.spec.ts', use: { javaScriptEnabled: false } },
    { name: 'hydrated' },
  ],
});
