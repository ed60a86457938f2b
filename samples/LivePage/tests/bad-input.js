// What may go wrong: a sentence on the page, never a blank one.

import assert from 'node:assert/strict';
import { deflateSync } from 'node:zlib';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { folder, launch } from './setup.js';

export async function bad(test, { program, browser }) {
  async function open({ from = browser, path = '/', camera = false, prepare = () => {} } = {}) {
    const context = await from.newContext();
    contexts.push(context);
    if (camera) {
      await context.grantPermissions(['camera'], { origin: program.url });
    }
    const page = await context.newPage();
    await prepare(page);
    await page.goto(program.url + path);
    return page;
  }

  const contexts = [];

  /** A test that leaves no page open. */
  const alone = (name, run) => test(name, async () => {
    try {
      await run();
    } finally {
      await Promise.all(contexts.splice(0).map(context => context.close()));
    }
  });

  /** The sentence that stands on the page, which is otherwise as before. */
  async function says(page, sentence) {
    await page.waitForFunction(() => document.getElementById('error').textContent);
    assert.match(await page.textContent('#error'), sentence);
    assert.ok(await page.isVisible('#error') && await page.isVisible('h1') && await page.isVisible('#camera'));
  }

  /** After an error the page still reads a picture. */
  async function goesOn(page) {
    await page.setInputFiles('#picture', join(folder, 'one.png'));
    await page.locator('#faces > li').waitFor();
    assert.equal(await page.textContent('#error'), '');
    await page.evaluate(() => document.getElementById('faces').replaceChildren());
  }

  await alone('no camera', async () => {
    const without = await launch({ camera: false });
    try {
      const page = await open({ from: without, path: '/?camera', camera: true });
      await says(page, /^There is no camera\. Connect one, or choose a picture or a video\.$/);
    } finally {
      contexts.length = 0;
      await without.close();
    }
  });

  const whole = readFileSync(join(folder, 'one.png'));
  const shared = await open();
  contexts.length = 0;

  await test('a camera that is refused', async () => {
    await shared.click('#camera');
    await says(shared, /^The camera was refused\. Allow it .* or choose a picture or a video\.$/);
    await goesOn(shared);
  });

  await test('a browser that gives no camera to pages that are not secure', async () => {
    await shared.evaluate(() => Object.defineProperty(navigator, 'mediaDevices', { value: undefined }));
    await shared.click('#camera');
    await says(shared, /^The browser gives no camera to this page: it does so over https or on localhost alone\./);
    await goesOn(shared);
  });

  for (const [name, file, sentence] of [
    ['a picture that is none', { name: 'letter.png', mimeType: 'image/png', buffer: Buffer.from('Dear reader,') }, /^letter\.png is no picture that this browser reads; expected/],
    ['an empty picture', { name: 'empty.png', mimeType: 'image/png', buffer: Buffer.alloc(0) }, /^empty\.png is no picture/],
    ['a picture without a face', { name: 'gray.png', mimeType: 'image/png', buffer: png(320, 240) }, null],
    ['a picture of 100 megapixels', { name: 'large.png', mimeType: 'image/png', buffer: png(10_000, 10_000) },
      /^large\.png has 100 megapixels \(10000 x 10000\); expected at most 50\. Shrink it first\.$/],
    ['a picture of one pixel', { name: 'dot.png', mimeType: 'image/png', buffer: png(1, 1) }, null],
    ['a text that is called a video', { name: 'a.mp4', mimeType: 'video/mp4', buffer: Buffer.from('no video') }, /^a\.mp4 shows no pictures; expected a video/],
    ['a video without frames', { name: 'sound.mp4', mimeType: 'video/mp4', buffer: wav() }, /^sound\.mp4 shows no pictures; expected a video/],
    ['an empty video', { name: 'none.webm', mimeType: 'video/webm', buffer: Buffer.alloc(0) }, /^none\.webm shows no pictures; expected a video/],
  ]) {
    await test(name, async () => {
      const page = shared;
      await page.setInputFiles(file.mimeType.startsWith('video') ? '#video' : '#picture', file);
      if (sentence) {
        await says(page, sentence);
      } else {
        await page.waitForFunction(() => document.getElementById('status').textContent === 'No face is found.');
        assert.equal(await page.textContent('#none'), 'No face is found.');
      }
      await goesOn(page);
    });
  }
  await shared.context().close();

  for (const [name, url, answer, sentence] of [
    ['a network that is not there', '**/compact-ferplus.onnx', { status: 404 }, /^compact-ferplus\.onnx did not load: the server answered 404\./],
    ['a network that is damaged', '**/compact-ferplus.onnx', { body: 'none' }, /^The network compact-ferplus\.onnx did not load: /],
    ['a detector that is damaged', '**/blazeface-short.onnx', { body: whole }, /^The network blazeface-short\.onnx did not load: /],
    ['a description that is none', '**/compact-ferplus.json', { body: '{"labels":' }, /^compact-ferplus\.json is no description of a network; expected/],
    ['a runtime that is not there', '**/ort.wasm.min.mjs', { status: 404 }, /^ONNX Runtime Web did not load from \/facial-attention\/ort\/: /],
    ['a runtime whose WebAssembly is damaged', '**/*.wasm', { body: 'none', contentType: 'application/wasm' }, /did not load/],
  ]) {
    await alone(name, async () => {
      const page = await open({ prepare: page => page.route(url, route => route.fulfill(answer)) });
      await says(page, sentence);
      await page.setInputFiles('#picture', join(folder, 'one.png'));
      await says(page, sentence);
      });
  }

  await alone('a server that is gone', async () => {
    const page = await open({ prepare: page => page.route('**/compact-ferplus.onnx', route => route.abort()) });
    await says(page, /^compact-ferplus\.onnx did not load: the server cannot be reached\.$/);
  });

  await alone('a browser without SIMD', async () => {
    const page = await open({ prepare: page => page.addInitScript(() => WebAssembly.validate = () => false) });
    await says(page, /^This browser has no WebAssembly with SIMD, which the networks need; every current browser has it\.$/);
  });

  await alone('a browser without scripts', async () => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    contexts.push(context);
    const page = await context.newPage();
    await page.goto(program.url);
    assert.match(await page.textContent('noscript'), /needs JavaScript/);
  });
}

/** A gray PNG of one bit a pixel. */
function png(width, height) {
  const chunk = (type, data) => {
    const content = Buffer.concat([Buffer.from(type), data]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(data.length);
    sum.writeUInt32BE(checksum(content));
    return Buffer.concat([length, content, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1;
  return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc((Math.ceil(width / 8) + 1) * height))), chunk('IEND', Buffer.alloc(0))]);
}

/** CRC-32, which zlib of Node.js has from 22.2 on alone. */
function checksum(bytes) {
  let sum = -1;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) {
      sum = sum >>> 1 ^ (sum & 1 ? 0xEDB88320 : 0);
    }
  }
  return ~sum >>> 0;
}

/** A second of silence: media without a picture. */
function wav() {
  const header = Buffer.from('RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\0\0\0\0', 'latin1');
  header.writeUInt32LE(8036, 4);
  header.writeUInt32LE(8000, 40);
  return Buffer.concat([header, Buffer.alloc(8000, 128)]);
}
