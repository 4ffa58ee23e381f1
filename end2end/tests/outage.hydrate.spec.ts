// The connection fails in every way it can, and the page tells the truth throughout and ends complete.
import type { WebSocketRoute } from '@playwright/test';
import { line, text } from '../events';
import { badge, complete, CUT, entries, expect, live, lost, test } from '../test';

test.use({ forgiven: CUT });

const HEARTBEAT_MS = 500;
const later = (ms: number) => new Promise((wake) => setTimeout(wake, ms));
const texts = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, at) => text('c0a43f47', `text number ${from + at}`));

test('the server dies and returns: a banner within a second, and then everything', async ({ page, server }) => {
  await server.push(...texts(1, 5));
  await page.goto('/w/c0a43f47');
  await live(page);
  await server.kill();
  await expect(lost(page)).toBeVisible({ timeout: 1_000 });
  await expect(badge(page)).not.toContainText('Live');
  await complete(page, 5);
  await server.restart();
  await server.push(...texts(6, 12));
  await live(page);
  await expect(lost(page)).toHaveCount(0);
  await complete(page, 12);
});

test('the board outlives a server, too', async ({ page, server }) => {
  await server.push(text('c0a43f47', 'one'));
  await page.goto('/');
  await live(page);
  await server.kill();
  await expect(lost(page)).toBeVisible({ timeout: 1_000 });
  await expect(page.getByRole('link', { name: 'c0a43f47' }).first()).toBeVisible();
  await server.restart();
  await server.push(text('feedface', 'two'));
  await live(page);
  await expect(page.getByRole('link', { name: 'feedface' }).first()).toBeVisible();
});

test('a server that says nothing any more is not live, and loses nothing', async ({ page, server }) => {
  server.append('c0a43f47', 'sdlc_planner', line.init('s1'), line.text('s1', 'before the sleep'));
  await expect.poll(() => server.head('c0a43f47')).toBe(2);
  await page.goto('/w/c0a43f47');
  await live(page);
  server.freeze();
  await expect(badge(page)).not.toContainText('Live', { timeout: 2 * HEARTBEAT_MS + 1_000 });
  await expect(lost(page)).toBeVisible();
  for (let at = 1; at <= 20; at += 1) server.append('c0a43f47', 'sdlc_planner', line.text('s1', `during the sleep ${at}`));
  // Long enough for the watchdog, a reconnect that nobody answers, and the next.
  for (let seconds = 0; seconds < 7; seconds += 1) {
    await later(1_000);
    await expect(badge(page)).not.toContainText('Live');
  }
  server.thaw();
  await live(page, 12_000);
  await complete(page, 22);
  await expect(lost(page)).toHaveCount(0);
});

test('what was missed is counted when it is back, and put away by a click', async ({ page, server }) => {
  let isBlocked = false;
  const open: WebSocketRoute[] = [];
  await page.routeWebSocket(/\/ws$/, async (socket) => {
    if (isBlocked) return socket.close({ code: 1001 });
    socket.connectToServer();
    open.push(socket);
  });
  await server.push(...texts(1, 5));
  await page.goto('/w/c0a43f47');
  await live(page);
  isBlocked = true;
  await Promise.all(open.map((socket) => socket.close({ code: 1001 })));
  await expect(lost(page)).toBeVisible({ timeout: 1_000 });
  await server.push(...texts(6, 219));
  isBlocked = false;
  await live(page);
  const back = page.getByText('recovered, none lost').locator('..');
  await expect(back).toContainText(/214.*recovered, none lost\. 6\s*to\s*219/);
  await complete(page, 219);
  await back.getByRole('button', { name: 'Dismiss' }).click();
  await expect(back).toHaveCount(0);
});

test('an outage in which nothing happened recovers nothing', async ({ page, server }) => {
  await server.push(...texts(1, 5));
  await page.goto('/w/c0a43f47');
  await live(page);
  await server.kill();
  await expect(lost(page)).toBeVisible();
  await server.restart();
  await live(page);
  await later(2_500);
  await server.push(text('c0a43f47', 'news'));
  await complete(page, 6);
  await expect(page.getByText('recovered')).toHaveCount(0);
});

test('where the socket is blocked the page polls, says so, and goes back to the socket', async ({ page, server }) => {
  let isBlocked = true;
  await page.routeWebSocket(/\/ws$/, (socket) => {
    if (isBlocked) socket.close({ code: 1001 });
    else socket.connectToServer();
  });
  await server.push(...texts(1, 5));
  await page.goto('/w/c0a43f47');
  await expect(badge(page)).toContainText('Polling');
  await server.push(...texts(6, 1_300));
  await complete(page, 1_300);
  await expect(badge(page)).toContainText('Polling');
  // Client-side navigation polls for what is shown next.
  await page.getByRole('link', { name: 'Board' }).click();
  await server.push(text('feedface', 'news'));
  await expect(page.getByRole('link', { name: 'feedface' }).first()).toBeVisible();
  isBlocked = false;
  await page.getByRole('button', { name: 'Retry WebSocket' }).click();
  await live(page);
});

test('polling from a server that dies is not called polling', async ({ page, server }) => {
  await page.routeWebSocket(/\/ws$/, (socket) => socket.close({ code: 1001 }));
  await server.push(...texts(1, 5));
  await page.goto('/w/c0a43f47');
  await expect(badge(page)).toContainText('Polling');
  await server.kill();
  await expect(lost(page)).toBeVisible({ timeout: 5_000 });
  await server.restart();
  await server.push(...texts(6, 9));
  await expect(badge(page)).toContainText('Polling', { timeout: 15_000 });
  await complete(page, 9);
});

test('a person need not wait for the countdown', async ({ page, server }) => {
  await server.push(...texts(1, 2));
  await page.goto('/w/c0a43f47');
  await live(page);
  await server.kill();
  await later(6_000);
  await server.restart();
  await page.getByRole('button', { name: 'Retry now' }).click({ timeout: 5_000 }).catch(() => {
    // It came back by itself in the meantime.
  });
  await live(page, 1_500);
});

test('a restart in the middle of a flood loses nothing that was acknowledged', async ({ page, server }) => {
  await server.push(text('c0a43f47', 'text number 1'));
  await page.goto('/w/c0a43f47');
  await live(page);
  for (let round = 0; round < 3; round += 1) {
    for (let batch = 0; batch < 10; batch += 1) await server.push(...texts(1, 20));
    await server.kill();
    await server.restart();
  }
  await server.push(text('c0a43f47', 'the last one'));
  await live(page);
  await complete(page, await server.head('c0a43f47'));
  await expect(entries(page).first()).toContainText('the last one');
});
