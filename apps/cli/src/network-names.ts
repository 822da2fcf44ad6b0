/**
 * Names of the network profiles and of what a cost may count, here so that `--help` need not load the protocol.
 *
 * @module
 */
import type { ProfileName } from '@relent/protocol';
import { Option } from 'commander';

// Typed as the profiles are, so that all of them stand here.
const names = { lan: true, wan: true, mobile: true } satisfies Record<ProfileName, true>;

/** Every network that costs can be predicted for. */
export const networkNames = Object.keys(names) as readonly ProfileName[];

/** Which phases of an image a budget of bytes or time counts. */
export type CountedPhases = 'both' | 'online' | 'offline';

/** Every choice of phases. */
export const countedPhases: readonly CountedPhases[] = ['both', 'online', 'offline'];

/** Where a budget of bytes or time is counted. */
export interface Places {
  readonly network: ProfileName;
  readonly phases: CountedPhases;
}

/** `--network`, the same wherever there is one. */
export function networkOption(): Option {
  return new Option('--network <name>', 'network between the parties, to plan for')
    .choices(networkNames)
    .default('lan');
}
