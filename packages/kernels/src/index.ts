export * from './contract.js';
export { loadKernels, loadKernelsAsync } from './load.js';
export { referenceChacha, referenceChachaBlock } from './reference/chacha.js';
export { referenceKernels } from './reference.js';
