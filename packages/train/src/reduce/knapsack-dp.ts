/**
 * The multiple-choice knapsack: exactly one choice for each item, at most `budget` cost in all, the least loss.
 *
 * Solved exactly by dynamic programming over the budget in units of the costs' greatest common divisor. Before that,
 * choices are set aside that provably lie in no best solution: dominated ones, and those whose Lagrangian bound exceeds
 * the loss of a solution that is known already. Memory stays near 2 · √items rows of the table: rows are kept at
 * every √items-th item, and the decisions between two of them are recomputed when the solution is traced back.
 *
 * Source: Gorski et al. (Knapsack block-ReLU), arXiv:2304.10442 (the problem and its table); Sinha & Zoltners, The
 * Multiple-Choice Knapsack Problem, Operations Research 1979 (dominance and bounds).
 * @module
 */

/** One choice of an item. */
export interface KnapsackChoice {
  /** Whole number of at least 0. */
  readonly cost: number;
  readonly loss: number;
}

/** A best solution. */
export interface KnapsackSolution {
  /** [items]: the chosen position in each item's list. */
  readonly picks: readonly number[];
  readonly cost: number;
  readonly loss: number;
}

/** A choice that may still be in a best solution: costs in units above the item's cheapest. */
interface Candidate {
  readonly position: number;
  readonly units: number;
  readonly loss: number;
}

/**
 * Solves the multiple-choice knapsack.
 * @param budget - Cost that all choices may have together.
 * @throws RangeError if an item has no choice, a cost or loss does not fit, or even the cheapest choices exceed the budget.
 */
export function solveKnapsack(items: readonly (readonly KnapsackChoice[])[], budget: number): KnapsackSolution {
  const least = items.map(cheapest);
  const floor = least.reduce((sum, cost) => sum + cost, 0);
  if (!(floor <= budget)) throw new RangeError(`"budget" expected at least ${floor}, got ${budget}`);
  let unit = 0;
  for (const [i, choices] of items.entries())
    for (const { cost } of choices) unit = greatestCommonDivisor(unit, cost - least[i]!);
  unit ||= 1;
  const lists = items.map((choices, i) => undominated(choices, least[i]!, unit));
  const most = lists.reduce((sum, list) => sum + list.at(-1)!.units, 0);
  const capacity = Math.min(Math.floor((budget - floor) / unit), most);
  const kept = withinBound(lists, capacity);
  const open = kept.flatMap((list, i) => (list.length > 1 ? [i] : []));
  const fixed = kept.reduce((sum, list) => sum + (list.length === 1 ? list[0]!.units : 0), 0);
  const chosen = kept.map((list) => list[0]!);
  const traced = trace(
    open.map((i) => kept[i]!),
    capacity - fixed,
  );
  for (const [at, i] of open.entries()) chosen[i] = kept[i]![traced[at]!]!;
  const picks = chosen.map(({ position }) => position);
  return {
    picks,
    cost: picks.reduce((sum, k, i) => sum + items[i]![k]!.cost, 0),
    loss: picks.reduce((sum, k, i) => sum + items[i]![k]!.loss, 0),
  };
}

function cheapest(choices: readonly KnapsackChoice[], item: number): number {
  if (choices.length === 0) throw new RangeError(`"items" expected a choice for item ${item}, got none`);
  for (const { cost, loss } of choices)
    if (!Number.isSafeInteger(cost) || cost < 0 || !Number.isFinite(loss))
      throw new RangeError(`"items" expected whole costs and finite losses, got ${cost} and ${loss} in item ${item}`);
  return Math.min(...choices.map(({ cost }) => cost));
}

function greatestCommonDivisor(a: number, b: number): number {
  let [x, y] = [a, b];
  while (y !== 0) [x, y] = [y, x % y];
  return x;
}

/** Choices in order of cost, each with less loss than all before it. */
function undominated(choices: readonly KnapsackChoice[], least: number, unit: number): Candidate[] {
  const list = choices
    .map(({ cost, loss }, position) => ({ position, units: (cost - least) / unit, loss }))
    .sort((x, y) => x.units - y.units || x.loss - y.loss || x.position - y.position);
  let lowest = Infinity;
  return list.filter(({ loss }) => {
    if (!(loss < lowest)) return false;
    lowest = loss;
    return true;
  });
}

/** Each item's choice of least loss + price · units, the cheaper one where they tie. */
function bestAt(lists: readonly (readonly Candidate[])[], price: number): Candidate[] {
  return lists.map((list) =>
    list.reduce((best, next) => (next.loss + price * next.units < best.loss + price * best.units ? next : best)),
  );
}

function total(chosen: readonly Candidate[], key: 'units' | 'loss'): number {
  return chosen.reduce((sum, candidate) => sum + candidate[key], 0);
}

/** Sets aside every choice that no solution as good as a known one can hold, by the Lagrangian bound. */
function withinBound(lists: readonly (readonly Candidate[])[], capacity: number): (readonly Candidate[])[] {
  let [low, high] = [0, 1];
  while (total(bestAt(lists, high), 'units') > capacity && high < 1e300) high *= 2;
  for (let i = 0; i < 100; i++) {
    const price = (low + high) / 2;
    if (total(bestAt(lists, price), 'units') > capacity) low = price;
    else high = price;
  }
  const known = filled(lists, bestAt(lists, high), capacity);
  const reduced = bestAt(lists, high).map(({ loss, units }) => loss + high * units);
  const bound = reduced.reduce((sum, value) => sum + value, 0) - high * capacity;
  // Sums of many losses carry rounding errors: a choice on the very edge stays in.
  const slack = 1e-9 * lists.reduce((sum, list) => sum + Math.abs(list[0]!.loss), high * capacity);
  const gap = known - bound + slack;
  return lists.map((list, i) => list.filter(({ loss, units }) => loss + high * units - reduced[i]! <= gap));
}

/** The loss after spending what is left of the capacity on the best steps up, dearest gain first. */
function filled(lists: readonly (readonly Candidate[])[], start: readonly Candidate[], capacity: number): number {
  let left = capacity - total(start, 'units');
  let loss = total(start, 'loss');
  const steps = lists.flatMap((list, i) => {
    const from = start[i]!;
    return list
      .filter(({ units }) => units > from.units)
      .map((to) => ({ i, units: to.units - from.units, gain: from.loss - to.loss }));
  });
  steps.sort((x, y) => y.gain / y.units - x.gain / x.units || x.i - y.i);
  const moved = new Set<number>();
  for (const { i, units, gain } of steps) {
    if (units > left || moved.has(i)) continue;
    moved.add(i);
    left -= units;
    loss -= gain;
  }
  return loss;
}

/** Writes the table's next row: the least loss within each capacity, and which choice gives it. */
function advance(list: readonly Candidate[], from: Float64Array, to: Float64Array, picks: Uint16Array | null): void {
  to.fill(Infinity);
  for (const [k, { units, loss }] of list.entries())
    for (let b = units; b < to.length; b++) {
      const value = from[b - units]! + loss;
      if (value < to[b]!) {
        to[b] = value;
        if (picks) picks[b] = k;
      }
    }
}

/** The position in each list of a best solution's choice. */
function trace(lists: readonly (readonly Candidate[])[], capacity: number): number[] {
  const width = capacity + 1;
  const stride = Math.max(1, Math.ceil(Math.sqrt(lists.length)));
  const kept: Float64Array<ArrayBuffer>[] = [];
  let row = new Float64Array(width);
  let next = new Float64Array(width);
  for (const [i, list] of lists.entries()) {
    if (i % stride === 0) kept.push(row.slice());
    advance(list, row, next, null);
    [row, next] = [next, row];
  }
  const traced = new Array<number>(lists.length);
  let at = capacity;
  const picks = Array.from({ length: Math.min(stride, lists.length) }, () => new Uint16Array(width));
  for (let block = kept.length - 1; block >= 0; block--) {
    const first = block * stride;
    const members = lists.slice(first, first + stride);
    row = kept.pop()!;
    for (const [i, list] of members.entries()) {
      advance(list, row, next, picks[i]!);
      [row, next] = [next, row];
    }
    for (let i = members.length - 1; i >= 0; i--) {
      const k = picks[i]![at]!;
      traced[first + i] = k;
      at -= members[i]![k]!.units;
    }
  }
  return traced;
}
