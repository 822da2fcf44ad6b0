/**
 * What a plan costs before it runs, in the meter's own terms: per step and phase, byte for byte.
 * @module
 */
import { type MessageCost, messageBytes, siteCost } from '@relent/crypto';
import { bundleIdBytes } from './bundle/bundle-id.js';
import type { LinearCorrelations } from './linear-correlations.js';
import { messageWireBytes } from './link.js';
import { requestBytes } from './messages.js';
import { stepNames } from './observe.js';
import type { Plan, SiteStep } from './plan.js';
import { sharedRlwe } from './rlwe-correlations.js';
import { type Lane, type Stage, schedule } from './schedule.js';
import { siteOfflineMessages } from './site-offline-cost.js';
import { transferStage } from './transfer.js';
import { batchDemand, newTransferLedgers, preparedDirections, type TransferLedgers } from './transfer-choice.js';

/** The predicted traffic of one step; a site's bytes inside a merged message count without heads. */
export interface StepCost {
  readonly step: string;
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly messages: number;
}

/** The predicted traffic of one phase: equal to what the meter will count, frame heads included. */
export interface PhaseCost {
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly messages: number;
  /** The longest chain of dependent messages: a round trip is 2. */
  readonly rounds: number;
  readonly steps: readonly StepCost[];
}

/** The predicted traffic of a plan. */
export interface PlanCost {
  /** Oblivious-transfer set-up, once a session; the handshake and the request for it come on top. */
  readonly setup: PhaseCost;
  /** Per inference, before the image is known. */
  readonly offline: PhaseCost;
  /** The same when both parties store what it leaves. */
  readonly stock: PhaseCost;
  /** Per inference, from image to logits. */
  readonly online: PhaseCost;
  /** Payload of the largest message. */
  readonly maxMessageBytes: number;
}

type Row = { -readonly [K in keyof StepCost]: StepCost[K] };

function costOf(stages: readonly Stage[]): { readonly cost: PhaseCost; readonly largest: number } {
  const rows = new Map<string, Row>();
  const rowOf = (step: string): Row => {
    const row = rows.get(step) ?? { step, bytesUp: 0, bytesDown: 0, messages: 0 };
    rows.set(step, row);
    return row;
  };
  const add = (row: Row, direction: MessageCost['direction'], bytes: number): void => {
    if (direction === 'up') row.bytesUp += bytes;
    else row.bytesDown += bytes;
  };
  for (const stage of stages) rowOf(stage.step);
  const messages = schedule(stages);
  for (const { step, direction, payloadBytes } of messages) {
    const row = rowOf(step);
    row.messages++;
    add(row, direction, messageWireBytes(payloadBytes));
  }
  for (const stage of stages) {
    for (const lane of 'lanes' in stage ? stage.lanes : []) {
      if (lane.step === stage.step) continue;
      for (const { direction, bits } of lane.messages) {
        add(rowOf(lane.step), direction, messageBytes(bits));
        add(rowOf(stage.step), direction, -messageBytes(bits));
      }
    }
  }
  const steps = [...rows.values()];
  return {
    cost: {
      bytesUp: steps.reduce((sum, row) => sum + row.bytesUp, 0),
      bytesDown: steps.reduce((sum, row) => sum + row.bytesDown, 0),
      messages: messages.length,
      rounds: messages.reduce((most, { depth }) => Math.max(most, depth), 0),
      steps,
    },
    largest: messages.reduce((most, { payloadBytes }) => Math.max(most, payloadBytes), 0),
  };
}

const requestStage: Lane = { step: stepNames.request, messages: [{ direction: 'up', bits: 8 * requestBytes }] };

const receiptStage = (step: string): Lane => ({ step, messages: [{ direction: 'down', bits: 8 }] });

const idsMessage = (bundles: number): MessageCost => ({ direction: 'up', bits: 8 * bundleIdBytes * bundles });

/** What it takes to ask a server for the state of stored bundles, and to take bundles out of the store for a session. */
export function bundleCost(bundles: number): { readonly inventory: PhaseCost; readonly claim: PhaseCost } {
  const ids = (step: string): Lane => ({ step, messages: [idsMessage(bundles)] });
  const statuses: Lane = { step: stepNames.inventory, messages: [{ direction: 'down', bits: 8 * bundles }] };
  return {
    inventory: costOf([requestStage, ids(stepNames.inventory), statuses]).cost,
    claim: costOf([requestStage, ids(stepNames.claim), receiptStage(stepNames.claim)]).cost,
  };
}

function prepareStage(plan: Plan, batch: readonly SiteStep[], step: string, ledgers: TransferLedgers): Stage[] {
  const demand = batchDemand(batch);
  const directions = preparedDirections(plan.transfer, batch);
  const lanes = directions.map((sender): Lane => ({ step, messages: ledgers[sender].prepare(demand[sender]) }));
  return lanes.length > 0 ? [{ step, lanes }] : [];
}

/** The next inference of the session that the ledgers have followed so far. */
function offlineStages(plan: Plan, linear: LinearCorrelations, ledgers: TransferLedgers): Stage[] {
  const lane = (step: SiteStep): Lane => ({ step: step.id, messages: siteOfflineMessages(step.site, ledgers) });
  const batchStages = (batch: readonly SiteStep[], index: number): Stage[] => {
    const step = stepNames.batch(index);
    return [...prepareStage(plan, batch, step, ledgers), { step, lanes: batch.map(lane) }];
  };
  return [requestStage, { step: stepNames.linear, messages: linear.cost(plan) }, ...plan.batches.flatMap(batchStages)];
}

/** The largest message that makes random OTs ahead, in any inference: one that finds nothing left over. */
function largestPreparation(plan: Plan): number {
  const stages = plan.batches.flatMap((batch, index) =>
    prepareStage(plan, batch, stepNames.batch(index), newTransferLedgers(plan.transfer)),
  );
  return costOf(stages).largest;
}

function onlineStages(plan: Plan): Stage[] {
  const sites = plan.steps.filter((step) => step.kind === 'site');
  return [
    requestStage,
    { step: plan.input.id, messages: [{ direction: 'up', bits: plan.input.size * plan.ringBits }] },
    ...sites.map(({ id, site }): Lane => ({ step: id, messages: siteCost(site).online.messages })),
    { step: stepNames.output, messages: [{ direction: 'down', bits: plan.output.size * plan.output.bits }] },
  ];
}

/**
 * The traffic of a plan. Equal to the metered traffic, per step and in total, bytes and rounds.
 * @param linear - the engine of the linear correlations.
 * @param inference - which offline phase of the session, stored or not, from 0: leftover random OTs make later ones cheaper at times.
 * @throws RangeError if `inference` is no natural number.
 */
export function planCost(plan: Plan, linear: LinearCorrelations = sharedRlwe, inference = 0): PlanCost {
  if (!Number.isSafeInteger(inference) || inference < 0) {
    throw new RangeError(`"inference" expected a natural number, got ${inference}`);
  }
  const setup = costOf([transferStage(plan.transfer)]);
  const ledgers = newTransferLedgers(plan.transfer);
  for (let before = 0; before < inference; before++) offlineStages(plan, linear, ledgers);
  const stages = offlineStages(plan, linear, ledgers);
  const offline = costOf(stages);
  const stock = costOf([...stages, receiptStage(stepNames.receipt)]);
  const online = costOf(onlineStages(plan));
  return {
    setup: setup.cost,
    offline: offline.cost,
    stock: stock.cost,
    online: online.cost,
    maxMessageBytes: Math.max(setup.largest, offline.largest, online.largest, largestPreparation(plan)),
  };
}
