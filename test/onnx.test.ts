import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { buildZoo, decodeBundle, encodeSafetensors, interpretFloat, weightShapes } from '@relent/graph';
import { OnnxWriter } from '@relent/onnx';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { type Finished, relent, serve } from './relent-process.js';
import { writeTinyFashionMnist } from './tiny-data.js';

const folder = mkdtempSync(join(tmpdir(), 'relent-onnx-'));
const env = { RELENT_DATA: join(folder, 'data'), XDG_CACHE_HOME: join(folder, 'cache') };
const run = (...args: string[]) => relent(args, { folder, env });
const json = <T>({ code, stdout, stderr }: Finished): T => {
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as T;
};

/** A small network as an exporter writes it: uneven padding, a max pool, LeakyRelu, ReLU6, a transpose before MatMul. */
function smallNetwork(): Uint8Array {
  const writer = new OnnxWriter();
  let state = 1;
  const weight = (...shape: number[]) => {
    const fan = shape.slice(1).reduce((product, n) => product * n, 1);
    const data = Float32Array.from({ length: shape.reduce((product, n) => product * n, 1) }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return (2 * (state / 2 ** 32) - 1) * Math.sqrt(4 / fan);
    });
    return writer.floats(shape, data);
  };
  const window = { kernel_shape: [3, 3], strides: [2, 2] };
  let x = writer.node('Relu', [writer.node('Conv', ['image', weight(6, 1, 3, 3)], { ...window, pads: [0, 0, 1, 1] })]);
  x = writer.node('MaxPool', [x], { kernel_shape: [2, 2], strides: [2, 2] });
  x = writer.node('LeakyRelu', [writer.node('Conv', [x, weight(8, 6, 3, 3)], { pads: [1, 1, 1, 1] })], {
    alpha: { float: 0.125 },
  });
  x = writer.node('Clip', [
    writer.node('Conv', [x, weight(8, 8, 3, 3)], { ...window, pads: [1, 1, 1, 1] }),
    writer.floats([], Float32Array.of(0)),
    writer.floats([], Float32Array.of(6)),
  ]);
  x = writer.node('Reshape', [writer.node('Transpose', [x], { perm: [0, 2, 3, 1] }), writer.integers([-1, 128])]);
  x = writer.node('Softmax', [writer.node('MatMul', [x, weight(128, 10)])]);
  return writer.finish(
    { name: 'image', shape: ['N', 1, 28, 28] },
    { name: x, shape: ['N', 10] },
    { opset: 17, name: 'small' },
  );
}

before(() => {
  writeTinyFashionMnist(env.RELENT_DATA, 5320, 40);
  writeFileSync(join(folder, 'net.onnx'), smallNetwork());
});
after(() => rmSync(folder, { recursive: true, force: true }));

describe('a network from an ONNX file', () => {
  test('is imported, with words on what was changed', async () => {
    const { notes, comparisons } = json<{ notes: string[]; comparisons: number }>(
      await run('import', 'net.onnx', '--dataset', 'fashion-mnist', '--out', 'net.relent', '--json'),
    );
    assert.deepEqual(notes.map((note) => /ReLU6|Softmax/.exec(note)?.[0]).sort(), ['ReLU6', 'Softmax']);
    assert.equal(comparisons, 6 * 14 * 14 + 8 * 7 * 7 + 2 * 8 * 4 * 4);
  });

  test('trains and is reduced', async () => {
    const { comparisons, testAccuracy } = json<{ comparisons: number; testAccuracy: number }>(
      await run('reduce', 'net.relent', '--budget', '25%', '--epochs', '1', '--out', 'reduced.relent', '--json'),
    );
    assert.ok(comparisons > 0 && comparisons <= 456);
    assert.ok(testAccuracy >= 0 && testAccuracy <= 1);
  });

  test('is quantised and runs privately, equal to the integer interpreter, reduced or not', async () => {
    for (const model of ['net', 'reduced']) {
      json(await run('quantize', `${model}.relent`, '--images', '64', '--out', `${model}-private.relent`, '--json'));
      const server = await serve(`${model}-private.relent`, { folder, env }, ['--once']);
      const address = `127.0.0.1:${server.port}`;
      const check = ['--check', `${model}-private.relent`, '--json', 'fashion-mnist:test:0'];
      const { check: checked } = json<{ check: { exact: boolean } }>(await run('infer', '--server', address, ...check));
      await server.stop();
      assert.ok(checked.exact, model);
    }
  });

  test('goes back to ONNX with its gate maps', async () => {
    json(await run('export', 'reduced.relent', '--out', 'reduced.onnx', '--json'));
    const session = await InferenceSession.create(join(folder, 'reduced.onnx'), { intraOpNumThreads: 1 });
    const image = Float32Array.from({ length: 784 }, (_, i) => Math.sin(i * i));
    const feeds = { [session.inputNames[0]!]: new Tensor('float32', image, [1, 1, 28, 28]) };
    const theirs = (await session.run(feeds))[session.outputNames[0]!]!.data as Float32Array;
    await session.release();
    const { model } = decodeBundle(new Uint8Array(readFileSync(join(folder, 'reduced.relent'))));
    const ours = interpretFloat(model, image);
    for (const [i, value] of ours.entries())
      assert.ok(Math.abs(value - theirs[i]!) < 1e-4 * Math.max(1, Math.abs(value)));
  });

  test('and weights of PyTorch give an architecture of the zoo', async () => {
    const graph = buildZoo('resnet8', { inputShape: [1, 28, 28], classes: 10, width: 0.25 });
    const tensors = [...weightShapes(graph)].map(([name, shape], i) => {
      const data = new Float32Array(shape.reduce((product, n) => product * n, 1)).fill(0.01 * (i + 1));
      const module = name.replace('stem.conv', 'conv1').replace('stem.bn', 'bn1');
      const own = module.replace('shortcut.conv', 'downsample.0').replace('shortcut.bn', 'downsample.1');
      const torch = own.replace('.mean', '.running_mean').replace('.variance', '.running_var');
      return [torch, { dtype: 'F32', shape, data: new Uint8Array(data.buffer) }] as const;
    });
    writeFileSync(join(folder, 'net.safetensors'), encodeSafetensors(new Map(tensors)));
    const from = ['import', 'net.safetensors', '--dataset', 'fashion-mnist', '--out', 'zoo.relent'];
    const nameless = await run(...from);
    assert.equal(nameless.code, 1);
    assert.match(nameless.stderr, /"--as" expected an architecture/);
    json(await run(...from, '--as', 'resnet8', '--width', '0.25', '--json'));
    const { model } = decodeBundle(new Uint8Array(readFileSync(join(folder, 'zoo.relent'))));
    assert.deepEqual(model.graph, graph);
    assert.equal(model.info.dataset, 'fashion-mnist');
    assert.ok(Math.abs(model.weights.get('stem.conv.weight')!.data[0]! - 0.01) < 1e-6);
  });

  test('a file that is none, and an operator that relent lacks, end in one line and exit code 1', async () => {
    writeFileSync(join(folder, 'bad.onnx'), 'no network');
    const bad = await run('import', 'bad.onnx', '--out', 'bad.relent');
    assert.equal(bad.code, 1);
    assert.match(bad.stderr, /^relent: bad\.onnx: "onnx" expected .*\n$/);
    const writer = new OnnxWriter();
    const y = writer.node('HardSwish', ['x']);
    const file = writer.finish(
      { name: 'x', shape: [1, 1, 4, 4] },
      { name: y, shape: [1, 1, 4, 4] },
      { opset: 17, name: 'h' },
    );
    writeFileSync(join(folder, 'swish.onnx'), file);
    const swish = await run('import', 'swish.onnx', '--out', 'swish.relent');
    assert.equal(swish.code, 1);
    assert.match(swish.stderr, /node "hardswish_1" \(HardSwish\).*--replace-activations/);
  });
});
