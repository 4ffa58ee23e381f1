// The page of one workflow, drawn by the server and taken over by the browser.
import { readFile } from 'node:fs/promises';
import { line, log, text, thinking, tool } from '../events';
import { complete, entries, expect, test } from '../test';

test('a stream becomes texts, thinking, tools with durations, files with diffs, and costs', async ({ page, server }) => {
  const session = '5e5510n0-0000-4000-8000-000000000001';
  server.append(
    'c0a43f47',
    'sdlc_implementor',
    line.init(session),
    line.thinking(session, 'The colour is set in one place.'),
    line.text(session, 'I will change the button.'),
    line.call(session, 'toolu_1', 'Edit', { file_path: 'src/button.rs', old_string: 'red\n', new_string: 'blue\n' }),
    line.answer(session, 'toolu_1', 'The file src/button.rs has been updated.'),
    line.call(session, 'toolu_2', 'Bash', { command: 'cargo test --quiet' }),
    line.answer(session, 'toolu_2', 'error: test failed', true),
    line.result(session, 0.42),
  );
  await expect.poll(() => server.head('c0a43f47')).toBeGreaterThanOrEqual(8);
  await page.goto('/w/c0a43f47');
  const rows = entries(page);
  await expect(rows.filter({ hasText: 'The colour is set in one place.' })).toHaveCount(1);
  await expect(rows.filter({ hasText: 'I will change the button.' })).toHaveCount(1);
  const edit = rows.filter({ hasText: 'src/button.rs' }).first();
  await expect(edit).toContainText('red');
  await expect(edit).toContainText('blue');
  await expect(rows.filter({ hasText: 'cargo test --quiet' })).toContainText('test failed');
  await expect(page.getByRole('region', { name: 'Files' })).toContainText('button.rs');
  await expect(page.getByText('sdlc_implementor').first()).toBeVisible();
  await expect(page.getByText('0.42').first()).toBeVisible();
});

test('the newest entries stand on the page, each once and in order', async ({ page, server }) => {
  const events = Array.from({ length: 75 }, (_, at) => (at % 2 ? text('c0a43f47', `text ${at}`) : log('c0a43f47', `log ${at}`)));
  await server.push(...events);
  await page.goto('/w/c0a43f47');
  await complete(page, 75);
});

test('a call without a result stands under what is open now', async ({ page, server }) => {
  const [call] = tool('c0a43f47', 'Bash', { command: 'sleep 600' }, '');
  await server.push(thinking('c0a43f47', 'This takes a while.'), call);
  await page.goto('/w/c0a43f47');
  await expect(page.getByRole('region', { name: 'Now' })).toContainText('sleep 600');
});

test('what processes take and what pushing costs is drawn, and stands in no list of what happened', async ({ page, server }) => {
  const sample = (cpu_percent: number) => ({
    type: 'resource_sample',
    data: { adw_id: 'c0a43f47', agent: 'builder', payload: { cpu_percent, memory_bytes: 300 * 2 ** 20, disk_write_bytes: 4096 } },
  });
  const report = { publisher: 'adwatch-python 0.1.0', pid: 4121, handed_over: 1204, handover_p50_us: 48, handover_p99_us: 310, dropped: 3 };
  await server.push(
    text('c0a43f47', 'at work'),
    sample(380),
    sample(12),
    { type: 'publisher_report', data: { adw_id: 'c0a43f47', payload: { ...report, backlog_ms: 1500 } } },
  );
  await page.goto('/w/c0a43f47');
  const now = page.getByRole('region', { name: 'Now' });
  await expect(now).toContainText(/processes\s*builder/);
  await expect(now).toContainText(/processor\s*12\s%/);
  await expect(now).toContainText(/memory\s*314\sMB/);
  await expect(now.getByTitle('at most 380')).toBeVisible();
  await expect(entries(page)).toHaveCount(1);
  await page.goto('/w/c0a43f47?detail=overview');
  const costs = page.getByRole('row').filter({ hasText: 'adwatch-python 0.1.0' });
  await expect(costs).toContainText(/1,204\s*48\sµs\s*310\sµs\s*1\.5\ss\s*3\s*0/);
});

test('a workflow that does not exist yet says so', async ({ page }) => {
  const answer = await page.goto('/w/never-seen');
  expect(answer?.status()).toBe(404);
  await expect(page.getByText('No such workflow').first()).toBeVisible();
});

test('an address that leads nowhere says so', async ({ page }) => {
  const answer = await page.goto('/nowhere/at/all');
  expect(answer?.status()).toBe(404);
  await expect(page.getByRole('heading', { name: 'Page not found' })).toBeVisible();
});

test.use({ forgiven: [/status of 404/] });

test('a workflow is exported by a link, whole', async ({ page, server }) => {
  await server.push(text('c0a43f47', 'one'), text('c0a43f47', 'two'));
  await page.goto('/w/c0a43f47');
  const download = page.waitForEvent('download');
  await page.getByRole('link', { name: 'NDJSON' }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe('adwatch-c0a43f47.ndjson');
  const lines = (await readFile(await file.path(), 'utf8')).trim().split('\n');
  expect(lines.map((line) => JSON.parse(line).data.payload.content)).toEqual(['one', 'two']);
});
