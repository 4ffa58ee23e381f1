// Photographs the pages: `make shots`. What comes out lies in shots/; the pictures of the README in docs/.
import { defineConfig } from '@playwright/test';
import { chromium } from './chromium';

export default defineConfig({
  testDir: '.',
  testMatch: 'shots.ts',
  outputDir: 'test-results',
  workers: 1,
  timeout: 300_000,
  reporter: [['list']],
  use: { launchOptions: chromium },
});
