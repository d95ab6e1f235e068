// Speaks with the platform over the editor's own login. Errors arrive as words for people.
import type { Design } from '../runtime/model/design.ts';
import type { Diagnostic } from '../runtime/model/diagnostic.ts';
import type { Observed } from '../runtime/model/observed.ts';
import type { Plan } from '../runtime/model/plan.ts';
import type { GatewayState, PlatformState } from '../runtime/platform/platform-port.ts';

/** What the platform refused, and what to do about it. Plain text. */
export class RequestRefused extends Error {
  readonly remedy: string;

  constructor(message: string, remedy: string) {
    super(message);
    this.name = 'RequestRefused';
    this.remedy = remedy;
  }
}

export interface WayBack {
  readonly plan: Plan;
  readonly notices: NonNullable<GatewayState['notices']>;
}

export interface Client {
  state(): Promise<PlatformState>;
  /** What the last deploy was compiled to; `null` before the first. */
  design(): Promise<Design | null>;
  /** What is wrong with a drawing that is not deployed. @param flow  flow JSON */
  findings(flow: readonly unknown[]): Promise<readonly Diagnostic[]>;
  /** Looks at a gateway: what is there now. */
  observe(gateway: string): Promise<Observed>;
  plan(gateway?: string): Promise<void>;
  apply(gateway: string, planHash: string): Promise<{ readonly outcome: string; readonly message: string }>;
  cancel(gateway: string): Promise<void>;
  rollback(gateway: string): Promise<{ readonly outcome: string; readonly message: string }>;
  /** What a rollback would do now. */
  wayBack(gateway: string): Promise<WayBack>;
}

/** An apply may take as long as the slowest gateway; everything else answers soon. */
export const SOON_MS = 30_000;

export function createClient(): Client {
  const post = (path: string, body: object, timeoutMs = SOON_MS) => request('POST', path, timeoutMs, body);
  return {
    state: async () => (await request('GET', 'state', SOON_MS)) as PlatformState,
    design: async () => ((await request('GET', 'design', SOON_MS)) as { readonly design: Design | null }).design,
    findings: async flow =>
      ((await post('findings', { flow })) as { readonly diagnostics: readonly Diagnostic[] }).diagnostics,
    observe: async gateway =>
      (await request('GET', `observed?gateway=${encodeURIComponent(gateway)}`, SOON_MS)) as Observed,
    plan: async gateway => void (await post('plan', gateway === undefined ? {} : { gateway })),
    apply: async (gateway, planHash) => (await post('apply', { gateway, planHash }, 0)) as never,
    cancel: async gateway => void (await post('cancel', { gateway })),
    rollback: async gateway => (await post('rollback', { gateway }, 0)) as never,
    wayBack: async gateway =>
      (await request('GET', `way-back?gateway=${encodeURIComponent(gateway)}`, SOON_MS)) as WayBack,
  };
}

/**
 * One request; jQuery's carries the token of the editor's login.
 * @param timeoutMs  0 = none
 * @throws RequestRefused
 */
export function request(method: 'GET' | 'POST', path: string, timeoutMs: number, body?: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    $.ajax({
      url: `gatewright/${path}`,
      method,
      timeout: timeoutMs,
      dataType: 'json',
      headers: { 'x-gatewright': '1' },
      ...(body === undefined ? {} : { contentType: 'application/json', data: JSON.stringify(body) }),
      success: resolve,
      error: answer => reject(refusalOf(answer)),
    });
  });
}

function refusalOf(answer: JQuery.jqXHR): Error {
  const { message, remedy } = (answer.responseJSON ?? {}) as { message?: unknown; remedy?: unknown };
  if (typeof message === 'string') return new RequestRefused(message, typeof remedy === 'string' ? remedy : '');
  return new RequestRefused(answer.status === 0 ? '' : `${answer.status} ${answer.statusText}`, '');
}
