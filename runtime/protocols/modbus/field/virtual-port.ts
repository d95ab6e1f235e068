// One VM's port on a line: in the guest a serial port on which a slave answers, here firewalls and the queue of the line.
import type { FilterProgram } from '../../../lanes/filter/ir.ts';
import type { Address } from '../../../model/address.ts';
import type { LinePort } from '../../../model/kinds/line.ts';
import type { EndFigures } from '../../../model/line-figures.ts';
import type { LineFrame } from '../../../model/line-frame.ts';
import { BytePort } from '../../byte-port.ts';
import type { LineWorld } from '../../field-line.ts';
import { MBAP_BYTES, putMbap, TCP_MOST_BYTES } from '../adu/frames.ts';
import type { ModbusLine } from '../line/line.ts';
import { lineResponder } from '../line/line-responder.ts';
import { u8 } from '../pdu/bytes.ts';
import { putException } from '../server/answer.ts';
import type { Responder } from '../server/responder.ts';
import { type RtuServer, serveRtu } from '../server/rtu-server.ts';
import { modbusWords } from '../words.ts';
import { Guard, type Refusal } from './guard.ts';

/** In the frame that the rules look at the unit stands before the PDU, as in the form of the protocol. */
const UNIT_AT = MBAP_BYTES - 1;

/** A drawn port whose rules were checked and can be taken. */
export interface ReadyPort extends Pick<LinePort, 'vm' | 'tenant'> {
  readonly guards: readonly { readonly firewall: string; readonly program: FilterProgram }[];
}

/** @throws GatewrightError GW_LINE_RULE */
export function readyPort({ vm, tenant, guards }: LinePort): ReadyPort {
  const programs = guards.map(({ firewall, rules }) => ({ firewall, program: programOf(firewall, rules) }));
  return { vm, tenant, guards: programs };
}

function programOf(firewall: string, rules: LinePort['guards'][number]['rules']): FilterProgram {
  const programs = modbusWords.guard?.(firewall, rules);
  if (programs === undefined) throw new Error('Modbus has rules');
  return programs.fromVm;
}

interface Verdict {
  readonly firewall: string;
  readonly refusal: Exclude<Refusal, undefined>;
}

export class VirtualPort {
  readonly vm: Address<'vm'>;
  readonly #world: LineWorld;
  readonly #stream: BytePort;
  readonly #server: RtuServer;
  readonly #frame = new Uint8Array(TCP_MOST_BYTES);
  #line: Responder;
  #guards: readonly Guard[];
  #denied = 0;
  readonly #owner: ModbusLine;

  /** @param owner  of the physical line */
  constructor({ vm, tenant, guards }: ReadyPort, owner: ModbusLine, world: LineWorld) {
    this.vm = vm;
    this.#world = world;
    this.#owner = owner;
    this.#line = lineResponder(owner, tenant);
    this.#guards = guards.map(({ firewall, program }) => new Guard(firewall, { 'from-vm': program }));
    // WHY: who comes back is another machine to the line, and may even be of another tenant.
    this.#stream = new BytePort(world.socketOf(vm), () => this.#server.forget());
    this.#server = serveRtu(this.#responder(), this.#stream, { heard: 'requests' });
  }

  /** Takes other rules between two requests. A firewall that stays keeps its counters. */
  change({ tenant, guards }: ReadyPort): void {
    this.#guards = guards.map(({ firewall, program }) => {
      const kept = this.#guards.find(one => one.firewall === firewall);
      kept?.change({ 'from-vm': program });
      return kept ?? new Guard(firewall, { 'from-vm': program });
    });
    this.#line = lineResponder(this.#owner, tenant);
  }

  figures(): EndFigures {
    const { requests, malformed } = this.#server.counters;
    const { heardBytes, told, toldBytes, dropped, plugged } = this.#stream;
    return {
      ...{ end: this.vm, plugged },
      in: { frames: requests, bytes: heardBytes, denied: this.#denied, dropped: 0, malformed },
      out: { frames: told, bytes: toldBytes, denied: 0, dropped, malformed: 0 },
      firewalls: this.#guards.map(guard => ({ firewall: guard.firewall, rules: guard.figures() })),
    };
  }

  /** Resolves when the port of the VM is free. */
  close(): Promise<void> {
    this.#server.stop();
    return new Promise(resolve => {
      this.#stream.once('close', resolve);
      this.#stream.destroy();
    });
  }

  #responder(): Responder {
    return {
      respond: (unit, bytes, start, end, into, at) => {
        const verdict = this.#judge(unit, bytes, start, end);
        const tell = this.#teller(unit, bytes, start, end);
        if (verdict === undefined) {
          const answer = this.#line.respond(unit, bytes, start, end, into, at);
          if (tell === undefined) return answer;
          if (typeof answer === 'number') tell({ answer: hex(into, at, at + answer) });
          else void answer.then(pdu => tell(pdu === undefined ? {} : { answer: hex(pdu, 0, pdu.length) }));
          return answer;
        }
        const length = verdict.refusal === 'silence' ? 0 : putException(u8(bytes, start), verdict.refusal, into, at);
        tell?.({ refusedBy: verdict.firewall, ...(length === 0 ? {} : { answer: hex(into, at, at + length) }) });
        return length;
      },
      broadcast: (bytes, start, end) => {
        const verdict = this.#judge(0, bytes, start, end);
        this.#teller(0, bytes, start, end)?.(verdict === undefined ? {} : { refusedBy: verdict.firewall });
        if (verdict === undefined) this.#line.broadcast(bytes, start, end);
      },
    };
  }

  /** Tells those who listen what became of a request; `undefined` when nobody does, so that it costs nothing. */
  #teller(unit: number, bytes: Uint8Array, start: number, end: number) {
    const { ears, now } = this.#world;
    if (!ears.any) return undefined;
    const frame = Buffer.from([unit, ...bytes.subarray(start, end)]).toString('hex');
    const asked = { atMs: now(), end: this.vm, direction: 'in', frame } as const;
    return (became: Pick<LineFrame, 'answer' | 'refusedBy'>) => ears.tell({ ...asked, ...became });
  }

  /** The first firewall that does not accept decides; `undefined` = all do. */
  #judge(unit: number, bytes: Uint8Array, start: number, end: number): Verdict | undefined {
    if (this.#guards.length === 0) return undefined;
    putMbap(this.#frame, 0, 0, unit, end - start);
    this.#frame.set(bytes.subarray(start, end), MBAP_BYTES);
    const frame = this.#frame.subarray(0, MBAP_BYTES + end - start);
    for (const guard of this.#guards) {
      let logged: string | undefined;
      const now = this.#world.now();
      const refusal = guard.refusal(frame, now, rule => {
        logged = rule;
      });
      if (logged !== undefined) this.#note(guard.firewall, logged, refusal === undefined, frame, now);
      if (refusal === undefined) continue;
      this.#denied += 1;
      return { firewall: guard.firewall, refusal };
    }
    return undefined;
  }

  #note(firewall: string, rule: string, passed: boolean, frame: Uint8Array, atMs: number): void {
    const said = hex(frame, UNIT_AT, frame.length);
    this.#world.log({ atMs, vm: this.vm, direction: 'in', firewall, rule, passed, frame: said });
  }
}

function hex(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('hex');
}
