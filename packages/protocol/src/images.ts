/**
 * Several images at once: every value holds those of the images one after the other.
 * @module
 */
import type { SiteShape } from '@relent/crypto';

/** Computes image by image on values that hold several, and joins the results. */
export function eachImage(
  images: number,
  inputs: readonly Int32Array[],
  compute: (inputs: readonly Int32Array[], image: number) => Int32Array,
): Int32Array {
  if (images === 1) return compute(inputs, 0);
  return joinImages(
    Array.from({ length: images }, (_, image) =>
      compute(
        inputs.map((input) => imageOf(input, images, image)),
        image,
      ),
    ),
  );
}

/** The part of one image, not copied. */
export function imageOf(values: Int32Array, images: number, image: number): Int32Array {
  const size = values.length / images;
  return values.subarray(image * size, (image + 1) * size);
}

/** The values of several images as one. */
export function joinImages(parts: readonly Int32Array[]): Int32Array {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const joined = new Int32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** A site over several images: every image has gates of its own. */
export function repeatSite(shape: SiteShape, images: number): SiteShape {
  if (images === 1) return shape;
  const all = (values: Int32Array): Int32Array => joinImages(Array.from({ length: images }, () => values));
  const { gateOf, gateCount, neurons, polynomial } = shape;
  return {
    ...shape,
    neurons: neurons * images,
    comparisons: shape.comparisons * images,
    gateCount: gateCount * images,
    gateOf: all(gateOf).map((gate, i) => (gate < 0 ? gate : gate + Math.floor(i / neurons) * gateCount)),
    a: all(shape.a),
    b: all(shape.b),
    polynomial: polynomial && {
      ...polynomial,
      c2: all(polynomial.c2),
      c1: all(polynomial.c1),
      c0: all(polynomial.c0),
    },
  };
}
