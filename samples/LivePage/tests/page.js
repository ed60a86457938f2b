// The page as people use it: camera, picture, video, keyboard, themes, a hidden tab, a long run.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder } from './setup.js';

export async function page(test, { program, host, browser, options }) {
  async function open(url, { camera = true, ...settings } = {}) {
    const context = await browser.newContext({ viewport: { width: 1100, height: 1000 }, ...settings });
    if (camera) {
      await context.grantPermissions(['camera'], { origin: new URL(url).origin });
    }
    const page = await context.newPage();
    page.faults = [];
    page.on('pageerror', error => page.faults.push(error.message));
    page.on('console', message => message.type() === 'error' && page.faults.push(message.text()));
    page.on('request', request => !/^(blob|data):/.test(request.url()) && !request.url().startsWith(new URL(url).origin) && page.faults.push(request.url()));
    await page.goto(url);
    return page;
  }

  async function close(page) {
    assert.deepEqual(page.faults, []);
    await page.context().close();
  }

  const card = (page, i = 0) => page.locator('#faces > li').nth(i);

  await test('the camera starts by keyboard, a face gets bars that sum to one and an announcement, and Stop ends it', async () => {
    const page = await open(program.url);
    await page.waitForFunction(() => document.getElementById('status').textContent === 'Ready.');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'camera');
    await page.keyboard.press('Enter');
    await card(page).waitFor();
    await page.waitForFunction(() => document.getElementById('status').textContent === 'Happy.');
    assert.match(await card(page).locator('h2').textContent(), /^Happy \d+ %Face 1$/);
    const shares = await card(page).locator('dd:not(.bar)').allTextContents();
    assert.equal(shares.length, 8);
    assert.ok(Math.abs(shares.reduce((sum, share) => sum + parseFloat(share), 0) - 100) <= 4, `${shares}`);
    assert.equal(await page.getAttribute('#view', 'aria-label'), 'The picture with one face marked');
    for (const next of ['picture', 'video', 'stop', 'attention', 'coverage', 'threads']) {
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate(() => document.activeElement.id), next);
    }
    await page.click('#stop');
    assert.equal(await page.evaluate(() => document.getElementById('player').srcObject), null);
    assert.equal(await page.textContent('#status'), 'Stopped.');
    await close(page);
  });

  await test('every control has a name, announcements are polite, errors are alerts', async () => {
    const page = await open(program.url);
    const tree = await page.locator('body').ariaSnapshot();
    for (const part of ['heading "Which expression is on this face?"', 'button "Camera"', 'button "Picture…"', 'button "Video…"', 'button "Stop"',
      'combobox "Attention"', 'combobox "Answer for"', 'combobox "Threads"', 'region "What this is not"']) {
      assert.ok(tree.includes(part), `${part} in ${tree}`);
    }
    assert.equal(await page.getAttribute('#status', 'aria-live'), 'polite');
    assert.equal(await page.getAttribute('#error', 'role'), 'alert');
    await close(page);
  });

  await test('a picture with several faces gets a card for each; attention and coverage change what is shown', async () => {
    const page = await open(program.url, { camera: false });
    await page.setInputFiles('#picture', join(folder, 'group.png'));
    await card(page, 1).waitFor();
    assert.match(await page.textContent('#status'), /^Face 1: \w+, Face 2: \w+\.$/);
    const pixels = () => page.evaluate(() => document.getElementById('view').toDataURL());
    const local = await pixels();
    await page.selectOption('#attention', '');
    const none = await pixels();
    assert.notEqual(none, local);
    assert.equal(await page.isVisible('#legend'), false);
    await page.selectOption('#attention', 'global_attention');
    assert.ok(![local, none].includes(await pixels()));
    await page.evaluate(async () => {
      const { FaceReader } = await import('/facial-attention/index.js');
      window.lowest = (await FaceReader.load({ coverage: 0.05 })).threshold;
    });
    assert.ok(await page.evaluate(() => window.lowest) > 0.99);
    await close(page);
  });

  await test('less coverage makes a face uncertain', async () => {
    const page = await open(program.url, { camera: false });
    await page.setInputFiles('#picture', join(folder, 'group.png'));
    await card(page, 1).waitFor();
    const uncertain = async coverage => {
      await page.selectOption('#coverage', coverage);
      await page.waitForTimeout(300);
      return page.locator('h2 span:first-child', { hasText: 'uncertain' }).count();
    };
    const [all, few] = [await uncertain('1'), await uncertain('0.6')];
    assert.equal(all, 0);
    assert.ok(few >= all, `${few}`);
    await close(page);
  });

  await test('a video file is read to its end', async () => {
    const page = await open(program.url, { camera: false });
    const base64 = readFileSync(join(folder, 'one.png')).toString('base64');
    const video = await page.evaluate(async base64 => {
      const image = new Image();
      image.src = `data:image/png;base64,${base64}`;
      await image.decode();
      const canvas = Object.assign(document.createElement('canvas'), { width: 640, height: 480 });
      const context = canvas.getContext('2d');
      const recorder = new MediaRecorder(canvas.captureStream(10), { mimeType: 'video/webm' });
      const parts = [];
      recorder.ondataavailable = ({ data }) => parts.push(data);
      const stopped = new Promise(resolve => recorder.onstop = resolve);
      recorder.start();
      for (let i = 0; i < 10; i++) {
        context.drawImage(image, i, 0);
        await new Promise(resolve => setTimeout(resolve, 100));
      }
      recorder.stop();
      await stopped;
      const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
      return btoa(Array.from(bytes, c => String.fromCharCode(c)).join(''));
    }, base64);
    await page.setInputFiles('#video', { name: 'clip.webm', mimeType: 'video/webm', buffer: Buffer.from(video, 'base64') });
    await page.waitForFunction(() => document.getElementById('status').textContent === 'The video has ended.');
    assert.match(await card(page).locator('h2').textContent(), /^Happy/);
    await close(page);
  });

  await test('nothing is computed in a hidden tab, and it goes on when it is shown', async () => {
    const page = await open(`${program.url}/?camera`);
    await card(page).waitFor();
    const runs = hidden => page.evaluate(async hidden => {
      Object.defineProperty(document, 'hidden', { get: () => hidden, configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
      await new Promise(resolve => setTimeout(resolve, 300));
      let count = 0;
      const draw = CanvasRenderingContext2D.prototype.putImageData;
      CanvasRenderingContext2D.prototype.putImageData = function (...args) {
        count++;
        draw.apply(this, args);
      };
      await new Promise(resolve => setTimeout(resolve, 700));
      CanvasRenderingContext2D.prototype.putImageData = draw;
      return { count, enabled: document.getElementById('player').srcObject.getTracks()[0].enabled };
    }, hidden);
    assert.deepEqual(await runs(true), { count: 0, enabled: false });
    const shown = await runs(false);
    assert.ok(shown.count > 0 && shown.enabled, JSON.stringify(shown));
    await close(page);
  });

  await test('the program sends the headers that isolate the page, and two threads work', async () => {
    const page = await open(`${program.url}/?threads=2&camera`);
    await card(page).waitFor();
    assert.equal(await page.evaluate(() => crossOriginIsolated), true);
    assert.equal(await page.inputValue('#threads'), '2');
    const { headers } = await fetch(program.url);
    assert.match(headers.get('content-security-policy'), /script-src 'self' 'wasm-unsafe-eval';/);
    assert.doesNotMatch(headers.get('content-security-policy'), /'unsafe-(eval|inline)'/);
    assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin');
    assert.equal(headers.get('cross-origin-embedder-policy'), 'require-corp');
    await close(page);
  });

  await test('all that is loaded is at most 20 MB, 8 MB compressed', async () => {
    const page = await open(program.url, { camera: false });
    await page.setInputFiles('#picture', join(folder, 'one.png')); // loads the second detector too
    await card(page).waitFor();
    const { plain, sent } = await page.evaluate(() => performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))
      .filter(({ name }) => name.startsWith('http'))
      .reduce((sum, { decodedBodySize, encodedBodySize }) => ({ plain: sum.plain + decodedBodySize, sent: sum.sent + encodedBodySize }), { plain: 0, sent: 0 }));
    console.log(`      ${(plain / 1e6).toFixed(2)} MB, ${(sent / 1e6).toFixed(2)} MB compressed`);
    assert.ok(plain > 17e6 && plain <= 20e6 && sent <= 8e6, `${plain} ${sent}`);
    await close(page);
  });

  await test('any static host serves the page', async () => {
    const page = await open(`${host.url}/?camera`);
    await card(page).waitFor();
    assert.equal(await page.isDisabled('#threads'), true);
    await close(page);
  });

  await test('the page of the module and the page of the Blazor component show the face', async () => {
    const module = await open(`${program.url}/module.html`);
    await module.click('#start');
    await module.waitForFunction(() => document.getElementById('answer').textContent === 'Happy');
    assert.match(await module.textContent('#text'), /FaceReader\.load/);
    await close(module);
    const blazor = await open(`${program.url}/blazor`);
    await blazor.waitForFunction(() => globalThis.Blazor?._internal);
    await blazor.waitForTimeout(500);
    await blazor.click('button:text("Camera")');
    await blazor.waitForFunction(() => document.getElementById('answers').textContent.trim() === 'Face 1: Happy');
    if (options.shots) {
      await blazor.screenshot({ path: join(options.shots, 'blazor.png') });
    }
    await blazor.click('button:text("Stop")');
    await blazor.waitForFunction(() => document.querySelector('video').srcObject === null);
    await close(blazor);
  });

  for (const [width, height] of [[1100, 1000], [360, 800]]) {
    for (const colorScheme of ['light', 'dark']) {
      await test(`at a width of ${width}, ${colorScheme}: all is in the page, and text stands out`, async () => {
        const page = await open(`${program.url}/?camera`, { viewport: { width, height }, colorScheme });
        await card(page).waitFor();
        await page.waitForFunction(() => document.getElementById('status').textContent === 'Happy.');
        const beyond = await page.evaluate(() => [...document.querySelectorAll('body *')]
          .filter(element => element.getBoundingClientRect().right > innerWidth + 0.5).map(element => element.outerHTML.slice(0, 80)));
        assert.deepEqual(beyond, []);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
        assert.deepEqual(await page.evaluate(faintTexts), []);
        if (options.shots) {
          await page.screenshot({ path: join(options.shots, `page-${width}-${colorScheme}.png`), fullPage: true });
        }
        await close(page);
      });
    }
  }

  await test(`memory stays flat over ${options.frames} frames`, async () => {
    const page = await open(`${program.url}/module.html`);
    const session = await page.context().newCDPSession(page);
    const read = count => page.evaluate(async count => {
      const module = await import('/facial-attention/index.js');
      window.reader ??= await module.FaceReader.load();
      window.camera ??= await module.openCamera(document.getElementById('video'));
      const { FaceTracks } = await import('/facial-attention/tracking.js');
      window.tracks ??= new FaceTracks();
      const canvas = document.getElementById('view');
      let faces = 0;
      for (let i = 0; i < count; i++) {
        const frame = await reader.readFrame(camera.video, tracks, performance.now() / 1000);
        module.drawFaces(canvas, frame.pixels, frame.faces, { attention: 'local_attention', description: reader.description });
        faces += frame.faces.length;
      }
      return faces;
    }, count);
    const used = async () => {
      await session.send('HeapProfiler.collectGarbage');
      const { usedSize, backingStorageSize = 0, embedderHeapUsedSize = 0 } = await session.send('Runtime.getHeapUsage');
      return (usedSize + backingStorageSize + embedderHeapUsedSize) / 1e6;
    };
    await read(50);
    const before = await used();
    const faces = await read(Number(options.frames));
    const after = await used();
    console.log(`      ${before.toFixed(1)} MB after 50 frames, ${after.toFixed(1)} MB after ${options.frames} more`);
    assert.ok(faces >= 0.9 * Number(options.frames), `${faces} faces`);
    assert.ok(before > 5 && after - before < 2, `${before} ${after}`);
    await close(page);
  });
}

/** Runs in the page: texts whose contrast with what is behind them is under 4.5 (WCAG 2.2, 1.4.3), those on pictures and disabled ones not counted. */
function faintTexts() {
  const context = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgbOf = color => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
    return [...context.getImageData(0, 0, 1, 1).data];
  };
  const luminance = ([r, g, b]) => [r, g, b].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    for (let at = element; at; at = at.parentElement) {
      const color = rgbOf(getComputedStyle(at).backgroundColor);
      if (color[3] === 255) {
        return color;
      }
    }
    return [255, 255, 255];
  };
  return [...document.querySelectorAll('body *')]
    .filter(element => [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim()) && element.checkVisibility())
    .filter(element => !element.closest('.scale, .empty, script') && !element.disabled)
    .map(element => {
      const [one, other] = [luminance(rgbOf(getComputedStyle(element).color)), luminance(behind(element))];
      return [(Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05), element.outerHTML.slice(0, 60)];
    })
    .filter(([contrast]) => contrast < 4.5);
}
