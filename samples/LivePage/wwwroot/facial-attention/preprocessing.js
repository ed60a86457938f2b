// From a box in a picture to the gray face that a network is fed: FacePreprocessor, FaceFraming and DetectedFace.Frame of FacialAttention.Core, whose
// remarks hold here too. A picture is an ImageData; a box is { x, y, width, height, roll }, in pixels and degrees.

const mostSamples = 16384;

/** Gray bytes of a box, row by row: 0 to 255. The box may reach beyond the picture, whose edge pixels continue there. */
export function toGray(picture, box, { height, width }) {
  const result = new Uint8Array(height * width);
  const isWhole = !box.roll && box.x === 0 && box.y === 0 && box.width === picture.width && box.height === picture.height;
  const source = box.roll ? turnedRows(picture, box, { height, width }) : straightRows(picture, box);
  if (isWhole && picture.width === width && picture.height === height) {
    for (let y = 0; y < height; y++) {
      source.read(y, 0, result.subarray(y * width, (y + 1) * width));
    }
    return result;
  }

  const columns = new ResizeTable(source.box.x, source.box.width, source.width, width);
  const rows = new ResizeTable(source.box.y, source.box.height, source.height, height);
  const { starts, ends, weights, stride } = columns;
  const left = starts[0];
  const gray = new Uint8Array(ends[width - 1] - left);
  const narrow = new Float64Array(width);
  const sums = new Float64Array(height * width);
  let first = 0; // the first output row that the current source row can still reach
  for (let y = rows.starts[0]; y < rows.ends[height - 1]; y++) {
    source.read(y, left, gray);
    for (let x = 0; x < width; x++) {
      let sum = 0;
      let at = starts[x] - left;
      const end = x * stride + ends[x] - starts[x];
      for (let k = x * stride; k < end; k++, at++) {
        sum += weights[k] * gray[at];
      }
      narrow[x] = sum;
    }
    while (first < height && rows.ends[first] <= y) {
      first++;
    }
    for (let row = first; row < height && rows.starts[row] <= y; row++) {
      if (y < rows.ends[row]) {
        const weight = rows.weights[row * rows.stride + y - rows.starts[row]];
        for (let x = 0; x < width; x++) {
          sums[row * width + x] += weight * narrow[x];
        }
      }
    }
  }

  for (let i = 0; i < result.length; i++) {
    result[i] = Math.min(Math.max(sums[i] + 0.5, 0), 255);
  }
  return result;
}

/** The box to recognise of a detected face: framed, and levelled by its eyes where they slope by levelFrom degrees or more. */
export function frameOf(face, framing) {
  const { rightEye, leftEye } = face.points ?? {};
  if (rightEye && framing.levelFrom < 90 && (rightEye.x !== leftEye.x || rightEye.y !== leftEye.y)) {
    const angle = Math.atan2(leftEye.y - rightEye.y, leftEye.x - rightEye.x) * 180 / Math.PI;
    const roll = Math.fround(angle > 90 ? angle - 180 : angle < -90 ? angle + 180 : angle);
    if (Math.abs(roll) >= framing.levelFrom) {
      return frame({ ...face.box, roll }, framing);
    }
  }
  return frame(face.box, framing);
}

/** The frame of a box, turned as the box is: size first, then shift along its sides. */
export function frame(box, { scale = 1, shiftX = 0, shiftY = 0, isSquare = false } = {}) {
  const longer = Math.max(box.width, box.height);
  const [width, height] = isSquare ? [longer, longer] : [box.width, box.height];
  const [right, down] = [shiftX * box.width, shiftY * box.height];
  const roll = box.roll ?? 0;
  const [sin, cos] = [Math.sin(roll * Math.PI / 180), Math.cos(roll * Math.PI / 180)];
  return {
    x: Math.fround(box.x + 0.5 * box.width + right * cos - down * sin - 0.5 * scale * width),
    y: Math.fround(box.y + 0.5 * box.height + right * sin + down * cos - 0.5 * scale * height),
    width: Math.fround(scale * width),
    height: Math.fround(scale * height),
    roll,
  };
}

/**
 * For each of a number of places along a side of a box, the first pixel that it is a mean of, one past the last, and their weights, `stride` apart. A triangle
 * filter: bilinear where it enlarges, a weighted mean of all covered pixels where it reduces.
 */
export class ResizeTable {
  constructor(start, length, pixels, places) {
    const origin = Math.floor(start);
    const begin = start - origin;
    const end = begin + length;
    const scale = length / places;
    const support = Math.max(scale, 1);
    const clamp = (value, least, most) => Math.min(Math.max(value, least), most);
    this.stride = Math.min(pixels, 2 * Math.ceil(support) + 2);
    this.starts = new Int32Array(places);
    this.ends = new Int32Array(places);
    this.weights = new Float64Array(places * this.stride);
    for (let i = 0; i < places; i++) {
      const centre = begin + (i + 0.5) * scale;
      const first = Math.floor(Math.max(begin, centre - support));
      const beyond = Math.ceil(Math.min(end, centre + support));
      const low = clamp(origin + first, 0, pixels - 1);
      const high = clamp(origin + beyond, low + 1, pixels);
      const weights = this.weights.subarray(i * this.stride, i * this.stride + high - low);
      let sum = 0;
      for (let k = first; k < beyond; k++) {
        const part = Math.min(k + 1, end) - Math.max(k, begin);
        const weight = Math.max(0, 1 - Math.abs(k + 0.5 - centre) / support) * part;
        weights[clamp(origin + k, low, high - 1) - low] += weight;
        sum += weight;
      }
      if (sum === 0) {
        weights[0] = sum = 1;
      }
      for (let k = 0; k < weights.length; k++) {
        weights[k] /= sum;
      }
      this.starts[i] = low;
      this.ends[i] = high;
    }
  }
}

function straightRows({ data, width, height }, box) {
  return {
    width,
    height,
    box,
    read(row, column, gray) {
      const at = row * width + column;
      for (let x = 0; x < gray.length; x++) {
        gray[x] = lumaAt(data, at + x);
      }
    },
  };
}

/** Rows along the sides of a turned box, read bilinearly. */
function turnedRows(picture, box, output) {
  const width = samplesOf(box.width, output.width);
  const height = samplesOf(box.height, output.height);
  const [sin, cos] = [Math.sin(box.roll * Math.PI / 180), Math.cos(box.roll * Math.PI / 180)];
  const [across, along] = [box.width / width, box.height / height];
  const right = { x: across * cos, y: across * sin };
  const down = { x: -along * sin, y: along * cos };
  const [columns, rows] = [0.5 * (width - 1), 0.5 * (height - 1)];
  const first = {
    x: box.x + 0.5 * box.width - columns * right.x - rows * down.x - 0.5,
    y: box.y + 0.5 * box.height - columns * right.y - rows * down.y - 0.5,
  };
  const inside = (value, count) => Math.min(Math.max(value, 0), count - 1);
  const luma = (row, column) => lumaAt(picture.data, row * picture.width + column);
  return {
    width,
    height,
    box: { x: 0, y: 0, width, height },
    read(row, column, gray) {
      for (let i = 0; i < gray.length; i++) {
        const x = first.x + row * down.x + (column + i) * right.x;
        const y = first.y + row * down.y + (column + i) * right.y;
        const [left, top] = [Math.floor(x), Math.floor(y)];
        const [x0, x1] = [inside(left, picture.width), inside(left + 1, picture.width)];
        const [y0, y1] = [inside(top, picture.height), inside(top + 1, picture.height)];
        const upper = luma(y0, x0) + (x - left) * (luma(y0, x1) - luma(y0, x0));
        const lower = luma(y1, x0) + (x - left) * (luma(y1, x1) - luma(y1, x0));
        gray[i] = upper + (y - top) * (lower - upper) + 0.5;
      }
    },
  };
}

function samplesOf(side, output) {
  return side <= output ? output : Math.ceil(Math.min(side, mostSamples));
}

/** Luma of ITU-R BT.601, rounded. */
function lumaAt(rgba, pixel) {
  return (299 * rgba[4 * pixel] + 587 * rgba[4 * pixel + 1] + 114 * rgba[4 * pixel + 2] + 500) / 1000 | 0;
}
