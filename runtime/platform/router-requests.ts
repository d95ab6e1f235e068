// What the router accepts, strictly: content type, proof that no foreign page sent it, size and shape of the body.
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { z } from 'zod';
import { Name } from '../model/address.ts';
import { GatewrightError } from '../model/errors.ts';

/** Requests are a few short strings; more is a mistake or an attack. */
export const MOST_BODY_BYTES = 16_384;

/** A page of another origin can send neither this header nor JSON without asking first (Fetch standard, CORS preflight). */
export const OWN_HEADER = 'x-gatewright';

/** A description of a box comes in one piece. As much as Node-RED takes in a request. */
export const MOST_DESCRIPTION_BYTES = 5 * 1024 * 1024;

export const PlanRequest = z.strictObject({ gateway: Name.optional() });
export const GatewayRequest = z.strictObject({ gateway: Name });
export const ApplyRequest = z.strictObject({
  gateway: Name,
  planHash: z.string().regex(/^[0-9a-f]{64}$/, 'the hash of a plan is 64 hex digits'),
  onFailure: z.enum(['stop', 'rollback']).default('stop'),
});

/** A file that describes a box, in any form that can be read. */
export const DescriptionRequest = z.strictObject({ text: z.string() });

/** A drawing of a few hundred nodes is checked while it is drawn; a larger one when it is deployed. */
export const MOST_DRAWING_BYTES = 2 * 1024 * 1024;

export const DrawingRequest = z.strictObject({ flow: z.array(z.unknown()) });

/** Fields of a node as a form holds them. */
export const FieldsRequest = z.strictObject({
  type: z.string().max(100),
  fields: z.record(z.string().max(100), z.json()),
});

/** Reads a checked body. @throws as {@link parse} */
export function parseBody<T>(schema: z.ZodType<T>, request: Request): T {
  return parse(schema, request.body ?? {});
}

/**
 * Reads what somebody sent.
 * @throws GatewrightError GW_REQUEST_INVALID with the first field that does not fit
 */
export function parse<T>(schema: z.ZodType<T>, sent: unknown): T {
  const result = schema.safeParse(sent);
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  const where = issue?.path.join('.') || 'the body';
  throw new GatewrightError(
    'GW_REQUEST_INVALID',
    `${where}: ${issue?.message ?? 'does not fit'}; correct it and send again`,
  );
}

/**
 * Lets only JSON pass, sent by our own pages or by a program.
 * @param mostBytes  most that is taken
 */
export function onlyOwnJson(mostBytes: number): RequestHandler {
  return (request: Request, _response: Response, next: NextFunction) => {
    if (Number(request.headers['content-length'] ?? 0) > mostBytes)
      return next(new GatewrightError('GW_REQUEST_INVALID', `the body is over ${mostBytes} bytes; send less`));
    if (!request.is('application/json'))
      return next(new GatewrightError('GW_REQUEST_INVALID', 'the body is not application/json; send it as that'));
    if (request.headers[OWN_HEADER] === undefined && !isSameOrigin(request))
      return next(new GatewrightError('GW_FORBIDDEN', `another page sent this; add the header ${OWN_HEADER}: 1`));
    next();
  };
}

function isSameOrigin(request: Request): boolean {
  const origin = request.headers.origin;
  if (origin === undefined || !URL.canParse(origin)) return false;
  return new URL(origin).host === request.headers.host;
}
