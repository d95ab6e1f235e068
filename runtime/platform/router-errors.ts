// How an error becomes an answer: a status, and {code, message, remedy}. A bug of ours tells the client nothing but that.
import type { ErrorRequestHandler } from 'express';
import { CODES, type Code } from '../model/codes.ts';
import { isGatewrightError } from '../model/errors.ts';

export interface ErrorBody {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
}

const STATUS: Readonly<Partial<Record<string, number>>> = {
  GW_REQUEST_INVALID: 400,
  GW_FORBIDDEN: 403,
  GW_GATEWAY_UNKNOWN: 404,
  GW_PLAN_STALE: 409,
  GW_AGENT_BUSY: 409,
  GW_DRIFT_UNKNOWN: 409,
  GW_DESIGN_INVALID: 422,
  GW_GATEWAY_AWAY: 503,
  GW_CAPTURES_FULL: 503,
  GW_LEARN_FULL: 503,
  GW_LEARN_GONE: 404,
};
const STATUS_BY_FAULT = { user: 422, host: 502, bug: 500 } as const;

/** The answer to an error. */
export function answerTo(error: unknown): { readonly status: number; readonly body: ErrorBody } {
  if (!isGatewrightError(error)) return parserError(error) ?? bug();
  const entry = CODES[error.code as Code];
  if (error.fault === 'bug' || entry === undefined) return bug();
  const status = STATUS[error.code] ?? STATUS_BY_FAULT[error.fault];
  return { status, body: { code: error.code, message: error.message, remedy: entry.remedy } };
}

/** Express error handler of the router. */
export const answerErrors =
  (log: (error: unknown) => void): ErrorRequestHandler =>
  (error, _request, response, _next) => {
    const { status, body } = answerTo(error);
    if (status === 500) log(error);
    if (response.headersSent) return void response.end();
    response.status(status).json(body);
  };

/** Express's own JSON parser marks what the client did wrong with a 4xx status. */
function parserError(error: unknown) {
  const status = (error as { status?: unknown } | null)?.status;
  if (typeof status !== 'number' || status < 400 || status > 499) return undefined;
  const message = status === 413 ? 'the body is too large; send less' : 'the body is not valid JSON; correct it';
  return { status, body: { code: 'GW_REQUEST_INVALID', message, remedy: CODES.GW_REQUEST_INVALID.remedy } };
}

function bug() {
  const message = 'the platform met an error of its own; look at its log';
  return { status: 500, body: { code: 'GW_BUG', message, remedy: CODES.GW_BUG.remedy } };
}
