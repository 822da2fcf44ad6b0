import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { buildZoo } from '@relent/graph';
import { grad, scope, tensor } from '@relent/torch';
import { attentionMap, attentionTransferLoss } from '@relent/train';
import { stageEnds } from '../dist/reduce/attention-matching.js';
import { tinyGraph } from './tiny-graph.js';

describe('attention transfer', () => {
  it('compares where two layers are active, not how strongly', () => {
    scope(() => {
      const f = tensor([[[[3, 0]], [[0, 4]]]]);
      const map = attentionMap(f).toFloat32();
      const norm = Math.hypot(4.5, 8);
      assert.ok(Math.abs(map[0]! - 4.5 / norm) < 1e-6 && Math.abs(map[1]! - 8 / norm) < 1e-6);
      assert.ok(attentionTransferLoss(attentionMap(f.mul(-7)), attentionMap(f)).item() < 1e-12);
      const elsewhere = attentionMap(tensor([[[[0, 1]], [[0, 0]]]]));
      const difference = [4.5 / norm, 8 / norm - 1];
      const expected = (difference[0]! ** 2 + difference[1]! ** 2) / 2;
      assert.ok(Math.abs(attentionTransferLoss(elsewhere, attentionMap(f)).item() - expected) < 1e-6);
    });
  });

  it('passes gradient to the student alone, also where nothing is active', () => {
    scope(() => {
      const student = tensor([[[[0, 0]]]]).requiresGrad_();
      const teacher = tensor([[[[1, 2]]]]).requiresGrad_();
      const loss = attentionTransferLoss(attentionMap(student), attentionMap(teacher));
      for (const value of grad(loss, [student])[0]!.toFloat32()) assert.ok(Number.isFinite(value));
      assert.throws(() => grad(attentionTransferLoss(attentionMap(student), attentionMap(teacher)), [teacher]));
    });
  });

  it('looks at the last site of every plane size', () => {
    assert.deepEqual(stageEnds(tinyGraph()), ['relu2', 'relu3']);
    assert.equal(stageEnds(buildZoo('resnet18', { inputShape: [3, 32, 32], classes: 10 })).length, 4);
  });
});
