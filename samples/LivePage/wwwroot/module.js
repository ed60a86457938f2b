import { drawFaces, FaceReader, openCamera } from './facial-attention/index.js';

const [start, video, view, answer] = ['start', 'video', 'view', 'answer'].map(id => document.getElementById(id));

start.onclick = async () => {
  try {
    const reader = await FaceReader.load({ coverage: 0.8 });
    await openCamera(video);
    reader.watch(video, ({ pixels, faces }) => {
      drawFaces(view, pixels, faces, { attention: 'local_attention', description: reader.description });
      answer.textContent = faces.map(face => face.isUncertain ? 'uncertain' : face.label).join(', ') || 'No face is found.';
    });
  } catch (error) {
    answer.textContent = error.message;
  }
};
