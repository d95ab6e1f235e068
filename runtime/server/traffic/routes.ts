// A line, or the card of a VM, as a file to download. Whoever may read may record: it is what a tap shows anyway.
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { z } from 'zod';
import { type Address, addressOf, formatAddress, Name } from '../../model/address.ts';
import { GatewrightError } from '../../model/errors.ts';
import type { HeardFrames } from '../../model/line-frame.ts';
import type { PlatformPort } from '../../platform/platform-port.ts';
import { answerErrors } from '../../platform/router-errors.ts';
import { parse } from '../../platform/router-requests.ts';
import { CAPTURE_FORMATS, canCapture, openCapture } from '../../protocols/line-capture.ts';
import type { ProtocolRecording } from '../../protocols/recording.ts';
import { RECORDINGS } from '../../protocols/recordings.ts';
import { capture } from './capture.ts';
import { Seconds, sendPort } from './port-download.ts';

/** At once; each holds a tap and what waits for its reader. */
const MOST_CAPTURES = 8;
const MEDIA_TYPE = { pcapng: 'application/x-pcapng', candump: 'text/plain' } as const;
const ENDING = { pcapng: 'pcapng', candump: 'log' } as const;

const Place = z.strictObject({ gateway: Name, line: Name });
const Query = z.strictObject({
  format: z.enum(CAPTURE_FORMATS).default('pcapng'),
  end: z.union([z.literal(['device', 'messages']), addressOf('vm')]).optional(),
  direction: z.enum(['in', 'out']).optional(),
  seconds: Seconds,
});

type Recorded = Pick<PlatformPort, 'tap' | 'tapPort' | 'observe'>;

/**
 * Routes: GET /gatewright/lines/GATEWAY/LINE/capture?format=pcapng|candump&end=ADDRESS|device|messages&direction=in|out&seconds=1…600, and
 * GET /gatewright/networks/GATEWAY/VM/CARD/capture?seconds=1…600&count=FRAMES&snaplen=BYTES.
 * @param mayRead  lets only users pass who may read
 */
export function captureRoutes(platform: Recorded, mayRead: RequestHandler): Router {
  const router = Router();
  let open = 0;
  const inTurn =
    (send: (platform: Recorded, request: Request, response: Response) => Promise<void>): RequestHandler =>
    (request, response, next) => {
      if (open >= MOST_CAPTURES)
        return next(
          new GatewrightError('GW_CAPTURES_FULL', `${open} recordings are under way; wait until one has ended`),
        );
      open += 1;
      send(platform, request, response)
        .catch(next)
        .finally(() => {
          open -= 1;
        });
    };
  router.get('/gatewright/lines/:gateway/:line/capture', mayRead, inTurn(sendLine));
  router.get('/gatewright/networks/:gateway/:vm/:card/capture', mayRead, inTurn(sendPort));
  router.use(['/gatewright/lines', '/gatewright/networks'], answerErrors(console.error));
  return router;
}

async function sendLine(platform: Recorded, request: Request, response: Response): Promise<void> {
  const { gateway, line } = parse(Place, request.params);
  const { format, seconds, end, direction } = parse(Query, request.query);
  const address = formatAddress('line', gateway, line);
  const recording = await recordingOf(platform, gateway, address);
  if (!canCapture(recording, format))
    throw new GatewrightError('GW_REQUEST_INVALID', `${format} is of CAN only; record ${address} as pcapng`);
  const order = {
    listen: (heard: HeardFrames) => platform.tap(address, heard),
    open: (write: (bytes: Uint8Array) => void) => openCapture(format, recording, address, write, { end, direction }),
    seconds,
  };
  await capture(order, response, () => {
    response.set({
      'cache-control': 'no-store',
      'content-type': MEDIA_TYPE[format],
      'content-disposition': `attachment; filename="${gateway}-${line}.${ENDING[format]}"`,
      'x-content-type-options': 'nosniff',
    });
    response.flushHeaders();
  });
}

/** By the protocol that is applied, not the one that is drawn. */
async function recordingOf(
  platform: Pick<PlatformPort, 'observe'>,
  gateway: Name,
  line: Address<'line'>,
): Promise<ProtocolRecording> {
  const { resources } = await platform.observe(gateway);
  const spec = resources[line]?.spec as { readonly protocol?: string } | undefined;
  const recording = RECORDINGS[spec?.protocol ?? ''];
  if (spec === undefined)
    throw new GatewrightError('GW_ADDRESS_UNKNOWN', `${line} is no line of ${gateway}; apply the drawing that has it`);
  if (recording === undefined)
    throw new GatewrightError(
      'GW_REQUEST_INVALID',
      `lines of ${spec.protocol} cannot be recorded; tap the bus instead`,
    );
  return recording;
}
