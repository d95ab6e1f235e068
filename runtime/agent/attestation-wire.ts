// What can be asked of whoever attests, as requests and answers of the socket: the same interface at both ends.
import { z } from 'zod';
import { type Attestation, AttestationStatus, MachineName } from '../model/attestation.ts';
import { ask } from './transport.ts';

const Person = z.string().min(1).max(200);
const machine = MachineName;

export const AttestationRequest = z.discriminatedUnion('order', [
  z.strictObject({ order: z.literal('status') }),
  z.strictObject({ order: z.literal('invite'), machine, by: Person }),
  z.strictObject({ order: z.literal('enrol'), machine, token: z.string().max(200) }),
  z.strictObject({ order: z.literal('approve'), machine, key: z.string().max(200), by: Person }),
  z.strictObject({ order: z.literal('learn'), machine, by: Person }),
  z.strictObject({ order: z.literal('ask'), machine }),
  z.strictObject({ order: z.literal('history'), machine, most: z.number().int().min(1).max(1000) }),
]);
type Order = z.infer<typeof AttestationRequest>;

const Token = z.strictObject({ token: z.string().max(200) });
const Done = z.strictObject({});
/** One record has all of its evidence. */
const History = z.strictObject({
  records: z.array(z.strictObject({ number: z.number().int().min(1), text: z.string() })).max(1000),
});

/** Does what was asked. @returns the body of the answer */
export async function attend(desk: Attestation, order: Order): Promise<object> {
  switch (order.order) {
    case 'status':
      return desk.status();
    case 'invite':
      return { token: await desk.invite(order.machine, order.by) };
    case 'enrol':
      await desk.enrol(order.machine, order.token);
      return {};
    case 'approve':
      await desk.approve(order.machine, order.key, order.by);
      return {};
    case 'learn':
      await desk.learn(order.machine, order.by);
      return {};
    case 'ask':
      await desk.ask(order.machine);
      return {};
    case 'history':
      return { records: await desk.history(order.machine, order.most) };
  }
}

/** Whoever attests behind a socket. */
export function remoteAttestation(socketPath: string): Attestation {
  const post = <T>(body: Order, shape: z.ZodType<T>) =>
    ask(socketPath, { method: 'POST', path: '/v1/attestation', body }, shape);
  const done = async (body: Order) => void (await post(body, Done));
  return {
    status: () => post({ order: 'status' }, AttestationStatus),
    invite: async (name, by) => (await post({ order: 'invite', machine: name, by }, Token)).token,
    enrol: (name, token) => done({ order: 'enrol', machine: name, token }),
    approve: (name, key, by) => done({ order: 'approve', machine: name, key, by }),
    learn: (name, by) => done({ order: 'learn', machine: name, by }),
    ask: name => done({ order: 'ask', machine: name }),
    history: async (name, most) => (await post({ order: 'history', machine: name, most }, History)).records,
  };
}
