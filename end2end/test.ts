// What every test gets: a server of its own, and a page that may not complain.
import { test as base, expect, type Locator, type Page } from '@playwright/test';
import { Server } from './server';

type Fixtures = {
  /** Settings of the server, as variables. */
  settings: Record<string, string>;
  server: Server;
  /** What the page's console may say, because the test makes it so. */
  forgiven: RegExp[];
  complaints: string[];
};

export const test = base.extend<Fixtures>({
  settings: [{}, { option: true }],
  forgiven: [[], { option: true }],
  server: async ({ settings }, use) => {
    const server = await Server.start(settings);
    await use(server);
    await server.end();
  },
  baseURL: async ({ server }, use) => use(server.url),
  // A mismatch between the server's page and the browser's is a warning or a panic in the console.
  complaints: [
    async ({ page, forgiven }, use) => {
      const complaints: string[] = [];
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      await use(complaints);
      // Without script, or on a busy machine, the wasm is fetched ahead and not used soon enough for Chromium's taste.
      forgiven = [...forgiven, /was preloaded using link preload but not used/];
      expect(complaints.filter((text) => !forgiven.some((pattern) => pattern.test(text)))).toEqual([]);
    },
    { auto: true },
  ],
});

export { expect };

/** Chromium itself reports a connection that a test cuts. */
export const CUT = [/WebSocket connection to .* failed|net::ERR_|Failed to load resource/];

/** The badge in the top row that says how the page gets its events. */
export const badge = (page: Page): Locator => page.locator('header .conn', { hasNotText: 'Ended' }).filter({ visible: true });

export const live = async (page: Page, timeout = 10_000): Promise<void> =>
  expect(badge(page)).toContainText('Live', { timeout });

export const lost = (page: Page): Locator => page.getByRole('alert').filter({ hasText: 'Reconnecting' });

export const entries = (page: Page): Locator => page.getByRole('region', { name: 'Latest entries' }).getByRole('listitem');

/** The details of a workflow, and the rows of the list in them. */
export const dialog = (page: Page): Locator => page.getByRole('dialog', { name: /^Details of/ });
export const rows = (page: Page): Locator => dialog(page).locator('[data-seq]');

/** The seqs of the entries on the page, from the top. */
export const seqs = async (page: Page): Promise<number[]> =>
  page.locator('li[id^=e]').evaluateAll((rows) => rows.map((row) => Number(row.id.slice(1))));

/** Each of the workflow's newest entries once, in order, none missing. */
export async function complete(page: Page, head: number, rows = 50): Promise<void> {
  const expected = Array.from({ length: Math.min(head, rows) }, (_, at) => head - at);
  await expect.poll(async () => (await seqs(page)).slice(0, rows), { timeout: 15_000 }).toEqual(expected);
}
