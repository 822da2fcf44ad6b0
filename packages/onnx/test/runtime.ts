import { InferenceSession, Tensor } from 'onnxruntime-node';

/** Runs a file in ONNX Runtime: the oracle of all that is imported and exported. */
export async function runOnnx(file: Uint8Array, shape: readonly number[], data: Float32Array): Promise<Float32Array> {
  const session = await InferenceSession.create(file, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    graphOptimizationLevel: 'disabled',
  });
  try {
    const results = await session.run({ [session.inputNames[0]!]: new Tensor('float32', data, shape) });
    return (results[session.outputNames[0]!]!.data as Float32Array).slice();
  } finally {
    await session.release();
  }
}
