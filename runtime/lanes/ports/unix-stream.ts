// Bytes of a Unix socket that somebody listens at, such as the serial line of a guest. What comes in one piece is a frame, unless a
// protocol finds them.
import { once } from 'node:events';
import { connect } from 'node:net';
import { z } from 'zod';
import { streamLink } from '../engine/byte-link.ts';
import { RAW_BYTES } from '../engine/framer.ts';
import type { OpenPort, PortContext, PortDriver } from '../engine/port.ts';
import { tsPort } from '../engine/ts-port.ts';
import { type BurstAddon, type NativePort, portOf } from '../native/addon.ts';
import { type Framing, framedPort } from '../native/framed-port.ts';
import { nativePort } from '../native/native-port.ts';
import { addonFor, Use } from '../native/use.ts';

export const UnixStreamOptions = z.strictObject({ path: z.string().min(1).max(107), use: Use });
export type UnixStreamOptions = z.infer<typeof UnixStreamOptions>;

export const openPort: OpenPort = (input, context) => {
  const { path, use } = UnixStreamOptions.parse(input);
  const addon = addonFor(use);
  if (addon === undefined) return inTypeScript(path, { framer: RAW_BYTES, kind: 'stream' }, context);
  return nativePort({ addon, port: nativeStream(addon, path), kind: 'stream' }, context);
};

/** Opens the socket for a protocol. @throws when nobody listens there */
export async function framedUnixStream(
  { path, use }: UnixStreamOptions,
  framing: Framing,
  context: PortContext,
): Promise<PortDriver> {
  const addon = addonFor(use);
  if (addon === undefined) return inTypeScript(path, framing, context);
  return framedPort({ addon, port: nativeStream(addon, path), ...framing }, context);
}

function nativeStream(addon: BurstAddon, path: string): NativePort {
  return portOf(addon.openUnixStream(path), `the socket ${path}`);
}

async function inTypeScript(path: string, framing: Framing, context: PortContext): Promise<PortDriver> {
  const stream = connect(path);
  await once(stream, 'connect');
  return tsPort({ link: streamLink(stream), ...framing }, context);
}
