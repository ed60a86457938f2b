// BlazeFaceDetector of FacialAttention.Detection: what the network sees of a picture, and the faces that its anchors say.

import { ResizeTable } from './preprocessing.js';

/** What docs/photos.md measured to be best for these boxes. */
export const framing = { scale: 1.2, isSquare: true, levelFrom: 20 };

const valuesPerAnchor = 16;

const ranges = {
  short: { side: 128, grids: [[16, 2], [8, 6]] },
  full: { side: 192, grids: [[48, 1]] },
};

/** Finds faces by one of the two networks: `run` takes the square as a Float32Array [3, side, side] and gives its boxes and scores. */
export class Detector {
  constructor(range, run, { leastScore = 0.5, sameFaceOverlap = 0.3 } = {}) {
    const { side, grids } = ranges[range];
    Object.assign(this, { run, side, leastScore, sameFaceOverlap });
    this.square = new Float32Array(3 * side * side);
    this.anchors = grids.flatMap(([cells, perCell]) => Array.from({ length: cells * cells * perCell }, (_, i) => {
      const cell = Math.trunc(i / perCell);
      return { x: (cell % cells + 0.5) * side / cells, y: (Math.trunc(cell / cells) + 0.5) * side / cells };
    }));
  }

  /** The faces of a picture by falling score: { box, score, points }. */
  async detect(picture) {
    const toPicture = writeSquare(picture, this.side, this.square);
    const [boxes, scores] = await this.run(this.square);
    const candidates = [];
    for (let i = 0; i < this.anchors.length; i++) {
      const score = 1 / (1 + Math.exp(-scores[i]));
      if (score >= this.leastScore) {
        const candidate = read(boxes, i, score, this.anchors[i], toPicture);
        const { left, top, right, bottom } = candidate;
        if (left < Math.min(right, picture.width) && right > 0 && top < Math.min(bottom, picture.height) && bottom > 0) {
          candidates.push(candidate);
        }
      }
    }
    return merge(candidates, this.sameFaceOverlap).map(({ left, top, right, bottom, score, places: [rightEye, leftEye, noseTip, mouthCentre] }) => ({
      box: { x: left, y: top, width: right - left, height: bottom - top, roll: 0 },
      score,
      points: { rightEye, leftEye, noseTip, mouthCentre },
    }));
  }
}

/** The part that two boxes share of what they cover. */
export function overlapOf(one, other) {
  const width = Math.min(one.x + one.width, other.x + other.width) - Math.max(one.x, other.x);
  const height = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
  const shared = Math.max(0, width) * Math.max(0, height);
  return shared / (one.width * one.height + other.width * other.height - shared);
}

/** Shrinks a picture into the square, its shape kept, black beside it, values from -1 to 1; says where places of the square are in the picture. */
function writeSquare({ data, width, height }, side, square) {
  const scale = side / Math.max(width, height);
  const shrink = length => Math.max(1, roundHalfToEven(length * scale));
  const [w, h] = [shrink(width), shrink(height)];
  const [left, top] = [Math.trunc((side - w) / 2), Math.trunc((side - h) / 2)];
  const columns = new ResizeTable(0, width, width, w);
  const rows = new ResizeTable(0, height, height, h);
  const plane = side * side;
  const narrow = new Float32Array(3 * w);
  square.fill(-1);
  let first = 0;
  for (let y = 0; y < height; y++) {
    narrowRow(data, y * width, columns, narrow);
    while (first < h && rows.ends[first] <= y) {
      first++;
    }
    for (let row = first; row < h && rows.starts[row] <= y; row++) {
      if (y < rows.ends[row]) {
        const weight = rows.weights[row * rows.stride + y - rows.starts[row]] * 2 / 255;
        for (let channel = 0; channel < 3; channel++) {
          addScaled(square, channel * plane + (top + row) * side + left, narrow, channel * w, w, weight);
        }
      }
    }
  }
  return (x, y) => ({ x: (x - left) * width / w, y: (y - top) * height / h });
}

/** A row of a picture, narrowed: its red values, then the green ones, then the blue ones. */
function narrowRow(data, pixel, { starts, ends, weights, stride }, narrow) {
  const w = starts.length;
  for (let x = 0; x < w; x++) {
    let red = 0;
    let green = 0;
    let blue = 0;
    let at = 4 * (pixel + starts[x]);
    const end = x * stride + ends[x] - starts[x];
    for (let k = x * stride; k < end; k++, at += 4) {
      const weight = weights[k];
      red += weight * data[at];
      green += weight * data[at + 1];
      blue += weight * data[at + 2];
    }
    narrow[x] = red;
    narrow[w + x] = green;
    narrow[2 * w + x] = blue;
  }
}

function addScaled(sums, to, values, from, count, weight) {
  for (let i = 0; i < count; i++) {
    sums[to + i] += weight * values[from + i];
  }
}

/** As .NET rounds. */
function roundHalfToEven(value) {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}

function read(boxes, anchor, score, origin, toPicture) {
  const values = boxes.subarray(anchor * valuesPerAnchor, (anchor + 1) * valuesPerAnchor);
  const [x, y] = [origin.x + values[0], origin.y + values[1]];
  const leftTop = toPicture(x - values[2] / 2, y - values[3] / 2);
  const rightBottom = toPicture(x + values[2] / 2, y + values[3] / 2);
  const places = [4, 6, 8, 10].map(i => toPicture(origin.x + values[i], origin.y + values[i + 1]));
  return { score, left: leftTop.x, top: leftTop.y, right: rightBottom.x, bottom: rightBottom.y, places };
}

/** One face for each group of overlapping candidates: its best score, the rest as means weighted by the scores. */
function merge(candidates, overlap) {
  const boxOf = ({ left, top, right, bottom }) => ({ x: left, y: top, width: right - left, height: bottom - top });
  const faces = [];
  let rest = candidates.sort((one, other) => other.score - one.score);
  while (rest.length > 0) {
    const best = rest[0];
    const isSame = candidate => candidate === best || overlapOf(boxOf(best), boxOf(candidate)) > overlap;
    const group = rest.filter(isSame);
    rest = rest.filter(candidate => !isSame(candidate));
    const weight = group.reduce((sum, { score }) => sum + score, 0);
    const mean = value => group.reduce((sum, candidate) => sum + candidate.score * value(candidate), 0) / weight;
    faces.push({
      score: best.score,
      left: mean(face => face.left),
      top: mean(face => face.top),
      right: mean(face => face.right),
      bottom: mean(face => face.bottom),
      places: best.places.map((_, i) => ({ x: mean(face => face.places[i].x), y: mean(face => face.places[i].y) })),
    });
  }
  return faces;
}
