// What a wire at a connector of the box is. Pure; runs in the editor too.
import type { PortKind } from '../../runtime/model/wire.ts';

/** All connectors are wired alike, but for the TPM, which stays with the box. @param kind  a connector kind, or whatever is stored */
export function portKindOf(kind: unknown): PortKind {
  return kind === 'tpm' ? 'tpm' : 'interface';
}
