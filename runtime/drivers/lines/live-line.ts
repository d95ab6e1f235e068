// One line that is open in this process: its owner, and the ports of the VMs on it. Made equal to what is drawn, step by step.
import type { Cables } from '../../host/cables.ts';
import type { Address } from '../../model/address.ts';
import { GatewrightError } from '../../model/errors.ts';
import type { LineSpec } from '../../model/kinds/line.ts';
import type { HeardFrames } from '../../model/line-frame.ts';
import { ModbusLine } from '../../protocols/modbus/line/line.ts';
import { u8 } from '../../protocols/modbus/pdu/bytes.ts';
import { isRead } from '../../protocols/modbus/pdu/request.ts';
import type { ModbusOptions } from '../../protocols/modbus/protocol.ts';
import { serialWire } from '../../protocols/modbus/wire/serial.ts';
import { socketWire } from '../../protocols/modbus/wire/socket.ts';
import { LineLog } from './line-log.ts';
import { Taps } from './taps.ts';
import { readyPort, VirtualPort } from './virtual-port.ts';

/** In the queue of the line messages stand like a tenant; no tenant has such a name. */
const MESSAGES = '(messages)';

export class LiveLine {
  readonly #cables: Cables;
  readonly #now: () => number;
  readonly #log = new LineLog();
  readonly #taps = new Taps();
  readonly #ports = new Map<string, VirtualPort>();
  #spec: LineSpec;
  #line: ModbusLine;

  /** @param spec  its device is opened at once, its ports by {@link change} */
  constructor(spec: LineSpec, cables: Cables, now: () => number) {
    this.#cables = cables;
    this.#now = now;
    this.#spec = { ...spec, ports: [] };
    this.#line = openLine(spec);
  }

  /** What it is now; half of what is drawn when a change failed. */
  get spec(): LineSpec {
    return this.#spec;
  }

  /**
   * Makes it equal to the spec. Ports that stay notice nothing.
   * @throws GatewrightError GW_LINE_RULE; nothing has changed then
   */
  async change(spec: LineSpec): Promise<void> {
    const ready = spec.ports.map(readyPort); // all rules are checked before anything is changed
    if (wayOf(spec) !== wayOf(this.#spec)) {
      const before = this.#line;
      await before.close(); // its port is free then
      this.#line = openLine(spec);
    }
    for (const [vm, port] of this.#ports)
      if (!spec.ports.some(drawn => drawn.vm === vm)) {
        port.close();
        this.#ports.delete(vm);
      }
    for (const wanted of ready) {
      const port = this.#ports.get(wanted.vm);
      if (port === undefined) this.#ports.set(wanted.vm, new VirtualPort(wanted, this.#world()));
      else port.change(wanted);
    }
    this.#spec = spec;
  }

  /** Lets a VM go, when it is on this line. */
  release(vm: Address<'vm'>): void {
    this.#ports.get(vm)?.close();
    if (this.#ports.delete(vm))
      this.#spec = { ...this.#spec, ports: this.#spec.ports.filter(drawn => drawn.vm !== vm) };
  }

  /** Asks a device for a message of the flow. @param request  the unit, then the PDU @throws GatewrightError GW_LINE_MESSAGES, and what `ModbusLine.exchange` throws */
  async ask(request: Uint8Array): Promise<Uint8Array> {
    const [unit, pdu] = [u8(request, 0), request.subarray(1)];
    const { messages } = this.#spec;
    if (messages === 'none' || (messages === 'read' && !isRead(u8(pdu, 0))))
      throw new GatewrightError(
        'GW_LINE_MESSAGES',
        `messages may ${messages === 'none' ? 'ask nothing' : 'only read'} here; let them in the bus node, deploy and apply`,
      );
    const frame = Buffer.from(request).toString('hex');
    const asked = { atMs: this.#now(), end: 'messages', direction: 'in', frame } as const;
    try {
      const answer = await this.#line.exchange(MESSAGES, unit, pdu);
      this.#taps.tell({ ...asked, answer: Buffer.from(answer).toString('hex') });
      return answer;
    } catch (error) {
      this.#taps.tell(asked);
      throw error;
    }
  }

  /** Listens. @param ended  called when the line has gone @returns how to stop */
  tap(heard: HeardFrames, ended: () => void): () => void {
    return this.#taps.add(heard, ended);
  }

  /** What people see: whether the device is reached, and what each firewall counted. Times are Unix ms. */
  status(): Readonly<Record<string, unknown>> {
    const { sent, answered, exceptions, silent, garbled, late, merged } = this.#line.counters;
    return {
      state: this.#line.state,
      waiting: this.#line.waiting,
      silentUnits: this.#line.unitsDown(),
      requests: { sent, answered, exceptions, silent, garbled, late, merged },
      ports: [...this.#ports.values()].map(({ vm, counters, guards }) => ({
        vm,
        requests: counters.requests,
        exceptions: counters.exceptions,
        firewalls: guards.map(guard => ({ firewall: guard.firewall, rules: guard.figures() })),
      })),
      log: this.#log.entries(),
    };
  }

  async close(): Promise<void> {
    for (const port of this.#ports.values()) port.close();
    this.#ports.clear();
    this.#taps.close();
    await this.#line.close();
  }

  #world() {
    return { cables: this.#cables, line: () => this.#line, now: this.#now, log: this.#log, taps: this.#taps };
  }
}

/** Everything that the owner of the line is made with. */
function wayOf({ protocol, settings }: LineSpec): string {
  return JSON.stringify([protocol, settings]);
}

function openLine({ settings }: LineSpec): ModbusLine {
  const { carrier, answerMs, path, baudRate, parity, stopBits, host, port } = settings as unknown as ModbusOptions;
  if (!path)
    return new ModbusLine(socketWire({ host, port }), { carrier: carrier === 'tcp' ? 'tcp' : 'rtu', answerMs });
  const wire = serialWire({ path, baudRate, parity, stopBits: stopBits === 1 ? 1 : 2 });
  return new ModbusLine(wire, { carrier: 'rtu', answerMs, baudRate });
}
