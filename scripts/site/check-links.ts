// Looks through finished pages: where does each link go, and is that there? Knows nothing of where the pages come from.
import { dirname, join } from 'node:path/posix';
import type { Output } from '../build/output.ts';

const REFERENCE = /\b(href|src)="([^"]*)"/g;
const ID = /\bid="([^"]*)"/g;
/** Only a reader's click may leave the site, never a page by itself. */
const OUTSIDE = /^(?:https?|mailto):/;

/** What is wrong, in words: dead links, anchors that are not there, pictures that are missing, and what a page would load from outside. */
export function linkFaults(site: Output): string[] {
  const pages = [...site].filter(([path]) => path.endsWith('.html'));
  const text = new Map(pages.map(([path, contents]) => [path, contents.toString()]));
  const anchors = new Map([...text].map(([path, html]) => [path, new Set(matches(html, ID).map(([, id = '']) => id))]));
  return [...text].flatMap(([path, html]) => [
    ...twiceIds(path, html),
    ...matches(html, REFERENCE).flatMap(([, kind = '', link = '']) => {
      const fault = faultOf(site, anchors, path, kind, unescaped(link));
      return fault === undefined ? [] : [`${path}: ${link} ${fault}`];
    }),
  ]);
}

function faultOf(
  site: Output,
  anchors: ReadonlyMap<string, ReadonlySet<string>>,
  path: string,
  kind: string,
  link: string,
): string | undefined {
  if (OUTSIDE.test(link)) return kind === 'src' ? 'would be loaded from outside' : undefined;
  if (/^[a-z]+:|^\//i.test(link)) return 'leads out of the site';
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? path : join(dirname(path), file);
  if (!site.has(target)) return 'is not there';
  if (anchor === undefined || !target.endsWith('.html')) return undefined;
  return anchors.get(target)?.has(decodeURIComponent(anchor)) ? undefined : 'names a heading that is not there';
}

function twiceIds(path: string, html: string): string[] {
  const ids = matches(html, ID).map(([, id = '']) => id);
  return [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))].map(
    id => `${path}: two places are called ${id}`,
  );
}

function matches(html: string, pattern: RegExp): RegExpMatchArray[] {
  return [...html.matchAll(pattern)];
}

function unescaped(link: string): string {
  return link.replaceAll('&amp;', '&').replaceAll('&quot;', '"');
}
