// Lays graphs out by elkjs, whose code runs in a worker: a large graph takes seconds, in which nothing may stand still.
import ELK, { type ElkNode } from 'elkjs/lib/elk-api.js';
import worker from 'elkjs/lib/elk-worker.min.js';

interface Engine {
  layout(graph: ElkNode): Promise<ElkNode>;
  /** Rejects when the worker cannot be loaded or breaks: elkjs itself would wait for its answer for ever. */
  readonly broken: Promise<never>;
}

let engine: Engine | undefined;

/**
 * One that failed is tried again with a new worker.
 * @throws what elkjs says of a graph that it cannot lay out, and Error when its worker is not there
 */
export async function layOut(graph: ElkNode): Promise<ElkNode> {
  engine ??= start();
  const { broken } = engine;
  try {
    return await Promise.race([engine.layout(graph), broken]);
  } catch (error) {
    engine = undefined;
    throw error;
  }
}

function start(): Engine {
  const { promise: broken, reject } = Promise.withResolvers<never>();
  broken.catch(() => {}); // told to whoever waits for a layout
  const elk = new ELK.default({
    workerFactory() {
      const made = new Worker(new URL(worker, import.meta.url));
      made.addEventListener('error', () => {
        made.terminate();
        reject(new Error('the worker that lays out is not there; look again'));
      });
      return made;
    },
  });
  return { layout: graph => elk.layout(graph), broken };
}
