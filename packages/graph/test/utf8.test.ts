import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FormatError } from '@relent/graph';
import fc from 'fast-check';
// Internal: the package exports no text codec.
import { decodeUtf8, encodeUtf8 } from '../dist/utf8.js';

describe('utf8', () => {
  it('encodes as the platform does', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.deepEqual([...encodeUtf8(text)], [...new TextEncoder().encode(text)]);
        assert.equal(decodeUtf8(encodeUtf8(text)), text);
      }),
      { seed: 1 },
    );
  });

  it('accepts and refuses the same bytes as the strict decoder of the platform', () => {
    const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    const likely = fc.constantFrom(
      0x41,
      0x80,
      0xbf,
      0xc0,
      0xc2,
      0xe0,
      0x9f,
      0xa0,
      0xed,
      0xef,
      0xf0,
      0x90,
      0x8f,
      0xf4,
      0xf5,
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(likely, fc.nat(255)), { maxLength: 6 }), (values) => {
        const bytes = Uint8Array.from(values);
        let expected: string | null = null;
        try {
          expected = strict.decode(bytes);
        } catch {
          assert.throws(() => decodeUtf8(bytes), FormatError);
        }
        if (expected !== null) assert.equal(decodeUtf8(bytes), expected);
      }),
      { seed: 2, numRuns: 2000 },
    );
  });
});
