// Frames as UDP datagrams.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { z } from 'zod';
import { datagramLink } from '../engine/byte-link.ts';
import { DATAGRAM } from '../engine/framer.ts';
import type { OpenPort, PortContext, PortDriver } from '../engine/port.ts';
import { tsPort } from '../engine/ts-port.ts';
import { datagramPort } from '../ffi/datagram-port.ts';
import { openSocket } from '../ffi/datagram-socket.ts';
import { portOf } from '../native/addon.ts';
import { nativePort } from '../native/native-port.ts';
import { addonFor, libcFor, Use } from '../native/use.ts';

/** Bytes that may wait in the kernel; it gives less when its limit is lower. */
const KERNEL_BUFFER = 4 << 20;

/** An address in numbers, and a port. */
const End = z.strictObject({
  address: z.union([z.ipv4(), z.ipv6()]),
  port: z.number().int().min(0).max(0xffff),
});

export const UdpOptions = z.strictObject({
  /** Where frames come to; port 0 takes a free one. */
  own: End,
  /** The only one that frames come from and go to. Absent: they come from anyone and go to nobody. */
  peer: End.optional(),
  use: Use,
});
export type UdpOptions = z.infer<typeof UdpOptions>;

export const openPort: OpenPort = (input, context) => {
  const options = UdpOptions.parse(input);
  const addon = addonFor(options.use);
  if (addon === undefined) return withoutAddon(options, context);
  const { own, peer } = options;
  const opened = addon.openUdp(own.address, own.port, peer?.address ?? '', peer?.port ?? 0, 0);
  const port = portOf(opened, `UDP port ${own.port} of ${own.address}`);
  return nativePort({ addon, port, kind: 'packets' }, context);
};

async function withoutAddon(options: UdpOptions, context: PortContext): Promise<PortDriver> {
  const libc = await libcFor(options.use);
  if (libc === undefined) return inTypeScript(options, context);
  const { own, peer } = options;
  const opened = await openSocket(libc, own, peer, KERNEL_BUFFER);
  return datagramPort(libc, opened, peer !== undefined, context);
}

async function inTypeScript({ own, peer }: UdpOptions, context: PortContext): Promise<PortDriver> {
  const socket = createSocket({ type: isIPv6(own.address) ? 'udp6' : 'udp4', recvBufferSize: KERNEL_BUFFER });
  try {
    socket.bind(own.port, own.address);
    await once(socket, 'listening');
    if (peer !== undefined) {
      socket.connect(peer.port, peer.address);
      await once(socket, 'connect');
    }
  } catch (error) {
    socket.close();
    throw error;
  }
  return tsPort({ link: datagramLink(socket), framer: DATAGRAM, kind: 'packets' }, context);
}
