// The details of a workflow: a dialog where there is script, a part of the page where there is none, and links in both.
import { log, text, thinking, tool } from '../events';
import type { Server } from '../server';
import { dialog, expect, rows, test } from '../test';

async function fill(server: Server): Promise<void> {
  await server.push(
    log('c0a43f47', 'the retry queue is empty'),
    log('c0a43f47', 'worker 2 came late', 'WARNING'),
    log('c0a43f47', 'the Retry was refused', 'ERROR'),
    thinking('c0a43f47', 'Perhaps the clock is wrong.'),
    text('c0a43f47', 'I will look at **the clock**.', 'planner'),
    ...tool('c0a43f47', 'Bash', { command: 'date --utc' }, 'Thu Jan 15 10:30:00 UTC 2026'),
    ...tool('c0a43f47', 'Grep', { pattern: 'clock' }, 'no such file', true),
    {
      type: 'file_operation',
      data: {
        adw_id: 'c0a43f47',
        event_type: 'modify',
        agent: 'builder',
        payload: { path: 'src/clock.rs', diff: '@@ -1,2 +1,2 @@\n same\n-let zone = local();\n+let zone = utc();\n', lines_added: 1, lines_removed: 1 },
      },
    },
  );
}

test('the details have an address of their own, and a tab for everything', async ({ page, server }) => {
  await fill(server);
  await page.goto('/w/c0a43f47');
  await page.getByRole('link', { name: 'View details' }).click();
  await expect(page).toHaveURL(/\/w\/c0a43f47\?detail=logs$/);
  await expect(rows(page)).toHaveCount(10);
  await expect(rows(page).first()).toContainText('the retry queue is empty');
  // Not clipped away by a list that has no height of its own.
  await rows(page).first().scrollIntoViewIfNeeded();
  await expect(rows(page).first()).toBeInViewport();
  await dialog(page).getByRole('tab', { name: 'Thinking' }).click();
  await expect(page).toHaveURL(/detail=thinking/);
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page)).toContainText('Perhaps the clock is wrong.');
  await dialog(page).getByRole('tab', { name: 'Tools' }).click();
  await expect(rows(page)).toHaveCount(2);
  await expect(rows(page).first()).toContainText('date --utc');
  await expect(rows(page).first()).toContainText('1.2');
  await dialog(page).getByRole('tab', { name: 'Overview' }).click();
  await expect(dialog(page)).toContainText('Events by kind');
  await expect(dialog(page).getByRole('link', { name: 'builder' })).toBeVisible();
  await dialog(page).getByRole('link', { name: 'Close' }).click();
  await expect(page).toHaveURL(/\/w\/c0a43f47$/);
  await expect(dialog(page)).toHaveCount(0);
  await page.goBack();
  await expect(dialog(page)).toBeVisible();
});

test('a search finds in any case, counts exactly and marks what it found', async ({ page, server }) => {
  await fill(server);
  await page.goto('/w/c0a43f47?detail=logs');
  const field = dialog(page).getByRole('searchbox');
  await field.fill('retry');
  await field.press('Enter');
  await expect(dialog(page).getByRole('status')).toContainText('2');
  await expect(rows(page).locator('.x mark')).toHaveText(['retry', 'Retry']);
  await expect(page).toHaveURL(/q=retry/);
});

test('filters are links and stand in the address', async ({ page, server }) => {
  await fill(server);
  await page.goto('/w/c0a43f47?detail=logs');
  await dialog(page).getByRole('link', { name: 'Errors' }).click();
  await expect(page).toHaveURL(/level=error/);
  await expect(rows(page)).toHaveCount(2);
  await expect(rows(page).first()).toContainText('refused');
  await page.goto('/w/c0a43f47?detail=logs&agent=planner');
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page)).toContainText('I will look at');
  await page.goto('/w/c0a43f47?detail=tools&failed=1');
  await expect(rows(page)).toHaveCount(1);
  await expect(rows(page)).toContainText('Grep');
});

test('a permalink shows its entry, whole', async ({ page, server }) => {
  await fill(server);
  await page.goto('/w/c0a43f47?detail=tools');
  const href = await rows(page).first().getByRole('link').getAttribute('href');
  expect(href).toBe('/w/c0a43f47?detail=tools&seq=6');
  await page.goto(href ?? '');
  const open = rows(page).first();
  await expect(open).toContainText('date --utc');
  await expect(open).toContainText('Thu Jan 15 10:30:00 UTC 2026');
});

test('a file shows what an edit changed, in one column or in two', async ({ page, server }) => {
  await fill(server);
  await page.goto('/w/c0a43f47?detail=files');
  await expect(dialog(page).getByRole('link', { name: 'src/clock.rs' })).toBeVisible();
  const changes = dialog(page).getByRole('region', { name: 'Changes' });
  await expect(changes).toContainText('let zone = local();');
  await expect(changes.locator('mark').first()).toHaveText('local');
  await dialog(page).getByRole('link', { name: 'Split' }).click();
  await expect(page).toHaveURL(/view=split/);
  await expect(changes.locator('.two').first()).toBeVisible();
});

test('what an agent writes is text in every tab', async ({ page, server }) => {
  const evil = '<img src=x onerror=alert(1)>"\'&amp;';
  await server.push(
    log('c0a43f47', evil),
    thinking('c0a43f47', evil),
    ...tool('c0a43f47', evil, { command: evil }, evil),
    { type: 'file_operation', data: { adw_id: 'c0a43f47', event_type: 'modify', agent: evil, payload: { path: evil, diff: `+${evil}` } } },
  );
  for (const tab of ['logs', 'thinking', 'tools', 'files', 'overview']) {
    await page.goto(`/w/c0a43f47?detail=${tab}&seq=1&q=img`);
    await expect(dialog(page)).toBeVisible();
    await expect(dialog(page).locator('img')).toHaveCount(0);
  }
  await page.goto('/w/c0a43f47?detail=logs');
  await expect(rows(page).first()).toContainText(evil);
});

test('the export of what is filtered is a link', async ({ page, server }) => {
  await fill(server);
  await page.goto('/w/c0a43f47?detail=logs&level=error');
  await dialog(page).locator('summary[title=Export]').click();
  const link = dialog(page).getByRole('link', { name: 'NDJSON, as filtered' });
  const answer = await page.request.get((await link.getAttribute('href')) ?? '');
  expect((await answer.text()).trim().split('\n')).toHaveLength(2);
});
