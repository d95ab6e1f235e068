// One VM's port on a line: in the guest a serial port on which a slave answers, here a firewall and the queue of the line.
import { type Cables, fieldLineOf } from '../../host/cables.ts';
import type { FilterProgram } from '../../lanes/filter/ir.ts';
import type { Address, Name } from '../../model/address.ts';
import type { LinePort } from '../../model/kinds/line.ts';
import type { LineFrame } from '../../model/line-frame.ts';
import { MBAP_BYTES, putMbap, TCP_MOST_BYTES } from '../../protocols/modbus/adu/frames.ts';
import type { ModbusLine } from '../../protocols/modbus/line/line.ts';
import { lineResponder } from '../../protocols/modbus/line/line-responder.ts';
import { u8 } from '../../protocols/modbus/pdu/bytes.ts';
import { putException } from '../../protocols/modbus/server/answer.ts';
import type { ServerCounters } from '../../protocols/modbus/server/counters.ts';
import type { Responder } from '../../protocols/modbus/server/responder.ts';
import { type RtuServer, serveRtu } from '../../protocols/modbus/server/rtu-server.ts';
import { CableStream } from './cable-stream.ts';
import { Guard, programOf, type Refusal } from './guard.ts';
import type { LineLog } from './line-log.ts';
import type { Taps } from './taps.ts';

/** A drawn port whose rules were checked and can be taken. */
export interface ReadyPort extends Pick<LinePort, 'vm' | 'tenant'> {
  readonly guards: readonly { readonly firewall: string; readonly program: FilterProgram }[];
}

/** @throws GatewrightError GW_LINE_RULE */
export function readyPort({ vm, tenant, guards }: LinePort): ReadyPort {
  return { vm, tenant, guards: guards.map(guard => ({ firewall: guard.firewall, program: programOf(guard) })) };
}

export interface PortWorld {
  readonly cables: Cables;
  /** The line as it is now; it changes with its device. */
  readonly line: () => ModbusLine;
  readonly now: () => number;
  readonly log: LineLog;
  readonly taps: Taps;
}

interface Verdict {
  readonly firewall: string;
  readonly refusal: Exclude<Refusal, undefined>;
}

export class VirtualPort {
  readonly vm: Address<'vm'>;
  readonly #world: PortWorld;
  readonly #stream: CableStream;
  readonly #server: RtuServer;
  readonly #frame = new Uint8Array(TCP_MOST_BYTES);
  #tenant: Name;
  #guards: readonly Guard[];

  /** @throws Error when the VM's field line has an owner */
  constructor({ vm, tenant, guards }: ReadyPort, world: PortWorld) {
    this.vm = vm;
    this.#world = world;
    this.#tenant = tenant;
    this.#guards = guards.map(({ firewall, program }) => new Guard(firewall, program));
    this.#stream = new CableStream(world.cables, fieldLineOf(vm));
    this.#server = serveRtu(this.#responder(), this.#stream, { heard: 'requests' });
  }

  get counters(): Readonly<ServerCounters> {
    return this.#server.counters;
  }

  get guards(): readonly Guard[] {
    return this.#guards;
  }

  /** Takes other rules between two requests. A firewall that stays keeps its counters. */
  change({ tenant, guards }: ReadyPort): void {
    this.#guards = guards.map(({ firewall, program }) => {
      const kept = this.#guards.find(one => one.firewall === firewall);
      kept?.change(program);
      return kept ?? new Guard(firewall, program);
    });
    this.#tenant = tenant;
  }

  close(): void {
    this.#server.stop();
    this.#stream.destroy();
  }

  #responder(): Responder {
    const line = () => lineResponder(this.#world.line(), this.#tenant);
    return {
      respond: (unit, bytes, start, end, into, at) => {
        const verdict = this.#judge(unit, bytes, start, end);
        const tell = this.#teller(unit, bytes, start, end);
        if (verdict === undefined) {
          const answer = line().respond(unit, bytes, start, end, into, at);
          if (typeof answer === 'number') tell?.({ answer: hex(into, at, at + answer) });
          else void answer.then(pdu => tell?.(pdu === undefined ? {} : { answer: hex(pdu, 0, pdu.length) }));
          return answer;
        }
        const length = verdict.refusal === 'silence' ? 0 : putException(u8(bytes, start), verdict.refusal, into, at);
        tell?.({ refusedBy: verdict.firewall, ...(length === 0 ? {} : { answer: hex(into, at, at + length) }) });
        return length;
      },
      broadcast: (bytes, start, end) => {
        const verdict = this.#judge(0, bytes, start, end);
        this.#teller(0, bytes, start, end)?.(verdict === undefined ? {} : { refusedBy: verdict.firewall });
        if (verdict === undefined) line().broadcast(bytes, start, end);
      },
    };
  }

  /** Tells taps what became of a request; `undefined` when nobody listens, so that it costs nothing. */
  #teller(unit: number, bytes: Uint8Array, start: number, end: number) {
    const { taps, now } = this.#world;
    if (!taps.any) return undefined;
    const frame = Buffer.from([unit, ...bytes.subarray(start, end)]).toString('hex');
    const asked = { atMs: now(), end: this.vm, direction: 'in', frame } as const;
    return (became: Pick<LineFrame, 'answer' | 'refusedBy'>) => taps.tell({ ...asked, ...became });
  }

  /** The first firewall that does not accept decides; `undefined` = all do. */
  #judge(unit: number, bytes: Uint8Array, start: number, end: number): Verdict | undefined {
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
      if (refusal !== undefined) return { firewall: guard.firewall, refusal };
    }
    return undefined;
  }

  #note(firewall: string, rule: string, passed: boolean, frame: Uint8Array, atMs: number): void {
    const request = hex(frame, MBAP_BYTES, frame.length);
    this.#world.log.add({ atMs, vm: this.vm, firewall, rule, passed, unit: u8(frame, MBAP_BYTES - 1), request });
  }
}

function hex(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('hex');
}
