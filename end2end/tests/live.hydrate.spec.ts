// What happens shows, on pages that are open.
import { line, log, stage, state, status, text, tool } from '../events';
import { badge, complete, entries, expect, live, test } from '../test';

test('a pushed event appears on an open page within a blink', async ({ page, server }) => {
  await server.push(text('c0a43f47', 'the first'));
  await page.goto('/w/c0a43f47');
  await live(page);
  await server.push(text('c0a43f47', 'what has just been pushed'));
  await expect(entries(page).first()).toContainText('what has just been pushed', { timeout: 1_000 });
  await complete(page, 2);
});

test('a line appended to a stream appears on an open page', async ({ page, server }) => {
  server.append('c0a43f47', 'sdlc_planner', line.init('s1'), line.text('s1', 'the first line'));
  await expect.poll(() => server.head('c0a43f47')).toBe(2);
  await page.goto('/w/c0a43f47');
  await live(page);
  server.append('c0a43f47', 'sdlc_planner', line.text('s1', 'a line that has just been written'));
  await expect(entries(page).first()).toContainText('a line that has just been written', { timeout: 2_000 });
});

test('an open tool gets its result in place', async ({ page, server }) => {
  const [call, result] = tool('c0a43f47', 'Bash', { command: 'make everything' }, 'all made');
  await server.push(call);
  await page.goto('/w/c0a43f47');
  await live(page);
  const now = page.getByRole('region', { name: 'Now' });
  await expect(now).toContainText('make everything');
  await server.push(result);
  await expect(entries(page).filter({ hasText: 'make everything' })).toContainText('all made');
  await expect(entries(page)).toHaveCount(1);
  await expect(now).not.toContainText('make everything');
});

test('a workflow appears on an open board, moves along its stages, and ends', async ({ page, server }) => {
  await page.goto('/');
  await live(page);
  await expect(page.getByRole('heading', { name: 'No workflows yet' })).toBeVisible();
  await server.push(state('c0a43f47', { issue_json: { title: 'Make the button blue' } }), stage('c0a43f47', 'plan'));
  const strip = (column: string) => page.getByRole('region', { name: column }).getByRole('link', { name: 'Make the button blue' });
  await expect(strip('Plan')).toBeVisible({ timeout: 2_000 });
  await server.push(stage('c0a43f47', 'plan', 'stage_completed'), stage('c0a43f47', 'build'));
  await expect(strip('Build')).toBeVisible({ timeout: 2_000 });
  await server.push(status('c0a43f47', 'completed', 'shipped'));
  await expect(strip('Done · Failed')).toBeVisible({ timeout: 2_000 });
});

test('the page of a workflow that does not exist yet becomes its page', async ({ page, server }) => {
  await page.goto('/w/c0a43f47');
  await live(page);
  await server.push(text('c0a43f47', 'here I am'));
  await expect(entries(page).first()).toContainText('here I am');
});

test('from the board to a workflow and back, without a new page', async ({ page, server }) => {
  await server.push(text('c0a43f47', 'one'), text('feedface', 'other'));
  await page.goto('/');
  await live(page);
  await page.evaluate(() => Object.assign(window, { isSamePage: true }));
  await page.getByRole('link', { name: 'c0a43f47' }).first().click();
  await expect(entries(page).first()).toContainText('one');
  await server.push(text('c0a43f47', 'two'));
  await expect(entries(page).first()).toContainText('two');
  await page.goBack();
  const strips = page.getByRole('main').getByRole('link');
  await expect(strips.filter({ hasText: 'feedface' })).toBeVisible();
  await server.push(text('5eed5eed', 'new on the board'));
  await expect(strips.filter({ hasText: '5eed5eed' })).toBeVisible();
  await page.goForward();
  await expect(entries(page).first()).toContainText('two');
  await server.push(text('c0a43f47', 'three'));
  await complete(page, 3);
  expect(await page.evaluate(() => 'isSamePage' in window)).toBe(true);
});

test('a page shows exactly what came, whichever moment it was opened at', async ({ page, server }) => {
  let pushed = 0;
  let isDone = false;
  const pushing = (async () => {
    while (!isDone) await server.push(log('c0a43f47', `number ${(pushed += 1)}`));
  })();
  for (let round = 0; round < 5; round += 1) {
    await page.goto('/w/c0a43f47');
    await live(page);
  }
  isDone = true;
  await pushing;
  await complete(page, pushed);
  await expect(badge(page)).toContainText('Live');
});

test('what is copied is on the clipboard', async ({ page, server, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await server.push(text('c0a43f47', 'one'));
  await page.goto('/w/c0a43f47');
  await page.getByRole('button', { name: 'Copy id' }).click();
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('c0a43f47');
});

test.use({ forgiven: [/status of 404/] });
