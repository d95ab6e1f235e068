// A Modbus device that somebody named on the command line, and the way to it: one connection or serial port, for one command.
import { GatewrightError, isGatewrightError, messageOf } from '../model/errors.ts';
import { type ModbusClient, modbusClient } from '../protocols/modbus/client/client.ts';
import { ModbusLine } from '../protocols/modbus/line/line.ts';
import type { LineOptions } from '../protocols/modbus/line/options.ts';
import { serialWire } from '../protocols/modbus/wire/serial.ts';
import { socketWire } from '../protocols/modbus/wire/socket.ts';
import type { OpenWire } from '../protocols/modbus/wire/wire.ts';
import { UsageError } from './exit.ts';
import { interruptible } from './interruption.ts';
import type { Terminal } from './terminal.ts';
import { wholeNumber } from './whole-number.ts';

const USUAL_PORT = 502;
const USUAL_BAUD_RATE = 9_600;
const PARITIES = ['none', 'even', 'odd'] as const;
/** In the queue of the line; nobody else is in it. */
const ASKER = '(command line)';

export interface ModbusDeviceOption {
  readonly baudRate?: string;
  readonly parity?: string;
  readonly stopBits?: string;
  readonly timeoutMs: string;
}

export interface ModbusDevice {
  /** As it was named. */
  readonly name: string;
  readonly open: OpenWire;
  readonly line: LineOptions;
  /** Numbers that a unit may have there: 0 is everybody on a serial line, where more than 247 are reserved [SL 2.2]. */
  readonly units: { readonly least: number; readonly most: number };
}

/**
 * @param text  `tcp://HOST:PORT`, or the path of a serial port
 * @throws UsageError for anything else, and for options that do not fit it
 */
export function modbusDevice(text: string, option: ModbusDeviceOption): ModbusDevice {
  const answerMs = wholeNumber('--timeout-ms', option.timeoutMs, 10, 60_000);
  return text.startsWith('/') ? serialDevice(text, option, answerMs) : tcpDevice(text, option, answerMs);
}

function serialDevice(path: string, option: ModbusDeviceOption, answerMs: number): ModbusDevice {
  const { baudRate: speed, parity = 'even' } = option;
  const baudRate = speed === undefined ? USUAL_BAUD_RATE : wholeNumber('--baud-rate', speed, 50, 4_000_000);
  const known = PARITIES.find(name => name === parity);
  if (known === undefined) throw new UsageError(`--parity takes ${PARITIES.join(', ')}, not ${parity}`);
  const stops = option.stopBits === undefined ? {} : { stopBits: stopBitsOf(option.stopBits) };
  return {
    name: path,
    open: serialWire({ path, baudRate, parity: known, ...stops }),
    line: { carrier: 'rtu', baudRate, answerMs },
    units: { least: 1, most: 247 },
  };
}

function stopBitsOf(text: string): 1 | 2 {
  return wholeNumber('--stop-bits', text, 1, 2) === 1 ? 1 : 2;
}

function tcpDevice(text: string, option: ModbusDeviceOption, answerMs: number): ModbusDevice {
  for (const [name, value] of Object.entries({
    '--baud-rate': option.baudRate,
    '--parity': option.parity,
    '--stop-bits': option.stopBits,
  }))
    if (value !== undefined) throw new UsageError(`${name} is of a serial port, which ${text} is not; leave it out`);
  return {
    name: text,
    open: socketWire(targetOf(text)),
    line: { carrier: 'tcp', answerMs },
    units: { least: 0, most: 255 },
  };
}

function targetOf(text: string): { readonly host: string; readonly port: number } {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const { protocol, hostname = '', port = '', username, password, pathname, search, hash } = url ?? {};
  const more = [username, password, pathname === '/' ? '' : pathname, search, hash].join('');
  if (protocol !== 'tcp:' || hostname === '' || more !== '' || port === '0')
    throw new UsageError(`${text} is no device; name tcp://HOST:PORT, or a serial port such as /dev/ttyUSB0`);
  // An address of IPv6 stands in brackets in a URL.
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? USUAL_PORT : Number(port) };
}

/**
 * Opens the way to a device, asks, and closes it whatever happens, also at the first signal.
 * @returns `undefined` when a signal ended it
 * @throws GatewrightError GW_MODBUS_LINE_DOWN, GW_SERIAL_TAKEN, and what the work throws
 */
export function withModbusDevice<T>(
  terminal: Terminal,
  device: ModbusDevice,
  work: (client: ModbusClient) => Promise<T>,
): Promise<T | undefined> {
  return interruptible(
    terminal,
    async signal => {
      const line = new ModbusLine(device.open, device.line);
      const stop = () => void line.close();
      signal.addEventListener('abort', stop, { once: true });
      try {
        await line.opened.catch((why: unknown) => refuse(device, why));
        return await work(modbusClient(line, ASKER));
      } catch (error) {
        if (signal.aborted) return undefined;
        throw error;
      } finally {
        await line.close();
      }
    },
    'Stopping.',
  );
}

/** Two masters on one serial line would spoil each other's answers, so a port belongs to whoever has locked it. */
function refuse({ name, line }: ModbusDevice, why: unknown): never {
  if (line.carrier !== 'rtu' || !isGatewrightError(why) || !/lock/i.test(messageOf(why.cause))) throw why;
  const message = `${name} is taken: a line of a gateway, or another program, has it open`;
  throw new GatewrightError('GW_SERIAL_TAKEN', message, { cause: why });
}
