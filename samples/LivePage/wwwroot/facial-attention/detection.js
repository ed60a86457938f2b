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

/** Resizes a picture into the square, its shape kept, black beside it, values from -1 to 1; says where places of the square are in the picture. */
function writeSquare({ data, width, height }, side, square) {
  const scale = side / Math.max(width, height);
  const resized = length => Math.max(1, roundHalfToEven(length * scale));
  const [w, h] = [resized(width), resized(height)];
  const [left, top] = [Math.trunc((side - w) / 2), Math.trunc((side - h) / 2)];
  const [columns, rows] = [new ResizeTable(0, width, width, w), new ResizeTable(0, height, height, h)];
  square.fill(-1);
  (scale > 1 ? enlarge : reduce)(data, width, columns, rows, square.subarray(top * side + left), side);
  return (x, y) => ({ x: (x - left) * width / w, y: (y - top) * height / h });
}

/** A picture with few pixels, place by place. */
function enlarge(data, width, columns, rows, square, side) {
  for (let row = 0; row < rows.starts.length; row++) {
    for (let y = rows.starts[row]; y < rows.ends[row]; y++) {
      const ofRow = rows.weights[row * rows.stride + y - rows.starts[row]] * 2 / 255;
      for (let x = 0; x < columns.starts.length; x++) {
        for (let k = columns.starts[x]; k < columns.ends[x]; k++) {
          const weight = ofRow * columns.weights[x * columns.stride + k - columns.starts[x]];
          for (let channel = 0; channel < 3; channel++) {
            square[channel * side * side + row * side + x] += weight * data[4 * (y * width + k) + channel];
          }
        }
      }
    }
  }
}

/** A picture with no fewer pixels than places: each is read once, with weights of 16 bits along a row. */
function reduce(data, width, columns, rows, square, side) {
  const unit = 1 << 16;
  const across = sharesOf(columns, width);
  const down = sharesOf(rows, data.length / 4 / width);
  const aligned = data.byteOffset % 4 === 0 ? data : data.slice();
  const pixels = new Uint32Array(aligned.buffer, aligned.byteOffset, data.length / 4); // red in the lowest byte: browsers are little-endian
  const ofLeft = Int32Array.from(across.ofLast, weight => Math.round(unit * weight));
  const ofRight = Int32Array.from(across.ofNext, weight => Math.round(unit * weight));
  for (let row = -1, y = 0; row < rows.starts.length; row++) {
    for (; y < down.ends[row + 1]; y++) {
      const [upper, lower] = [down.ofLast[y], down.ofNext[y]].map(weight => weight * 2 / 255 / unit);
      addRow(pixels, y * width, across.ends, ofLeft, ofRight, square, row * side, side, upper, lower);
    }
  }
}

/**
 * Which places along a side each of its pixels is a part of where there are no more places than pixels: of triangles two at most, `ofLast` of the one whose centre it
 * has reached and `ofNext` of the following one, up to the pixel at `ends`; the first of these reach no centre yet.
 */
function sharesOf({ starts, ends, weights, stride }, pixels) {
  const places = starts.length;
  const shares = {
    ends: Int32Array.from({ length: places + 1 }, (_, i) => i < places ? Math.ceil((i + 0.5) * pixels / places - 0.5) : pixels),
    ofLast: new Float64Array(pixels),
    ofNext: new Float64Array(pixels),
  };
  for (let i = 0; i < places; i++) {
    for (let k = starts[i]; k < ends[i]; k++) {
      (k < shares.ends[i] ? shares.ofNext : shares.ofLast)[k] += weights[i * stride + k - starts[i]];
    }
  }
  return shares;
}

/** Adds a row of pixels, narrowed, to the rows of the square at `to` and below it. */
function addRow(pixels, from, ends, ofLeft, ofRight, square, to, side, upper, lower) {
  const plane = side * side;
  let red = 0;
  let green = 0;
  let blue = 0;
  for (let x = -1, k = 0; x < ends.length - 1; x++) {
    let nextRed = 0;
    let nextGreen = 0;
    let nextBlue = 0;
    for (const end = ends[x + 1]; k < end; k++) {
      const left = ofLeft[k];
      const right = ofRight[k];
      const pixel = pixels[from + k];
      const r = pixel & 255;
      const g = pixel >>> 8 & 255;
      const b = pixel >>> 16 & 255;
      red = red + Math.imul(left, r) | 0;
      green = green + Math.imul(left, g) | 0;
      blue = blue + Math.imul(left, b) | 0;
      nextRed = nextRed + Math.imul(right, r) | 0;
      nextGreen = nextGreen + Math.imul(right, g) | 0;
      nextBlue = nextBlue + Math.imul(right, b) | 0;
    }
    if (x >= 0) {
      const i = to + x;
      if (upper !== 0) {
        square[i] += upper * red;
        square[plane + i] += upper * green;
        square[2 * plane + i] += upper * blue;
      }
      if (lower !== 0) {
        square[side + i] += lower * red;
        square[plane + side + i] += lower * green;
        square[2 * plane + side + i] += lower * blue;
      }
    }
    red = nextRed;
    green = nextGreen;
    blue = nextBlue;
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
