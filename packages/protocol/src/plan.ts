/**
 * The public plan of a private inference: what both parties derive, alike, from the public half of a model.
 * @module
 */
import { planSite, type SitePlan, type SiteShape, siteCost } from '@relent/crypto';
import {
  compareWindows,
  convGeometry,
  type IntegerGraph,
  type IntegerNode,
  isLocal,
  type LocalNode,
  type ScoreWindow,
  sizeOf,
} from '@relent/graph';
import type { ConvGeometry } from '@relent/kernels';
import { repeatSite } from './images.js';
import { allowsExact, checkAnswer, checkGraph, checkImages } from './plan-check.js';
import { choiceOf, type SiteChoice } from './plan-choice.js';
import { type PlannedConvolution, planWaves } from './rlwe-plan.js';
import type { TournamentNode } from './tournament.js';
import { classParts, maxPoolParts, type TournamentPart } from './tournament-steps.js';
import { chooseTransfer, type TransferPlan } from './transfer-choice.js';

type NodeOf<Op extends IntegerNode['op']> = Extract<IntegerNode, { readonly op: Op }>;

/** What every step carries: the position in the plan, the node, and the elements of its value over all images. */
interface StepBase {
  readonly index: number;
  readonly id: string;
  readonly size: number;
}

/** The client's masked image. */
export interface InputStep extends StepBase {
  readonly kind: 'input';
  readonly node: NodeOf<'input'>;
}

/** A linear node that each party computes on its share alone. */
export interface LocalStep extends StepBase {
  readonly kind: 'local';
  readonly node: LocalNode | TournamentNode;
}

/** A linear layer: the server computes on its share, offline correlations give the client's share. */
export interface ConvStep extends StepBase {
  readonly kind: 'conv';
  readonly node: NodeOf<'conv'>;
  readonly geometry: ConvGeometry;
}

/** An activation layer: the only interactive step. */
export interface SiteStep extends StepBase {
  readonly kind: 'site';
  readonly node: NodeOf<'site'>;
  readonly site: SitePlan;
  /** How the site was built; null without comparisons of its own. */
  readonly choice: SiteChoice | null;
}

/** One step; steps stand in the order of the graph's nodes, of which some take several. */
export type PlanStep = InputStep | LocalStep | ConvStep | SiteStep;

/** What the client learns: all logits, or the index of the largest one alone (at every pixel, for a segmentation). */
export type Answer = 'logits' | 'class';

/** Everything public about a private inference. AGREEMENT: both parties must use one plan. */
export interface Plan {
  readonly ringBits: number;
  readonly graph: IntegerGraph;
  /** How many images run at once. Every value holds theirs one after the other. */
  readonly images: number;
  readonly steps: readonly PlanStep[];
  readonly input: InputStep;
  readonly answer: Answer;
  /** Whether truncation and comparison leave no error: the result is that of the interpreter in mode `floor`. */
  readonly exact: boolean;
  /** The step whose value is the answer, its elements, and the low bits of each that the client learns. */
  readonly output: { readonly id: string; readonly size: number; readonly bits: number };
  /** The cuts of the convolutions for RLWE; those of one wave need each other's results for nothing. */
  readonly waves: readonly (readonly PlannedConvolution[])[];
  /** Sites whose offline phases run merged, batch after batch: few rounds, bounded memory. */
  readonly batches: readonly (readonly SiteStep[])[];
  /** Which OT extension makes the random OTs of each direction. */
  readonly transfer: TransferPlan;
  /** For each step the ids whose values no later step reads. */
  readonly lastUses: readonly (readonly string[])[];
  /** Random OTs of the sites that share an offline batch. */
  readonly batchRots: number;
}

/** Options of {@link plan}; they are public and both parties must choose alike. */
export interface PlanOptions {
  /** Random OTs of the sites that share one offline batch; a larger site has a batch of its own. Default 2^22. */
  readonly batchRots?: number;
  /** The OT extensions; default: what moves the fewest bytes for one inference. */
  readonly transfer?: TransferPlan;
  /** How each site with comparisons of its own is built; default {@link defaultSiteChoice} for all. See `choosePlan`. */
  readonly sites?: ReadonlyMap<string, SiteChoice>;
  /** Default `logits`. */
  readonly answer?: Answer;
  /** Exact truncation and comparisons that look at all low bits; takes mode a and no quadratics. Default false. */
  readonly exact?: boolean;
  /** Images that run at once: one batch of comparisons a site, the rounds of one image. Default 1. */
  readonly images?: number;
}

/** The choice of a plan that nobody chose for: few bytes in both phases. */
export const defaultSiteChoice: SiteChoice = { mode: 'a', compare: 'tree', digitBits: 4 };

/** What the steps of one plan share. */
interface PlanContext {
  readonly graph: IntegerGraph;
  readonly windows: ReadonlyMap<string, ScoreWindow>;
  readonly choices: PlanOptions['sites'];
  readonly images: number;
  readonly exact: boolean;
}

function choiceFor({ id, gates }: NodeOf<'site'>, { choices }: PlanContext): SiteChoice | null {
  if (gates.comparisons === 0) return null;
  const choice = choices === undefined ? defaultSiteChoice : choices.get(id);
  if (choice === undefined) throw new RangeError(`"sites" expected a choice for "${id}", got none`);
  return choice;
}

const defaultBatchRots = 2 ** 22;

function planSiteStep(
  node: NodeOf<'site'>,
  index: number,
  context: PlanContext,
  window: ScoreWindow | undefined,
): SiteStep {
  const { graph, images, exact } = context;
  const { gates } = node;

  const source = gates.source === null ? node : graph.nodes.find((other) => other.id === gates.source);
  const gateCount = source?.op === 'site' ? source.gates.comparisons : 0;
  const neurons = sizeOf(node.shape);
  const [, height, width] = gates.shape;
  const shape: SiteShape = {
    ringBits: graph.ringBits,
    truncationBits: node.truncationBits,
    neurons,
    comparisons: gates.comparisons,
    gateCount,
    gateOf: gates.gateOf,
    a: gates.a,
    b: gates.b,
    neuronsPerChannel: height * width,
    affineBits: gates.affineBits,
    source: gates.source === null ? 'own' : 'given',
    polynomial: gates.dropped,
  };
  const choice = choiceFor(node, context);
  const built =
    choice === null
      ? {}
      : ({ mode: choice.mode, levels: choice.compare === 'flat' ? 1 : 2, digitBits: choice.digitBits } as const);
  const site = planSite(repeatSite(shape, images), {
    ...built,
    exact,
    ...(window === undefined ? {} : { window }),
  });
  return { kind: 'site', index, id: node.id, size: neurons * images, node, site, choice };
}

function planNode(node: IntegerNode, index: number, context: PlanContext): PlanStep[] {
  const base = { index, id: node.id, size: sizeOf(node.shape) * context.images };
  if (isLocal(node)) return [{ ...base, kind: 'local', node }];
  switch (node.op) {
    case 'input':
      return [{ ...base, kind: 'input', node }];
    case 'conv':
      return [{ ...base, kind: 'conv', node, geometry: convGeometry(node) }];
    case 'site':
      return [planSiteStep(node, index, context, context.windows.get(node.id))];
    case 'max-pool':
      return planParts(maxPoolParts(node), index, context);
    default:
      return node satisfies never;
  }
}

function planParts(parts: readonly TournamentPart[], first: number, context: PlanContext): PlanStep[] {
  return parts.map(({ id, size, node, window }, i): PlanStep => {
    const index = first + i;
    return node.op === 'site'
      ? planSiteStep(node, index, context, window)
      : { kind: 'local', index, id, size: size * context.images, node };
  });
}

/** The step that holds the class; no node has this id. */
const classId = '(class)';

function batchSites(sites: readonly SiteStep[], batchRots: number): SiteStep[][] {
  const batches: SiteStep[][] = [];
  let room = 0;
  for (const step of sites) {
    const { client, server } = siteCost(step.site).offline.rots;
    const current = batches.at(-1);
    if (current !== undefined && client + server <= room) current.push(step);
    else {
      batches.push([step]);
      room = batchRots;
    }
    room -= client + server;
  }
  return batches;
}

function lastUsesOf(steps: readonly PlanStep[], output: string): string[][] {
  const last = new Map<string, number>();
  for (const step of steps) {
    last.set(step.id, step.index);
    for (const input of step.node.inputs) last.set(input, step.index);
  }
  last.delete(output);
  return steps.map((step) => [...last].filter(([, index]) => index === step.index).map(([id]) => id));
}

/**
 * Plans private inference of a quantised network. Deterministic: equal graphs give equal plans.
 *
 * @param graph - the public half of the model.
 * @throws RangeError if `sites` or `exact` does not fit; naming the node if the graph is inconsistent or holds what the private engine cannot run
 *         (values too large to be compared, weights beyond the noise budget of RLWE).
 */
export function plan(graph: IntegerGraph, options: PlanOptions = {}): Plan {
  const { images = 1, answer = 'logits', exact = false } = options;
  checkImages(images);
  checkGraph(graph);
  if (exact && !allowsExact(graph)) throw new RangeError('"exact" expected a network without quadratics, got some');
  const windows = compareWindows(exact ? wholeWindows(graph) : graph);
  const context: PlanContext = { graph, windows, choices: options.sites, images, exact };
  const steps: PlanStep[] = [];
  for (const node of graph.nodes) steps.push(...planNode(node, steps.length, context));
  const logits = graph.nodes.find((node) => node.id === graph.output) as IntegerNode;
  checkAnswer(answer, logits, graph.ringBits);
  if (answer === 'class') steps.push(...planParts(classParts(logits, classId), steps.length, context));
  const ids = new Set(steps.map(({ id }) => id));
  if (ids.size < steps.length) throw new RangeError('"graph" expected ids that name no step of another node, got some');
  const output = steps.find((step) => step.id === (answer === 'class' ? classId : graph.output));
  const outputBits = answer === 'class' ? Math.max(1, Math.ceil(Math.log2(logits.shape[0] as number))) : graph.ringBits;
  const [input] = steps;
  if (input?.kind !== 'input' || output === undefined) {
    throw new RangeError('"graph" expected an input node first and a known output, got others');
  }
  const sites = steps.filter((step) => step.kind === 'site');
  const chosen = sites.filter(({ choice }) => choice !== null).length;
  if (options.sites !== undefined && options.sites.size !== chosen) {
    throw new RangeError(`"sites" expected the ${chosen} sites with comparisons, got ${options.sites.size}`);
  }
  const { batchRots = defaultBatchRots } = options;
  const batches = batchSites(sites, batchRots);
  return {
    ringBits: graph.ringBits,
    graph,
    images,
    steps,
    input,
    answer,
    exact,
    output: { id: output.id, size: output.size, bits: outputBits },
    waves: planWaves(steps, graph.ringBits, images),
    batches,
    transfer: options.transfer ?? chooseTransfer(batches),
    lastUses: lastUsesOf(steps, output.id),
    batchRots,
  };
}

/** The graph with comparisons that ignore no low bits. */
function wholeWindows(graph: IntegerGraph): IntegerGraph {
  return { ...graph, nodes: graph.nodes.map((node) => (node.op === 'site' ? { ...node, ignoredBits: 0 } : node)) };
}

const otherCounts = new WeakMap<Plan, Map<number, Plan>>();

/**
 * The plan of the same session for another number of images at once: all that was chosen stays.
 * @param single - of one image.
 * @throws RangeError unless `images` is an integer from 1 to 65,535.
 */
export function planImages(single: Plan, images: number): Plan {
  if (images === single.images) return single;
  const plans = otherCounts.get(single) ?? new Map<number, Plan>();
  otherCounts.set(single, plans);
  const { graph, batchRots } = single;
  const known = plans.get(images) ?? plan(graph, { ...choiceOf(single), batchRots, images });
  plans.set(images, known);
  return known;
}
