// A Modbus line that is open: its owner, who alone asks the devices, the ports of the VMs on it, and the messages of the flow.
// A frame is the unit and a request's PDU, an answer is a PDU.
import { GatewrightError, messageOf } from '../../model/errors.ts';
import type { LinePort } from '../../model/kinds/line.ts';
import type { EndFigures, LineFigures } from '../../model/line-figures.ts';
import type { FieldLine, FieldProtocol, LineWorld } from '../field-line.ts';
import { settingsFor } from '../line-settings.ts';
import { refuseMessage } from '../message-right.ts';
import { readyPort, VirtualPort } from './field/virtual-port.ts';
import { ModbusLine } from './line/line.ts';
import { u8 } from './pdu/bytes.ts';
import { type ModbusOptions, modbus } from './protocol.ts';
import { serialWire } from './wire/serial.ts';
import { socketWire } from './wire/socket.ts';
import { modbusWords } from './words.ts';

/** In the queue of the line messages stand like a tenant; no tenant has such a name. */
const MESSAGES = '(messages)';

export const modbusLine: FieldProtocol = {
  name: 'modbus',
  open: async (settings, world) => new ModbusFieldLine(ownerOf(settingsFor(modbus, settings)), world),
};

class ModbusFieldLine implements FieldLine {
  readonly #owner: ModbusLine;
  readonly #world: LineWorld;
  readonly #ports = new Map<string, VirtualPort>();
  readonly #asked = { frames: 0, bytes: 0, answers: 0, answerBytes: 0, denied: 0 };

  constructor(owner: ModbusLine, world: LineWorld) {
    this.#owner = owner;
    this.#world = world;
  }

  async change(ports: readonly LinePort[]): Promise<void> {
    const ready = ports.map(readyPort); // all rules are checked before anything is changed
    const gone = [...this.#ports.values()].filter(({ vm }) => !ready.some(wanted => wanted.vm === vm));
    for (const { vm } of gone) this.#ports.delete(vm);
    for (const wanted of ready) {
      const port = this.#ports.get(wanted.vm);
      if (port === undefined) this.#ports.set(wanted.vm, new VirtualPort(wanted, this.#owner, this.#world));
      else port.change(wanted);
    }
    await Promise.all(gone.map(port => port.close()));
  }

  async ask(request: Uint8Array, may: 'read' | 'write'): Promise<Uint8Array> {
    if (request.length < 2)
      throw new GatewrightError('GW_MODBUS_REQUEST', 'a request is a unit and a function at least; nothing was sent');
    this.#asked.frames += 1;
    this.#asked.bytes += request.length;
    try {
      refuseMessage(may, modbusWords.needs(request));
    } catch (error) {
      this.#asked.denied += 1;
      throw error;
    }
    const { ears, now } = this.#world;
    const frame = ears.any ? Buffer.from(request).toString('hex') : undefined;
    const asked = { atMs: now(), end: 'messages', direction: 'in' } as const;
    try {
      const answer = await this.#owner.exchange(MESSAGES, u8(request, 0), request.subarray(1));
      this.#asked.answers += 1;
      this.#asked.answerBytes += answer.length;
      if (frame !== undefined) ears.tell({ ...asked, frame, answer: Buffer.from(answer).toString('hex') });
      return answer;
    } catch (error) {
      if (frame !== undefined) ears.tell({ ...asked, frame });
      throw error;
    }
  }

  figures(): LineFigures {
    const { state, why, counters, waiting } = this.#owner;
    const { sent, answered, exceptions, silent, garbled, late, merged, retries } = counters;
    const requests = { sent, answered, exceptions, silent, garbled, late, merged, retries };
    return {
      state,
      ...(state === 'open' ? {} : { why: messageOf(why) }),
      ends: [...[...this.#ports.values()].map(port => port.figures()), this.#device(), this.#messages()],
      more: { waiting, silentUnits: this.#owner.unitsDown(), requests },
    };
  }

  async close(): Promise<void> {
    const ports = [...this.#ports.values()];
    this.#ports.clear();
    await Promise.all([...ports.map(port => port.close()), this.#owner.close()]);
  }

  /** What was not sent to a device, because it is not there, does not answer, or too much waits for it, is dropped there. */
  #device(): EndFigures {
    const { state, counters } = this.#owner;
    const { sent, sentBytes, heardBytes, answered, badChecks, refusedFull, refusedUnit, refusedDown } = counters;
    const dropped = refusedFull + refusedUnit + refusedDown;
    return {
      ...{ end: 'device', plugged: state === 'open' },
      in: { frames: answered, bytes: heardBytes, denied: 0, dropped: 0, malformed: badChecks },
      out: { frames: sent, bytes: sentBytes, denied: 0, dropped, malformed: 0 },
      firewalls: [],
    };
  }

  #messages(): EndFigures {
    const { frames, bytes, denied, answers, answerBytes } = this.#asked;
    return {
      end: 'messages',
      in: { frames, bytes, denied, dropped: 0, malformed: 0 },
      out: { frames: answers, bytes: answerBytes, denied: 0, dropped: 0, malformed: 0 },
      firewalls: [],
    };
  }
}

function ownerOf(settings: ModbusOptions): ModbusLine {
  const { carrier, path, host, port, baudRate, parity, stopBits, direction, beforeMs, afterMs, ...more } = settings;
  const rest = { ...more, shares: new Map(more.shares.map(({ tenant, share }) => [tenant, share])) };
  if (carrier !== 'rtu') {
    const frames = carrier === 'tcp' ? { ...rest, carrier, turnaroundMs: 0 } : { ...rest, carrier: 'rtu' as const };
    return new ModbusLine(socketWire({ host, port }), { ...frames, echoes: false });
  }
  const stops = stopBits === 2 ? 2 : 1;
  const wire = serialWire({ path, baudRate, parity, stopBits: stops, direction, beforeMs, afterMs });
  return new ModbusLine(wire, { ...rest, carrier, baudRate });
}
