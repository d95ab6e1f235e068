// What people may do from the card of a gateway, and what the parts of a card are made from.
import type { WayBack } from '../../client.ts';
import type { Words } from '../../words.ts';

/** What the user may do from a card. */
export interface GatewayCommands {
  plan(gateway: string): void;
  apply(gateway: string, planHash: string): void;
  cancel(gateway: string): void;
  rollback(gateway: string): void;
  /** What a rollback would do; `undefined` when that cannot be said, of which the user was told. */
  wayBack(gateway: string): Promise<WayBack | undefined>;
}

export interface ActionsContext {
  readonly words: Words;
  readonly commands: GatewayCommands;
  /** Whether the user's role may apply. */
  readonly mayApply: boolean;
}
