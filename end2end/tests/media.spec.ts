// Pictures of agents: small on the page, large in a box that opens, closes and gives the focus back without a script.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import { text } from '../events';
import type { Pushed } from '../server';
import { entries, expect, test } from '../test';

const gallery = (page: Page): Locator => page.getByRole('region', { name: 'Pictures' });

/** A picture that a browser shows: the page itself, in a size of its own. */
async function shot(page: Page, width: number, height: number): Promise<Buffer> {
  await page.goto('about:blank');
  return page.screenshot({ clip: { x: 0, y: 0, width, height } });
}

/** The result of a tool that shows a picture. */
const shown = (adwId: string, toolUseId: string, picture: Buffer): Pushed => ({
  type: 'tool_execution',
  data: {
    adw_id: adwId,
    event_type: 'tool_execution_post',
    agent: 'reviewer',
    payload: {
      tool_use_id: toolUseId,
      tool_name: 'Read',
      input: { file_path: 'shots/home.png' },
      output: [
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: picture.toString('base64') } },
      ],
    },
  },
});

const naturalWidth = (image: Locator): Promise<number> =>
  image.evaluate((element) => (element as unknown as { naturalWidth: number }).naturalWidth);

test('a picture is shown where it came up, and large on demand', async ({ page, server }) => {
  const picture = await shot(page, 320, 180);
  await server.push(shown('c0a43f47', 'toolu_1', picture));
  await page.goto('/w/c0a43f47');
  const small = gallery(page).getByRole('button', { name: /^Enlarge shots\/home\.png/ });
  await expect(small).toHaveCount(1);
  await small.scrollIntoViewIfNeeded();
  await expect.poll(() => naturalWidth(small.locator('img'))).toBe(320);
  await expect(entries(page).getByRole('button', { name: /^Enlarge/ })).toHaveCount(1);

  const box = page.getByRole('dialog', { name: 'shots/home.png' });
  await expect(box).toHaveCount(0);
  await small.click();
  await expect(box).toBeVisible();
  await expect(box).toContainText('320 × 180');
  await expect.poll(() => naturalWidth(box.locator('img'))).toBe(320);
  await page.keyboard.press('Escape');
  await expect(box).toHaveCount(0);
  await expect(small).toBeFocused();

  await page.keyboard.press('Enter');
  await expect(box).toBeVisible();
  await box.getByRole('button', { name: 'Close' }).click();
  await expect(box).toHaveCount(0);

  await small.click();
  const file = await page.request.get((await box.getByRole('link').getAttribute('href')) ?? '');
  expect((await file.body()).equals(picture)).toBe(true);
});

test('a picture in the folder of an agent appears by itself', async ({ page, server, javaScriptEnabled }) => {
  const picture = await shot(page, 200, 100);
  await server.push(text('c0a43f47', 'Looking at the page.'));
  await page.goto('/w/c0a43f47');
  await expect(gallery(page)).toHaveCount(0);
  const path = join(server.agents, 'c0a43f47/reviewer/review_img/01_home.png');
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, picture);
  await expect.poll(() => server.head('c0a43f47'), { timeout: 10_000 }).toBe(2);
  if (!javaScriptEnabled) await page.reload();
  const small = gallery(page).getByRole('button', { name: /01_home\.png, reviewer/ });
  await expect(small).toBeVisible({ timeout: 10_000 });
  await small.scrollIntoViewIfNeeded();
  await expect.poll(() => naturalWidth(small.locator('img'))).toBe(200);
});

test('the box of a picture keeps its shape before the picture is there', async ({ page, server }) => {
  await server.push(shown('c0a43f47', 'toolu_1', await shot(page, 300, 900)));
  await page.route('**/media/**', () => {});
  await page.goto('/w/c0a43f47', { waitUntil: 'domcontentloaded' });
  const box = await gallery(page).getByRole('button').boundingBox();
  expect(box?.height).toBeGreaterThan(40);
  expect((box?.width ?? 0) / (box?.height ?? 1)).toBeCloseTo(1.6, 1);
});
