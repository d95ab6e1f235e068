// Frames as datagrams between Unix sockets, such as those of an emulator's network. Node has no such sockets: only the addon does.
import { z } from 'zod';
import type { OpenPort } from '../engine/port.ts';
import { portOf } from '../native/addon.ts';
import { nativePort } from '../native/native-port.ts';
import { addonOnly } from '../native/use.ts';

const Path = z.string().min(1).max(107);

export const UnixPacketsOptions = z.strictObject({
  /** Where frames come to; made here and removed in the end. */
  own: Path.optional(),
  /** Where frames go; it may come later, go and come back. */
  peer: Path.optional(),
});
export type UnixPacketsOptions = z.infer<typeof UnixPacketsOptions>;

export const openPort: OpenPort = (input, context) => {
  const { own, peer } = UnixPacketsOptions.parse(input);
  const what = `the socket ${own ?? peer ?? ''}`;
  const addon = addonOnly(what);
  const port = portOf(addon.openUnixPackets(own ?? '', peer ?? ''), what);
  return nativePort({ addon, port, kind: 'packets' }, context);
};
