// One document as HTML: headings get the anchors that links in the documents use, and links go to where things are in the site.
import { dirname, join, relative } from 'node:path/posix';
import { Marked, type Tokens } from 'marked';

export interface Heading {
  readonly id: string;
  readonly words: string;
  readonly depth: number;
}

export interface Rendered {
  readonly html: string;
  readonly title: string;
  readonly headings: readonly Heading[];
}

/**
 * @param source  path of the document in the project
 * @param target  path of its page in the site
 * @param place   path in the site of what is at a path of the project
 */
export function render(markdown: string, source: string, target: string, place: (path: string) => string): Rendered {
  const headings: Heading[] = [];
  const slug = slugs();
  const follow = (href: string) => linkTo(href, source, target, place);
  const marked = new Marked({
    gfm: true,
    renderer: {
      heading({ tokens, depth }: Tokens.Heading) {
        const words = plainWords(this.parser.parseInline(tokens));
        const id = slug(words);
        headings.push({ id, words, depth });
        return `<h${depth} id="${id}"><a href="#${id}">${this.parser.parseInline(tokens)}</a></h${depth}>\n`;
      },
      link({ href, tokens }: Tokens.Link) {
        return `<a href="${escaped(follow(href))}">${this.parser.parseInline(tokens)}</a>`;
      },
      image({ href, text }: Tokens.Image) {
        return `<img src="${escaped(follow(href))}" alt="${escaped(text)}" loading="lazy">`;
      },
      table(token: Tokens.Table) {
        const line = (row: readonly Tokens.TableCell[], tag: string) =>
          `<tr>${row.map(cell => `<${tag}>${this.parser.parseInline(cell.tokens)}</${tag}>`).join('')}</tr>`;
        const body = token.rows.map(row => line(row, 'td')).join('\n');
        // Wide tables are scrolled by themselves, also with the keyboard.
        return `<div class="wide" tabindex="0" role="region" aria-label="table"><table><thead>${line(token.header, 'th')}</thead><tbody>${body}</tbody></table></div>\n`;
      },
      html({ text }: Tokens.HTML | Tokens.Tag) {
        return /^<!--/.test(text.trim()) ? '' : escaped(text);
      },
    },
  });
  const html = marked.parse(markdown, { async: false });
  return { html, title: headings[0]?.words ?? source, headings };
}

/** Anchors as the places where the documents are read as Markdown make them: lower case, hyphens for spaces, signs left out. */
function slugs(): (words: string) => string {
  const used = new Map<string, number>();
  return words => {
    const plain = words
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(/\s/g, '-');
    const before = used.get(plain) ?? 0;
    used.set(plain, before + 1);
    return before === 0 ? plain : `${plain}-${before}`;
  };
}

function linkTo(href: string, source: string, target: string, place: (path: string) => string): string {
  if (/^[a-z]+:/i.test(href) || href.startsWith('#')) return href;
  const [path = '', anchor] = href.split('#');
  const there = place(join(dirname(source), path));
  const way = relative(dirname(target), there);
  return anchor === undefined ? way : `${way}#${anchor}`;
}

function plainWords(html: string): string {
  return html
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}

export function escaped(words: string): string {
  return words.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
