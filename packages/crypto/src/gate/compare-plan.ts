/**
 * The public shape of one comparison: which bits of the shares are compared, how they are cut into digits, and the tree
 * of one or two levels that joins the digits' results.
 *
 * A node of arity K takes (g_j, e_j) of K digits, lowest first ("greater" and "equal"), and gives
 *
 *     g = g_{K-1} ⊕ e_{K-1} g_{K-2} ⊕ e_{K-1} e_{K-2} g_{K-3} ⊕ …,    e = e_{K-1} … e_0.
 *
 * Every input v that is multiplied is opened under a shared mask, o_v = v ⊕ λ_v, and each monomial is expanded,
 * Π v = Π (o_v ⊕ λ_v) = Σ_S Π_{v ∉ S} o_v · λ_S, with the products λ_S = Π_{v ∈ S} λ_v shared offline.
 *
 * Source: Patra et al., "ABY2.0", eprint 2020/1225, §3.1.4 (multi-input AND); Rathee et al., "CrypTFlow2",
 *         eprint 2020/1002, §3 (digits and tree).
 * @module
 */
import { checkRingBits } from '../ring.js';

/** An input of a node: one result bit of a digit or of a lower node. */
export interface Variable {
  /** Index of the digit (level 0 inputs) or of the level-0 node (level 1 inputs), lowest first. */
  readonly input: number;
  readonly kind: 'greater' | 'equal';
}

/** λ_S as the product of two masks; indices count a node's variables first, then its products. */
export interface MaskProduct {
  readonly left: number;
  readonly right: number;
}

/** Opened variables of a term and its mask: an index as in {@link MaskProduct}, -1 for the constant 1 of the client. */
export interface Term {
  readonly opened: readonly number[];
  readonly mask: number;
}

/** One node of the tree. */
export interface TreeNode {
  /** Inputs, lowest first. */
  readonly inputs: readonly number[];
  readonly variables: readonly Variable[];
  readonly products: readonly MaskProduct[];
  /**
   * Products for which the server derandomises an OT choice: those that are factors of others, and all of them in an
   * authenticated plan.
   */
  readonly composites: readonly number[];
  readonly greater: readonly Term[];
  /** Null for the node that holds the lowest digit: nothing below needs to know equality. */
  readonly equal: readonly Term[] | null;
}

/** One digit: `bits` bits of the comparands from `shift` on. */
export interface Digit {
  readonly shift: number;
  readonly bits: number;
  /** 2 for (g, e), 1 for the lowest digit, which needs no e. */
  readonly functions: 1 | 2;
}

/**
 * Which bits of the score's shares are compared: those from `low` up to but not including `high`, 0 <= low,
 * low + 2 <= high <= l. For |score| <= 2^(high-1) - 2^low the decision is exact, but that scores from 1 to 2^low - 1 may
 * be taken for zero, see `idealWindowCompare`.
 */
export interface CompareWindow {
  readonly low: number;
  readonly high: number;
}

/** Everything public about a comparison over Z_2^l. AGREEMENT: both parties must use one plan. */
export interface ComparePlan {
  readonly ringBits: number;
  readonly window: CompareWindow;
  /** Bits of the comparands: those of the window without its topmost, the sign. */
  readonly width: number;
  readonly digits: readonly Digit[];
  /** Level 0: nodes over digits, lowest first. */
  readonly lower: readonly TreeNode[];
  /** Level 1: one node over the lower nodes, or null if there is one lower node. */
  readonly upper: TreeNode | null;
  /**
   * Whether the server's share of the result is authenticated under the client's Δ, see compare-tags.ts: one bit down
   * and one random OT more, and an announcement for every product.
   */
  readonly authenticated: boolean;
}

/** Inputs of a node, and so the digits of a comparison of one level. */
export const MAX_ARITY = 4;
const DEFAULT_DIGIT_BITS = 4;

/** Largest digit: its tables of 2^8 entries take 2,048 bits to deal. */
export const MAX_DIGIT_BITS = 8;

/** A set of variables as a bit mask; lists its members. */
function members(set: number): number[] {
  const list: number[] = [];
  for (let v = 0; set >>> v !== 0; v++) if ((set >>> v) & 1) list.push(v);
  return list;
}

/** The nonempty subsets of `set`. */
function subsets(set: number): number[] {
  const list: number[] = [];
  for (let s = set; s !== 0; s = (s - 1) & set) list.push(s);
  return list;
}

/** Splits λ_S into two factors of at most two variables each, so that all products need one exchange. */
function splitSet(set: number, pairs: ReadonlySet<number>): [number, number] {
  const list = members(set).map((v) => 1 << v);
  const [a = 0, b = 0, c = 0, d = 0] = list;
  if (list.length === 2) return [a, b];
  if (list.length === 4) return [a | b, c | d];
  for (const [pair, rest] of [
    [a | b, c],
    [b | c, a],
    [a | c, b],
  ] as const) {
    if (pairs.has(pair)) return [pair, rest];
  }
  return [a | b, c];
}

/** Expands a node; one of a single input opens nothing and passes it on. */
function planNode(inputs: readonly number[], needsEqual: boolean, authenticated: boolean): TreeNode {
  const arity = inputs.length;
  const variables: Variable[] = [];
  // High "equal" bits first: they are the factors that products share.
  for (let j = arity - 1; j >= (needsEqual && arity > 1 ? 0 : 1); j--) {
    variables.push({ input: inputs[j]!, kind: 'equal' });
  }
  for (let j = arity - 2; j >= 0; j--) variables.push({ input: inputs[j]!, kind: 'greater' });
  const equalsDownTo = (j: number): number => (1 << (arity - j)) - 1;
  const indexOfGreater = (j: number): number =>
    variables.findIndex(({ kind, input }) => kind === 'greater' && input === inputs[j]);
  const monomials: number[] = [];
  for (let j = arity - 2; j >= 0; j--) monomials.push(equalsDownTo(j + 1) | (1 << indexOfGreater(j)));
  const equalMonomial = needsEqual && arity > 1 ? equalsDownTo(0) : 0;

  const needed = new Set<number>();
  for (const monomial of [...monomials, equalMonomial]) {
    for (const set of subsets(monomial)) if (members(set).length >= 2) needed.add(set);
  }
  const bySize = [...needed].sort((x, y) => members(x).length - members(y).length || x - y);
  const pairs = new Set<number>();
  for (const set of bySize.toReversed()) {
    if (members(set).length > 2)
      for (const half of splitSet(set, pairs)) if (members(half).length === 2) pairs.add(half);
  }
  for (const pair of pairs) needed.add(pair);
  const order = [...needed].sort((x, y) => members(x).length - members(y).length || x - y);
  const index = new Map<number, number>(variables.map((_, v) => [1 << v, v]));
  for (const [k, set] of order.entries()) index.set(set, variables.length + k);
  const products = order.map((set): MaskProduct => {
    const [left, right] = splitSet(set, pairs);
    return { left: index.get(left)!, right: index.get(right)! };
  });
  const terms = (monomial: number): Term[] => [
    { opened: members(monomial), mask: -1 },
    ...subsets(monomial).map((set): Term => ({ opened: members(monomial & ~set), mask: index.get(set)! })),
  ];
  return {
    inputs,
    variables,
    products,
    composites: (authenticated ? order : [...pairs]).map((set) => index.get(set)!).sort((x, y) => x - y),
    greater: monomials.flatMap(terms),
    equal: needsEqual ? (arity > 1 ? terms(equalMonomial) : []) : null,
  };
}

/** Cuts `width` bits into as few digits of at most `digitBits` bits as possible; the longer ones lie lowest. */
function planDigits(width: number, digitBits: number): Digit[] {
  const count = Math.ceil(width / digitBits);
  const short = Math.floor(width / count);
  const long = width - count * short;
  const digits: Digit[] = [];
  for (let j = 0, shift = 0; j < count; j++) {
    const bits = j < long ? short + 1 : short;
    digits.push({ shift, bits, functions: j === 0 ? 1 : 2 });
    shift += bits;
  }
  return digits;
}

/** All ways to write `total` as an ordered sum of 1..MAX_ARITY parts, each at most MAX_ARITY. */
function compositions(total: number, parts = MAX_ARITY): number[][] {
  if (total === 0) return [[]];
  if (parts === 0 || total > parts * MAX_ARITY) return [];
  const list: number[][] = [];
  for (let first = 1; first <= Math.min(total, MAX_ARITY); first++) {
    for (const rest of compositions(total - first, parts - 1)) list.push([first, ...rest]);
  }
  return list;
}

function planTree(
  digits: number,
  arities: readonly number[],
  authenticated: boolean,
): Pick<ComparePlan, 'lower' | 'upper'> {
  let next = 0;
  const lower = arities.map((arity, node) =>
    planNode(
      Array.from({ length: arity }, () => next++),
      node > 0,
      authenticated,
    ),
  );
  if (next !== digits) throw new RangeError(`"arities" expected a sum of ${digits}, got ${next}`);
  const upper = lower.length > 1 ? planNode(Array.from(lower.keys()), false, authenticated) : null;
  return { lower, upper };
}

/** All nodes of a plan, lower ones first. */
export function nodesOf(plan: ComparePlan): readonly TreeNode[] {
  return plan.upper === null ? plan.lower : [...plan.lower, plan.upper];
}

/** Entries of one field over several nodes. */
function count(nodes: readonly TreeNode[], field: 'variables' | 'products' | 'composites'): number {
  return nodes.reduce((sum, node) => sum + node[field].length, 0);
}

/** Bits of one comparison, by message; see docs/protocols.md. */
export interface CompareBits {
  /** Online, server to client in message 1: masked comparand bits, openings of the lower nodes, the authenticated bit. */
  readonly leafDown: number;
  /** Online, client to server in message 2: openings of both levels. */
  readonly openingsUp: number;
  /** Online, server to client in message 3: openings of the upper node. */
  readonly openingsDown: number;
  /** Offline, client to server: rotated tables and product corrections. */
  readonly correctionsUp: number;
  /** Offline, server to client: choice bits of composite masks. */
  readonly choicesDown: number;
  /** Random OTs with the client as sender. */
  readonly rots: number;
}

/** Bits of one comparison. */
export function compareBits(plan: ComparePlan): CompareBits {
  const nodes = nodesOf(plan);
  const lowerOpenings = count(plan.lower, 'variables');
  const upperOpenings = plan.upper?.variables.length ?? 0;
  const closing = plan.authenticated ? 1 : 0;
  const tables = plan.digits.reduce((sum, { bits, functions }) => sum + functions * bits * (1 << (bits - 1)), 0);
  return {
    leafDown: plan.width + lowerOpenings + closing,
    openingsUp: lowerOpenings + upperOpenings,
    openingsDown: upperOpenings,
    correctionsUp: tables + 2 * count(nodes, 'products'),
    choicesDown: count(nodes, 'composites'),
    rots: plan.width + lowerOpenings + upperOpenings + count(nodes, 'composites') + closing,
  };
}

/** How a comparison is built. */
export interface CompareOptions {
  /** m in 2..8: larger digits save online bits and cost offline bits. Default 4; with one level, what makes four digits. */
  readonly digitBits?: number;
  /** 1: one node over at most four digits, so that the client knows its result after message 1. Default 2. */
  readonly levels?: 1 | 2;
  /** Default: the whole ring. */
  readonly window?: CompareWindow;
  /** Authenticates the server's share of the result; takes one level. Default false. */
  readonly authenticated?: boolean;
}

function checkWindow({ low, high }: CompareWindow, ringBits: number): void {
  if (!Number.isInteger(low) || !Number.isInteger(high) || low < 0 || high > ringBits || high - low < 2) {
    throw new RangeError(`"window" expected at least two of the bits 0..${ringBits - 1}, got [${low}, ${high})`);
  }
}

/** Plans by what they were asked for: the sites of a network repeat them, and they never change. */
const plans = new Map<string, ComparePlan>();

function cheapestPlan(base: Omit<ComparePlan, 'lower' | 'upper'>, levels: 1 | 2): ComparePlan {
  const { digits, authenticated } = base;
  let best: ComparePlan | null = null;
  let bestCost: readonly number[] = [];
  for (const arities of levels === 1 ? [[digits.length]] : compositions(digits.length)) {
    const plan: ComparePlan = { ...base, ...planTree(digits.length, arities, authenticated) };
    const bits = compareBits(plan);
    const cost = [bits.leafDown + bits.openingsUp + bits.openingsDown, bits.rots, bits.correctionsUp, bits.choicesDown];
    const firstDifference = cost.findIndex((value, i) => value !== bestCost[i]);
    if (best === null || (firstDifference >= 0 && cost[firstDifference]! < bestCost[firstDifference]!)) {
      best = plan;
      bestCost = cost;
    }
  }
  return best!;
}

/**
 * Plans a comparison over Z_2^l: the tree with the fewest online bits, then the fewest random OTs, then the fewest
 * offline bits.
 *
 * @param ringBits - l in 8..32.
 * @throws RangeError if a parameter lies outside its range, or one level would need more than four digits.
 */
export function planCompare(ringBits: number, options: CompareOptions = {}): ComparePlan {
  checkRingBits(ringBits);
  const { levels = 2, window = { low: 0, high: ringBits }, authenticated = false } = options;
  if (authenticated && levels !== 1) throw new RangeError('"levels" expected 1 for an authenticated result, got 2');
  checkWindow(window, ringBits);
  const width = window.high - window.low - 1;
  const digitBits =
    options.digitBits ?? (levels === 1 ? Math.max(2, Math.ceil(width / MAX_ARITY)) : DEFAULT_DIGIT_BITS);
  if (!Number.isInteger(digitBits) || digitBits < 2 || digitBits > MAX_DIGIT_BITS) {
    throw new RangeError(`"digitBits" expected an integer in 2..${MAX_DIGIT_BITS}, got ${digitBits}`);
  }
  const digits = planDigits(width, digitBits);
  if (levels === 1 && digits.length > MAX_ARITY) {
    throw new RangeError(
      `"digitBits" expected at least ${Math.ceil(width / MAX_ARITY)} for one level, got ${digitBits}`,
    );
  }
  const key = [ringBits, window.low, window.high, digitBits, levels, authenticated].join();
  let planned = plans.get(key);
  if (planned === undefined) {
    planned = cheapestPlan({ ringBits, window, width, digits, authenticated }, levels);
    plans.set(key, planned);
  }
  return planned;
}
