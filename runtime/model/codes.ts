// Every code a user can meet, in one table per origin. `docs/errors.md` is generated from it.
import { AGENT_CODES } from './codes/agent.ts';
import { ATTEST_CODES } from './codes/attest.ts';
import { CLAIM_CODES } from './codes/claims.ts';
import { COMPILE_CODES } from './codes/compile.ts';
import { CONVERT_CODES } from './codes/convert.ts';
import { DEVICE_HOST_CODES } from './codes/devices.ts';
import type { CodeEntry } from './codes/entry.ts';
import { EXPLAIN_CODES } from './codes/explain.ts';
import { FIELDBUS_CODES } from './codes/fieldbuses.ts';
import { HARDWARE_CODES } from './codes/hardware.ts';
import { HOST_CODES } from './codes/host.ts';
import { LINK_CODES } from './codes/links.ts';
import { MODBUS_CODES } from './codes/modbus.ts';
import { NETWORK_CODES } from './codes/network.ts';
import { PLACEMENT_CODES } from './codes/placement.ts';
import { PLAN_CODES } from './codes/plan.ts';
import { SERVER_CODES } from './codes/server.ts';

export type { CodeEntry, Fault } from './codes/entry.ts';

export const CODES = {
  ...COMPILE_CODES,
  ...PLAN_CODES,
  ...AGENT_CODES,
  ...HOST_CODES,
  ...HARDWARE_CODES,
  ...CLAIM_CODES,
  ...DEVICE_HOST_CODES,
  ...PLACEMENT_CODES,
  ...NETWORK_CODES,
  ...MODBUS_CODES,
  ...LINK_CODES,
  ...FIELDBUS_CODES,
  ...ATTEST_CODES,
  ...EXPLAIN_CODES,
  ...CONVERT_CODES,
  ...SERVER_CODES,
} as const satisfies Record<string, CodeEntry>;
export type Code = keyof typeof CODES;
