/* Area over time: one line a faction, held until the next date, and a bar at the date shown. */
class Chart {
  constructor(holder, data, onPick) {
    this.holder = holder;
    this.data = data;
    this.onPick = onPick;
    this.last = data.dates[data.dates.length - 1].at;
    this.fromZero = true;
    holder.addEventListener('click', (event) => this.pick(event));
  }

  /* Areas of all factions, or of the one picked. */
  range(chosen) {
    let least = Infinity, most = 1e-9;
    for (const date of this.data.dates) {
      for (const row of date.rows) {
        if (chosen >= 0 && row[0] !== chosen) { continue; }
        least = Math.min(least, row[1]);
        most = Math.max(most, row[1]);
      }
    }
    return [this.fromZero || least >= most ? 0 : least, most];
  }

  draw(words, chosen, width) {
    this.words = words;
    this.width = Math.max(260, width || this.holder.getBoundingClientRect().width);
    this.height = Math.max(170, Math.min(260, this.width * 0.45));
    const [least, most] = this.range(chosen);
    const step = Chart.step(most - least);
    this.base = Math.floor(least / step) * step;
    this.top = Math.ceil(most / step) * step;
    const labels = [];
    for (let value = this.base; value <= this.top + step / 2; value += step) { labels.push(value); }
    const digits = step < 1 ? 2 : 0;
    const longest = Math.max(...labels.map((value) => words.number(value, digits).length));
    this.left = 14 + 7 * longest;
    this.plotWidth = this.width - this.left - 12;
    this.plotHeight = this.height - 34;
    const svg = Chart.element('svg', {
      viewBox: `0 0 ${this.width} ${this.height}`, overflow: 'hidden', width: this.width, height: this.height, role: 'img'});
    const dates = this.data.dates;
    svg.setAttribute('aria-label', words.text('chart_label', {
      first: words.date(dates[0].date), last: words.date(dates[dates.length - 1].date)}));
    for (const value of labels) {
      const y = this.y(value);
      svg.append(Chart.element('path', {class: 'grid', d: `M${this.left} ${y}H${this.width - 12}`}));
      svg.append(this.label(words.number(value, digits), this.left - 6, y + 4, 'end'));
    }
    this.drawDates(svg);
    const plot = Chart.element('svg', {
      x: 0, y: 0, width: this.width, height: this.height - 29, overflow: 'hidden'});
    svg.append(plot);
    this.lines = this.data.factions.map(([, color], index) => {
      const line = Chart.element('path', {class: 'line', stroke: color, d: this.path(index)});
      plot.append(line);
      return line;
    });
    this.cursor = Chart.element('path', {class: 'cursor'});
    this.dots = Chart.element('g', {});
    plot.append(this.cursor, this.dots);
    this.holder.replaceChildren(svg);
  }

  drawDates(svg) {
    const dates = this.data.dates;
    const format = this.last > 86400 * 365 * 6 ? this.words.years
      : this.last > 86400 * 200 ? this.words.months : this.words.shortDays;
    let free = -Infinity;
    const end = dates.length - 1;
    const wanted = [end, ...dates.keys()].filter((index, at) => at === 0 || index !== end);
    const endLeft = this.x(dates[end].at) - 62;
    for (const index of wanted) {
      const x = this.x(dates[index].at);
      svg.append(Chart.element('path', {class: 'tick', d: `M${x} ${this.height - 30}v5`}));
      const isEnd = index === end;
      if (!isEnd && (x < free || x + 34 > endLeft)) { continue; }
      const anchor = isEnd ? 'end' : x - this.left < 30 ? 'start' : 'middle';
      svg.append(this.label(
        format.format(Words.moment(dates[index].date)), isEnd ? x + 10 : x, this.height - 10, anchor));
      if (!isEnd) { free = x + (anchor === 'start' ? 100 : 70); }
    }
  }

  show(number, chosen) {
    const date = this.data.dates[number];
    const x = this.x(date.at);
    this.cursor.setAttribute('d', `M${x} 6V${this.height - 28}`);
    this.dots.replaceChildren(...date.rows.filter((row) => row[1] > 0).map((row) =>
      Chart.element('circle', {
        cx: x, cy: this.y(row[1]), r: 4, fill: this.data.factions[row[0]][1],
        class: chosen >= 0 && chosen !== row[0] ? 'faint' : ''})));
    this.lines.forEach((line, index) =>
      line.classList.toggle('faint', chosen >= 0 && chosen !== index));
  }

  path(index) {
    let text = '', before = 0;
    this.data.dates.forEach((date, number) => {
      const row = date.rows.find((each) => each[0] === index);
      const value = row ? row[1] : 0;
      const x = this.x(date.at), y = this.y(value);
      // no line for one that is not there: before it comes, and after it is gone
      if (number === 0 || (before === 0 && value > 0)) { text += value > 0 ? `M${x} ${y}` : ''; }
      else if (before > 0) { text += `H${x}V${y}`; }
      before = value;
    });
    return text;
  }

  pick(event) {
    const svg = this.holder.firstChild.getBoundingClientRect();
    const at = (event.clientX - svg.left - this.left) / this.plotWidth * this.last;
    this.onPick(at);
  }

  x(at) { return this.left + (this.last > 0 ? at / this.last : 0.5) * this.plotWidth; }

  /* Below the axis, where it does not begin at 0, is out of the picture. */
  y(value) { return 8 + (this.top - value) / (this.top - this.base) * (this.plotHeight - 4); }

  label(text, x, y, anchor) {
    const node = Chart.element('text', {x, y, 'text-anchor': anchor});
    node.textContent = text;
    return node;
  }

  static step(most) {
    const rough = most / 5;
    const power = 10 ** Math.floor(Math.log10(rough));
    return [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((step) => step >= rough * 0.999);
  }

  static element(name, attributes) {
    const node = document.createElementNS('http://www.w3.org/2000/svg', name);
    for (const [key, value] of Object.entries(attributes)) { node.setAttribute(key, value); }
    return node;
  }
}
