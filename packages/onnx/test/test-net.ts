import { type AttributeValue, OnnxWriter } from '@relent/onnx';
import { randomFloats, seeded } from './random.js';

/** Builds ONNX graphs as exporters write them, with random weights. */
export class TestNet {
  readonly writer = new OnnxWriter();
  readonly random: () => number;
  #layer = 0;

  constructor(seed: number) {
    this.random = seeded(seed);
  }

  node(op: string, inputs: readonly string[], attributes: Readonly<Record<string, AttributeValue>> = {}): string {
    return this.writer.node(op, inputs, attributes);
  }

  /** A random weight, scaled so that activations keep their size. */
  weight(shape: readonly number[], name?: string): string {
    const fan = shape.slice(1).reduce((product, n) => product * n, 1);
    const count = shape.reduce((product, n) => product * n, 1);
    const scale = Math.sqrt((shape.length > 1 ? 5 : 0.25) / fan);
    const data = randomFloats(count, this.random).map((x) => x * scale);
    return this.writer.floats(shape, data, name);
  }

  conv(
    x: string,
    from: number,
    to: number,
    kernel = 3,
    attributes: Readonly<Record<string, AttributeValue>> = {},
  ): string {
    const group = Number(attributes.group ?? 1);
    const name = `layer${++this.#layer}.conv`;
    const weight = this.weight([to, from / group, kernel, kernel], `${name}.weight`);
    const half = Math.floor(kernel / 2);
    return this.node('Conv', [x, weight, this.weight([to], `${name}.bias`)], {
      kernel_shape: [kernel, kernel],
      pads: [half, half, half, half],
      ...attributes,
    });
  }

  batchNorm(x: string, channels: number): string {
    const vector = (least: number, name: string) =>
      this.writer.floats(
        [channels],
        randomFloats(channels, this.random).map((v) => least + Math.abs(v)),
        `layer${this.#layer}.${name}.bn${x}`,
      );
    return this.node(
      'BatchNormalization',
      [x, vector(0.5, 'weight'), vector(-0.5, 'bias'), vector(-0.5, 'mean'), vector(0.5, 'var')],
      { epsilon: { float: 1e-5 } },
    );
  }

  relu(x: string): string {
    return this.node('Relu', [x]);
  }

  /** A max pool with `kernel`, stride 2 and `pad` zeros. */
  maxPool(x: string, kernel: number, pad = 0, more: Readonly<Record<string, AttributeValue>> = {}): string {
    return this.node('MaxPool', [x], {
      kernel_shape: [kernel, kernel],
      strides: [2, 2],
      pads: [pad, pad, pad, pad],
      ...more,
    });
  }

  gemm(x: string, from: number, to: number): string {
    const name = `fc${++this.#layer}`;
    return this.node('Gemm', [x, this.weight([to, from], `${name}.weight`), this.weight([to], `${name}.bias`)], {
      transB: 1,
    });
  }

  finish(output: string, shape: readonly (number | string)[], opset: number): Uint8Array {
    return this.writer.finish({ name: 'input', shape }, { name: output, shape: ['N', 'F'] }, { opset, name: 'test' });
  }
}
