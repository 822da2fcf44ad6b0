/**
 * Dividing a budget of comparisons among sites in proportion to their sensitivity.
 *
 * Source: Kundu et al., Learning to Linearize Deep Neural Networks for Secure and Efficient Private Inference (SENet),
 * ICLR 2023, arXiv:2301.09254 (ReLU allocation).
 * @module
 */

/**
 * Comparisons for each site: total · η / Ση, no site getting more than it has; what a full site leaves over goes to the
 * others in the same proportion. The parts are whole numbers and their sum is the total: fractions are rounded down, and
 * the sites with the largest fractions get one more, ties to the earlier site.
 * @param eta - Sensitivity of each site, at least 0.
 * @param counts - Comparisons that each site has at most.
 * @throws RangeError if the lists differ in length, an entry does not fit, or the total exceeds what all sites have.
 */
export function allocate(eta: readonly number[], counts: readonly number[], total: number): number[] {
  if (eta.length !== counts.length)
    throw new RangeError(`"eta" expected ${counts.length} entries, one a site, got ${eta.length}`);
  for (const value of eta)
    if (!(value >= 0 && value < Infinity))
      throw new RangeError(`"eta" expected finite numbers of at least 0, got ${value}`);
  for (const count of counts)
    if (!Number.isSafeInteger(count) || count < 0)
      throw new RangeError(`"counts" expected integers of at least 0, got ${count}`);
  const most = counts.reduce((sum, count) => sum + count, 0);
  if (!Number.isSafeInteger(total) || total < 0 || total > most)
    throw new RangeError(`"total" expected an integer in [0, ${most}], got ${total}`);
  return rounded(quotas(eta, counts, total), counts, total);
}

/** The parts as fractions. */
function quotas(eta: readonly number[], counts: readonly number[], total: number): number[] {
  const parts = counts.map(() => 0);
  let free = counts.map((_, site) => site);
  let left = total;
  while (free.length > 0 && left > 0) {
    const sum = free.reduce((acc, site) => acc + eta[site]!, 0);
    // Sites without any sensitivity share what the others cannot take, in proportion to their size.
    const weight = (site: number) => (sum > 0 ? eta[site]! : counts[site]!);
    const whole = free.reduce((acc, site) => acc + weight(site), 0);
    for (const site of free) parts[site] = whole > 0 ? (left * weight(site)) / whole : 0;
    const full = free.filter((site) => parts[site]! > counts[site]!);
    if (full.length === 0) break;
    for (const site of full) {
      parts[site] = counts[site]!;
      left -= counts[site]!;
    }
    free = free.filter((site) => !full.includes(site));
  }
  return parts;
}

function rounded(parts: readonly number[], counts: readonly number[], total: number): number[] {
  const result = parts.map(Math.floor);
  let missing = total - result.reduce((sum, part) => sum + part, 0);
  const byFraction = parts
    .map((part, site) => ({ site, fraction: part - Math.floor(part) }))
    .sort((a, b) => b.fraction - a.fraction || a.site - b.site);
  while (missing > 0)
    for (const { site } of byFraction) {
      if (missing === 0) break;
      if (result[site]! >= counts[site]!) continue;
      result[site]!++;
      missing--;
    }
  return result;
}
