/* The page's words, numbers and dates in the reader's language. Names are never HTML. */
class Words {
  constructor(strings, language) {
    this.strings = strings;
    this.easternDigits = false;
    this.use(language);
  }

  use(language) {
    this.language = this.strings[language] ? language : 'en';
    this.own = this.strings[this.language];
    const digits = this.language === 'ar' && this.easternDigits ? 'arab' : 'latn';
    const locale = this.own.locale + '-u-ca-gregory-nu-' + digits;
    const number = (least, most) => new Intl.NumberFormat(
      locale, {minimumFractionDigits: least, maximumFractionDigits: most});
    this.formats = {0: number(0, 0), 1: number(1, 1), 2: number(2, 2), any: number(0, 3)};
    this.signed = new Intl.NumberFormat(locale, {
      minimumFractionDigits: 1, maximumFractionDigits: 1, signDisplay: 'exceptZero'});
    const day = {day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC'};
    this.days = new Intl.DateTimeFormat(locale, day);
    this.times = new Intl.DateTimeFormat(locale, {...day, hour: '2-digit', minute: '2-digit'});
    this.shortDays = new Intl.DateTimeFormat(
      locale, {day: 'numeric', month: 'short', timeZone: 'UTC'});
    this.years = new Intl.DateTimeFormat(locale, {year: 'numeric', timeZone: 'UTC'});
    this.months = new Intl.DateTimeFormat(
      locale, {month: 'short', year: 'numeric', timeZone: 'UTC'});
  }

  text(key, values) {
    return this.own[key].replace(/\{(\w+)\}/g, (all, name) => values[name]);
  }

  date(iso) {
    const moment = Words.moment(iso);
    return (iso.length > 10 ? this.times : this.days).format(moment);
  }

  static moment(iso) {
    return new Date(iso.length > 10 ? iso.replace(' ', 'T') + 'Z' : iso + 'T00:00:00Z');
  }

  /* One too small to show is never a false zero. */
  number(value, digits = 1) {
    const least = 10 ** -digits;
    if (value > 0 && value < least / 2) {
      return this.text('less', {n: this.formats[digits].format(least)});
    }
    return this.formats[digits].format(value);
  }

  change(value) {
    return this.signed.format(Math.abs(value) < 0.05 ? 0 : value);
  }

  count(value) { return this.formats[0].format(value); }

  metres(value) { return this.text('metres', {n: this.formats.any.format(value)}); }

  squareKm(value) { return this.text('square_km', {n: this.number(value)}); }

  km(value) { return this.text('km', {n: this.number(value)}); }

  neighbour(name) { return name === 'sea' ? this.own.sea : name; }

  list(names) {
    if (names.length < 2) { return names.join(''); }
    return this.text('and', {a: names.slice(0, -1).join(this.own.comma), b: names[names.length - 1]});
  }

  /* The sentence of an event as a list of nodes; what stands in [] is left out without its value. */
  sentence(event) {
    const values = {
      faction: event.faction,
      other: event.other,
      where: this.neighbour(event.where),
      km2: event.km2 === null ? '' : this.squareKm(event.km2),
      km: event.km === null ? '' : this.km(event.km),
    };
    const pattern = this.own.event[event.kind].replace(/\[([^\]]*)\]/g, (all, part) =>
      Array.from(part.matchAll(/\{(\w+)\}/g)).every((slot) => values[slot[1]]) ? part : '');
    return pattern.split(/(\{\w+\})/).filter(Boolean).map((piece) => {
      const slot = /^\{(\w+)\}$/.exec(piece);
      if (!slot) { return document.createTextNode(piece); }
      return Words.isolated(values[slot[1]]);
    });
  }

  /* A name or figure in a sentence that may run the other way. */
  static isolated(text) {
    const node = document.createElement('bdi');
    node.textContent = text;
    return node;
  }
}
