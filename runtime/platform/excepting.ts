// What people may decide about drift: let a difference stand until a date, or end that. Every decision is noted.
import { parseAddress } from '../model/address.ts';
import type { DriftException, DriftPlace, Excepting, ExceptionWish } from '../model/drift.ts';
import { GatewrightError } from '../model/errors.ts';
import { canStand, isLive } from '../plan/exceptions.ts';
import { isAt, nameOf } from './drift-place.ts';
import { adding } from './exception-store.ts';
import { onlyRestoring, type RestoringWorld, restore } from './restoring.ts';

/** Longer is no exception but another drawing. */
const MOST_EXCEPTION_MS = 366 * 24 * 3600 * 1000;

export function excepting(world: RestoringWorld): Excepting {
  return {
    except: wish => except(world, wish),
    end: place => end(world, place),
    planRestoring: async place => (await onlyRestoring(world, place)).plan,
    restore: (place, planHash) => restore(world, place, planHash),
  };
}

async function except(world: RestoringWorld, wish: ExceptionWish): Promise<void> {
  const { gateway, user, exceptions } = world;
  const atMs = world.now();
  checkTime(wish.untilMs, atMs);
  const exception = exceptionFor(world, wish, atMs);
  if (!canStand(world.link.drawing(), await world.link.reached().observe(), exception))
    throw new GatewrightError(
      'GW_EXCEPTION_REFUSED',
      `${wish.field} of ${wish.address} cannot stand as it is; restore it, or draw it so`,
      { address: wish.address },
    );
  await exceptions.change(gateway, before => adding(before, [exception], atMs));
  const until = new Date(wish.untilMs).toISOString();
  world.note(`${nameOf(wish)} may stand until ${until}: ${exception.reason} (${user})`);
  await world.link.refresh();
}

async function end(world: RestoringWorld, place: DriftPlace): Promise<void> {
  const nowMs = world.now();
  let found = false;
  await world.exceptions.change(world.gateway, before =>
    before.map(one => {
      if (!isAt(one, place) || !isLive(one, nowMs)) return one;
      found = true;
      return { ...one, untilMs: nowMs };
    }),
  );
  if (!found)
    throw new GatewrightError('GW_DRIFT_UNKNOWN', `${nameOf(place)} is not excepted; look at the drift again`);
  world.note(`${nameOf(place)} may stand no longer`);
  await world.link.refresh();
}

/** Of what is now. */
function exceptionFor(world: RestoringWorld, wish: ExceptionWish, atMs: number): DriftException {
  const found = world.link.drift().drifted.find(one => isAt(one, wish) && one.whole === undefined);
  if (found === undefined)
    throw new GatewrightError(
      'GW_DRIFT_UNKNOWN',
      parseAddress(wish.address)?.gateway === world.gateway
        ? `${nameOf(wish)} does not differ from what was applied; look at the drift again`
        : `${wish.address} is not on ${world.gateway}; name the gateway it is on`,
    );
  const { address, field, is } = found;
  const { user, gateway } = world;
  const value = is === undefined ? {} : { value: is as NonNullable<DriftException['value']> };
  return { gateway, address, field, ...value, user, reason: wish.reason, atMs, untilMs: wish.untilMs };
}

function checkTime(untilMs: number, nowMs: number): void {
  if (untilMs <= nowMs)
    throw new GatewrightError('GW_EXCEPTION_REFUSED', 'the date has passed; name one that lies ahead');
  if (untilMs > nowMs + MOST_EXCEPTION_MS)
    throw new GatewrightError('GW_EXCEPTION_REFUSED', 'the date is more than a year ahead; name one within a year');
}
