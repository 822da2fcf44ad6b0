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
import { checkGraph } from './plan-check.js';
import type { SiteChoice } from './plan-choice.js';
import { type PlannedConvolution, planWaves } from './rlwe-plan.js';
import { chooseTransfer, type TransferPlan } from './transfer-choice.js';

type NodeOf<Op extends IntegerNode['op']> = Extract<IntegerNode, { readonly op: Op }>;

/** What every step carries: the position in the plan, the node, and the elements of its value. */
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
  readonly node: LocalNode;
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

/** One step; steps stand in the order of the graph's nodes. */
export type PlanStep = InputStep | LocalStep | ConvStep | SiteStep;

/** Everything public about a private inference. AGREEMENT: both parties must use one plan. */
export interface Plan {
  readonly ringBits: number;
  readonly graph: IntegerGraph;
  readonly steps: readonly PlanStep[];
  readonly input: InputStep;
  /** The node whose value is the answer, and its elements. */
  readonly output: { readonly id: string; readonly size: number };
  /** The cuts of the convolutions for RLWE; those of one wave need each other's results for nothing. */
  readonly waves: readonly (readonly PlannedConvolution[])[];
  /** Sites whose offline phases run merged, batch after batch: few rounds, bounded memory. */
  readonly batches: readonly (readonly SiteStep[])[];
  /** Which OT extension makes the random OTs of each direction. */
  readonly transfer: TransferPlan;
  /** For each step the ids whose values no later step reads. */
  readonly lastUses: readonly (readonly string[])[];
}

/** Options of {@link plan}; they are public and both parties must choose alike. */
export interface PlanOptions {
  /** Random OTs of the sites that share one offline batch; a larger site has a batch of its own. Default 2^22. */
  readonly batchRots?: number;
  /** The OT extensions; default: what moves the fewest bytes for one inference. */
  readonly transfer?: TransferPlan;
  /** How each site with comparisons of its own is built; default {@link defaultSiteChoice} for all. See `choosePlan`. */
  readonly sites?: ReadonlyMap<string, SiteChoice>;
}

/** The choice of a plan that nobody chose for: few bytes in both phases. */
export const defaultSiteChoice: SiteChoice = { mode: 'a', compare: 'tree', digitBits: 4 };

/** What the steps of one plan share. */
interface PlanContext {
  readonly graph: IntegerGraph;
  readonly windows: ReadonlyMap<string, ScoreWindow>;
  readonly choices: PlanOptions['sites'];
}

function choiceFor({ id, gates }: NodeOf<'site'>, { choices }: PlanContext): SiteChoice | null {
  if (gates.comparisons === 0) return null;
  const choice = choices === undefined ? defaultSiteChoice : choices.get(id);
  if (choice === undefined) throw new RangeError(`"sites" expected a choice for "${id}", got none`);
  return choice;
}

const defaultBatchRots = 2 ** 22;

function planSiteStep(node: NodeOf<'site'>, index: number, context: PlanContext): SiteStep {
  const { graph, windows } = context;
  const { gates } = node;
  const source = gates.source === null ? node : graph.nodes.find((other) => other.id === gates.source);
  const gateCount = source?.op === 'site' ? source.gates.comparisons : 0;
  const size = sizeOf(node.shape);
  const [, height, width] = gates.shape;
  const window = windows.get(node.id);
  const shape: SiteShape = {
    ringBits: graph.ringBits,
    truncationBits: node.truncationBits,
    neurons: size,
    comparisons: gates.comparisons,
    gateCount,
    gateOf: gates.gateOf,
    a: gates.a,
    b: gates.b,
    neuronsPerChannel: height * width,
    affineBits: gates.affineBits,
    source: gates.source === null ? 'own' : 'given',
  };
  const choice = choiceFor(node, context);
  const built =
    choice === null
      ? {}
      : ({ mode: choice.mode, levels: choice.compare === 'flat' ? 1 : 2, digitBits: choice.digitBits } as const);
  const site = planSite(shape, { ...built, ...(window === undefined ? {} : { window }) });
  return { kind: 'site', index, id: node.id, size, node, site, choice };
}

function planStep(node: IntegerNode, index: number, context: PlanContext): PlanStep {
  const base = { index, id: node.id, size: sizeOf(node.shape) };
  if (isLocal(node)) return { ...base, kind: 'local', node };
  switch (node.op) {
    case 'input':
      return { ...base, kind: 'input', node };
    case 'conv':
      return { ...base, kind: 'conv', node, geometry: convGeometry(node) };
    case 'site':
      return planSiteStep(node, index, context);
    case 'max-pool':
      throw new RangeError(`node "${node.id}" expected an operator of the private engine, got max-pool`);
    default:
      return node satisfies never;
  }
}

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
 * @throws RangeError if `sites` does not fit; naming the node if the graph is inconsistent or holds what the private engine cannot run
 *         (max-pool, neurons with quadratics, weights beyond the noise budget of RLWE).
 */
export function plan(graph: IntegerGraph, options: PlanOptions = {}): Plan {
  checkGraph(graph);
  const context: PlanContext = { graph, windows: compareWindows(graph), choices: options.sites };
  const steps = graph.nodes.map((node, index) => planStep(node, index, context));
  const output = steps.find((step) => step.id === graph.output);
  const [input] = steps;
  if (input?.kind !== 'input' || output === undefined) {
    throw new RangeError('"graph" expected an input node first and a known output, got others');
  }
  const sites = steps.filter((step) => step.kind === 'site');
  const chosen = sites.filter(({ choice }) => choice !== null).length;
  if (options.sites !== undefined && options.sites.size !== chosen) {
    throw new RangeError(`"sites" expected the ${chosen} sites with comparisons, got ${options.sites.size}`);
  }
  const batches = batchSites(sites, options.batchRots ?? defaultBatchRots);
  return {
    ringBits: graph.ringBits,
    graph,
    steps,
    input,
    output: { id: output.id, size: output.size },
    waves: planWaves(steps, graph.ringBits),
    batches,
    transfer: options.transfer ?? chooseTransfer(batches),
    lastUses: lastUsesOf(steps, graph.output),
  };
}
