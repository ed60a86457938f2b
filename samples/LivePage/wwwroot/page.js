import { drawFaces, FaceReader, openCamera, openPicture, openVideo, ReaderError } from './facial-attention/index.js';

const secondsBetweenAnnouncements = 2;
const mostFaces = 6; // with bars; all are drawn

const element = id => document.getElementById(id);
const [view, player, faceList] = [element('view'), element('player'), element('faces')];
const asked = new URLSearchParams(location.search); // ?camera starts it at once, ?threads=2 takes two
const threads = asked.get('threads') === '2' ? 2 : 1;
let reader; // a promise of a FaceReader
let unread; // why there is none
let source; // { close, resume?, name }: what is read now
let turn = 0; // counts what was asked for: what comes late from a former one is dropped
let shown; // the last { picture, faces } on the canvas
let announced = { text: '', time: 0 };

start();

function start() {
  element('threads').value = threads;
  if (!globalThis.crossOriginIsolated) {
    element('threads').disabled = true;
    element('threads').title = 'Two threads need a page that is cross-origin isolated: its server sends no COOP and COEP headers.';
  }
  element('threads').onchange = ({ target }) => location.search = target.value === '2' ? '?threads=2' : '';
  element('camera').onclick = () => open('the camera', async mine => watch(await openCamera(player), mine));
  element('picture').onchange = ({ target }) => openFile(target);
  element('video').onchange = ({ target }) => openFile(target);
  element('stop').onclick = () => close('Stopped.');
  element('attention').onchange = () => {
    element('legend').hidden = !element('attention').value;
    redraw();
  };
  element('coverage').onchange = async ({ target }) => {
    (await reader).coverage = Number(target.value);
    if (shown?.picture instanceof HTMLCanvasElement) {
      await readPicture(shown.picture, turn);
    }
  };
  document.addEventListener('visibilitychange', () => document.hidden ? source?.pause?.() : source?.resume?.());
  allowDrops(document.querySelector('.stage'));
  reader = FaceReader.load({ threads, coverage: Number(element('coverage').value) });
  reader.then(({ attentionLayers }) => {
    for (const option of element('attention').options) {
      option.disabled = option.value !== '' && !attentionLayers.includes(option.value);
    }
    if (!source) {
      say('Ready.');
    }
  }, error => {
    unread = error;
    finish();
    fail(error);
  });
  if (asked.has('camera')) {
    element('camera').click();
  }
}

/** Does what was asked for, unless something else was asked for since. */
async function open(name, work) {
  close('');
  const mine = ++turn;
  element('stop').disabled = false;
  announced = { text: '', time: 0 };
  say(`Opening ${name}…`);
  try {
    if (unread) {
      throw unread;
    }
    await work(mine); // while the networks load, if they are not there yet
  } catch (error) {
    if (mine === turn) {
      close('');
      fail(error);
    }
  }
}

function openFile(input) {
  const [file] = input.files;
  input.value = ''; // so that the same file can be chosen again
  if (file) {
    openAny(file);
  }
}

function openAny(file) {
  if (file.type.startsWith('video/') || file.type.startsWith('audio/')) {
    open(file.name, async mine => watch(await openVideo(file, player), mine));
  } else {
    open(file.name, async mine => {
      const picture = await openPicture(file);
      await readPicture(picture, mine);
      element('stop').disabled = true;
    });
  }
}

async function readPicture(picture, mine) {
  const faces = await (await reader).read(picture);
  if (mine === turn) {
    await show({ picture, faces });
    announce(faces, true);
  }
}

/** Reads frames until something else is asked for, the video ends, or the page is hidden. */
async function watch({ video, close }, mine) {
  const reading = await reader.catch(() => null); // whose error is said already
  if (!reading || mine !== turn) {
    close();
    return;
  }
  let watching;
  const play = () => {
    watching = reading.watch(video, frame => {
      show({ picture: frame.pixels, faces: frame.faces });
      announce(frame.faces, false);
      tellSpeed(frame.milliseconds);
    }, error => {
      finish();
      fail(error);
    });
  };
  video.onended = () => {
    watching.stop();
    element('stop').disabled = true;
    say('The video has ended.');
  };
  source = {
    close() {
      video.onended = null;
      watching.stop();
      close();
    },
    pause() {
      watching.stop();
      video.pause();
      video.srcObject?.getTracks().forEach(track => track.enabled = false);
    },
    async resume() {
      video.srcObject?.getTracks().forEach(track => track.enabled = true);
      await video.play();
      play();
    },
  };
  play();
  if (document.hidden) {
    source.pause();
  }
}

function close(text) {
  turn++;
  finish();
  element('error').textContent = '';
  if (text) {
    say(text);
  }
}

function finish() {
  source?.close();
  source = undefined;
  element('stop').disabled = true;
  element('speed').textContent = '';
}

async function show(next) {
  if (next.faces.length > 0 && !shown?.faces.length) {
    performance.mark('answer'); // for npm run measure
  }
  shown = next;
  element('empty').hidden = true;
  await redraw();
  listFaces(next.faces);
}

async function redraw() {
  if (shown) {
    const { description } = await reader;
    drawFaces(view, shown.picture, shown.faces, { attention: element('attention').value, description });
  }
}

/** A card for each face; cards stay and change, so that what reads the page aloud does not start anew with each frame. */
function listFaces(faces) {
  const listed = faces.slice(0, mostFaces);
  while (faceList.children.length > listed.length) {
    faceList.lastChild.remove();
  }
  listed.forEach((face, i) => fill(faceList.children[i] ?? faceList.appendChild(card(face.probabilities.length)), face, i));
  element('none').hidden = faces.length > 0 && faces.length <= mostFaces;
  element('none').textContent = faces.length === 0 ? 'No face is found.' : `${faces.length - mostFaces} more faces are marked in the picture.`;
  view.setAttribute('aria-label', `The picture with ${faces.length === 1 ? 'one face' : `${faces.length} faces`} marked`);
}

function card(classes) {
  const item = document.createElement('li');
  const title = item.appendChild(document.createElement('h2'));
  title.append(document.createElement('span'), document.createElement('span'));
  const list = item.appendChild(document.createElement('dl'));
  for (let k = 0; k < classes; k++) {
    const bar = document.createElement('dd');
    bar.className = 'bar';
    bar.setAttribute('aria-hidden', 'true');
    bar.append(document.createElement('i'));
    list.append(document.createElement('dt'), bar, document.createElement('dd'));
  }
  return item;
}

async function fill(item, face, i) {
  const { labels } = await reader;
  const [answer, name] = item.querySelector('h2').children;
  answer.textContent = textOf(face);
  name.textContent = `Face ${face.number ?? i + 1}`;
  const cells = item.querySelector('dl').children;
  face.probabilities.forEach((probability, k) => {
    const [label, bar, share] = [cells[3 * k], cells[3 * k + 1], cells[3 * k + 2]];
    label.textContent = labels[k];
    label.className = share.className = k === face.index ? 'shown' : '';
    bar.className = k === face.index ? 'bar most' : 'bar';
    bar.firstChild.style.width = `${(100 * probability).toFixed(1)}%`;
    share.textContent = percent(probability);
  });
}

/** Says what changed, politely: not each frame, and only what is new. */
function announce(faces, isStill) {
  const text = faces.length === 0 ? 'No face is found.'
    : faces.slice(0, mostFaces).map((face, i) => `${faces.length > 1 ? `Face ${face.number ?? i + 1}: ` : ''}${face.isUncertain ? 'uncertain' : face.label}`)
      .join(', ') + (isStill && faces.length === 1 && !faces[0].isUncertain ? `, ${percent(faces[0].probability)}.` : '.');
  const now = performance.now() / 1000;
  if (isStill || (text !== announced.text && now - announced.time >= secondsBetweenAnnouncements)) {
    announced = { text, time: now };
    say(text);
  }
}

const times = [];

function tellSpeed(milliseconds) {
  times.push({ milliseconds, at: performance.now() });
  if (times.length === 30) {
    const middle = times.map(time => time.milliseconds).sort((one, other) => one - other)[15];
    const rate = 29000 / (times[29].at - times[0].at);
    element('speed').textContent = `${middle.toFixed(1)} ms a frame, ${rate.toFixed(1)} frames a second`;
    times.length = 0;
  }
}

function textOf(face) {
  return face.isUncertain ? 'uncertain' : `${face.label} ${percent(face.probability)}`;
}

function percent(probability) {
  return `${Math.round(100 * probability)} %`;
}

function say(text) {
  element('status').textContent = text;
}

function fail(error) {
  element('error').textContent = error instanceof ReaderError ? error.message : `Something failed: ${error?.message ?? error}`;
  say('');
}

function allowDrops(stage) {
  const mark = isOver => stage.classList.toggle('dropping', isOver);
  stage.ondragover = event => {
    event.preventDefault();
    mark(true);
  };
  stage.ondragleave = () => mark(false);
  stage.ondrop = event => {
    event.preventDefault();
    mark(false);
    if (event.dataTransfer.files.length > 0) {
      openAny(event.dataTransfer.files[0]);
    }
  };
}

addEventListener('unhandledrejection', ({ reason }) => fail(reason));
