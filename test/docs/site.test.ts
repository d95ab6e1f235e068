// The documentation as pages: nothing dead in them, nothing forgotten, nothing from outside.
import assert from 'node:assert/strict';
import { NODE_TYPES } from '../../nodes/catalog.ts';
import type { Output } from '../../scripts/build/output.ts';
import { ROOT } from '../../scripts/build.ts';
import { siteFiles } from '../../scripts/docs-site.ts';
import { referenceFlows } from '../../scripts/golden.ts';
import { linkFaults } from '../../scripts/site/check-links.ts';
import { readSite } from '../../scripts/site/source.ts';

describe('the site of the documentation', () => {
  let site: Output;
  before(() => {
    site = siteFiles();
  });

  const html = (path: string) => String(site.get(path) ?? '');

  it('has no dead link, no missing picture and no anchor that is not there', () => {
    assert.ok(site.size > 40, `only ${site.size} files`);
    assert.deepEqual(linkFaults(site), []);
  });

  it('has every document in its table of contents', () => {
    const { pages } = readSite(ROOT);
    const forgotten = pages.filter(({ group, source }) => group === '' && source !== 'docs/index.md');
    assert.deepEqual(
      forgotten.map(({ source }) => source),
      [],
      'add them to docs/index.md',
    );
  });

  it('has a page with a picture, the help and the fields of every node', () => {
    for (const { type, defaults } of NODE_TYPES) {
      const name = type.replace('gatewright-', '');
      const page = html(`nodes/${name}.html`);
      assert.ok(page.includes(`<img src="../images/nodes/${name}.svg"`), `${name} has no picture`);
      assert.match(html(`images/nodes/${name}.svg`), /^<svg [\s\S]*<title>[\s\S]*<\/svg>\n$/);
      for (const field of Object.keys(defaults)) assert.ok(page.includes(`<code>${field}</code>`), `${name}.${field}`);
    }
  });

  it('has a page for every reference design', () => {
    for (const name of referenceFlows()) assert.ok(html(`designs/${name}.html`).includes('picture.svg"'), name);
  });

  it('loads nothing from outside and runs no script that is not a file of its own', () => {
    for (const [path, contents] of site) {
      if (!path.endsWith('.html')) continue;
      const page = contents.toString();
      assert.match(page, /<meta http-equiv="Content-Security-Policy" content="default-src 'none'/);
      assert.doesNotMatch(page, /<script(?![^>]*\bsrc="(?!https?:))|\son[a-z]+="|\sstyle="/, path);
      assert.equal(page.match(/<h1\b/g)?.length, 1, `${path} has one title`);
    }
  });
});

describe('the checker of links', () => {
  const page = (body: string): Output =>
    new Map([
      ['a.html', `<h1 id="top">A</h1>${body}`],
      ['b/c.html', '<h1 id="there">C</h1>'],
      ['b/d.png', 'x'],
    ]);

  it('accepts what is there', () => {
    const links =
      '<a href="#top">1</a><a href="b/c.html#there">2</a><img src="b/d.png"><a href="https://example.org/">3</a>';
    assert.deepEqual(linkFaults(page(links)), []);
  });

  for (const [what, body, fault] of [
    ['a dead link', '<a href="b/e.html">', 'a.html: b/e.html is not there'],
    ['a missing picture', '<img src="d.png">', 'a.html: d.png is not there'],
    ['an anchor of its own', '<a href="#away">', 'a.html: #away names a heading that is not there'],
    [
      'an anchor of another page',
      '<a href="b/c.html#away">',
      'a.html: b/c.html#away names a heading that is not there',
    ],
    [
      'a picture from outside',
      '<img src="https://example.org/x.png">',
      'a.html: https://example.org/x.png would be loaded from outside',
    ],
    ['a place on the disk', '<a href="/etc/passwd">', 'a.html: /etc/passwd leads out of the site'],
    ['two headings of one name', '<h2 id="top">', 'a.html: two places are called top'],
  ] as const)
    it(`finds ${what}`, () => assert.deepEqual(linkFaults(page(body)), [fault]));
});
