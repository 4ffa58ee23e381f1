// How the tests start the machine's Chromium: without a sandbox (they run as root in CI), and with nobody to call.
import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';

export const chromium = {
  executablePath: execFileSync(resolve(__dirname, '../scripts/chromium'), { encoding: 'utf8' }).trim(),
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-default-apps',
    '--disable-domain-reliability',
    '--disable-sync',
    '--metrics-recording-only',
    '--no-first-run',
    '--no-pings',
    '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
  ],
};
