// A picture with its faces: boxes, answers, and what the attention of a network weighed.

const scaleEnd = 8; // the colours reach from an eighth of the uniform weight to eight times it, the same for all faces

/**
 * Draws a picture and its faces on a canvas, which becomes as large as the picture.
 * @param options `attention`: the layer to lay over faces, or null; `description`: of the reader, which knows the part of a face that the network sees.
 */
export function drawFaces(canvas, picture, faces, { attention = null, description } = {}) {
  if (canvas.width !== picture.width || canvas.height !== picture.height) {
    canvas.width = picture.width;
    canvas.height = picture.height;
  }
  const context = canvas.getContext('2d');
  if (picture instanceof ImageData) {
    context.putImageData(picture, 0, 0);
  } else {
    context.drawImage(picture, 0, 0);
  }
  const unit = canvas.width / (canvas.clientWidth || 640); // a pixel of the page, so that text is as large on a phone
  for (const face of faces) {
    const map = face.attention.find(({ layer }) => layer === attention);
    if (map) {
      drawMap(context, face.frame, map, description.preprocessing);
    }
  }
  for (const face of faces) {
    drawBox(context, face, unit);
  }
}

/** The colour of a weight times the number of places: clear where it is 1, the warmer the more, the colder the less. As in AttentionPicture. */
export function colorOf(timesUniform) {
  const way = Math.min(Math.max(Math.log2(Math.max(timesUniform, 1e-9)) / Math.log2(scaleEnd), -1), 1);
  return way > 0 ? `rgb(240 90 0 / ${(0.65 * way).toFixed(3)})` : `rgb(11 61 196 / ${(0.4 * -way).toFixed(3)})`;
}

function drawMap(context, frame, { rows, columns, timesUniform }, { height, width, insideNetwork: { crop } }) {
  const seen = crop ?? { height, width };
  context.save();
  context.translate(frame.x + frame.width / 2, frame.y + frame.height / 2);
  context.rotate(frame.roll * Math.PI / 180);
  const [across, down] = [frame.width * seen.width / width / columns, frame.height * seen.height / height / rows];
  const [left, top] = [-across * columns / 2, -down * rows / 2];
  timesUniform.forEach((times, i) => {
    context.fillStyle = colorOf(times);
    context.fillRect(left + (i % columns) * across, top + Math.trunc(i / columns) * down, across, down);
  });
  context.restore();
}

function drawBox(context, { box, label, probability, isUncertain, number }, unit) {
  context.lineWidth = 5 * unit;
  context.strokeStyle = '#000b';
  context.strokeRect(box.x, box.y, box.width, box.height);
  context.lineWidth = 2.5 * unit;
  context.strokeStyle = isUncertain ? '#ddd' : '#7fe0ff';
  context.strokeRect(box.x, box.y, box.width, box.height);
  const text = (number ? `${number}  ` : '') + (isUncertain ? 'uncertain' : `${label} ${Math.round(100 * probability)} %`);
  context.font = `600 ${Math.round(15 * unit)}px system-ui, sans-serif`;
  const width = context.measureText(text).width + 12 * unit;
  const height = 22 * unit;
  const x = Math.min(Math.max(box.x, 0), Math.max(0, context.canvas.width - width));
  const y = box.y >= height ? box.y - height : Math.min(box.y + box.height, context.canvas.height - height);
  context.fillStyle = '#000c';
  context.fillRect(x, y, width, height);
  context.fillStyle = '#fff';
  context.textBaseline = 'middle';
  context.fillText(text, x + 6 * unit, y + height / 2);
}
