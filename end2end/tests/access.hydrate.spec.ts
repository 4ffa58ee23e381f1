// axe (a script itself) finds nothing, in both themes, on a phone and on a desk.
import AxeBuilder from '@axe-core/playwright';
import { log, stage, state, status, text, thinking, tool } from '../events';
import type { Server } from '../server';
import { expect, test } from '../test';

test.use({ forgiven: [/status of 404/] });

/** The smallest picture there is. */
const DOT = 'R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7';

async function fill(server: Server): Promise<void> {
  await server.push(
    state('c0a43f47', { issue_number: 12, issue_class: '/feature', branch_name: 'feature-12', issue_json: { title: 'Make the button blue' } }),
    stage('c0a43f47', 'plan'),
    thinking('c0a43f47', 'One place only.'),
    text('c0a43f47', 'I **will** change it.\n\n- one\n- two'),
    ...tool('c0a43f47', 'Edit', { file_path: 'src/button.rs', old_string: 'red', new_string: 'blue' }, 'updated'),
    ...tool('c0a43f47', 'Bash', { command: 'cargo test' }, 'error: 1 failed', true),
    log('c0a43f47', 'could not', 'ERROR'),
    { type: 'screenshot', data: { adw_id: 'c0a43f47', agent: 'reviewer', payload: { message: 'home', shot: `data:image/gif;base64,${DOT}` } } },
  );
  await server.push(text('deadbeef', 'trying'), status('deadbeef', 'failed', 'gave up'));
  await server.push(text('feedface', 'done'), status('feedface', 'completed', 'shipped'));
}

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [device, viewport] of [
    ['desk', { width: 1440, height: 900 }],
    ['phone', { width: 390, height: 844 }],
  ] as const) {
    test.describe(`${colorScheme}, ${device}`, () => {
      test.use({ colorScheme, viewport });

      test('axe finds nothing on any page', async ({ page, server }) => {
        const check = async (path: string) => {
          await page.goto(path);
          await page.waitForLoadState('networkidle');
          const found = await new AxeBuilder({ page }).analyze();
          const told = found.violations.map(({ id, nodes }) => `${path}: ${id}: ${nodes.map((node) => node.html).join(' ')}`);
          expect(told).toEqual([]);
          // Nothing sticks out to the side of a phone.
          const width = await page.evaluate(() => document.documentElement.scrollWidth);
          expect(width, `${path} is wider than the screen`).toBeLessThanOrEqual(viewport.width);
        };
        await check('/');
        await fill(server);
        for (const path of ['/', '/?view=rows', '/w/c0a43f47', '/w/deadbeef', '/w/never-seen', '/nowhere']) await check(path);
      });
    });
  }
}
