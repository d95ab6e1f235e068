// Approves what a gateway has planned, as the editor does.
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { PlatformState } from '../../runtime/platform/platform-port.ts';
import { call, sendJson } from './call.ts';

const LOOK_MS = 50;

/** There is no plan while the gateway is looked at. @throws AssertionError unless all was applied */
export async function applyPlanned(url: string, gateway: string): Promise<void> {
  for (;;) {
    const { gateways } = JSON.parse((await call(url, { path: '/gatewright/state' })).text) as PlatformState;
    const planHash = gateways.find(({ name }) => name === gateway)?.plan?.hash;
    if (planHash !== undefined) {
      const { text } = await sendJson(url, '/gatewright/apply', { gateway, planHash });
      return assert.equal(JSON.parse(text).outcome, 'applied', text);
    }
    await delay(LOOK_MS);
  }
}
