// What a first visit downloads, as the server sends it to a browser that takes brotli.
import { get } from 'node:http';
import type { Page } from '@playwright/test';
import { expect, test } from '../test';

const budgets: Record<string, number> = { wasm: 230_000, js: 8_000, css: 14_000 };
/** What each chunk may add when it is wanted: the viewer to the board's wasm, the others to what is there by then; the fold comes after the page is drawn. */
const chunkBudgets: Record<string, number> = { viewer: 300_000 - budgets.wasm, detail: 50_000, fold: 45_000 };

function size(url: string): Promise<number> {
  return new Promise((tell, fail) => {
    get(url, { headers: { 'accept-encoding': 'br' } }, (answer) => {
      let bytes = 0;
      answer.on('data', (chunk: Buffer) => (bytes += chunk.length));
      answer.on('end', () => {
        if (answer.statusCode === 200 && answer.headers['content-encoding'] === 'br') tell(bytes);
        else fail(new Error(`${url}: ${answer.statusCode}, ${answer.headers['content-encoding']}`));
      });
    }).on('error', fail);
  });
}

/** Where this build's files are, as the board that was opened says. */
const folder = async (page: Page): Promise<string> => {
  const href = await page.locator('link[rel=preload][href$="/adwatch.wasm"]').getAttribute('href');
  return (href ?? '').replace(/adwatch\.wasm$/, '');
};

test('the page stays within its budget of bytes', async ({ page, server }) => {
  const seen = new Set<string>();
  page.on('request', (request) => seen.add(request.url()));
  await page.goto('/');
  await expect(page.locator('header .conn.live:visible')).toBeVisible();
  for (const [ending, most] of Object.entries(budgets)) {
    const urls = [...seen].filter((url) => url.startsWith(server.url) && new URL(url).pathname.endsWith(`.${ending}`));
    // What is fetched ahead for the next page is no part of this one.
    const needed = urls.filter((url) => !/\/(split|chunk)_[^/]*$/.test(url));
    expect(needed.length, ending).toBeGreaterThan(0);
    let bytes = 0;
    for (const url of needed) bytes += await size(url);
    expect(bytes, `${ending}, brotli`).toBeLessThanOrEqual(most);
  }
});

test('every chunk stays within its budget of bytes, and has one', async ({ page, server }) => {
  await page.goto('/');
  const pkg = server.url + (await folder(page));
  const answer = await page.request.get(`${pkg}__wasm_split_manifest.json`);
  const chunks = (await answer.json()) as Record<string, string[]>;
  expect(Object.keys(chunks).sort()).toEqual(Object.keys(chunkBudgets).sort());
  const here = new Set<string>();
  for (const [name, most] of Object.entries(chunkBudgets)) {
    const files = chunks[name].filter((file) => !here.has(file));
    files.forEach((file) => here.add(file));
    let bytes = 0;
    for (const file of files) bytes += await size(`${pkg}${file}.wasm`);
    expect(bytes, `${name}, brotli`).toBeGreaterThan(1_000);
    expect(bytes, `${name}, brotli`).toBeLessThanOrEqual(most);
  }
});
