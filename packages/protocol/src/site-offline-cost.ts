/**
 * The offline messages of a site, those of the OT extensions included.
 * @module
 */
import {
  COMPARISONS_PER_CHUNK,
  compareBits,
  type MessageCost,
  type SitePlan,
  siteCost,
  softspokenExtendCost,
} from '@relent/crypto';

/**
 * Messages in the order in which both parties run them: per chunk of comparisons the extension whose sender is the
 * client (so its message comes from the server), once the extension of the other direction, then the site's own.
 */
export function siteOfflineMessages(plan: SitePlan): MessageCost[] {
  const { offline } = siteCost(plan);
  const { comparisons } = plan.shape;
  const rotsEach = compareBits(plan.compare).rots;
  const own = [...offline.messages];
  const messages: MessageCost[] = [];
  for (let first = 0, chunk = 0; chunk === 0 || first < comparisons; first += COMPARISONS_PER_CHUNK, chunk++) {
    const rots = Math.min(COMPARISONS_PER_CHUNK, comparisons - first) * rotsEach;
    const base = chunk === 0 ? offline.rots.client - comparisons * rotsEach : 0;
    messages.push(...softspokenExtendCost(base + rots, 'server').messages);
    if (chunk === 0) messages.push(...softspokenExtendCost(offline.rots.server, 'client').messages);
    for (const direction of ['up', 'down'] as const) {
      const [next] = own;
      if (next?.direction !== direction) continue;
      messages.push(next);
      own.shift();
    }
  }
  return messages;
}
