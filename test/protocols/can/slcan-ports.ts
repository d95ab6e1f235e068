// Ports of guests' serial lines for a lane under test: unix sockets, as a virtual machine's serial line is one.
import { once } from 'node:events';
import { connect } from 'node:net';
import type { OpenPort } from '../../../runtime/lanes/engine/port.ts';
import { slcanLanePort } from '../../../runtime/protocols/can/slcan/lane-port.ts';

export const openPort: OpenPort = async (options, context) => {
  const { path, fd } = options as { readonly path: string; readonly fd: boolean };
  const stream = connect(path);
  await once(stream, 'connect');
  return slcanLanePort(stream, { fd }, context);
};
