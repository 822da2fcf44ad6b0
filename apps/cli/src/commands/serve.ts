/**
 * `relent serve MODEL`: classifies clients' images privately until it is interrupted.
 *
 * @module
 */
import type { Answer } from '@relent/protocol';
import { type Command, Option } from 'commander';
import { formatBytes, formatMs } from '../format.js';
import { loadTrainedModel } from '../model-source.js';
import { addCommand, type CommonOptions, examples, wholeNumber } from '../options.js';
import { printJson, printLine, printNote } from '../output.js';
import { addNetworkOptions, type NetworkOptions, planningOf } from '../plan-options.js';
import { loadSessionTools } from '../session-tools.js';
import { UsageError } from '../usage-error.js';

interface Options extends CommonOptions, NetworkOptions {
  readonly port: number;
  readonly host: string;
  readonly origin: readonly string[];
  readonly maxClients: number;
  readonly idleTimeout: number;
  readonly once?: boolean;
  readonly threads: number;
  readonly weightMemory: number;
  readonly output: Answer;
}

// Typed as the planner's answers are, so that --help names them without loading a package.
const answers = { logits: true, class: true } satisfies Record<Answer, true>;

const bytesPerMebibyte = 2 ** 20;

/** Adds the command. */
export function registerServe(program: Command): void {
  addNetworkOptions(addCommand(program, 'serve', 'serve a quantised model for private inference'))
    .argument('<MODEL>', 'quantised model file')
    .option(
      '--port <port>',
      'port for relent clients and for browsers; 0 picks a free one',
      wholeNumber(0, 65_535),
      7700,
    )
    .option('--host <address>', 'address of this machine to listen on', '127.0.0.1')
    .option(
      '--origin <origin...>',
      'web pages that may connect besides those of this machine, such as https://example.org; "any" admits all',
      [],
    )
    .option('--max-clients <count>', 'clients served at a time; more are refused', wholeNumber(1, 65_535), 64)
    .option(
      '--idle-timeout <seconds>',
      'drop a client that asks for nothing for so long',
      wholeNumber(1, 2_000_000),
      600,
    )
    .addOption(
      new Option('--output <kind>', 'what clients learn: all logits, or the class alone')
        .choices(Object.keys(answers))
        .default('logits'),
    )
    .option('--threads <count>', 'threads that compute, for all clients together', wholeNumber(1, 64), 1)
    .option('--once', 'end after the first session')
    .option(
      '--weight-memory <MiB>',
      'memory for transformed weights; those that find no room are transformed for every image',
      wholeNumber(0, 2 ** 20),
      2048,
    )
    .addHelpText(
      'after',
      examples(
        'serve runs/private.relent',
        'serve runs/private.relent --host 0.0.0.0 --port 7700 --origin https://example.org',
      ),
    )
    .action(serve);
}

/** An origin as browsers write it: no path, no port that goes without saying. */
function originOf(text: string): string {
  const origin = URL.canParse(text) ? new URL(text).origin : 'null';
  if (origin === 'null')
    throw new UsageError(`"--origin" expected an origin such as https://example.org, got "${text}"`);
  return origin;
}

async function serve(name: string, options: Options): Promise<void> {
  const { model, integer } = await loadTrainedModel(name);
  if (integer === null)
    throw new Error(`"MODEL" expected a quantised model, got a float one; run "relent quantize ${name}" first`);
  const { choosePlan, rlweCorrelations, serveSession } = await import('@relent/protocol');
  const { listen } = await import('@relent/protocol/node');
  // What cannot be served is refused before anybody connects.
  const planning = await planningOf(options);
  choosePlan(integer.graph, { ...planning, answer: options.output });
  const linear = rlweCorrelations({ transformBytes: options.weightMemory * bytesPerMebibyte });

  let endServing = () => {};
  const ended = new Promise<void>((resolve) => {
    endServing = resolve;
  });
  const listener = await listen({
    port: options.port,
    host: options.host,
    maxConnections: options.maxClients,
    webSocket: { origins: options.origin.includes('any') ? 'any' : options.origin.map(originOf) },
    onSession: async (channel, peer) => {
      printNote(`${peer}: connected`);
      try {
        const summary = await serveSession({ integer, info: model.info }, channel, {
          ...(await loadSessionTools(options.threads)),
          linear,
          planning,
          idleTimeoutMs: options.idleTimeout * 1000,
          answer: options.output,
          onEvent: (event) => {
            const { phase, index, traffic } = event;
            const { bytesUp, bytesDown, ms } = traffic;
            printNote(`${peer}: ${phase} ${index}: ${formatBytes(bytesUp + bytesDown)}, ${formatMs(ms)}`);
          },
        });
        printNote(`${peer}: done, ${summary.images} images`);
      } finally {
        if (options.once) endServing();
      }
    },
    onSessionError: (error, peer) => printNote(`${peer}: ${error instanceof Error ? error.message : String(error)}`),
  });
  const { port } = listener;
  if (options.json) printJson({ event: 'listening', host: options.host, port, model: model.info.name });
  else
    printLine(
      `serving ${model.info.name} on ${options.host}:${port}, for browsers ws://${options.host}:${port} (Ctrl-C ends)`,
    );
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => endServing());
  await ended;
  await listener.close();
}
