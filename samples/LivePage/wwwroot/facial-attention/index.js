// Faces and their expressions, read in the browser: nothing leaves it. Beside this file stand `ort/` (ONNX Runtime Web) and `models/`, which the build of
// samples/LivePage brings. docs/live-page.md says how an application takes it over.

import { Detector, framing } from './detection.js';
import { frameOf, toGray } from './preprocessing.js';
import { FaceTracks, indexOfMost } from './tracking.js';

export { drawFaces, colorOf } from './drawing.js';
export { openCamera, openPicture, openVideo } from './sources.js';
export { ReaderError } from './errors.js';

import { ReaderError } from './errors.js';

/** The longest side of a frame of a camera or video that faces are looked for in; larger ones are shrunk. */
const longestFrameSide = 640;

/** Reads the expressions of the faces in pictures and videos. */
export class FaceReader {
  /**
   * Loads the networks.
   * @param options `threads` (default 1; more need a page that is cross-origin isolated), `coverage` (the share of faces that gets an answer, the rest is
   * uncertain; default 0.9, 1 for all), `base` (where `ort/` and `models/` are; default beside this file), `model` (default compact-ferplus), and those of
   * ExpressionTracker.
   */
  static async load({ threads = 1, coverage = 0.9, base = new URL('.', import.meta.url), model = 'compact-ferplus', ...tracking } = {}) {
    requireSimd();
    const at = path => new URL(path, new URL(base, document.baseURI));
    const reader = new FaceReader();
    Object.assign(reader, { at, tracking });
    const detecting = Promise.all([loadRuntime(at('ort/'), threads), fetchFile(at('models/blazeface-short.onnx'))]).then(([ort, file]) => {
      reader.ort = ort;
      return reader.createDetector('short', file); // which starts the runtime, while the network comes
    });
    const [short, description, network] = await Promise.all([
      detecting, fetchFile(at(`models/${model}.json`)), fetchFile(at(`models/${model}.onnx`)),
    ]);
    reader.detectors = { short };
    reader.description = describe(description, at(`models/${model}.json`));
    reader.labels = reader.description.labels;
    reader.coverage = coverage;
    reader.session = await createSession(reader.ort, network, at(`models/${model}.onnx`));
    reader.attentionLayers = reader.session.outputNames.filter(name => name.endsWith('_attention'));
    const { height, width } = reader.description.preprocessing;
    reader.input = new Float32Array(height * width);
    return reader;
  }

  /** The share of faces that gets an answer, more than 0 and at most 1. */
  get coverage() {
    return this.wantedCoverage;
  }

  set coverage(value) {
    this.threshold = uncertainBelow(this.description.calibration, value);
    this.wantedCoverage = value;
  }

  /** The faces of a picture, by falling score: { box, score, points, frame, probabilities, index, label, probability, isUncertain, attention }. */
  async read(picture) {
    const pixels = pixelsOf(picture);
    let faces = await (await this.detector('full')).detect(pixels);
    if (faces.length === 0) {
      faces = await this.detectors.short.detect(pixels); // a face that fills the picture
    }
    return this.recognizeAll(pixels, faces);
  }

  /** The faces of a frame of a camera or video, with `number`, and their answers smoothed over time (seconds) by `tracks`. */
  async readFrame(frame, tracks, time) {
    const pixels = pixelsOf(frame, longestFrameSide);
    const faces = await this.detectors.short.detect(pixels);
    const seen = tracks.update(time, faces);
    const recognized = await this.recognizeAll(pixels, faces);
    return {
      pixels,
      faces: recognized.map((face, i) => {
        const shown = seen[i].tracker.update(time, face.probabilities);
        return {
          ...face,
          ...this.answer(shown.probabilities, shown.index),
          number: seen[i].number,
          latest: face.probabilities,
          isSettled: shown.isSettled,
        };
      }).sort((one, other) => one.number - other.number),
    };
  }

  /**
   * Reads a playing video, frame by frame, until `stop()` of what it gives is called or the video ends; not while the page is hidden.
   * @param onFrame Called with { pixels, faces, time, milliseconds }.
   * @param onError Called with what ended it, if that was not `stop`.
   */
  watch(video, onFrame, onError = error => { throw error; }) {
    const tracks = new FaceTracks(this.tracking);
    let isStopped = false;
    let last = -1;
    let handle = 0;
    const step = async () => {
      try {
        if (video.readyState >= 2 && video.currentTime !== last) {
          last = video.currentTime;
          const start = performance.now();
          const read = await this.readFrame(video, tracks, start / 1000);
          if (!isStopped) {
            onFrame({ ...read, time: start / 1000, milliseconds: performance.now() - start });
          }
        }
      } catch (error) {
        isStopped = true;
        onError(error);
      }
      if (!isStopped) {
        handle = requestAnimationFrame(step); // which browsers hold back in a hidden page
      }
    };
    handle = requestAnimationFrame(step);
    return {
      stop() {
        isStopped = true;
        cancelAnimationFrame(handle);
      },
    };
  }

  /** The probabilities and attention of one box of a picture: { gray, probabilities, attention }. */
  async recognize(pixels, box) {
    const { height, width } = this.description.preprocessing;
    const gray = toGray(pixels, box, { height, width });
    for (let i = 0; i < gray.length; i++) {
      this.input[i] = gray[i] / 255;
    }
    const outputs = await this.session.run({ images: new this.ort.Tensor('float32', this.input, [1, 1, height, width]) });
    const [rows, columns] = (this.description.attentionGrid ?? '0x0').split('x').map(Number);
    const result = {
      gray,
      probabilities: Array.from(outputs.probabilities.data),
      attention: this.attentionLayers.map(layer => ({
        layer, rows, columns, timesUniform: Array.from(outputs[layer].data, weight => weight * rows * columns),
      })),
    };
    Object.values(outputs).forEach(output => output.dispose());
    return result;
  }

  /** The memory of the networks is freed; the reader is of no more use. */
  async dispose() {
    await Promise.all([this.session, ...Object.values(this.detectors).map(detector => detector.session)].map(session => session.release()));
  }

  async recognizeAll(pixels, faces) {
    const recognized = [];
    for (const face of faces) {
      const frame = frameOf(face, framing);
      const { probabilities, attention } = await this.recognize(pixels, frame);
      recognized.push({ ...face, frame, attention, ...this.answer(probabilities, indexOfMost(probabilities)) });
    }
    return recognized;
  }

  answer(probabilities, index) {
    return {
      probabilities, index, label: this.labels[index], probability: probabilities[index],
      isUncertain: Math.max(...probabilities) < this.threshold,
    };
  }

  async detector(range) {
    this.detectors[range] ??= await this.createDetector(range, await fetchFile(this.at(`models/blazeface-${range}.onnx`)));
    return this.detectors[range];
  }

  async createDetector(range, model) {
    const session = await createSession(this.ort, model, this.at(`models/blazeface-${range}.onnx`));
    const detector = new Detector(range, async square => {
      const side = detector.side;
      const outputs = await session.run({ [session.inputNames[0]]: new this.ort.Tensor('float32', square, [1, 3, side, side]) });
      const [boxes, scores] = session.outputNames.map(name => Float32Array.from(outputs[name].data));
      Object.values(outputs).forEach(output => output.dispose());
      return [boxes, scores];
    });
    detector.session = session;
    return detector;
  }
}

/** The pixels of whatever a canvas draws, its longest side at most so long. */
function pixelsOf(source, longest = Infinity) {
  if (source instanceof ImageData) {
    return source;
  }
  const width = source.videoWidth ?? source.naturalWidth ?? source.width;
  const height = source.videoHeight ?? source.naturalHeight ?? source.height;
  if (!width || !height) {
    throw new ReaderError('This has no picture: its width or height is 0.');
  }
  const scale = Math.min(1, longest / Math.max(width, height));
  const canvas = pixelsOf.canvas ??= document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width * scale));
  canvas.height = Math.max(1, Math.round(height * scale));
  const context = pixelsOf.context ??= canvas.getContext('2d', { willReadFrequently: true });
  context.imageSmoothingQuality = 'high';
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

/** The probability below which a face is uncertain: Calibration.UncertainBelow of FacialAttention.Core. */
export function uncertainBelow({ coverages = [], thresholds = [] }, coverage) {
  if (coverage === 1) {
    return 0;
  }
  if (!(coverage > 0 && coverage <= 1)) {
    throw new ReaderError(`The coverage is ${coverage}; expected more than 0 and at most 1.`);
  }
  if (thresholds.length === 0 || coverage < coverages[0]) {
    throw new ReaderError(`The network has no threshold for a coverage of ${coverage}; expected 1, or thresholds in its .json file.`);
  }
  const all = [...coverages.map((share, i) => [share, thresholds[i]]), [1, 0]];
  const index = all.findIndex(([share]) => coverage <= share);
  const [[lower, from], [upper, to]] = [all[Math.max(0, index - 1)], all[index]];
  return from + (upper === lower ? 0 : (coverage - lower) / (upper - lower)) * (to - from);
}

async function loadRuntime(folder, threads) {
  let ort;
  try {
    ort = await import(/* webpackIgnore: true */ /* @vite-ignore */ new URL('ort.wasm.min.mjs', folder).href);
  } catch (error) {
    throw new ReaderError(`ONNX Runtime Web did not load from ${folder.pathname}: ${sentence(error)}`, error);
  }
  ort.env.wasm.wasmPaths = folder.href;
  ort.env.wasm.numThreads = globalThis.crossOriginIsolated ? threads : 1;
  ort.env.logLevel = 'error';
  return ort;
}

async function createSession(ort, model, url) {
  try {
    return await ort.InferenceSession.create(model, { executionProviders: ['wasm'] });
  } catch (error) {
    throw new ReaderError(`The network ${nameOf(url)} did not load: ${sentence(error)}`, error);
  }
}

async function fetchFile(url) {
  let response;
  try {
    response = await fetch(url);
  } catch (error) {
    throw new ReaderError(`${nameOf(url)} did not load: the server cannot be reached.`, error);
  }
  if (!response.ok) {
    throw new ReaderError(`${nameOf(url)} did not load: the server answered ${response.status}. Was the page built with npm (docs/live-page.md)?`);
  }
  return new Uint8Array(await response.arrayBuffer());
}

function describe(bytes, url) {
  try {
    const description = JSON.parse(new TextDecoder().decode(bytes));
    const { labels, preprocessing: { height, width }, calibration } = description;
    if (labels.length > 1 && height > 0 && width > 0 && calibration) {
      return description;
    }
  } catch {
    // said below
  }
  throw new ReaderError(`${nameOf(url)} is no description of a network; expected the .json file that was exported with it.`);
}

/** WebAssembly with vectors of 128 bits: a module of one function that makes one. */
function requireSimd() {
  const module = [0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11];
  if (!globalThis.WebAssembly?.validate(new Uint8Array(module))) {
    throw new ReaderError('This browser has no WebAssembly with SIMD, which the networks need; every current browser has it.');
  }
}

function nameOf(url) {
  return url.pathname.split('/').pop();
}

function sentence(error) {
  return String(error?.message ?? error).split('\n')[0].slice(0, 200);
}
