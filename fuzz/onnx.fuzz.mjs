/**
 * `npm run fuzz -- onnx [--count N] [--seed S]`: changed ONNX files. Each must give a model or a FormatError, within a
 * second and a bound on memory.
 *
 * @module
 */
import { parseArgs } from 'node:util';
import { FormatError } from '../packages/graph/dist/index.js';
import { importOnnx } from '../packages/onnx/dist/index.js';
import { mutations } from '../packages/onnx/dist-test/mutate.js';
import * as networks from '../packages/onnx/dist-test/networks.js';
import { seeded } from '../packages/onnx/dist-test/random.js';

const options = { count: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' } };
const { values } = parseArgs({ options });
const [count, seed] = [Number(values.count), Number(values.seed)];
const limitMs = 1000;
const limitMib = 1024;

const sources = [
  networks.resnet([1], false),
  networks.resnet([1, 1], true),
  networks.mobilenetV2(),
  networks.vgg(),
  networks.densenet(),
  networks.squeezenet(),
  networks.googlenet(),
].map(({ file }) => file);
const outcomes = { models: 0, refused: 0, failed: 0 };
const messages = new Set();
let longestMs = 0;
let largestMib = 0;
let index = 0;
for (const bytes of mutations(sources, count, seeded(seed))) {
  const before = process.cpuUsage();
  try {
    importOnnx(bytes);
    outcomes.models++;
  } catch (error) {
    if (error instanceof FormatError) {
      outcomes.refused++;
      messages.add(error.message.replace(/"[^"]*"|\d+/g, '…').slice(0, 60));
    } else {
      outcomes.failed++;
      console.error(`file ${index}: ${error instanceof Error ? error.stack : error}`);
    }
  }
  const { user, system } = process.cpuUsage(before);
  longestMs = Math.max(longestMs, (user + system) / 1000);
  largestMib = Math.max(largestMib, process.memoryUsage().rss / 2 ** 20);
  index++;
}
console.log(
  `${index} files: ${outcomes.models} models, ${outcomes.refused} refused in ${messages.size} ways, ${outcomes.failed} failed; ` +
    `at most ${longestMs.toFixed(0)} ms CPU a file, ${largestMib.toFixed(0)} MiB in all`,
);
if (outcomes.failed > 0 || longestMs > limitMs || largestMib > limitMib) {
  console.error(`fuzz: expected no failure, at most ${limitMs} ms a file and ${limitMib} MiB`);
  process.exitCode = 1;
}
