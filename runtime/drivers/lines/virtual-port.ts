// One VM's port on a line: in the guest a serial port on which a slave answers, here a firewall and the queue of the line.
import { type Cables, fieldLineOf } from '../../host/cables.ts';
import type { Address, Name } from '../../model/address.ts';
import type { LineGuard, LinePort } from '../../model/kinds/line.ts';
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

export interface PortWorld {
  readonly cables: Cables;
  /** The line as it is now; it changes with its device. */
  readonly line: () => ModbusLine;
  readonly now: () => number;
  readonly log: LineLog;
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
        const refusal = this.#refusal(unit, bytes, start, end);
        if (refusal === undefined) return line().respond(unit, bytes, start, end, into, at);
        return refusal === 'silence' ? 0 : putException(u8(bytes, start), refusal, into, at);
      },
      broadcast: (bytes, start, end) => {
        if (this.#refusal(0, bytes, start, end) === undefined) line().broadcast(bytes, start, end);
      },
    };
  }

  /** The first firewall that does not accept decides. */
  #refusal(unit: number, bytes: Uint8Array, start: number, end: number): Refusal {
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
      if (refusal !== undefined) return refusal;
    }
    return undefined;
  }

  #note(firewall: string, rule: string, passed: boolean, frame: Uint8Array, atMs: number): void {
    const request = Buffer.from(frame.subarray(MBAP_BYTES)).toString('hex');
    this.#world.log.add({ atMs, vm: this.vm, firewall, rule, passed, unit: u8(frame, MBAP_BYTES - 1), request });
  }
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
