// npm run measure (-- --open for the second alone): how long a frame takes and how soon the first answer stands on the page, in Chromium before the program of the page on loopback.

import { folder, launch, startProgram, timeOf, writeFiles } from './setup.js';
import { rmSync } from 'node:fs';

const [frames, warmUp, opens] = [200, 60, 4];
const median = times => times.sort((one, other) => one - other)[Math.trunc(times.length / 2)];
const of = times => `median ${median(times).toFixed(1)}, least ${times[0].toFixed(1)}`;

writeFiles();
const program = await startProgram();
const browser = await launch();
try {
  for (const threads of process.argv.includes('--open') ? [] : [1, 2]) {
    const context = await browser.newContext();
    await context.grantPermissions(['camera'], { origin: program.url });
    const page = await context.newPage();
    await page.goto(`${program.url}/module.html`);
    const times = await page.evaluate(async ([threads, frames, warmUp]) => {
      const module = await import('/facial-attention/index.js');
      const { FaceTracks } = await import('/facial-attention/tracking.js');
      const reader = await module.FaceReader.load({ threads });
      const { video } = await module.openCamera(document.getElementById('video'));
      const tracks = new FaceTracks();
      const times = { detector: [], network: [], frame: [] };
      for (let i = 0; i < frames + warmUp; i++) {
        const start = performance.now();
        const { pixels, faces } = await reader.readFrame(video, tracks, start / 1000);
        const read = performance.now();
        await reader.detectors.short.detect(pixels);
        const detected = performance.now();
        await reader.recognize(pixels, faces[0].frame);
        if (i >= warmUp) {
          times.frame.push(read - start);
          times.detector.push(detected - read);
          times.network.push(performance.now() - detected);
        }
        await new Promise(requestAnimationFrame);
      }
      return times;
    }, [threads, frames, warmUp]);
    const both = times.detector.map((time, i) => time + times.network[i]);
    console.log(`${threads} thread${threads > 1 ? 's' : ''}, ms over ${frames} frames: detector ${of(times.detector)}; network ${of(times.network)}; both ${of(both)}; `
      + `a whole frame of one face ${of(times.frame)}`);
    await context.close();
  }

  await browser.close();
  const firsts = [];
  for (let i = 0; i < opens; i++) {
    firsts.push(await timeOf('answer', `${program.url}/?camera`, 9300 + i));
  }
  console.log(`first answer after opening with an empty cache, ms: ${firsts.map(Math.round).join(', ')}; ${of(firsts)}`);
} finally {
  await browser.close();
  program.stop();
  rmSync(folder, { recursive: true });
}
