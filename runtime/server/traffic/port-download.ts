// The card of a VM as a file to download.
import type { Request, Response } from 'express';
import { z } from 'zod';
import { formatAddress, Name } from '../../model/address.ts';
import { type HeardPortFrames, SNAPLEN } from '../../model/port-frame.ts';
import type { PlatformPort } from '../../platform/platform-port.ts';
import { parse } from '../../platform/router-requests.ts';
import { openPortCapture } from '../../protocols/port-capture.ts';
import { capture } from './capture.ts';

const MOST_SECONDS = 600;
const MOST_FRAMES = 1_000_000_000;

const whole = (name: string, least: number, most: number) =>
  z
    .string()
    .regex(/^\d{1,10}$/, `${name} is a whole number`)
    .transform(Number)
    .pipe(z.number().min(least).max(most));

/** How long something is recorded, as text of a query. */
export const Seconds = whole('seconds', 1, MOST_SECONDS).default(60);

const Place = z.strictObject({ gateway: Name, vm: Name, card: Name });
const Query = z.strictObject({
  seconds: Seconds,
  count: whole('count', 1, MOST_FRAMES).optional(),
  snaplen: whole('snaplen', SNAPLEN.least, SNAPLEN.most).default(SNAPLEN.most),
});

/** @throws GatewrightError GW_REQUEST_INVALID, and as `PlatformPort.tapPort` says */
export async function sendPort(
  platform: Pick<PlatformPort, 'tapPort'>,
  request: Request,
  response: Response,
): Promise<void> {
  const { gateway, vm, card } = parse(Place, request.params);
  const { seconds, count, snaplen } = parse(Query, request.query);
  const port = formatAddress('port', gateway, `${vm}.${card}`);
  const order = {
    listen: (heard: HeardPortFrames) => platform.tapPort(port, { snaplen }, heard),
    open: (write: (bytes: Uint8Array) => void) => openPortCapture(port, { snaplen }, write),
    ...{ seconds, count },
  };
  await capture(order, response, () => {
    response.set({
      'cache-control': 'no-store',
      'content-type': 'application/x-pcapng',
      'content-disposition': `attachment; filename="${gateway}-${vm}-${card}.pcapng"`,
      'x-content-type-options': 'nosniff',
    });
    response.flushHeaders();
  });
}
