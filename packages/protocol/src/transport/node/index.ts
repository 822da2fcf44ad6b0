export * from './clock.js';
export * from './seed.js';
export * from './tcp.js';
export * from './tcp-channel.js';
