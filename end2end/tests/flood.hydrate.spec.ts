// A workflow of 100,000 events is a page like any other.
import { log } from '../events';
import { complete, expect, live, test } from '../test';

const EVENTS = 100_000;
const BATCH = 2_000;

test('100,000 events: the page is small, quick and live', async ({ page, server }) => {
  test.setTimeout(120_000);
  for (let from = 0; from < EVENTS; from += BATCH) {
    await server.push(...Array.from({ length: BATCH }, (_, at) => log('c0a43f47', `line ${from + at + 1} of a long log`)));
  }
  await page.goto('/w/c0a43f47');
  await live(page);
  const nodes = () => page.evaluate(() => document.querySelectorAll('*').length);
  expect(await nodes()).toBeLessThan(2_500);
  for (let batch = 0; batch < 20; batch += 1) {
    await server.push(...Array.from({ length: 100 }, (_, at) => log('c0a43f47', `more ${batch * 100 + at}`)));
    await new Promise((wake) => setTimeout(wake, 100));
  }
  await complete(page, EVENTS + 2_000);
  expect(await nodes()).toBeLessThan(2_500);
});
