import type { GateMap } from '../gate-map.js';

/** Plain ReLU: every neuron is its own gate. */
export function plainGates(shape: readonly [number, number, number]): GateMap {
  const [channels] = shape;
  return {
    shape: [...shape],
    source: null,
    channelGroup: Int32Array.from({ length: channels }, (_, c) => c),
    channelWeight: new Float32Array(channels).fill(1),
    patchHeight: new Int32Array(channels).fill(1),
    patchWidth: new Int32Array(channels).fill(1),
    pixelRule: { kind: 'mean' },
    a: new Float32Array(channels).fill(1),
    b: new Float32Array(channels),
    mask: null,
    dropped: null,
  };
}
