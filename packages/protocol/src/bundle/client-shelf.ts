/**
 * The client's stored bundles as one session sees them: those of its plan.
 * @module
 */
import type { Group } from '@relent/crypto';
import type { Plan } from '../plan.js';
import { type ClientContent, decodeClientContent, encodeClientContent } from './client-content.js';
import { planDigest } from './plan-digest.js';
import { BundleError, type BundleHeader } from './store.js';
import type { BundleVault } from './vault.js';

/** What happened to stored bundles, told so that nothing happens in silence. */
export interface BundleEvent {
  /**
   * `none`: an inference finds no stored bundle, its offline phase runs now. `lost`: the server does not know bundles that
   * the client still has. `used`: the server has used them; the client's halves were destroyed. `damaged`: the client's
   * halves could not be opened, and are used up.
   */
  readonly kind: 'none' | 'lost' | 'used' | 'damaged';
  readonly count: number;
}

/** A claimed bundle of the client's. */
export interface ClaimedBundle extends ClientContent {
  readonly id: string;
  readonly createdAtMs: number;
}

/** What a session's bundles have in common. */
export interface ShelfOptions {
  readonly vault: BundleVault;
  readonly modelHash: string;
  readonly group: Pick<Group, 'hash'>;
  /** Whether the client's shares are wanted with every inference. */
  readonly keepShares: boolean;
  readonly onBundle: (event: BundleEvent) => void;
}

/** One session's view of a client's vault. */
export class ClientShelf {
  readonly #options: ShelfOptions;

  constructor(options: ShelfOptions) {
    this.#options = options;
  }

  /** The bundles that serve a plan, oldest first. */
  async fitting(plan: Plan): Promise<readonly BundleHeader[]> {
    const { vault, modelHash, group, keepShares } = this.#options;
    const digest = planDigest(plan, modelHash, group);
    return (await vault.list()).filter(
      (header) =>
        header.role === 'client' &&
        header.planDigest === digest &&
        header.modelHash === modelHash &&
        (header.keepsShares || !keepShares),
    );
  }

  /** Stores what an offline phase left. */
  async put(plan: Plan, id: string, content: ClientContent): Promise<BundleHeader> {
    const { vault, modelHash, group, keepShares } = this.#options;
    const label = {
      id,
      planDigest: planDigest(plan, modelHash, group),
      modelHash,
      role: 'client',
      createdAtMs: Date.now(),
      keepsShares: keepShares,
    } as const;
    return vault.put(label, encodeClientContent(plan, content));
  }

  /**
   * Takes bundles for good, in order, until there are enough. Those that another process has taken meanwhile are passed
   * over.
   * @param candidates - taken from its beginning.
   */
  async claim(plan: Plan, candidates: BundleHeader[], count: number): Promise<ClaimedBundle[]> {
    const claimed: ClaimedBundle[] = [];
    while (claimed.length < count) {
      const next = candidates.shift();
      if (next === undefined) break;
      const bundle = await this.#claimOne(plan, next);
      if (bundle !== null) claimed.push(bundle);
    }
    return claimed;
  }

  /** Destroys the client's halves of bundles that the server has used. */
  async destroy(headers: readonly BundleHeader[]): Promise<void> {
    for (const { id } of headers) await this.#options.vault.delete(id);
  }

  async #claimOne(plan: Plan, { id, createdAtMs, keepsShares }: BundleHeader): Promise<ClaimedBundle | null> {
    const { vault, onBundle } = this.#options;
    try {
      const { content } = await vault.claim(id);
      return { id, createdAtMs, ...decodeClientContent(plan, content, keepsShares) };
    } catch (error) {
      if (!(error instanceof BundleError) || error.code === 'key') throw error;
      if (error.code === 'damaged') onBundle({ kind: 'damaged', count: 1 });
      return null;
    }
  }
}
