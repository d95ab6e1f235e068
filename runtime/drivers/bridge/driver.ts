// Uplinks, segments and ports as the Linux kernel has them: borrowed cards, bridges with VXLAN devices, taps. Real.
import type { DriverSet } from '../../host/driver-set.ts';
import { portDriver } from './port.ts';
import { segmentDriver } from './segment.ts';
import { uplinkDriver } from './uplink.ts';

export const bridge: DriverSet = { backend: 'linux', drivers: [uplinkDriver, segmentDriver, portDriver] };
