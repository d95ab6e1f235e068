// One VM's port on a line: in the guest a serial port on which a slave answers, here a firewall and the queue of the line.
import { type Cables, fieldLineOf } from '../../host/cables.ts';
import type { Address, Name } from '../../model/address.ts';
import type { LineGuard, LinePort } from '../../model/kinds/line.ts';
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
import { Guard, type Refusal } from './guard.ts';
import type { LineLog } from './line-log.ts';
import type { Taps } from './taps.ts';

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

  /** @throws GatewrightError GW_LINE_RULE; Error when the VM's field line has an owner */
  constructor(drawn: LinePort, world: PortWorld) {
    this.vm = drawn.vm;
    this.#world = world;
    this.#tenant = drawn.tenant;
    this.#guards = drawn.guards.map(guard => new Guard(guard));
    this.#stream = new CableStream(world.cables, fieldLineOf(drawn.vm));
    this.#server = serveRtu(this.#responder(), this.#stream, { heard: 'requests' });
  }

  get counters(): Readonly<ServerCounters> {
    return this.#server.counters;
  }

  get guards(): readonly Guard[] {
    return this.#guards;
  }

  /** Takes other rules between two requests. @throws GatewrightError GW_LINE_RULE; nothing has changed then */
  change({ tenant, guards }: LinePort): void {
    this.#guards = changed(this.#guards, guards);
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
    const asked = { atMs: now(), from: this.vm, unit, request: hex(bytes, start, end) };
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

/** Firewalls as they are drawn now; one that stays keeps its counters. All are made before one is changed. */
function changed(before: readonly Guard[], drawn: readonly LineGuard[]): readonly Guard[] {
  const fresh = drawn.map(guard => new Guard(guard));
  return drawn.map((guard, index) => {
    const kept = before.find(one => one.firewall === guard.firewall);
    kept?.change(guard);
    return kept ?? (fresh[index] as Guard);
  });
}
