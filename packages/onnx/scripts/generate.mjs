/**
 * `node packages/onnx/scripts/generate.mjs`: makes generated/onnx_pb.{js,d.ts} from proto/onnx.proto. Needed only after a
 * change of the schema; the result is committed. Fetches the compiler and the plug-in from the npm registry.
 *
 * @module
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const plugin = { local: ['protoc-gen-es'], out: 'generated', opt: ['target=js+dts'] };
const template = JSON.stringify({ version: 'v2', inputs: [{ directory: 'proto' }], plugins: [plugin] });
const packages = ['@bufbuild/buf@1.75.0', '@bufbuild/protoc-gen-es@2.13.0', '@bufbuild/protobuf@2.13.0'];
const { status } = spawnSync(
  'npx',
  ['--yes', ...packages.flatMap((name) => ['--package', name]), '--', 'buf', 'generate', '--template', template],
  { cwd: fileURLToPath(new URL('..', import.meta.url)), stdio: 'inherit' },
);
process.exitCode = status ?? 1;
