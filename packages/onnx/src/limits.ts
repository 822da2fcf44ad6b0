/**
 * What an ONNX file may ask for. A model within these bounds is imported with memory in proportion to the file.
 * @module
 */

/** Opsets that the importer knows. */
export const opsets = { least: 9, most: 21 } as const;

/** Nodes and initializers of a graph. */
export const maxNodes = 100_000;

/** Elements of one activation or of one weight that the import makes up, such as a padded kernel. */
export const maxElements = 2 ** 26;

/** Elements of a constant that shape arithmetic may read or make. */
export const maxShapeElements = 2 ** 16;
