// The licences of the libraries that are inside the bundle; most of them ask for their text to go along.
import { existsSync, readdirSync, readFileSync } from 'node:fs';

/**
 * Text for THIRD-PARTY.txt.
 * @param inputs  paths of the bundle's sources from the root of the project, as esbuild lists them
 * @throws Error when a library in the bundle says nothing of its licence
 */
export function thirdPartyNotices(root: string, inputs: readonly string[]): string {
  const folders = new Set(inputs.flatMap(input => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []));
  const notices = [...folders].sort().map(folder => noticeOf(`${root}${folder}`));
  return ['This pack contains the following libraries.', ...new Set(notices)].join(`\n\n${'-'.repeat(80)}\n\n`);
}

function noticeOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as Record<
    string,
    unknown
  >;
  if (typeof license !== 'string')
    throw new Error(`${folder} says nothing of its licence; look at it before it is bundled`);
  const file = readdirSync(folder).find(candidate => /^licen[cs]e/i.test(candidate));
  const text =
    file !== undefined && existsSync(`${folder}/${file}`) ? readFileSync(`${folder}/${file}`, 'utf8').trim() : '';
  return `${name} ${version} (${license})\n\n${text}`.trim();
}
