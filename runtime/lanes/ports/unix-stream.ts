// Bytes of a Unix socket that somebody listens at, such as the serial line of a guest. What comes in one piece is a frame.
import { once } from 'node:events';
import { connect } from 'node:net';
import { z } from 'zod';
import { streamLink } from '../engine/byte-link.ts';
import { RAW_BYTES } from '../engine/framer.ts';
import type { OpenPort, PortContext, PortDriver } from '../engine/port.ts';
import { tsPort } from '../engine/ts-port.ts';
import { portOf } from '../native/addon.ts';
import { nativePort } from '../native/native-port.ts';
import { addonFor, Use } from '../native/use.ts';

export const UnixStreamOptions = z.strictObject({ path: z.string().min(1).max(107), use: Use });
export type UnixStreamOptions = z.infer<typeof UnixStreamOptions>;

export const openPort: OpenPort = (input, context) => {
  const { path, use } = UnixStreamOptions.parse(input);
  const addon = addonFor(use);
  if (addon === undefined) return inTypeScript(path, context);
  const port = portOf(addon.openUnixStream(path), `the socket ${path}`);
  return nativePort({ addon, port, kind: 'stream' }, context);
};

async function inTypeScript(path: string, context: PortContext): Promise<PortDriver> {
  const stream = connect(path);
  await once(stream, 'connect');
  return tsPort({ link: streamLink(stream), framer: RAW_BYTES, kind: 'stream' }, context);
}
