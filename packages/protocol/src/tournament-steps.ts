/**
 * Max pools, and the class of the largest logit, as steps of a plan.
 * @module
 */
import { boundWindow, type IntegerNode, type ScoreWindow, sizeOf } from '@relent/graph';
import { levelGates, poolPasses, type TournamentNode, tournamentLevels } from './tournament.js';

type NodeOf<Op extends IntegerNode['op']> = Extract<IntegerNode, { readonly op: Op }>;

/** A step's name and what it computes, before it has a place in a plan. */
export interface TournamentPart {
  readonly id: string;
  readonly size: number;
  readonly node: TournamentNode | NodeOf<'site'>;
  /** The bits that the comparisons of a site look at. */
  readonly window?: ScoreWindow;
}

/** Entries of a tournament: the value that holds them, [copies × length], and the public bound of the first copy. */
interface Entries {
  readonly id: string;
  readonly length: number;
  readonly copies: number;
  readonly maxAbs: number;
}

/** Adds steps that reduce windows over `input`; all copies follow the decisions of the first. */
function reduceWindows(
  parts: TournamentPart[],
  name: string,
  input: Entries,
  windows: readonly (readonly number[])[],
): string {
  const { copies, maxAbs } = input;
  const window = boundWindow(2 * maxAbs);
  let [id, length] = [input.id, input.length];
  const add = (suffix: string, size: number, node: TournamentPart['node']): string => {
    const id = `${name}/${suffix}`;
    parts.push(node.op === 'site' ? { id, size, node, window } : { id, size, node });
    return id;
  };
  const repeat = (positions: Int32Array, stride: number): Int32Array =>
    Int32Array.from({ length: positions.length * copies }, (_, i) => {
      const position = positions[i % positions.length]!;
      return position < 0 ? position : position + Math.floor(i / positions.length) * stride;
    });
  const levels = tournamentLevels(windows);
  const moves = windows.length !== length || windows.some(([first], i) => first !== i);
  if (levels.length === 0 && moves) {
    const base = repeat(
      Int32Array.from(windows, ([first]) => first!),
      length,
    );
    return add('pick', base.length, { op: 'advance', inputs: [id], base, gain: new Int32Array(base.length).fill(-1) });
  }
  for (const [index, { plus, minus, base, gain }] of levels.entries()) {
    const matches = plus.length;
    const difference = add(`level${index + 1}.difference`, matches * copies, {
      op: 'difference',
      inputs: [id],
      plus: repeat(plus, length),
      minus: repeat(minus, length),
    });
    const site = add(`level${index + 1}`, matches * copies, {
      op: 'site',
      id: `${name}/level${index + 1}`,
      inputs: [difference],
      shape: [1, copies, matches],
      scale: 1,
      maxAbs: 0,
      truncationBits: 0,
      gates: levelGates(matches, copies),
    });
    id = add(`level${index + 1}.winners`, base.length * copies, {
      op: 'advance',
      inputs: [id, site],
      base: repeat(base, length),
      gain: repeat(gain, matches),
    });
    length = base.length;
  }
  return id;
}

/** The steps of a max pool; the last one carries its id. */
export function maxPoolParts(node: NodeOf<'max-pool'>): TournamentPart[] {
  const parts: TournamentPart[] = [];
  const { maxAbs } = node;
  let input: Entries = { id: node.inputs[0], length: sizeOf(node.inputShape), copies: 1, maxAbs };
  for (const [pass, windows] of poolPasses(node.pool, node.inputShape, node.shape).entries()) {
    const id = reduceWindows(parts, `${node.id}/${pass === 0 ? 'rows' : 'columns'}`, input, windows);
    input = { id, length: windows.length, copies: 1, maxAbs };
  }
  return named(parts, input, node.id);
}

/**
 * The steps from logits [classes, …] to the index of the largest, for every position of the plane; the first one of equals.
 * The index is carried along by the decisions on the logits.
 */
export function classParts(logits: IntegerNode, id: string): TournamentPart[] {
  const classes = logits.shape[0]!;
  const size = sizeOf(logits.shape);
  const plane = size / classes;
  const labels = Int32Array.from({ length: size }, (_, i) => Math.floor(i / plane));
  const parts: TournamentPart[] = [
    { id: `${id}/labels`, size: 2 * size, node: { op: 'label', inputs: [logits.id], labels } },
  ];
  const windows = Array.from({ length: plane }, (_, p) => Array.from({ length: classes }, (_, c) => c * plane + p));
  const input = { id: `${id}/labels`, length: size, copies: 2, maxAbs: logits.maxAbs };
  const last = reduceWindows(parts, id, input, windows);
  const base = Int32Array.from({ length: plane }, (_, p) => plane + p);
  const gain = new Int32Array(plane).fill(-1);
  parts.push({ id, size: plane, node: { op: 'advance', inputs: [last], base, gain } });
  return parts;
}

/** Gives the last part the id; a pool that keeps every value is a copy. */
function named(parts: TournamentPart[], end: { readonly id: string; readonly length: number }, id: string) {
  const last = parts.pop();
  if (last !== undefined) return [...parts, { ...last, id }];
  const base = Int32Array.from({ length: end.length }, (_, i) => i);
  const gain = new Int32Array(end.length).fill(-1);
  return [{ id, size: end.length, node: { op: 'advance', inputs: [end.id], base, gain } }] satisfies TournamentPart[];
}
