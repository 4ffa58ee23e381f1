// The details as they are read live: following, held and paused, by keyboard, at a hundred thousand entries.
import type { Page } from '@playwright/test';
import AxeBuilder from '@axe-core/playwright';
import { log, text, thinking, tool } from '../events';
import type { Server } from '../server';
import { CUT, dialog, expect, live, rows, test } from '../test';

const many = (server: Server, from: number, to: number): Promise<void> =>
  server.push(...Array.from({ length: to - from + 1 }, (_, at) => log('c0a43f47', `line ${from + at}`, (from + at) % 100 ? 'INFO' : 'ERROR')));

const seqs = (page: Page): Promise<number[]> =>
  rows(page).evaluateAll((found) => found.map((row) => Number((row as HTMLElement).dataset.seq)));

const badge = (page: Page) => dialog(page).locator('header .conn, header button').first();

test('the list follows what happens until somebody reads, and goes back at a key', async ({ page, server }) => {
  await many(server, 1, 200);
  await page.goto('/w/c0a43f47?detail=logs');
  await expect(rows(page).last()).toContainText('line 200');
  await many(server, 201, 260);
  await expect(rows(page).last()).toContainText('line 260');
  await expect(badge(page)).toContainText('Live');

  await dialog(page).locator('.scroll').hover();
  await page.mouse.wheel(0, -600);
  await expect(badge(page)).toContainText('Held at 260');
  await page.waitForTimeout(200);
  const before = await rows(page).nth(20).boundingBox();
  const read = await rows(page).nth(20).textContent();
  await many(server, 261, 500);
  const pill = dialog(page).getByRole('button', { name: /240 new · 3 errors/ });
  await expect(pill).toBeVisible();
  expect(await rows(page).nth(20).textContent()).toBe(read);
  expect(await rows(page).nth(20).boundingBox()).toEqual(before);

  await page.keyboard.press('G');
  await expect(rows(page).last()).toContainText('line 500');
  await expect(badge(page)).toContainText('Live');
  await many(server, 501, 501);
  await expect(rows(page).last()).toContainText('line 501');
});

test('paused, nothing moves and nothing is lost', async ({ page, server }) => {
  await many(server, 1, 50);
  await page.goto('/w/c0a43f47?detail=logs');
  await expect(badge(page)).toContainText('Live');
  await expect(rows(page).last()).toContainText('line 50');
  await page.keyboard.press('p');
  await many(server, 51, 80);
  await expect(badge(page)).toContainText('Paused +30');
  expect((await seqs(page)).at(-1)).toBe(50);
  await page.keyboard.press('f');
  await expect(rows(page).last()).toContainText('line 80');
  const held = await seqs(page);
  expect(held).toEqual(Array.from({ length: held.length }, (_, at) => 80 - held.length + 1 + at));
});

test('the keyboard moves, opens, finds errors and leaves', async ({ page, server }) => {
  await server.push(log('c0a43f47', 'first'), log('c0a43f47', 'broken', 'ERROR'), text('c0a43f47', 'third'), thinking('c0a43f47', 'hm'));
  await page.goto('/w/c0a43f47');
  await page.getByRole('link', { name: 'View details' }).click();
  await expect(rows(page)).toHaveCount(4);
  await page.keyboard.press(']');
  await expect(page).toHaveURL(/seq=2/);
  await expect(rows(page).nth(1)).toHaveClass(/sel/);
  await expect(dialog(page).locator('.open')).toContainText('broken');
  await page.keyboard.press('j');
  await expect(page).toHaveURL(/seq=3/);
  await page.keyboard.press('k');
  await page.keyboard.press('k');
  await expect(page).toHaveURL(/seq=1/);
  await page.keyboard.press('x');
  await expect(rows(page).first().locator('.open')).toHaveCount(0);
  await page.keyboard.press('4');
  await expect(page).toHaveURL(/detail=thinking/);
  await page.keyboard.press('/');
  await expect(dialog(page).getByRole('searchbox')).toBeFocused();
  await page.keyboard.type('p');
  await expect(page).toHaveURL(/q=p/);
  // As in every search field: the first one empties it.
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(/detail=thinking$/);
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toHaveCount(0);
  await expect(page).toHaveURL(/\/w\/c0a43f47$/);
});

test('a dialog that is closed the moment it opens is closed, and nothing breaks', async ({ page, server }) => {
  test.setTimeout(60_000);
  await many(server, 1, 200);
  await page.goto('/w/c0a43f47');
  await live(page);
  for (const wait of [0, 0, 1, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30, 50]) {
    // In the page, since a key from here comes later than a person can press one.
    await page.evaluate(async (wait) => {
      const link = [...document.querySelectorAll('a')].find((link) => link.textContent?.includes('View details'));
      link?.click();
      const opened = async (): Promise<Element> => {
        for (;;) {
          const dialog = document.querySelector('dialog:modal:not(.late)');
          if (dialog) return dialog;
          await new Promise((wake) => setTimeout(wake));
        }
      };
      const dialog = await opened();
      await new Promise((wake) => setTimeout(wake, wait));
      dialog.dispatchEvent(new Event('cancel', { cancelable: true }));
    }, wait);
    await expect(dialog(page)).toHaveCount(0);
    await expect(page).toHaveURL(/\/w\/c0a43f47$/);
  }
  // What is drawn after a frame would have ended the page by now.
  await page.getByRole('link', { name: 'View details' }).click();
  await expect(rows(page).last()).toContainText('line 200');
});

test('a call gets its result in its row', async ({ page, server }) => {
  const [call, result] = tool('c0a43f47', 'Bash', { command: 'sleep 5' }, 'rested');
  await server.push(call);
  await page.goto('/w/c0a43f47?detail=tools');
  await expect(rows(page)).toContainText('open');
  await server.push(result);
  await expect(rows(page)).toContainText('1.2');
  await expect(rows(page)).toHaveCount(1);
  await rows(page).click({ position: { x: 300, y: 8 } });
  await expect(dialog(page).locator('.open')).toContainText('rested');
});

test('hits that happen are counted while they happen', async ({ page, server }) => {
  await server.push(log('c0a43f47', 'a needle'), log('c0a43f47', 'hay'));
  await page.goto('/w/c0a43f47?detail=logs&q=needle');
  const count = dialog(page).getByRole('status');
  await expect(count).toHaveText('1');
  await server.push(log('c0a43f47', 'another NEEDLE'), log('c0a43f47', 'hay'));
  await expect(count).toHaveText('2');
  await page.keyboard.press('n');
  await expect(count).toHaveText('1 / 2');
  await page.keyboard.press('N');
  await expect(count).toHaveText('2 / 2');
});

test('a hundred thousand entries: few in the page, any of them a search and a link away', async ({ page, server, context }) => {
  test.setTimeout(180_000);
  const ALL = 100_000;
  for (let from = 1; from <= ALL; from += 2_000) await many(server, from, from + 1_999);
  await page.goto('/w/c0a43f47?detail=logs');
  await expect(rows(page).last()).toContainText('line 100000');
  const nodes = () => page.evaluate(() => document.querySelectorAll('*').length);
  expect(await nodes()).toBeLessThan(2_500);

  // What is not held is a gap with its seqs, and is loaded by who scrolls there.
  await page.keyboard.press('g');
  await expect(dialog(page).locator('.foot')).toContainText(/[67]00 entries loaded/);

  await dialog(page).getByRole('searchbox').fill('line 41820');
  await expect(dialog(page).getByRole('status')).toHaveText('1');
  await dialog(page).getByRole('searchbox').press('Enter');
  await expect(page).toHaveURL(/seq=41820/);
  const hit = dialog(page).locator('[data-seq="41820"]');
  await expect(hit).toContainText('line 41820');
  await expect(hit.locator('mark').first()).toHaveText('line 41820');
  expect(await nodes()).toBeLessThan(2_500);
  // The link of an entry takes who is here to it, and the search stays.
  await dialog(page).locator('[data-seq="41819"] .q a').click();
  await expect(page).toHaveURL(/seq=41819&q=line%2041820/);
  await page.goBack();
  await expect(page).toHaveURL(/seq=41820/);

  const other = await context.newPage();
  await other.goto(page.url());
  await expect(other.locator('[data-seq="41820"]')).toContainText('line 41820');
  await other.close();

  await page.keyboard.press('Escape');
  await page.goto('/w/c0a43f47?detail=logs');
  await many(server, ALL + 1, ALL + 500);
  await expect(rows(page).last()).toContainText(`line ${ALL + 500}`);
});

test.describe(() => {
  test.use({ forgiven: CUT });
  test('after an outage the list holds every entry once', async ({ page, server }) => {
    await many(server, 1, 30);
    await page.goto('/w/c0a43f47?detail=logs');
    await expect(rows(page).last()).toContainText('line 30');
    await server.kill();
    await server.restart();
    await many(server, 31, 60);
    await expect(rows(page).last()).toContainText('line 60', { timeout: 15_000 });
    const held = await seqs(page);
    expect(held).toEqual(Array.from({ length: held.length }, (_, at) => 60 - held.length + 1 + at));
  });
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const viewport of [
    { width: 1440, height: 900 },
    { width: 390, height: 844 },
  ]) {
    test(`axe finds nothing in the details: ${colorScheme}, ${viewport.width} px`, async ({ browser, server }) => {
      await server.push(
        log('c0a43f47', 'broken \u001b[31mred\u001b[0m', 'ERROR'),
        log('c0a43f47', 'late', 'WARNING'),
        thinking('c0a43f47', ''),
        thinking('c0a43f47', 'One place only.'),
        ...tool('c0a43f47', 'Edit', { file_path: 'src/button.rs', deep: { list: [1, null, 'two'] } }, '{"ok":true}'),
        { type: 'file_operation', data: { adw_id: 'c0a43f47', event_type: 'modify', payload: { path: 'src/button.rs', diff: '@@ -1 +1 @@\n-red\n+blue\n' } } },
      );
      const context = await browser.newContext({ colorScheme, viewport });
      const page = await context.newPage();
      for (const query of ['overview', 'logs', 'logs&seq=1&q=e', 'logs&only=1&q=nothing', 'thinking&seq=4', 'tools&seq=5', 'files', 'files&view=split']) {
        await page.goto(`${server.url}/w/c0a43f47?detail=${query}`);
        await page.waitForLoadState('networkidle');
        const found = await new AxeBuilder({ page }).analyze();
        const told = found.violations.map(({ id, nodes }) => `${query}: ${id}: ${nodes.map((node) => node.html.slice(0, 200)).join(' ')}`);
        expect(told).toEqual([]);
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        expect(width, `${query} is wider than the screen`).toBeLessThanOrEqual(viewport.width);
      }
      await context.close();
    });
  }
}
