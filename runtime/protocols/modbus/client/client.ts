// Asking devices through a line, with values instead of bytes.
//
// WHY our own codec here and not npm modbus-serial's: the server, the firewall and the taps need a codec of PDUs as well, and
// two that read the same bytes differently are a hole in a firewall; theirs lives inside its client together with ports and
// timers. And measured on version 8.0.25: values are not checked (65,536 throws inside a write, half a register is
// truncated), answers to writes are not held against the request, bits come padded to whole bytes, an RTU answer that is
// late is taken for the next one's, and errors of the checksum have no code. What it is good at, being known to everybody, is
// kept: its client runs over our line (npm-port.ts), and it is a peer in the tests of both directions.
import { GatewrightError } from '../../../model/errors.ts';
import type { ModbusLine } from '../line/line.ts';
import { exceptionWords } from '../pdu/functions.ts';
import type { Identification } from '../pdu/identification.ts';
import { buildRequest, type ModbusRequest } from '../pdu/request.ts';
import { type ModbusResponse, parseResponse } from '../pdu/response.ts';

/** A device's refusal. */
export class ModbusException extends GatewrightError {
  /** 1 to 255 [7]. */
  readonly exception: number;

  constructor(unit: number, request: ModbusRequest, exception: number) {
    const what = `unit ${unit} refused function ${request.function}: ${exceptionWords(exception)} (${exception})`;
    super('GW_MODBUS_EXCEPTION', `${what}; check the address in the manual of the device`);
    this.exception = exception;
  }
}

/** Every method throws what `request` throws. Addresses count from 0. */
export interface ModbusClient {
  /**
   * Asks anything.
   * @param unit  0 to 255; a broadcast (0 on a serial line) resolves when everyone has had the time to do it
   * @throws ModbusException for a refusal of the device
   * @throws GatewrightError GW_MODBUS_REQUEST before anything is sent; and what `ModbusLine.exchange` throws
   */
  request(unit: number, request: ModbusRequest): Promise<ModbusResponse>;
  readCoils(unit: number, address: number, quantity: number): Promise<readonly boolean[]>;
  readDiscreteInputs(unit: number, address: number, quantity: number): Promise<readonly boolean[]>;
  readHoldingRegisters(unit: number, address: number, quantity: number): Promise<readonly number[]>;
  readInputRegisters(unit: number, address: number, quantity: number): Promise<readonly number[]>;
  writeCoils(unit: number, address: number, values: readonly boolean[]): Promise<void>;
  writeRegisters(unit: number, address: number, values: readonly number[]): Promise<void>;
  /** The whole name plate, over as many requests as it takes, by object id. */
  identify(unit: number): Promise<ReadonlyMap<number, Uint8Array>>;
}

/** A client of one tenant. Single values are written with the functions for single values, as the oldest devices need. */
export function modbusClient(line: ModbusLine, tenant: string): ModbusClient {
  const request = (unit: number, asked: ModbusRequest) => ask(line, tenant, unit, asked);
  const bits = async (unit: number, code: 1 | 2, address: number, quantity: number) => {
    const answer = await request(unit, { function: code, address, quantity });
    return 'bits' in answer ? answer.bits : [];
  };
  const registers = async (unit: number, code: 3 | 4, address: number, quantity: number) => {
    const answer = await request(unit, { function: code, address, quantity });
    return 'registers' in answer ? answer.registers : [];
  };
  return {
    request,
    readCoils: (unit, address, quantity) => bits(unit, 1, address, quantity),
    readDiscreteInputs: (unit, address, quantity) => bits(unit, 2, address, quantity),
    readHoldingRegisters: (unit, address, quantity) => registers(unit, 3, address, quantity),
    readInputRegisters: (unit, address, quantity) => registers(unit, 4, address, quantity),
    writeCoils: async (unit, address, values) => {
      const [value] = values;
      const single = values.length === 1 && value !== undefined;
      await request(unit, single ? { function: 5, address, value } : { function: 15, address, values });
    },
    writeRegisters: async (unit, address, values) => {
      const [value] = values;
      const single = values.length === 1 && value !== undefined;
      await request(unit, single ? { function: 6, address, value } : { function: 16, address, values });
    },
    identify: unit => identify(request, unit),
  };
}

async function ask(line: ModbusLine, tenant: string, unit: number, request: ModbusRequest): Promise<ModbusResponse> {
  if (!Number.isInteger(unit) || unit < 0 || unit > 255)
    throw new GatewrightError('GW_MODBUS_REQUEST', `the unit ${String(unit)} is not a whole number from 0 to 255`);
  const pdu = buildRequest(request);
  const answer = await line.exchange(tenant, unit, pdu);
  // Nobody answers a broadcast.
  if (answer.length === 0) return { function: request.function as 6 };
  const response = parseResponse(pdu, answer);
  if ('misfit' in response) throw new GatewrightError('GW_MODBUS_ANSWER', `unit ${unit} answered: ${response.misfit}`);
  if ('exception' in response) throw new ModbusException(unit, request, response.exception);
  return response;
}

async function identify(request: ModbusClient['request'], unit: number): Promise<ReadonlyMap<number, Uint8Array>> {
  const found = new Map<number, Uint8Array>();
  let object: number | undefined = 0;
  while (object !== undefined) {
    const answer: ModbusResponse = await request(unit, { function: 43, code: 3, object });
    const plate: Identification | undefined = 'identification' in answer ? answer.identification : undefined;
    for (const each of plate?.objects ?? []) found.set(each.id, each.value);
    // WHY only forwards: a device that names the same object again and again must not be asked for ever.
    object = plate?.next !== undefined && plate.next > object ? plate.next : undefined;
  }
  return found;
}
