// What libvirt answers when it refuses a call, and how we pass it on.
import { GatewrightError } from '../../../model/errors.ts';
import type { XdrReader } from './xdr.ts';

/** Bound of an error's strings (VIR_NET_MESSAGE_STRING_MAX). */
const MAX_STRING_BYTES = 4 * 1024 * 1024;
/** What of a message is shown; libvirt quotes whole QEMU logs at times. */
const MAX_SHOWN_CHARACTERS = 600;

/** Codes of virErrorNumber (libvirt, virterror.h) that we act on. */
export const REFUSAL_CODE = { operationFailed: 9, noDomain: 42, operationInvalid: 55, noSecret: 66 } as const;

/** The cause of a GW_HOST_COMMAND_FAILED that came from libvirt. */
export class LibvirtRefusal extends Error {
  readonly code: number;
  /** Subsystem of libvirt that refused (virErrorDomain). */
  readonly domain: number;

  constructor(code: number, domain: number, message: string) {
    super(message);
    this.name = 'LibvirtRefusal';
    this.code = code;
    this.domain = domain;
  }
}

/** Reads the error at the head of a refused reply; the rest of it repeats the message or names the object we asked about. */
export function readRefusal(reader: XdrReader): LibvirtRefusal {
  const code = reader.int();
  const domain = reader.int();
  const message = reader.optional(inner => inner.string(MAX_STRING_BYTES));
  return new LibvirtRefusal(code, domain, message ?? `error ${code}`);
}

/** @param what  the call, in words: `define a domain` */
export function refused(what: string, refusal: LibvirtRefusal): GatewrightError {
  const said = refusal.message.slice(0, MAX_SHOWN_CHARACTERS);
  const message = `libvirt refused to ${what}: ${said}; mend what it names, then apply again`;
  return new GatewrightError('GW_HOST_COMMAND_FAILED', message, { cause: refusal });
}

/** Whether libvirt refused with this code. */
export function isRefusal(error: unknown, code: number): boolean {
  return error instanceof GatewrightError && error.cause instanceof LibvirtRefusal && error.cause.code === code;
}
