/**
 * How protocols tell the meter which step they are in.
 * @module
 */
import type { Protocol } from '@relent/crypto';

/** The part of a meter that protocols see. */
export interface StepObserver {
  enter(step: string): void;
  attribute(step: string, bytes: number, direction: 'sent' | 'received'): void;
}

/** Names of steps that are no nodes of the graph. */
export const stepNames = {
  handshake: '(handshake)',
  transfer: '(oblivious transfer)',
  request: '(request)',
  inventory: '(inventory)',
  claim: '(claim)',
  receipt: '(receipt)',
  linear: '(linear)',
  output: '(output)',
  batch: (index: number): string => `(batch ${index + 1})`,
} as const;

const nothing = new Uint8Array(0);

/** Runs a protocol whose messages travel inside merged ones, and counts their bytes to a step of their own. */
export function* attributed<T>(protocol: Protocol<T>, step: string, observer: StepObserver): Protocol<T> {
  try {
    let next = protocol.next(nothing);
    while (!next.done) {
      const effect = next.value;
      if (effect.kind === 'send') {
        observer.attribute(step, effect.bytes.length, 'sent');
        yield effect;
        next = protocol.next(nothing);
      } else {
        const message = yield effect;
        observer.attribute(step, message.length, 'received');
        next = protocol.next(message);
      }
    }
    return next.value;
  } finally {
    protocol.return(undefined as T);
  }
}
