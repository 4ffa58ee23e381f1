// The page is there, complete before any script runs, and the script takes it over without a complaint.
import { expect, test } from '@playwright/test';

test('the page shows what it is', async ({ page }) => {
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  const wasm = page.waitForResponse((response) => response.url().endsWith('.wasm'));

  await page.goto('/');
  await expect(page.getByText('adwatch').first()).toBeVisible();
  expect((await wasm).headers()['content-encoding']).toBe('br');
  await page.waitForLoadState('networkidle');
  expect(complaints).toEqual([]);
});

test.describe('without script', () => {
  test.use({ javaScriptEnabled: false });

  test('the page shows what it is', async ({ page }) => {
    await page.goto('/');
    await expect(page.getByText('adwatch').first()).toBeVisible();
  });
});
