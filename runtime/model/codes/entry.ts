// The shape of one code in the tables beside this file. Knows no code.

/** Whose fault it is: the user's drawing or call, the host's state, or a bug of ours. */
export type Fault = 'user' | 'host' | 'bug';
export interface CodeEntry {
  readonly fault: Fault;
  /** One line, for the table in the docs. */
  readonly meaning: string;
  /** What to do. */
  readonly remedy: string;
}
