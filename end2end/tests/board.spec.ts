// The board, drawn by the server and taken over by the browser: both must show the same.
import { log, stage, state, status, text, tool } from '../events';
import { expect, test } from '../test';

test('an empty board says what will appear, and how to make it appear', async ({ page, server }) => {
  await page.goto('/');
  await expect(page).toHaveTitle(/adwatch/);
  await expect(page.getByRole('heading', { name: 'No workflows yet' })).toBeVisible();
  await expect(page.getByText('/api/agent-state-update')).toBeVisible();
  await expect(page.getByText(server.agents)).toBeVisible();
});

test('a pushed workflow stands in the column of its stage, with its title, and leads to its page', async ({ page, server }) => {
  await server.push(
    state('c0a43f47', { issue_number: 12, issue_class: '/feature', issue_json: { number: 12, title: 'Make the button blue' } }),
    stage('c0a43f47', 'plan'),
    stage('c0a43f47', 'plan', 'stage_completed'),
    stage('c0a43f47', 'build'),
    ...tool('c0a43f47', 'Bash', { command: 'cargo test' }, 'ok'),
  );
  await page.goto('/');
  const strip = page.getByRole('region', { name: 'Build' }).getByRole('link', { name: 'Make the button blue' });
  await expect(strip).toBeVisible();
  await strip.click();
  await expect(page).toHaveURL(/\/w\/c0a43f47$/);
  await expect(page.getByRole('heading', { level: 1, name: 'Make the button blue' })).toBeVisible();
});

test('what failed says why, and what is over stands in the last column', async ({ page, server }) => {
  await server.push(log('deadbeef', 'the disk is full', 'ERROR'), status('deadbeef', 'failed', 'gave up'));
  await server.push(text('feedface', 'All done.'), status('feedface', 'completed', 'shipped as #7'));
  await page.goto('/');
  const over = page.getByRole('region', { name: 'Done · Failed' });
  await expect(over.getByText('gave up').first()).toBeVisible();
  await expect(over.getByText('shipped as #7').first()).toBeVisible();
});

test('a filter is a link: it works without script, and Back undoes it', async ({ page, server }) => {
  await server.push(log('deadbeef', 'broken', 'ERROR'), status('deadbeef', 'failed', 'gave up'));
  await server.push(text('feedface', 'Working.'));
  await page.goto('/');
  const healthy = page.getByRole('link', { name: 'feedface' }).first();
  await expect(healthy).toBeVisible();
  await page.getByRole('link', { name: /^With errors/ }).click();
  await expect(healthy).toHaveCount(0);
  await expect(page.getByRole('link', { name: 'deadbeef' }).first()).toBeVisible();
  await page.goBack();
  await expect(healthy).toBeVisible();
});

test('what an agent writes is text, whatever it looks like', async ({ page, server }) => {
  const evil = `<img src=x onerror="document.title='broken into'"></script><script>document.title='broken into'</script>`;
  await server.push(
    state('c0a43f47', { issue_json: { title: evil } }),
    text('c0a43f47', evil),
    log('c0a43f47', evil, 'ERROR'),
    ...tool('c0a43f47', 'Bash', { command: evil }, evil, true),
  );
  for (const path of ['/', '/?view=rows', '/w/c0a43f47']) {
    await page.goto(path);
    await expect(page.getByText(evil).first()).toBeAttached();
    await expect(page.locator('img[src=x]')).toHaveCount(0);
    await expect(page).not.toHaveTitle(/^broken into/);
  }
});
