// Gives a secret to the machine it was sealed for.
import { GatewrightError } from '../../model/errors.ts';
import type { Sealed } from '../sealed.ts';
import type { Attester } from './attester.ts';

/** @throws GatewrightError GW_ATTEST_WITHHELD when the machine has nobody who takes secrets, GW_ATTEST_TPM when its TPM does not open it */
export async function giveSecret(attester: Attester, { name, parts }: Sealed): Promise<void> {
  if (attester.takeSecretPart === undefined)
    throw new GatewrightError('GW_ATTEST_WITHHELD', `the machine gets no secret: nobody in it takes ${name}`);
  for (const [index, part] of parts.entries()) {
    const sealing = {
      idObject: Buffer.from(part.idObject, 'hex'),
      encryptedSecret: Buffer.from(part.encryptedSecret, 'hex'),
    };
    await attester.takeSecretPart({ name, index, count: parts.length, ...sealing });
  }
}
