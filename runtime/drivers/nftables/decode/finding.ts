// Words that all parts of decoding share. Knows nothing of what is decoded.
import type { Address } from '../../../model/address.ts';
import type { NftTable } from '../kernel/table.ts';

/** The two tables of one policy. */
export interface Tables {
  readonly bridge: NftTable;
  readonly inet: NftTable;
}

/** A value found, and whether it is all that was written, with nothing foreign showing in it. */
export interface Finding<T> {
  readonly value: T;
  readonly clean: boolean;
}

export type Segments = readonly Address<'segment'>[];

/** Address of a segment by its index; '' when its element is gone, so that the field shows. */
export const segmentAt = (segments: Segments, index: number): Address<'segment'> =>
  segments[index] ?? ('' as Address<'segment'>);
