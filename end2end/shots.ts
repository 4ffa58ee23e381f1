// Every state of the pages, at the same moment in both themes, on a desk and on a phone. The demo plays what is seen.
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { type Page, test } from '@playwright/test';
import { binary, Server } from './server';

const folder = resolve(__dirname, 'shots');
const docs = resolve(__dirname, '../docs');
const devices = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

type Card = { adw_id: string; seq: number; errors: number; pulse: { reported: [string] | null; open_agents: number } };

test('photograph every state', async ({ browser }) => {
  // Stalled is what has been silent for a few seconds here: the demo runs twenty times faster than life.
  const server = await Server.start({ ADWATCH_SILENCE: '12s' });
  const pages = new Map<string, Page>();
  for (const [device, viewport] of Object.entries(devices)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const context = await browser.newContext({ viewport, colorScheme, baseURL: server.url, reducedMotion: 'reduce' });
      pages.set(`${device}-${colorScheme}`, await context.newPage());
    }
  }
  const everywhere = (act: (page: Page, name: string) => Promise<unknown>) =>
    Promise.all([...pages].map(([name, page]) => act(page, name)));
  const open = (path: string) =>
    everywhere(async (page) => {
      await page.goto(path);
      await page.locator('header .conn.live:visible').waitFor();
    });
  const shoot = (state: string) => everywhere((page, name) => page.screenshot({ path: `${folder}/${state}-${name}.png` }));

  await open('/');
  await shoot('board-empty');
  await open('/w/not-yet');
  await shoot('viewer-missing');

  const args = ['demo', '--url', server.url, '--agents', server.agents, '--seed', '1', '--speed', '20', '--workflows', '12'];
  const demo = spawn(binary, args, { stdio: 'ignore' });
  const cards = async (): Promise<Card[]> =>
    ((await (await fetch(`${server.url}/api/workflows`)).json()) as { workflows: Card[] }).workflows;
  const find = async (what: string, is: (card: Card) => boolean): Promise<Card> => {
    for (let second = 0; second < 120; second += 1) {
      const found = (await cards()).filter(is).sort((a, b) => b.seq - a.seq)[0];
      if (found) return found;
      await new Promise((wake) => setTimeout(wake, 1_000));
    }
    throw new Error(`the demo has shown no workflow that ${what}`);
  };
  const failed = await find('failed', (card) => card.pulse.reported?.[0] === 'failed');
  await find('has completed', (card) => card.pulse.reported?.[0] === 'completed');
  const busy = await find('is well under way', (card) => card.pulse.open_agents > 0 && card.seq > 120 && card.errors > 0);

  await open(`/w/${busy.adw_id}`);
  await shoot('viewer-busy');
  await pages.get('desk-dark')?.screenshot({ path: `${docs}/viewer.png` });
  await open('/');
  await shoot('board-busy');
  await pages.get('desk-dark')?.screenshot({ path: `${docs}/board.png` });
  await open('/?view=rows');
  await shoot('board-rows');
  await open(`/w/${failed.adw_id}`);
  await shoot('viewer-failed');

  // Code that is late, and code that cannot be had.
  const hold = (files: string) => everywhere((page) => page.route(files, () => {}));
  const refuse = (files: string) => everywhere((page) => page.route(files, (route) => route.abort()));
  const free = (files: string) => everywhere((page) => page.unroute(files));
  for (const [files, path, link, state] of [
    ['**/split_viewer.wasm', '/', `a[href="/w/${busy.adw_id}"]:visible`, 'viewer'],
    ['**/split_detail.wasm', `/w/${busy.adw_id}`, 'a:has-text("View details")', 'detail'],
  ] as const) {
    await hold(files);
    await open(path);
    await everywhere((page) => page.locator(link).first().click());
    await everywhere((page) => page.locator('.late[aria-busy=true], .late [aria-busy=true]').waitFor());
    await shoot(`${state}-coming`);
    await free(files);
    await refuse(files);
    await open(path);
    await everywhere((page) => page.locator(link).first().click());
    await everywhere((page) => page.getByRole('alert').filter({ hasText: 'could not be loaded' }).waitFor());
    await shoot(`${state}-unloaded`);
    if (state === 'viewer') {
      await everywhere((page) => page.goto(`/w/${busy.adw_id}`));
      await everywhere((page) => page.locator('.unstarted .incomplete').first().waitFor());
      await shoot('viewer-incomplete');
    }
    await free(files);
  }
  await open('/');
  demo.kill();
  server.freeze();
  await everywhere((page) => page.getByRole('alert').filter({ hasText: 'Reconnecting' }).waitFor());
  await shoot('board-reconnecting');
  await server.end();
});
