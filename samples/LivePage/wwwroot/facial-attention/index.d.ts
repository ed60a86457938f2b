export interface Box { x: number; y: number; width: number; height: number; /** Degrees, clockwise. */ roll: number }
export interface Point { x: number; y: number }
export interface Points { rightEye: Point; leftEye: Point; noseTip: Point; mouthCentre: Point }

/** Weight times the number of places, row by row: 1 is uniform. */
export interface Attention { layer: string; rows: number; columns: number; timesUniform: number[] }

export interface Face {
  box: Box; /** 0 to 1. */ score: number; points: Points; /** What the network was shown. */ frame: Box;
  probabilities: number[]; index: number; label: string; probability: number; isUncertain: boolean; attention: Attention[];
}

/** A face over frames: its answer is smoothed over time. */
export interface TrackedFace extends Face { number: number; /** The probabilities of this frame alone. */ latest: number[]; isSettled: boolean }

export interface ReaderOptions {
  threads?: number; coverage?: number; base?: string | URL; model?: string;
  /** Seconds. */ timeConstant?: number; margin?: number; /** Seconds. */ longestGap?: number;
}

export interface Frame { pixels: ImageData; faces: TrackedFace[]; /** Seconds. */ time: number; milliseconds: number }

export declare class FaceReader {
  static load(options?: ReaderOptions): Promise<FaceReader>;
  readonly labels: string[];
  readonly attentionLayers: string[];
  readonly description: any;
  coverage: number;
  read(picture: ImageData | HTMLImageElement | HTMLCanvasElement | HTMLVideoElement | ImageBitmap): Promise<Face[]>;
  recognize(pixels: ImageData, box: Box): Promise<{ gray: Uint8Array; probabilities: number[]; attention: Attention[] }>;
  watch(video: HTMLVideoElement, onFrame: (frame: Frame) => void, onError?: (error: Error) => void): { stop(): void };
  dispose(): Promise<void>;
}

/** Its message is a sentence for the person at the page. */
export declare class ReaderError extends Error {}

export declare function openCamera(video: HTMLVideoElement): Promise<{ video: HTMLVideoElement; close(): void }>;
export declare function openVideo(file: File, video: HTMLVideoElement): Promise<{ video: HTMLVideoElement; close(): void }>;
export declare function openPicture(file: File): Promise<HTMLCanvasElement>;
export declare function drawFaces(
  canvas: HTMLCanvasElement, picture: ImageData | CanvasImageSource, faces: Face[], options?: { attention?: string | null; description?: any }): void;
export declare function colorOf(timesUniform: number): string;
export declare function uncertainBelow(calibration: { coverages?: number[]; thresholds?: number[] }, coverage: number): number;
