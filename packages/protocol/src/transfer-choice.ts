/**
 * Which OT extension makes the random OTs of a session: chosen by demand, alike at both parties.
 * @module
 */
import {
  type FerretParameters,
  ferretLedger,
  ferretParametersFor,
  type MessageCost,
  messageBytes,
  type OtLedger,
  type Party,
  peerOf,
  softspokenLedger,
} from '@relent/crypto';
import type { SiteStep } from './plan.js';
import { siteExtensions } from './site-offline-cost.js';

/** How the random OTs of one direction are made: by SoftSpoken, or by Ferret with a parameter set. */
export type TransferChoice = 'softspoken' | FerretParameters;

/** The choice of both directions, named after the party that sends in it. AGREEMENT. */
export type TransferPlan = Readonly<Record<Party, TransferChoice>>;

/** Both directions' messages, call by call. */
export type TransferLedgers = Readonly<Record<Party, OtLedger>>;

/** The directions in the order in which both parties serve them. AGREEMENT. */
export const transferDirections: readonly Party[] = ['client', 'server'];

function ledgerOf(choice: TransferChoice, sender: Party): OtLedger {
  const receiver = peerOf(sender);
  return choice === 'softspoken' ? softspokenLedger(receiver) : ferretLedger(choice, receiver);
}

/** Ledgers of a session that has not extended yet. */
export function newTransferLedgers(transfer: TransferPlan): TransferLedgers {
  return { client: ledgerOf(transfer.client, 'client'), server: ledgerOf(transfer.server, 'server') };
}

/** Random OTs that the sites of a batch take in each direction. */
export function batchDemand(batch: readonly SiteStep[]): Readonly<Record<Party, number>> {
  const demand = { client: 0, server: 0 };
  for (const { site } of batch) {
    for (const { client, server } of siteExtensions(site)) {
      demand.client += client;
      demand.server += server;
    }
  }
  return demand;
}

const bytesOf = (messages: readonly MessageCost[]): number =>
  messages.reduce((sum, { bits }) => sum + messageBytes(bits), 0);

/**
 * Chooses by the exact bytes of the set-up and of one inference, both ways together, head bytes apart. A session
 * of many inferences would gain from Ferret earlier; how many there will be is not known when it opens.
 */
export function chooseTransfer(batches: readonly (readonly SiteStep[])[]): TransferPlan {
  const calls = batches.flat().flatMap(({ site }) => siteExtensions(site));
  const choose = (sender: Party): TransferChoice => {
    const total = (choice: TransferChoice): number => {
      const ledger = ledgerOf(choice, sender);
      return calls.reduce((sum, call) => sum + bytesOf(ledger.extend(call[sender])), bytesOf(ledger.setup));
    };
    const ferret = ferretParametersFor(calls.reduce((sum, call) => sum + call[sender], 0));
    return total(ferret) < total('softspoken') ? ferret : 'softspoken';
  };
  return { client: choose('client'), server: choose('server') };
}

/**
 * Directions whose instances are made before the sites of a batch run, because its sites run side by side and cannot
 * wait for each other. A batch of one site makes its instances as it goes, which bounds the memory of large sites.
 */
export function preparedDirections(transfer: TransferPlan, batch: readonly SiteStep[]): readonly Party[] {
  return batch.length < 2 ? [] : transferDirections.filter((sender) => transfer[sender] !== 'softspoken');
}
