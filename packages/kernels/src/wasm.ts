/**
 * The kernels on WebAssembly SIMD: copies operands into the linear memory, calls, copies results out.
 *
 * Security: control flow and addresses in the C sources depend on sizes only. The engine that compiles WebAssembly
 *           makes no promise about timing, so this is constant-time by construction, not by guarantee.
 * @module
 */

import { Arena } from './arena.js';
import type { Kernels } from './contract.js';
import type { Engine } from './engine.js';
import {
  expectConvolution,
  expectHash,
  expectInstances,
  expectLength,
  expectNatural,
  expectRows,
  expectSoftspoken,
} from './expect.js';
import { bindPolynomials } from './poly/wasm.js';
import { bindFerret } from './wasm-ferret.js';

const ROW_BYTES = 16;
const CORRECTED_BLOCKS = 31;
/** Bytes of operands or results that one call into the module handles; longer jobs are cut. LOCAL. */
const SLAB_BYTES = 1 << 21;
/** Whole vectors are stored behind the last pad, see c/stream.c. */
const PAD_SLACK_BYTES = 16;

/** Output channels that are worth a thread of their own. */
const LEAST_CHANNELS = 16;

const low = (value: number): number => (value % 2 ** 32) | 0;
const high = (value: number): number => Math.floor(value / 2 ** 32) | 0;

/** Rows that one call hashes. */
interface HashSlab {
  readonly rows: Uint8Array;
  readonly lengths: number | Uint32Array;
  readonly tweak: number;
  readonly out: Uint8Array;
}

/**
 * Binds an instance of the module. Instances share nothing.
 * @param another - makes one more instance.
 */
export function bindKernels(engine: Engine, another: () => Engine): Kernels {
  const { wasm, memory, crew, base } = engine;
  const open = (): Arena => new Arena(memory, base);

  /** Hashes the rows of each slab to its `out`, which has the room of exactly their pads. */
  const hashSlabs = (mask: Uint8Array, domain: Uint8Array, slabs: readonly HashSlab[]): void => {
    const arena = open();
    const inMask = arena.place(mask);
    const inDomain = arena.place(domain);
    const calls = slabs.map(({ rows, tweak, lengths, out }) => {
      const inRows = arena.place(rows);
      const inLengths = typeof lengths === 'number' ? 0 : arena.place(lengths);
      const length = typeof lengths === 'number' ? lengths : 0;
      const pads = arena.reserve(out.length + PAD_SLACK_BYTES);
      return [inRows, rows.length / ROW_BYTES, inMask, inDomain, low(tweak), high(tweak), inLengths, length, pads];
    });
    crew.run('hash_rows', calls);
    for (const [index, { out }] of slabs.entries()) arena.readInto(out, calls[index]?.at(-1) ?? 0);
  };

  return {
    name: 'wasm',
    poly: bindPolynomials(wasm, open, another),
    ...bindFerret(crew, open),

    convolve(input, weight, bias, g) {
      const [outHeight, outWidth] = expectConvolution(input, weight, bias, g);
      const pixels = outHeight * outWidth;
      const geometry = Uint32Array.of(
        g.inChannels,
        g.inHeight,
        g.inWidth,
        g.outChannels,
        ...g.kernel,
        ...g.stride,
        ...g.padding,
        ...g.dilation,
        g.groups,
        outHeight,
        outWidth,
      );
      const preset = new Int32Array(g.outChannels * pixels);
      bias?.forEach((value, channel) => {
        preset.fill(value, channel * pixels, (channel + 1) * pixels);
      });
      const arena = open();
      const inInput = arena.place(input);
      const inWeight = arena.place(weight);
      const out = arena.place(preset);
      // Each member of the crew takes some of the output channels; grouped layers are small and stay whole.
      const parts = g.groups === 1 ? Math.min(crew.size, Math.ceil(g.outChannels / LEAST_CHANNELS)) : 1;
      const rowBytes = (4 * weight.length) / Math.max(1, g.outChannels);
      const calls = Array.from({ length: parts }, (_, part) => {
        const [first, last] = [part, part + 1].map((bound) => Math.floor((bound * g.outChannels) / parts)) as [
          number,
          number,
        ];
        geometry[3] = last - first;
        const inPart = arena.place(geometry);
        const scratch = arena.reserve(wasm.conv_scratch(inPart) >>> 0);
        return [inPart, inInput, inWeight + rowBytes * first, scratch, out + 4 * pixels * first];
      });
      crew.run('conv', calls);
      return arena.readWords(out, preset.length);
    },

    keystream(key, counter, length) {
      expectLength('key', key, 2 * ROW_BYTES);
      expectNatural('counter', counter);
      expectNatural('length', length, 2 ** 31);
      const arena = open();
      const inKey = arena.place(key);
      const out = arena.reserve(length);
      wasm.keystream(inKey, low(counter), high(counter), out, length);
      return arena.read(out, length);
    },

    expandSeeds(seeds, domain, counter, length) {
      const count = expectRows('seeds', seeds);
      expectLength('domain', domain, ROW_BYTES);
      expectNatural('counter', counter);
      expectNatural('length', length, 2 ** 31);
      const arena = open();
      const inSeeds = arena.place(seeds);
      const inDomain = arena.place(domain);
      const out = arena.reserve(count * length);
      wasm.expand_seeds(inSeeds, count, inDomain, low(counter), high(counter), out, length);
      return arena.read(out, count * length);
    },

    hashRows(rows, mask, domain, tweak, lengths) {
      const out = new Uint8Array(expectHash(rows, mask, domain, tweak, lengths));
      const applied = mask ?? new Uint8Array(ROW_BYTES);
      const count = rows.length / ROW_BYTES;
      let at = 0;
      let slabs: HashSlab[] = [];
      for (let from = 0; from < count; ) {
        let to = from;
        let size = 0;
        while (to < count && size < SLAB_BYTES) {
          size += ROW_BYTES + (typeof lengths === 'number' ? lengths : (lengths[to] ?? 0));
          to++;
        }
        const padBytes = size - ROW_BYTES * (to - from);
        slabs.push({
          rows: rows.subarray(ROW_BYTES * from, ROW_BYTES * to),
          lengths: typeof lengths === 'number' ? lengths : lengths.subarray(from, to),
          tweak: tweak + from,
          out: out.subarray(at, at + padBytes),
        });
        if (slabs.length === crew.size || to === count) {
          hashSlabs(applied, domain, slabs);
          slabs = [];
        }
        at += padBytes;
        from = to;
      }
      return out;
    },

    transpose128(bits, n) {
      expectInstances('n', n);
      expectLength('bits', bits, ROW_BYTES * n);
      const arena = open();
      const inBits = arena.place(bits);
      const out = arena.reserve(bits.length);
      wasm.transpose_bits(inBits, n, out);
      return arena.read(out, bits.length);
    },

    softspokenReceiver(leaves, domain, counter, count) {
      expectSoftspoken(leaves, domain, counter, count);
      const arena = open();
      const inLeaves = arena.place(leaves);
      const inDomain = arena.place(domain);
      const rows = arena.reserve(ROW_BYTES * count);
      const choices = arena.reserve(count / 8);
      const corrections = arena.reserve((CORRECTED_BLOCKS * count) / 8);
      wasm.softspoken_receiver(inLeaves, inDomain, low(counter), high(counter), count, rows, choices, corrections);
      return {
        rows: arena.read(rows, ROW_BYTES * count),
        choices: arena.read(choices, count / 8),
        corrections: arena.read(corrections, (CORRECTED_BLOCKS * count) / 8),
      };
    },

    softspokenSender(leaves, domain, counter, count, delta, corrections) {
      expectSoftspoken(leaves, domain, counter, count);
      expectLength('delta', delta, ROW_BYTES);
      expectLength('corrections', corrections, (CORRECTED_BLOCKS * count) / 8);
      const arena = open();
      const inLeaves = arena.place(leaves);
      const inDomain = arena.place(domain);
      const inDelta = arena.place(delta);
      const inCorrections = arena.place(corrections);
      const rows = arena.reserve(ROW_BYTES * count);
      wasm.softspoken_sender(inLeaves, inDomain, low(counter), high(counter), count, inDelta, inCorrections, rows);
      return arena.read(rows, ROW_BYTES * count);
    },
  };
}
