// The platform over HTTP: one Express router, mounted by the server and by the pack in a stock Node-RED alike.
// Knows the platform's port only; who may do what is asked of `needs`.
import { json, type Request, type RequestHandler, type Response, Router } from 'express';
import { compile } from '../compile/compile.ts';
import { fieldFaults } from '../compile/configure/fields.ts';
import { lintProfile } from '../hardware/lint.ts';
import { readProfile } from '../hardware/read-profile.ts';
import { GatewrightError } from '../model/errors.ts';
import type { NodeType, PlacedFault } from '../model/node-type.ts';
import { quoted } from '../model/plain-text.ts';
import type { AddRoute, Permission } from './add-route.ts';
import type { PlatformPort } from './platform-port.ts';
import { addAttestation } from './router-attestation.ts';
import { addCompare } from './router-compare.ts';
import { addDrift } from './router-drift.ts';
import { answerErrors } from './router-errors.ts';
import { addEvents } from './router-events.ts';
import { addExchange } from './router-exchange.ts';
import { addExplaining } from './router-explain.ts';
import { addLearning } from './router-learn.ts';
import {
  ApplyRequest,
  DescriptionRequest,
  DrawingRequest,
  FieldsRequest,
  GatewayRequest,
  MOST_BODY_BYTES,
  MOST_DESCRIPTION_BYTES,
  MOST_DRAWING_BYTES,
  onlyOwnJson,
  PlanRequest,
  parse,
  parseBody,
} from './router-requests.ts';
import { addWayBack } from './router-way-back.ts';
import { wireRules } from './wire-rules.ts';

export type { Permission } from './add-route.ts';

export interface RouterOptions {
  /** Middleware that lets only users with the permission pass; Node-RED's own `needsPermission` fits. */
  readonly needs: (permission: Permission) => RequestHandler;
  /** The source of the table of legal wires. */
  readonly nodeTypes: readonly NodeType[];
  /** Where errors of our own go; default the error console. */
  readonly log?: (error: unknown) => void;
}

/**
 * Routes: GET /state /design /audit /wire-rules /observed?gateway=NAME /profile?gateway=NAME, POST /profile /field-faults /findings /plan
 * /apply /cancel /rollback, and those of {@link addAttestation}, {@link addEvents} and the others that are added below. Every POST takes JSON and wants the header `x-gatewright: 1` or an `Origin` of its own; every error
 * is {code, message, remedy}.
 */
export function createRouter(platform: PlatformPort, options: RouterOptions): Router {
  const { needs } = options;
  const router = Router();
  const rules = wireRules(options.nodeTypes);
  router.get('/state', needs('gatewright.read'), (_request, response) => send(response, platform.state()));
  router.get('/design', needs('gatewright.read'), (_request, response) =>
    send(response, { design: platform.design() ?? null }),
  );
  router.get('/audit', needs('gatewright.read'), (_request, response) => send(response, { entries: platform.audit() }));
  router.get('/wire-rules', needs('gatewright.read'), (_request, response) => send(response, rules));
  router.get(
    '/observed',
    needs('gatewright.read'),
    answered(request => platform.observe(parse(GatewayRequest, request.query).gateway)),
  );
  router.get(
    '/profile',
    needs('gatewright.read'),
    answered(async request => ({ profile: await platform.probe(parse(GatewayRequest, request.query).gateway) })),
  );
  addCommands(router, platform, options);
  const routes: AddRoute = {
    get: (path, permission, work) => router.get(path, needs(permission), answered(work)),
    post: (path, permission, work, mostBytes) =>
      router.post(
        path,
        ...commandGates(needs(permission), mostBytes),
        answered(request => work(request, userOf(request))),
      ),
  };
  addAttestation(platform, routes);
  addEvents(platform, routes);
  addExchange(routes);
  addExplaining(platform, routes);
  addCompare(options.nodeTypes, routes);
  addDrift(platform, options.nodeTypes, routes);
  addLearning(platform, routes);
  addWayBack(platform, routes);
  router.use((_request, response) => {
    response
      .status(404)
      .json({ code: 'GW_REQUEST_INVALID', message: 'there is no such route', remedy: 'See docs/configure.md.' });
  });
  router.use(answerErrors(options.log ?? console.error));
  return router;
}

function addCommands(router: Router, platform: PlatformPort, { needs, nodeTypes }: RouterOptions): void {
  type Work = (request: Request) => Promise<unknown>;
  const post = (path: string, permission: Permission, work: Work, mostBytes = MOST_BODY_BYTES) =>
    router.post(path, ...commandGates(needs(permission), mostBytes), answered(work));
  const describe: Work = async request => describedBox(parseBody(DescriptionRequest, request).text);
  post('/profile', 'gatewright.plan', describe, MOST_DESCRIPTION_BYTES);
  post('/field-faults', 'gatewright.read', async request => {
    const { type, fields } = parseBody(FieldsRequest, request);
    return { faults: faultsOf(nodeTypes, type, fields) };
  });
  const check: Work = async request => ({
    diagnostics: compile(parseBody(DrawingRequest, request).flow, nodeTypes).diagnostics,
  });
  post('/findings', 'gatewright.read', check, MOST_DRAWING_BYTES);
  post('/plan', 'gatewright.plan', async request => {
    const { gateway } = parseBody(PlanRequest, request);
    await platform.refresh(gateway);
    return platform.state();
  });
  post('/apply', 'gatewright.apply', async request =>
    platform.apply(parseBody(ApplyRequest, request), userOf(request)),
  );
  post('/cancel', 'gatewright.apply', async request => {
    platform.cancel(parseBody(GatewayRequest, request).gateway, userOf(request));
    return {};
  });
  post('/rollback', 'gatewright.apply', async request =>
    platform.rollback(parseBody(GatewayRequest, request).gateway, userOf(request)),
  );
}

/** What every command passes before its work begins. */
function commandGates(permitted: RequestHandler, mostBytes = MOST_BODY_BYTES): readonly RequestHandler[] {
  return [permitted, onlyOwnJson(mostBytes), json({ limit: mostBytes })];
}

/** A description of a box in any form, as a profile, and what is wrong with it. */
function describedBox(text: string) {
  const { form, profile, findings } = readProfile(text);
  return { form, profile, findings: [...findings, ...lintProfile(profile)] };
}

function faultsOf(
  nodeTypes: readonly NodeType[],
  type: string,
  fields: Readonly<Record<string, unknown>>,
): readonly PlacedFault[] {
  const nodeType = nodeTypes.find(one => one.type === type);
  if (nodeType !== undefined) return fieldFaults(nodeType, fields);
  throw new GatewrightError('GW_REQUEST_INVALID', `there is no node type ${quoted(type)}; correct it and send again`);
}

function answered(work: (request: Request) => Promise<unknown>): RequestHandler {
  return (request, response, next) => {
    work(request).then(result => send(response, result), next);
  };
}

function send(response: Response, body: unknown): void {
  response.set('cache-control', 'no-store').json(body);
}

/** Who asks: the name Node-RED's login found, or the person at this machine. */
export function userOf(request: Request): string {
  const name = (request as { user?: { username?: unknown } }).user?.username;
  return typeof name === 'string' ? name : 'local';
}
