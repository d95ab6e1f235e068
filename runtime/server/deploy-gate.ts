// Stands before Node-RED's own deploy routes: reads the body within bounds, refuses what must not be saved, and lets
// Node-RED go on with the parsed body. Refusing here touches neither flow nor credentials.
import type { Request, RequestHandler, Response } from 'express';
import { Router } from 'express';
import type { FlowCheck } from './flow-check.ts';

/** The editor's own limit, too (`apiMaxLength`). */
export const MOST_FLOW_BYTES = 5 * 1024 * 1024;
/** A client that keeps sending beyond the limit is read this far, so that it can see our answer, then cut. */
const MOST_DRAINED_BYTES = 100 * 1024 * 1024;

type Body = { readonly text: string } | { readonly refused: 413 | 400; readonly why: string };

const TOO_LARGE = `The flow is larger than ${MOST_FLOW_BYTES / 1024 / 1024} MB, so it was not saved. Remove embedded data or split the flow.`;

/**
 * @param check   what must not be saved
 * @param writes  lets only people pass who may deploy
 */
export function deployGate(check: FlowCheck, writes: RequestHandler): Router {
  const router = Router();
  const gate: RequestHandler = (request, response, next) => {
    judge(request, check).then(verdict => {
      if (verdict === undefined) next();
      else refuse(response, verdict.status, verdict.why);
    }, next);
  };
  router.post('/flows', writes, gate);
  router.post('/flow', writes, gate);
  router.put('/flow/:id', writes, gate);
  return router;
}

async function judge(request: Request, check: FlowCheck) {
  if (request.get('node-red-deployment-type') === 'reload') return undefined; // reads from disk, takes no body
  const body = await readBody(request);
  if ('refused' in body) return { status: body.refused, why: body.why };
  const flow = parseJson(body.text);
  if (flow === undefined)
    return { status: 400, why: 'The flow is not complete JSON, so it was not saved. Deploy again.' };
  const fault = check(flow.value);
  if (fault !== undefined) return { status: 422, why: fault };
  request.body = flow.value;
  (request as { _body?: boolean })._body = true; // tells body-parser that the stream has been read
  return undefined;
}

async function readBody(request: Request): Promise<Body> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_DRAINED_BYTES) break;
    if (bytes <= MOST_FLOW_BYTES) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (bytes > MOST_FLOW_BYTES) return { refused: 413, why: TOO_LARGE };
  if (!request.is('application/json')) return { refused: 400, why: 'A deploy is application/json. Send it as that.' };
  return { text: Buffer.concat(chunks).toString('utf8') };
}

function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

/** The editor shows this text by innerHTML, so names in it must not be markup. */
function refuse(response: Response, status: number, why: string): void {
  response.status(status).type('text/plain').send(escapeHtml(why));
}

/** Text that is safe inside HTML. */
export function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, character => entities[character] ?? character);
}
