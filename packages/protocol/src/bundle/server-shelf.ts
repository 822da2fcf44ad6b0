/**
 * The server's stored bundles as one session sees them.
 * @module
 */
import { type Group, ProtocolError, type SingleUse } from '@relent/crypto';
import type { ServerMaterial } from '../material.js';
import { stepNames } from '../observe.js';
import type { Plan } from '../plan.js';
import { decodeServerMaterial, encodeServerMaterial } from './material-bytes.js';
import { planDigest } from './plan-digest.js';
import { BundleError, type BundleStatus } from './store.js';
import type { BundleVault } from './vault.js';

/** One session's view of a server's vault. */
export class ServerShelf {
  readonly #vault: BundleVault;
  readonly #modelHash: string;
  readonly #group: Pick<Group, 'hash'>;

  constructor(vault: BundleVault, modelHash: string, group: Pick<Group, 'hash'>) {
    this.#vault = vault;
    this.#modelHash = modelHash;
    this.#group = group;
  }

  /** Bundles that wait in the store, of all clients and models. */
  async waiting(): Promise<number> {
    return (await this.#vault.list()).length;
  }

  /** Stores what an offline phase left; when it resolves a crash does not undo it. */
  async put(plan: Plan, id: string, material: SingleUse<ServerMaterial>): Promise<void> {
    const label = {
      id,
      planDigest: planDigest(plan, this.#modelHash, this.#group),
      modelHash: this.#modelHash,
      role: 'server',
      createdAtMs: Date.now(),
      keepsShares: false,
    } as const;
    await this.#vault.put(label, encodeServerMaterial(plan, material));
  }

  /** What the store knows of ids. */
  async statuses(ids: readonly string[]): Promise<BundleStatus[]> {
    const statuses: BundleStatus[] = [];
    for (const id of ids) statuses.push(await this.#vault.status(id));
    return statuses;
  }

  /**
   * Takes a bundle for good.
   * @throws ProtocolError `reused` if it was used, `unknown` if it never was here, `parameters` if it serves another plan.
   * @throws BundleError `key`, `damaged` if the server's own store failed it.
   */
  async claim(plan: Plan, id: string): Promise<SingleUse<ServerMaterial>> {
    const refused = (code: 'reused' | 'unknown', got: string): ProtocolError =>
      new ProtocolError(code, stepNames.claim, `"bundle" expected a fresh one, got ${got}`);
    const { header, content } = await this.#vault.claim(id).catch((error: unknown) => {
      if (error instanceof BundleError && error.code === 'used') throw refused('reused', 'a used one');
      if (error instanceof BundleError && error.code === 'unknown') throw refused('unknown', 'one that is not here');
      throw error;
    });
    const digest = planDigest(plan, this.#modelHash, this.#group);
    if (header.role !== 'server' || header.planDigest !== digest || header.modelHash !== this.#modelHash) {
      throw new ProtocolError('parameters', stepNames.claim, '"bundle" expected one of this plan, got one of another');
    }
    return decodeServerMaterial(plan, content);
  }
}
