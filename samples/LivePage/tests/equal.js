// The ports are held to the library: gray values, frames, smoothing, faces, answers.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { uncertainBelow } from '../wwwroot/facial-attention/index.js';
import { frameOf } from '../wwwroot/facial-attention/preprocessing.js';
import { ExpressionTracker, FaceTracks } from '../wwwroot/facial-attention/tracking.js';
import { files, folder, opened, wwwroot } from './setup.js';

const most = numbers => numbers.reduce((one, other) => Math.max(one, other), 0);
const apart = (one, other) => {
  assert.equal(one.length, other.length);
  return most(Array.from(one, (value, i) => Math.abs(value - other[i])));
};
const numbersOf = ({ x, y, width, height, roll }) => [x, y, width, height, roll];

export async function equal(test, { expected, program, browser }) {
  const { page, close } = await opened(browser, `${program.url}/module.html`);
  await page.evaluate(async () => {
    const module = await import('/facial-attention/index.js');
    window.module = module;
    window.reader = await module.FaceReader.load();
    window.pixelsOf = async base64 => {
      const blob = new Blob([Uint8Array.from(atob(base64), c => c.charCodeAt(0))], { type: 'image/png' });
      const canvas = await module.openPicture(new File([blob], 'a.png'));
      return canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    };
    window.boxOf = ({ x, y, width, height, roll }) => ({ x, y, width, height, roll });
  });
  const pictures = {};
  for (const { name } of expected.pictures) {
    pictures[name] = readFileSync(join(folder, `${name}.png`)).toString('base64');
  }

  await test('gray values of boxes of all kinds are those of FacePreprocessor, to one level', async () => {
    const grays = await page.evaluate(async ([base64, crops]) => {
      const { toGray } = await import('/facial-attention/preprocessing.js');
      const pixels = await pixelsOf(base64);
      return crops.map(({ box, height, width }) => Array.from(toGray(pixels, box, { height, width })));
    }, [pictures.one, expected.crops.map(({ box, height, width }) => ({ box, height, width }))]);
    const differences = expected.crops.map(({ gray }, i) => apart(grays[i], Buffer.from(gray, 'base64')));
    assert.equal(differences.length, 40);
    assert.ok(most(differences) <= 1, `${differences}`);
  });

  await test('frames are those of FaceFraming', async () => {
    for (const { framing, box, rightEye, leftEye, frame } of expected.frames) {
      assert.ok(apart(numbersOf(frameOf({ box, points: { rightEye, leftEye } }, framing)), numbersOf(frame)) < 1e-4);
    }
    assert.ok(expected.frames.some(({ frame }) => frame.roll !== 0) && expected.frames.some(({ frame }) => frame.roll === 0));
  });

  await test('answers over time are those of ExpressionTracker', async () => {
    const tracker = new ExpressionTracker();
    for (const { time, probabilities, smoothed, index, isSettled } of expected.tracked) {
      const shown = tracker.update(time, probabilities);
      assert.ok(apart(shown.probabilities, smoothed) < 1e-6);
      assert.deepEqual([shown.index, shown.isSettled], [index, isSettled]);
    }
    assert.ok(new Set(expected.tracked.map(({ index }) => index)).size > 1);
    assert.throws(() => tracker.update(0, [1, 0, 0]), /do not go back/);
  });

  await test('a face keeps its number while it moves, and loses it after two seconds', async () => {
    const at = x => ({ box: { x, y: 0, width: 100, height: 100 } });
    const tracks = new FaceTracks();
    const numbers = (time, ...xs) => tracks.update(time, xs.map(at)).map(({ number }) => number);
    assert.deepEqual(numbers(0, 0, 300), [1, 2]);
    assert.deepEqual(numbers(0.1, 310, 20), [2, 1]);
    assert.deepEqual(numbers(1, 30), [1]);
    assert.deepEqual(numbers(1.5, 30, 310), [1, 2]);
    assert.deepEqual(numbers(4, 30), [3]);
  });

  await test('thresholds of uncertain answers are those of Calibration', async () => {
    const calibration = { coverages: [0.5, 0.8], thresholds: [0.9, 0.6] };
    assert.deepEqual([0.5, 0.65, 0.8, 0.9, 1].map(coverage => Number(uncertainBelow(calibration, coverage).toFixed(9))), [0.9, 0.75, 0.6, 0.3, 0]);
    for (const [of, coverage] of [[calibration, 0.4], [{}, 0.9], [calibration, 0], [calibration, NaN]]) {
      assert.throws(() => uncertainBelow(of, coverage), /expected/);
    }
  });

  await test('faces and answers of pictures are those of BlazeFaceDetector and OnnxExpressionRecognizer', async () => {
    let faces = 0;
    for (const { name, short, full } of expected.pictures) {
      const seen = await page.evaluate(async base64 => {
        const pixels = await pixelsOf(base64);
        const detect = async range => (await reader.recognizeAll(pixels, await (await reader.detector(range)).detect(pixels)));
        return { short: await detect('short'), full: await detect('full') };
      }, pictures[name]);
      for (const [found, wanted] of [[seen.short, short], [seen.full, full]]) {
        assert.equal(found.length, wanted.length, name);
        wanted.forEach(({ score, frame, answer }, i) => {
          assert.ok(Math.abs(found[i].score - score) < 1e-3, `${found[i].score} ${score}`);
          assert.ok(apart(numbersOf(found[i].frame), numbersOf(frame)) < 0.1, `${numbersOf(found[i].frame)} ${numbersOf(frame)}`);
          assert.equal(found[i].label, answer.label);
          faces++;
        });
      }
    }
    assert.ok(faces >= 9, `${faces} faces`);
    assert.ok(expected.pictures.some(({ short }) => short.some(({ frame }) => Math.abs(frame.roll) > 20)), 'one is levelled');
  });

  await test('where pixels begin in their memory changes nothing', async () => {
    const [aligned, odd] = await page.evaluate(async base64 => {
      const pixels = await pixelsOf(base64);
      const { data, width, height } = pixels;
      const moved = new Uint8ClampedArray(new ArrayBuffer(data.length + 1), 1);
      moved.set(data);
      return [await reader.detectors.short.detect(pixels), await reader.detectors.short.detect(new ImageData(moved, width, height))];
    }, pictures.one);
    assert.equal(aligned.length, 1);
    assert.deepEqual(odd, aligned);
  });

  await test('probabilities and attention of equal boxes are equal to 1e-3', async () => {
    for (const { name, short } of expected.pictures) {
      const seen = await page.evaluate(async ([base64, frames]) => {
        const pixels = await pixelsOf(base64);
        const answers = [];
        for (const frame of frames) {
          answers.push(await reader.recognize(pixels, boxOf(frame)));
        }
        return answers.map(({ probabilities, attention }) => ({ probabilities, attention }));
      }, [pictures[name], short.map(({ frame }) => frame)]);
      short.forEach(({ answer }, i) => {
        assert.ok(apart(seen[i].probabilities, answer.probabilities) < 1e-3);
        assert.deepEqual(seen[i].attention.map(({ layer }) => layer), ['local_attention', 'global_attention']);
        answer.attention.forEach(({ weights }, k) => assert.ok(
          apart(seen[i].attention[k].timesUniform, weights.map(weight => weight * weights.length)) < 1e-2));
      });
    }
  });

  await test('frames of the camera: the box lies where the face is, and the answer is the library\'s, to 1e-3', async () => {
    const seen = await page.evaluate(async () => {
      const video = document.getElementById('video');
      const camera = await module.openCamera(video);
      const kept = [];
      await new Promise((resolve, reject) => {
        const watching = reader.watch(video, ({ pixels, faces }) => {
          kept.push({ pixels, faces });
          if (kept.length === 3) {
            watching.stop();
            resolve();
          }
        }, reject);
      });
      camera.close();
      const base64Of = bytes => new Promise(resolve => {
        const file = new FileReader();
        file.onload = () => resolve(file.result.split(',')[1]);
        file.readAsDataURL(new Blob([bytes]));
      });
      return Promise.all(kept.map(async ({ pixels: { data, width, height }, faces }) => ({ rgba: await base64Of(data), width, height, faces })));
    });
    const questions = seen.map(({ rgba, width, height, faces }, i) => {
      assert.equal(faces.length, 1);
      const path = join(folder, `frame-${i}.rgba`);
      writeFileSync(path, Buffer.from(rgba, 'base64'));
      return { rgba: path, width, height, box: faces[0].frame };
    });
    writeFileSync(join(folder, 'questions.json'), JSON.stringify(questions));
    const answers = JSON.parse(files('answer', join(folder, 'questions.json')));
    const way = expected.cameraWay;
    seen.forEach(({ faces: [face] }, i) => {
      assert.ok(apart(face.latest, answers[i]) < 1e-3, `${face.latest} ${answers[i]}`);
      assert.equal(face.label, 'Happy');
      const { x, y, width, height } = face.box;
      const rim = 0.05 * width; // what is drawn of the chin ends at the edge of the portrait
      assert.ok(
        x > way.x - rim && y > way.y - rim && x + width < way.x + way.width + rim && y + height < way.y + way.height + rim, JSON.stringify([face.box, way]));
    });
  });

  await test('no request went to another host, and nothing failed', close);

  await test('the folder is an npm package whose exports resolve', async () => {
    const run = spawnSync(process.execPath, ['--input-type=module', '-e', "import { FaceReader, drawFaces, openCamera } from 'facial-attention'; console.log(typeof FaceReader, typeof drawFaces, typeof openCamera)"],
      { cwd: join(wwwroot, 'facial-attention'), encoding: 'utf8' });
    assert.equal(run.stdout.trim(), 'function function function', run.stderr);
  });

}
