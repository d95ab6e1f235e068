// The errors that a line ends requests with.
import { GatewrightError, messageOf } from '../../../model/errors.ts';
import { MOST_PDU_BYTES } from '../pdu/functions.ts';
import type { Outcome } from './transaction.ts';

export function lineDown(why: unknown): GatewrightError {
  const message = `the line is not open: ${messageOf(why)}; it is opened again by itself`;
  return new GatewrightError('GW_MODBUS_LINE_DOWN', message, { cause: why });
}

export function lineClosed(): GatewrightError {
  return new GatewrightError('GW_MODBUS_LINE_DOWN', 'the line was closed; open it again before asking');
}

export function unitDown(unit: number): GatewrightError {
  const message = `unit ${unit} did not answer again and again and is not asked for a while; mend the device`;
  return new GatewrightError('GW_MODBUS_UNIT_DOWN', message);
}

export function queueFull(what: string): GatewrightError {
  return new GatewrightError('GW_MODBUS_QUEUE_FULL', `${what}; ask less often, or for more registers at once`);
}

export function noBroadcast(): GatewrightError {
  const message = 'unit 0 is everyone on a serial line, and nobody answers; a read needs one unit from 1 to 247';
  return new GatewrightError('GW_MODBUS_REQUEST', message);
}

export function noPdu(bytes: number): GatewrightError {
  const message = `a request has 1 to ${MOST_PDU_BYTES} bytes, this one ${bytes}; correct it, nothing was sent`;
  return new GatewrightError('GW_MODBUS_REQUEST', message);
}

/** The error of an outcome that is no answer. */
export function outcomeError(unit: number, outcome: Exclude<Outcome, { kind: 'answer' }>): GatewrightError {
  switch (outcome.kind) {
    case 'silent':
      return new GatewrightError('GW_MODBUS_SILENT', `unit ${unit} did not answer in time; check its power and number`);
    case 'garbled':
      return new GatewrightError(
        'GW_MODBUS_GARBLED',
        `what came instead of an answer of unit ${unit} fails the checksum; check the wiring and the speed`,
      );
    case 'misfit':
      return new GatewrightError('GW_MODBUS_ANSWER', `unit ${unit} answered something else: ${outcome.why}`);
    case 'lost':
      return lineDown(outcome.why);
  }
}
