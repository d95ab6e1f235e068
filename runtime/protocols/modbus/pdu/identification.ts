// Answers of Read Device Identification [6.21]: a head of seven bytes, then objects of id, length and value.
import { u8 } from './bytes.ts';
import { MEI_IDENTIFICATION, MOST_PDU_BYTES } from './functions.ts';

const HEAD_BYTES = 7;

export interface IdentificationObject {
  /** 0 vendor, 1 product code, 2 revision, 3 vendor's address, 4 product, 5 model, 6 application; 128 and more: private. */
  readonly id: number;
  readonly value: Uint8Array;
}

export interface Identification {
  readonly code: 1 | 2 | 3 | 4;
  /** What the device offers: 1 basic, 2 regular, 3 extended; plus 0x80 when objects can be read one by one. */
  readonly conformity: number;
  /** Object to ask for next; absent when this was all. */
  readonly next?: number;
  readonly objects: readonly IdentificationObject[];
}

/**
 * Length of an answer's PDU by walking its objects.
 * @param start  of the function code  @param end  of what is there
 * @returns 0 when more bytes are needed to tell, -1 when it cannot be one
 */
export function identificationLength(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < HEAD_BYTES) return 0;
  let at = start + HEAD_BYTES;
  for (let left = u8(bytes, start + 6); left > 0; left -= 1) {
    if (at + 2 > end) return at + 2 - start > MOST_PDU_BYTES ? -1 : 0;
    at += 2 + u8(bytes, at + 1);
    if (at - start > MOST_PDU_BYTES) return -1;
  }
  return at - start;
}

/** The identification of a PDU that `misfit` has let pass. */
export function parseIdentification(pdu: Uint8Array): Identification {
  const objects: IdentificationObject[] = [];
  for (let at = HEAD_BYTES; at + 2 <= pdu.length; at += 2 + u8(pdu, at + 1))
    objects.push({ id: u8(pdu, at), value: pdu.slice(at + 2, at + 2 + u8(pdu, at + 1)) });
  const more = u8(pdu, 4) === 0xff ? { next: u8(pdu, 5) } : {};
  return { code: u8(pdu, 2) as Identification['code'], conformity: u8(pdu, 3), ...more, objects };
}

/**
 * The PDU of an answer, with as many of the objects as fit [6.21]; the rest is asked for with the object that `next` names.
 * @param objects  in ascending order of their ids, of at most 244 bytes each
 */
export function buildIdentification(
  code: Identification['code'],
  conformity: number,
  objects: readonly IdentificationObject[],
): Uint8Array {
  let length = HEAD_BYTES;
  let count = 0;
  while (count < objects.length && length + 2 + sizeOf(objects, count) <= MOST_PDU_BYTES) {
    length += 2 + sizeOf(objects, count);
    count += 1;
  }
  const next = objects[count];
  const pdu = new Uint8Array(length);
  pdu.set([43, MEI_IDENTIFICATION, code, conformity, next === undefined ? 0 : 0xff, next?.id ?? 0, count]);
  let at = HEAD_BYTES;
  for (const object of objects.slice(0, count)) {
    pdu.set([object.id, object.value.length], at);
    pdu.set(object.value, at + 2);
    at += 2 + object.value.length;
  }
  return pdu;
}

function sizeOf(objects: readonly IdentificationObject[], index: number): number {
  return objects[index]?.value.length ?? 0;
}
