/**
 * The form of a site as JSON: what a choice of form changes in a gate map.
 * @module
 */
import type { GateMap } from '@relent/graph';
import { z } from 'zod';
import type { SiteCandidate } from './site-forms.js';

/** The JSON of a form. */
export const savedFormSchema = z.object({
  form: z.string(),
  channelGroup: z.array(z.number().int()),
  channelWeight: z.array(z.number()),
  patchHeight: z.array(z.number().int()),
  patchWidth: z.array(z.number().int()),
  mask: z.base64().nullable(),
});

/** A form as it is saved. */
export type SavedForm = z.infer<typeof savedFormSchema>;

/** A form for saving. */
export function savedForm({ form, map }: SiteCandidate): SavedForm {
  return {
    form,
    channelGroup: [...map.channelGroup],
    channelWeight: [...map.channelWeight],
    patchHeight: [...map.patchHeight],
    patchWidth: [...map.patchWidth],
    mask: map.mask && Buffer.from(map.mask).toString('base64'),
  };
}

/** The gate map of a saved form; all that forms leave alone is that of `map`. */
export function mapOfForm(map: GateMap, saved: SavedForm): GateMap {
  return {
    ...map,
    channelGroup: Int32Array.from(saved.channelGroup),
    channelWeight: Float32Array.from(saved.channelWeight),
    patchHeight: Int32Array.from(saved.patchHeight),
    patchWidth: Int32Array.from(saved.patchWidth),
    mask: saved.mask === null ? null : new Uint8Array(Buffer.from(saved.mask, 'base64')),
  };
}
