// Asking devices through a line, with values instead of bytes.
//
// Reads and writes are calls of the client of npm modbus-serial over our line (npm-master.ts), with what it leaves out around
// them. Measured on version 8.0.25: values are not checked (65,536 throws inside a write, half a register is truncated), so a
// request is checked before; bits come padded to whole bytes, so they are cut; answers to writes are not held against the request,
// an RTU answer that is late is taken for the next one's and errors of the checksum have no code, all of which the line sees to.
//
// WHY our own codec for the rest: a broadcast has no answer, for which npm's would wait for ever, and what a name plate holds
// comes from it as text, whatever the bytes were.
import { GatewrightError, messageOf } from '../../../model/errors.ts';
import type { ModbusLine } from '../line/line.ts';
import { exceptionAdvice, exceptionWords } from '../pdu/functions.ts';
import type { Identification } from '../pdu/identification.ts';
import { buildRequest, type ModbusRequest } from '../pdu/request.ts';
import { type ModbusResponse, parseResponse } from '../pdu/response.ts';
import { type NpmMaster, npmMaster } from './npm-master.ts';

/** A device's refusal. */
export class ModbusException extends GatewrightError {
  /** 1 to 255 [7]. */
  readonly exception: number;

  constructor(unit: number, request: ModbusRequest, exception: number) {
    const what = `unit ${unit} refused function ${request.function}: ${exceptionWords(exception)} (${exception})`;
    super('GW_MODBUS_EXCEPTION', `${what}; ${exceptionAdvice(exception)}`);
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
  const call = <T>(unit: number, asked: ModbusRequest, work: (master: NpmMaster) => Promise<T>) =>
    askByNpm(line, tenant, { unit, asked, work });
  const write = async (unit: number, asked: ModbusRequest, work: (master: NpmMaster) => Promise<unknown>) => {
    await (unit === 0 ? request(unit, asked) : call(unit, asked, work));
  };
  return {
    request,
    readCoils: (unit, address, quantity) =>
      call(unit, { function: 1, address, quantity }, async master =>
        (await master.readCoils(address, quantity)).data.slice(0, quantity),
      ),
    readDiscreteInputs: (unit, address, quantity) =>
      call(unit, { function: 2, address, quantity }, async master =>
        (await master.readDiscreteInputs(address, quantity)).data.slice(0, quantity),
      ),
    readHoldingRegisters: (unit, address, quantity) =>
      call(
        unit,
        { function: 3, address, quantity },
        async master => (await master.readHoldingRegisters(address, quantity)).data,
      ),
    readInputRegisters: (unit, address, quantity) =>
      call(
        unit,
        { function: 4, address, quantity },
        async master => (await master.readInputRegisters(address, quantity)).data,
      ),
    writeCoils: (unit, address, values) => {
      const [value] = values;
      return values.length === 1 && value !== undefined
        ? write(unit, { function: 5, address, value }, master => master.writeCoil(address, value))
        : write(unit, { function: 15, address, values }, master => master.writeCoils(address, [...values]));
    },
    writeRegisters: (unit, address, values) => {
      const [value] = values;
      return values.length === 1 && value !== undefined
        ? write(unit, { function: 6, address, value }, master => master.writeRegister(address, value))
        : write(unit, { function: 16, address, values }, master => master.writeRegisters(address, [...values]));
    },
    identify: unit => identify(request, unit),
  };
}

interface NpmCall<T> {
  readonly unit: number;
  readonly asked: ModbusRequest;
  readonly work: (master: NpmMaster) => Promise<T>;
}

async function askByNpm<T>(line: ModbusLine, tenant: string, { unit, asked, work }: NpmCall<T>): Promise<T> {
  checkUnit(unit);
  buildRequest(asked); // throws for what is none
  // WHY one for each call: its unit is a setting, which calls under way at once would take from each other.
  const master = await npmMaster(line, tenant, unit);
  try {
    return await work(master.client);
  } catch (error) {
    if (master.failure() !== undefined) throw master.failure();
    const exception = exceptionOf(error);
    if (exception !== undefined) throw new ModbusException(unit, asked, exception);
    throw new GatewrightError('GW_MODBUS_ANSWER', `unit ${unit} answered something else: ${messageOf(error)}`);
  }
}

/** What npm modbus-serial has read in an answer that is an exception. */
function exceptionOf(error: unknown): number | undefined {
  const code = error instanceof Error && 'modbusCode' in error ? error.modbusCode : undefined;
  return typeof code === 'number' ? code : undefined;
}

/** @throws GatewrightError GW_MODBUS_REQUEST */
function checkUnit(unit: number): void {
  if (!Number.isInteger(unit) || unit < 0 || unit > 255)
    throw new GatewrightError('GW_MODBUS_REQUEST', `the unit ${String(unit)} is not a whole number from 0 to 255`);
}

async function ask(line: ModbusLine, tenant: string, unit: number, request: ModbusRequest): Promise<ModbusResponse> {
  checkUnit(unit);
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
