// A line as the one who answers a server's requests: so a tenant's master, on TCP or on a virtual serial port, gets its share
// of a line that it does not own.
import { GatewrightError } from '../../../model/errors.ts';
import { u8 } from '../pdu/bytes.ts';
import { checkRequest } from '../pdu/check-request.ts';
import { EXCEPTION } from '../pdu/functions.ts';
import { exceptionPdu } from '../pdu/response.ts';
import { putException } from '../server/answer.ts';
import type { Responder } from '../server/responder.ts';
import type { ModbusLine } from './line.ts';

/** What a master is told when the line has no answer for it [7]. */
const EXCEPTION_OF: Readonly<Record<string, number>> = {
  GW_MODBUS_LINE_DOWN: EXCEPTION.gatewayPathUnavailable,
  GW_MODBUS_QUEUE_FULL: EXCEPTION.deviceBusy,
  GW_MODBUS_REQUEST: EXCEPTION.illegalDataValue,
};

/** The exception that stands for an error of a line. */
export function exceptionFor(error: unknown): number {
  const code = error instanceof GatewrightError ? EXCEPTION_OF[error.code] : undefined;
  return code ?? EXCEPTION.gatewayTargetSilent;
}

/**
 * Passes requests on to a line. A request that the protocol forbids is refused here and costs the line nothing; functions
 * that we do not know are for the device to judge.
 */
export function lineResponder(line: ModbusLine, tenant: string): Responder {
  return {
    respond: (unit, bytes, start, end, into, at) => {
      const code = u8(bytes, start);
      const refused = checkRequest(bytes, start, end);
      if (refused !== 0 && refused !== EXCEPTION.illegalFunction) return putException(code, refused, into, at);
      return line
        .exchange(tenant, unit, bytes.slice(start, end))
        .catch((error: unknown) => exceptionPdu(code, exceptionFor(error)));
    },
    broadcast: (bytes, start, end) => {
      // Nobody hears of its end, as on the line itself.
      line.exchange(tenant, 0, bytes.slice(start, end)).catch(() => {});
    },
  };
}
