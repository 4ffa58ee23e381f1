// Parts of the page whose code comes when they are first shown: by a click, directly, late, and not at all.
import type { Page, Route } from '@playwright/test';
import AxeBuilder from '@axe-core/playwright';
import { log, text } from '../events';
import type { Server } from '../server';
import { complete, CUT, dialog, entries, expect, live, rows, test } from '../test';

const VIEWER = '**/split_viewer.wasm';
const DETAIL = '**/split_detail.wasm';

const fill = (server: Server): Promise<void> => server.push(log('c0a43f47', 'one'), text('c0a43f47', 'two'));

const card = (page: Page) => page.getByRole('main').getByRole('link', { name: 'c0a43f47' }).first();
const details = (page: Page) => page.getByRole('link', { name: 'View details' });
const unloaded = (page: Page) => page.getByRole('alert').filter({ hasText: 'could not be loaded' });
/** The banner of a page that no script has taken over. */
const incomplete = (page: Page) => page.locator('.unstarted').filter({ hasText: 'could not be loaded' });

const markPage = (page: Page) => page.evaluate(() => void Object.assign(window, { isSamePage: true }));
const isSamePage = (page: Page) => page.evaluate(() => 'isSamePage' in window);

/** Answers late: when it is told to. */
async function holdBack(page: Page, files: string): Promise<() => Promise<void>> {
  const held: Route[] = [];
  let isOpen = false;
  await page.route(files, async (route) => {
    if (isOpen) await route.continue();
    else held.push(route);
  });
  return async () => {
    isOpen = true;
    await Promise.all(held.map((route) => route.continue().catch(() => {})));
  };
}

test('from the board to a workflow to its details, in one page', async ({ page, server }) => {
  await fill(server);
  await page.goto('/');
  await live(page);
  await markPage(page);
  await card(page).click();
  await complete(page, 2);
  await live(page);
  await details(page).click();
  await expect(rows(page)).toHaveCount(2);
  await server.push(text('c0a43f47', 'three'));
  await expect(rows(page).last()).toContainText('three');
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toHaveCount(0);
  await complete(page, 3);
  await page.goBack();
  await expect(rows(page)).toHaveCount(3);
  expect(await isSamePage(page)).toBe(true);
});

test('pages that are opened directly are taken over whole, and live on', async ({ page, server }) => {
  await fill(server);
  await page.goto('/w/c0a43f47');
  await live(page);
  await page.goto('/w/c0a43f47?detail=logs');
  await expect(rows(page)).toHaveCount(2);
  await server.push(text('c0a43f47', 'three'));
  await expect(rows(page).last()).toContainText('three');
  await markPage(page);
  await page.keyboard.press('Escape');
  await expect(dialog(page)).toHaveCount(0);
  await complete(page, 3);
  await page.getByRole('link', { name: 'Board' }).click();
  await expect(card(page)).toBeVisible();
  expect(await isSamePage(page)).toBe(true);
});

test('a workflow that no code has come for yet shows a skeleton after a moment, and the way back', async ({ page, server }) => {
  await fill(server);
  const letGo = await holdBack(page, VIEWER);
  await page.goto('/');
  await live(page);
  await card(page).click();
  await expect(page).toHaveURL(/\/w\/c0a43f47$/);
  await expect(page.locator('main[aria-busy=true]')).toBeVisible();
  await expect(page.getByRole('navigation', { name: 'Breadcrumb' })).toContainText('c0a43f47');
  // Who has gone elsewhere when it comes stays there.
  await page.getByRole('link', { name: 'Board' }).click();
  await letGo();
  await expect(card(page)).toBeVisible();
  await page.goForward().catch(() => {});
  await card(page).click();
  await complete(page, 2);
});

test('details that no code has come for yet open as a dialog, and close', async ({ page, server }) => {
  await fill(server);
  const letGo = await holdBack(page, DETAIL);
  await page.goto('/w/c0a43f47');
  await live(page);
  await details(page).click();
  await expect(dialog(page).locator('[aria-busy=true]')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page).toHaveURL(/\/w\/c0a43f47$/);
  await expect(dialog(page)).toHaveCount(0);
  await details(page).click();
  await expect(dialog(page).locator('[aria-busy=true]')).toBeVisible();
  await letGo();
  await expect(rows(page)).toHaveCount(2);
});

test('code that is quick shows no skeleton', async ({ page, server }) => {
  await fill(server);
  await page.goto('/w/c0a43f47');
  await live(page);
  await page.waitForLoadState('networkidle');
  await page.evaluate(() => {
    const seen = window as unknown as { sawSkeleton: boolean };
    seen.sawSkeleton = false;
    const look = (): void => {
      const skeleton = document.querySelector('dialog.late');
      if (skeleton && getComputedStyle(skeleton).visibility === 'visible') seen.sawSkeleton = true;
      requestAnimationFrame(look);
    };
    look();
  });
  await details(page).click();
  await expect(rows(page)).toHaveCount(2);
  expect(await page.evaluate(() => (window as unknown as { sawSkeleton: boolean }).sawSkeleton)).toBe(false);
});

test.describe('code that cannot be had', () => {
  test.use({ forgiven: [new RegExp(`${CUT[0].source}|TypeError|Failed to fetch`)] });

  for (const [why, refuse] of [
    ['the network is away', (route: Route) => route.abort()],
    ['the server has another build by now', (route: Route) => route.fulfill({ status: 404 })],
  ] as const) {
    test(`${why}: the workflow's page says so, and tries again`, async ({ page, server }) => {
      await fill(server);
      await page.route(VIEWER, refuse);
      await page.goto('/');
      await live(page);
      await markPage(page);
      await card(page).click();
      await expect(unloaded(page)).toContainText('This page could not be loaded');
      await expect(unloaded(page).getByRole('link', { name: 'Reload' })).toBeVisible();
      await unloaded(page).getByRole('button', { name: 'Try again' }).click();
      await expect(unloaded(page)).toBeVisible();
      await page.unroute(VIEWER);
      await unloaded(page).getByRole('button', { name: 'Try again' }).click();
      await complete(page, 2);
      await server.push(text('c0a43f47', 'three'));
      await complete(page, 3);
      expect(await isSamePage(page)).toBe(true);
    });

    test(`${why}: the details say so, close, and are reloaded`, async ({ page, server }) => {
      await fill(server);
      await page.route(DETAIL, refuse);
      await page.goto('/w/c0a43f47');
      await live(page);
      await details(page).click();
      await expect(unloaded(page)).toContainText('The details could not be loaded');
      await page.keyboard.press('Escape');
      await expect(dialog(page)).toHaveCount(0);
      await complete(page, 2);
      await details(page).click();
      await page.unroute(DETAIL);
      await unloaded(page).getByRole('link', { name: 'Reload' }).click();
      await expect(rows(page)).toHaveCount(2);
    });

    test(`${why}: a page that is opened directly keeps what the server drew, says so, and goes on when it can`, async ({ page, server }) => {
      await fill(server);
      await page.route(DETAIL, refuse);
      await page.goto('/w/c0a43f47?detail=logs');
      await expect(incomplete(page)).toBeVisible({ timeout: 2_000 });
      await expect(rows(page)).toHaveCount(2);
      await expect(incomplete(page).getByRole('link', { name: 'Reload' })).toBeVisible();
      await page.unroute(DETAIL);
      await incomplete(page).getByRole('button', { name: 'Try again' }).click();
      await expect(incomplete(page)).toHaveCount(0, { timeout: 1_000 });
      await server.push(text('c0a43f47', 'three'));
      await expect(rows(page).last()).toContainText('three');
    });
  }

  test('it goes on by itself, too', async ({ page, server }) => {
    await fill(server);
    await page.route(VIEWER, (route) => route.abort());
    await page.goto('/w/c0a43f47');
    await expect(incomplete(page)).toBeVisible();
    await expect(entries(page)).toHaveCount(2);
    await page.unroute(VIEWER);
    await live(page);
  });

  for (const colorScheme of ['light', 'dark'] as const) {
    for (const viewport of [
      { width: 1440, height: 900 },
      { width: 390, height: 844 },
    ]) {
      test(`axe finds nothing where code is missing: ${colorScheme}, ${viewport.width} px`, async ({ browser, server }) => {
        await fill(server);
        const context = await browser.newContext({ colorScheme, viewport, baseURL: server.url });
        const page = await context.newPage();
        const check = async (what: string) => {
          const found = await new AxeBuilder({ page }).analyze();
          expect(found.violations.map(({ id, nodes }) => `${what}: ${id}: ${nodes.map((node) => node.html.slice(0, 200)).join(' ')}`)).toEqual([]);
          const width = await page.evaluate(() => document.documentElement.scrollWidth);
          expect(width, `${what} is wider than the screen`).toBeLessThanOrEqual(viewport.width);
        };
        await page.route(VIEWER, (route) => route.abort());
        await page.goto('/w/c0a43f47');
        await incomplete(page).waitFor();
        await check('opened directly');
        await page.goto('/');
        await live(page);
        await card(page).click();
        await unloaded(page).waitFor();
        await check('the page of a workflow');
        await page.unroute(VIEWER);
        await page.route(DETAIL, (route) => route.abort());
        await unloaded(page).getByRole('button', { name: 'Try again' }).click();
        await details(page).click();
        await unloaded(page).waitFor();
        await check('the details');
        await context.close();
      });
    }
  }
});
