// One command of a TPM and its answer (Part 1, "Command/Response Structure"). Who carries them is a transport.
import { GatewrightError } from '../../../model/errors.ts';
import { MOST_ANSWER, type TpmTransport } from '../../../model/tpm.ts';
import { malformed, Reader } from '../reader.ts';
import { sized, u16, u32 } from './bytes.ts';
import { responseWords } from './response-code.ts';

const [NO_SESSIONS, SESSIONS] = [0x8001, 0x8002];

/** Who allows a command: an empty password, or a session in which a policy was satisfied. */
export type Authorization = 'password' | { readonly session: number };

export interface TpmCommand {
  /** TPM_CC. */
  readonly code: number;
  /** As the TPM titles it, for messages. */
  readonly title: string;
  readonly handles: readonly number[];
  /** Of the first handles, in their order; absent = the command needs none. */
  readonly authorizations?: readonly Authorization[];
  readonly parameters?: Uint8Array;
  /** Whether the answer begins with a handle. */
  readonly answersHandle?: true;
}

export interface TpmAnswer {
  /** Present when one was to come. */
  readonly handle: number;
  readonly parameters: Reader;
}

/** A command that the TPM refused. */
export class TpmRefusal extends GatewrightError {
  /** TPM_RC. */
  readonly responseCode: number;

  constructor(title: string, responseCode: number) {
    super('GW_ATTEST_TPM', `the TPM refuses ${title}: ${responseWords(responseCode)}`);
    this.responseCode = responseCode;
  }
}

/**
 * Has a TPM do something.
 * @throws TpmRefusal when it will not; GatewrightError GW_ATTEST_MALFORMED for what is no answer, GW_ATTEST_TPM without one
 */
export async function exchange(transport: TpmTransport, command: TpmCommand): Promise<TpmAnswer> {
  return parseAnswer(command, await transport.transmit(marshal(command)));
}

/** The bytes of a command. */
export function marshal({ code, handles, authorizations, parameters = new Uint8Array() }: TpmCommand): Buffer {
  const sessions = authorizations === undefined ? [] : [authorizationArea(authorizations)];
  const body = Buffer.concat([u32(code), ...handles.map(u32), ...sessions, parameters]);
  return Buffer.concat([u16(sessions.length === 0 ? NO_SESSIONS : SESSIONS), u32(6 + body.length), body]);
}

/** TPMS_AUTH_COMMAND each: handle of the session, nonce, attributes, HMAC or password. */
function authorizationArea(authorizations: readonly Authorization[]): Buffer {
  const [password, continueSession] = [0x4000_0009, 0x01];
  const parts = authorizations.map(one => {
    const [handle, attributes] = one === 'password' ? [password, 0] : [one.session, continueSession];
    return Buffer.concat([u32(handle), sized(Buffer.alloc(0)), Buffer.of(attributes), sized(Buffer.alloc(0))]);
  });
  const area = Buffer.concat(parts);
  return Buffer.concat([u32(area.length), area]);
}

/** @throws TpmRefusal, GatewrightError GW_ATTEST_MALFORMED */
export function parseAnswer({ title, answersHandle, authorizations }: TpmCommand, bytes: Uint8Array): TpmAnswer {
  if (bytes.length > MOST_ANSWER) throw malformed(`the answer to ${title}`, `has ${bytes.length} bytes`);
  const reader = new Reader(bytes, `the answer to ${title}`);
  const [tag, size, code] = [reader.u16(), reader.u32(), reader.u32()];
  if (size !== bytes.length) throw malformed(`the answer to ${title}`, `says ${size} bytes and has ${bytes.length}`);
  if (code !== 0) throw new TpmRefusal(title, code);
  if (tag !== (authorizations === undefined ? NO_SESSIONS : SESSIONS))
    throw malformed(`the answer to ${title}`, `has the tag 0x${tag.toString(16)}`);
  const handle = answersHandle ? reader.u32() : 0;
  // After the parameters come the authorizations of the answer, which have nothing to say for passwords.
  const length = authorizations === undefined ? reader.left : reader.u32();
  return { handle, parameters: new Reader(reader.take(length), `the answer to ${title}`) };
}
