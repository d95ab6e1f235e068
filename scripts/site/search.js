// Finds pages by words. The index is a script, as a page that was opened from a file may read no other file.
(() => {
  const pages = window.GATEWRIGHT_PAGES ?? [];
  const input = document.querySelector('#search');
  const found = document.querySelector('#found');
  const root = document.body.dataset.root ?? '';
  const most = 12;

  function places(words) {
    const scored = pages.flatMap(({ title, target, text, headings }) => {
      const head = title.toLowerCase();
      if (!words.every(word => head.includes(word) || text.includes(word))) return [];
      const heading = headings.find(({ words: line }) => words.every(word => line.toLowerCase().includes(word)));
      const score = words.filter(word => head.includes(word)).length * 2 + (heading === undefined ? 0 : 1);
      return [{ title, target: heading === undefined ? target : `${target}#${heading.id}`, heading, score }];
    });
    return scored.sort((a, b) => b.score - a.score).slice(0, most);
  }

  function show() {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    const hits = words.length === 0 ? [] : places(words);
    const items = hits.map(({ title, target, heading }) => {
      const link = document.createElement('a');
      link.href = root + target;
      link.textContent = heading === undefined || heading.words === title ? title : `${title}: ${heading.words}`;
      const item = document.createElement('li');
      item.append(link);
      return item;
    });
    if (words.length > 0 && hits.length === 0) {
      const item = document.createElement('li');
      item.textContent = 'Nothing has these words. Try fewer.';
      items.push(item);
    }
    found.replaceChildren(...items);
  }

  input.addEventListener('input', show);
})();
