// What the platform answers about one difference.
import type { Plan } from '../../../runtime/model/plan.ts';
import type { GatewayState } from '../../../runtime/platform/platform-port.ts';
import { request, SOON_MS } from '../../client.ts';

export interface DriftPlace {
  readonly gateway: string;
  readonly address: string;
  readonly field: string;
}

/** An edit of one field of one node. */
export interface FieldEdit {
  readonly node: string;
  readonly label: string;
  readonly field: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

export interface RestorePlan {
  readonly plan: Plan;
  readonly notices: NonNullable<GatewayState['notices']>;
}

export interface DriftClient {
  /** The edit of a drawing that draws what is. @param flow  as it is in the editor */
  adopt(place: DriftPlace, flow: readonly unknown[]): Promise<FieldEdit>;
  planRestoring(place: DriftPlace): Promise<RestorePlan>;
  restore(place: DriftPlace, planHash: string): Promise<{ readonly outcome: string; readonly message: string }>;
  /** @param untilMs  Unix time in ms */
  except(place: DriftPlace, untilMs: number, reason: string): Promise<void>;
  end(place: DriftPlace): Promise<void>;
}

export function createDriftClient(): DriftClient {
  const post = (path: string, body: object, timeoutMs = SOON_MS) => request('POST', `drift/${path}`, timeoutMs, body);
  return {
    adopt: async (place, flow) => ((await post('adopt', { ...place, flow })) as { readonly edit: FieldEdit }).edit,
    planRestoring: async place => (await post('plan', place)) as RestorePlan,
    restore: async (place, planHash) => (await post('restore', { ...place, planHash }, 0)) as never,
    except: async (place, untilMs, reason) => void (await post('except', { ...place, untilMs, reason })),
    end: async place => void (await post('end', place)),
  };
}
