/**
 * Chooses how the sites of a network compare and multiply, and the OT extensions, for a network between the parties.
 *
 * Sites cost independently of each other but for the price of a random OT, which depends on the extension, which depends
 * on how many there are. So each site takes what is fastest at a given price, once at that of SoftSpoken and once at
 * that of Ferret, and the plan that is faster as a whole, by its exact bytes and rounds, is taken.
 * @module
 */
import { type ComparePlan, planCompare, rebuildSite, type SitePlan, siteCost } from '@relent/crypto';
import type { IntegerGraph } from '@relent/graph';
import type { LinearCorrelations } from './linear-correlations.js';
import { type Plan, type PlanOptions, plan } from './plan.js';
import { type CompareVariant, checkDemand, meetsDemand, type PlanDemand, type SiteChoice } from './plan-choice.js';
import { type PlanCost, planCost } from './plan-cost.js';
import { type NetworkProfile, networkMs } from './profiles.js';
import { sharedRlwe } from './rlwe-correlations.js';

/** What the planner is told. */
export interface PlannerOptions extends PlanDemand, Pick<PlanOptions, 'batchRots' | 'answer'> {
  readonly profile: NetworkProfile;
  /** How much a second of the offline phase counts against one of the online phase; default 1. */
  readonly offlineWeight?: number;
  /** Default: RLWE. */
  readonly linear?: LinearCorrelations;
}

/** Predicted time of one image. */
export interface PlanTime {
  readonly onlineMs: number;
  readonly offlineMs: number;
}

/** Bits that an ROT costs on the wire, as the two prices to try: SoftSpoken's, and about Ferret's. */
const rotPrices = [31, 1] as const;

const candidates: readonly SiteChoice[] = [2, 3, 4, 5, 6, 7, 8].flatMap((digitBits): SiteChoice[] => [
  { mode: 'a', compare: 'tree', digitBits },
  { mode: 'a', compare: 'flat', digitBits },
  { mode: 'b', compare: 'flat', digitBits },
]);

/** Comparisons are planned once per form, window and mode: sites of one network repeat them. */
function newRebuild(): (site: SitePlan, choice: SiteChoice) => SitePlan {
  const plans = new Map<string, ComparePlan>();
  return (site, { mode, compare, digitBits }) => {
    const { ringBits, window } = site.compare;
    const key = [ringBits, window.low, window.high, mode, compare, digitBits].join();
    const options = { window, digitBits, levels: compare === 'flat' ? 1 : 2, authenticated: mode === 'b' } as const;
    const planned = plans.get(key) ?? planCompare(ringBits, options);
    plans.set(key, planned);
    return rebuildSite(site, planned);
  };
}

/** The forms that a site can take. */
function fitting(site: SitePlan, demand: PlanDemand): SiteChoice[] {
  const { width } = site.compare;
  return candidates.filter(({ mode, compare, digitBits }) => {
    // A larger digit than the comparand changes nothing; four digits are the most of one level.
    const digits = Math.ceil(width / digitBits);
    const useful = digitBits === 2 || Math.ceil(width / (digitBits - 1)) > digits;
    return useful && (compare === 'tree' || digits <= 4) && meetsDemand({ mode, compare, digitBits }, demand);
  });
}

/** The site's share of the predicted time, its random OTs at a price. */
function siteMs(site: SitePlan, rotBits: number, { profile, offlineWeight = 1 }: PlannerOptions): number {
  const { offline, online } = siteCost(site);
  const bitsOf = (messages: readonly { readonly bits: number }[]): number =>
    messages.reduce((sum, { bits }) => sum + bits, 0);
  const rots = offline.rots.client + offline.rots.server;
  const onlineMs = networkMs(
    { bytesUp: bitsOf(online.messages) / 8, bytesDown: 0, rounds: online.messages.length },
    profile,
  );
  const offlineBytes = (bitsOf(offline.messages) + rots * rotBits) / 8;
  const offlineMs = networkMs({ bytesUp: offlineBytes, bytesDown: 0, rounds: 0 }, profile);
  return onlineMs + offlineWeight * (offlineMs + computeMs(bitsOf(offline.messages), rots, profile));
}

/** Both parties' computation of a site's correlations. */
function computeMs(offlineBits: number, rots: number, { compute }: NetworkProfile): number {
  return compute === undefined ? 0 : (rots * compute.rotNs + offlineBits * compute.bitNs) / 1e6;
}

/**
 * The predicted time of a plan: bytes over the rate, half a round trip for each message in a chain, and, where the profile
 * has rates of computation, that of the random OTs and their corrections. That of the linear layers depends on no choice
 * and is left out.
 */
export function planTime(steps: Plan, profile: NetworkProfile, cost: PlanCost = planCost(steps)): PlanTime {
  let compute = 0;
  for (const step of steps.steps) {
    if (step.kind !== 'site') continue;
    const { offline } = siteCost(step.site);
    const bits = offline.messages.reduce((sum, message) => sum + message.bits, 0);
    compute += computeMs(bits, offline.rots.client + offline.rots.server, profile);
  }
  return { onlineMs: networkMs(cost.online, profile), offlineMs: networkMs(cost.offline, profile) + compute };
}

/**
 * The fastest plan that meets the demand.
 * @throws RangeError as {@link plan}; if nothing meets the demand, naming the site; if the weight is negative.
 */
export function choosePlan(graph: IntegerGraph, options: PlannerOptions): Plan {
  const { profile, offlineWeight = 1, linear = sharedRlwe } = options;
  checkDemand(options);
  if (!(offlineWeight >= 0 && offlineWeight < Infinity)) {
    throw new RangeError(`"offlineWeight" expected a number of at least 0, got ${offlineWeight}`);
  }
  const base: PlanOptions = {
    ...(options.batchRots === undefined ? {} : { batchRots: options.batchRots }),
    answer: options.answer ?? 'logits',
    exact: options.exact ?? false,
  };
  const start = plan(graph, base);
  const rebuild = newRebuild();
  const plans = rotPrices.map((price) => {
    const sites = new Map<string, SiteChoice>();
    for (const step of start.steps) {
      if (step.kind !== 'site' || step.choice === null) continue;
      let best: SiteChoice | null = null;
      let least = Infinity;
      for (const choice of fitting(step.site, options)) {
        const ms = siteMs(rebuild(step.site, choice), price, options);
        if (ms < least) [best, least] = [choice, ms];
      }
      if (best === null) throw new RangeError(`site "${step.id}" expected a form that meets the demand, got none`);
      sites.set(step.id, best);
    }
    return plan(graph, { ...base, sites });
  });
  const total = (candidate: Plan): number => {
    const { onlineMs, offlineMs } = planTime(candidate, profile, planCost(candidate, linear));
    return onlineMs + offlineWeight * offlineMs;
  };
  const [first, second] = plans as [Plan, Plan];
  return total(second) < total(first) ? second : first;
}

/** One line of a table of alternatives. */
export interface PlanAlternative extends PlanTime {
  /** What was demanded; empty for the planner's own choice. */
  readonly demand: PlanDemand;
  readonly plan: Plan;
  readonly cost: PlanCost;
}

const demands: readonly { readonly mode?: 'a' | 'b'; readonly compare?: CompareVariant }[] = [
  {},
  { mode: 'a', compare: 'tree' },
  { mode: 'a', compare: 'flat' },
  { mode: 'b', compare: 'flat' },
];

/** The planner's choice under every demand, its free choice first. */
export function planAlternatives(graph: IntegerGraph, options: PlannerOptions): readonly PlanAlternative[] {
  return demands
    .filter(({ mode }) => mode !== 'b' || !options.exact)
    .map((demand) => {
      const chosen = choosePlan(graph, { ...options, mode: undefined, compare: undefined, ...demand });
      const cost = planCost(chosen, options.linear);
      return { demand, plan: chosen, cost, ...planTime(chosen, options.profile, cost) };
    });
}
