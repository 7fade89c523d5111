/* The page: one state (date, language, faction picked), and everything drawn from it. */
(function () {
  const data = JSON.parse(document.getElementById('data').textContent);
  const strings = JSON.parse(document.getElementById('strings').textContent);
  const $ = (id) => document.getElementById(id);
  const words = new Words(strings, data.language);
  const dates = data.dates;
  const end = dates.length - 1;
  const state = {number: end, chosen: -1, timer: null, allEvents: false};
  const map = new FactionMap($('map'), data);
  const chart = new Chart($('chart'), data, (at) => go(nearest(at)));

  function node(name, className, ...children) {
    const made = document.createElement(name);
    if (className) { made.className = className; }
    made.append(...children);
    return made;
  }

  function swatch(color) {
    const made = node('span', 'swatch');
    made.style.backgroundColor = color;
    made.setAttribute('aria-hidden', 'true');
    return made;
  }

  function nearest(at) {
    let best = 0;
    dates.forEach((date, number) => {
      if (Math.abs(date.at - at) < Math.abs(dates[best].at - at)) { best = number; }
    });
    return best;
  }

  // ---- time ---------------------------------------------------------------------

  function go(number) {
    state.number = Math.max(0, Math.min(end, number));
    map.unmark();
    show();
  }

  function playing(on) {
    clearInterval(state.timer);
    state.timer = null;
    if (on) {
      if (state.number === end) { go(0); }
      state.timer = setInterval(() => {
        go(state.number + 1);
        if (state.number === end) { playing(false); }
      }, Math.max(60, 1000 * data.seconds));
    }
    $('play-picture').setAttribute('d', on ? 'M3 2h4v12H3zM9 2h4v12H9z' : 'M4 2v12l9-6z');
    $('play').setAttribute('aria-label', on ? words.own.pause : words.own.play);
    $('play').title = on ? words.own.pause : words.own.play;
    // while it plays, nobody wants to hear every date
    $('date').setAttribute('aria-live', on ? 'off' : 'polite');
  }

  function stop() { if (state.timer) { playing(false); } }

  const steps = {
    ArrowLeft: () => state.number - 1, ArrowDown: () => state.number - 1,
    ArrowRight: () => state.number + 1, ArrowUp: () => state.number + 1,
    PageDown: () => state.number - Math.max(2, Math.round(end / 10)),
    PageUp: () => state.number + Math.max(2, Math.round(end / 10)),
    Home: () => 0, End: () => end,
  };

  function onKey(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) { return; }
    const slider = event.target === $('slider');
    // elsewhere these keys move the map, scroll, or choose
    const busy = event.target.closest('#map, select, input, .scroll, summary');
    if (event.key === ' ' && (slider || !event.target.closest('button, #map, a, select, input, summary'))) {
      event.preventDefault();
      playing(!state.timer);
      return;
    }
    const isSideways = event.key === 'ArrowLeft' || event.key === 'ArrowRight';
    if (!steps[event.key] || !(slider || (isSideways && !busy))) { return; }
    event.preventDefault();
    stop();
    go(steps[event.key]());
  }

  // ---- what is shown ----------------------------------------------------------------

  function show() {
    const date = dates[state.number];
    const day = words.date(date.date);
    $('date').textContent = day;
    $('slider').value = date.at;
    $('slider').setAttribute('aria-valuetext', day);
    $('previous').disabled = state.number === 0;
    $('next').disabled = state.number === end;
    const marks = map.show(state.number, state.chosen);
    chart.show(state.number, state.chosen);
    showLegend(date, marks);
    showTable(date, day);
    showEvents();
  }

  function showLegend(date, marks) {
    const focused = document.activeElement && document.activeElement.dataset
      ? document.activeElement.dataset.faction : undefined;
    const items = date.rows.filter((row) => row[1] > 0).map((row) => {
      const [name, color] = data.factions[row[0]];
      const label = node('span', 'name', name);
      label.dir = 'auto';
      const button = node('button', '', swatch(color), label);
      button.type = 'button';
      button.dataset.faction = row[0];
      button.setAttribute('aria-pressed', state.chosen === row[0]);
      button.title = name;
      button.addEventListener('click', () => {
        state.chosen = state.chosen === row[0] ? -1 : row[0];
        chart.draw(words, state.chosen);
        show();
      });
      return node('li', '', button);
    });
    if (marks.contact) { items.push(node('li', 'mark', node('span', 'contact'), words.own.contact)); }
    if (marks.lost) { items.push(node('li', 'mark', node('span', 'lost'), words.own.contact_lost)); }
    $('legend').replaceChildren(...items);
    const again = focused === undefined ? null
      : $('legend').querySelector(`[data-faction="${Number(focused)}"]`);
    if (again) { again.focus(); }
  }

  function showTable(date, day) {
    $('table-title').textContent = words.text('table', {date: day});
    $('rows').replaceChildren(...date.rows.map((row) => {
      const [index, area, share, change, enclaves, largest, border] = row;
      const [name, color] = data.factions[index];
      const label = node('span', 'name', name);
      label.dir = 'auto';
      const head = node('th', '', swatch(color), label);
      head.scope = 'row';
      const contact = node('td', 'border');
      border.forEach(([neighbour, km], place) => {
        if (place) { contact.append(words.own.comma); }
        const name = Words.isolated(words.neighbour(neighbour));
      contact.append(node('span', '', name, ' ' + words.number(km)));
      });
      const cell = (text) => node('td', '', text);
      const made = node('tr', state.chosen === index ? 'chosen' : '', head,
        cell(words.number(area)), cell(share === null ? '' : words.number(share, 2)),
        cell(change === null ? '' : words.change(change)), cell(words.count(enclaves)),
        cell(words.number(largest)), contact);
      return made;
    }));
    if (!date.rows.length) {
      const cell = node('td', 'empty', words.own.nobody);
      cell.colSpan = 7;
      $('rows').append(node('tr', '', cell));
    }
  }

  function eventsOf(number) {
    return dates[number].events.map(([kind, index, faction, other, where, km2, km, ...place]) =>
      ({number, kind, index, faction, other, where, km2, km, place}));
  }

  function eventItem(event) {
    const button = node('button', '', ...words.sentence(event));
    button.type = 'button';
    button.addEventListener('click', () => {
      stop();
      if (event.number !== state.number) {
        go(event.number);
        // the list was made anew: the reader stays where he was
        const same = Array.from($('events').querySelectorAll('button'))
          .find((each) => each.textContent === button.textContent);
        if (same) { same.focus({preventScroll: true}); }
      }
      if (event.place.length) { map.mark(event.place); }
    });
    const color = event.index < 0 ? '#ffffff' : data.factions[event.index][1];
    return node('li', event.kind, swatch(color), button);
  }

  function showEvents() {
    const list = $('events');
    const now = dates[state.number];
    if (state.allEvents) {
      $('events-title').textContent = words.own.events_all;
      const numbers = dates.keys();
      const items = [];
      for (const number of numbers) {
        const events = eventsOf(number);
        if (!events.length) { continue; }
        const isNow = number === state.number;
        items.push(node('li', isNow ? 'heading now' : 'heading', words.date(dates[number].date)));
        items.push(...events.map(eventItem));
      }
      list.replaceChildren(...items);
      const heading = list.querySelector('.now');
      list.scrollTop = heading ? heading.offsetTop - list.offsetTop : list.scrollTop;
      return;
    }
    $('events-title').textContent = state.number === 0
      ? words.text('events_on', {date: words.date(now.date)})
      : words.text('events_between', {
        before: words.date(dates[state.number - 1].date), date: words.date(now.date)});
    const events = eventsOf(state.number);
    const nothing = state.number === 0 ? words.own.first_date : words.own.no_events;
    list.replaceChildren(...(events.length ? events.map(eventItem) : [node('li', 'empty', nothing)]));
    list.scrollTop = 0;
  }

  // ---- language -----------------------------------------------------------------

  function translate() {
    document.documentElement.lang = words.language;
    document.documentElement.dir = words.own.direction;
    $('digits-choice').hidden = words.language !== 'ar';
    for (const each of document.querySelectorAll('[data-text]')) {
      each.textContent = words.own[each.dataset.text];
    }
    for (const each of document.querySelectorAll('[data-label]')) {
      each.setAttribute('aria-label', words.own[each.dataset.label]);
      if (each.tagName === 'BUTTON') { each.title = words.own[each.dataset.label]; }
    }
    $('method').textContent = words.text('method', {metres: words.metres(data.tolerance_m)});
    const share = data.home.length
      ? words.text('share', {country: words.list(data.home)}) : words.own.share_plain;
    const columns = ['faction', 'area', share, 'change', 'enclaves', 'largest', 'border'];
    $('columns').replaceChildren(...columns.map((key) => {
      const head = node('th', '', words.own[key] || key);
      head.scope = 'col';
      return head;
    }));
    map.words(words);
    chart.draw(words, state.chosen);
    playing(Boolean(state.timer));
    show();
  }

  function drawMarks() {
    const last = Math.max(dates[end].at, 1e-9);
    $('marks').replaceChildren(...dates.map((date) => {
      const lost = date.events.some((event) =>
        event[0] === 'contact_lost' || event[0] === 'largest_lost');
      const x = `${100 * date.at / last}%`;
      return Chart.element('line', {x1: x, x2: x, y1: lost ? 0 : 5, y2: 12, class: lost ? 'lost' : ''});
    }));
  }

  function start() {
    $('title').textContent = data.title;
    $('credits').textContent = data.credits;
    for (const [key, own] of Object.entries(strings)) {
      const option = node('option', '', own.name);
      option.value = key;
      option.lang = key;
      $('language').append(option);
    }
    $('language').value = words.language;
    $('slider').max = dates[end].at || 1;
    $('slider').addEventListener('input', () => { stop(); go(nearest(Number($('slider').value))); });
    $('previous').addEventListener('click', () => { stop(); go(state.number - 1); });
    $('next').addEventListener('click', () => { stop(); go(state.number + 1); });
    $('play').addEventListener('click', () => playing(!state.timer));
    $('print').addEventListener('click', () => window.print());
    $('language').addEventListener('change', () => { words.use($('language').value); translate(); });
    $('digits').addEventListener('change', () => {
      words.easternDigits = $('digits').checked;
      words.use(words.language);
      translate();
    });
    $('all-events').addEventListener('change', () => {
      state.allEvents = $('all-events').checked;
      showEvents();
    });
    document.addEventListener('keydown', onKey);
    const redraw = (width) => {
      chart.draw(words, state.chosen, width);
      chart.show(state.number, state.chosen);
    };
    $('from-zero').addEventListener('change', () => {
      chart.fromZero = $('from-zero').checked;
      redraw();
    });
    let width = 0;
    new ResizeObserver(() => {
      if (width === $('chart').clientWidth) { return; }
      width = $('chart').clientWidth;
      map.resize();
      redraw();
    }).observe($('chart'));
    window.addEventListener('beforeprint', () => { map.forPaper(690, 430); redraw(690); });
    window.addEventListener('afterprint', () => { map.forScreen(); redraw(); });
    $('play').disabled = end === 0;
    drawMarks();
    translate();
  }

  start();
})();
