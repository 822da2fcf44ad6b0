import * as z from 'zod';
import type { GateMap, PixelRule } from '../gate-map.js';
import type { RawTensor } from '../safetensors.js';
import { featureMapSchema } from './graph-schema.js';
import { bytesFrom, floatsFrom, integersFrom, rawBytes, rawFloats, rawIntegers } from './raw-arrays.js';

const entrySchema = z.strictObject({
  shape: featureMapSchema,
  source: z.string().nullable(),
  pixelRule: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('mean') }),
    z.strictObject({ kind: z.literal('pixel'), row: z.int().min(0), column: z.int().min(0) }),
    z.strictObject({ kind: z.literal('weights') }),
  ]),
  mask: z.boolean(),
  dropped: z.boolean(),
});

/** What the JSON part of a file says of its gate maps: pairs of site and structure. */
export const gateMapsSchema = z.array(z.tuple([z.string(), entrySchema]));

/** The JSON part of gate maps; their arrays go to `tensors`, under names that begin with `@gates/`. */
export function writeGateMaps(
  gateMaps: ReadonlyMap<string, GateMap>,
  tensors: Map<string, RawTensor>,
): z.infer<typeof gateMapsSchema> {
  return [...gateMaps].map(([site, map]) => {
    const put = (part: string, tensor: RawTensor) => tensors.set(tensorName(site, part), tensor);
    for (const part of ['channelGroup', 'patchHeight', 'patchWidth'] as const) put(part, rawIntegers(map[part]));
    for (const part of ['channelWeight', 'a', 'b'] as const) put(part, rawFloats(map[part]));
    if (map.pixelRule.kind === 'weights') put('pixelWeights', rawFloats(map.pixelRule.weights));
    if (map.mask) put('mask', rawBytes(map.mask));
    if (map.dropped) for (const part of ['c2', 'c1', 'c0'] as const) put(part, rawFloats(map.dropped[part]));
    const { kind } = map.pixelRule;
    return [
      site,
      {
        shape: [...map.shape],
        source: map.source,
        pixelRule: map.pixelRule.kind === 'pixel' ? map.pixelRule : { kind: kind as 'mean' | 'weights' },
        mask: map.mask !== null,
        dropped: map.dropped !== null,
      },
    ];
  });
}

/**
 * The gate maps that {@link writeGateMaps} wrote; they are not validated yet.
 * @param take - gives a tensor of the file by name.
 * @throws FormatError if an array is missing or of the wrong type.
 */
export function readGateMaps(
  entries: z.infer<typeof gateMapsSchema>,
  take: (name: string) => RawTensor | undefined,
): Map<string, GateMap> {
  return new Map(
    entries.map(([site, entry]) => {
      const floats = (part: string) => floatsFrom(tensorName(site, part), take(tensorName(site, part)));
      const integers = (part: string) => integersFrom(tensorName(site, part), take(tensorName(site, part)));
      const { pixelRule } = entry;
      const rule: PixelRule =
        pixelRule.kind === 'weights' ? { ...pixelRule, weights: floats('pixelWeights') } : pixelRule;
      const map: GateMap = {
        shape: entry.shape,
        source: entry.source,
        channelGroup: integers('channelGroup'),
        channelWeight: floats('channelWeight'),
        patchHeight: integers('patchHeight'),
        patchWidth: integers('patchWidth'),
        pixelRule: rule,
        a: floats('a'),
        b: floats('b'),
        mask: entry.mask ? bytesFrom(tensorName(site, 'mask'), take(tensorName(site, 'mask'))) : null,
        dropped: entry.dropped ? { c2: floats('c2'), c1: floats('c1'), c0: floats('c0') } : null,
      };
      return [site, map];
    }),
  );
}

function tensorName(site: string, part: string): string {
  return `@gates/${site}/${part}`;
}
