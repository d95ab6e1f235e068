// The table from kind to the schema of its spec: the one place where the closed set is spelled out.
import type { z } from 'zod';
import type { Kind } from './address.ts';
import { DeviceSpec } from './kinds/device.ts';
import { EdgeSpec } from './kinds/edge.ts';
import { GateSpec } from './kinds/gate.ts';
import { LineSpec } from './kinds/line.ts';
import { PolicySpec } from './kinds/policy.ts';
import { PortSpec } from './kinds/port.ts';
import { ProxySpec } from './kinds/proxy.ts';
import { SegmentSpec } from './kinds/segment.ts';
import { UplinkSpec } from './kinds/uplink.ts';
import { VmSpec } from './kinds/vm.ts';

export const SPECS = {
  uplink: UplinkSpec,
  segment: SegmentSpec,
  port: PortSpec,
  edge: EdgeSpec,
  policy: PolicySpec,
  proxy: ProxySpec,
  vm: VmSpec,
  line: LineSpec,
  device: DeviceSpec,
  gate: GateSpec,
} as const satisfies Record<Kind, z.ZodType>;

/** The spec of a kind: plain JSON, validated by `SPECS[kind]`. */
export type Spec<K extends Kind = Kind> = z.infer<(typeof SPECS)[K]>;
