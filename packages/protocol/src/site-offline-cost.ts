/**
 * The offline messages of a site, those of the OT extensions included.
 * @module
 */
import {
  chunkRots,
  chunksOf,
  type MessageCost,
  type OtLedger,
  type Party,
  type SitePlan,
  siteCost,
} from '@relent/crypto';

/** Random OTs of each chunk of a site, by their sender: one extension each, of none if the count is 0. */
export function siteExtensions(plan: SitePlan): readonly Readonly<Record<Party, number>>[] {
  const { server } = siteCost(plan).offline.rots;
  return chunksOf(plan).map((_, chunk) => ({ client: chunkRots(plan, chunk), server: chunk === 0 ? server : 0 }));
}

/**
 * Messages in the order in which both parties run them: per chunk of comparisons the extension whose sender is the
 * client, once the extension of the other direction, then the site's own.
 * @param ledgers - asked for every extension, so that they count what is left over.
 */
export function siteOfflineMessages(plan: SitePlan, ledgers: Readonly<Record<Party, OtLedger>>): MessageCost[] {
  const own = [...siteCost(plan).offline.messages];
  const messages: MessageCost[] = [];
  for (const { client, server } of siteExtensions(plan)) {
    messages.push(...ledgers.client.extend(client), ...ledgers.server.extend(server));
    for (const direction of ['up', 'down'] as const) {
      const [next] = own;
      if (next?.direction !== direction) continue;
      messages.push(next);
      own.shift();
    }
  }
  return messages;
}
