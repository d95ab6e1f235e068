// Lays graphs out by elkjs, whose code runs in a worker: a large graph takes seconds, in which nothing may stand still.
import ELK, { type ElkNode } from 'elkjs/lib/elk-api.js';
import worker from 'elkjs/lib/elk-worker.min.js';

const elk = new ELK.default({ workerUrl: new URL(worker, import.meta.url).href });

/** @throws what elkjs says of a graph that it cannot lay out */
export function layOut(graph: ElkNode): Promise<ElkNode> {
  return elk.layout(graph);
}
