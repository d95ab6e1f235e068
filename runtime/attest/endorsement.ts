// Does a maker whom we trust vouch for a TPM? Its endorsement certificate, the chain above it, and the key in it (TCG EK
// Credential Profile for TPM 2.0). Name constraints and path lengths are not evaluated: makers of TPMs do not use them.
import { X509Certificate } from 'node:crypto';
import type { Finding } from './finding.ts';
import type { TpmPublic } from './tpm/public.ts';

export interface EndorsementQuestion {
  /** PEM or DER. */
  readonly certificate: string | Uint8Array;
  /** Certificates between it and a trusted one, in any order. */
  readonly chain: readonly (string | Uint8Array)[];
  /** Certificates that are trusted. */
  readonly trusted: readonly (string | Uint8Array)[];
  /** Public area of the endorsement key. */
  readonly key: TpmPublic;
  /** When it has to be valid. */
  readonly at: Date;
}

/** What the certificate says about the TPM. */
export interface TpmIdentity {
  readonly manufacturer: string;
  readonly model: string;
  readonly version: string;
}

export interface Endorsement {
  readonly identity?: TpmIdentity;
  /** Every reason not to believe it. */
  readonly findings: readonly Finding[];
}

/** tcg-kp-EKCertificate, the purpose that only certificates of endorsement keys have. */
const PURPOSE = '2.23.133.8.1';
/** The attributes of the alternative name that every TPM has (2.23.133.2.1 to .3), as OpenSSL calls them. */
const NAMED = ['tcg-at-tpmManufacturer', 'tcg-at-tpmModel', 'tcg-at-tpmVersion'] as const;
/** No maker has longer chains; a circle ends here. */
const MOST_LINKS = 8;

/** Looks at the certificate of an endorsement key from all sides. Throws nothing, whatever it is given. */
export function checkEndorsement({ certificate, chain, trusted, key, at }: EndorsementQuestion): Endorsement {
  const [leaf] = readAll([certificate]);
  if (leaf === undefined) return { findings: [finding('The endorsement certificate is none.')] };
  const identity = identityOf(leaf);
  const facts = [
    ...(leaf.publicKey.equals(key.key) ? [] : ['The endorsement certificate is of another key.']),
    ...(leaf.ca ? ['The endorsement certificate is one of an authority.'] : []),
    ...(leaf.keyUsage?.includes(PURPOSE) ? [] : ['The certificate is not for an endorsement key.']),
    ...(identity === undefined ? ['The endorsement certificate names no TPM.'] : []),
    ...keyFacts(key),
    ...chainFacts(leaf, readAll(chain), readAll(trusted), at),
  ];
  return { ...(identity === undefined ? {} : { identity }), findings: facts.map(finding) };
}

function finding(message: string): Finding {
  return { code: 'GW_ATTEST_EK', message };
}

/** What cannot be read is left out: a chain that needs it ends there. */
function readAll(certificates: readonly (string | Uint8Array)[]): readonly X509Certificate[] {
  return certificates.flatMap(each => {
    try {
      const certificate = new X509Certificate(each);
      // A key that cannot be read is only noticed when it is asked for.
      return certificate.publicKey.type === 'public' ? [certificate] : [];
    } catch {
      return [];
    }
  });
}

/** An endorsement key only opens credentials; one that could sign or leave would prove nothing. */
function keyFacts({ attributes }: TpmPublic): readonly string[] {
  const needed = ['fixedTPM', 'fixedParent', 'sensitiveDataOrigin', 'restricted', 'decrypt'] as const;
  const sound = needed.every(attribute => attributes.has(attribute)) && !attributes.has('sign');
  return sound ? [] : ['The endorsement key is not one that stays in its TPM and only decrypts.'];
}

function chainFacts(
  leaf: X509Certificate,
  chain: readonly X509Certificate[],
  trusted: readonly X509Certificate[],
  at: Date,
): readonly string[] {
  const late = (each: X509Certificate) => at < each.validFromDate || at > each.validToDate;
  let link = leaf;
  for (let length = 0; length < MOST_LINKS; length += 1) {
    if (late(link)) return [`The certificate of ${link.subject || 'the TPM'} is not valid on ${at.toISOString()}.`];
    const anchor = issuerOf(link, trusted);
    if (anchor !== undefined) return late(anchor) ? [`The certificate of ${anchor.subject} is not valid then.`] : [];
    const next = issuerOf(link, chain);
    if (next === undefined) return [`No trusted maker vouches for the certificate that ${link.issuer} signed.`];
    link = next;
  }
  return ['The chain of the endorsement certificate does not end.'];
}

function issuerOf(certificate: X509Certificate, among: readonly X509Certificate[]): X509Certificate | undefined {
  return among.find(each => each.ca && certificate.checkIssued(each) && certificate.verify(each.publicKey));
}

/** The three names in the directory name, as the certificate profile asks for them. */
function identityOf(certificate: X509Certificate): TpmIdentity | undefined {
  const names = namesIn(certificate.subjectAltName ?? '');
  const [manufacturer, model, version] = NAMED.map(name => names.get(name));
  if (manufacturer === undefined || model === undefined || version === undefined) return undefined;
  return { manufacturer, model, version };
}

/** `DirName:` and a JSON string, in it `name=value` with commas or pluses between, which have a backslash in values. */
function namesIn(alternative: string): ReadonlyMap<string, string> {
  const quoted = /DirName:("(?:[^"\\]|\\.)*")/.exec(alternative)?.[1] ?? '""';
  const parts = String(JSON.parse(quoted)).split(/(?<!\\)[,+]/);
  return new Map(parts.map(part => [part.slice(0, part.indexOf('=')).trim(), part.slice(part.indexOf('=') + 1)]));
}
