// Approves what a gateway has planned, as the editor does.
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import type { PlatformState } from '../../runtime/platform/platform-port.ts';
import { call, sendJson } from './call.ts';

const LOOK_MS = 50;
/** Guests may boot meanwhile that never did before. */
const APPLIED_WITHIN_MS = 300_000;

/**
 * There is no plan while the gateway is looked at.
 * @param token  of who approves, where people log in
 * @throws AssertionError unless all was applied
 */
export async function applyPlanned(url: string, gateway: string, token?: string): Promise<void> {
  const who = token === undefined ? {} : { token };
  for (;;) {
    const { gateways } = JSON.parse((await call(url, { path: '/gatewright/state', ...who })).text) as PlatformState;
    const planHash = gateways.find(({ name }) => name === gateway)?.plan?.hash;
    if (planHash !== undefined) {
      const { text } = await sendJson(
        url,
        '/gatewright/apply',
        { gateway, planHash },
        { ...who, timeoutMs: APPLIED_WITHIN_MS },
      );
      return assert.equal(JSON.parse(text).outcome, 'applied', text);
    }
    await delay(LOOK_MS);
  }
}
