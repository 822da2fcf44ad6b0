/**
 * The options of commands that plan private inference: the network between the parties, and what to insist on.
 *
 * @module
 */
import type { CompareVariant, NetworkProfile, PlanDemand, PlannerOptions, ProfileName } from '@relent/protocol';
import { type Command, Option } from 'commander';
import { networkOption } from './network-names.js';
import { atLeastZero, positiveNumber } from './options.js';

// Typed as the planner's variants are, so that --help names all of them without loading a package.
const variants = { tree: true, flat: true } satisfies Record<CompareVariant, true>;

/** What a user may insist on. */
export interface DemandOptions {
  readonly mode?: 'a' | 'b';
  readonly compare?: CompareVariant;
  readonly exact?: boolean;
}

/** What the planner takes into account. */
export interface NetworkOptions extends DemandOptions {
  readonly network: ProfileName;
  /** Mbit/s. */
  readonly bandwidth?: number;
  /** Milliseconds. */
  readonly rtt?: number;
  readonly cpu?: number;
  readonly offlineWeight?: number;
}

/** Adds `--mode`, `--compare` and `--exact`. */
export function addDemandOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--mode <mode>',
        'multiply gates in two round trips a layer (a) or, with more bytes, in one (b)',
      ).choices(['a', 'b']),
    )
    .addOption(
      new Option('--compare <form>', 'comparisons of two levels (tree) or, with larger tables, of one (flat)').choices(
        Object.keys(variants),
      ),
    )
    .option('--exact', "round without error, for more bytes: results no longer depend on the parties' random shares");
}

/** Adds the options of the planner. */
export function addNetworkOptions(command: Command): Command {
  return addDemandOptions(
    command
      .addOption(networkOption())
      .option('--bandwidth <Mbit/s>', 'its rate in each direction, if another', positiveNumber)
      .option('--rtt <ms>', 'its round trip, if another', atLeastZero)
      .option('--cpu <factor>', 'how much slower than the reference machine the parties compute', atLeastZero)
      .option(
        '--offline-weight <factor>',
        'how much a second before the image is known counts against one after it (default: 1)',
        atLeastZero,
      ),
  );
}

/** The demand of the options. */
export function demandOf({ mode, compare, exact }: DemandOptions): PlanDemand {
  return { mode, compare, exact };
}

/** The network of the options. */
export async function profileOf({ network, bandwidth, rtt, cpu }: NetworkOptions): Promise<NetworkProfile> {
  const { profiles } = await import('@relent/protocol');
  const base = profiles[network];
  const { rotNs, bitNs } = base.compute;
  return {
    name: bandwidth === undefined && rtt === undefined ? base.name : 'custom',
    bitsPerSecond: bandwidth === undefined ? base.bitsPerSecond : bandwidth * 1e6,
    roundTripMs: rtt ?? base.roundTripMs,
    compute: { rotNs: rotNs * (cpu ?? 1), bitNs: bitNs * (cpu ?? 1) },
  };
}

/** What the planner is told. */
export async function planningOf(options: NetworkOptions): Promise<PlannerOptions> {
  const { offlineWeight } = options;
  return {
    profile: await profileOf(options),
    ...demandOf(options),
    ...(offlineWeight === undefined ? {} : { offlineWeight }),
  };
}
