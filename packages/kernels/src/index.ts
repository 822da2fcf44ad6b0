export * from './contract.js';
export * from './contract-ferret.js';
export { CREW_HELPED, type CrewStart, joinCrew, type SpawnMember } from './crew.js';
export type { Threads } from './engine.js';
export { type LoadOptions, loadKernels, loadKernelsAsync } from './load.js';
export * from './poly/contract.js';
export { referencePhase } from './poly/reference-response.js';
export { referenceChacha, referenceChachaBlock } from './reference/chacha.js';
export { referenceKernels } from './reference.js';
