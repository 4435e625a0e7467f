// Usage: node draw.mjs CHROMIUM: draw dashboards in that browser. The order is a JSON document on standard input:
//   {"dashboards": "/a/folder", "upstream": {"prometheus": "http://…", "alertmanager": "http://…", "api": "http://…"},
//    "boards": {"agency.json": {"from": "now-15m", "var-agency": "H42.01"}}, "folder": "/of/screenshots", "whole": true}
// What stands beside a board goes into the page's address, as it would into Grafana's. `whole` asks for all of a page, not
// for its first screen. What became of every panel is told on standard output.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { chromium } from 'playwright-core';
import { serve } from './server.mjs';

const SIZE = { width: 1600, height: 900 };
const LIMIT_MS = 60_000; // of one dashboard
const OPTIONS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--hide-scrollbars', '--force-color-profile=srgb',
];

const order = JSON.parse(await text(process.stdin));
const profile = await mkdtemp(join(tmpdir(), 'drawing-'));
const server = await serve(order);
const browser = await chromium.launchPersistentContext(profile, {
  executablePath: process.argv[2],
  args: OPTIONS,
  headless: true,
  viewport: SIZE,
  timezoneId: 'Asia/Ho_Chi_Minh',
  locale: 'vi-VN',
});
try {
  const reports = [];
  for (const [name, query] of Object.entries(order.boards)) {
    reports.push(await draw(name, query));
  }
  process.stdout.write(JSON.stringify(reports));
} finally {
  await browser.close();
  server.close();
  await rm(profile, { recursive: true, force: true });
}

async function draw(name, query) {
  const page = await browser.newPage();
  const errors = [];
  page.on('pageerror', (error) => errors.push(error.stack ?? String(error)));
  page.on('console', (message) => message.type() === 'error' && errors.push(`${message.text()} (${message.location().url})`));
  page.on('requestfailed', (request) => errors.push(`${request.url()}: ${request.failure()?.errorText}`));
  await page.goto(`${server.address}/?${new URLSearchParams({ dashboard: name, ...query })}`);
  await page.waitForFunction(() => window.report || window.failed, undefined, { timeout: LIMIT_MS });
  const failed = await page.evaluate(() => window.failed);
  const { title, panels } = failed ? { title: '', panels: [] } : await page.evaluate(() => window.report());
  const screenshot = join(order.folder, name.replace(/\.json$/, '.png'));
  await page.screenshot({ path: screenshot, fullPage: order.whole });
  await page.close();
  return { name, screenshot, title, panels, errors: failed ? [failed, ...errors] : errors };
}
