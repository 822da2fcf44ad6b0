/**
 * The costs that private inference of ResNet-18 has to meet on two cores (l = 32, exact), by scenario.
 *
 * OpenCheetah's 189 MiB: measured on a machine of this size, ResNet-18 on 32 × 32, all ReLUs (see docs/costs.md).
 */
const MB = 1e6;
const openCheetahBytes = 189 * 2 ** 20;

/** @type {Record<string, readonly {name: string, limit: number, unit: string, of: (run: any) => number}[]>} */
export const bars = {
  all: [
    { name: 'online bytes', limit: 13, unit: 'MB', of: (run) => run.online.bytes / MB },
    { name: 'online round trips', limit: 36, unit: '', of: (run) => run.online.rounds / 2 },
    { name: 'offline CPU, both parties', limit: 20, unit: 's', of: (run) => run.offline.cpuSeconds },
    {
      name: "offline + online bytes, half of OpenCheetah's",
      limit: openCheetahBytes / 2 / MB,
      unit: 'MB',
      of: (run) => (run.offline.bytes + run.online.bytes) / MB,
    },
  ],
  shared: [
    {
      name: 'offline + online bytes',
      limit: 70,
      unit: 'MB',
      of: (run) => (run.offline.bytes + run.online.bytes) / MB,
    },
    { name: 'online bytes', limit: 5.1, unit: 'MB', of: (run) => run.online.bytes / MB },
    { name: 'online wall, lan, as it ran', limit: 0.4, unit: 's', of: (run) => run.lanOnlineMs / 1e3 },
    { name: 'online wall, lan, CPU of both + network', limit: 0.4, unit: 's', of: (run) => run.quietMs / 1e3 },
    { name: 'online CPU, both parties', limit: 0.5, unit: 's', of: (run) => run.online.cpuSeconds },
    { name: 'offline CPU, both parties', limit: 8, unit: 's', of: (run) => run.offline.cpuSeconds },
    { name: 'peak memory of a party', limit: 3, unit: 'GiB', of: (run) => run.peakBytes / 2 ** 30 },
  ],
};
