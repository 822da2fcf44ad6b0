export * from './contract.js';
export * from './contract-ferret.js';
export { loadKernels, loadKernelsAsync } from './load.js';
export * from './poly/contract.js';
export { referencePhase } from './poly/reference-response.js';
export { referenceChacha, referenceChachaBlock } from './reference/chacha.js';
export { referenceKernels } from './reference.js';
