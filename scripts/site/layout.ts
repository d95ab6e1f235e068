// The frame around a document: navigation, search, what is on the page.
import { dirname, relative } from 'node:path/posix';
import { escaped, type Heading } from './render.ts';

export interface PageInFrame {
  readonly target: string;
  readonly title: string;
  readonly group: string;
  readonly html: string;
  readonly headings: readonly Heading[];
}

/** The whole page. @param pages  of the site, in their order */
export function framed(page: PageInFrame, pages: readonly PageInFrame[]): string {
  const way = (target: string) => relative(dirname(page.target), target) || target;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'self' file:; script-src 'self' file:; img-src 'self' file:">
<title>${escaped(page.title)} · Gatewright</title>
<link rel="stylesheet" href="${way('site.css')}">
</head>
<body data-root="${way('index.html').replace(/index\.html$/, '')}">
<a class="skip" href="#content">To the text</a>
<nav aria-label="Documents">
<p class="home"><a href="${way('index.html')}">Gatewright</a></p>
<label for="search">Search</label>
<input id="search" type="search" autocomplete="off" spellcheck="false">
<ul id="found" aria-live="polite"></ul>
${navigation(page, pages, way)}
</nav>
<main id="content">
${page.html}
</main>
<aside aria-label="On this page">${onThisPage(page.headings)}</aside>
<script src="${way('search-index.js')}" defer></script>
<script src="${way('search.js')}" defer></script>
</body>
</html>
`;
}

function navigation(page: PageInFrame, pages: readonly PageInFrame[], way: (target: string) => string): string {
  const groups = Map.groupBy(
    pages.filter(({ group }) => group !== ''),
    ({ group }) => group,
  );
  return [...groups].map(([group, own]) => `<h2>${escaped(group)}</h2>\n<ul>${own.map(item).join('')}</ul>`).join('\n');

  function item({ target, title }: PageInFrame): string {
    const here = target === page.target ? ' aria-current="page"' : '';
    return `<li><a href="${way(target)}"${here}>${escaped(title)}</a></li>`;
  }
}

function onThisPage(headings: readonly Heading[]): string {
  const shown = headings.filter(({ depth }) => depth === 2);
  if (shown.length < 2) return '';
  const items = shown.map(({ id, words }) => `<li><a href="#${id}">${escaped(words)}</a></li>`);
  return `<h2>On this page</h2>\n<ul>${items.join('')}</ul>`;
}
