// Finds rules of a list that one earlier rule hides completely, by asking for each pair. For short lists, as those of buses are.

/** An earlier rule that decides everything a later one could. */
export interface Hidden {
  readonly index: number;
  /** Index of the earlier rule. */
  readonly by: number;
}

/**
 * WHY a bound: pairs grow with the square of the list. Beyond it later rules are not checked, which only costs a warning.
 */
const MOST_COMPARISONS = 200_000;

/** Each rule that an earlier one covers, with the first that does. */
export function findHidden<T>(rules: readonly T[], covers: (earlier: T, later: T) => boolean): readonly Hidden[] {
  let comparisons = 0;
  return rules.flatMap((later, index) => {
    comparisons += index;
    if (comparisons > MOST_COMPARISONS) return [];
    const by = rules.slice(0, index).findIndex(earlier => covers(earlier, later));
    return by === -1 ? [] : [{ index, by }];
  });
}
