// What a change of a drawing means for gateways, as the platform says it.
import type { FieldChange } from '../../runtime/model/plan.ts';
import type { Source } from '../../runtime/model/resource.ts';

interface Changed {
  readonly action: 'create' | 'update' | 'remove';
  readonly changes: readonly FieldChange[];
}

export interface Compared {
  /** One of the two drawings has errors, so something may be missing. */
  readonly faulty: boolean;
  readonly owners: readonly (Changed & { readonly of: 'gateway' | 'tenant'; readonly name: string })[];
  readonly resources: readonly (Changed & { readonly address: string; readonly source: Source })[];
}
