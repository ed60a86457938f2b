// What the tests stand on: the library's answers, the page's program, a plain static host, and Chromium.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const sample = fileURLToPath(new URL('..', import.meta.url));
const configuration = process.env.CONFIGURATION ?? 'Release';
const program = name => join(sample, '..', name, 'bin', configuration, 'net10.0', `${name}.dll`);
export const wwwroot = join(sample, 'wwwroot');
export const folder = mkdtempSync(join(tmpdir(), 'live-page-'));

/** Runs LivePageFiles; gives what it prints. */
export function files(...args) {
  const run = spawnSync('dotnet', [program('LivePageFiles'), ...args], { encoding: 'utf8', maxBuffer: 1 << 26 });
  if (run.status !== 0) {
    throw new Error(`LivePageFiles ${args[0]} ended with ${run.status}: ${run.stderr}${run.stdout}${run.error ?? ''} `
      + `Was it built (dotnet build -c ${configuration} samples/LivePage)?`);
  }
  return run.stdout;
}

/** Writes pictures and a camera, and gives what the library says of them. */
export function writeFiles() {
  files('tests', folder);
  return JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'));
}

/** Starts the program of the page; gives { url, stop }. */
export function startProgram() {
  const server = spawn('dotnet', [program('LivePage'), '--urls', 'http://127.0.0.1:0', '--contentRoot', sample], { stdio: ['ignore', 'pipe', 'inherit'] });
  return new Promise((resolve, reject) => {
    let text = '';
    server.on('exit', code => reject(new Error(`LivePage ended with ${code}: ${text}`)));
    server.stdout.on('data', data => {
      text += data;
      const url = text.match(/Now listening on: (http:\S+)/)?.[1];
      if (url) {
        server.removeAllListeners('exit');
        resolve({ url, stop: () => server.kill() });
      }
    });
  });
}

/** A host that knows no more than files and a few types. */
export function startStaticHost() {
  const types = { '.html': 'text/html', '.js': 'text/javascript', '.mjs': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm', '.png': 'image/png' };
  const server = createServer(({ url }, response) => {
    const path = join(wwwroot, normalize(new URL(url, 'http://host').pathname.replace(/\/$/, '/index.html')));
    if (!existsSync(path)) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': types[extname(path)] ?? 'application/octet-stream' }).end(readFileSync(path));
  });
  return new Promise(resolve => server.listen(0, '127.0.0.1', () => resolve({
    url: `http://127.0.0.1:${server.address().port}`,
    stop: () => server.close(),
  })));
}

/** Chromium, whose camera is the drawn one, or which has none. */
export function launch({ camera = true } = {}) {
  return chromium.launch({ executablePath: chromiumPath(), args: ['--no-sandbox', '--enable-precise-memory-info', ...camera ? fakeCamera() : []] });
}

/**
 * Opens a page in a Chromium of its own that nobody listens to while it loads, and gives when its first mark of a name was made, in ms after opening: a driver that listens
 * to the network takes seconds of a file of 14 MB.
 */
export async function timeOf(mark, url, port) {
  const profile = mkdtempSync(join(folder, 'profile-')); // goes with its folder: Chromium's processes write into it until after the first of them ended
  const own = spawn(chromiumPath(), ['--headless=new', '--no-sandbox', '--no-first-run', `--user-data-dir=${profile}`, `--remote-debugging-port=${port}`,
    '--use-fake-ui-for-media-stream', ...fakeCamera(), 'about:blank'], { stdio: 'ignore' });
  try {
    await sleep(10_000); // until it has settled
    await fetch(`http://127.0.0.1:${port}/json/new?${encodeURI(url)}`, { method: 'PUT' });
    await sleep(6000);
    const browser = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
    const page = browser.contexts()[0].pages().find(page => page.url().startsWith(url));
    await page.waitForFunction(mark => performance.getEntriesByName(mark).length > 0, mark);
    return await page.evaluate(mark => performance.getEntriesByName(mark)[0]?.startTime, mark);
  } finally {
    const ended = once(own, 'exit');
    own.kill();
    await ended;
  }
}

function chromiumPath() {
  const path = [process.env.CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(path => path && existsSync(path));
  if (!path) {
    throw new Error('There is no Chromium; expected one at /usr/bin/chromium (apt-get install chromium), or its path in CHROMIUM.');
  }
  return path;
}

function fakeCamera() {
  return ['--use-fake-device-for-media-stream', `--use-file-for-fake-video-capture=${join(folder, 'camera.y4m')}`];
}

/** Opens a page that may use the camera. `close` fails if anything on it did, or asked another host. */
export async function opened(browser, url, prepare = () => {}) {
  const context = await browser.newContext({ viewport: { width: 1100, height: 1000 } });
  const { origin } = new URL(url);
  await context.grantPermissions(['camera'], { origin });
  const page = await context.newPage();
  const faults = [];
  page.on('pageerror', error => faults.push(error.message));
  page.on('console', message => message.type() === 'error' && faults.push(message.text()));
  page.on('request', request => {
    if (!/^(blob|data):/.test(request.url()) && new URL(request.url()).host !== new URL(origin).host) {
      faults.push(request.url());
    }
  });
  page.on('response', response => response.status() >= 400 && faults.push(`${response.status()} ${response.url()}`));
  await prepare(page);
  await page.goto(url);
  return {
    page,
    async close() {
      await context.close();
      assert.deepEqual(faults, []);
    },
  };
}
