/**
 * The correlations of one inference as bytes, either party's half. See docs/wire-format.md, "Bundles".
 * @module
 */
import {
  decodeState,
  encodeState,
  SingleUse,
  type StateCoder,
  type StateDescription,
  siteClientState,
  siteServerState,
  stateBytes,
} from '@relent/crypto';
import type { ClientMaterial, ServerMaterial } from '../material.js';
import type { Plan, SiteStep } from '../plan.js';
import { bundleVersion } from './file-format.js';
import { BundleError } from './store.js';

/** Version u8, whose half u8, whether the client's shares are kept u8, zero u8. */
const headBytes = 4;

const roleBytes = { client: 1, server: 2 } as const;

const sitesOf = (plan: Plan): SiteStep[] => plan.steps.filter((step) => step.kind === 'site');

/** Reads or takes the correlation of every site. */
function describeSites<T>(
  plan: Plan,
  coder: StateCoder,
  held: ReadonlyMap<string, SingleUse<T>> | null,
  description: (step: SiteStep) => StateDescription<T>,
  name: string,
): Map<string, SingleUse<T>> {
  return new Map(
    sitesOf(plan).map((step) => {
      const state = held?.get(step.id)?.take() ?? null;
      return [step.id, new SingleUse(description(step)(coder, state), name)];
    }),
  );
}

function clientDescription(plan: Plan, keepsShares: boolean): StateDescription<ClientMaterial> {
  const { ringBits, input, output } = plan;
  return (coder, held) => ({
    inputMask: coder.signed(held?.inputMask ?? null, input.size, ringBits),
    sites: describeSites(plan, coder, held?.sites ?? null, ({ site }) => siteClientState(site), 'site-client'),
    outputShare: coder.signed(held?.outputShare ?? null, output.size, ringBits),
    siteShares: keepsShares
      ? new Map(
          sitesOf(plan).map(({ id, size }) => [id, coder.signed(held?.siteShares?.get(id) ?? null, size, ringBits)]),
        )
      : null,
  });
}

function serverDescription(plan: Plan): StateDescription<ServerMaterial> {
  const convolutions = plan.steps.filter((step) => step.kind === 'conv');
  return (coder, held) => ({
    convolutions: new Map(
      convolutions.map(({ id, size }) => [id, coder.signed(held?.convolutions.get(id) ?? null, size, plan.ringBits)]),
    ),
    sites: describeSites(plan, coder, held?.sites ?? null, ({ site }) => siteServerState(site), 'site-server'),
  });
}

function headOf(role: keyof typeof roleBytes, keepsShares: boolean): Uint8Array {
  return Uint8Array.of(bundleVersion, roleBytes[role], Number(keepsShares), 0);
}

function withHead(head: Uint8Array, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(headBytes + body.length);
  bytes.set(head);
  bytes.set(body, headBytes);
  body.fill(0);
  return bytes;
}

function decodeBody<T>(bytes: Uint8Array, head: Uint8Array, description: StateDescription<T>): SingleUse<T> {
  const expected = headBytes + stateBytes(description);
  if (bytes.length !== expected) {
    throw new BundleError('damaged', `"correlations" expected ${expected} bytes, got ${bytes.length}`);
  }
  if (!head.every((byte, index) => bytes[index] === byte)) {
    throw new BundleError('damaged', `"correlations" expected the head ${head.join(' ')}, got another`);
  }
  try {
    return new SingleUse(decodeState(description, bytes.subarray(headBytes)), 'online');
  } catch (cause) {
    throw new BundleError('damaged', '"correlations" expected those of the plan, got others', { cause });
  }
}

/** Bytes of the client's half. */
export function clientMaterialBytes(plan: Plan, keepsShares: boolean): number {
  return headBytes + stateBytes(clientDescription(plan, keepsShares));
}

/** Bytes of the server's half. */
export function serverMaterialBytes(plan: Plan): number {
  return headBytes + stateBytes(serverDescription(plan));
}

/**
 * The client's half as bytes; the correlations in memory are used up by it.
 * @throws ProtocolError `reused` if they were used before.
 */
export function encodeClientMaterial(plan: Plan, correlations: SingleUse<ClientMaterial>): Uint8Array {
  const material = correlations.take();
  const keepsShares = material.siteShares !== null;
  return withHead(headOf('client', keepsShares), encodeState(clientDescription(plan, keepsShares), material));
}

/**
 * Reads the client's half.
 * @throws BundleError `damaged` if the bytes are not those of this plan.
 */
export function decodeClientMaterial(plan: Plan, bytes: Uint8Array, keepsShares: boolean): SingleUse<ClientMaterial> {
  return decodeBody(bytes, headOf('client', keepsShares), clientDescription(plan, keepsShares));
}

/** The server's half as bytes; see {@link encodeClientMaterial}. */
export function encodeServerMaterial(plan: Plan, correlations: SingleUse<ServerMaterial>): Uint8Array {
  return withHead(headOf('server', false), encodeState(serverDescription(plan), correlations.take()));
}

/** Reads the server's half; see {@link decodeClientMaterial}. */
export function decodeServerMaterial(plan: Plan, bytes: Uint8Array): SingleUse<ServerMaterial> {
  return decodeBody(bytes, headOf('server', false), serverDescription(plan));
}
