import {
  insecureIdealOt,
  type Meter,
  type OtPair,
  type RandomSource,
  type SimulateOptions,
  type SiteClientCorrelation,
  type SitePlan,
  type SiteServerCorrelation,
  simulate,
  siteOfflineClient,
  siteOfflineServer,
  siteOnlineClient,
  siteOnlineServer,
  type Transcript,
} from '@relent/crypto';
import { referenceKernels } from '@relent/kernels';

/** A fast deterministic source for tests: SplitMix-like, not for secrets. */
export function testRandom(seed: number): RandomSource {
  let state = seed | 0;
  const word = (): number => {
    state = (state + 0x9e3779b9) | 0;
    let x = state;
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
    return x ^ (x >>> 15);
  };
  return {
    bytes(n) {
      const out = new Uint8Array(n);
      for (let i = 0; i < n; i += 4) {
        const value = word();
        for (let k = 0; k < 4 && i + k < n; k++) out[i + k] = value >>> (8 * k);
      }
      return out;
    },
  };
}

/** Uniform elements of Z_2^l, sign-extended. */
export function randomRing(count: number, ringBits: number, random: RandomSource): Int32Array {
  const bytes = random.bytes(count * 4);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const shift = 32 - ringBits;
  return Int32Array.from({ length: count }, (_, i) => (view.getInt32(4 * i, true) << shift) >> shift);
}

/** The two parties' OT extensions, connected. */
export function idealOtPairs(random: RandomSource): { client: OtPair; server: OtPair } {
  const up = insecureIdealOt(random);
  const down = insecureIdealOt(random);
  return {
    client: { sender: up.sender, receiver: down.receiver },
    server: { sender: down.sender, receiver: up.receiver },
  };
}

/** Plain inputs of a site with the client's shares. */
export interface SiteInput {
  readonly z: Int32Array;
  readonly zClient: Int32Array;
  readonly scores: Int32Array;
  readonly scoresClient: Int32Array;
  readonly given?: { readonly client: Uint8Array; readonly server: Uint8Array };
}

/** Both parties' correlations of one site. */
export interface SiteHalves {
  readonly client: SiteClientCorrelation;
  readonly server: SiteServerCorrelation;
}

/** A whole run of one site. */
export interface SiteRun {
  /** y, both parts added up. */
  readonly y: Int32Array;
  readonly gates: Uint8Array;
  /** The client's shares of what the quadratics truncate. */
  readonly quadratics: Int32Array;
  readonly gateShares: { readonly client: Uint8Array; readonly server: Uint8Array };
  readonly offline: Meter;
  readonly online: Meter;
  readonly transcripts: readonly Transcript[];
}

const subtract = (whole: Int32Array, part: Int32Array): Int32Array => whole.map((value, i) => value - part[i]!);

/** Runs both phases in memory over ideal OT. */
export function runSite(
  plan: SitePlan,
  input: SiteInput,
  seed: number,
  options: {
    readonly offline?: SimulateOptions;
    readonly online?: SimulateOptions;
    /** Carries the correlations from one phase to the other; default: as they are. */
    readonly between?: (halves: SiteHalves) => SiteHalves;
  } = {},
): SiteRun {
  const ot = idealOtPairs(testRandom(seed));
  const r = randomRing(plan.shape.neurons, plan.shape.ringBits, testRandom(seed + 1));
  const { between = (halves) => halves } = options;
  const offline = simulate(
    siteOfflineClient(plan, input.zClient, input.scoresClient, r, ot.client, testRandom(seed + 2)),
    siteOfflineServer(plan, ot.server),
    options.offline,
  );
  const halves = between({ client: offline.client, server: offline.server });
  const online = simulate(
    siteOnlineClient(plan, halves.client, input.given?.client, referenceKernels),
    siteOnlineServer(
      plan,
      halves.server,
      subtract(input.z, input.zClient),
      subtract(input.scores, input.scoresClient),
      input.given?.server,
      referenceKernels,
    ),
    options.online,
  );
  const shift = 32 - plan.shape.ringBits;
  return {
    y: online.server.y.map((value, i) => ((value + r[i]!) << shift) >> shift),
    gates: online.client.gates.map((bit, i) => bit ^ online.server.gates[i]!),
    quadratics: online.client.quadratics,
    gateShares: { client: online.client.gates, server: online.server.gates },
    offline: offline.meter,
    online: online.meter,
    transcripts: [offline.transcript, online.transcript],
  };
}
