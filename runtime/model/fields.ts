// Schemas of the fields a node may have, with the words for what does not fit. Fields are text, numbers, switches and lists
// as the editor stores them; an empty text is a value of its own (`''` = not given). Knows no node type.
import { isIPv4 } from 'node:net';
import { z } from 'zod';
import { NAME_PATTERN } from './address.ts';
import type { Code } from './codes.ts';
import { Ipv4Interface, Ipv4Network, MacAddress, parseCidr, parsePortRange } from './network.ts';
import { quoted } from './plain-text.ts';
import { SECRET_NAME, SECRET_NAME_RULE } from './secrets.ts';

/** What is wrong with one value. Carried through zod in the params of an issue. */
export interface FieldFault {
  readonly code: Code;
  /** A sentence without its subject and full stop: `"x" is not a MAC address`. */
  readonly fact: string;
  readonly remedy: string;
}

type Check = (text: string) => FieldFault | undefined;

function checked(check: Check) {
  return z
    .string()
    .trim()
    .superRefine((text, context) => {
      const fault = check(text);
      if (fault !== undefined) context.addIssue({ code: 'custom', message: fault.fact, params: { ...fault } });
    });
}

function optional(check: Check): Check {
  return text => (text === '' ? undefined : check(text));
}

function nameFault(what: string): Check {
  return text => {
    if (text === 'constructor') return reservedName(text, what);
    if (NAME_PATTERN.test(text)) return undefined;
    const remedy = 'Use 1 to 32 lower-case letters, digits and hyphens, with no hyphen at either end.';
    const fact = text === '' ? `the ${what} is empty` : `${quoted(text)} cannot be a ${what}`;
    return { code: 'GW_NAME_INVALID', fact, remedy };
  };
}

/** Names are keys of plain objects in designs and plans; every plain object already has a `constructor`. */
function reservedName(text: string, what: string): FieldFault {
  return { code: 'GW_NAME_INVALID', fact: `${quoted(text)} cannot be a ${what}`, remedy: 'Choose another name.' };
}

const ipv4Fault: Check = text =>
  isIPv4(text)
    ? undefined
    : {
        code: 'GW_ADDRESS_INVALID',
        fact: `${quoted(text)} is not an IPv4 address`,
        remedy: 'Write four numbers from 0 to 255, such as 10.0.0.7.',
      };

const interfaceFault: Check = text =>
  Ipv4Interface.safeParse(text).success
    ? undefined
    : {
        code: 'GW_ADDRESS_INVALID',
        fact: `${quoted(text)} is not an address with a prefix`,
        remedy: 'Write the address and the length of its network, such as 192.168.50.21/24.',
      };

const networkFault: Check = text => {
  if (Ipv4Network.safeParse(text).success) return undefined;
  const hostBits = parseCidr(text) !== undefined;
  return {
    code: 'GW_NETWORK_INVALID',
    fact: hostBits ? `${quoted(text)} is an address inside a network` : `${quoted(text)} is not a network`,
    remedy: 'Write the first address of the network and its length, such as 10.0.0.0/24.',
  };
};

const macFault: Check = text =>
  MacAddress.safeParse(text).success
    ? undefined
    : {
        code: 'GW_MAC_INVALID',
        fact: `${quoted(text)} is not a MAC address of one network card`,
        remedy: 'Write six pairs of lower-case hex digits such as 02:00:00:00:00:07, or leave it empty.',
      };

const portFault: Check = text =>
  parsePortRange(text) !== undefined
    ? undefined
    : {
        code: 'GW_PORT_INVALID',
        fact: `${quoted(text)} is not a port`,
        remedy: 'Write a port from 1 to 65535 such as 502, or a range such as 1024-2048.',
      };

const rangeFault: Check = text =>
  isIPv4(text) || Ipv4Network.safeParse(text).success
    ? undefined
    : {
        code: 'GW_NETWORK_INVALID',
        fact: `${quoted(text)} is not an address or a network`,
        remedy: 'Write an address such as 192.168.50.10 or a network such as 10.0.0.0/24.',
      };

/** A name that must be there; `what` is its name in words. */
export const name = (what = 'name') => checked(nameFault(what));
/** A name or nothing. */
export const optionalName = (what = 'name') => checked(optional(nameFault(what)));
export const optionalIpv4 = () => checked(optional(ipv4Fault));
export const ipv4 = () => checked(ipv4Fault);
export const ipv4Interface = () => checked(interfaceFault);
export const ipv4Network = () => checked(networkFault);
export const optionalIpv4Network = () => checked(optional(networkFault));
export const optionalMac = () => checked(optional(macFault));

/** Text that fits a pattern; `what` and `remedy` are the words for one that does not. */
export function pattern(matches: RegExp, what: string, remedy: string) {
  return checked(text =>
    matches.test(text) ? undefined : { code: 'GW_FIELD_INVALID', fact: `${quoted(text)} is not ${what}`, remedy },
  );
}

const DEVICE = /^\/dev\/(?!.*\.\.)[\w./:@+-]{1,200}$/;
const OPTIONAL_DEVICE = new RegExp(`^$|${DEVICE.source}`);
const DEVICE_REMEDY = 'Write its path, such as one below /dev/serial/by-id.';

/** Path of a device that must be there. */
export const device = () => pattern(DEVICE, 'a device', DEVICE_REMEDY);
/** Path of a device, or nothing. */
export const optionalDevice = () => pattern(OPTIONAL_DEVICE, 'a device', DEVICE_REMEDY);

const OPTIONAL_SECRET = new RegExp(`^$|${SECRET_NAME.source}`);

/** Name of a secret of the gateway, or nothing. */
export const optionalSecret = () => pattern(OPTIONAL_SECRET, 'the name of a secret', `${SECRET_NAME_RULE}.`);

/** Free text up to a length, without control characters. */
export function text(most: number) {
  return checked(value => {
    if (value.length <= most && !/\p{Cc}/u.test(value)) return undefined;
    const remedy = `Write at most ${most} characters on one line.`;
    return { code: 'GW_FIELD_INVALID', fact: `${quoted(value)} is too long or has control characters`, remedy };
  });
}

/** Id of a config node; whether there is such a node is found later. */
export const reference = () => z.string().trim().max(1000);

/** A whole number, both bounds included. The editor stores numbers as text. */
export function integer(least: number, most: number) {
  const fromText = (value: unknown) =>
    typeof value === 'string' && /^\s*-?\d{1,15}\s*$/.test(value) ? Number(value) : value;
  return z.preprocess(fromText, z.number().int().min(least).max(most));
}

/** On or off. A variable may hold it as text. */
export function flag() {
  const fromText = (value: unknown) => (value === 'true' ? true : value === 'false' ? false : value);
  return z.preprocess(fromText, z.boolean());
}

export const choice = <const T extends readonly [string, ...string[]]>(values: T) => z.enum(values);

/** Rows of a list. */
export const rows = <T extends z.ZodType>(row: T, most: number) => z.array(row).max(most);

/** Comma-separated text as a list; entries are trimmed, empty ones skipped, and the first faulty one is told. */
function commaSeparated<T>(check: Check, read: (entry: string) => T) {
  return z.string().transform((value, context) => {
    const entries = value.split(',').flatMap(entry => (entry.trim() === '' ? [] : [entry.trim()]));
    const fault = entries.map(check).find(found => found !== undefined);
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault.fact, params: { ...fault } });
    return fault === undefined ? entries.map(read) : [];
  });
}

/** The same, of text, each entry once. */
const distinct = (check: Check, write: (entry: string) => string = entry => entry) =>
  commaSeparated(check, write).transform(entries => [...new Set(entries)]);

export const ipv4List = () => distinct(ipv4Fault);
/** Networks; a single address counts as a network of one. */
export const rangeList = () => distinct(rangeFault, entry => (entry.includes('/') ? entry : `${entry}/32`));
/** Ports and port ranges; `502-502` is written `502`. */
export const portList = () =>
  distinct(portFault, entry => {
    const ports = parsePortRange(entry);
    if (ports === undefined) return entry;
    return ports.first === ports.last ? String(ports.first) : `${ports.first}-${ports.last}`;
  });

/** Comma-separated text as a list of what each entry means. @param read  `undefined` for an entry that means nothing */
export function entries<T>(read: (entry: string) => T | undefined, what: string, remedy: string) {
  const check: Check = text =>
    read(text) === undefined ? { code: 'GW_FIELD_INVALID', fact: `${quoted(text)} is not ${what}`, remedy } : undefined;
  return commaSeparated(check, text => read(text) as T);
}

/** Text that fits a schema of the model. */
export function matching(schema: z.ZodType<string>, what: string, remedy: string) {
  return checked(value =>
    schema.safeParse(value).success
      ? undefined
      : { code: 'GW_FIELD_INVALID', fact: `${quoted(value)} is not ${what}`, remedy },
  );
}
