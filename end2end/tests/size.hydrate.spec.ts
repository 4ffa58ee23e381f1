// What a first visit downloads, as the server sends it to a browser that takes brotli.
import { get } from 'node:http';
import { expect, test } from '../test';

const budgets: Record<string, number> = { wasm: 300_000, js: 8_000, css: 14_000 };

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

test('the page stays within its budget of bytes', async ({ page, server }) => {
  const seen = new Set<string>();
  page.on('request', (request) => seen.add(request.url()));
  await page.goto('/');
  await expect(page.locator('header .conn.live:visible')).toBeVisible();
  for (const [ending, most] of Object.entries(budgets)) {
    const urls = [...seen].filter((url) => url.startsWith(server.url) && new URL(url).pathname.endsWith(`.${ending}`));
    expect(urls.length, ending).toBeGreaterThan(0);
    let bytes = 0;
    for (const url of urls) bytes += await size(url);
    expect(bytes, `${ending}, brotli`).toBeLessThanOrEqual(most);
  }
});
