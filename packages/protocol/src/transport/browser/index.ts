export * from './bundle-database.js';
export * from './clock.js';
export * from './connect.js';
export * from './seed.js';
