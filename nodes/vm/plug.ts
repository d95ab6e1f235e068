// A network card and the switch it is plugged into.
import type { Name } from '../../runtime/model/address.ts';
import type { Attachment, SegmentFacet } from '../../runtime/model/lowering.ts';

export interface CardPlace {
  readonly gateway: Name;
  readonly tenant: Name;
  readonly vm: Name;
  /** Name of the VM before a declared rename. */
  readonly was: Name;
}

export interface Card {
  readonly index: number;
  readonly name: Name;
  readonly mac: string;
  readonly address: string;
}

export interface Plug {
  readonly place: CardPlace;
  readonly card: Card;
  readonly attachment: Attachment;
  readonly segment: SegmentFacet;
}
