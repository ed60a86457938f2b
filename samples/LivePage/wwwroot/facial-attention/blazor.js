// What the component LiveFaces of samples/LivePageBlazor calls: frames stay here, answers go to .NET, at most five times a second.

import { drawFaces, FaceReader, openCamera } from './index.js';

const millisecondsBetweenAnswers = 200;

/** Starts the camera; `component` hears of faces by its method FacesRead, and of what ended the reading by Failed. */
export async function start(video, canvas, component, { coverage, attention }) {
  let [reader, camera, watching] = [];
  let last = 0;
  const stop = async () => {
    watching?.stop();
    camera?.close();
    await reader?.dispose();
  };
  try {
    reader = await FaceReader.load({ coverage });
    camera = await openCamera(video);
  } catch (error) {
    await stop();
    await component.invokeMethodAsync('Failed', error.message);
    return null;
  }
  watching = reader.watch(video, ({ pixels, faces }) => {
    drawFaces(canvas, pixels, faces, { attention, description: reader.description });
    if (performance.now() - last >= millisecondsBetweenAnswers) {
      last = performance.now();
      component.invokeMethodAsync('FacesRead', faces.map(({ number, label, probability, isUncertain }) => ({ number, label, probability, isUncertain })));
    }
  }, error => component.invokeMethodAsync('Failed', error.message));
  return { stop };
}
