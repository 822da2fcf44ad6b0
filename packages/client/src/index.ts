export { ProtocolError } from '@relent/crypto';
export { TransportError } from '@relent/protocol';
export * from './client.js';
export * from './connect.js';
export type { ClientModel, ClientOptions } from './host.js';
export { type Pixels, pixelsToInput } from './image.js';
export type { Progress, ProgressPhase } from './progress.js';
