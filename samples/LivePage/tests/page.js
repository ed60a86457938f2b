// The page as people use it: camera, picture, video, keyboard, themes, a hidden tab, a long run.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder, opened } from './setup.js';

export async function page(test, { program, host, browser, options }) {
  const card = (page, i = 0) => page.locator('#faces > li').nth(i);
  const saying = (page, text) => page.waitForFunction(text => document.getElementById('status').textContent === text, text);
  const picture = async (page, name) => {
    await page.evaluate(() => document.getElementById('faces').replaceChildren());
    await page.setInputFiles('#picture', join(folder, name));
    await card(page).waitFor();
  };

  // Most tests share a page: to load the networks takes longer than to use them.
  const shared = await opened(browser, program.url);
  const { page } = shared;

  await test('the camera starts by keyboard, a face gets bars that sum to one and an announcement, and Stop ends it', async () => {
    await saying(page, 'Ready.');
    await page.keyboard.press('Tab');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'camera');
    await page.keyboard.press('Enter');
    await card(page).waitFor();
    await saying(page, 'Happy.');
    assert.match(await card(page).locator('h2').textContent(), /^Happy \d+ %Face \d$/);
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
  });

  await test('every control has a name, announcements are polite, errors are alerts', async () => {
    const tree = await page.locator('body').ariaSnapshot();
    for (const part of ['heading "Which expression is on this face?"', 'button "Camera"', 'button "Picture…"', 'button "Video…"', 'button "Stop"',
      'combobox "Attention"', 'combobox "Answer for"', 'combobox "Threads"', 'region "What this is not"']) {
      assert.ok(tree.includes(part), `${part} in ${tree}`);
    }
    assert.equal(await page.getAttribute('#status', 'aria-live'), 'polite');
    assert.equal(await page.getAttribute('#error', 'role'), 'alert');
  });

  await test('a picture with several faces gets a card for each, and attention changes what is drawn', async () => {
    await picture(page, 'group.png');
    await card(page, 1).waitFor();
    await page.waitForFunction(() => /^Face 1: \w+, Face 2: \w+\.$/.test(document.getElementById('status').textContent));
    const pixels = () => page.evaluate(() => document.getElementById('view').toDataURL());
    const local = await pixels();
    await page.selectOption('#attention', '');
    assert.equal(await page.isVisible('#legend'), false);
    const none = await pixels();
    await page.selectOption('#attention', 'global_attention');
    const global = await pixels();
    assert.equal(new Set([local, none, global]).size, 3);
    await page.selectOption('#attention', 'local_attention');
    assert.equal(await pixels(), local);
  });

  await test('the less faces are to get an answer, the more are uncertain', async () => {
    await picture(page, 'group.png');
    await card(page, 1).waitFor();
    const uncertain = async coverage => {
      await page.selectOption('#coverage', coverage);
      await page.waitForTimeout(200);
      return page.locator('#faces h2 span:first-child', { hasText: 'uncertain' }).count();
    };
    assert.equal(await uncertain('1'), 0);
    await page.evaluate(() => document.querySelector('#coverage option[value="0.6"]').value = '0.05');
    assert.ok(await uncertain('0.05') > 0);
    await page.selectOption('#coverage', '0.9');
  });

  await test('a video file is read to its end', async () => {
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
      for (let i = 0; i < 8; i++) {
        context.drawImage(image, i, 0);
        await new Promise(resolve => setTimeout(resolve, 100));
      }
      recorder.stop();
      await stopped;
      const bytes = new Uint8Array(await new Blob(parts).arrayBuffer());
      return btoa(Array.from(bytes, c => String.fromCharCode(c)).join(''));
    }, base64);
    await page.setInputFiles('#video', { name: 'clip.webm', mimeType: 'video/webm', buffer: Buffer.from(video, 'base64') });
    await saying(page, 'The video has ended.');
    assert.match(await card(page).locator('h2').textContent(), /^Happy/);
  });

  await test('nothing is computed in a hidden tab, and it goes on when it is shown', async () => {
    await page.click('#camera');
    await card(page).waitFor();
    await page.waitForFunction(() => document.getElementById('player').srcObject);
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
      const end = performance.now() + (hidden ? 500 : 5000);
      while (performance.now() < end && !(count > 0 && !hidden)) {
        await new Promise(resolve => setTimeout(resolve, 50));
      }
      CanvasRenderingContext2D.prototype.putImageData = draw;
      return { isDrawn: count > 0, isOn: document.getElementById('player').srcObject.getTracks()[0].enabled };
    }, hidden);
    assert.deepEqual(await runs(true), { isDrawn: false, isOn: false });
    assert.deepEqual(await runs(false), { isDrawn: true, isOn: true });
  });

  for (const [width, height] of [[1100, 1000], [360, 800]]) {
    for (const colorScheme of ['light', 'dark']) {
      await test(`at a width of ${width}, ${colorScheme}: all is in the page, and text stands out`, async () => {
        await page.setViewportSize({ width, height });
        if (!await page.evaluate(() => document.getElementById('player').srcObject)) {
          await page.click('#camera');
        }
        await saying(page, 'Happy.');
        await page.emulateMedia({ colorScheme });
        await page.waitForTimeout(100);
        const beyond = await page.evaluate(() => [...document.querySelectorAll('body *')]
          .filter(element => element.getBoundingClientRect().right > innerWidth + 0.5).map(element => element.outerHTML.slice(0, 80)));
        assert.deepEqual(beyond, []);
        assert.equal(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), true);
        assert.deepEqual(await page.evaluate(faintTexts), []);
        if (options.shots) {
          await page.screenshot({ path: join(options.shots, `page-${width}-${colorScheme}.png`), fullPage: true });
        }
      });
    }
  }

  await test('nothing failed on that page, and no request went to another host', () => shared.close());

  await test('two threads work on a page that is isolated by the headers of the program; it loads at most 20 MB, 8 MB compressed', async () => {
    const { page, close } = await opened(browser, `${program.url}/?threads=2`);
    await picture(page, 'one.png'); // for which the second detector is loaded too
    assert.equal(await page.evaluate(() => crossOriginIsolated), true);
    assert.equal(await page.inputValue('#threads'), '2');
    const { plain, sent } = await page.evaluate(() => performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))
      .filter(({ name }) => name.startsWith('http'))
      .reduce((sum, { decodedBodySize, encodedBodySize }) => ({ plain: sum.plain + decodedBodySize, sent: sum.sent + encodedBodySize }), { plain: 0, sent: 0 }));
    console.log(`      ${(plain / 1e6).toFixed(2)} MB, ${(sent / 1e6).toFixed(2)} MB compressed`);
    assert.ok(plain > 17e6 && plain <= 20e6 && sent > 5e6 && sent <= 8e6, `${plain} ${sent}`);
    const { headers } = await fetch(program.url);
    assert.match(headers.get('content-security-policy'), /script-src 'self' 'wasm-unsafe-eval';/);
    assert.doesNotMatch(headers.get('content-security-policy'), /'unsafe-(eval|inline)'/);
    assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin');
    assert.equal(headers.get('cross-origin-embedder-policy'), 'require-corp');
    await close();
  });

  await test('any static host serves the page', async () => {
    const { page, close } = await opened(browser, `${host.url}/?camera`);
    await card(page).waitFor();
    assert.equal(await page.isDisabled('#threads'), true);
    await close();
  });

  await test('the page of the Blazor component hears of the face', async () => {
    const { page, close } = await opened(browser, `${program.url}/blazor`);
    const start = page.locator('button', { hasText: 'Camera' });
    await start.click(); // once it is enabled, by .NET
    await page.waitForFunction(() => /^Face \d: Happy$/.test(document.getElementById('answers').textContent.trim()));
    if (options.shots) {
      await page.screenshot({ path: join(options.shots, 'blazor.png') });
    }
    await page.locator('button', { hasText: 'Stop' }).click();
    await page.waitForFunction(() => document.querySelector('video').srcObject === null);
    await close();
  });

  await test(`the page of the module shows the face, and memory stays flat over ${options.frames} frames`, async () => {
    const { page, close } = await opened(browser, `${program.url}/module.html`, page => page.addInitScript(() => {
      window.memories = [];
      WebAssembly.Memory = new Proxy(WebAssembly.Memory, {
        construct(type, settings) {
          const memory = new type(...settings);
          window.memories.push(memory);
          return memory;
        },
      });
    }));
    await page.click('#start');
    await page.waitForFunction(() => document.getElementById('answer').textContent === 'Happy');
    assert.match(await page.textContent('#text'), /FaceReader\.load/);
    const session = await page.context().newCDPSession(page);
    const read = count => page.evaluate(async count => {
      const { FaceTracks } = await import('/facial-attention/tracking.js');
      const { drawFaces, FaceReader } = await import('/facial-attention/index.js');
      window.reader ??= await FaceReader.load();
      window.tracks ??= new FaceTracks();
      const [video, view] = [document.getElementById('video'), document.getElementById('view')];
      let faces = 0;
      for (let i = 0; i < count; i++) {
        const frame = await reader.readFrame(video, tracks, performance.now() / 1000);
        drawFaces(view, frame.pixels, frame.faces, { attention: 'local_attention', description: reader.description });
        faces += frame.faces.length;
      }
      return faces;
    }, count);
    const used = async () => {
      await session.send('HeapProfiler.collectGarbage');
      const { usedSize, embedderHeapUsedSize, backingStorageSize } = await session.send('Runtime.getHeapUsage'); // objects, those of the browser, array buffers
      return { heap: (usedSize + embedderHeapUsedSize + backingStorageSize) / 1e6, wasm: await page.evaluate(() => memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0)) / 1e6 };
    };
    await read(100);
    const before = await used();
    const faces = await read(Number(options.frames));
    const after = await used();
    console.log(`      after 100 frames ${before.heap.toFixed(1)} MB of scripts and ${before.wasm.toFixed(1)} MB of WebAssembly, after ${options.frames} more `
      + `${after.heap.toFixed(1)} and ${after.wasm.toFixed(1)}`);
    assert.ok(faces >= 0.9 * Number(options.frames), `${faces} faces`);
    assert.ok(before.wasm > 5 && after.wasm === before.wasm && after.heap - before.heap < 2, JSON.stringify([before, after]));
    await close();
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
    .filter(element => !element.closest('.scale, .empty, script, noscript') && !element.disabled)
    .map(element => {
      const [one, other] = [luminance(rgbOf(getComputedStyle(element).color)), luminance(behind(element))];
      return [(Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05), element.outerHTML.slice(0, 60)];
    })
    .filter(([contrast]) => contrast < 4.5);
}
