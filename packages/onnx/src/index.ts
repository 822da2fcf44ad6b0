export type { ExternalData } from './constant.js';
export { exportOnnx } from './export.js';
export { type ImportedModel, type ImportOptions, importOnnx } from './import.js';
export { type AttributeValue, OnnxWriter } from './writer.js';
