// Faces over time: ExpressionTracker of FacialAttention.Core, and which face of a frame is which of the frame before. Times are in seconds.

import { overlapOf } from './detection.js';

/** Smooths the probabilities of one face over time, and changes its label only by a margin. It has no clock: the caller says when. */
export class ExpressionTracker {
  constructor({ timeConstant = 0.4, margin = 0.1, longestGap = 2 } = {}) {
    Object.assign(this, { timeConstant, margin, longestGap, smoothed: null });
  }

  /** Takes in the probabilities of a frame; says { probabilities, index, since, isSettled } to show from now on. */
  update(time, probabilities) {
    if (this.smoothed === null || time - this.time > this.longestGap) {
      this.smoothed = Array.from(probabilities);
      this.index = indexOfMost(probabilities);
      this.start = this.since = time;
    } else if (time < this.time) {
      throw new RangeError(`Got a frame of ${time} s after one of ${this.time} s; expected times that do not go back.`);
    } else {
      this.smooth((time - this.time) / this.timeConstant, probabilities);
    }
    this.latest = Array.from(probabilities);
    this.time = time;
    const most = indexOfMost(this.smoothed);
    if (this.smoothed[most] > this.smoothed[this.index] + this.margin) {
      this.index = most;
      this.since = time;
    }
    return { probabilities: Array.from(this.smoothed), index: this.index, since: this.since, isSettled: time - this.start >= this.timeConstant };
  }

  /** The exponential mean of a line from the latest probabilities to these (Eckner 2017). */
  smooth(step, probabilities) {
    const past = Math.exp(-step);
    const between = step < 1e-3 ? 1 - step / 2 + step * step / 6 : (1 - past) / step;
    for (let k = 0; k < this.smoothed.length; k++) {
      this.smoothed[k] = past * this.smoothed[k] + (between - past) * this.latest[k] + (1 - between) * probabilities[k];
    }
  }
}

/** Follows faces over frames: a face is the one whose box overlaps most with its own, the pairs of most overlap first. */
export class FaceTracks {
  static leastOverlap = 0.3;

  tracks = [];
  count = 0;

  constructor(options = {}) {
    this.options = options;
  }

  /** The track of each detected face, in their order: { number, tracker, ... }. A face that was not seen for longestGap seconds is forgotten. */
  update(time, faces) {
    this.tracks = this.tracks.filter(track => time - track.lastSeen <= (this.options.longestGap ?? 2));
    const found = new Map();
    const pairs = this.tracks
      .flatMap(track => faces.map(face => ({ track, face, overlap: overlapOf(track.box, face.box) })))
      .filter(({ overlap }) => overlap >= FaceTracks.leastOverlap)
      .sort((one, other) => other.overlap - one.overlap);
    const taken = new Set();
    for (const { track, face } of pairs) {
      if (!taken.has(track) && !found.has(face)) {
        taken.add(track);
        found.set(face, track);
      }
    }
    return faces.map(face => {
      let track = found.get(face);
      if (!track) {
        track = { number: ++this.count, tracker: new ExpressionTracker(this.options) };
        this.tracks.push(track);
      }
      track.box = face.box;
      track.lastSeen = time;
      return track;
    });
  }
}

/** The index of the greatest number, the first one of equals. */
export function indexOfMost(numbers) {
  let most = 0;
  for (let i = 1; i < numbers.length; i++) {
    if (numbers[i] > numbers[most]) {
      most = i;
    }
  }
  return most;
}
