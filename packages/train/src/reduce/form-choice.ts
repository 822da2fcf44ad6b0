/**
 * One form for each site: the least loss within a target, when the cost of the whole network is the sum of its sites'
 * prices, or is known only for the whole.
 *
 * Prices of sites steer the choice; where the caller can price the whole network, that price decides. A private run has
 * parts that no site owns: rounds that run side by side, random OTs that are made in bulk.
 * @module
 */
import { solveKnapsack } from './knapsack-dp.js';

/** What a choice may cost. */
export interface ChoiceLimit {
  /** What the whole network may cost, in the unit of the prices. */
  readonly target: number;
  /** What the target is called where it was given, and its unit. */
  readonly name: string;
  readonly unit: string;
  /** Cost of the sites whose form cannot change. */
  readonly fixed: number;
  /** Cost of the whole network with the picked form of each site; the sum of the prices and `fixed` unless given. */
  readonly total?: (picks: readonly number[]) => number;
}

/** Units that a target is divided into where prices are fractions. */
const UNITS = 20_000;

/** Whole networks that are priced in one choice at most. */
const ATTEMPTS = 12;

/** A choice that uses this much of its target is good enough. */
const CLOSE = 0.998;

/** A choice, and what its network costs. */
interface Priced {
  readonly picks: readonly number[];
  /** Sum of the prices. */
  readonly price: number;
  readonly total: number;
}

/** Chooses among [sites][forms] with the given prices. */
export class FormChoice {
  readonly #sums: boolean;
  readonly #totals = new Map<string, number>();
  readonly #cheapest: Priced;

  /**
   * @throws RangeError if a price is negative or not finite, or even the cheapest forms exceed the target.
   */
  constructor(
    readonly prices: readonly (readonly number[])[],
    readonly limit: ChoiceLimit,
  ) {
    const { target, name, unit, fixed, total } = limit;
    const wrong = [fixed, ...prices.flat()].find((price) => !(price >= 0 && price < Infinity));
    if (wrong !== undefined) throw new RangeError(`"cost" expected finite numbers of at least 0, got ${wrong}`);
    this.#sums = total === undefined;
    this.#cheapest = this.#priced(prices.map((forms) => forms.indexOf(Math.min(...forms))));
    const least = this.#cheapest.total;
    if (!(least <= target))
      throw new RangeError(
        `"${name}" expected at least ${this.#sums ? least : Math.ceil(least)} ${unit}, with every site in its cheapest ` +
          `form, got ${target}`,
      );
  }

  /**
   * The picked form of each site, of least total loss within the target.
   * @param losses - [sites][forms].
   */
  solve(losses: readonly (readonly number[])[]): readonly number[] {
    const { target, fixed } = this.limit;
    if (this.#sums) return this.#within(losses, target - fixed);
    const best = this.#priced(losses.map((forms) => forms.indexOf(Math.min(...forms))));
    if (best.total <= target) return best.picks;
    // Between these sums of prices lies the one whose network just fits; more to spend never means more loss.
    let [low, fits, fails] = [this.#cheapest.price, this.#cheapest, best.price];
    for (let attempt = 0; attempt < ATTEMPTS && fits.total < CLOSE * target; attempt++) {
      if (fails - low < target / UNITS) break;
      // The prices say what is left of the target; every second time the middle is tried, lest they mislead.
      const hoped = fits.price + target - fits.total;
      const capacity = attempt % 2 === 0 && hoped > low && hoped < fails ? hoped : (low + fails) / 2;
      const tried = this.#priced(this.#within(losses, capacity));
      if (tried.total <= target) [low, fits] = [capacity, tried];
      else fails = capacity;
    }
    return fits.picks;
  }

  /** The least loss whose prices sum to at most `capacity`. */
  #within(losses: readonly (readonly number[])[], capacity: number): readonly number[] {
    const exact = [capacity, ...this.prices.flat()].every(Number.isSafeInteger);
    const unit = exact ? 1 : capacity / UNITS;
    // Rounded up, the cheapest forms may exceed a capacity that they just meet; nothing dearer then gets in.
    const whole = (price: number) => (unit > 0 ? Math.ceil(price / unit) : 0);
    const needed = this.prices.reduce((sum, forms) => sum + whole(Math.min(...forms)), 0);
    const items = this.prices.map((forms, site) =>
      forms.map((price, form) => ({ cost: whole(price), loss: losses[site]![form]! })),
    );
    return solveKnapsack(items, Math.max(needed, unit > 0 ? Math.floor(capacity / unit) : 0)).picks;
  }

  #priced(picks: readonly number[]): Priced {
    const price = this.limit.fixed + picks.reduce((sum, pick, site) => sum + this.prices[site]![pick]!, 0);
    if (!this.limit.total) return { picks, price, total: price };
    const key = picks.join();
    const total = this.#totals.get(key) ?? this.limit.total(picks);
    this.#totals.set(key, total);
    return { picks, price: price - this.limit.fixed, total };
  }
}
