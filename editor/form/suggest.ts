// Where the values that a field offers come from.
import type { Suggestion } from './typed-field.ts';

/**
 * @param gateway  name of the gateway that is chosen in the form; empty while none is
 */
export type Suggest = (gateway: string) => Promise<readonly Suggestion[]>;
