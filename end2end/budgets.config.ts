// Measures what the pages may cost: `make budgets`. The table is printed; what does not depend on the machine must hold.
import { defineConfig } from '@playwright/test';
import { chromium } from './chromium';

export default defineConfig({
  testDir: '.',
  testMatch: 'budgets.ts',
  outputDir: 'test-results',
  workers: 1,
  timeout: 400_000,
  reporter: [['list']],
  use: {
    launchOptions: { ...chromium, args: [...chromium.args, '--enable-precise-memory-info'] },
    viewport: { width: 1440, height: 900 },
  },
});
