/**
 * Named networks for predictions and for shaped links.
 * @module
 */

/** How long the choices of a plan compute, both parties together. */
export interface ComputeRates {
  /** A random OT: made, hashed and used. */
  readonly rotNs: number;
  /** A bit of a correction: written and read. */
  readonly bitNs: number;
}

/** A network between two parties; each direction has the full rate. */
export interface NetworkProfile {
  readonly name: string;
  readonly bitsPerSecond: number;
  readonly roundTripMs: number;
  /** Without it, plans are compared by their traffic alone. */
  readonly compute?: ComputeRates;
}

/** CPU time on a 2-core cloud machine with SoftSpoken, fitted to comparisons of six forms from 13 to 20 µs. */
const compute: ComputeRates = { rotNs: 260, bitNs: 1.4 };

/** The named networks. */
export const profiles = {
  lan: { name: 'lan', bitsPerSecond: 1e9, roundTripMs: 1, compute },
  wan: { name: 'wan', bitsPerSecond: 1e8, roundTripMs: 40, compute },
  mobile: { name: 'mobile', bitsPerSecond: 2e7, roundTripMs: 60, compute },
} as const satisfies Record<string, NetworkProfile>;

/** Name of a network in {@link profiles}. */
export type ProfileName = keyof typeof profiles;

/**
 * The time a run spends on the network: its bytes at the profile's rate, one direction after the other, plus half a
 * round trip for each message that has to wait for the one before. Computation is not in it.
 * @returns milliseconds.
 */
export function networkMs(
  traffic: { readonly bytesUp: number; readonly bytesDown: number; readonly rounds: number },
  profile: NetworkProfile,
): number {
  const bits = (traffic.bytesUp + traffic.bytesDown) * 8;
  return (bits * 1_000) / profile.bitsPerSecond + (traffic.rounds * profile.roundTripMs) / 2;
}
