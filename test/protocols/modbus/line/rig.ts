// A line of ours on one end of a pair of streams, and a slave that the test writes on the other.
import { type Duplex, duplexPair } from 'node:stream';
import { GatewrightError } from '../../../../runtime/model/errors.ts';
import { rtuFrame, tcpFrame } from '../../../../runtime/protocols/modbus/adu/frames.ts';
import { RtuFramer } from '../../../../runtime/protocols/modbus/adu/rtu-framer.ts';
import { TcpFramer } from '../../../../runtime/protocols/modbus/adu/tcp-framer.ts';
import { ModbusLine } from '../../../../runtime/protocols/modbus/line/line.ts';
import type { LineOptions } from '../../../../runtime/protocols/modbus/line/options.ts';
import { u8, u16 } from '../../../../runtime/protocols/modbus/pdu/bytes.ts';
import { buildRequest } from '../../../../runtime/protocols/modbus/pdu/request.ts';
import { type OpenWire, streamWire } from '../../../../runtime/protocols/modbus/wire/wire.ts';
import { hex } from '../arbitraries.ts';
import { FakeClock } from './fake-clock.ts';

/** One request as the slave got it. */
export interface Asked {
  readonly unit: number;
  readonly pdu: Uint8Array;
  /** The whole frame. */
  readonly frame: Uint8Array;
  /** Sends an answer of this unit, with what the carrier needs around it. */
  reply(pdu: Uint8Array): void;
  /** Sends bytes as they are. */
  raw(...bytes: readonly Uint8Array[]): void;
}

export type Slave = (asked: Asked, rig: Rig) => void;

export interface Rig {
  readonly line: ModbusLine;
  readonly clock: FakeClock;
  /** What was asked, as `unit:pdu` in hex. */
  readonly asked: string[];
  /** How often the wire was opened and freed. */
  readonly opens: () => number;
  readonly frees: () => number;
  /** Whether the wire can be opened. */
  plugged: boolean;
  /** Takes the wire away from under the line. */
  unplug(): void;
  /** Asks for a holding register. @returns its value, or the code of the error */
  read(unit: number, address: number, tenant?: string): Promise<number | string>;
}

/** @param slave  gets every sound request */
export function rig(options: LineOptions, slave: Slave): Rig {
  const clock = new FakeClock();
  const asked: string[] = [];
  let [opens, frees] = [0, 0];
  let ours: Duplex | undefined;
  const open: OpenWire = async lost => {
    if (!made.plugged) throw new GatewrightError('GW_MODBUS_LINE_DOWN', 'there is no adapter');
    opens += 1;
    const [near, far] = duplexPair();
    ours = near;
    listen(options.carrier, far, each => {
      asked.push(`${each.unit}:${hex(each.pdu)}`);
      slave(each, made);
    });
    return streamWire(near, lost, async () => {
      frees += 1;
      near.destroy();
    });
  };
  const made: Rig = {
    line: undefined as unknown as ModbusLine,
    clock,
    asked,
    opens: () => opens,
    frees: () => frees,
    plugged: true,
    unplug: () => ours?.destroy(),
    read: (unit, address, tenant = 'a') => readRegister(made.line, unit, address, tenant),
  };
  Object.assign(made, { line: new ModbusLine(open, options, clock) });
  return made;
}

async function readRegister(line: ModbusLine, unit: number, address: number, tenant: string) {
  try {
    const answer = await line.exchange(tenant, unit, buildRequest({ function: 3, address, quantity: 1 }));
    return u8(answer, 0) === 3 ? u16(answer, 2) : `exception ${u8(answer, 1)}`;
  } catch (error) {
    return (error as GatewrightError).code;
  }
}

function listen(carrier: 'rtu' | 'tcp', far: Duplex, slave: (asked: Asked) => void): void {
  const raw = (...parts: readonly Uint8Array[]) => {
    for (const part of parts) if (!far.destroyed) far.write(part);
  };
  if (carrier === 'tcp') {
    const framer = new TcpFramer((bytes, start, end) => {
      const [transaction, unit] = [u16(bytes, start), u8(bytes, start + 6)];
      const frame = bytes.slice(start, end);
      const reply = (pdu: Uint8Array) => raw(tcpFrame(transaction, unit, pdu));
      slave({ unit, pdu: frame.subarray(7), frame, reply, raw });
    });
    far.on('data', chunk => framer.push(chunk));
    return;
  }
  const framer = new RtuFramer('requests', (bytes, start, end) => {
    const frame = bytes.slice(start, end);
    const unit = u8(frame, 0);
    const reply = (pdu: Uint8Array) => raw(rtuFrame(unit, pdu));
    slave({ unit, pdu: frame.slice(1, -2), frame, reply, raw });
  });
  far.on('data', chunk => framer.push(chunk));
}

/** The answer of a device whose register n holds n. @param pdu a read of holding registers, or a write */
export function honest(pdu: Uint8Array): Uint8Array {
  if (u8(pdu, 0) === 8) return pdu;
  if (u8(pdu, 0) !== 3) return pdu.slice(0, 5);
  const quantity = u16(pdu, 3);
  const answer = new Uint8Array(2 + 2 * quantity);
  answer.set([3, 2 * quantity]);
  for (let index = 0; index < quantity; index += 1) {
    const value = u16(pdu, 1) + index;
    answer.set([value >> 8, value], 2 + 2 * index);
  }
  return answer;
}

/** Answers at once. */
export const prompt: Slave = asked => asked.reply(honest(asked.pdu));
