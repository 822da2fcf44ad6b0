export * from './bundle-folder.js';
export * from './clock.js';
export * from './seed.js';
export * from './tcp.js';
export * from './tcp-channel.js';
export * from './threads.js';
export {
  type AdmittedOrigins,
  type ConnectWebSocketOptions,
  connectWebSocket,
} from './web-socket.js';
