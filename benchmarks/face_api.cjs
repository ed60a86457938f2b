// The expression network of the npm package @vladmandic/face-api on its wasm backend, one thread, for the benchmarks' "peer" command.
// Usage: node face_api.cjs FOLDER, where FOLDER has node_modules with @vladmandic/face-api, @tensorflow/tfjs and
// @tensorflow/tfjs-backend-wasm. For each line on stdin, a number of calls, it makes them and prints milliseconds by the clock and of
// processor time.
const { createRequire } = require('node:module');
const path = require('node:path');
const readline = require('node:readline');

const fromFolder = createRequire(path.join(path.resolve(process.argv[2]), 'package.json'));

async function load() {
  const tf = fromFolder('@tensorflow/tfjs');
  const wasm = fromFolder('@tensorflow/tfjs-backend-wasm');
  wasm.setWasmPaths(path.dirname(fromFolder.resolve('@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm')) + path.sep);
  const faceapi = fromFolder('@vladmandic/face-api/dist/face-api.node-wasm.js');
  await tf.setBackend('wasm');
  await tf.ready();
  const folder = path.dirname(fromFolder.resolve('@vladmandic/face-api/model/face_expression_model-weights_manifest.json'));
  await faceapi.nets.faceExpressionNet.loadFromDisk(folder);
  const image = tf.randomUniform([112, 112, 3], 0, 255, 'float32', 1); // its network's own size: nothing to resize
  return { tf, predict: () => faceapi.nets.faceExpressionNet.predictExpressions(image) };
}

async function main() {
  const { tf, predict } = await load();
  const first = await predict();
  const tensors = tf.memory().numTensors;
  console.log(`${tf.getBackend()} ${tf.version_core} ${first.asSortedArray().length}`);
  for await (const line of readline.createInterface({ input: process.stdin })) {
    const cpu = process.cpuUsage();
    const start = process.hrtime.bigint();
    for (let call = 0; call < Number(line); call++) {
      await predict();
    }
    const milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
    const { user, system } = process.cpuUsage(cpu);
    console.log(`${milliseconds} ${(user + system) / 1000}`);
  }
  if (tf.memory().numTensors !== tensors) {
    throw new Error(`${tf.memory().numTensors - tensors} tensors leaked; expected none`);
  }
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
