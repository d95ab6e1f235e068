// Attestation over HTTP: whoever reads sees it; decisions are for who may apply, as a plan is.
import { z } from 'zod';
import { Name } from '../model/address.ts';
import { MachineName } from '../model/attestation.ts';
import type { AddRoute } from './add-route.ts';
import type { PlatformPort } from './platform-port.ts';
import { parse, parseBody } from './router-requests.ts';

const Gateway = z.strictObject({ gateway: Name });
const OfMachine = z.strictObject({ gateway: Name, machine: MachineName });
const Most = z.strictObject({ most: z.coerce.number().int().min(1).max(1000).default(100) });
const Machine = z.strictObject({ machine: MachineName });
const Approval = z.strictObject({ machine: MachineName, key: z.string().regex(/^[0-9a-f]{2,200}$/, 'a key is hex') });
const Enrolling = z.strictObject({ machine: MachineName, token: z.string().regex(/^[0-9a-f]{64}$/, 'a token is hex') });

/**
 * Routes below /attestation/GATEWAY: GET / is an `AttestationStatus`; GET /history/MACHINE?most=100 gives {records: {number, text}[]}, the
 * newest first; POST /ask {machine}, /invite {machine} which gives {token}, /enrol {machine, token}, /approve {machine, key} and /learn
 * {machine}, of which the others give the status after it.
 */
export function addAttestation(platform: PlatformPort, { get, post }: AddRoute): void {
  const home = '/attestation/:gateway';
  get(home, 'gatewright.read', ({ params }) => statusOf(params));
  get(`${home}/history/:machine`, 'gatewright.read', async ({ params, query }) => {
    const { gateway, machine } = parse(OfMachine, params);
    return { records: await platform.attestation(gateway, '').history(machine, parse(Most, query).most) };
  });
  post(`${home}/ask`, 'gatewright.plan', async (request, user) => {
    const { gateway } = parse(Gateway, request.params);
    await platform.attestation(gateway, user).ask(parseBody(Machine, request).machine);
    return statusOf(request.params);
  });
  post(`${home}/invite`, 'gatewright.apply', async (request, user) => {
    const { gateway } = parse(Gateway, request.params);
    return { token: await platform.attestation(gateway, user).invite(parseBody(Machine, request).machine, user) };
  });
  post(`${home}/enrol`, 'gatewright.apply', async (request, user) => {
    const { machine, token } = parseBody(Enrolling, request);
    await platform.attestation(parse(Gateway, request.params).gateway, user).enrol(machine, token);
    return statusOf(request.params);
  });
  post(`${home}/approve`, 'gatewright.apply', async (request, user) => {
    const { machine, key } = parseBody(Approval, request);
    await platform.attestation(parse(Gateway, request.params).gateway, user).approve(machine, key, user);
    return statusOf(request.params);
  });
  post(`${home}/learn`, 'gatewright.apply', async (request, user) => {
    const { gateway } = parse(Gateway, request.params);
    await platform.attestation(gateway, user).learn(parseBody(Machine, request).machine, user);
    return statusOf(request.params);
  });

  async function statusOf(params: unknown) {
    return platform.attestation(parse(Gateway, params).gateway, '').status();
  }
}
