// What a field may hold, checked while typing with the same words as the compiler. The compiler decides; this is early help.

/** `undefined` when the text is fine, else the key of the message. Empty text is never checked: see `required`. */
export type Check = (text: string) => string | undefined;

/** A value with `${NAME}` inside is known only to the compiler. */
export function hasVariable(text: string): boolean {
  return /\$\{[^}]*\}|\$\([^)]*\)/.test(text);
}

function rule(key: string, holds: (text: string) => boolean): Check {
  return text => (text === '' || hasVariable(text) || holds(text) ? undefined : key);
}

/** Every entry of a comma-separated text must hold. */
function each(check: Check): Check {
  return text =>
    text
      .split(',')
      .map(entry => check(entry.trim()))
      .find(fault => fault !== undefined);
}

function isIpv4(text: string): boolean {
  const octets = text.split('.');
  return octets.length === 4 && octets.every(octet => /^(0|[1-9]\d{0,2})$/.test(octet) && Number(octet) <= 255);
}

function prefixOf(text: string): number | undefined {
  const match = /^([^/]+)\/(\d|[12]\d|3[0-2])$/.exec(text);
  return match?.[1] !== undefined && isIpv4(match[1]) ? Number(match[2]) : undefined;
}

function isNetwork(text: string): boolean {
  const prefix = prefixOf(text);
  if (prefix === undefined) return false;
  const address = (text.split('/')[0] ?? '').split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return address % 2 ** (32 - prefix) === 0;
}

function isPortRange(text: string): boolean {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(text);
  const first = Number(match?.[1]);
  const last = Number(match?.[2] ?? match?.[1]);
  return match !== null && first >= 1 && last <= 65_535 && first <= last;
}

export const name = rule('check.name', text => /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/.test(text));
export const ipv4 = rule('check.ipv4', isIpv4);
export const ipv4List = each(ipv4);
export const ipv4Interface = rule('check.interface', text => prefixOf(text) !== undefined);
export const ipv4Network = rule('check.network', isNetwork);
/** A rule may name single hosts as well as networks. */
export const ipv4Ranges = each(rule('check.range', text => isIpv4(text) || isNetwork(text)));
export const mac = rule('check.mac', text => /^[0-9a-f][02468ace](?::[0-9a-f]{2}){5}$/.test(text));
export const portRanges = each(rule('check.ports', isPortRange));
/** Numbers and ranges of numbers. */
const numbers = (most: number) => (text: string) => {
  const [, first, last = first] = /^(\d{1,5})(?:\s*-\s*(\d{1,5}))?$/.exec(text) ?? [];
  return first !== undefined && Number(first) <= Number(last) && Number(last) <= most;
};
export const units = each(rule('check.units', numbers(0xff)));
export const words = each(rule('check.words', numbers(0xffff)));
export const functions = each(
  rule('check.functions', text => /^(?:read|write)$/.test(text) || (numbers(127)(text) && /^[1-9]\d*$/.test(text))),
);
export const registers = each(
  rule('check.registers', text => {
    const [, places = ''] = /^(?:coil|discrete|holding|input)\s+(.*)$/.exec(text) ?? [];
    return numbers(0xffff)(places);
  }),
);
export const rate = rule('check.rate', text => /^[1-9]\d{0,5}\s*\/\s*(?:second|minute|hour)$/.test(text));
const MOST_CAN_ID = 0x1fff_ffff;
/** `100`, `100-1ff`, `100/7f0`. */
export const canIds = each(
  rule('check.canIds', text => {
    const [, first, sign, last] = /^(?:0x)?([0-9a-f]{1,8})(?:\s*([-/])\s*(?:0x)?([0-9a-f]{1,8}))?$/i.exec(text) ?? [];
    const [one, two] = [Number.parseInt(first ?? '', 16), Number.parseInt(last ?? first ?? '', 16)];
    if (!(one <= MOST_CAN_ID && two <= MOST_CAN_ID)) return false;
    return sign === '/' ? two > 0 : one <= two;
  }),
);
export const lengths = each(rule('check.lengths', numbers(64)));
export const canData = rule('check.canData', text => {
  const [value = '', mask = value, ...others] = text.split('/');
  return (
    others.length === 0 &&
    value.length === mask.length &&
    /^(?:[0-9a-f]{2}){1,64}$/.test(value) &&
    /^[0-9a-f]*$/.test(mask)
  );
});
/** Digests of what a boot measures. */
export const sha256 = each(rule('check.sha256', text => /^[0-9a-f]{64}$/i.test(text)));
export const commandLine = rule('check.commandLine', text => /^[\x20-\x7e]{1,2048}$/.test(text));

export const device = rule('check.device', text => /^[a-zA-Z0-9][a-zA-Z0-9._-]{0,14}$/.test(text));
/** Of a connector: a network card, a serial port, a CAN interface, a USB port or a PCI device. */
export const connectorDevice = rule('check.connectorDevice', text =>
  [
    /^\/dev\/(?!.*\.\.)[\w./:@+-]{1,200}$/,
    /^[^\s/:]{1,15}$/,
    /^\d{1,3}-\d{1,3}(?:\.\d{1,3}){0,5}$/,
    /^[0-9a-f]{4}:[0-9a-f]{2}:[01][0-9a-f]\.[0-7]$/,
  ].some(form => form.test(text)),
);
/** Of a host: one, or a range. */
export const hostCpus = rule('check.hostCpus', text => {
  const [, first, last] = /^(0|[1-9]\d{0,3})(?:-([1-9]\d{0,3}))?$/.exec(text) ?? [];
  return first !== undefined && Number(last ?? first) < 1024 && (last === undefined || Number(first) < Number(last));
});
export const hostCpuList = each(hostCpus);
export const image = rule('check.image', text => /^[a-z0-9][a-z0-9._-]{0,63}$/.test(text));
export const kernelArguments = rule('check.kernelArguments', text =>
  /^[\x20\x21\x23-\x26\x28-\x5b\x5d-\x7e]{0,512}$/.test(text),
);
export const colour = rule('check.colour', text => /^#[0-9a-f]{6}$/.test(text));

/** A whole number between two bounds, both included. */
export function wholeNumber(least = Number.MIN_SAFE_INTEGER, most = Number.MAX_SAFE_INTEGER): Check {
  return rule('check.number', text => /^-?\d+$/.test(text) && Number(text) >= least && Number(text) <= most);
}
