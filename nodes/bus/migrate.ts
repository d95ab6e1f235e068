// How buses of version 1 are read: they spoke Modbus only, and had its settings as fields of their own. Pure; runs in the
// editor too.
import { textOf } from './options.ts';

type Fields = Readonly<Record<string, unknown>>;

/** Fields of version 1 that are gone. */
export const FORMER_FIELDS = ['device', 'baudRate', 'parity', 'stopBits', 'answerMs'] as const;

/** What these were when nobody said it; the same as the protocol's defaults now. */
const BEFORE: Fields = { baudRate: 9_600, parity: 'even', stopBits: '1', answerMs: 1_000 };

export function migrateBus(fields: Fields): Fields {
  const former: readonly string[] = FORMER_FIELDS;
  const kept = Object.fromEntries(Object.entries(fields).filter(([field]) => !former.includes(field)));
  return { ...kept, protocol: 'modbus', settings: settingsOf(fields) };
}

function settingsOf({ protocol, device, ...fields }: Fields): Fields {
  const said = Object.keys(BEFORE).flatMap(field => {
    const value = fields[field];
    return value === undefined || textOf(value) === textOf(BEFORE[field]) ? [] : [[field, value] as const];
  });
  const { answerMs, ...serial } = Object.fromEntries(said);
  const place = placeOf(device, protocol === 'modbus-tcp');
  const line = 'host' in place ? {} : serial;
  return { ...place, ...line, ...(answerMs === undefined ? {} : { answerMs }) };
}

/** A serial port, or what was behind a socket: a device, or a serial server that passes RTU frames on. */
function placeOf(device: unknown, isTcp: boolean): Fields {
  const text = typeof device === 'string' ? device : '';
  const [, host, port] = /^tcp:\/\/(.+):(\d{1,5})$/.exec(text) ?? [];
  const carrier = isTcp ? 'tcp' : host === undefined ? undefined : 'rtu-over-tcp';
  return {
    ...(carrier === undefined ? {} : { carrier }),
    ...(host === undefined ? { ...(text === '' ? {} : { path: text }) } : { host: host.replace(/^\[|\]$/g, '') }),
    ...(port === undefined || port === '502' ? {} : { port: Number(port) }),
  };
}
