/**
 * Post-activation maps: the student's attention at the end of every stage is drawn to the teacher's.
 *
 * Source: Kundu et al., SENet, ICLR 2023, arXiv:2301.09254 (PRAM loss, β = 1000).
 * @module
 */
import { type Graph, inferShapes, siteNodes } from '@relent/graph';
import type { Tensor } from '@relent/torch';
import { inFloat32 } from '../compute.js';
import { attentionMap, attentionTransferLoss } from '../losses/attention-transfer.js';
import type { TrainingExtension } from '../training-extension.js';

/** The last site of each run of sites of one plane size above one pixel, in order of the graph. */
export function stageEnds(graph: Graph): string[] {
  const shapes = inferShapes(graph);
  const ends: string[] = [];
  let previous = '';
  for (const { id } of siteNodes(graph)) {
    const [, height = 1, width = 1] = shapes.get(id)!;
    if (height * width === 1) continue;
    const size = `${height}x${width}`;
    if (size === previous) ends.pop();
    ends.push(id);
    previous = size;
  }
  return ends;
}

/** A training that adds β · Σ of the attention distances at the stage ends to its loss. It needs a teacher. */
export function attentionMatching(graph: Graph, beta: number): TrainingExtension {
  const ends = new Set(stageEnds(graph));
  const students = new Map<string, Tensor>();
  const distances: Tensor[] = [];
  return {
    observe(id, value) {
      if (ends.has(id)) students.set(id, attentionMap(inFloat32(value)));
    },
    observeTeacher(id, value) {
      if (ends.has(id)) distances.push(attentionTransferLoss(students.get(id)!, attentionMap(inFloat32(value))));
    },
    loss() {
      const sum = distances.reduce((a, b) => a.add(b));
      distances.length = 0;
      return sum.mul(beta);
    },
  };
}
