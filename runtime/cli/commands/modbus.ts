// `gatewright modbus read|write|scan DEVICE`: asks a device before anybody draws it.
import { isGatewrightError } from '../../model/errors.ts';
import { type ModbusClient, ModbusException } from '../../protocols/modbus/client/client.ts';
import { EXCEPTION, exceptionWords } from '../../protocols/modbus/pdu/functions.ts';
import { counted } from '../counted.ts';
import { EXIT, type ExitCode, UsageError } from '../exit.ts';
import { type ModbusDevice, type ModbusDeviceOption, modbusDevice, withModbusDevice } from '../modbus-device.ts';
import {
  addressOf,
  READ_TABLE_NAMES,
  type ReadTableName,
  rangeOf,
  readTable,
  tableOf,
  tableWrite,
  valueLines,
  WRITE_TABLE_NAMES,
  type WriteTableName,
} from '../modbus-table.ts';
import type { CliDocument } from '../shapes.ts';
import type { Terminal } from '../terminal.ts';
import { wholeNumber } from '../whole-number.ts';

interface UnitOption {
  readonly unit: string;
}

export type ModbusReadOption = ModbusDeviceOption & UnitOption & Partial<Record<ReadTableName, true>>;

export interface ModbusWriteOption extends ModbusDeviceOption, UnitOption, Partial<Record<WriteTableName, true>> {
  /** Do not ask. */
  readonly yes?: boolean;
}

export interface ModbusScanOption extends ModbusDeviceOption {
  /** `FIRST-LAST`, or one. */
  readonly units: string;
}

type Document = CliDocument<'modbus'>;
type FoundUnit = NonNullable<Document['units']>[number];

/**
 * Shows what a table of a device holds.
 * @param text   `tcp://HOST:PORT`, or the path of a serial port
 * @param range  `ADDRESS` or `FIRST-LAST`
 * @throws UsageError for what does not fit; GatewrightError of the line and ModbusException of the device
 */
export async function readModbus(
  terminal: Terminal,
  text: string,
  range: string,
  option: ModbusReadOption,
): Promise<ExitCode> {
  const device = modbusDevice(text, option);
  const unit = unitOf(device, '--unit', option.unit);
  const table = tableOf(READ_TABLE_NAMES, option);
  const asked = rangeOf(table, range);
  const read = await withModbusDevice(terminal, device, client => readTable(table, client, unit, asked));
  const document = { ...head('read', device, read === undefined), unit, table };
  const values = read ?? [];
  const lines = read === undefined ? [] : valueLines(asked.address, read);
  terminal.result({ ...document, values: placed(asked.address, values) }, lines);
  return read === undefined ? EXIT.findings : EXIT.ok;
}

/**
 * Writes coils or registers, when somebody wants it.
 * @throws UsageError for what does not fit and where nobody can be asked; GatewrightError of the line and ModbusException of
 *   the device
 */
export async function writeModbus(
  terminal: Terminal,
  text: string,
  [first, ...texts]: readonly [string, ...string[]],
  option: ModbusWriteOption,
): Promise<ExitCode> {
  const device = modbusDevice(text, option);
  const unit = unitOf(device, '--unit', option.unit);
  const table = tableOf(WRITE_TABLE_NAMES, option);
  const address = addressOf(first);
  const { values, write } = tableWrite(table, address, texts);
  const what = `${counted(values.length, table === 'coil' ? 'coil' : 'holding register')} from address ${address}`;
  if (!(await mayWrite(terminal, `${what} of unit ${unit} at ${device.name}`, option))) return EXIT.findings;
  const done = await withModbusDevice(terminal, device, async client => {
    await write(client, unit);
    return true;
  });
  if (done === undefined) terminal.notice('Whether it was written is not known; read it to see.');
  const document = {
    ...head('write', device, done !== true),
    unit,
    table: table === 'coil' ? 'coils' : table,
  } as const;
  const written = done === true ? values : [];
  const lines = done === true ? [`Unit ${unit} has written ${what}:`, ...valueLines(address, values)] : [];
  terminal.result({ ...document, values: placed(address, written) }, lines);
  return done === true ? EXIT.ok : EXIT.findings;
}

/**
 * Asks each unit for one register and says which answer; exits with 1 when none does.
 * @throws UsageError for what does not fit; GatewrightError GW_MODBUS_LINE_DOWN, GW_SERIAL_TAKEN
 */
export async function scanModbus(terminal: Terminal, text: string, option: ModbusScanOption): Promise<ExitCode> {
  const device = patient(modbusDevice(text, option));
  const [least = '', most = least, more] = option.units.split('-');
  const [from, to] = [unitOf(device, '--units', least), unitOf(device, '--units', most)];
  if (more !== undefined || to < from)
    throw new UsageError(`${option.units} is no range of units; write the first, and behind a - the last one`);
  const units: FoundUnit[] = [];
  const done = await withModbusDevice(terminal, device, async client => {
    for (let unit = from; unit <= to; unit += 1) {
      terminal.progress(`${device.name}: unit ${unit} of ${to}, ${units.length} found`);
      const found = await whoAnswers(client, unit);
      if (found !== undefined) units.push(found);
    }
    return true;
  });
  const found = units.length === 0 ? [`No unit from ${from} to ${to} answers at ${device.name}.`] : units.map(words);
  const end = done === true ? [] : ['Stopped before its end.'];
  const ok = done === true && units.length > 0;
  terminal.result({ ...head('scan', device, done !== true), ok, units }, [
    ...(done === true || units.length > 0 ? found : []),
    ...end,
  ]);
  return ok ? EXIT.ok : EXIT.findings;
}

function head(action: Document['action'], { name }: ModbusDevice, stopped: boolean) {
  return { version: 1, command: 'modbus', ok: !stopped, action, device: name, stopped } as const;
}

function placed(address: number, values: readonly (boolean | number)[]) {
  return values.map((value, at) => ({ address: address + at, value: Number(value) }));
}

function unitOf({ units }: ModbusDevice, option: string, text: string): number {
  return wholeNumber(option, text, units.least, units.most);
}

/** What is written moves machines: somebody must want it. */
async function mayWrite(terminal: Terminal, what: string, { yes }: ModbusWriteOption): Promise<boolean> {
  if (yes === true) return true;
  if (terminal.interactive) return terminal.confirm(`Write ${what}, where a machine may act on it?`);
  throw new UsageError(`nobody can be asked whether to write ${what}; give --yes to write it`);
}

/** Silence is what a scan expects: no unit is asked twice, and no connection is given up for it. */
function patient(device: ModbusDevice): ModbusDevice {
  return { ...device, line: { ...device.line, retries: 0, deadAfter: Number.POSITIVE_INFINITY } };
}

/** @returns `undefined` when nobody does */
async function whoAnswers(client: ModbusClient, unit: number): Promise<FoundUnit | undefined> {
  try {
    await client.readHoldingRegisters(unit, 0, 1);
    return { unit, answer: 'value' };
  } catch (error) {
    if (error instanceof ModbusException)
      return isOfGateway(error.exception) ? undefined : { unit, answer: 'exception', exception: error.exception };
    if (!isGatewrightError(error)) throw error;
    if (error.code === 'GW_MODBUS_SILENT') return undefined;
    if (error.code === 'GW_MODBUS_GARBLED' || error.code === 'GW_MODBUS_ANSWER') return { unit, answer: 'garbled' };
    throw error;
  }
}

/** A gateway answers in the place of a unit that it does not reach. */
function isOfGateway(exception: number): boolean {
  return exception === EXCEPTION.gatewayPathUnavailable || exception === EXCEPTION.gatewayTargetSilent;
}

function words({ unit, answer, exception }: FoundUnit): string {
  if (exception !== undefined) return `unit ${unit} answers: ${exceptionWords(exception)} (${exception})`;
  if (answer === 'value') return `unit ${unit} answers`;
  return `unit ${unit}: something came that is no sound answer; check the speed, and that no two units have one number`;
}
