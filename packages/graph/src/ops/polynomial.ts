import { type OpSpec, sizeOf } from './spec.js';

/** A site without gates: c2 · x² + c1 · x + c0 per channel. Source: AutoReP, ICCV 2023; Mishra et al. (Delphi), 2020. */
export const polynomial: OpSpec<'polynomial'> = {
  op: 'polynomial',
  inferShape: (_node, [x]) => x!,
  weights: (_node, [x]) => ['c2', 'c1', 'c0'].map((suffix) => ({ suffix, shape: [x![0]!] })),
  float(_node, [x], context, shape) {
    const [c2, c1, c0] = [context.weight('c2'), context.weight('c1'), context.weight('c0')];
    const plane = sizeOf(shape) / shape[0]!;
    return x!.data.map((value, i) => {
      const c = Math.floor(i / plane);
      return (c2[c]! * value + c1[c]!) * value + c0[c]!;
    });
  },
};
