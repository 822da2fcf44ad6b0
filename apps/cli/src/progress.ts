/**
 * Progress on stderr: a bar with the time left on a terminal, a line now and then elsewhere.
 *
 * @module
 */
import { SingleBar } from 'cli-progress';
import { formatMs } from './format.js';

/** Progress of one long step. */
export interface Progress {
  /** Reports `done` of `total` units and a short word on the state. */
  update(done: number, note?: string): void;
  /** Ends the bar. Safe to call twice. */
  stop(): void;
}

const lineEveryMs = 5000;

/**
 * Starts a progress display.
 * @param title - What is being done.
 * @param total - Units of work; any positive number.
 */
export function startProgress(title: string, total: number): Progress {
  return process.stderr.isTTY ? startBar(title, total) : startLines(title, total);
}

function startBar(title: string, total: number): Progress {
  const bar = new SingleBar({
    format: `${title} {bar} {percentage} %  {left}  {note}`,
    stream: process.stderr,
    barsize: 24,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    clearOnComplete: true,
    stopOnComplete: false,
    // Its handlers would swallow the first Ctrl-C.
    gracefulExit: false,
  });
  const left = timeLeft(total);
  let running = true;
  bar.start(total, 0, { left: '', note: '' });
  return {
    update(done, note = '') {
      if (running) bar.update(Math.min(done, total), { left: left(done), note });
    },
    stop() {
      if (running) bar.stop();
      running = false;
    },
  };
}

function startLines(title: string, total: number): Progress {
  const left = timeLeft(total);
  let last = performance.now();
  return {
    update(done, note = '') {
      const now = performance.now();
      if (now - last < lineEveryMs) return;
      last = now;
      process.stderr.write(
        `${[title, `${Math.floor((100 * done) / total)} %`, left(done), note].filter(Boolean).join('  ')}\n`,
      );
    },
    stop() {},
  };
}

/** Time left by the pace so far; empty until there is a pace. */
function timeLeft(total: number): (done: number) => string {
  const started = performance.now();
  // Work that was done before the first report, by an earlier run, says nothing about the pace.
  let before: number | undefined;
  return (done) => {
    before ??= done;
    const elapsedMs = performance.now() - started;
    if (done <= before || elapsedMs < 500) return '';
    return `${formatMs((elapsedMs * (total - done)) / (done - before))} left`;
  };
}
