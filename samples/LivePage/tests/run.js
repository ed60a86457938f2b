// npm test: the page in a real browser, held to the library. Each test is a line; the last line counts them.
//   --frames N   how many frames the memory is watched for (default 200)
//   --shots DIR  where pictures of the page are written, to be looked at
//   --only TEXT  the tests whose name has it

import { parseArgs } from 'node:util';
import { mkdirSync, rmSync } from 'node:fs';
import { bad } from './bad-input.js';
import { equal } from './equal.js';
import { page } from './page.js';
import { folder, launch, startProgram, startStaticHost, writeFiles } from './setup.js';

const { values: options } = parseArgs({ options: { frames: { type: 'string', default: '200' }, shots: { type: 'string' }, only: { type: 'string', default: '' } } });
if (options.shots) {
  mkdirSync(options.shots, { recursive: true });
}

const patience = 60 + 0.2 * options.frames; // seconds a test
let [passed, failed] = [0, 0];

async function test(name, run) {
  if (!name.includes(options.only)) {
    return;
  }
  const start = performance.now();
  let timer;
  try {
    await Promise.race([run(), new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`It took more than ${patience} s.`)), 1000 * patience);
    })]);
    passed++;
    console.log(`ok    ${name} (${Math.round(performance.now() - start)} ms)`);
  } catch (error) {
    failed++;
    console.log(`FAIL  ${name}\n      ${String(error.stack ?? error).replaceAll('\n', '\n      ')}`);
  } finally {
    clearTimeout(timer);
  }
}

const owned = [];
try {
  const expected = writeFiles();
  const [program, host, browser] = await Promise.all([startProgram(), startStaticHost(), launch()]);
  owned.push(program, host, { stop: () => browser.close() });
  const stage = { expected, program, host, browser, options };
  await equal(test, stage);
  await page(test, stage);
  await bad(test, stage);
} catch (error) {
  failed++;
  console.log(`FAIL  the tests did not start: ${error.stack ?? error}`);
} finally {
  await Promise.all(owned.map(({ stop }) => stop()));
  rmSync(folder, { recursive: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
