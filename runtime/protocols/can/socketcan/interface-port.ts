// The port of a lane to a CAN interface of the host: over the addon where it is built, which reads in bursts, else over npm
// socketcan, at the price of an object a frame.
import { localHost } from '../../../host/local.ts';
import type { OpenPort } from '../../../lanes/engine/port.ts';
import { burstAddon } from '../../../lanes/native/addon.ts';
import { CanOptions, openPort as openNative } from '../../../lanes/ports/can.ts';
import { socketCanLanePort } from './lane-port.ts';

export const openPort: OpenPort = (input, context) =>
  'addon' in burstAddon() ? openNative(input, context) : socketCanLanePort(localHost, CanOptions.parse(input), context);
