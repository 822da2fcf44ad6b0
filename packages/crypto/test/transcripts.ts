/** The wire as a public interface: digests of seeded runs, held against test/transcripts.json. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Transcript } from '../dist/simulate.js';

const baseline: Record<string, { up: string; down: string }> = JSON.parse(
  readFileSync(new URL('../test/transcripts.json', import.meta.url), 'utf8'),
);

/** SHA-256 of the messages of one direction, each preceded by its length. */
export function digestMessages(messages: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const bytes of messages) {
    const header = new Uint8Array(4);
    new DataView(header.buffer).setUint32(0, bytes.length, true);
    hash.update(header).update(bytes);
  }
  return hash.digest('hex');
}

/** A difference means that the bytes on the wire changed: peers of the old and the new code no longer understand. */
export function assertTranscript(name: string, { up, down }: Transcript): void {
  assert.deepEqual({ up: digestMessages(up), down: digestMessages(down) }, baseline[name], `transcript of ${name}`);
}
