// Where pictures come from, and what may go wrong there.

import { ReaderError } from './errors.js';

const mostMegapixels = 50;
const longestPictureSide = 1920;
const secondsToAFrame = 5;

const cameraErrors = {
  NotAllowedError: 'The camera was refused. Allow it in the settings of the browser for this page, or choose a picture or a video.',
  NotFoundError: 'There is no camera. Connect one, or choose a picture or a video.',
  NotReadableError: 'The camera cannot be read: another program may be using it. Close that one, or choose a picture or a video.',
};

/** Starts the camera and plays it in a video element. `close()` of what it gives turns it off. */
export async function openCamera(video) {
  if (!navigator.mediaDevices?.getUserMedia) {
    throw new ReaderError('The browser gives no camera to this page: it does so over https or on localhost alone. Choose a picture or a video.');
  }
  let stream;
  try {
    stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { width: { ideal: 640 }, height: { ideal: 480 }, facingMode: 'user' } });
  } catch (error) {
    throw new ReaderError(cameraErrors[error.name] ?? `The camera did not start (${error.name}). Choose a picture or a video.`, error);
  }
  const close = () => {
    stream.getTracks().forEach(track => track.stop());
    video.srcObject = null;
  };
  video.srcObject = stream;
  return start(video, close, 'The camera gives no pictures. Choose another one in the settings of the browser, or a picture or a video.');
}

/** Plays a video file in a video element. `close()` of what it gives lets the file go. */
export async function openVideo(file, video) {
  const close = openUrl(file, video);
  return start(video, close, `${file.name} shows no pictures; expected a video that this browser plays, such as WebM or MP4.`);
}

/** A picture file as a canvas, its longest side at most 1,920. */
export async function openPicture(file) {
  const image = new Image();
  const close = openUrl(file, image);
  try {
    await new Promise((resolve, reject) => {
      image.onload = resolve;
      image.onerror = () => reject(new ReaderError(`${file.name} is no picture that this browser reads; expected PNG, JPEG or WebP.`));
    });
    const [width, height] = [image.naturalWidth, image.naturalHeight];
    if (width * height > mostMegapixels * 1e6) {
      throw new ReaderError(
        `${file.name} has ${Math.round(width * height / 1e6)} megapixels (${width} x ${height}); expected at most ${mostMegapixels}. Shrink it first.`);
    }
    const scale = Math.min(1, longestPictureSide / Math.max(width, height));
    const canvas = document.createElement('canvas');
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    const context = canvas.getContext('2d', { willReadFrequently: true });
    context.imageSmoothingQuality = 'high';
    try {
      await image.decode();
    } catch (error) {
      throw new ReaderError(`${file.name} is a damaged or incomplete picture; expected a whole one.`, error);
    }
    context.drawImage(image, 0, 0, canvas.width, canvas.height);
    return canvas;
  } finally {
    close();
  }
}

function openUrl(file, element) {
  const url = URL.createObjectURL(file);
  element.src = url;
  return () => {
    element.removeAttribute('src');
    element.load?.();
    URL.revokeObjectURL(url);
  };
}

/** Plays until there is a first frame. */
async function start(video, close, noPictures) {
  video.muted = true;
  video.playsInline = true;
  try {
    await new Promise((resolve, reject) => {
      const fail = () => reject(new ReaderError(noPictures));
      const timer = setTimeout(fail, 1000 * secondsToAFrame);
      const look = () => {
        if (video.readyState >= 2) {
          clearTimeout(timer);
          video.videoWidth > 0 ? resolve() : fail();
        }
      };
      video.onloadeddata = look;
      video.onerror = fail;
      video.play().then(look, fail);
    });
  } catch (error) {
    close();
    throw error;
  } finally {
    video.onloadeddata = video.onerror = null;
  }
  return { video, close };
}
