// How far a gateway is with what it does. Pure.
import type { GatewayState } from '../../runtime/platform/platform-port.ts';

type Working = Pick<GatewayState, 'name' | 'progress'>;

/** 0 to 1; of the gateway of that name, else of the first that works. */
export function fractionDone(gateways: readonly Working[], name: string | undefined): number {
  const own = gateways.find(gateway => gateway.name === name);
  const { progress } = own ?? gateways.find(gateway => gateway.progress !== undefined) ?? {};
  if (progress === undefined || progress.steps === 0) return 0;
  return Math.min(1, (progress.done + (progress.within?.fraction ?? 0)) / progress.steps);
}
