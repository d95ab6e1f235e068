// A resource: one thing that shall exist in a real system, with where it was drawn.
import { z } from 'zod';
import { type Address, AnyAddress, type Kind, parseAddress } from './address.ts';
import { SPECS, type Spec } from './kind.ts';

/** Where in a drawing something was said. Shown to users and used to mark the node; never an identity. */
export const Source = z.strictObject({
  /** Node-RED id of the node; inside a subflow instance, the ids of the instances joined by `/`. */
  node: z.string(),
  /** The node's name or label, for people. */
  label: z.string().optional(),
  /** Id of the tab the node is on. */
  flow: z.string().optional(),
  field: z.string().optional(),
});
export type Source = z.infer<typeof Source>;

export interface Resource<K extends Kind = Kind> {
  readonly address: Address<K>;
  readonly kind: K;
  readonly spec: Spec<K>;
  /** Addresses that must exist before this one and go after it. Order only. Sorted. */
  readonly needs: readonly Address[];
  /** The address this resource had before it was renamed in the drawing. */
  readonly was?: Address<K>;
  readonly source: Source;
}

/** Resource of any kind, checked against the schema of its kind: unknown fields and kinds are refused. */
export const AnyResource = z
  .strictObject({
    address: AnyAddress,
    kind: z.string(),
    spec: z.unknown(),
    needs: z.array(AnyAddress),
    was: AnyAddress.optional(),
    source: Source,
  })
  .transform((value, context): Resource => {
    const kind = parseAddress(value.address)?.kind;
    if (kind === undefined || kind !== value.kind) {
      context.addIssue({ code: 'custom', message: `kind ${value.kind} does not fit the address ${value.address}` });
      return z.NEVER;
    }
    const spec = SPECS[kind].safeParse(value.spec);
    if (!spec.success) {
      for (const issue of spec.error.issues)
        context.addIssue({ code: 'custom', message: issue.message, path: ['spec', ...issue.path] });
      return z.NEVER;
    }
    return { ...value, kind, spec: spec.data } as Resource;
  });
