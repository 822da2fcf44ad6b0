import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildZoo } from '@relent/graph';
import { Generator, liveHandles, randn, scope, tensor } from '@relent/torch';
import { muon, normedKernels, orthogonalised, sgd } from '@relent/train';

const norm = (values: Iterable<number>) => Math.hypot(...values);

describe('muon', () => {
  it('makes singular values about one and keeps singular vectors', () => {
    scope(() => {
      const gradient = tensor([3, 0, 0, 0, 0, 0.2, 0, 0, 0, 0, -1, 0], { shape: [3, 2, 2, 1] });
      const values = [...orthogonalised(gradient, 5).toFloat32()];
      for (const [i, sign] of [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, -1, 0].entries())
        if (sign === 0) assert.ok(Math.abs(values[i]!) < 1e-5);
        else assert.ok(values[i]! * sign > 0.6 && values[i]! * sign < 1.3, `${values[i]}`);
    });
  });

  it('treats tall kernels as it treats wide ones', () => {
    scope(() => {
      const wide = randn([3, 8], { generator: new Generator(1) });
      const tall = orthogonalised(wide.transpose(0, 1), 5).transpose(0, 1).contiguous().toFloat32();
      const expected = orthogonalised(wide, 5).toFloat32();
      for (const [i, value] of tall.entries()) assert.ok(Math.abs(value - expected[i]!) < 1e-5);
    });
  });

  it('holds the norms of kernels, moves them by the rate, and leaves all else to SGD', () => {
    const before = liveHandles();
    scope(() => {
      using generator = new Generator(2);
      const names = ['c.weight', 'n.weight'];
      const tensors = [randn([4, 2, 3, 3], { generator }), randn([4], { generator })];
      const twin = tensors[1]!.clone();
      const start = tensors[0]!.toFloat32();
      const optimizer = muon(new Set(['c.weight']), { kernelRate: 0.5 });
      const state = optimizer.init({ names, tensors });
      const other = sgd();
      const otherState = other.init({ names: ['n.weight'], tensors: [twin] });
      for (let step = 0; step < 3; step++) {
        const gradients = [randn([4, 2, 3, 3], { generator }), randn([4], { generator })];
        other.update({ names: ['n.weight'], tensors: [twin] }, [gradients[1]!.clone()], otherState, 0.1);
        const previous = tensors[0]!.toFloat32();
        optimizer.update({ names, tensors }, gradients, state, 0.1);
        const scale = norm(start) / norm(previous);
        const moved = norm(tensors[0]!.toFloat32().map((v, i) => v - previous[i]! * scale));
        assert.ok(Math.abs(moved / (norm(start) * 0.05) - 1) < 0.3, `${moved / norm(start)}`);
      }
      assert.deepEqual(tensors[1]!.toFloat32(), twin.toFloat32());
      assert.equal(state.step, 3);
      for (const slots of [state.slots, otherState.slots]) for (const t of [...slots.values()].flat()) t.free();
    });
    assert.equal(liveHandles(), before);
  });

  it('takes for kernels what only batch norms read', () => {
    const graph = buildZoo('resnet8', { classes: 10, inputShape: [3, 32, 32] });
    const convolutions = graph.nodes.filter(({ op }) => op === 'conv');
    assert.deepEqual(
      [...normedKernels(graph)],
      convolutions.map(({ id }) => `${id}.weight`),
    );
    const bare = { ...graph, nodes: graph.nodes.filter(({ op }) => op !== 'batch-norm') };
    assert.equal(normedKernels(bare).size, 0);
  });

  it('rejects hyper-parameters out of range', () => {
    const kernels = new Set<string>();
    assert.throws(() => muon(kernels, { momentum: 1 }), /"momentum" expected a number in \[0, 1\), got 1/);
    assert.throws(() => muon(kernels, { kernelRate: 0 }), /"kernelRate" expected a positive number, got 0/);
    assert.throws(() => muon(kernels, { iterations: 0 }), /"iterations" expected a positive integer, got 0/);
  });
});
